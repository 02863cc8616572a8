/** Assessments of new processings before a release of the policy is published, for officers. */
import { get, post, query } from '../http'
import type { Page } from './common'

export interface Processing {
	key: string
	kind: 'collect' | 'use' | 'send' | 'store'
	kind_name: string
	where: string
	what: string
	/** Why the law demands an assessment of it. */
	law: string | null
}

export interface FreshProcessing extends Processing {
	stands: 'missing' | 'waiting' | 'refused' | 'allowed'
	/** The previous assessment of the same draft was about it, too. */
	told_before: boolean
}

export interface Assessment {
	id: string
	number: number
	version: string
	processings: number
	lawful: string
	impact: string
	protection: string
	risk: 'low' | 'medium' | 'high'
	risk_name: string
	allowed: boolean
	document: string | null
	state: 'waiting' | 'agreed' | 'rejected'
	state_name: string
	officer: string
	at: string
	second: string | null
	note: string | null
	decided_at: string | null
	/** This officer may decide it as the second one. */
	may_decide: boolean
}

export interface AssessmentDetail extends Assessment {
	covers: Processing[]
}

export interface ReleaseAssessment {
	number: number
	clause: string | null
	may_assess: boolean
	fresh: FreshProcessing[]
	unassessed: number
	/** The newest one of the same draft, before it was changed or after it was refused: to be read again, not agreed. */
	previous: Assessment | null
	assessments: Assessment[]
}

export interface AssessmentDraft {
	keys: string[]
	lawful: string
	impact: string
	protection: string
	risk: string
	allowed: boolean
}

export const listAssessments = (cursor?: string | null) => get<Page<Assessment>>(`/staff/assessments${query({ cursor, limit: 50 })}`)
export const getAssessment = (id: string) => get<AssessmentDetail>(`/staff/assessments/${id}`)
export const decideAssessment = (id: string, agrees: boolean, note?: string) => post<AssessmentDetail>(`/staff/assessments/${id}/decision`, { agrees, note })
export const getReleaseAssessment = (number: number | string) => get<ReleaseAssessment>(`/staff/releases/${number}/assessment`)
export const assessRelease = (number: number | string, draft: AssessmentDraft) => post<AssessmentDetail>(`/staff/releases/${number}/assessment`, draft)
