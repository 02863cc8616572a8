/** Releases of the policy, for officers. */
import { get, post, request, requestText } from '../http'
import type { PolicyChanges } from './city'

export interface Release {
	number: number
	version: string
	hash: string
	state: string
	state_name: string
	base_number: number | null
	from_number: number | null
	created_at: string
	published_at: string | null
	effective_at: string | null
	published_by: string | null
}

export interface ReleaseStep {
	action: string
	action_name: string
	officer: string
	note: string | null
	at: string
}

export interface ReleaseDetail extends Release {
	summary: string | null
	/** Another version was published since it was compared. */
	stale: boolean
	/** What this officer may do with it now. */
	actions: string[]
	steps: ReleaseStep[]
}

export interface ReleaseDiff {
	against: number
	against_version: string
	reduces_rights: boolean
	major: PolicyChanges['major']
	changes: PolicyChanges['changes']
	passages: PolicyChanges['passages']
	asked_again: { service: string; name: string; why: string }[]
	findings: string[]
}

/** What edits would make of a release. */
export interface ReleaseTrial extends ReleaseDiff {
	html: string
}

export interface ReleaseList {
	in_force: number
	items: Release[]
}

/** A chapter of the policy or of the user agreement; a section without paragraphs has a generated table only. */
export interface TextChapter {
	key: string
	title: string
	sections: { title?: string; paragraphs?: string[]; table?: string }[]
}

/** The two texts of a release. */
export type ReleaseText = 'policy' | 'agreement'

/** The parts of the document that the console edits. */
export interface ReleaseDocument {
	number: number
	version: string
	document: {
		items: ReleaseRow[]
		services: ReleaseRow[]
		policy: {
			version: string
			updated: string
			effective: string
			chapters: TextChapter[]
			categories: (ReleaseRow & { retention: { rule: string; days: number } })[]
			[register: string]: unknown
		}
		/** The user agreement; releases from before it have none. */
		agreement?: TextChapter[]
		city: { contact: Record<string, string | string[]>; minor?: Record<string, string | number>; [key: string]: unknown }
	}
}

/** A row of a register, as the document holds it. */
export interface ReleaseRow {
	key: string
	name?: string
	[member: string]: unknown
}

export interface ReleaseEdit {
	at: string
	value: unknown
}

export interface ReleaseMark {
	kind: string
	reason: string
}

export const listReleases = () => get<ReleaseList>('/staff/releases')
export const getRelease = (number: number | string) => get<ReleaseDetail>(`/staff/releases/${number}`)
export const getReleaseDiff = (number: number | string) => get<ReleaseDiff>(`/staff/releases/${number}/diff`)
export const getReleaseDocument = (number: number | string) => get<ReleaseDocument>(`/staff/releases/${number}/document`)
export const getReleasePage = (number: number | string, text: ReleaseText) =>
	text === 'policy' ? requestText(`/staff/releases/${number}/policy.html`) : requestText(`/staff/releases/${number}/agreement.html`)
export const releasePdf = (number: number | string, text: ReleaseText) =>
	text === 'policy' ? `/api/v1/staff/releases/${number}/policy.pdf` : `/api/v1/staff/releases/${number}/agreement.pdf`
export const draftRelease = (body: { base?: number; note?: string; edits?: ReleaseEdit[]; files?: Record<string, string> }) =>
	post<{ number: number }>('/staff/releases', body)
export const tryRelease = (number: number | string, edits: ReleaseEdit[], text: ReleaseText) => post<ReleaseTrial>(`/staff/releases/${number}/trial`, { edits, text })
export const submitRelease = (number: number, body: { summary?: string; note?: string; marks?: ReleaseMark[] }) =>
	post<{ number: number }>(`/staff/releases/${number}/submit`, body)
export const approveRelease = (number: number, note?: string) => post<{ number: number }>(`/staff/releases/${number}/approve`, { note })
export const rejectRelease = (number: number, note: string) => post<{ number: number }>(`/staff/releases/${number}/reject`, { note })
export const withdrawRelease = (number: number, note?: string) => post<{ number: number }>(`/staff/releases/${number}/withdraw`, { note })
export const compareRelease = (number: number) => request<{ number: number }>('POST', `/staff/releases/${number}/compare`)
export const publishRelease = (number: number, effective: string, note?: string) =>
	post<{ number: number; effective_at: string }>(`/staff/releases/${number}/publish`, { effective, note })
