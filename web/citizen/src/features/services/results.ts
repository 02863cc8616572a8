import { shallowRef } from 'vue'
import type { QueryResult, Table } from '@shared/api'

/** The last answer, for its screen only: nothing of it is stored, and a reload needs a new query. */
export const lastResult = shallowRef<QueryResult | null>(null)

export function keepResult(result: QueryResult) {
	lastResult.value = result
}

function isTable(value: unknown): value is Table {
	return !!value && typeof value === 'object' && 'columns' in value && 'rows' in value
}

/** A value is a text or a table; a table may come written as JSON. */
export function asTable(value: string | Table): Table | null {
	if (isTable(value)) return value
	if (typeof value !== 'string' || !value.startsWith('{')) return null
	try {
		const parsed: unknown = JSON.parse(value)
		return isTable(parsed) ? parsed : null
	} catch {
		return null
	}
}
