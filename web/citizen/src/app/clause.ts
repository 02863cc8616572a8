import { useCity } from './city'

export interface Place {
	/** Where in the policy, in words. */
	words: string
	path: string
}

/**
 * People read of chapters, not of numbers of clauses. The first number of a clause is that of the chapter which states
 * it; what stands before the first chapter belongs to it, and an appendix to the last.
 */
export function placeOf(clause: string | null | undefined): Place | null {
	if (!clause) return null
	const { chapters } = useCity()
	const first = /^[A-Z]+-(\w+)/.exec(clause)?.[1] ?? ''
	const number = /^\d+$/.test(first) ? Math.max(Number(first), 1) : chapters.length
	const chapter = chapters[number - 1]
	if (!chapter) return { words: '隐私政策', path: '/policy' }
	const [, numeral, title] = /^([一二三四五六七八九十]+)、(.+)$/.exec(chapter.name) ?? []
	return {
		words: numeral ? `隐私政策第${numeral}章“${title}”` : `隐私政策“${chapter.name}”`,
		path: `/policy?chapter=${encodeURIComponent(chapter.key)}`,
	}
}
