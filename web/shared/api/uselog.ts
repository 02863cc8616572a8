/** The log of use. */
import { get, post, put, query, request } from '../http'
import type { Named, Page } from './common'

export interface UseLogItem extends Named {
	masked: string
}

export interface UseLogRecord {
	id: string
	at: string
	ends_at?: string | null
	items: UseLogItem[]
}

export interface UseWritten {
	written: boolean
	id?: string | null
	items: string[]
}

export const listUseLog = (cursor: string | null = null) => get<Page<UseLogRecord>>(`/me/use-log${query({ cursor })}`)
export const openVisit = (service: string) => post<UseWritten>('/me/use-log', { service })
export const closeVisit = (id: string) => put<void>(`/me/use-log/${id}`, undefined)
export const checkUseLog = () => request<void>('POST', '/me/use-log/checks')
