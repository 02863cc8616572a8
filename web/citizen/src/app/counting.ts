import { countPage } from '@shared/api'
import { agreed } from './choice'
import { useCity } from './city'

/** Which page was opened is counted, by whom is not; the server counts nothing where that was refused. */
const pages: [RegExp, string][] = [
	[/^\/$/, 'home'],
	[/^\/services$/, 'services'],
	[/^\/services\//, 'service'],
	[/^\/(search|messages|mine|interaction|hotline|cases|usage|policy|about|login|register)(\/|$)/, ''],
]

export function countShown(path: string) {
	if (!agreed.value || !useCity().features.cookie_choice) return
	for (const [form, name] of pages) {
		const found = form.exec(path)
		if (found) return void countPage(name || found[1]!).catch(() => undefined)
	}
}
