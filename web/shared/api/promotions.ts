/** Joint promotions with a partner. */
import { create, get, post, query } from '../http'
import type { Named, Page } from './common'

export interface Promotion {
	id: string
	state: 'coming' | 'running' | 'over' | 'ended'
	title: string
	kind_name: string | null
	partner_name: string
	from: string
	until: string
	/** The kinds of data that the partner gets. */
	data: Named[]
}

export interface PromotionPage extends Promotion {
	text: string
	options: string[]
	partner_contact: string | null
	consent_text: string
	text_hash: string
	ended_reason: string | null
	/** Null: never joined. */
	joined: 'sending' | 'sent' | 'stopped' | 'left' | 'over' | null
	joined_at: string | null
	consent_id: string | null
}

/** What went to the partner, and what it answered. */
export interface PromotionEntry {
	state: string
	data: string | null
	result: string | null
}

export interface StaffPromotion {
	id: string
	state: 'waiting' | 'coming' | 'running' | 'over' | 'rejected' | 'ended'
	title: string
	text: string
	kind: string
	partner: string
	partner_name: string
	data: string[]
	options: string[]
	from: string
	until: string
	officer: string
	second: string | null
	mine: boolean
	created_at: string
	decided_at: string | null
	ended_at: string | null
	ended_by: string | null
	reason: string | null
}

export interface StaffPromotionList extends Page<StaffPromotion> {
	kinds: Named[]
	data: Named[]
	partners: Named[]
}

export interface PromotionDraft {
	title: string
	text: string
	kind: string
	partner: string
	data: string[]
	options: string[]
	from: string
	until: string
}

export const listPromotions = (cursor?: string | null) => get<Page<Promotion>>(`/promotions${query({ cursor })}`)
export const getPromotion = (id: string) => get<PromotionPage>(`/promotions/${id}`)
/** Yes to exactly the text that was shown. */
export const joinPromotion = (id: string, text_hash: string, choice?: string) =>
	create<PromotionPage>(`/promotions/${id}/entry`, { text_hash, ...(choice ? { choice } : {}) })
export const getPromotionEntry = (id: string) => get<PromotionEntry>(`/promotions/${id}/entry`)
export const staffPromotions = (cursor?: string | null) => get<StaffPromotionList>(`/staff/promotions${query({ cursor, limit: 50 })}`)
export const drawUpPromotion = (body: PromotionDraft) => create<StaffPromotion>('/staff/promotions', body)
export const agreePromotion = (id: string) => post<StaffPromotion>(`/staff/promotions/${id}/agreement`, {})
export const rejectPromotion = (id: string, reason: string) => post<StaffPromotion>(`/staff/promotions/${id}/rejection`, { reason })
export const endPromotion = (id: string, reason: string) => post<StaffPromotion>(`/staff/promotions/${id}/end`, { reason })
