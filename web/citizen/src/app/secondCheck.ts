import { ApiError } from '@shared/http'
import { askSecondCheck } from './ask'

/** The second time where the server wants another way than the one that was chosen. */
const MOST = 2

/** Runs the work; where the server wants the identity confirmed again, asks and runs it again. */
export async function withSecondCheck<T>(doing: string, work: () => Promise<T>): Promise<T | undefined> {
	for (let asked = 0; ; asked++) {
		try {
			return await work()
		} catch (error) {
			if (!(error instanceof ApiError) || error.reason !== 'second_check_required' || asked === MOST) throw error
			const way = error.next.find(({ way }) => typeof way === 'string')?.way as string | undefined
			if (!(await askSecondCheck(doing, way))) return undefined
		}
	}
}
