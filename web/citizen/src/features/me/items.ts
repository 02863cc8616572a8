import { itemKinds } from '@/ui/itemKinds'

/** What is held under each kind, in the order of the policy; what is of none of them comes last. */
export function byKind<T extends { kind: string }>(items: T[]) {
	const known = Object.entries(itemKinds).map(([key, name]) => ({ key, name, items: items.filter((item) => item.kind === key) }))
	const others = items.filter((item) => !(item.kind in itemKinds))
	return [...known, { key: 'other', name: '其他信息', items: others }].filter((group) => group.items.length > 0)
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
