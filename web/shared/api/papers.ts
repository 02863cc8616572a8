/** Papers of those who receive data. */
import { create, get, post } from '../http'

export type PaperKind = 'agreement' | 'undertaking' | 'admission'

export interface PaperFinding {
	item: string
	name: string
	lawful: boolean
	reasonable: boolean
	necessary: boolean
	note: string
}

export interface Paper {
	id: string
	recipient: string
	recipient_name: string
	kind: PaperKind
	document: string
	document_hash: string
	from: string
	until: string
	state: 'waiting' | 'standing' | 'coming' | 'expired' | 'rejected' | 'ended'
	officer: string
	second: string | null
	mine: boolean
	created_at: string
	ended_at: string | null
	ended_by: string | null
	reason: string | null
	findings: PaperFinding[]
}

export interface PaperParty {
	key: string
	name: string
	kind: string
	asked: { key: string; name: string; sensitive: boolean }[]
	needs: PaperKind[]
	missing: PaperKind[]
}

export interface PaperList {
	recipients: PaperParty[]
	items: Paper[]
	missing: number
	soon: number
}

export interface PaperDraft {
	recipient: string
	kind: PaperKind
	document: string
	document_hash: string
	from: string
	until: string
	findings?: { item: string; lawful?: boolean; reasonable?: boolean; necessary?: boolean; note?: string }[]
}

export const staffPapers = () => get<PaperList>('/staff/papers')
export const enterPaper = (body: PaperDraft) => create<Paper>('/staff/papers', body)
export const decidePaper = (id: string, approve: boolean) =>
	approve ? post<Paper>(`/staff/papers/${id}/approval`, {}) : post<Paper>(`/staff/papers/${id}/rejection`, {})
export const endPaper = (id: string, reason: string) => post<Paper>(`/staff/papers/${id}/end`, { reason })
