import { agreed, confirmChoice, startChoice } from './choice'
import { loadCity } from './city'
import { refreshNews } from './notices'
import { refreshMe } from './session'
import { followWishes } from './wishes'

let open: () => void
/** Resolves once it is known which city this is, what was chosen, and who is logged in. */
export const started = new Promise<void>((resolve) => {
	open = resolve
})

export async function start() {
	await loadCity()
	startChoice()
	if (agreed.value && !(await refreshMe())) await confirmChoice()
	followWishes()
	open()
	if (agreed.value) void refreshNews()
}
