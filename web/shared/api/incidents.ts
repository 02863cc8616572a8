/** Incidents and ends of services. */
import { create, del, get, post, query, request } from '../http'
import type { Page } from './common'

export interface IncidentSummary {
	id: string
	kind: string
	kind_name: string
	category: string | null
	category_name: string | null
	state: 'open' | 'told' | 'closed'
	found_on: string
	opened_at: string
	opened_by: string
	facts: string
	effect: string
	measures: string
	self_protection: string
	remedies: string
	public_reason: string | null
	told_at: string | null
	told_all_at: string | null
	people: number
	by_message: number
	closed_at: string | null
	closed_by: string | null
}

export interface IncidentStep {
	step: string
	name: string
	owner: string
	due_at: string
	note: string
	receiver: string | null
	document: string | null
	done_at: string | null
	done_by: string | null
}

export interface Incident extends IncidentSummary {
	steps: IncidentStep[]
	parts: string[]
}

export interface ServiceEnd {
	id: string
	service: string | null
	service_name: string
	ends_on: string
	reason: string
	announced_at: string
	announced_by: string
	agreed_at: string | null
	agreed_by: string | null
	proposed_by_me: boolean
	withdrawn_at: string | null
	told_all_at: string | null
	told_people: number
	done_at: string | null
	people: number
	left_items: number
}

export interface ServiceEndList extends Page<ServiceEnd> {
	days: number
}

export const staffIncidents = (cursor?: string | null) => get<Page<IncidentSummary>>(`/staff/incidents${query({ cursor, limit: 50 })}`)
export const staffIncident = (id: string) => get<Incident>(`/staff/incidents/${id}`)
export const openIncident = (body: { kind: string; category?: string; found_on: string; facts: string; owner: string }) =>
	create<Incident>('/staff/incidents', body)
export const doIncidentStep = (id: string, step: string, body: { note: string; receiver?: string; document?: string }) =>
	post<Incident>(`/staff/incidents/${id}/steps/${step}`, body)
export const tellIncident = (id: string, body: { facts: string; effect?: string; measures?: string; self_protection?: string; remedies?: string; public_reason?: string }) =>
	post<Incident>(`/staff/incidents/${id}/notice`, body)
export const closeIncident = (id: string) => request<Incident>('POST', `/staff/incidents/${id}/close`)
export const staffEnds = (cursor?: string | null) => get<ServiceEndList>(`/staff/ends${query({ cursor, limit: 50 })}`)
export const announceEnd = (body: { service?: string; ends_on: string; reason: string }) => create<ServiceEnd>('/staff/ends', body)
export const agreeEnd = (id: string) => request<ServiceEnd>('POST', `/staff/ends/${id}/agreement`)
export const withdrawEnd = (id: string) => del<void>(`/staff/ends/${id}`)
