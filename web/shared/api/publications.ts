/** Publication of personal information. */
import { get, post, query } from '../http'
import type { Named, Page } from './common'

export interface Publication {
	id: string
	purpose: string
	ground_name: string | null
	document: string | null
	event: string | null
	measures: string | null
	published_at: string | null
	until: string | null
	values: { name: string; value: string }[]
}

export interface OwnPublication extends Omit<Publication, 'values'> {
	state: 'asked' | 'declined' | 'acting' | 'published' | 'withdrawn' | 'failed'
	can_agree: boolean
	can_withdraw: boolean
	items: (Named & { sensitive: boolean })[]
	/** Null where it rests on no consent. */
	text: string | null
	text_hash: string | null
	agreed_at: string | null
}

export const listPublications = (cursor?: string | null) => get<Page<Publication>>(`/publications${query({ cursor })}`)
export const myPublications = (cursor?: string | null) => get<Page<OwnPublication>>(`/me/publications${query({ cursor })}`)
export const myPublication = (id: string) => get<OwnPublication>(`/me/publications/${id}`)
/** Yes to exactly the text that was shown. */
export const agreeToPublication = (id: string, text_hash: string) =>
	post<OwnPublication>(`/me/publications/${id}/agreement`, { text_hash })
/** No to what is asked, or off the page again. */
export const withdrawPublication = (id: string) => post<OwnPublication>(`/me/publications/${id}/withdrawal`)
