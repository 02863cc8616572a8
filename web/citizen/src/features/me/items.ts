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

export const kindName = (kind: string) => kinds[kind] ?? '其他信息'

/** Proven identity is compared anew by real-name verification, not typed over. */
const fixed = ['real_name', 'id_type', 'id_number', 'resident_id_number', 'id_expiry', 'password', 'sms_code', 'realname_status', 'minor_status']

export const changeable = (key: string) => !fixed.includes(key)
