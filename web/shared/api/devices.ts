/** The installation, its permissions and what the device reads. */
import type { Named } from './common'

export type PermissionState = 'granted' | 'denied' | 'unset'

export interface PermissionFunction extends Named {
	state: PermissionState
	uses: number
	last_used_at: string | null
}

export interface Permission extends Named {
	why: string
	/** all, or a list: android,ios */
	platforms: string
	available: boolean
	first_entry: boolean
	state: PermissionState
	changed_at: string | null
	uses: number
	last_used_at: string | null
	system_way: string
	functions: PermissionFunction[]
}

/** The answer to one switch; the function when it was for one only. */
export interface PermissionAnswer extends Named {
	function: string | null
	state: PermissionState
	changed_at: string | null
}

export interface DeviceFunction extends Named {
	summary: string | null
	permissions: string[]
}

/** A device whose identifiers are linked with the account. */
export interface LinkedDevice {
	id: string
	current: boolean
	platform: string | null
	linked_at: string
	items: Named[]
}

export interface SensorRead {
	n: number
	at: string
	service: string | null
	service_name: string | null
	permissions: string
	items: string[]
}
