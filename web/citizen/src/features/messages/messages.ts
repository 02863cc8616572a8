import { getCase, getPolicy, listCases } from '@shared/api'

export interface Message {
	key: string
	title: string
	text: string
	at: string
	/** Nothing happens at an hour: the day alone is shown. */
	wholeDay?: boolean
	path: string
	icon: string
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

/** Progress of one's own cases, and the notices that concern everybody; newest first. */
export async function loadMessages(person: boolean): Promise<Message[]> {
	const [policy, cases] = await Promise.all([getPolicy(), person ? caseMessages() : []])
	const notice: Message = {
		key: 'policy',
		title: '系统通知 · 隐私政策',
		text: `隐私政策 ${policy.version} 版现行有效，点按查看全文。`,
		at: policy.effective_at,
		wholeDay: true,
		path: '/policy',
		icon: 'shield',
	}
	return [...cases, notice].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}
