/** Acceptance of the policy, consents and their withdrawal. */
import { create, del, get } from '../http'
import type { Named, Page } from './common'

export interface ConsentRequest {
	scope: string
	/** Keys, or keys with their names. */
	items: (string | (Named & { sensitive?: boolean }))[]
	recipient: string | Named | null
	purpose?: string
	purpose_name?: string
	text: string
	text_hash: string
	given?: boolean
	id?: string | null
}

export interface Acceptance {
	id: string
	version: string
	kind: string
	accepted_at: string
	withdrawn_at: string | null
	hash: string
	operations: string[]
	controller: string
	product: string
}

/** Going on after the notice: a weaker acceptance, where the city counts it. */
export const continueUnder = (policy_version: string) =>
	create<Acceptance>('/acceptances', { policy_version, kind: 'continued' })
export const acceptPolicy = (policy_version: string, reading_token?: string) =>
	create<Acceptance>('/acceptances', reading_token ? { policy_version, reading_token } : { policy_version })
export const listAcceptances = () => get<Page<Acceptance>>('/acceptances')

export interface Consent {
	id: string
	scope: string
	service_name: string
	recipient: string | null
	recipient_name: string | null
	items: Named[]
	given_at: string
	withdrawn_at: string | null
	version: string
	text_hash: string
	/** A later version changed its terms: it opens nothing until it is given again. */
	renewal_needed: boolean
}

export const listConsents = () => get<Page<Consent>>('/consents')
export const giveConsent = (consent: ConsentRequest) =>
	create<{ id: string }>('/consents', {
		scope: consent.scope,
		items: consent.items.map((item) => (typeof item === 'string' ? item : item.key)),
		recipient: consent.recipient && typeof consent.recipient === 'object' ? consent.recipient.key : consent.recipient,
		text_hash: consent.text_hash,
	})

/** What a withdrawal stops, deletes and keeps: the same before it and after it. */
export interface Withdrawal {
	withdrawn_at: string | null
	policy: boolean
	consents: number
	stops: string[]
	deletes: string[]
	keeps: { name: string; rule: string; until: string | null }[]
	still: string[]
}

export interface DevicePermission extends Named {
	why: string
	granted: boolean
	changed_at: string
}

export interface ConsentDevice {
	session_id: string
	current: boolean
	platform: string
	last_seen_at: string
	permissions: DevicePermission[]
}

export interface WithdrawalWay extends Named {
	text: string
	place: string | null
}

export interface ConsentCentre {
	ways: WithdrawalWay[]
	held_data: 'anonymise' | 'stop'
	devices: ConsentDevice[]
}

export const getConsentCentre = () => get<ConsentCentre>('/consents/centre')
export const previewWithdrawal = (scope: 'all' | 'policy') => get<Withdrawal>(`/consents/withdrawal?scope=${scope}`)
export const previewConsentWithdrawal = (id: string) => get<Withdrawal>(`/consents/${id}/withdrawal`)
export const withdrawConsent = (id: string) => del<Withdrawal>(`/consents/${id}`)
export const withdrawScope = (scope: 'all' | 'policy') => create<Withdrawal>('/consents/withdrawals', { scope })
export const withdrawConsents = (ids: string[]) => create<Withdrawal>('/consents/withdrawals', { ids })
export const previewDeletion = () => get<Withdrawal>('/me/deletion')
export const deleteEverything = () => del<Withdrawal>('/me/items')
export const getConsentText = (hash: string) => get<{ text: string }>(`/consent-texts/${hash}`)
