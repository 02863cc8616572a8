/** My data: items, usage, cancellation. */
import { del, get, post, put, query, requestText } from '../http'
import type { Named, Page } from './common'

/** Closed to the person by officers: which acts, why, until when. */
export interface ItemLock {
	acts: ('view' | 'change' | 'delete')[]
	cause: string
	clause: string
	/** Null under a duty of secrecy. */
	officers: string | null
	everybody: boolean
	since: string
	until: string
}

export interface MyItem extends Named {
	kind: string
	/** Null while it is closed to viewing. */
	masked: string | null
	sensitive: boolean
	category: string
	category_name: string
	service: string | null
	origin: string
	/** From where, of what was fetched. */
	origin_from?: string | null
	basis: string
	/** For what the law keeps: the rule. */
	rule?: string | null
	collected_at: string
	ends_at: string | null
	record_id: string
	locks: ItemLock[]
}

export interface UsageEntry {
	n: number | string
	at: string
	actor: { kind: string; name: string; role: string | null }
	action: string
	action_name: string
	service: string | null
	service_name: string | null
	purpose: string | null
	purpose_name: string | null
	recipient: string | null
	recipient_name: string | null
	items: Named[]
	basis: string | null
	/** The ground of the city's list, when it took the place of consent. */
	ground: string | null
	/** Told later than it happened, under a duty of secrecy. */
	deferred: boolean
	decision: string
	decision_name: string
	clause: string | null
	note: string | null
	policy_version: string | null
}

/** How often a product used my data for something, when last, and what. */
export interface UseLine {
	product: string
	product_name: string
	purpose: string
	purpose_name: string
	times: number
	last_at: string
	last_n: number
	items: Named[]
}

export interface UseOverview {
	since?: string | null
	complete: boolean
	/** The parts of a purpose that the policy lists, and the name of the whole. */
	parts: Named[]
	whole: string | null
	items: UseLine[]
	/** Those that counted the same for the same are one. */
	sets: { times: number; last_at: string; product_name: string | null; purpose_name: string; fields: string[] }[]
}

export interface CancellationPreview {
	scope: string
	name: string
	preview_token: string
	ends: { scope: string; name: string }[]
	keeps: { name: string; rule: string; until: string }[]
	effects: string[]
}

export interface Certificate {
	certificate_id: string
	scope: string
	ended_at: string
	ended: ({ scope?: string; name: string } | string)[]
	kept: ({ name: string; rule?: string; until?: string } | string)[]
	backups_until: string
	hash: string
	signature: string
	public_key: string
}

export const listMyItems = () => get<{ items: MyItem[] }>('/me/items')
export const revealItem = (key: string, record_id?: string) =>
	post<{ key: string; value: string; usage_n: number | string }>(
		`/me/items/${key}/reveal`,
		record_id ? { record_id } : {},
	)
export const changeItem = (key: string, value: string, sms_code?: string) =>
	put<unknown>(`/me/items/${key}`, sms_code ? { value, sms_code } : { value })
export const listUsage = (cursor?: string | null, limit = 20, uses: { product?: string; purpose?: string } = {}) =>
	get<Page<UsageEntry>>(`/me/usage${query({ cursor, limit, ...uses })}`)
export const getUseOverview = () => get<UseOverview>('/me/usage/overview')
export const getReceipt = (n: string | number) => requestText(`/me/usage/${n}/receipt`)
export const getUsageHead = () => get<Record<string, unknown>>('/me/usage/head')
export const previewCancellation = (scope: string) => get<CancellationPreview>(`/me/cancellation${query({ scope })}`)
export const cancelAccount = (scope: string, preview_token: string) =>
	del<Certificate>(`/me${query({ scope, preview_token })}`)
