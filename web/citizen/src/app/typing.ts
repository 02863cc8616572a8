import { watch, type Ref } from 'vue'

/** A complaint goes as soon as its answer is changed; the next check may bring it back. */
export function clearWhileTyping(values: () => Record<string, string>, errors: Ref<Record<string, string>>) {
	watch(
		() => ({ ...values() }),
		(now, before) => {
			const left = Object.entries(errors.value).filter(([key]) => now[key] === before[key])
			if (left.length < Object.keys(errors.value).length) errors.value = Object.fromEntries(left)
		},
		{ flush: 'sync' },
	)
}
