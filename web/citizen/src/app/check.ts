import type { Kind } from '@/ui/kinds'

/**
 * Looks over an answer before it is sent, to spare people a round trip. The server
 * decides; a rule that is not here is simply the server's to tell.
 */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const checkDigits = '10X98765432'

/** Resident identity number: shape and check digit (GB 11643). */
export function isResidentId(value: string): boolean {
	if (!/^\d{17}[\dX]$/.test(value)) return false
	const sum = weights.reduce((total, weight, index) => total + weight * Number(value[index]), 0)
	return checkDigits[sum % 11] === value[17]
}

export function normal(kind: Kind, value: string): string {
	const trimmed = value.trim()
	if (kind === 'phone' || kind === 'card') return trimmed.replace(/[\s-]/g, '')
	if (kind === 'id') return trimmed.replace(/\s/g, '').toUpperCase()
	return kind === 'password' ? value : trimmed
}

function classes(value: string): number {
	return [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((pattern) => pattern.test(value)).length
}

const rules: Partial<Record<Kind, (value: string, other: Record<string, string>) => string | null>> = {
	phone: (value) => (/^1\d{10}$/.test(value) ? null : '请输入 11 位手机号码。'),
	code: (value) => (/^\d{6}$/.test(value) ? null : '请输入短信中的 6 位数字验证码。'),
	username: (value) =>
		/^[A-Za-z][A-Za-z0-9_]{3,29}$/.test(value) ? null : '用户名为 4 至 30 位字母、数字或下划线，须以字母开头。',
	password(value, other) {
		if (value.length < 8 || value.length > 64) return '密码长度为 8 至 64 位。'
		if (classes(value) < 3) return '密码须含大写字母、小写字母、数字、符号中的至少三种。'
		return other.username && value === other.username ? '密码不能与用户名相同。' : null
	},
	email: (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : '请输入完整的电子邮箱地址。'),
	card: (value) => (/^\d{12,19}$/.test(value) ? null : '请输入 12 至 19 位银行卡号。'),
}

export function check(kind: Kind, item: string, raw: string, other: Record<string, string> = {}): string | null {
	const value = normal(kind, raw)
	const resident = item === 'resident_id_number' || item === 'ward_id_number' || (item === 'id_number' && (other.id_type ?? 'resident_card') === 'resident_card')
	if (kind === 'id' && resident && !isResidentId(value)) return '身份证号码有误，请核对 18 位号码是否输入完整、正确。'
	return rules[kind]?.(value, other) ?? null
}
