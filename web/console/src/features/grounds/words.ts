import type { GroundUse } from '@shared/api'

/** What is carried out here; other grounds of the list belong to other work. */
export const contexts = [
	{ key: 'share', name: '向单位提供' },
	{ key: 'transfer', name: '转让' },
	{ key: 'collect', name: '收集' },
	{ key: 'abroad', name: '向境外提供' },
	{ key: 'use', name: '其他用途' },
]
/** Closed to the person: not a use of data, with fields of its own. */
export const access = { key: 'access', name: '封闭项目' }
/** A competent organ queries what the law keeps of an ended account. */
export const keep = { key: 'keep', name: '查询留存信息' }
const actions: Record<string, string> = { collect: '收集', read: '读取', share: '向单位提供', sent: '提供结果', refuse: '拒绝', consent: '同意', withdraw: '撤回', change: '变更', login: '登录与验证', delete: '删除' }
export const actionName = (key: string) => actions[key] ?? key
/** Put up for everybody: has a list and a form of its own. */
const publish = { key: 'publish', name: '公示' }
export const contextName = (key: string | null) => [...contexts, access, keep, publish].find((c) => c.key === key)?.name ?? '—'
/** The policy speaks to the person; officers read of that person. */
export const groundName = (use: GroundUse) => use.ground_name?.replaceAll('您', '本人') ?? '当事人的信息已删除'
export const publishes = (use: GroundUse) => use.context === publish.key

/** The evidence that an officer writes down, in the order of the form. */
export const evidence: { key: string; name: string; hint: string }[] = [
	{ key: 'document', name: '法律规定或文书', hint: '名称、文号和出具机关' },
	{ key: 'event', name: '事件', hint: '事件及其编号' },
	{ key: 'public_source', name: '合法公开的来源', hint: '报道或公告的出处和日期' },
	{ key: 'own_publication', name: '本人自行公开', hint: '本人在何处、何时公开' },
	{ key: 'notice', name: '事前告知', hint: '告知的方式和日期' },
	{ key: 'undertaking', name: '接收方书面承诺', hint: '承诺书编号' },
	{ key: 'reason', name: '理由', hint: '例如：为何一时难以取得同意，为何须用于这一用途' },
]
export const evidenceName = (key: string) => (key === 'application' ? '本人的事项' : (evidence.find((e) => e.key === key)?.name ?? key))

const outcomes: Record<string, string> = { sent: '已送达', not_sent: '未发出', unknown: '结果未知' }
export const outcomeName = (use: GroundUse) => outcomes[use.outcome] ?? ''

/** On which basis a minor's items may be used, where the city's policy lists such. */
export const minorContext = 'minor'
export const minorAsksGuardian = (needs: string[]) => needs.includes('consent')

export const tagOf = (state: GroundUse['state']) =>
	state === 'done' || state === 'published' ? 'success' : state === 'waiting' || state === 'asked' || state === 'guardian_asked' ? 'warning' : state === 'failed' || state === 'rejected' || state === 'declined' || state === 'guardian_declined' ? 'danger' : 'info'

export const isDeferred = (use: GroundUse) => !!use.deferred_until && !use.told
/** Days until the person is told; what has less than a week left is marked. */
export const daysLeft = (use: GroundUse) => Math.ceil((Date.parse(use.deferred_until ?? '') - Date.now()) / 86400000)
