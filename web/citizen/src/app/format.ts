const zone = 'Asia/Shanghai'

const dateTime = new Intl.DateTimeFormat('zh-CN', {
	timeZone: zone,
	year: 'numeric',
	month: '2-digit',
	day: '2-digit',
	hour: '2-digit',
	minute: '2-digit',
	hour12: false,
})
const dateOnly = new Intl.DateTimeFormat('zh-CN', { timeZone: zone, year: 'numeric', month: 'long', day: 'numeric' })

function valid(value: string | null | undefined): Date | null {
	if (!value) return null
	const date = new Date(value)
	return Number.isNaN(date.getTime()) ? null : date
}

function part(parts: Intl.DateTimeFormatPart[], type: string): string {
	return parts.find((item) => item.type === type)?.value ?? ''
}

/** 2026-11-21 23:05 */
export function atTime(value: string | null | undefined): string {
	const date = valid(value)
	if (!date) return '—'
	const parts = dateTime.formatToParts(date)
	const hour = part(parts, 'hour') === '24' ? '00' : part(parts, 'hour')
	return `${part(parts, 'year')}-${part(parts, 'month')}-${part(parts, 'day')} ${hour}:${part(parts, 'minute')}`
}

/** 2026年11月21日 */
export function onDay(value: string | null | undefined): string {
	const date = valid(value)
	return date ? dateOnly.format(date) : '—'
}

/** Offers a text as a file; the page's own memory, nothing goes to a server. */
export function saveText(name: string, type: string, text: string) {
	const url = URL.createObjectURL(new Blob([text], { type }))
	const link = document.createElement('a')
	link.href = url
	link.download = name
	document.body.append(link)
	link.click()
	link.remove()
	setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
