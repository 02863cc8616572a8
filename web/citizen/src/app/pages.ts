import { onMounted, ref, shallowRef } from 'vue'
import type { Page } from '@shared/api'

/** A list that comes in pages. */
export function usePages<T>(load: (cursor: string | null) => Promise<Page<T>>) {
	const items = shallowRef<T[]>([])
	const next = ref<string | null>(null)
	const loading = ref(true)
	const more = ref(false)
	const error = shallowRef<unknown>(null)

	async function reload() {
		loading.value = true
		error.value = null
		try {
			const page = await load(null)
			items.value = page.items
			next.value = page.next ?? null
		} catch (cause) {
			error.value = cause
		} finally {
			loading.value = false
		}
	}

	async function loadMore() {
		if (!next.value || more.value) return
		more.value = true
		try {
			const page = await load(next.value)
			items.value = [...items.value, ...page.items]
			next.value = page.next ?? null
		} finally {
			more.value = false
		}
	}

	onMounted(reload)
	return { items, next, loading, more, error, reload, loadMore }
}
