/** Protection of data: controls, events, outages, cuts and breaches. */
import { create, get, post, put, query } from '../http'
import type { Named, Page } from './common'

export interface SecurityEvent {
	id: string
	kind: string
	kind_name: string
	rule: string
	rule_name: string
	measure: string
	measure_name: string
	/** A keyed hash of an address: the same source has the same. */
	source: string | null
	count: number
	first_at: string
	last_at: string
}

export const listSecurityEvents = (cursor?: string | null) => get<Page<SecurityEvent>>(`/staff/security-events${query({ cursor })}`)

export interface Outage {
	id: string
	authority: string
	name: string
	cause: string
	cause_name: string
	failures: number
	opened_at: string
	last_at: string
	recovered_at: string | null
	classed_by: string | null
	note: string | null
}

export const listOutages = (cursor?: string | null) => get<Page<Outage>>(`/staff/outages${query({ cursor, limit: 50 })}`)
export const classOutage = (id: string, cause: string, note: string) => put<void>(`/staff/outages/${id}`, { cause, note })

export interface Cut {
	kind: 'connector' | 'role' | 'session'
	key: string
	name: string
	action: 'cut' | 'lift'
	reason: string
	by: string
	at: string
}

/** What was done, whether it still holds or not. */
export interface CutRecord extends Cut {
	id: string
}

export interface CutList {
	items: Cut[]
	connectors: Named[]
	staff: Named[]
}

export const listCuts = () => get<CutList>('/staff/cuts')
export const listCutRecords = (cursor?: string | null) => get<Page<CutRecord>>(`/staff/cuts/records${query({ cursor, limit: 50 })}`)
export const cutOff = (kind: string, key: string, reason: string) => post<void>('/staff/cuts', { kind, key, reason })
export const liftCut = (kind: string, key: string, reason: string) => post<void>('/staff/cuts/lift', { kind, key, reason })

export interface SecurityControl {
	key: string
	name: string
	standard: string
	phase: string
	state: 'pass' | 'fail' | 'unchecked'
	detail: string
	checked_at: string | null
}

export interface SecurityFiling {
	level: number
	number: string
	filed_on: string
	assessed_on: string
	valid_until: string
	expired: boolean
}

export interface Security {
	level: number
	filing: SecurityFiling | null
	controls: SecurityControl[]
	attempts: { kind: string; name: string; count: number }[]
}

export interface Breach {
	id: string
	login: string
	facts: string
	opened_by: string
	opened_at: string
	outcome: string | null
	note: string
	closed_by: string | null
	closed_at: string | null
}

export interface StaffSecurity extends Security {
	alerts: string[]
	organisation: { unit: string | null; rules: string[]; workflow: { key: string; name: string; owner: string }[] }
	breaches: Breach[]
	staff: { login: string; name: string }[]
}

export const getSecurity = () => get<Security>('/security')
export const staffSecurity = () => get<StaffSecurity>('/staff/security')
export const checkSecurity = () => post<{ controls: SecurityControl[] }>('/staff/security/checks', {})
export const recordFiling = (body: { level: number; number: string; filed_on: string; assessed_on: string; valid_until: string }) =>
	create<{ filing: SecurityFiling }>('/staff/security/filings', body)
export const openBreach = (body: { login: string; facts: string }) => create<Breach>('/staff/security/breaches', body)
export const closeBreach = (id: string, body: { outcome: string; note: string }) => post<void>(`/staff/security/breaches/${id}/close`, body)
