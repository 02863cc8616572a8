/** The catalogue and its queries. */
import { create, get, query, type NextStep } from '../http'
import type { Named, Page } from './common'
import type { ConsentRequest } from './consents'
import type { Paragraph } from './paragraphs'

export interface ServiceSummary {
	key: string
	name: string
	summary: string
	category: string
	category_name: string
	shape: 'info' | 'query' | 'case'
	level: 'open' | 'login' | 'phone' | 'realname'
	provider: string
	provider_kind: string
	icon: string
}

export type Choice = string | { value: string; name: string }

export interface ServiceField {
	item: string
	name: string
	label: string | null
	hint: string | null
	required: boolean
	prefill: boolean | string | null
	sensitive: boolean
	sensed: boolean | string | null
	input: 'text' | 'phone' | 'id' | 'name' | 'email' | 'textarea' | 'choice' | 'location' | string
	choices?: Choice[]
	/** A position says by which of these ways it was obtained. */
	ways?: string[]
}

/** Who offers a third party's service, and where its own texts stand. */
export interface Party extends Named {
	agreement_url: string | null
	policy_url: string | null
}

export interface Service extends ServiceSummary {
	party: Party | null
	fields: ServiceField[]
	recipients: Named[]
	shared: Named[]
	result: Named[]
	purpose: string
	purpose_name: string
	clause: string
	guide: string | null
	attachments_max: number
	consent: ConsentRequest | null
	missing: NextStep[]
	/** What the service depends on cannot be reached. */
	outage: { name: string; since: string } | null
	/** Where both texts say what its form is for. */
	paragraphs: Paragraph[]
	/** Money moves here: what must be told to nobody is said again. */
	secrets_warning: boolean
}

export interface Table {
	columns: Named[]
	rows: string[][]
}

export interface QueryResult {
	query_id: string
	service: string
	at: string
	authority: Named
	result: { item: string; name: string; value: string | Table }[]
	usage_n: number | string
}

export const listServices = (
	filter: { q?: string; category?: string; cursor?: string | null; limit?: number },
	signal?: AbortSignal,
) => get<Page<ServiceSummary>>(`/services${query(filter)}`, signal)
export const getService = (key: string) => get<Service>(`/services/${key}`)
export const runQuery = (key: string, fields: Record<string, string>) =>
	create<QueryResult>(`/services/${key}/queries`, { fields })
