/** Single clauses of the policy, notes on them and decisions. */
import { create, del, get, post, query } from '../http'
import type { Page } from './common'

export interface Clause {
	clause: string
	rules: { kind: string; name: string }[]
	void: { reason: string; since: string } | null
}

export interface ClauseList {
	number: number
	version: string
	items: Clause[]
}

export interface ClauseNote {
	id: string
	clause: string
	text: string
	written_by: string
	role: string
	written_at: string
	ended_at: string | null
}

export interface ClauseNoteList {
	may_publish: boolean
	items: ClauseNote[]
}

export interface Decision {
	id: string
	matter: string
	decision: string
	basis: 'clause' | 'law' | 'rule' | 'custom'
	source: string
	decided_by: string
	decided_at: string
}

export const staffClauses = () => get<ClauseList>('/staff/clauses')
export const voidClause = (body: { clause: string; reason: string; version: string }) => post<{ number: number }>('/staff/clauses/void', body)
export const restoreClause = (body: { clause: string; version: string }) => post<{ number: number }>('/staff/clauses/restore', body)
export const staffClauseNotes = () => get<ClauseNoteList>('/staff/clause-notes')
export const publishClauseNote = (body: { clause: string; text: string }) => create<ClauseNote>('/staff/clause-notes', body)
export const endClauseNote = (id: string) => del<void>(`/staff/clause-notes/${id}`)
export const staffDecisions = (cursor?: string) => get<Page<Decision>>(`/staff/decisions${query({ cursor })}`)
export const recordDecision = (body: { matter: string; decision: string; basis: Decision['basis']; source: string }) => create<Decision>('/staff/decisions', body)
