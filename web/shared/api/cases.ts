/** Cases. */
import { create, del, get, query } from '../http'
import type { Named, Page } from './common'

export type CaseState = 'submitted' | 'assigned' | 'delivered' | 'replied' | 'followed_up' | 'closed'

export interface CaseSummary {
	id: string
	number: string
	service: string
	service_name: string
	state: CaseState
	state_name: string
	department?: Named | null
	created_at: string
	events?: CaseEvent[]
}

export interface CaseEvent {
	at: string
	kind: string
	name?: string
	text: string | null
}

export interface CaseItem extends Named {
	sensitive?: boolean
	masked: string
}

export interface Case extends CaseSummary {
	removable: boolean
	events: CaseEvent[]
	items: CaseItem[]
	attachments: { id: string; content_type: string; size_bytes: number }[]
	reply?: string | null
	replied_at?: string | null
	follow_up?: string | null
	follow_up_at?: string | null
}

export const openCase = (key: string, fields: Record<string, string>, attachments: string[]) =>
	create<{ id: string; number: string; state: CaseState }>(`/services/${key}/cases`, { fields, attachments })
export const listCases = (cursor?: string | null) => get<Page<CaseSummary>>(`/cases${query({ cursor })}`)
export const deleteCase = (id: string) => del<void>(`/cases/${id}`)
export const getCase = (id: string) => get<Case>(`/cases/${id}`)
