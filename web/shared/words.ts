/** What changed between two sentences, word by word, as people read Chinese. */
export interface Part {
	text: string
	/** -1: only in the older one, 1: only in the newer one, 0: in both. */
	side: -1 | 0 | 1
}

/** Beyond it two passages have so little in common that marks would not help. */
const LIMIT = 1_500_000

function tokens(text: string): string[] {
	if (!('Segmenter' in Intl)) return [...text]
	return [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)].map((s) => s.segment)
}

function push(parts: Part[], text: string, side: Part['side']) {
	const last = parts.at(-1)
	if (last?.side === side) last.text += text
	else parts.push({ text, side })
}

/** The longest common sequence of words: what is not in it was taken away, or added. */
export function compareWords(before: string, after: string): Part[] {
	const a = tokens(before)
	const b = tokens(after)
	if (a.length * b.length > LIMIT) return [{ text: before, side: -1 }, { text: after, side: 1 }]
	const width = b.length + 1
	const common = new Uint16Array((a.length + 1) * width)
	for (let i = a.length - 1; i >= 0; i--)
		for (let k = b.length - 1; k >= 0; k--)
			common[i * width + k] =
				a[i] === b[k] ? common[(i + 1) * width + k + 1]! + 1 : Math.max(common[(i + 1) * width + k]!, common[i * width + k + 1]!)
	const parts: Part[] = []
	let i = 0
	let k = 0
	while (i < a.length || k < b.length) {
		if (i < a.length && k < b.length && a[i] === b[k]) {
			push(parts, a[i++]!, 0)
			k++
		} else if (k >= b.length || (i < a.length && common[(i + 1) * width + k]! >= common[i * width + k + 1]!)) push(parts, a[i++]!, -1)
		else push(parts, b[k++]!, 1)
	}
	return parts
}
