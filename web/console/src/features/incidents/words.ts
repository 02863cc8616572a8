import type { IncidentSummary } from '@shared/api'

export const kinds = {
	leak: '信息泄露',
	unauthorised_access: '未经授权的访问',
	alteration: '信息被篡改',
	destruction: '信息毁损、丢失',
	publication: '信息被公开',
	violation: '违反法律或者平台规则',
	other: '其他安全事件',
}

export const states: Record<IncidentSummary['state'], { name: string; type: 'danger' | 'warning' | 'success' }> = {
	open: { name: '处置中', type: 'danger' },
	told: { name: '已告知', type: 'warning' },
	closed: { name: '已结案', type: 'success' },
}

export const parts = {
	facts: '事件的基本情况',
	effect: '可能的影响',
	measures: '已经或者将要采取的处置措施',
	self_protection: '可以怎样自行防范',
	remedies: '对受影响的人的补救措施',
}
