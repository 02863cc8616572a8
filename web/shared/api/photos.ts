/** Attachments, and the places of photos. */
import { del, get, post, query, request } from '../http'
import type { Page } from './common'

export const uploadAttachment = (service: string, source: 'camera' | 'album', file: Blob) =>
	request<{ id: string; content_type: string; size_bytes: number; place: 'none' | 'kept' | 'dropped' }>(
		'POST',
		`/attachments${query({ service, source })}`,
		{ file, creates: true },
	)

export interface PhotoPlace {
	id: string
	at: string
	own: boolean
	/** Who shared the photo, masked; null for one's own. */
	account?: string | null
}

export const namePerson = (photo: string, phone: string) => post<void>(`/attachments/${photo}/people`, { phone })
export const listPhotoPlaces = () => get<Page<PhotoPlace>>('/me/photo-places')
export const deletePhotoPlace = (id: string) => del<void>(`/me/photo-places/${id}`)
export const checkPhotoPlaces = () => request<void>('POST', '/me/photo-places/checks')
export const attachmentUrl = (id: string) => `/api/v1/attachments/${id}`
