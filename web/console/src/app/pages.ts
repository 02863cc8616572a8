import { ref, shallowRef } from 'vue'
import type { Page } from '@shared/api'

/**
 * A list that grows page by page. `first` begins anew; `loadMore` adds the next page. A row that comes a second time,
 * because the list moved meanwhile, stays where it stood. What fails is thrown: the page says it in its own place.
 */
export function usePages<T extends { id: string }>(load: (cursor: string | null) => Promise<Page<T>>) {
	const items = shallowRef<T[] | null>(null)
	const next = ref<string | null>(null)
	const more = ref(false)

	function take(page: Page<T>, before: T[]) {
		const known = new Set(before.map(({ id }) => id))
		items.value = [...before, ...page.items.filter(({ id }) => !known.has(id))]
		next.value = page.next ?? null
	}

	async function first() {
		take(await load(null), [])
	}

	async function loadMore() {
		if (more.value || !next.value) return
		more.value = true
		const before = items.value
		try {
			const page = await load(next.value)
			if (items.value === before) take(page, before ?? [])
		} finally {
			more.value = false
		}
	}

	return { items, next, more, first, loadMore }
}
