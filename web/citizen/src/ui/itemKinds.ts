/** The kinds of personal information as the policy calls them, in its order (NT-A.5). */
export const itemKinds: Record<string, string> = {
	basic: '基本信息',
	identity: '身份信息',
	biometric: '生物识别信息',
	net_identity: '网络身份标识',
	health: '健康生理信息',
	edu_work: '教育工作信息',
	property: '财产信息',
	communication: '通信信息',
	contact: '联系人信息',
	net_log: '上网记录',
	device: '常用设备信息',
	location: '位置信息',
}
