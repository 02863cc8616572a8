import { computed, reactive, watch } from 'vue'
import { getWishes, type Wishes } from '@shared/api'
import { useCity } from './city'
import { session } from './session'
import { english } from './words.en'

/** What the person wishes of language, place and help; without a wish, and without a person, everything is as usual. */
const state = reactive<Required<Wishes>>({ language: null, place: null, help: null })

export const wishes = state

export const help = computed(() => state.help ?? 'standard')

export function takeWishes(found: Wishes) {
	state.language = found.language ?? null
	state.place = found.place ?? null
	state.help = found.help ?? null
	document.documentElement.lang = state.language ?? 'zh-CN'
}

/** A word of the shell in the language that is wished for; what has no translation stays as it is. */
export const t = (text: string) => (state.language === 'en' ? (english[text] ?? text) : text)

/** Followed from the next session on: asked when somebody logs in or comes back, forgotten with the session. */
export function followWishes() {
	watch(
		() => session.me?.subject_id ?? null,
		async (person) => {
			takeWishes({})
			if (!person || !useCity().features.wishes) return
			const found = await getWishes().catch(() => null)
			if (found && session.me?.subject_id === person) takeWishes(found)
		},
		{ immediate: true },
	)
}

/** Rows that name the place that was wished for stand first; the rest keeps its order. */
export function nearFirst(rows: string[][]): string[][] {
	const place = state.place
	if (!place) return rows
	const near = (row: string[]) => row.some((cell) => cell !== '' && (cell.includes(place) || place.includes(cell)))
	return [...rows.filter(near), ...rows.filter((row) => !near(row))]
}
