/** What is kept for a person: searches, favourites, wishes. */
import { del, get, put } from '../http'
import type { ServiceSummary } from './services'

export interface Preferences {
	history: { declared: boolean; on: boolean }
	personal: { declared: boolean; on: boolean }
}

export interface SearchHistory {
	on: boolean
	items: { keyword: string; at: string }[]
}

export interface Favorites {
	on: boolean
	items: ServiceSummary[]
}

export interface Recommendations {
	on: boolean
	frequent: ServiceSummary[]
	related: ServiceSummary[]
}

export const getPreferences = () => get<Preferences>('/preferences')
export const setPreference = (name: 'history' | 'personal', on: boolean) => put<void>(`/preferences/${name}`, { state: on ? 'on' : 'off' })
export const getSearchHistory = () => get<SearchHistory>('/me/search-history')
export const keepSearch = (keyword: string) => put<void>('/me/search-history', { keyword })
export const clearSearchHistory = () => del<void>('/me/search-history')
export const getFavorites = () => get<Favorites>('/me/favorites')
export const addFavorite = (key: string) => put<void>(`/me/favorites/${key}`, undefined)
export const removeFavorite = (key: string) => del<void>(`/me/favorites/${key}`)
export const getRecommendations = () => get<Recommendations>('/me/recommendations')

export interface Wishes {
	language?: string | null
	place?: string | null
	help?: string | null
}

export const getWishes = () => get<Wishes>('/me/wishes')
export const setWishes = (wishes: Wishes) => put<void>('/me/wishes', wishes)
export const deleteWishes = () => del<void>('/me/wishes')
