/** Ratings of services. */
import { del, get, put, query } from '../http'
import type { Page } from './common'

export type RatingShown = 'none' | 'anonymous' | 'name' | 'username'

export interface Rating {
	id: string
	service: string
	service_name: string
	stars: number
	text: string | null
	shown: RatingShown
	at: string
}

export interface PublicRating {
	id: string
	stars: number
	text: string | null
	/** The name that the person chose; null: none. */
	name: string | null
	at: string
}

export const myRatings = () => get<{ items: Rating[] }>('/me/ratings')
/** Takes the place of an earlier one, and is not public until that is chosen. */
export const giveRating = (service: string, stars: number, text: string) =>
	put<void>(`/me/ratings/${service}`, { stars, ...(text ? { text } : {}) })
export const showRating = (service: string, shown: RatingShown) => put<void>(`/me/ratings/${service}/shown`, { shown })
export const deleteRating = (service: string) => del<void>(`/me/ratings/${service}`)
export const serviceRatings = (service: string, cursor?: string | null) =>
	get<Page<PublicRating>>(`/services/${service}/ratings${query({ cursor })}`)
