import { shallowRef } from 'vue'
import type { ApiError } from '@shared/http'

export interface Refusal {
	error: ApiError
	/** What was being done, in the words of the screen. */
	doing: string
	/** Where to go on once the next step is done. */
	back: string
	service?: string
}

/** The refusal that the refusal page shows; it is gone after a reload, as is what was typed. */
export const refusal = shallowRef<Refusal | null>(null)
