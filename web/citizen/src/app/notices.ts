import { reactive } from 'vue'
import { continueUnder, getNotice, getUnread, noticeShown, type PolicyNotice } from '@shared/api'
import { agreed, hasInstallation } from './choice'
import { session } from './session'

/** What is new for the person: a version of the policy that waits, and messages not opened yet. */
const state = reactive<{ notice: PolicyNotice | null; open: boolean; unread: number; closed: string | null }>({
	notice: null,
	open: false,
	unread: 0,
	/** The version whose notice was closed without a choice; it comes again at the next start. */
	closed: null,
})

export const news = state

async function loadUnread() {
	state.unread = session.me ? (await getUnread()).unread : 0
}

async function loadNotice() {
	const notice = agreed.value || hasInstallation() ? await getNotice() : null
	state.notice = notice?.pending ? notice : null
	if (!state.notice || state.closed === state.notice.version) return
	state.open = true
	if (session.me) await noticeShown(state.notice.version!)
}

/** Never stands in the way of anything: without an answer there is no notice. */
export async function refreshNews() {
	await Promise.allSettled([loadNotice(), loadUnread()])
}

export function refreshUnread() {
	return loadUnread().catch(() => undefined)
}

export function closeNotice() {
	state.open = false
	state.closed = state.notice?.version ?? null
}

export function noticeAnswered() {
	state.open = false
	state.notice = null
}

/**
 * The person closed the notice and goes on to something of their own: where the city counts
 * that as acceptance, it is said so, once.
 */
export async function goOn() {
	const { notice } = state
	if (!notice?.may_continue || state.closed !== notice.version || !session.me) return
	state.notice = null
	await continueUnder(notice.version!).catch(() => undefined)
}
