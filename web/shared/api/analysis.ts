/** De-identified sets. */
import { create, del, get, post, query } from '../http'
import type { Page } from './common'

export interface AnalysisField {
	key: string
	name: string | null
}

export interface AnalysisSet {
	id: string
	state: 'making' | 'ready' | 'refused'
	fields: AnalysisField[]
	purpose: string
	/** What of the policy's purposes it serves, and which product. */
	part?: AnalysisField
	product?: AnalysisField
	receiver: string | null
	made_by: string
	made_at: string
	least: number
	people: number
	suppressed: number
	reason: string | null
	/** groups: numbers alone; rows: besides, a row for each person under a random code. */
	form: 'groups' | 'rows'
	/** The table that leads from a code back to the person. */
	key: 'none' | 'kept' | 'ended'
}

export interface AnalysisGroups extends AnalysisSet {
	groups: { values: string[]; people: number }[]
}

export interface AnalysisRow {
	code: string
	values: string[]
}

/** The sets, and what a new one may be made of. */
export interface AnalysisList extends Page<AnalysisSet> {
	fields: AnalysisField[]
	parts: AnalysisField[]
	products: AnalysisField[]
	reversible: boolean
}

export const staffAnalysisList = (cursor?: string | null) => get<AnalysisList>(`/staff/analysis${query({ cursor, limit: 50 })}`)
export const staffAnalysis = (id: string) => get<AnalysisGroups>(`/staff/analysis/${id}`)
export const makeAnalysis = (body: { fields: string[]; purpose: string; part?: string; product?: string; receiver?: string; form?: AnalysisSet['form']; reversible?: boolean }) => create<AnalysisSet>('/staff/analysis', body)
export const analysisRows = (id: string, cursor?: string | null) => get<{ items: AnalysisRow[]; next: string | null }>(`/staff/analysis/${id}/rows${query({ cursor })}`)
export const reverseAnalysis = (id: string, body: { code: string; reason: string; totp: string }) =>
	post<{ items: { key: string; name: string; masked: string | null }[] }>(`/staff/analysis/${id}/reversals`, body)
export const endAnalysisKey = (id: string) => del<void>(`/staff/analysis/${id}/key`)
