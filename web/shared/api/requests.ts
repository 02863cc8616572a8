/** Requests about one's own data. */
import { create, get, post, query, requestText } from '../http'
import type { Named, Page } from './common'

export type RequestState = 'proof_needed' | 'open' | 'second' | 'done' | 'refused'

export type RequestWay = 'online' | 'phone' | 'letter'

/** By which ways opinions are taken, and where each is. */
export interface OpinionWay {
	key: RequestWay
	name: string
	place: string | null
}

export interface RequestKind {
	key: string
	name: string
	days: number
	working_days: boolean
	due_if_now: string
}

export interface DataRequest {
	id: string
	number: string
	kind: string
	kind_name: string
	state: RequestState
	state_name: string
	verified_at: string | null
	due_at: string | null
	answered_at: string | null
	overdue: boolean
	proof_asked: boolean
	way: RequestWay
	way_name: string
	/** Of a letter or call: the day on which it came. */
	received_at: string | null
	items: Named[]
	answer: string | null
	ground: string | null
	ground_sort: string | null
	clause: string | null
	reason: string | null
}

export interface OwnRequest extends DataRequest {
	text: string | null
	value: string | null
	written_request: string | null
	/** Where to complain about a refusal. */
	complain?: string
}

export interface NewRequest {
	kind: string
	text: string
	items?: string[]
	value?: string
	consents?: string[]
}

export const requestKinds = () => get<{ kinds: RequestKind[]; items: Named[]; ways: OpinionWay[] }>('/request-kinds')
export const myRequests = (cursor?: string | null) => get<Page<DataRequest>>(`/me/requests${query({ cursor })}`)
export const myRequest = (id: string) => get<OwnRequest>(`/me/requests/${id}`)
/** The copy of a granted request: a page of HTML, for a file. */
export const requestCopy = (id: string) => requestText(`/me/requests/${id}/copy`)
export const requestFigures = () => get<{ waiting: number; overdue: number; answered: number; late: number }>('/request-figures')
export const fileRequest = (asked: NewRequest) => create<OwnRequest>('/me/requests', asked)
export const proveRequest = (id: string, written_request?: string) =>
	post<OwnRequest>(`/me/requests/${id}/proof`, written_request ? { written_request } : {})

export interface StaffRequest extends DataRequest {
	masked: string | null
	officer_name: string | null
	second_name: string | null
	proposed_ground: string | null
	proposed_reason: string | null
	mine: boolean
	/** Whoever sent it has an account. */
	account: boolean
}

/** What is in clear after a reason was given. */
export interface RequestWords {
	text: string | null
	value: string | null
	written_request: string | null
	contact: string | null
	identity_check: string | null
}

/** A letter or call that an officer puts into the register. */
export interface NewLetter {
	way: 'phone' | 'letter'
	kind: 'feedback' | 'complaint'
	received_on: string
	text: string
	contact?: string
	person?: { real_name: string; id_number?: string; mobile_phone?: string }
	identity_check?: string
}

export interface RefusalGround {
	key: string
	ground: string
	sort: 'statutory' | 'discretion' | 'limit'
	clause: string
	second_officer: boolean
	document: boolean
}

export const staffRequests = (state: 'due' | 'proof_needed' | 'answered', cursor?: string | null) =>
	get<Page<StaffRequest>>(`/staff/requests${query({ state, cursor, limit: 50 })}`)
export const staffRequest = (id: string) => get<StaffRequest>(`/staff/requests/${id}`)
export const recordLetter = (letter: NewLetter) => create<StaffRequest>('/staff/requests', letter)
export const refusalGrounds = () => get<{ grounds: RefusalGround[]; may_ask_proof: boolean }>('/staff/request-grounds')
export const revealRequest = (id: string, reason: string) =>
	post<RequestWords>(`/staff/requests/${id}/reveal`, { reason })
export const askProof = (id: string) => post<StaffRequest>(`/staff/requests/${id}/proof`)
export const answerRequest = (id: string, answer: string) => post<StaffRequest>(`/staff/requests/${id}/answer`, { answer })
export const refuseRequest = (id: string, ground: string, reason: string, document?: string) =>
	post<StaffRequest>(`/staff/requests/${id}/refusal`, { ground, reason, ...(document ? { evidence: { document } } : {}) })
export const agreeRefusal = (id: string) => post<StaffRequest>(`/staff/requests/${id}/refusal/approval`)
export const returnRefusal = (id: string) => post<StaffRequest>(`/staff/requests/${id}/refusal/return`)
