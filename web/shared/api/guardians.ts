/** Guardians of minors. */
import { create, del, get, post, query, request, requestBlob, requestText } from '../http'
import type { Page } from './common'

export interface Guardianship {
	minor: boolean
	required: boolean
	/** Below the age at which every single consent is the guardian's. */
	child: boolean
	age: number
	state: string
	state_name: string
	relation?: string | null
	agreed_at?: string | null
	version?: string | null
	text_hash?: string | null
}

export interface Ward {
	id: string
	kind: 'consent' | 'report'
	state: string
	state_name: string
	name?: string | null
	relation?: string | null
	reason?: string | null
	strict: boolean
	registered: boolean
	asked_at: string
	changed_at: string
	agreed_at?: string | null
	version?: string | null
	text_hash?: string | null
}

export interface WardOffer {
	scope: string
	service_name: string
	items: string[]
	recipient?: string | null
	text: string
	text_hash: string
}

export const getGuardianship = () => get<Guardianship>('/guardianship')
export const newGuardianCode = () => request<{ code: string; expires_at: string }>('POST', '/guardianship/codes')
export const listWards = () => get<{ items: Ward[] }>('/wards')
export const getWard = (id: string) => get<Ward>(`/wards/${id}`)
export const openWard = (code: string, ward_name: string, ward_id_number: string) =>
	create<Ward>('/wards', { code, ward_name, ward_id_number })
export const reportGuardian = (code: string, ward_name: string, ward_id_number: string) =>
	create<Ward>('/guardian-reports', code ? { code, ward_name, ward_id_number } : { ward_name, ward_id_number })
export const getWardText = (id: string) => get<{ text: string; text_hash: string }>(`/wards/${id}/text`)
export const addWardPapers = (id: string, attachments: string[]) => post<Ward>(`/wards/${id}/papers`, { attachments })
export const agreeWard = (id: string, text_hash: string) => post<Ward>(`/wards/${id}/agreement`, { text_hash })
export const declineWard = (id: string) => request<Ward>('POST', `/wards/${id}/refusal`)
export const withdrawWard = (id: string) => del<Ward>(`/wards/${id}`)
export const getWardCertificate = (id: string) => requestText(`/wards/${id}/certificate`)
export const getWardOffer = (id: string, service: string) => get<WardOffer>(`/wards/${id}/offer${query({ service })}`)
export const giveWardConsent = (id: string, scope: string, text_hash: string) =>
	create<{ id: string }>(`/wards/${id}/consents`, { scope, text_hash })

/** What a guardian is asked about a child's items, and answers. */
export interface WardUse {
	id: string
	state: 'guardian_asked' | 'guardian_declined' | 'acting' | 'done' | 'failed' | 'published' | 'withdrawn'
	state_name: string
	can_agree: boolean
	can_withdraw: boolean
	context: string
	ground_name: string | null
	recipient_name: string | null
	until: string | null
	items: string[]
	text: string
	text_hash: string
	asked_at: string
	agreed_at: string | null
}
export const listWardUses = (ward: string, cursor?: string | null) => get<Page<WardUse>>(`/wards/${ward}/uses${query({ cursor })}`)
export const getWardUse = (id: string) => get<WardUse>(`/ward-uses/${id}`)
export const agreeWardUse = (id: string, text_hash: string) => post<WardUse>(`/ward-uses/${id}/agreement`, { text_hash })
export const refuseWardUse = (id: string) => post<WardUse>(`/ward-uses/${id}/refusal`, {})

export interface GuardianTask {
	id: string
	kind: string
	kind_name: string
	state: 'open' | 'done'
	at: string
	recorded_by_me: boolean
}

export interface GuardianTaskDetail extends GuardianTask {
	ward_state: string
	relation?: string | null
	related: boolean
	reason?: string | null
	items: { key: string; name: string; masked?: string | null }[]
	papers: { id: string; content_type: string }[]
}

export const staffGuardianTasks = (state: string, cursor?: string | null) =>
	get<Page<GuardianTask>>(`/staff/guardian-tasks${query({ state, cursor })}`)
export const staffGuardianTask = (id: string) => get<GuardianTaskDetail>(`/staff/guardian-tasks/${id}`)
export const staffGuardianDecide = (id: string, approve: boolean, reason: string) =>
	post<{ id: string }>(`/staff/guardian-tasks/${id}/decision`, { approve, reason })
export const staffGuardianReport = (id_number: string, phone: string, reason: string) =>
	create<{ id: string }>('/staff/guardian-reports', { id_number, phone, reason })
/** The picture, for this page's memory only. */
export const staffGuardianPaper = (id: string, paper: string, reason: string) =>
	requestBlob(`/staff/guardian-tasks/${id}/papers/${paper}`, { reason })
