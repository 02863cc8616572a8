/** Staff: uses of a ground in the place of consent. */
import { create, get, post, query } from '../http'
import type { Named, Page } from './common'

export interface Ground {
	key: string
	ground: string
	clause: string
	contexts: string[]
	needs: string[]
	secrecy: boolean
}

export interface GroundChoices {
	grounds: Ground[]
	recipients: Named[]
	items: Named[]
	services: Named[]
	deferral_max_days: number
	/** The ground on which items are closed to the person, and to what. */
	lock_ground: string | null
	/** The ground on which a competent organ queries what the law keeps. */
	kept_ground: string | null
	lock_acts: Named[]
}

export interface GroundUse {
	id: string
	state: 'waiting' | 'acting' | 'done' | 'failed' | 'rejected' | 'asked' | 'declined' | 'published' | 'withdrawn' | 'lifted' | 'guardian_asked' | 'guardian_declined'
	state_name: string
	outcome: string
	ground_name: string | null
	clause: string | null
	context: string | null
	recipient_name: string | null
	items: Named[]
	evidence: Record<string, string>
	/** Of a minor, where the city lists bases: which one it rests on. */
	minor: { ground: string; ground_name: string | null; clause: string | null; evidence: Record<string, string>; guardian_agreed_at: string | null } | null
	/** Which organ queries what the law keeps. */
	organ: string | null
	/** Of closed items: for everybody, and what is closed. */
	everybody: boolean
	acts: Named[]
	purpose: string | null
	measures: string | null
	/** What the person is asked before a publication, in these very words. */
	text: string | null
	agreed_at: string | null
	published_at: string | null
	scope: string | null
	scope_until: string | null
	officer_name: string | null
	second_name: string | null
	mine: boolean
	created_at: string
	decided_at: string | null
	deferred_until: string | null
	told: boolean
	renewal_until: string | null
	renewal_mine: boolean
}

/** What the law keeps of an ended account, and what was done with it. */
export interface KeptAnswer {
	values: { key: string; name: string; value: string | null; rule: string | null; collected_at: string; until: string | null }[]
	record: { n: number; at: string; action: string; service_name: string | null; recipient_name: string | null; decision: string | null; clause: string | null }[]
}

export interface GroundUseValue extends Named {
	value: string
}

export interface NewGroundUse {
	ground: string
	context: string
	service?: string
	recipient?: string
	organ?: string
	person: { everybody?: boolean; certificate_id?: string; case_id?: string; real_name?: string; id_number?: string; mobile_phone?: string }
	case_id?: string
	items?: string[]
	acts?: string[]
	values?: Record<string, string>
	evidence: Record<string, string>
	minor?: { ground: string; evidence: Record<string, string> }
	purpose?: string
	measures?: string
	scope?: string
	scope_until?: string
	deferral_days?: number
}

export const groundChoices = () => get<GroundChoices>('/staff/exceptions/grounds')
export const groundUses = (cursor?: string | null, kind?: 'publication') =>
	get<Page<GroundUse>>(`/staff/exceptions${query({ cursor, kind })}`)
export const groundUse = (id: string) => get<GroundUse>(`/staff/exceptions/${id}`)
export const groundUseOpen = (use: NewGroundUse) => create<GroundUse>('/staff/exceptions', use)
export const groundUseApprove = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/approval`)
/** Of an other use that was started: the values in clear; the person reads of each look. */
export const groundUseValues = (id: string) => post<{ values: GroundUseValue[] }>(`/staff/exceptions/${id}/values`)
export const groundUseReject = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/rejection`)
export const groundUseRenew = (id: string, days: number) => post<GroundUse>(`/staff/exceptions/${id}/renewal`, { days })
export const groundUseRenewApprove = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/renewal/approval`)
export const groundUseTell = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/disclosure`)
export const groundUseLift = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/lifting`)
export const groundUseAnswer = (id: string) => post<KeptAnswer>(`/staff/exceptions/${id}/answer`)
export const publicationTakeOff = (id: string) => post<{ id: string; state: string }>(`/staff/exceptions/${id}/removal`)
