const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })

/** 2026-11-21 23:05 */
export function atTime(value: string | null | undefined): string {
	const date = value ? new Date(value) : null
	return date && !Number.isNaN(date.getTime()) ? format.format(date) : '—'
}
