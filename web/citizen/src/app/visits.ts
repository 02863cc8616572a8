import { closeVisit, openVisit } from '@shared/api'
import { session } from './session'

/**
 * A visit of a service begins with its first page and ends when another page is shown or the app is left. What of it is
 * written down is the city's policy, and the server's to decide; a visit that cannot be told stops nobody.
 */
let current: { service: string; id: Promise<string | null> } | null = null

const serviceOf = (path: string) => /^\/services\/([^/]+)/.exec(path)?.[1] ?? null

async function begin(service: string) {
	try {
		return (await openVisit(service)).id ?? null
	} catch {
		return null
	}
}

async function end(id: Promise<string | null>) {
	const known = await id
	if (known) await closeVisit(known).catch(() => undefined)
}

export function noteVisit(path: string) {
	const service = session.me ? serviceOf(path) : null
	if (path === '/refusal' || service === (current?.service ?? null)) return
	if (current) void end(current.id)
	current = service ? { service, id: begin(service) } : null
}

window.addEventListener('pagehide', () => {
	if (current) void end(current.id)
	current = null
})
