import { useRouter } from 'vue-router'
import { sentence } from '../../app/errors'
import { endHere, isEnded } from '../../app/staff'

/** Runs a call; what went wrong comes back as a sentence, an ended session leads to the log-in. */
export function useGuard() {
	const router = useRouter()
	return async (call: () => Promise<unknown>): Promise<string> => {
		try {
			await call()
			return ''
		} catch (error) {
			if (!isEnded(error)) return sentence(error)
			endHere()
			await router.replace('/login')
			return ''
		}
	}
}
