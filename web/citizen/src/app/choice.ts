import { computed, reactive } from 'vue'
import { acceptPolicy, chooseCookie, createInstallation, listAcceptances, type CookieChoice } from '@shared/api'
import { ApiError } from '@shared/http'
import { useCity } from './city'

/**
 * What the person chose about the privacy policy. Before a choice nothing is sent but
 * what the notice itself needs; after a refusal the person is a guest.
 */
type Choice = 'agreed' | 'refused'

const KEY = 'tongban.choice'

interface Stored {
	choice: Choice
	version: string
}

const state = reactive<{ stored: Stored | null; asking: boolean; walking: boolean; wanted: string | null; version: string | null }>({
	stored: null,
	/** Where the person wanted to go when the policy came first. */
	wanted: null,
	asking: false,
	walking: false,
	/** The version that is asked about, when it is not the one in force. */
	version: null,
})

function read(): Stored | null {
	try {
		const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Stored | null
		return stored && (stored.choice === 'agreed' || stored.choice === 'refused') ? stored : null
	} catch {
		return null
	}
}

function write(choice: Choice, version: string) {
	state.stored = { choice, version }
	localStorage.setItem(KEY, JSON.stringify(state.stored))
}

/**
 * Agreed to some version. Whoever agreed to an earlier one goes on with what both allow; the server
 * asks for the rest, and a notice tells of the new one.
 */
export const agreed = computed(() => state.stored?.choice === 'agreed')
export const asking = computed(() => state.asking)
/** Agreed to an earlier version: the notice then says that the policy changed. */
export const changed = computed(() => agreed.value && state.stored?.version !== useCity().policy_version)
export const askedVersion = computed(() => state.version)
export const hasInstallation = () => installed
/** The permissions are being asked one by one after the first agreement. */
export const walking = computed(() => state.walking)

/** A refusal stands until the person comes back to it. */
export function startChoice() {
	state.stored = read()
	const answered = state.stored?.choice === 'refused' || agreed.value
	state.asking = !answered
}

export function askAgain(wanted: string | null = null, version: string | null = null) {
	state.wanted = wanted
	state.version = version
	state.asking = true
}

export function takeWanted(): string | null {
	const { wanted } = state
	state.wanted = null
	return wanted
}

/**
 * Whether the server still knows what this browser remembers: an installation that has
 * ended, or an agreement that was taken back elsewhere, is asked for anew.
 */
export async function confirmChoice() {
	try {
		const { items } = await listAcceptances()
		if (items.some(({ version, withdrawn_at }) => version === state.stored?.version && !withdrawn_at)) return
	} catch (error) {
		if (!(error instanceof ApiError) || error.status !== 401) throw error
	}
	localStorage.removeItem(KEY)
	state.stored = null
	state.asking = true
}

let installed = false

export async function ensureInstallation() {
	if (installed) return
	await createInstallation()
	installed = true
}

/** Cookies that were refused with the notice are refused before the agreement counts: none of them is ever set. */
export async function agree(version: string, readingToken?: string, refused: CookieChoice['use'][] = []) {
	await ensureInstallation()
	for (const use of refused) await chooseCookie(use, false)
	try {
		await acceptPolicy(version, readingToken)
	} catch (error) {
		if (!(error instanceof ApiError) || error.status !== 401) throw error
		installed = false
		await ensureInstallation()
		await acceptPolicy(version, readingToken)
	}
	const first = state.stored?.choice !== 'agreed'
	/* an announced version counts from its day; until then the one in force is remembered */
	if (!first && version !== useCity().policy_version) write('agreed', state.stored!.version)
	else write('agreed', version)
	state.version = null
	state.asking = false
	state.walking = first && useCity().features.permission_timing === 'first_entry'
}

export function refuse() {
	state.wanted = null
	state.version = null
	/* who agreed to an earlier version keeps it: not agreeing to the new one takes nothing back */
	if (!agreed.value) write('refused', useCity().policy_version)
	state.asking = false
}

export function endWalk() {
	state.walking = false
}
