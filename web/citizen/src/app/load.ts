import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loaded<T> {
	data: ShallowRef<T | null>
	loading: Ref<boolean>
	error: ShallowRef<unknown>
	reload: () => Promise<void>
}

/** Loads once the screen is shown; `reload` keeps what is on the screen until the new answer is there. */
export function useLoad<T>(load: () => Promise<T>): Loaded<T> {
	const data = shallowRef<T | null>(null)
	const loading = ref(true)
	const error = shallowRef<unknown>(null)

	async function reload() {
		loading.value = data.value === null
		error.value = null
		try {
			data.value = await load()
		} catch (cause) {
			error.value = cause
		} finally {
			loading.value = false
		}
	}

	onMounted(reload)
	return { data, loading, error, reload }
}

/** A button that waits for its answer and cannot be pressed twice. */
export function useBusy() {
	const busy = ref(false)
	async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
		if (busy.value) return undefined
		busy.value = true
		try {
			return await work()
		} finally {
			busy.value = false
		}
	}
	return { busy, run }
}
