import type { RegisterField } from '@shared/api'

export interface RegisterPart {
	key: 'consent' | 'identity' | 'account' | 'phone'
	title: string
	fields: RegisterField[]
}

const phoneItems = ['mobile_phone', 'sms_code']
const accountItems = ['username', 'password', 'email']

/**
 * The registration form in parts: consent first where the city wants one, the phone and its
 * code last, because a code lives for minutes only.
 */
export function registerParts(fields: RegisterField[], needsConsent: boolean): RegisterPart[] {
	const pick = (test: (item: string) => boolean) => fields.filter(({ item }) => test(item))
	const parts: RegisterPart[] = [
		{
			key: 'identity',
			title: '身份信息',
			fields: pick((item) => !phoneItems.includes(item) && !accountItems.includes(item)),
		},
		{ key: 'account', title: '账号信息', fields: pick((item) => accountItems.includes(item)) },
		{ key: 'phone', title: '手机号码', fields: pick((item) => phoneItems.includes(item)) },
	]
	const asked = parts.filter((part) => part.fields.length > 0)
	return needsConsent ? [{ key: 'consent', title: '单独同意', fields: [] }, ...asked] : asked
}
