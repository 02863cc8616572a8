/** Only places within the app: an address from outside is never followed. */
export function safeThen(value: unknown): string {
	if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return '/'
	return /^\/(login|register)/.test(value) ? '/' : value
}
