/** What partners may deliver of me. */
import { del, get, put } from '../http'

export interface PartnerData {
	key: string
	name: string
	partner_name: string
	consent_text: string
	text_hash: string
	allowed: boolean
	/** The number that I tell the partner. */
	grant?: string | null
	received: number
	deliveries: { id: string; at: string }[]
}

export const listPartnerData = () => get<{ items: PartnerData[] }>('/me/partner-data')
/** Yes to exactly the text that was shown. */
export const allowPartnerData = (key: string, text_hash: string) => put<PartnerData>(`/me/partner-data/${key}`, { text_hash })
/** No more, and what came is deleted. */
export const endPartnerData = (key: string) => del<void>(`/me/partner-data/${key}`)
