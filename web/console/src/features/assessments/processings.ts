import type { Processing } from '@shared/api'

export interface ProcessingGroup<P extends Processing> {
	kind: string
	name: string
	parts: { where: string; rows: P[] }[]
	rows: P[]
}

/** By the four kinds, and within one by what it belongs to, so that a new service is read as one thing. */
export function grouped<P extends Processing>(all: P[]): ProcessingGroup<P>[] {
	return [...new Set(all.map((p) => p.kind))].map((kind) => {
		const rows = all.filter((p) => p.kind === kind)
		const parts = [...new Set(rows.map((p) => p.where))].map((where) => ({ where, rows: rows.filter((p) => p.where === where) }))
		return { kind, name: rows[0]!.kind_name, parts, rows }
	})
}
