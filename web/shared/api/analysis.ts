/** De-identified sets. */
import { create, get, query } from '../http'
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
}

export interface AnalysisGroups extends AnalysisSet {
	groups: { values: string[]; people: number }[]
}

/** The sets, and what a new one may be made of. */
export interface AnalysisList extends Page<AnalysisSet> {
	fields: AnalysisField[]
	parts: AnalysisField[]
	products: AnalysisField[]
}

export const staffAnalysisList = (cursor?: string | null) => get<AnalysisList>(`/staff/analysis${query({ cursor, limit: 50 })}`)
export const staffAnalysis = (id: string) => get<AnalysisGroups>(`/staff/analysis/${id}`)
export const makeAnalysis = (body: { fields: string[]; purpose: string; part?: string; product?: string; receiver?: string }) => create<AnalysisSet>('/staff/analysis', body)
