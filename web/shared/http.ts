/**
 * The only code of the web clients that talks to the network. Cookies carry the
 * session, so no token is ever within reach of a script.
 */

export interface NextStep {
	action: string
	[detail: string]: unknown
}

export interface FieldError {
	field: string
	message: string
}

/** An RFC 9457 problem as the server writes it. */
export interface Problem {
	type?: string
	title?: string
	status: number
	detail?: string
	reason: string
	clause?: string
	next?: NextStep[]
	errors?: FieldError[]
}

export class ApiError extends Error {
	readonly status: number
	readonly reason: string
	readonly title: string
	readonly detail: string
	readonly clause: string | null
	readonly next: NextStep[]
	readonly errors: FieldError[]
	readonly retryAfterSeconds: number | null

	constructor(problem: Problem, retryAfterSeconds: number | null = null) {
		super(problem.detail || problem.title || problem.reason)
		this.name = 'ApiError'
		this.status = problem.status
		this.reason = problem.reason
		this.title = problem.title ?? ''
		this.detail = problem.detail ?? ''
		this.clause = problem.clause || null
		this.next = problem.next ?? []
		this.errors = problem.errors ?? []
		this.retryAfterSeconds = retryAfterSeconds
	}

	/** The step of that name that the server offers, if it does. */
	step(action: string): NextStep | undefined {
		return this.next.find((step) => step.action === action)
	}
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface RequestOptions {
	body?: unknown
	/** Sent as it is, with its own content type. */
	file?: Blob
	/** A POST that creates something: repeated after a broken connection under the same key. */
	creates?: boolean
	signal?: AbortSignal
}

/** Keys of creating requests whose answer never arrived, by what was sent. */
const unanswered = new Map<string, string>()

function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16))
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

let ended: (() => void) | null = null

/** Called when an answer says that nobody is logged in: the session ended by itself or elsewhere. */
export function onLoginRequired(listener: () => void) {
	ended = listener
}

async function toError(response: Response): Promise<ApiError> {
	const retry = Number(response.headers.get('Retry-After'))
	const retryAfter = Number.isFinite(retry) && retry > 0 ? retry : null
	try {
		const problem = (await response.json()) as Partial<Problem>
		return new ApiError(
			{ ...problem, status: response.status, reason: problem.reason ?? 'internal' },
			retryAfter,
		)
	} catch {
		return new ApiError({ status: response.status, reason: 'internal' }, retryAfter)
	}
}

async function failure(response: Response): Promise<ApiError> {
	const error = await toError(response)
	if (error.reason === 'login_required') ended?.()
	return error
}

let held = false

/** Sends nothing from now on: the person switched network communication off. */
export function holdNetwork(on: boolean) {
	held = on
}

async function send(method: Method, url: string, options: RequestOptions, key: string | null) {
	if (held) throw new ApiError({ status: 0, reason: 'network_off', title: '网络通讯已关闭' })
	const headers: Record<string, string> = { Accept: 'application/json' }
	let body: BodyInit | undefined
	if (options.file) {
		headers['Content-Type'] = options.file.type
		body = options.file
	} else if (options.body !== undefined) {
		headers['Content-Type'] = 'application/json'
		body = JSON.stringify(options.body)
	}
	if (key) headers['Idempotency-Key'] = key
	try {
		return await fetch(url, {
			method,
			headers,
			body,
			signal: options.signal,
			credentials: 'same-origin',
			cache: 'no-store',
		})
	} catch (cause) {
		if (options.signal?.aborted) throw cause
		throw new ApiError({ status: 0, reason: 'offline' })
	}
}

function intentOf(url: string, options: RequestOptions): string {
	const file = options.file
	const content = file ? `${file.size}:${file.type}` : JSON.stringify(options.body ?? null)
	return `${url} ${content}`
}

async function exchange(method: Method, path: string, options: RequestOptions): Promise<Response> {
	const url = `/api/v1${path}`
	if (!options.creates) return send(method, url, options, null)
	const intent = intentOf(url, options)
	const key = unanswered.get(intent) ?? newKey()
	unanswered.set(intent, key)
	const response = await send(method, url, options, key)
	unanswered.delete(intent)
	return response
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
	const response = await exchange(method, path, options)
	if (!response.ok) throw await failure(response)
	if (response.status === 204) return undefined as T
	const text = await response.text()
	return (text ? JSON.parse(text) : undefined) as T
}

/** For answers that are saved as they are: receipts and certificates. */
export async function requestText(path: string): Promise<string> {
	const response = await exchange('GET', path, {})
	if (!response.ok) throw await failure(response)
	return response.text()
}

/** For pictures that are shown once and not kept. */
export async function requestBlob(path: string, body: unknown): Promise<Blob> {
	const response = await exchange('POST', path, { body })
	if (!response.ok) throw await failure(response)
	return response.blob()
}

export const get = <T>(path: string, signal?: AbortSignal) => request<T>('GET', path, { signal })
export const post = <T>(path: string, body?: unknown) => request<T>('POST', path, { body: body ?? {} })
export const create = <T>(path: string, body: unknown) => request<T>('POST', path, { body, creates: true })
export const put = <T>(path: string, body: unknown) => request<T>('PUT', path, { body })
export const del = <T>(path: string) => request<T>('DELETE', path)

export function query(params: Record<string, string | number | null | undefined>): string {
	const pairs = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== '')
	if (pairs.length === 0) return ''
	return `?${pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')}`
}
