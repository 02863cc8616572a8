/** Notices, messages and subscriptions. */
import { get, put, query } from '../http'
import type { Named, Page } from './common'

export interface NoticeChange {
	kind: string
	major: boolean
	text: string
}

/** The version that waits for the person's agreement. */
export interface PolicyNotice {
	pending: boolean
	rights: { reply_days: number; delete_days: number; cancel_scopes: string[]; refusal_grounds: string[] }
	version?: string
	effective_at?: string
	in_force?: boolean
	major?: boolean
	reduces_rights?: boolean
	may_continue?: boolean
	agreed_version?: string
	changes?: NoticeChange[]
}

export interface InboxMessage {
	id: string
	kind: 'policy' | 'announcement' | 'case' | 'incident' | 'end' | 'request' | 'publication' | 'ward_use' | 'login' | 'transfer'
	ref_id: string
	at: string
	read_at: string | null
	version?: string
	major?: boolean
	changes?: NoticeChange[]
	promotional?: boolean
	title: string
	text: string
}

export interface Unread {
	unread: number
	policy: number
}

export interface Subscription extends Named {
	subscribed: boolean
	optional: boolean
}

export const getNotice = () => get<PolicyNotice>('/notice')
export const noticeShown = (version: string) => put<void>('/notice', { version })
export const listMessages = (cursor?: string) => get<Page<InboxMessage>>(`/me/messages${query({ cursor })}`)
export const getMessage = (id: string) => get<InboxMessage>(`/me/messages/${id}`)
export const readMessage = (id: string) => put<void>(`/me/messages/${id}`, { read: true })
export const getUnread = () => get<Unread>('/me/unread')
export const listSubscriptions = () => get<{ items: Subscription[] }>('/me/subscriptions')
export const setSubscription = (topic: string, subscribed: boolean) =>
	put<void>(`/me/subscriptions/${topic}`, { subscribed })

export interface Bulletin {
	id: string
	kind: 'incident' | 'end'
	title: string
	at: string
	ends_at: string | null
	mine: boolean
	parts: { name: string; text: string }[]
}

export const listBulletins = (cursor?: string | null) => get<Page<Bulletin>>(`/notices${query({ cursor })}`)
