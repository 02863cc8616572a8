import { reactive } from 'vue'
import { getMe, logOut as endCurrent, type Me } from '@shared/api'
import { ApiError } from '@shared/http'
import { clearDrafts } from './drafts'

const state = reactive<{ me: Me | null }>({ me: null })

export const session = state

export async function refreshMe(): Promise<Me | null> {
	try {
		state.me = await getMe()
	} catch (error) {
		if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error
		state.me = null
	}
	return state.me
}

export async function logOut() {
	try {
		await endCurrent()
	} finally {
		forgetPerson()
	}
}

/** Nothing of a person stays in memory after the session. */
export function forgetPerson() {
	state.me = null
	clearDrafts()
}
