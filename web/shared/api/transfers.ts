/** Transfers to another holder. */
import { create, get, post, query, request } from '../http'
import type { Page } from './common'

export interface TransferSummary {
	id: string
	state: 'waiting' | 'rejected' | 'telling' | 'ready' | 'moving' | 'moved' | 'closed'
	state_name: string
	ground_name: string
	clause: string
	receiver: string
	document: string
	opened_by: string
	opened_at: string
	mine: boolean
	told_people: number
	people: number
}

export interface Transfer {
	transfer: TransferSummary
	contact: string
	region: string
	scope: string | null
	scope_until: string | null
	certificate_name: string | null
	certificate_sha256: string | null
	decided_by: string | null
	decided_at: string | null
	needs_notice: boolean
	needs_undertaking: boolean
	told_all_at: string | null
	undertaking_text: string
	undertaken_at: string | null
	bound: boolean
	left_out: number
	parts: number
	package_sha256: string | null
	moved_at: string | null
	closed_by: string | null
	closed_at: string | null
}

export interface TransferList extends Page<TransferSummary> {
	grounds: { key: string; name: string; clause: string; needs_scope: boolean; needs_consent: boolean }[]
	recipients: { key: string; name: string; affiliate: boolean }[]
}

export interface NewTransfer {
	ground?: string
	recipient?: string
	receiver?: string
	contact?: string
	region?: string
	document: string
	scope?: string
	scope_until?: string
	certificate: string
}

export const staffTransfers = (cursor?: string | null) => get<TransferList>(`/staff/transfers${query({ cursor, limit: 50 })}`)
export const staffTransfer = (id: string) => get<Transfer>(`/staff/transfers/${id}`)
export const openTransfer = (body: NewTransfer) => create<Transfer>('/staff/transfers', body)
export const approveTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/approval`)
export const rejectTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/rejection`)
export const undertakeTransfer = (id: string, signed: string) => post<Transfer>(`/staff/transfers/${id}/undertaking`, { signed })
export const moveTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/move`)
export const closeTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/close`)
