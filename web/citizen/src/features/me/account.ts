import type { Features, Me } from '@shared/api'

export interface Entry {
	key: string
	name: string
	path: string
	note?: string
}

/** What belongs to the account: in the settings, or on a page of its own below them, as the city's ways say. */
export const accountEntries = (me: Me, features: Features): Entry[] => [
	{ key: 'password', name: '修改密码', note: me.credentials_set ? '已设置' : '未设置', path: '/mine/settings/password' },
	...(features.realname_again ? [{ key: 'realname', name: '实名认证', path: '/realname?then=/mine' }] : []),
	{ key: 'devices', name: '设备管理', path: '/mine/settings/devices' },
	{ key: 'cancel', name: features.cancel_title ?? '账号注销', path: '/mine/settings/cancel' },
]
