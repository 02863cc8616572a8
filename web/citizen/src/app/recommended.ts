import { shallowReactive } from 'vue'
import { getRecommendations, type Recommendations } from '@shared/api'
import { useCity } from './city'
import { session } from './session'

/** Read once after logging in: each reading is an entry in the person's own list. */
const state = shallowReactive<{ of: string; list: Recommendations | null }>({ of: '', list: null })

export const recommended = state

export async function loadRecommended() {
	const person = session.me?.subject_id ?? ''
	if (!useCity().features.personal || !person) return forgetRecommended()
	if (state.of === person) return
	state.of = person
	try {
		state.list = await getRecommendations()
	} catch {
		state.list = null // the page is whole without it
	}
}

export function forgetRecommended() {
	state.of = ''
	state.list = null
}
