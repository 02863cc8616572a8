/** Staff: sessions, cases, announcements. */
import { del, get, post, query } from '../http'
import type { CaseItem, CaseSummary } from './cases'
import type { Named, Page } from './common'

export interface Staff {
	name: string
	role: 'hotline_agent' | 'complaint_handler' | 'policy_officer' | 'privacy_officer' | 'auditor' | string
	department: string | Named | null
	idle_limit_s: number
}

export interface StaffCase extends CaseSummary {
	items: CaseItem[]
	events: { kind: string; name: string; at: string; text: string | null }[]
}

export interface Announcement {
	id: string
	title: string
	text: string
	promotional: boolean
	mandatory: boolean
	by: string
	at: string
}

export const staffAnnouncements = (cursor?: string | null) => get<Page<Announcement>>(`/staff/announcements${query({ cursor })}`)
export const announce = (body: Pick<Announcement, 'title' | 'text' | 'promotional' | 'mandatory'>) => post<{ id: string }>('/staff/announcements', body)
export const staffLogIn = (login: string, password: string, totp: string) =>
	post<Staff>('/staff/sessions', { login, password, totp, transport: 'cookie' })
export const staffCurrent = () => get<Staff>('/staff/sessions/current')
export const staffLogOut = () => del<void>('/staff/sessions/current')
export const staffCases = (state?: string, cursor?: string | null) =>
	get<Page<CaseSummary>>(`/staff/cases${query({ state, cursor })}`)
export const staffCase = (id: string) => get<StaffCase>(`/staff/cases/${id}`)
export const staffReveal = (id: string, item: string, reason: string) =>
	post<{ key: string; value: string }>(`/staff/cases/${id}/reveal`, { item, reason })

/** A complaint or a matter in dispute, opened by its number. */
export interface Complaint {
	number: string
	name: string
	state_name: string
	at: string | null
	items: CaseItem[]
}
export const complaintView = (number: string) => post<Complaint>('/staff/complaints/view', { number })
export const complaintReveal = (number: string, item: string, reason: string) =>
	post<{ key: string; value: string }>('/staff/complaints/reveal', { number, item, reason })
