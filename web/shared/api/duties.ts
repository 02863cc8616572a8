/** Duties and their records. */
import { create, get } from '../http'

export interface Duty {
	key: string
	name: string
	evidence: string
	every_days: number
	each_staff: boolean
	clause: string
	state: 'current' | 'soon' | 'expired' | 'event'
	done_on: string | null
	due_on: string | null
	missing: string[]
}

export interface DutyList {
	items: Duty[]
	staff: { login: string; name: string }[]
}

export interface DutyRecord {
	id: string
	done_on: string
	staff: string | null
	note: string
	document: string
	recorded_by: string
	recorded_at: string
}

export const staffDuties = () => get<DutyList>('/staff/duties')
export const staffDutyRecords = (key: string) => get<{ items: DutyRecord[] }>(`/staff/duties/${key}/records`)
export const recordDuty = (key: string, body: { done_on: string; document: string; note?: string; staff?: string }) =>
	create<DutyRecord>(`/staff/duties/${key}/records`, body)
