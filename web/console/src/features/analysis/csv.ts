/** Lines for a spreadsheet: quoted, and what it would take for a formula is text. */
export function asCsv(lines: string[][]): string {
	const cell = (text: string) => `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
	return '\ufeff' + lines.map(line => line.map(cell).join(',')).join('\r\n') + '\r\n'
}

export function saveCsv(name: string, text: string) {
	const link = document.createElement('a')
	link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
	link.download = name
	link.click()
	setTimeout(() => URL.revokeObjectURL(link.href), 0)
}
