import { shallowRef } from 'vue'
import type { ConsentRequest } from '@shared/api'

/**
 * Questions that a screen puts to the person and waits for: the sheets in App.vue show
 * them one at a time. Each answers false when the person declines or closes the sheet.
 */
export interface Question<T> {
	about: T
	answer: (yes: boolean) => void
}

function question<T>() {
	const open = shallowRef<Question<T> | null>(null)
	function ask(about: T): Promise<boolean> {
		open.value?.answer(false)
		return new Promise((resolve) => {
			open.value = {
				about,
				answer(yes) {
					open.value = null
					resolve(yes)
				},
			}
		})
	}
	return { open, ask }
}

export interface ConsentQuestion {
	consent: ConsentRequest
	/** Names of the items, from the service's form where the request has keys only. */
	names: Record<string, string>
	sensitive: string[]
	purpose: string
	recipients: string
	clause: string | null
}

export interface PermissionQuestion {
	key: string
	doing: string
	/** The function that needs it: the permission is then given for this one only. */
	fn?: string
	/** Its name, as the question shows it. */
	fnName?: string
}

const consent = question<ConsentQuestion>()
const permission = question<PermissionQuestion>()
export interface SecondCheckQuestion {
	doing: string
	/** The only way that will do here. */
	way?: string
}

const secondCheck = question<SecondCheckQuestion>()

export const openConsent = consent.open
export const askConsent = consent.ask
export const openPermission = permission.open
export const askPermission = permission.ask
export const openSecondCheck = secondCheck.open
/** `doing` completes "为了…，请再次验证身份". */
export const askSecondCheck = (doing: string, way?: string) => secondCheck.ask({ doing, way })
