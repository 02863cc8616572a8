import type { Acceptance, Consent } from '@shared/api'

/** A row of the view by information or by recipient: what the consents have in common. */
export interface Group {
	key: string
	name: string
	consents: Consent[]
}

export type View = 'service' | 'item' | 'recipient'

export const views: { key: View; name: string }[] = [
	{ key: 'service', name: '按服务' },
	{ key: 'item', name: '按信息' },
	{ key: 'recipient', name: '按接收方' },
]

/** In force first, then those withdrawn; the newest on top. */
export const inOrder = (consents: Consent[]) =>
	[...consents].sort((a, b) => Number(!!a.withdrawn_at) - Number(!!b.withdrawn_at) || Date.parse(b.given_at) - Date.parse(a.given_at))

export function groupsOf(consents: Consent[], view: View): Group[] {
	const groups = new Map<string, Group>()
	const put = (key: string, name: string, consent: Consent) => {
		const group = groups.get(key) ?? { key, name, consents: [] }
		group.consents.push(consent)
		groups.set(key, group)
	}
	for (const consent of consents.filter(({ withdrawn_at }) => !withdrawn_at)) {
		if (view === 'item') for (const item of consent.items) put(item.key, item.name, consent)
		else put(consent.recipient ?? '', consent.recipient_name ?? '不向其他单位提供', consent)
	}
	return [...groups.values()].sort((a, b) => b.consents.length - a.consents.length || a.name.localeCompare(b.name, 'zh-CN'))
}

const kinds: Record<string, string> = { express: '明示同意', continued: '继续使用视为同意', by_use: '使用即同意' }

export const kindOf = (acceptance: Acceptance) => kinds[acceptance.kind] ?? '同意'

const platforms: Record<string, string> = { web: '网页', android: '安卓设备', ios: '苹果设备' }

export const platformOf = (key: string) => platforms[key] ?? '设备'

/** The check value of a text, as the server counts it; null where the browser offers none. */
export async function checkValue(text: string): Promise<string | null> {
	if (!globalThis.crypto?.subtle) return null
	const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
	return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
