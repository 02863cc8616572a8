/** Registers for anyone: SDKs, cookies, words, items, figures; and what is chosen there. */
import { create, del, get, post, put, query } from '../http'
import type { Named, Page } from './common'
import type { DeviceFunction, LinkedDevice, Permission, PermissionAnswer, SensorRead } from './devices'

export interface Sdk extends Named {
	vendor: string
	function: string
	trigger: string
	/** Why it is integrated, where the city's policy gives reasons. */
	reason?: Named | null
	/** Messages may reach phones by it. */
	push: boolean
	permissions: Named[]
	items: Named[]
	platforms: string
	protocol_only: boolean
	consent: boolean
	login: boolean
	condition?: string | null
	policy_url?: string | null
	clause: string
}

export interface Cookie extends Named {
	use: 'session' | 'identity' | 'analysis'
	refusable: boolean
	effect?: string | null
}

export interface Definition {
	key: string
	term: string
	meaning: string
}

export interface ItemKinds {
	kinds: { key: string; items: (Named & { sensitive: boolean })[] }[]
}

export interface SdkChoice {
	key: string
	state: 'allowed' | 'refused' | 'unset'
	asks: boolean
	refusable: boolean
	refusing: string | null
	last_call_at?: string | null
	calls: number
}

export interface CookieChoice {
	use: 'identity' | 'analysis'
	state: 'allowed' | 'refused'
}

export interface Statistics {
	days: number
	least: number
	items: { kind: string; key: string; name: string; times: number }[]
}

export const listSdkChoices = () => get<{ items: SdkChoice[] }>('/sdk-choices')
export const chooseSdk = (key: string, allowed: boolean) => put<void>(`/sdk-choices/${key}`, { state: allowed ? 'allowed' : 'refused' })
export const listCookieChoices = () => get<{ items: CookieChoice[] }>('/cookie-choices')
export const chooseCookie = (use: string, allowed: boolean) => put<void>(`/cookie-choices/${use}`, { state: allowed ? 'allowed' : 'refused' })
export const countPage = (page: string) => post<void>('/page-views', { page })
export const getStatistics = () => get<Statistics>('/statistics')
export const listSdks = () => get<{ items: Sdk[] }>('/sdks')
export const listCookies = () => get<{ items: Cookie[] }>('/cookies')
export const listDefinitions = () => get<{ items: Definition[] }>('/definitions')
export const listItemKinds = () => get<ItemKinds>('/items')
export const createInstallation = () =>
	create<{ installation_id: string }>('/installations', { platform: 'web', transport: 'cookie' })
export const listPermissions = () => get<{ items: Permission[] }>('/permissions')
export const setPermission = (key: string, state: 'granted' | 'denied', fn?: string) =>
	put<PermissionAnswer>(`/permissions/${key}`, fn ? { state, function: fn } : { state })
export const listDeviceFunctions = () => get<{ items: DeviceFunction[] }>('/device-functions')
export const listLinkedDevices = () => get<Page<LinkedDevice>>('/me/devices')
export const unlinkDevice = (id: string) => del<void>(`/me/devices/${id}`)
/** Asked before the device reads: without the permission the answer is a refusal, and nothing may be read. */
export const startDeviceFunction = (key: string, permission: string) =>
	post<{ at: string }>(`/device-functions/${key}/uses`, { permission })
export const listSensorReads = (cursor?: string | null) => get<Page<SensorRead>>(`/me/sensor-reads${query({ cursor })}`)
