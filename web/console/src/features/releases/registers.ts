import type { ReleaseDocument, ReleaseRow } from '@shared/api'

/** What of a release an officer changes by forms: its registers, their fields, and what may be written there. */
export interface Field {
	/** Where it stands in the row, "collect.items". */
	path: string
	name: string
	kind: 'text' | 'long' | 'number' | 'flag' | 'word' | 'words' | 'items' | 'purposes' | 'recipients' | 'permissions' | 'reason' | 'recipient' | 'clause'
	words?: Record<string, string>
	optional?: boolean
	/** Only in a row that is not in the release yet. */
	fresh?: boolean
}

export interface Register {
	key: string
	name: string
	/** The list in the document. */
	at: string
	row: string
	fields: Field[]
	/** What a new row starts with; without it rows are neither added nor removed. */
	blank?: Omit<ReleaseRow, 'key'>
	/** What cannot be changed here, and why. */
	closed: string
}

const recipientKinds = { organ: '国家机关', authorised: '依法授权的单位', partner: '合作方', affiliate: '关联方', supplier: '受托方' }
const triggers = {
	certificate: '电子证照', business_licence: '电子营业执照', social_security_card: '电子社保卡', face: '人脸识别', liveness: '活体检测', quick_login: '一键登录', share: '分享',
	map: '地图', push: '消息推送', usage_statistics: '使用统计', fault_report: '故障报告', browser_engine: '浏览器内核', payment_jump: '跳转支付', voice_search: '语音搜索',
	carrier_check: '运营商核验', app_protection: '应用加固', map_voice: '地图语音', company_opening: '企业开办', app_check: '应用检测', call_warning: '来电预警', message_warning: '短信预警',
}
const contexts = { collect: '收集', share: '共享', transfer: '转让', publish: '公开', refuse_request: '不答复请求', keep: '继续保存', access: '查阅', abroad: '向境外提供', minor: '未成年人信息' }
const needs = {
	document: '文件', officer: '经办人', second_officer: '复核人', scope: '范围', public_source: '公开来源', own_publication: '本人公开', application: '申请', event: '事件', reason: '理由', consent: '同意',
	notice: '告知', undertaking: '承诺', deidentified: '去标识化',
}
const cookieUses = { session: '保持会话', identity: '识别身份', analysis: '分析使用情况' }
const clause: Field = { path: 'clause', name: '依据的条款', kind: 'clause', fresh: true }

export const registers: Register[] = [
	{
		key: 'categories', name: '业务类别', at: 'policy.categories', row: '类别',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'collect.items', name: '收集的信息项', kind: 'items' },
			{ path: 'share.items', name: '对外提供的信息项', kind: 'items' },
			{ path: 'recipients', name: '接收方', kind: 'recipients', optional: true },
			{ path: 'purposes', name: '处理目的', kind: 'purposes' },
			{ path: 'permissions', name: '系统权限', kind: 'permissions', optional: true },
			{ path: 'retention.days', name: '保存天数', kind: 'number' },
			{ path: 'retention.rule', name: '保存规则', kind: 'long' },
		],
		closed: '增加或者取消一个类别、改变它依据的条款，须由技术人员修改文件；没有收集或者对外提供规则的类别，不能在这里开始收集或者提供。',
	},
	{
		key: 'recipients', name: '接收方', at: 'policy.recipients', row: '接收方',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'kind', name: '种类', kind: 'word', words: recipientKinds },
			{ path: 'items', name: '另行提供的信息项', kind: 'items', optional: true },
			{ path: 'contact', name: '联系方式', kind: 'text' },
			{ path: 'basis', name: '依据', kind: 'long' },
			{ path: 'region', name: '所在地代码', kind: 'text' },
			{ path: 'agreement_url', name: '服务协议网址', kind: 'text', optional: true },
			{ path: 'policy_url', name: '隐私政策网址', kind: 'text', optional: true },
			clause,
		],
		blank: { name: '', kind: 'organ', region: 'CN', contact: '', basis: '' },
		closed: '新增的接收方须由技术人员接通之后，才会实际收到信息；接通之前没有任何信息提供给它。',
	},
	{
		key: 'sdks', name: '第三方开发包（SDK）', at: 'policy.sdks', row: 'SDK',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'vendor', name: '提供者', kind: 'text' },
			{ path: 'reason', name: '集成目的', kind: 'reason', optional: true },
			{ path: 'function', name: '用途（公众看到的文字）', kind: 'long' },
			{ path: 'recipient', name: '推送消息的送达方', kind: 'recipient', optional: true },
			{ path: 'trigger', name: '何时调用', kind: 'word', words: triggers },
			{ path: 'items', name: '取得的信息项', kind: 'items' },
			{ path: 'permissions', name: '使用的系统权限', kind: 'permissions' },
			{ path: 'condition', name: '条件', kind: 'text', optional: true },
			{ path: 'refusing', name: '拒绝之后的影响', kind: 'text', optional: true },
			{ path: 'policy_url', name: '隐私政策网址', kind: 'text', optional: true },
			{ path: 'consent', name: '须单独同意', kind: 'flag', optional: true },
			{ path: 'login', name: '登录之后才调用', kind: 'flag', optional: true },
			clause,
		],
		blank: { name: '', vendor: '', function: '', trigger: 'share', items: [], permissions: [], platforms: 'all' },
		closed: '新增的 SDK 须由技术人员集成到客户端之后才会调用；一个 SDK 分别用于几种情形的，各种情形须在文件中修改。',
	},
	{
		key: 'sdk_reasons', name: '集成 SDK 的目的', at: 'policy.sdk_reasons', row: '目的',
		fields: [
			{ path: 'name', name: '目的（公众看到的文字）', kind: 'text' },
			{ path: 'triggers', name: '属于这一目的的情形', kind: 'words', words: triggers },
		],
		closed: '列出目的的，每个 SDK 选定一项，不能为其他目的调用。增加或者取消一项目的，须由技术人员修改文件。',
	},
	{
		key: 'permissions', name: '系统权限', at: 'policy.permissions', row: '权限',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'why', name: '为什么需要（申请时显示）', kind: 'long' },
			{ path: 'items', name: '由它取得的信息项', kind: 'items', optional: true },
		],
		closed: '增加一种系统权限须由技术人员修改客户端。',
	},
	{
		key: 'purposes', name: '处理目的', at: 'policy.purposes', row: '目的',
		fields: [{ path: 'name', name: '名称', kind: 'text' }, clause],
		blank: { name: '' },
		closed: '已有各项依据的条款不能在这里修改。',
	},
	{
		key: 'definitions', name: '用语的定义', at: 'policy.definitions', row: '定义',
		fields: [{ path: 'term', name: '用语', kind: 'text' }, { path: 'meaning', name: '含义', kind: 'long' }, clause],
		blank: { term: '', meaning: '' },
		closed: '已有各项依据的条款不能在这里修改。',
	},
	{
		key: 'exceptions', name: '例外情形', at: 'policy.exceptions', row: '情形',
		fields: [
			{ path: 'ground', name: '情形（公众看到的文字）', kind: 'long' },
			{ path: 'contexts', name: '适用的处理', kind: 'words', words: contexts },
			{ path: 'needs', name: '须载明的内容', kind: 'words', words: needs },
			{ path: 'secrecy', name: '可以推迟告知本人', kind: 'flag', optional: true },
			clause,
		],
		blank: { ground: '', contexts: [], needs: [] },
		closed: '名单以外的情形一律不适用。已有各项依据的条款不能在这里修改。',
	},
	{
		key: 'cookies', name: 'Cookie', at: 'policy.cookies', row: 'Cookie',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'use', name: '用途', kind: 'word', words: cookieUses },
			{ path: 'refusable', name: '可以拒绝', kind: 'flag', optional: true },
			{ path: 'effect', name: '拒绝之后的影响', kind: 'text', optional: true },
		],
		closed: '网页实际写入的 Cookie 由程序决定，增加一种须由技术人员修改。',
	},
	{
		key: 'services', name: '服务的文字', at: 'services', row: '服务',
		fields: [
			{ path: 'name', name: '名称', kind: 'text' },
			{ path: 'summary', name: '简介', kind: 'text', optional: true },
			{ path: 'guide', name: '办理说明', kind: 'long', optional: true },
			{ path: 'shared', name: '对外提供的信息项', kind: 'items', optional: true },
			{ path: 'result', name: '显示的结果', kind: 'items', optional: true },
		],
		closed: '填写的项目、办理步骤、由谁答复须由技术人员修改；增加一项服务须先接通办理单位。',
	},
]

