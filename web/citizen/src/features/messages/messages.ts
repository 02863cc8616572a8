import { getCase, getPolicy, listCases, listMessages, readMessage } from '@shared/api'
import { refreshUnread } from '@/app/notices'

export interface Message {
	key: string
	title: string
	text: string
	at: string
	/** Nothing happens at an hour: the day alone is shown. */
	wholeDay?: boolean
	path: string
	icon: string
	/** Not opened yet. */
	unread?: boolean
}

const LATEST = 10

async function caseMessages(): Promise<Message[]> {
	const { items } = await listCases()
	const latest = items.slice(0, LATEST)
	const whole = await Promise.all(latest.map((entry) => (entry.events ? entry : getCase(entry.id))))
	return whole.map((entry) => {
		const event = entry.events?.at(-1)
		return {
			key: `case-${entry.id}`,
			title: `${entry.service_name} · ${entry.state_name}`,
			text: event?.text || `编号 ${entry.number}`,
			at: event?.at ?? entry.created_at,
			path: `/cases/${entry.id}`,
			icon: 'headset',
		}
	})
}

/**
 * Notices and announcements of the inbox. The progress of cases is told by the cases themselves, in the
 * same list: seen there, its messages are read.
 */
async function inbox(): Promise<Message[]> {
	const { items } = await listMessages()
	const progress = items.filter(({ kind, read_at }) => kind === 'case' && !read_at)
	void Promise.allSettled(progress.map(({ id }) => readMessage(id))).then(refreshUnread)
	return items
		.filter(({ kind }) => kind !== 'case')
		.map((message) => ({
			key: `message-${message.id}`,
			title: message.kind === 'policy' ? `系统通知 · ${message.title}` : message.title,
			text: message.text,
			at: message.at,
			path: `/messages/${message.id}`,
			icon: message.kind === 'policy' || message.kind === 'login' ? 'shield' : 'message',
			unread: !message.read_at,
		}))
}

/** Progress of one's own cases, and the notices that concern everybody; newest first. */
export async function loadMessages(person: boolean): Promise<Message[]> {
	const [policy, cases, told] = await Promise.all([getPolicy(), person ? caseMessages() : [], person ? inbox() : []])
	const notice: Message = {
		key: 'policy',
		title: '系统通知 · 隐私政策',
		text: `隐私政策 ${policy.version} 版现行有效，点按查看全文。`,
		at: policy.effective_at,
		wholeDay: true,
		path: '/policy',
		icon: 'shield',
	}
	return [...told, ...cases, notice].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}
