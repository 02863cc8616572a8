/** Items in the order and under the headings in which people look for them. */
const kinds: Record<string, string> = {
	basic: '基本资料',
	identity: '身份信息',
	net_identity: '账号信息',
	biometric: '生物识别信息',
	health: '健康信息',
	edu_work: '教育工作信息',
	property: '财产信息',
	communication: '通信信息',
	contact: '联系人信息',
	net_log: '使用记录',
	device: '设备信息',
	location: '位置信息',
	organisation: '单位信息',
	authentication: '账号信息',
}

const words: Record<string, string> = {
	typed: '本人填写',
	fetched: '授权获取',
	request: '本人申请更正',
	automatic: '使用时自动记录',
	sensor: '设备读取',
	partner: '合作方提供',
	photo: '照片自带',
	attachment: '本人上传',
	authority: '核验机构比对',
	verified: '核验机构比对',
	acceptance: '您同意的隐私政策',
	consent: '您的单独同意',
	own_request: '您本人的要求',
	law: '法律规定',
}

/** Origin and basis come as keys; a text that is no key is shown as it is. */
export const wordFor = (key: string) => words[key] ?? key

export const kindName = (kind: string) => kinds[kind] ?? '其他信息'

const order = [...new Set(Object.values(kinds))]

/** Where a heading stands; what has no heading of its own comes last. */
export const placeOf = (heading: string) => (order.includes(heading) ? order.indexOf(heading) : order.length)

/** Proven identity is compared anew by real-name verification, not typed over. */
const fixed = ['album_image', 'id_image', 'face_image', 'voice_audio', 'health_certificate', 'real_name', 'id_type', 'id_number', 'resident_id_number', 'id_expiry', 'password', 'sms_code', 'realname_status', 'minor_status', 'campaign_data', 'indirect_data']

/** Pictures are shown with the case they belong to. */
const pictures = ['album_image', 'id_image', 'face_image', 'voice_audio', 'health_certificate']

/** Only where something is hidden is there something to show. */
export const revealable = (item: { key: string; masked: string | null }) => !!item.masked?.includes('*') && !pictures.includes(item.key)

const acts: Record<string, string> = { view: '查看', change: '更改', delete: '删除' }
export const closedTo = (item: { locks: { acts: string[] }[] }, act: string) => item.locks.some((lock) => lock.acts.includes(act))
export const actsOf = (lock: { acts: string[] }) => lock.acts.map((act) => acts[act] ?? act).join('、')

export const changeable = (key: string) => !fixed.includes(key)
