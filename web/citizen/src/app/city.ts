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

const tabNames: Record<string, string> = { home: '首页', services: '办事', messages: '消息', mine: '我的' }
const tabKeys = ['home', 'services', 'messages', 'mine'] as const

/** Four tabs in a fixed order of tasks, under the names that the city gives them. */
export function tabs(): Named[] {
	const given = state.city?.tabs ?? []
	return tabKeys.map((key, index) => {
		const own = given[index]
		if (own && typeof own === 'object') return { key, name: own.name }
		return { key, name: own && !(own in tabNames) ? own : tabNames[key]! }
	})
}

export function tabName(key: string): string {
	return tabs().find((tab) => tab.key === key)?.name ?? ''
}

export function permissionWhy(key: string) {
	return state.city?.permissions.find((permission) => permission.key === key)
}
