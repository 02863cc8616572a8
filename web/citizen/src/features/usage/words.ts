import type { UsageEntry } from '@shared/api'

export type Filter = 'all' | 'self' | 'staff' | 'shared' | 'refused'

export const filters: { key: Filter; name: string }[] = [
	{ key: 'all', name: '全部' },
	{ key: 'shared', name: '提供给单位' },
	{ key: 'staff', name: '工作人员' },
	{ key: 'self', name: '本人操作' },
	{ key: 'refused', name: '已拒绝' },
]

export const refused = (entry: UsageEntry) => entry.action === 'refuse'

/** The look of a decision: done, refused, or neither. */
export function decisionTag(entry: UsageEntry): string {
	if (refused(entry)) return 'tag-danger'
	return ['allowed', 'sent'].includes(entry.decision) ? 'tag-ok' : ''
}

export function matches(entry: UsageEntry, filter: Filter): boolean {
	switch (filter) {
		case 'self':
			return entry.actor.kind === 'person'
		case 'staff':
			return entry.actor.kind === 'staff'
		case 'shared':
			return !!entry.recipient
		case 'refused':
			return refused(entry)
		default:
			return true
	}
}

const roles: Record<string, string> = {
	hotline_agent: '热线坐席',
	complaint_handler: '投诉处理员',
	policy_officer: '隐私政策管理员',
	privacy_officer: '个人信息保护专员',
	auditor: '审计员',
}

export function who(entry: UsageEntry): string {
	const { kind, name, role } = entry.actor
	const post = kind === 'staff' && role ? `（${roles[role] ?? role}）` : ''
	return `${name || '系统自动处理'}${post}`
}

/** Data that left the app is told by where it went. */
export const left = (entry: UsageEntry) => ['share', 'sent'].includes(entry.action) && !!entry.recipient_name

export const what = (entry: UsageEntry) => entry.items.map(({ name }) => name).join('、')
export const basisNames: Record<string, string> = {
	consent: '您的单独同意',
	acceptance: '您同意的隐私政策',
	given_by_user: '您在该单位的页面中自行填写',
	own_request: '您本人的要求',
	separate_consent: '您的单独同意',
	contract: '订立、履行合同所必需',
	law: '法定职责或者法定义务',
	legal_duty: '法定职责或者法定义务',
	statutory: '法定职责或者法定义务',
}
export const basis = (entry: UsageEntry) => (entry.ground ? `例外情形：${entry.ground}` : entry.basis ? (basisNames[entry.basis] ?? entry.basis) : '')
