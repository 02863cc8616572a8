/**
 * What the native shell of the app lends to the page (tests/phone/README.md). A browser has none of it, and then
 * nothing of it is offered.
 */
interface Shell {
	/** A one-time token of the carrier for the number of the card that is in use. */
	numberToken(): Promise<string>
}

const shell = () => (window as { tongbanPhone?: Shell }).tongbanPhone

export const hasCard = () => typeof shell()?.numberToken === 'function'

export async function numberToken(): Promise<string> {
	const token = await shell()?.numberToken()
	if (!token) throw new Error('no token')
	return token
}
