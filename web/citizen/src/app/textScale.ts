import { computed, ref } from 'vue'

/** Main text of 16, 20 and 30 px; the two large steps also have larger targets (elder mode). */
export const scales = [
	{ key: 'standard', name: '标准', px: 16 },
	{ key: 'large', name: '大', px: 20 },
	{ key: 'largest', name: '特大', px: 30 },
] as const

export type ScaleKey = (typeof scales)[number]['key']

const KEY = 'tongban.text'

const chosen = ref<ScaleKey>('standard')

export const textScale = computed(() => chosen.value)
export const elder = computed(() => chosen.value !== 'standard')

function apply() {
	const scale = scales.find(({ key }) => key === chosen.value) ?? scales[0]
	const root = document.documentElement
	root.style.fontSize = scale.px === 16 ? '' : `${(scale.px / 16) * 100}%`
	root.toggleAttribute('data-elder', chosen.value !== 'standard')
	root.dataset.text = chosen.value
}

export function startTextScale() {
	const stored = localStorage.getItem(KEY)
	if (scales.some(({ key }) => key === stored)) chosen.value = stored as ScaleKey
	apply()
}

export function setTextScale(key: ScaleKey) {
	chosen.value = key
	localStorage.setItem(KEY, key)
	apply()
}