export type Tree = ReleaseDocument['document']
export type Names = Record<Field['kind'], { value: string; label: string }[]>

export function rowsOf(tree: Tree, at: string): ReleaseRow[] {
	const list = at === 'services' ? tree.services : tree.policy[at.slice('policy.'.length)]
	return (list as ReleaseRow[] | undefined) ?? []
}

export const rowName = (row: ReleaseRow) => String(row.name ?? row.term ?? row.ground ?? row.key) || '（未命名）'

export function valueAt(row: ReleaseRow, path: string): unknown {
	return path.split('.').reduce<unknown>((here, name) => (here as Record<string, unknown> | undefined)?.[name], row)
}

/** The part of the row that holds the value; undefined where the rule itself is missing. */
export function holderOf(row: ReleaseRow, path: string): Record<string, unknown> | undefined {
	const names = path.split('.')
	return (names.length === 1 ? row : row[names[0]!]) as Record<string, unknown> | undefined
}

const pairs = (rows: ReleaseRow[]) => rows.map((r) => ({ value: r.key, label: rowName(r) }))

/** What may be picked: only what the release declares. */
export function namesOf(tree: Tree): Partial<Names> {
	const clauses = new Set<string>()
	JSON.stringify(tree, (key, value: unknown) => {
		if (key === 'clause' && typeof value === 'string') clauses.add(value)
		return value
	})
	return {
		items: pairs(tree.items),
		purposes: pairs(rowsOf(tree, 'policy.purposes')),
		recipients: pairs(rowsOf(tree, 'policy.recipients')),
		recipient: pairs(rowsOf(tree, 'policy.recipients')),
		permissions: pairs(rowsOf(tree, 'policy.permissions')),
		reason: pairs(rowsOf(tree, 'policy.sdk_reasons')),
		clause: [...clauses].sort().map((c) => ({ value: c, label: c })),
	}
}

/** Keys and words of the release in a complaint, as people call them. */
export function inWords(tree: Tree, message: string): string {
	const rows = new Map<string, string>()
	const words = new Map<string, string>([['items', '信息项']])
	for (const r of [...tree.items, ...tree.services, ...registers.flatMap((g) => rowsOf(tree, g.at))]) if (!rows.has(r.key)) rows.set(r.key, rowName(r))
	for (const f of registers.flatMap((g) => g.fields)) {
		const last = f.path.split('.').at(-1)!
		if (!words.has(last)) words.set(last, f.name)
		for (const [key, name] of Object.entries(f.words ?? {})) if (!words.has(key)) words.set(key, name)
	}
	const called = message.replace(/“([a-z][a-z0-9_]*)”/g, (all, key: string) => (rows.has(key) || words.has(key) ? `“${rows.get(key) ?? words.get(key)}”` : all))
	return called.replace(/(?<![./\w])[a-z][a-z0-9_]*(?![./\w])/g, (key) => words.get(key) ?? key)
}
