import { ApiError } from '@shared/http'
import { askSecondCheck } from './ask'

/** Runs the work; where the server wants the identity confirmed again, asks and runs it once more. */
export async function withSecondCheck<T>(doing: string, work: () => Promise<T>): Promise<T | undefined> {
	try {
		return await work()
	} catch (error) {
		if (!(error instanceof ApiError) || error.reason !== 'second_check_required') throw error
		if (!(await askSecondCheck(doing))) return undefined
		return work()
	}
}
