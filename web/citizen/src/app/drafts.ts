import { reactive } from 'vue'

/**
 * What people typed, kept while they go and prove their name or wait for an authority.
 * In memory only: personal data is never written to the browser's storage.
 */
const drafts = reactive(new Map<string, Record<string, string>>())

export function draft(key: string): Record<string, string> {
	let found = drafts.get(key)
	if (!found) {
		found = {}
		drafts.set(key, found)
	}
	return drafts.get(key)!
}

export function dropDraft(key: string) {
	drafts.delete(key)
}

export function clearDrafts() {
	drafts.clear()
}
