import type { UsageEntry } from '@shared/api'

export type Filter = 'all' | 'self' | 'staff' | 'shared' | 'refused'

export const filters: { key: Filter; name: string }[] = [
	{ key: 'all', name: '全部' },
	{ key: 'shared', name: '提供给单位' },
	{ key: 'staff', name: '工作人员' },
	{ key: 'self', name: '本人操作' },
	{ key: 'refused', name: '已拒绝' },
]

export function refused(entry: UsageEntry): boolean {
	return !/^(allow|allowed|permit|permitted|granted|ok|yes)/.test(entry.decision)
}

export function matches(entry: UsageEntry, filter: Filter): boolean {
	switch (filter) {
		case 'self':
			return /subject|self|citizen|person/.test(entry.actor.kind)
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

export const who = (entry: UsageEntry) => entry.actor.name || '系统'
export const what = (entry: UsageEntry) => entry.items.map(({ name }) => name).join('、')
export const basisNames: Record<string, string> = {
	consent: '您的单独同意',
	acceptance: '您同意的隐私政策',
	own_request: '您本人的要求',
	separate_consent: '您的单独同意',
	contract: '订立、履行合同所必需',
	law: '法定职责或者法定义务',
	legal_duty: '法定职责或者法定义务',
	statutory: '法定职责或者法定义务',
}
export const basis = (entry: UsageEntry) => (entry.basis ? (basisNames[entry.basis] ?? entry.basis) : '')
