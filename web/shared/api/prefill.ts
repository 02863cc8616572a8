/** Filling in from a source in the place of typing, each time after its text was ticked. */
import { post } from '../http'
import type { ConsentRequest } from './consents'

export type PrefillForm = 'register' | 'login' | 'reset' | 'realname'

export interface PrefillSource {
	source: 'number' | 'account'
	name: string
	/** Who tells; the own account where there is nobody. */
	from?: string | null
	forms: PrefillForm[]
	consent: ConsentRequest | null
}

/** What was filled in: the value, or only its mask where it stays on the server. */
export interface Prefilled {
	item: string
	name: string
	value?: string
	masked?: string
}

export const prefill = (form: PrefillForm, source: 'number' | 'account', text_hash: string, number_token?: string) =>
	post<{ items: Prefilled[]; expires_at: string }>('/prefills', { form, source, text_hash, ...(number_token ? { number_token } : {}) })
