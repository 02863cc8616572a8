import { reactive } from 'vue'
import { getCity, type City, type Named } from '@shared/api'

/** Everything that differs between cities comes from here; no code knows a city by name. */
const state = reactive<{ city: City | null }>({ city: null })

export async function loadCity(): Promise<City> {
	const city = await getCity()
	state.city = city
	applyTheme(city)
	return city
}

/** The city; screens are only shown once it is there. */
export function useCity(): City {
	if (!state.city) throw new Error('city: used before it was loaded')
	return state.city
}

const colour = /^#[0-9a-f]{6}$/i

function applyTheme(city: City) {
	const style = document.documentElement.style
	const { primary, accent, background } = city.theme
	if (colour.test(primary)) style.setProperty('--tb-primary', primary)
	if (colour.test(accent)) style.setProperty('--tb-accent', accent)
	if (colour.test(background)) style.setProperty('--tb-page', background)
	document.querySelector('meta[name=theme-color]')?.setAttribute('content', '#ffffff')
	document.title = city.name
}

/** Data may name a thing by its key only, or by key and name. */
export function named(value: string | Named | null | undefined): Named {
	if (!value) return { key: '', name: '' }
	return typeof value === 'string' ? { key: value, name: value } : value
}

export interface Tab extends Named {
	path: string
	icon: string
}

/** The places that a city can put among its tabs, and under its own name. */
const places: Record<string, Tab> = {
	home: { key: 'home', name: '首页', path: '/', icon: 'home' },
	services: { key: 'services', name: '办事', path: '/services', icon: 'apps' },
	messages: { key: 'messages', name: '消息', path: '/messages', icon: 'message' },
	hotline: { key: 'hotline', name: '互动', path: '/interaction', icon: 'headset' },
	me: { key: 'me', name: '我的', path: '/mine', icon: 'person' },
}

export function tabs(): Tab[] {
	const given = (state.city?.tabs ?? []).map(named).filter(({ key }) => key in places)
	if (given.length === 0) return ['home', 'services', 'messages', 'me'].map((key) => places[key]!)
	return given.map(({ key, name }) => ({ ...places[key]!, name: name === key ? places[key]!.name : name }))
}

export const isTab = (key: string) => tabs().some((tab) => tab.key === key)

/** The name of a place as the city's tabs call it. */
export function tabName(key: string): string {
	return tabs().find((tab) => tab.key === key)?.name ?? places[key]?.name ?? ''
}

export function permissionWhy(key: string) {
	return state.city?.permissions.find((permission) => permission.key === key)
}
