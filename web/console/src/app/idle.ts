import { onUnmounted, ref } from 'vue'

/** Warns a minute before the idle limit, so that nobody is logged out in the middle of a case. */
const WARNING_MS = 60_000

export function useIdle(limitMs: number, onLimit: () => void) {
	const secondsLeft = ref<number | null>(null)
	let last = Date.now()

	function stir() {
		last = Date.now()
		secondsLeft.value = null
	}

	function look() {
		const left = limitMs - (Date.now() - last)
		if (left <= 0) {
			stop()
			onLimit()
			return
		}
		secondsLeft.value = left <= WARNING_MS ? Math.ceil(left / 1000) : null
	}

	const timer = setInterval(look, 1000)
	const signs = ['pointerdown', 'keydown'] as const
	/* Only requests count for the server: moving the mouse must not hide that the session runs out. */
	for (const sign of signs) window.addEventListener(sign, stir, { passive: true })

	function stop() {
		clearInterval(timer)
		for (const sign of signs) window.removeEventListener(sign, stir)
		secondsLeft.value = null
	}

	onUnmounted(stop)
	return { secondsLeft, stir }
}
