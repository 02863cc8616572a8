/** The city, its policy and what a version changed. */
import { get, query } from '../http'
import type { Named } from './common'
import type { ConsentRequest } from './consents'
import type { PrefillSource } from './prefill'

export interface RegisterField {
	item: string
	name: string
	kind: string
	hint?: string | null
}

export interface CancelScope extends Named {
	text: string
}

export interface RealnameForm {
	method: string
	fields: (RegisterField & { required: boolean })[]
}

export interface Features {
	register_fields: RegisterField[]
	register_follow: string[]
	login_methods: string[]
	login_names: (string | Named)[]
	realname_methods: string[]
	realname_forms: RealnameForm[]
	/** The name can be proven anew by the same document. */
	realname_again: boolean
	prefills: PrefillSource[]
	policy_reading: boolean
	reading_min_seconds: number
	permission_timing: 'first_entry' | 'at_use'
	/** Those asked at the first entry; without it, all. */
	permission_first_entry?: string[]
	cancel_scopes: CancelScope[]
	my_info_title: string
	/** What the ways of the city call them (screens.policy, screens.cancel). */
	policy_title?: string
	cancel_title?: string
	/** What the entry for opinions is called (screens.feedback). */
	feedback_title?: string
	/** The page between the settings and the password; null: the settings hold what belongs to the account. */
	account_page?: string | null
	hotline_service: string | null
	guest_browse: 'catalogue' | 'main'
	/** Searches and favourites can be kept. */
	history: boolean
	/** Language, place and level of help can be set. */
	wishes: boolean
	/** Place marks of photos can be kept. */
	photo_places: boolean
	/** Services can be recommended by what was used. */
	personal: boolean
	/** Services can be rated. */
	ratings: boolean
	promotions: boolean
	partner_data: boolean
	/** The devices of one person are put together for the same service. */
	device_link: boolean
	/** There are cookies that can be refused. */
	cookie_choice: boolean
	/** Every kind of message can be unsubscribed: none reaches everybody. */
	unsubscribe_all: boolean
	consent_register: ConsentRequest | null
}

export interface City {
	key: string
	name: string
	city_name: string
	controller: string
	theme: { primary: string; accent: string; background: string }
	contacts: { hotlines: string[]; address: string; unit: string }
	policy_version: string
	features: Features
	categories: Named[]
	permissions: { key: string; name: string; why: string }[]
	tabs: (string | Named)[]
	/** The chapters of the policy in force; name: its title. */
	chapters: Named[]
}

export interface Policy {
	version: string
	number: number
	hash: string
	effective_at: string
	updated_at: string
	controller: string
	product: string
	html_url: string
	agreement_url: string
	reading_required: boolean
	reading_token?: string
}

/** What a version changed against an earlier one, in sentences. */
/** Sentences of a chapter that changed; null: there were none, or there are none any more. */
export interface Passage {
	chapter: string
	before: string | null
	after: string | null
}

export interface PolicyChanges {
	version: string
	since: string
	/** What the officers tell about it. */
	summary: string | null
	/** The major kinds that occur; clause where the city lists the kind itself. */
	major: { kind: string; name: string; clause: string | null }[]
	changes: { text: string; kind: string; name: string; clause: string | null; major: boolean }[]
	passages: Passage[]
}

export const getPolicyChanges = (version: string, since?: string) =>
	get<PolicyChanges>(`/policy/${encodeURIComponent(version)}/changes${query({ since })}`)
export const getCity = () => get<City>('/city')
export const getPolicy = () => get<Policy>('/policy/current')

/** The policy as the server renders it for reading without scripts. */
export async function getPolicyHtml(version?: string): Promise<string> {
	const response = await fetch(version ? `/policy/${encodeURIComponent(version)}` : '/policy', {
		credentials: 'same-origin',
	})
	if (!response.ok) throw new Error(`policy: ${response.status}`)
	return response.text()
}

export const getPolicyVersion = (version: string) => get<Policy>(`/policy/${encodeURIComponent(version)}`)
