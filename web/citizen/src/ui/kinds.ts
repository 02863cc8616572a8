/** How an item is typed in: keyboard, autofill and length. */
export type Kind =
	| 'text'
	| 'phone'
	| 'code'
	| 'name'
	| 'username'
	| 'password'
	| 'id'
	| 'email'
	| 'date'
	| 'card'
	| 'textarea'
	| 'choice'
	| 'location'

interface Look {
	type: string
	inputmode?: 'text' | 'tel' | 'numeric' | 'email'
	autocomplete?: string
	maxlength?: number
}

export const kinds: Record<Kind, Look> = {
	text: { type: 'text', autocomplete: 'off', maxlength: 200 },
	phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel-national', maxlength: 16 },
	code: { type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 6 },
	name: { type: 'text', autocomplete: 'name', maxlength: 50 },
	username: { type: 'text', autocomplete: 'username', maxlength: 30 },
	password: { type: 'password', autocomplete: 'current-password', maxlength: 64 },
	id: { type: 'text', autocomplete: 'off', maxlength: 20 },
	email: { type: 'email', inputmode: 'email', autocomplete: 'email', maxlength: 100 },
	date: { type: 'date', autocomplete: 'off' },
	card: { type: 'text', inputmode: 'numeric', autocomplete: 'off', maxlength: 23 },
	textarea: { type: 'text' },
	choice: { type: 'text' },
	location: { type: 'text' },
}

const byItem: Record<string, Kind> = {
	mobile_phone: 'phone',
	contact_phone: 'phone',
	bank_reserved_mobile: 'phone',
	sms_code: 'code',
	real_name: 'name',
	username: 'username',
	password: 'password',
	id_number: 'id',
	resident_id_number: 'id',
	ward_name: 'name',
	ward_id_number: 'id',
	id_expiry: 'date',
	bank_card_number: 'card',
	email: 'email',
	id_type: 'choice',
	gender: 'choice',
	location: 'location',
	appeal_content: 'textarea',
	letter_content: 'textarea',
}

/** What the server's form says counts; the item's own habit fills in where it says only "text". */
export function kindOf(item: string, input?: string): Kind {
	if (input && input !== 'text' && input in kinds) return input as Kind
	return byItem[item] ?? 'text'
}

/** Names of the items that registration asks about, for texts that carry keys only. */
export const itemNames: Record<string, string> = {
	username: '用户名',
	password: '登录密码',
	mobile_phone: '手机号码',
	sms_code: '短信验证码',
	email: '电子邮箱',
	real_name: '姓名',
	id_type: '证件类型',
	id_number: '证件号码',
	id_expiry: '证件有效期',
	resident_id_number: '身份证号码',
	ward_name: '孩子的姓名',
	ward_id_number: '孩子的身份证号码',
	bank_card_number: '银行卡号',
	bank_reserved_mobile: '银行预留手机号',
}

export const idTypes = [
	{ key: 'resident_card', name: '居民身份证' },
	{ key: 'passport', name: '普通护照' },
	{ key: 'hk_mo_permit', name: '港澳居民来往内地通行证' },
	{ key: 'tw_permit', name: '台湾居民来往大陆通行证' },
]

export const genders = [
	{ key: '男', name: '男' },
	{ key: '女', name: '女' },
]

/** A stored choice is a key; people read its name. */
export function shownValue(item: string, value: string): string {
	return usualChoices(item).find(({ key }) => key === value)?.name ?? value
}

export function usualChoices(item: string) {
	if (item === 'id_type') return idTypes
	if (item === 'gender') return genders
	return []
}
