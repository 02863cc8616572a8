import { computed, reactive } from 'vue'
import { setPermission } from '@shared/api'
import { holdNetwork } from '@shared/http'

/**
 * The person's switch for network communication. While it is off, nothing is sent at all: the answer itself was
 * the last request, and switching it on is the next.
 */
export const NETWORK = 'perm_network'
const KEY = 'tb.network'
const state = reactive({ off: localStorage.getItem(KEY) === 'off' })

holdNetwork(state.off)

export const networkOff = computed(() => state.off)

export function closeNetwork() {
	state.off = true
	localStorage.setItem(KEY, 'off')
	holdNetwork(true)
}

export async function openNetwork() {
	holdNetwork(false)
	try {
		await setPermission(NETWORK, 'granted')
	} catch (error) {
		holdNetwork(true)
		throw error
	}
	localStorage.removeItem(KEY)
	state.off = false
}
