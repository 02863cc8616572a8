/**
 * The HTTP API as the web clients use it: one type per answer, one function per call.
 * Values are masked by the server; nothing here ever holds more than a screen shows.
 */
import { create, del, get, post, put, query, request, requestBlob, requestText, type NextStep } from './http'

export interface Named {
	key: string
	name: string
}

export interface Page<T> {
	items: T[]
	next: string | null
}

/* ---- city and policy ---- */

export interface ConsentRequest {
	scope: string
	/** Keys, or keys with their names. */
	items: (string | (Named & { sensitive?: boolean }))[]
	recipient: string | Named | null
	purpose?: string
	purpose_name?: string
	text: string
	text_hash: string
	given?: boolean
	id?: string | null
}

export interface RegisterField {
	item: string
	name: string
	kind: string
	hint?: string | null
}

export interface CancelScope extends Named {
	text: string
}

export interface Features {
	register_fields: RegisterField[]
	register_follow: string[]
	login_methods: string[]
	login_names: (string | Named)[]
	realname_methods: string[]
	policy_reading: boolean
	reading_min_seconds: number
	permission_timing: 'first_entry' | 'at_use'
	/** Those asked at the first entry; without it, all. */
	permission_first_entry?: string[]
	cancel_scopes: CancelScope[]
	my_info_title: string
	/** What the entry for opinions is called (screens.feedback). */
	feedback_title?: string
	hotline_service: string | null
	guest_browse: 'catalogue' | 'main'
	/** Searches and favourites can be kept. */
	history: boolean
	/** Language, place and level of help can be set. */
	wishes: boolean
	/** Place marks of photos can be kept. */
	photo_places: boolean
	/** Services can be recommended by what was used. */
	personal: boolean
	/** Services can be rated. */
	ratings: boolean
	/** There are cookies that can be refused. */
	cookie_choice: boolean
	/** Every kind of message can be unsubscribed: none reaches everybody. */
	unsubscribe_all: boolean
	consent_register: ConsentRequest | null
}

export interface City {
	key: string
	name: string
	city_name: string
	controller: string
	theme: { primary: string; accent: string; background: string }
	contacts: { hotlines: string[]; address: string; unit: string }
	policy_version: string
	features: Features
	categories: Named[]
	permissions: { key: string; name: string; why: string }[]
	tabs: (string | Named)[]
}

export interface Policy {
	version: string
	number: number
	hash: string
	effective_at: string
	updated_at: string
	controller: string
	product: string
	html_url: string
	reading_required: boolean
	reading_token?: string
}

/** What a version changed against an earlier one, in sentences. */
export interface PolicyChanges {
	version: string
	since: string
	/** What the officers tell about it. */
	summary: string | null
	/** The major kinds that occur; clause where the city lists the kind itself. */
	major: { kind: string; name: string; clause: string | null }[]
	changes: { text: string; kind: string; name: string; clause: string | null; major: boolean }[]
}

export const getPolicyChanges = (version: string, since?: string) =>
	get<PolicyChanges>(`/policy/${encodeURIComponent(version)}/changes${query({ since })}`)
export const getCity = () => get<City>('/city')
export const getPolicy = () => get<Policy>('/policy/current')

/** The policy as the server renders it for reading without scripts. */
export async function getPolicyHtml(version?: string): Promise<string> {
	const response = await fetch(version ? `/policy/${encodeURIComponent(version)}` : '/policy', {
		credentials: 'same-origin',
	})
	if (!response.ok) throw new Error(`policy: ${response.status}`)
	return response.text()
}

/* ---- installation, acceptance, permissions ---- */

export interface Acceptance {
	id: string
	version: string
	kind: string
	accepted_at: string
	withdrawn_at: string | null
	hash: string
	operations: string[]
	controller: string
	product: string
}

export type PermissionState = 'granted' | 'denied' | 'unset'

export interface PermissionFunction extends Named {
	state: PermissionState
	uses: number
	last_used_at: string | null
}

export interface Permission extends Named {
	why: string
	/** all, or a list: android,ios */
	platforms: string
	available: boolean
	first_entry: boolean
	state: PermissionState
	changed_at: string | null
	uses: number
	last_used_at: string | null
	system_way: string
	functions: PermissionFunction[]
}

/** The answer to one switch; the function when it was for one only. */
export interface PermissionAnswer extends Named {
	function: string | null
	state: PermissionState
	changed_at: string | null
}

export interface DeviceFunction extends Named {
	summary: string | null
	permissions: string[]
}

/** A device whose identifiers are linked with the account. */
export interface LinkedDevice {
	id: string
	current: boolean
	platform: string | null
	linked_at: string
	items: Named[]
}

export interface SensorRead {
	n: number
	at: string
	service: string | null
	service_name: string | null
	permissions: string
	items: string[]
}

/* ---- registers, for anyone ---- */

export interface Sdk extends Named {
	vendor: string
	function: string
	trigger: string
	permissions: Named[]
	items: Named[]
	platforms: string
	protocol_only: boolean
	consent: boolean
	login: boolean
	condition?: string | null
	policy_url?: string | null
	clause: string
}

export interface Cookie extends Named {
	use: 'session' | 'identity' | 'analysis'
	refusable: boolean
	effect?: string | null
}

export interface Definition {
	key: string
	term: string
	meaning: string
}

export interface ItemKinds {
	kinds: { key: string; items: (Named & { sensitive: boolean })[] }[]
}

export interface SdkChoice {
	key: string
	state: 'allowed' | 'refused' | 'unset'
	asks: boolean
	refusable: boolean
	refusing: string | null
	last_call_at?: string | null
	calls: number
}

export interface CookieChoice {
	use: 'identity' | 'analysis'
	state: 'allowed' | 'refused'
}

export interface Statistics {
	days: number
	least: number
	items: { kind: string; key: string; name: string; times: number }[]
}

export const listSdkChoices = () => get<{ items: SdkChoice[] }>('/sdk-choices')
export const chooseSdk = (key: string, allowed: boolean) => put<void>(`/sdk-choices/${key}`, { state: allowed ? 'allowed' : 'refused' })
export const listCookieChoices = () => get<{ items: CookieChoice[] }>('/cookie-choices')
export const chooseCookie = (use: string, allowed: boolean) => put<void>(`/cookie-choices/${use}`, { state: allowed ? 'allowed' : 'refused' })
export const countPage = (page: string) => post<void>('/page-views', { page })
export const getStatistics = () => get<Statistics>('/statistics')
export const listSdks = () => get<{ items: Sdk[] }>('/sdks')
export const listCookies = () => get<{ items: Cookie[] }>('/cookies')
export const listDefinitions = () => get<{ items: Definition[] }>('/definitions')
export const listItemKinds = () => get<ItemKinds>('/items')

export const createInstallation = () =>
	create<{ installation_id: string }>('/installations', { platform: 'web', transport: 'cookie' })
/** Going on after the notice: a weaker acceptance, where the city counts it. */
export const continueUnder = (policy_version: string) =>
	create<Acceptance>('/acceptances', { policy_version, kind: 'continued' })
export const acceptPolicy = (policy_version: string, reading_token?: string) =>
	create<Acceptance>('/acceptances', reading_token ? { policy_version, reading_token } : { policy_version })
export const listAcceptances = () => get<Page<Acceptance>>('/acceptances')
export const listPermissions = () => get<{ items: Permission[] }>('/permissions')
export const setPermission = (key: string, state: 'granted' | 'denied', fn?: string) =>
	put<PermissionAnswer>(`/permissions/${key}`, fn ? { state, function: fn } : { state })
export const listDeviceFunctions = () => get<{ items: DeviceFunction[] }>('/device-functions')
export const listLinkedDevices = () => get<Page<LinkedDevice>>('/me/devices')
export const unlinkDevice = (id: string) => del<void>(`/me/devices/${id}`)
/** Asked before the device reads: without the permission the answer is a refusal, and nothing may be read. */
export const startDeviceFunction = (key: string, permission: string) =>
	post<{ at: string }>(`/device-functions/${key}/uses`, { permission })
export const listSensorReads = (cursor?: string | null) => get<Page<SensorRead>>(`/me/sensor-reads${query({ cursor })}`)

/* ---- notices, messages, subscriptions ---- */

export interface NoticeChange {
	kind: string
	major: boolean
	text: string
}

/** The version that waits for the person's agreement. */
export interface PolicyNotice {
	pending: boolean
	rights: { reply_days: number; delete_days: number; cancel_scopes: string[]; refusal_grounds: string[] }
	version?: string
	effective_at?: string
	in_force?: boolean
	major?: boolean
	reduces_rights?: boolean
	may_continue?: boolean
	agreed_version?: string
	changes?: NoticeChange[]
}

export interface InboxMessage {
	id: string
	kind: 'policy' | 'announcement' | 'case' | 'incident' | 'end' | 'request' | 'publication' | 'login' | 'transfer'
	ref_id: string
	at: string
	read_at: string | null
	version?: string
	major?: boolean
	changes?: NoticeChange[]
	promotional?: boolean
	title: string
	text: string
}

export interface Unread {
	unread: number
	policy: number
}

export interface Subscription extends Named {
	subscribed: boolean
	optional: boolean
}

export const getNotice = () => get<PolicyNotice>('/notice')
export const noticeShown = (version: string) => put<void>('/notice', { version })
export const getPolicyVersion = (version: string) => get<Policy>(`/policy/${encodeURIComponent(version)}`)
export const listMessages = (cursor?: string) => get<Page<InboxMessage>>(`/me/messages${query({ cursor })}`)
export const getMessage = (id: string) => get<InboxMessage>(`/me/messages/${id}`)
export const readMessage = (id: string) => put<void>(`/me/messages/${id}`, { read: true })
export const getUnread = () => get<Unread>('/me/unread')
export const listSubscriptions = () => get<{ items: Subscription[] }>('/me/subscriptions')
export const setSubscription = (topic: string, subscribed: boolean) =>
	put<void>(`/me/subscriptions/${topic}`, { subscribed })

/* ---- account and sessions ---- */

export type CodePurpose = 'register' | 'login' | 'bind' | 'reset' | 'second_check'

export interface Session {
	id: string
	expires_at: string
	subject_id?: string
	/** The password has been in use for long. */
	password_reminder?: boolean
}

export interface SessionEntry {
	id: string
	current: boolean
	platform: string
	created_at: string
	last_seen_at: string
}

export interface Me {
	subject_id: string
	username?: string | null
	phone?: string | null
	name?: string | null
	realname_level: number
	phone_bound: boolean
	credentials_set: boolean
	minor: boolean
	accepted_version: string | null
}

export const sendCode = (phone: string, purpose: CodePurpose) =>
	create<{ expires_in_s: number; resend_in_s: number }>('/sms-codes', { phone, purpose })
export const register = (fields: Record<string, string>) =>
	create<{ subject_id: string; session: Session; next: NextStep[] }>('/accounts', { ...fields, transport: 'cookie' })
export const setCredentials = (username: string, password: string) =>
	create<unknown>('/me/credentials', { username, password })
export const bindPhone = (sms_code: string) => create<unknown>('/me/phone', { sms_code })
export const changePassword = (body: { password: string; current_password?: string; sms_code?: string }) =>
	put<unknown>('/me/password', body)
export const resetPassword = (body: { username: string; mobile_phone: string; sms_code: string; password: string }) =>
	create<unknown>('/password-resets', body)
export const logInByPassword = (login: string, password: string) =>
	create<Session>('/sessions', { method: 'password', login, password, transport: 'cookie' })
export const logInByCode = (mobile_phone: string, sms_code: string) =>
	create<Session>('/sessions', { method: 'sms', mobile_phone, sms_code, transport: 'cookie' })
/** The second proof of an unusual login: another kind than the first. */
export const confirmLogin = (
	ticket: string,
	proof: { mobile_phone: string; sms_code: string } | { password: string } | { resident_id_number: string },
) => create<Session>('/sessions', { method: 'confirm', ticket, ...proof, transport: 'cookie' })
export interface LoginAlert {
	id: string
	at: string
	platform: string
	/** stopped: no second proof was given. */
	state: 'stopped' | 'passed' | 'blocked'
	/** It was the device in use. */
	current: boolean
	place?: string | null
	device?: string | null
	reasons?: string | null
}
export const listLoginAlerts = () => get<{ items: LoginAlert[] }>('/me/login-alerts')
export const getLoginAlert = (id: string) => get<LoginAlert>(`/me/login-alerts/${id}`)
export const blockLogin = (id: string) => post<void>(`/me/login-alerts/${id}/block`, {})
export const unblockLogin = (id: string) => del<void>(`/me/login-alerts/${id}/block`)
export const listSessions = () => get<{ items: SessionEntry[] }>('/sessions')
export const endSession = (id: string) => del<void>(`/sessions/${id}`)
export const logOut = () => del<void>('/sessions/current')
export const getMe = () => get<Me>('/me')
export const proveName = (method: string, fields: Record<string, string>) =>
	create<{ level: number }>(`/realname/${method}`, fields)
export const secondCheck = (body: { method: 'password'; password: string } | { method: 'sms'; mobile_phone: string; sms_code: string }) =>
	post<{ valid_until: string }>('/second-checks', body)

/* ---- events of security, for officers ---- */

export interface SecurityEvent {
	id: string
	kind: string
	kind_name: string
	rule: string
	rule_name: string
	measure: string
	measure_name: string
	/** A keyed hash of an address: the same source has the same. */
	source: string | null
	count: number
	first_at: string
	last_at: string
}
export const listSecurityEvents = (cursor?: string | null) => get<Page<SecurityEvent>>(`/staff/security-events${query({ cursor })}`)

export interface Outage {
	id: string
	authority: string
	name: string
	cause: string
	cause_name: string
	failures: number
	opened_at: string
	last_at: string
	recovered_at: string | null
	classed_by: string | null
	note: string | null
}
export const listOutages = () => get<{ items: Outage[] }>('/staff/outages')
export const classOutage = (id: string, cause: string, note: string) => put<void>(`/staff/outages/${id}`, { cause, note })
export interface Cut {
	kind: 'connector' | 'role' | 'session'
	key: string
	name: string
	action: 'cut' | 'lift'
	reason: string
	by: string
	at: string
}
export interface CutList {
	items: Cut[]
	records: Cut[]
	connectors: Named[]
	staff: Named[]
}
export const listCuts = () => get<CutList>('/staff/cuts')
export const cutOff = (kind: string, key: string, reason: string) => post<void>('/staff/cuts', { kind, key, reason })
export const liftCut = (kind: string, key: string, reason: string) => post<void>('/staff/cuts/lift', { kind, key, reason })

/* ---- services ---- */

export interface ServiceSummary {
	key: string
	name: string
	summary: string
	category: string
	category_name: string
	shape: 'info' | 'query' | 'case'
	level: 'open' | 'login' | 'phone' | 'realname'
	provider: string
	provider_kind: string
	icon: string
}

export type Choice = string | { value: string; name: string }

export interface ServiceField {
	item: string
	name: string
	label: string | null
	hint: string | null
	required: boolean
	prefill: boolean | string | null
	sensitive: boolean
	sensed: boolean | string | null
	input: 'text' | 'phone' | 'id' | 'name' | 'email' | 'textarea' | 'choice' | 'location' | string
	choices?: Choice[]
	/** A position says by which of these ways it was obtained. */
	ways?: string[]
}

/** Who offers a third party's service, and where its own texts stand. */
export interface Party extends Named {
	agreement_url: string | null
	policy_url: string | null
}

export interface Service extends ServiceSummary {
	party: Party | null
	fields: ServiceField[]
	recipients: Named[]
	shared: Named[]
	result: Named[]
	purpose: string
	purpose_name: string
	clause: string
	guide: string | null
	attachments_max: number
	consent: ConsentRequest | null
	missing: NextStep[]
	/** What the service depends on cannot be reached. */
	outage: { name: string; since: string } | null
	/** Money moves here: what must be told to nobody is said again. */
	secrets_warning: boolean
}

export interface Table {
	columns: Named[]
	rows: string[][]
}

export interface QueryResult {
	query_id: string
	service: string
	at: string
	authority: Named
	result: { item: string; name: string; value: string | Table }[]
	usage_n: number | string
}

export const listServices = (
	filter: { q?: string; category?: string; cursor?: string | null; limit?: number },
	signal?: AbortSignal,
) => get<Page<ServiceSummary>>(`/services${query(filter)}`, signal)
export const getService = (key: string) => get<Service>(`/services/${key}`)
export const runQuery = (key: string, fields: Record<string, string>) =>
	create<QueryResult>(`/services/${key}/queries`, { fields })

/* ---- what is kept for a person ---- */

export interface Preferences {
	history: { declared: boolean; on: boolean }
	personal: { declared: boolean; on: boolean }
}

export interface SearchHistory {
	on: boolean
	items: { keyword: string; at: string }[]
}

export interface Favorites {
	on: boolean
	items: ServiceSummary[]
}

export interface Recommendations {
	on: boolean
	frequent: ServiceSummary[]
	related: ServiceSummary[]
}

export const getPreferences = () => get<Preferences>('/preferences')
export const setPreference = (name: 'history' | 'personal', on: boolean) => put<void>(`/preferences/${name}`, { state: on ? 'on' : 'off' })
export const getSearchHistory = () => get<SearchHistory>('/me/search-history')
export const keepSearch = (keyword: string) => put<void>('/me/search-history', { keyword })
export const clearSearchHistory = () => del<void>('/me/search-history')
export const getFavorites = () => get<Favorites>('/me/favorites')
export const addFavorite = (key: string) => put<void>(`/me/favorites/${key}`, undefined)
export const removeFavorite = (key: string) => del<void>(`/me/favorites/${key}`)

/* ---- ratings of services ---- */

export type RatingShown = 'none' | 'anonymous' | 'name' | 'username'

export interface Rating {
	id: string
	service: string
	service_name: string
	stars: number
	text: string | null
	shown: RatingShown
	at: string
}

export interface PublicRating {
	id: string
	stars: number
	text: string | null
	/** The name that the person chose; null: none. */
	name: string | null
	at: string
}

export const myRatings = () => get<{ items: Rating[] }>('/me/ratings')
/** Takes the place of an earlier one, and is not public until that is chosen. */
export const giveRating = (service: string, stars: number, text: string) =>
	put<void>(`/me/ratings/${service}`, { stars, ...(text ? { text } : {}) })
export const showRating = (service: string, shown: RatingShown) => put<void>(`/me/ratings/${service}/shown`, { shown })
export const deleteRating = (service: string) => del<void>(`/me/ratings/${service}`)
export const serviceRatings = (service: string, cursor?: string | null) =>
	get<Page<PublicRating>>(`/services/${service}/ratings${query({ cursor })}`)
export const getRecommendations = () => get<Recommendations>('/me/recommendations')

/* ---- personal wishes ---- */

export interface Wishes {
	language?: string | null
	place?: string | null
	help?: string | null
}

export const getWishes = () => get<Wishes>('/me/wishes')
export const setWishes = (wishes: Wishes) => put<void>('/me/wishes', wishes)
export const deleteWishes = () => del<void>('/me/wishes')

/* ---- the log of use ---- */

export interface UseLogItem extends Named {
	masked: string
}

export interface UseLogRecord {
	id: string
	at: string
	ends_at?: string | null
	items: UseLogItem[]
}

export interface UseWritten {
	written: boolean
	id?: string | null
	items: string[]
}

export const listUseLog = (cursor: string | null = null) => get<Page<UseLogRecord>>(`/me/use-log${query({ cursor })}`)
export const openVisit = (service: string) => post<UseWritten>('/me/use-log', { service })
export const closeVisit = (id: string) => put<void>(`/me/use-log/${id}`, undefined)
export const checkUseLog = () => request<void>('POST', '/me/use-log/checks')

/* ---- cases ---- */

export type CaseState = 'submitted' | 'assigned' | 'delivered' | 'replied' | 'followed_up' | 'closed'

export interface CaseSummary {
	id: string
	number: string
	service: string
	service_name: string
	state: CaseState
	state_name: string
	department?: Named | null
	created_at: string
	events?: CaseEvent[]
}

export interface CaseEvent {
	at: string
	kind: string
	name?: string
	text: string | null
}

export interface CaseItem extends Named {
	sensitive?: boolean
	masked: string
}

export interface Case extends CaseSummary {
	removable: boolean
	events: CaseEvent[]
	items: CaseItem[]
	attachments: { id: string; content_type: string; size_bytes: number }[]
	reply?: string | null
	replied_at?: string | null
	follow_up?: string | null
	follow_up_at?: string | null
}

export const openCase = (key: string, fields: Record<string, string>, attachments: string[]) =>
	create<{ id: string; number: string; state: CaseState }>(`/services/${key}/cases`, { fields, attachments })
export const listCases = (cursor?: string | null) => get<Page<CaseSummary>>(`/cases${query({ cursor })}`)
export const deleteCase = (id: string) => del<void>(`/cases/${id}`)
export const getCase = (id: string) => get<Case>(`/cases/${id}`)
export const uploadAttachment = (service: string, source: 'camera' | 'album', file: Blob) =>
	request<{ id: string; content_type: string; size_bytes: number; place: 'none' | 'kept' | 'dropped' }>(
		'POST',
		`/attachments${query({ service, source })}`,
		{ file, creates: true },
	)

export interface PhotoPlace {
	id: string
	at: string
	own: boolean
	/** Who shared the photo, masked; null for one's own. */
	account?: string | null
}

export const namePerson = (photo: string, phone: string) => post<void>(`/attachments/${photo}/people`, { phone })
export const listPhotoPlaces = () => get<Page<PhotoPlace>>('/me/photo-places')
export const deletePhotoPlace = (id: string) => del<void>(`/me/photo-places/${id}`)
export const checkPhotoPlaces = () => request<void>('POST', '/me/photo-places/checks')
export const attachmentUrl = (id: string) => `/api/v1/attachments/${id}`

/* ---- consents ---- */

export interface Consent {
	id: string
	scope: string
	service_name: string
	recipient: string | null
	recipient_name: string | null
	items: Named[]
	given_at: string
	withdrawn_at: string | null
	version: string
	text_hash: string
	/** A later version changed its terms: it opens nothing until it is given again. */
	renewal_needed: boolean
}

export const listConsents = () => get<Page<Consent>>('/consents')
export const giveConsent = (consent: ConsentRequest) =>
	create<{ id: string }>('/consents', {
		scope: consent.scope,
		items: consent.items.map((item) => (typeof item === 'string' ? item : item.key)),
		recipient: consent.recipient && typeof consent.recipient === 'object' ? consent.recipient.key : consent.recipient,
		text_hash: consent.text_hash,
	})

/** What a withdrawal stops, deletes and keeps: the same before it and after it. */
export interface Withdrawal {
	withdrawn_at: string | null
	policy: boolean
	consents: number
	stops: string[]
	deletes: string[]
	keeps: { name: string; rule: string; until: string | null }[]
	still: string[]
}

export interface DevicePermission extends Named {
	why: string
	granted: boolean
	changed_at: string
}

export interface ConsentDevice {
	session_id: string
	current: boolean
	platform: string
	last_seen_at: string
	permissions: DevicePermission[]
}

export interface WithdrawalWay extends Named {
	text: string
	place: string | null
}

export interface ConsentCentre {
	ways: WithdrawalWay[]
	held_data: 'anonymise' | 'stop'
	devices: ConsentDevice[]
}

export const getConsentCentre = () => get<ConsentCentre>('/consents/centre')
export const previewWithdrawal = (scope: 'all' | 'policy') => get<Withdrawal>(`/consents/withdrawal?scope=${scope}`)
export const previewConsentWithdrawal = (id: string) => get<Withdrawal>(`/consents/${id}/withdrawal`)
export const withdrawConsent = (id: string) => del<Withdrawal>(`/consents/${id}`)
export const withdrawScope = (scope: 'all' | 'policy') => create<Withdrawal>('/consents/withdrawals', { scope })
export const withdrawConsents = (ids: string[]) => create<Withdrawal>('/consents/withdrawals', { ids })
export const previewDeletion = () => get<Withdrawal>('/me/deletion')
export const deleteEverything = () => del<Withdrawal>('/me/items')
export const getConsentText = (hash: string) => get<{ text: string }>(`/consent-texts/${hash}`)

/* ---- my data ---- */

export interface MyItem extends Named {
	kind: string
	masked: string
	sensitive: boolean
	category: string
	category_name: string
	service: string | null
	origin: string
	basis: string
	/** For what the law keeps: the rule. */
	rule?: string | null
	collected_at: string
	ends_at: string | null
	record_id: string
}

export interface UsageEntry {
	n: number | string
	at: string
	actor: { kind: string; name: string; role: string | null }
	action: string
	action_name: string
	service: string | null
	service_name: string | null
	purpose: string | null
	purpose_name: string | null
	recipient: string | null
	recipient_name: string | null
	items: Named[]
	basis: string | null
	/** The ground of the city's list, when it took the place of consent. */
	ground: string | null
	/** Told later than it happened, under a duty of secrecy. */
	deferred: boolean
	decision: string
	decision_name: string
	clause: string | null
	note: string | null
	policy_version: string | null
}

export interface CancellationPreview {
	scope: string
	name: string
	preview_token: string
	ends: { scope: string; name: string }[]
	keeps: { name: string; rule: string; until: string }[]
	effects: string[]
}

export interface Certificate {
	certificate_id: string
	scope: string
	ended_at: string
	ended: ({ scope?: string; name: string } | string)[]
	kept: ({ name: string; rule?: string; until?: string } | string)[]
	backups_until: string
	hash: string
	signature: string
	public_key: string
}

export const listMyItems = () => get<{ items: MyItem[] }>('/me/items')
export const revealItem = (key: string, record_id?: string) =>
	post<{ key: string; value: string; usage_n: number | string }>(
		`/me/items/${key}/reveal`,
		record_id ? { record_id } : {},
	)
export const changeItem = (key: string, value: string, sms_code?: string) =>
	put<unknown>(`/me/items/${key}`, sms_code ? { value, sms_code } : { value })
export const listUsage = (cursor?: string | null, limit = 20) =>
	get<Page<UsageEntry>>(`/me/usage${query({ cursor, limit })}`)
export const getReceipt = (n: string | number) => requestText(`/me/usage/${n}/receipt`)
export const getUsageHead = () => get<Record<string, unknown>>('/me/usage/head')
export const previewCancellation = (scope: string) => get<CancellationPreview>(`/me/cancellation${query({ scope })}`)
export const cancelAccount = (scope: string, preview_token: string) =>
	del<Certificate>(`/me${query({ scope, preview_token })}`)

/* ---- staff ---- */

export interface Staff {
	name: string
	role: 'hotline_agent' | 'policy_officer' | 'privacy_officer' | 'auditor' | string
	department: string | Named | null
	idle_limit_s: number
}

export interface StaffCase extends CaseSummary {
	items: CaseItem[]
	events: { kind: string; name: string; at: string; text: string | null }[]
}

export interface Announcement {
	id: string
	title: string
	text: string
	promotional: boolean
	mandatory: boolean
	by: string
	at: string
}

export const staffAnnouncements = (cursor?: string | null) => get<Page<Announcement>>(`/staff/announcements${query({ cursor })}`)
export const announce = (body: Pick<Announcement, 'title' | 'text' | 'promotional' | 'mandatory'>) => post<{ id: string }>('/staff/announcements', body)

export const staffLogIn = (login: string, password: string, totp: string) =>
	post<Staff>('/staff/sessions', { login, password, totp, transport: 'cookie' })
export const staffCurrent = () => get<Staff>('/staff/sessions/current')
export const staffLogOut = () => del<void>('/staff/sessions/current')
export const staffCases = (state?: string, cursor?: string | null) =>
	get<Page<CaseSummary>>(`/staff/cases${query({ state, cursor })}`)
export const staffCase = (id: string) => get<StaffCase>(`/staff/cases/${id}`)
export const staffReveal = (id: string, item: string, reason: string) =>
	post<{ key: string; value: string }>(`/staff/cases/${id}/reveal`, { item, reason })

/* ---- staff: uses of a ground in the place of consent ---- */

export interface Ground {
	key: string
	ground: string
	clause: string
	contexts: string[]
	needs: string[]
	secrecy: boolean
}

export interface GroundChoices {
	grounds: Ground[]
	recipients: Named[]
	items: Named[]
	services: Named[]
	deferral_max_days: number
}

export interface GroundUse {
	id: string
	state: 'waiting' | 'acting' | 'done' | 'failed' | 'rejected' | 'asked' | 'declined' | 'published' | 'withdrawn'
	state_name: string
	outcome: string
	ground_name: string | null
	clause: string | null
	context: string | null
	recipient_name: string | null
	items: Named[]
	evidence: Record<string, string>
	purpose: string | null
	measures: string | null
	/** What the person is asked before a publication, in these very words. */
	text: string | null
	agreed_at: string | null
	published_at: string | null
	scope: string | null
	scope_until: string | null
	officer_name: string | null
	second_name: string | null
	mine: boolean
	created_at: string
	decided_at: string | null
	deferred_until: string | null
	told: boolean
	renewal_until: string | null
	renewal_mine: boolean
}

export interface NewGroundUse {
	ground: string
	context: string
	service?: string
	recipient?: string
	person: { case_id?: string; real_name?: string; id_number?: string; mobile_phone?: string }
	case_id?: string
	items?: string[]
	values?: Record<string, string>
	evidence: Record<string, string>
	purpose?: string
	measures?: string
	scope?: string
	scope_until?: string
	deferral_days?: number
}

export const groundChoices = () => get<GroundChoices>('/staff/exceptions/grounds')
export const groundUses = (cursor?: string | null, kind?: 'publication') =>
	get<Page<GroundUse>>(`/staff/exceptions${query({ cursor, kind })}`)
export const groundUse = (id: string) => get<GroundUse>(`/staff/exceptions/${id}`)
export const groundUseOpen = (use: NewGroundUse) => create<GroundUse>('/staff/exceptions', use)
export const groundUseApprove = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/approval`)
export const groundUseReject = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/rejection`)
export const groundUseRenew = (id: string, days: number) => post<GroundUse>(`/staff/exceptions/${id}/renewal`, { days })
export const groundUseRenewApprove = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/renewal/approval`)
export const groundUseTell = (id: string) => post<GroundUse>(`/staff/exceptions/${id}/disclosure`)
export const publicationTakeOff = (id: string) => post<{ id: string; state: string }>(`/staff/exceptions/${id}/removal`)

/* ---- publication of personal information ---- */

export interface Publication {
	id: string
	purpose: string
	ground_name: string | null
	document: string | null
	event: string | null
	measures: string | null
	published_at: string | null
	until: string | null
	values: { name: string; value: string }[]
}

export interface OwnPublication extends Omit<Publication, 'values'> {
	state: 'asked' | 'declined' | 'acting' | 'published' | 'withdrawn' | 'failed'
	can_agree: boolean
	can_withdraw: boolean
	items: (Named & { sensitive: boolean })[]
	/** Null where it rests on no consent. */
	text: string | null
	text_hash: string | null
	agreed_at: string | null
}

export const listPublications = (cursor?: string | null) => get<Page<Publication>>(`/publications${query({ cursor })}`)
export const myPublications = (cursor?: string | null) => get<Page<OwnPublication>>(`/me/publications${query({ cursor })}`)
export const myPublication = (id: string) => get<OwnPublication>(`/me/publications/${id}`)
/** Yes to exactly the text that was shown. */
export const agreeToPublication = (id: string, text_hash: string) =>
	post<OwnPublication>(`/me/publications/${id}/agreement`, { text_hash })
/** No to what is asked, or off the page again. */
export const withdrawPublication = (id: string) => post<OwnPublication>(`/me/publications/${id}/withdrawal`)

/* ---- releases of the policy, for officers ---- */

export interface Release {
	number: number
	version: string
	hash: string
	state: string
	state_name: string
	base_number: number | null
	from_number: number | null
	created_at: string
	published_at: string | null
	effective_at: string | null
	published_by: string | null
}

export interface ReleaseStep {
	action: string
	action_name: string
	officer: string
	note: string | null
	at: string
}

export interface ReleaseDetail extends Release {
	summary: string | null
	/** Another version was published since it was compared. */
	stale: boolean
	/** What this officer may do with it now. */
	actions: string[]
	steps: ReleaseStep[]
}

export interface ReleaseDiff {
	against: number
	against_version: string
	reduces_rights: boolean
	major: PolicyChanges['major']
	changes: PolicyChanges['changes']
	asked_again: { service: string; name: string; why: string }[]
}

export interface ReleaseList {
	in_force: number
	items: Release[]
}

/** The parts of the document that the console edits. */
export interface ReleaseDocument {
	number: number
	version: string
	document: {
		policy: {
			version: string
			updated: string
			effective: string
			chapters: { key: string; title: string; sections: { title?: string; paragraphs?: string[] }[] }[]
			categories: { key: string; name: string; retention: { rule: string; days: number } }[]
		}
		city: { contact: Record<string, string | string[]>; [key: string]: unknown }
	}
}

export interface ReleaseEdit {
	at: string
	value: unknown
}

export interface ReleaseMark {
	kind: string
	reason: string
}

const release = (number: number | string) => `/staff/releases/${number}`
export const listReleases = () => get<ReleaseList>('/staff/releases')
export const getRelease = (number: number | string) => get<ReleaseDetail>(`/staff/releases/${number}`)
export const getReleaseDiff = (number: number | string) => get<ReleaseDiff>(`/staff/releases/${number}/diff`)
export const getReleaseDocument = (number: number | string) => get<ReleaseDocument>(`/staff/releases/${number}/document`)
export const getReleasePage = (number: number | string) => requestText(`/staff/releases/${number}/policy.html`)
export const releasePdf = (number: number | string) => `/api/v1${release(number)}/policy.pdf`
export const draftRelease = (body: { base?: number; note?: string; edits?: ReleaseEdit[]; files?: Record<string, string> }) =>
	post<{ number: number }>('/staff/releases', body)
export const submitRelease = (number: number, body: { summary?: string; note?: string; marks?: ReleaseMark[] }) =>
	post<{ number: number }>(`/staff/releases/${number}/submit`, body)
export const approveRelease = (number: number, note?: string) => post<{ number: number }>(`/staff/releases/${number}/approve`, { note })
export const rejectRelease = (number: number, note: string) => post<{ number: number }>(`/staff/releases/${number}/reject`, { note })
export const withdrawRelease = (number: number, note?: string) => post<{ number: number }>(`/staff/releases/${number}/withdraw`, { note })
export const compareRelease = (number: number) => request<{ number: number }>('POST', `/staff/releases/${number}/compare`)
export const publishRelease = (number: number, effective: string, note?: string) =>
	post<{ number: number; effective_at: string }>(`/staff/releases/${number}/publish`, { effective, note })


/* ---- guardians of minors ---- */

export interface Guardianship {
	minor: boolean
	required: boolean
	/** Below the age at which every single consent is the guardian's. */
	child: boolean
	age: number
	state: string
	state_name: string
	relation?: string | null
	agreed_at?: string | null
	version?: string | null
	text_hash?: string | null
}

export interface Ward {
	id: string
	kind: 'consent' | 'report'
	state: string
	state_name: string
	name?: string | null
	relation?: string | null
	reason?: string | null
	strict: boolean
	registered: boolean
	asked_at: string
	changed_at: string
	agreed_at?: string | null
	version?: string | null
	text_hash?: string | null
}

export interface WardOffer {
	scope: string
	service_name: string
	items: string[]
	recipient?: string | null
	text: string
	text_hash: string
}

export const getGuardianship = () => get<Guardianship>('/guardianship')
export const newGuardianCode = () => request<{ code: string; expires_at: string }>('POST', '/guardianship/codes')
export const listWards = () => get<{ items: Ward[] }>('/wards')
export const getWard = (id: string) => get<Ward>(`/wards/${id}`)
export const openWard = (code: string, ward_name: string, ward_id_number: string) =>
	create<Ward>('/wards', { code, ward_name, ward_id_number })
export const reportGuardian = (code: string, ward_name: string, ward_id_number: string) =>
	create<Ward>('/guardian-reports', code ? { code, ward_name, ward_id_number } : { ward_name, ward_id_number })
export const getWardText = (id: string) => get<{ text: string; text_hash: string }>(`/wards/${id}/text`)
export const addWardPapers = (id: string, attachments: string[]) => post<Ward>(`/wards/${id}/papers`, { attachments })
export const agreeWard = (id: string, text_hash: string) => post<Ward>(`/wards/${id}/agreement`, { text_hash })
export const declineWard = (id: string) => request<Ward>('POST', `/wards/${id}/refusal`)
export const withdrawWard = (id: string) => del<Ward>(`/wards/${id}`)
export const getWardCertificate = (id: string) => requestText(`/wards/${id}/certificate`)
export const getWardOffer = (id: string, service: string) => get<WardOffer>(`/wards/${id}/offer${query({ service })}`)
export const giveWardConsent = (id: string, scope: string, text_hash: string) =>
	create<{ id: string }>(`/wards/${id}/consents`, { scope, text_hash })

export interface GuardianTask {
	id: string
	kind: string
	kind_name: string
	state: 'open' | 'done'
	at: string
	recorded_by_me: boolean
}

export interface GuardianTaskDetail extends GuardianTask {
	ward_state: string
	relation?: string | null
	related: boolean
	reason?: string | null
	items: { key: string; name: string; masked?: string | null }[]
	papers: { id: string; content_type: string }[]
}

export const staffGuardianTasks = (state: string, cursor?: string | null) =>
	get<Page<GuardianTask>>(`/staff/guardian-tasks${query({ state, cursor })}`)
export const staffGuardianTask = (id: string) => get<GuardianTaskDetail>(`/staff/guardian-tasks/${id}`)
export const staffGuardianDecide = (id: string, approve: boolean, reason: string) =>
	post<{ id: string }>(`/staff/guardian-tasks/${id}/decision`, { approve, reason })
export const staffGuardianReport = (id_number: string, phone: string, reason: string) =>
	create<{ id: string }>('/staff/guardian-reports', { id_number, phone, reason })
/** The picture, for this page's memory only. */
export const staffGuardianPaper = (id: string, paper: string, reason: string) =>
	requestBlob(`/staff/guardian-tasks/${id}/papers/${paper}`, { reason })
/* ---- single clauses of the policy ---- */

export interface Clause {
	clause: string
	rules: { kind: string; name: string }[]
	void: { reason: string; since: string } | null
}
export interface ClauseList {
	number: number
	version: string
	items: Clause[]
}
export interface ClauseNote {
	id: string
	clause: string
	text: string
	written_by: string
	role: string
	written_at: string
	ended_at: string | null
}
export interface ClauseNoteList {
	may_publish: boolean
	items: ClauseNote[]
}
export interface Decision {
	id: string
	matter: string
	decision: string
	basis: 'clause' | 'law' | 'rule' | 'custom'
	source: string
	decided_by: string
	decided_at: string
}

/* ---- protection of data ---- */

export interface SecurityControl {
	key: string
	name: string
	standard: string
	phase: string
	state: 'pass' | 'fail' | 'unchecked'
	detail: string
	checked_at: string | null
}
export interface SecurityFiling {
	level: number
	number: string
	filed_on: string
	assessed_on: string
	valid_until: string
	expired: boolean
}
export interface Security {
	level: number
	filing: SecurityFiling | null
	controls: SecurityControl[]
	attempts: { kind: string; name: string; count: number }[]
}
export interface Breach {
	id: string
	login: string
	facts: string
	opened_by: string
	opened_at: string
	outcome: string | null
	note: string
	closed_by: string | null
	closed_at: string | null
}
export interface StaffSecurity extends Security {
	alerts: string[]
	organisation: { unit: string | null; rules: string[]; workflow: { key: string; name: string; owner: string }[] }
	breaches: Breach[]
	staff: { login: string; name: string }[]
}

/* ---- duties, incidents, ends of services ---- */

export interface Duty {
	key: string
	name: string
	evidence: string
	every_days: number
	each_staff: boolean
	clause: string
	state: 'current' | 'soon' | 'expired' | 'event'
	done_on: string | null
	due_on: string | null
	missing: string[]
}
export interface DutyList {
	items: Duty[]
	staff: { login: string; name: string }[]
}
export interface DutyRecord {
	id: string
	done_on: string
	staff: string | null
	note: string
	document: string
	recorded_by: string
	recorded_at: string
}

export interface IncidentSummary {
	id: string
	kind: string
	kind_name: string
	category: string | null
	category_name: string | null
	state: 'open' | 'told' | 'closed'
	found_on: string
	opened_at: string
	opened_by: string
	facts: string
	effect: string
	measures: string
	self_protection: string
	remedies: string
	public_reason: string | null
	told_at: string | null
	told_all_at: string | null
	people: number
	by_message: number
	closed_at: string | null
	closed_by: string | null
}
export interface IncidentStep {
	step: string
	name: string
	owner: string
	due_at: string
	note: string
	receiver: string | null
	document: string | null
	done_at: string | null
	done_by: string | null
}
export interface Incident extends IncidentSummary {
	steps: IncidentStep[]
	parts: string[]
}

export interface ServiceEnd {
	id: string
	service: string | null
	service_name: string
	ends_on: string
	reason: string
	announced_at: string
	announced_by: string
	agreed_at: string | null
	agreed_by: string | null
	proposed_by_me: boolean
	withdrawn_at: string | null
	told_all_at: string | null
	told_people: number
	done_at: string | null
	people: number
	left_items: number
}
export interface ServiceEndList {
	items: ServiceEnd[]
	days: number
}

export interface Bulletin {
	id: string
	kind: 'incident' | 'end'
	title: string
	at: string
	ends_at: string | null
	mine: boolean
	parts: { name: string; text: string }[]
}

/* ---- papers of those who receive data ---- */

export type PaperKind = 'agreement' | 'undertaking' | 'admission'
export interface PaperFinding {
	item: string
	name: string
	lawful: boolean
	reasonable: boolean
	necessary: boolean
	note: string
}
export interface Paper {
	id: string
	recipient: string
	recipient_name: string
	kind: PaperKind
	document: string
	document_hash: string
	from: string
	until: string
	state: 'waiting' | 'standing' | 'coming' | 'expired' | 'rejected' | 'ended'
	officer: string
	second: string | null
	mine: boolean
	created_at: string
	ended_at: string | null
	ended_by: string | null
	reason: string | null
	findings: PaperFinding[]
}
export interface PaperParty {
	key: string
	name: string
	kind: string
	asked: { key: string; name: string; sensitive: boolean }[]
	needs: PaperKind[]
	missing: PaperKind[]
}
export interface PaperList {
	recipients: PaperParty[]
	items: Paper[]
	missing: number
	soon: number
}
export interface PaperDraft {
	recipient: string
	kind: PaperKind
	document: string
	document_hash: string
	from: string
	until: string
	findings?: { item: string; lawful?: boolean; reasonable?: boolean; necessary?: boolean; note?: string }[]
}
export const staffPapers = () => get<PaperList>('/staff/papers')
export const enterPaper = (body: PaperDraft) => create<Paper>('/staff/papers', body)
export const decidePaper = (id: string, approve: boolean) =>
	approve ? post<Paper>(`/staff/papers/${id}/approval`, {}) : post<Paper>(`/staff/papers/${id}/rejection`, {})
export const endPaper = (id: string, reason: string) => post<Paper>(`/staff/papers/${id}/end`, { reason })

export const listBulletins = () => get<{ items: Bulletin[] }>('/notices')
export const staffClauses = () => get<ClauseList>('/staff/clauses')
export const voidClause = (body: { clause: string; reason: string; version: string }) => post<{ number: number }>('/staff/clauses/void', body)
export const restoreClause = (body: { clause: string; version: string }) => post<{ number: number }>('/staff/clauses/restore', body)
export const staffClauseNotes = () => get<ClauseNoteList>('/staff/clause-notes')
export const publishClauseNote = (body: { clause: string; text: string }) => create<ClauseNote>('/staff/clause-notes', body)
export const endClauseNote = (id: string) => del<void>(`/staff/clause-notes/${id}`)
export const staffDecisions = (cursor?: string) => get<Page<Decision>>(`/staff/decisions${query({ cursor })}`)
export const recordDecision = (body: { matter: string; decision: string; basis: Decision['basis']; source: string }) => create<Decision>('/staff/decisions', body)
export const getSecurity = () => get<Security>('/security')
export const staffSecurity = () => get<StaffSecurity>('/staff/security')
export const checkSecurity = () => post<{ controls: SecurityControl[] }>('/staff/security/checks', {})
export const recordFiling = (body: { level: number; number: string; filed_on: string; assessed_on: string; valid_until: string }) =>
	create<{ filing: SecurityFiling }>('/staff/security/filings', body)
export const openBreach = (body: { login: string; facts: string }) => create<Breach>('/staff/security/breaches', body)
export const closeBreach = (id: string, body: { outcome: string; note: string }) => post<void>(`/staff/security/breaches/${id}/close`, body)
export const staffDuties = () => get<DutyList>('/staff/duties')
export const staffDutyRecords = (key: string) => get<{ items: DutyRecord[] }>(`/staff/duties/${key}/records`)
export const recordDuty = (key: string, body: { done_on: string; document: string; note?: string; staff?: string }) =>
	create<DutyRecord>(`/staff/duties/${key}/records`, body)
export const staffIncidents = () => get<{ items: IncidentSummary[] }>('/staff/incidents')
export const staffIncident = (id: string) => get<Incident>(`/staff/incidents/${id}`)
export const openIncident = (body: { kind: string; category?: string; found_on: string; facts: string; owner: string }) =>
	create<Incident>('/staff/incidents', body)
export const doIncidentStep = (id: string, step: string, body: { note: string; receiver?: string; document?: string }) =>
	post<Incident>(`/staff/incidents/${id}/steps/${step}`, body)
export const tellIncident = (id: string, body: { facts: string; effect?: string; measures?: string; self_protection?: string; remedies?: string; public_reason?: string }) =>
	post<Incident>(`/staff/incidents/${id}/notice`, body)
export const closeIncident = (id: string) => request<Incident>('POST', `/staff/incidents/${id}/close`)
export const staffEnds = () => get<ServiceEndList>('/staff/ends')
export const announceEnd = (body: { service?: string; ends_on: string; reason: string }) => create<ServiceEnd>('/staff/ends', body)
export const agreeEnd = (id: string) => request<ServiceEnd>('POST', `/staff/ends/${id}/agreement`)
export const withdrawEnd = (id: string) => del<void>(`/staff/ends/${id}`)

/* ---- de-identified sets ---- */
export interface AnalysisField {
	key: string
	name: string | null
}
export interface AnalysisSet {
	id: string
	state: 'making' | 'ready' | 'refused'
	fields: AnalysisField[]
	purpose: string
	receiver: string | null
	made_by: string
	made_at: string
	least: number
	people: number
	suppressed: number
	reason: string | null
}
export interface AnalysisGroups extends AnalysisSet {
	groups: { values: string[]; people: number }[]
}
export const staffAnalysisList = () => get<{ items: AnalysisSet[]; fields: AnalysisField[] }>('/staff/analysis')
export const staffAnalysis = (id: string) => get<AnalysisGroups>(`/staff/analysis/${id}`)
export const makeAnalysis = (body: { fields: string[]; purpose: string; receiver?: string }) => create<AnalysisSet>('/staff/analysis', body)

/* ---- transfers to another holder ---- */
export interface TransferSummary {
	id: string
	state: 'waiting' | 'rejected' | 'telling' | 'ready' | 'moving' | 'moved' | 'closed'
	state_name: string
	ground_name: string
	clause: string
	receiver: string
	document: string
	opened_by: string
	opened_at: string
	mine: boolean
	told_people: number
	people: number
}
export interface Transfer {
	transfer: TransferSummary
	contact: string
	region: string
	scope: string | null
	scope_until: string | null
	certificate_name: string | null
	certificate_sha256: string | null
	decided_by: string | null
	decided_at: string | null
	needs_notice: boolean
	needs_undertaking: boolean
	told_all_at: string | null
	undertaking_text: string
	undertaken_at: string | null
	bound: boolean
	left_out: number
	parts: number
	package_sha256: string | null
	moved_at: string | null
	closed_by: string | null
	closed_at: string | null
}
export interface TransferList {
	items: TransferSummary[]
	grounds: { key: string; name: string; clause: string; needs_scope: boolean; needs_consent: boolean }[]
	recipients: { key: string; name: string; affiliate: boolean }[]
}
export interface NewTransfer {
	ground?: string
	recipient?: string
	receiver?: string
	contact?: string
	region?: string
	document: string
	scope?: string
	scope_until?: string
	certificate: string
}
export const staffTransfers = () => get<TransferList>('/staff/transfers')
export const staffTransfer = (id: string) => get<Transfer>(`/staff/transfers/${id}`)
export const openTransfer = (body: NewTransfer) => create<Transfer>('/staff/transfers', body)
export const approveTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/approval`)
export const rejectTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/rejection`)
export const undertakeTransfer = (id: string, signed: string) => post<Transfer>(`/staff/transfers/${id}/undertaking`, { signed })
export const moveTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/move`)
export const closeTransfer = (id: string) => request<Transfer>('POST', `/staff/transfers/${id}/close`)

/* ---- requests about one's own data ---- */
export type RequestState = 'proof_needed' | 'open' | 'second' | 'done' | 'refused'
export interface RequestKind {
	key: string
	name: string
	days: number
	working_days: boolean
	due_if_now: string
}
export interface DataRequest {
	id: string
	number: string
	kind: string
	kind_name: string
	state: RequestState
	state_name: string
	verified_at: string | null
	due_at: string | null
	answered_at: string | null
	overdue: boolean
	proof_asked: boolean
	items: Named[]
	answer: string | null
	ground: string | null
	ground_sort: string | null
	clause: string | null
	reason: string | null
}
export interface OwnRequest extends DataRequest {
	text: string | null
	value: string | null
	written_request: string | null
	/** Where to complain about a refusal. */
	complain?: string
}
export interface NewRequest {
	kind: string
	text: string
	items?: string[]
	value?: string
	consents?: string[]
}
export const requestKinds = () => get<{ kinds: RequestKind[]; items: Named[] }>('/request-kinds')
export const myRequests = (cursor?: string | null) => get<Page<DataRequest>>(`/me/requests${query({ cursor })}`)
export const myRequest = (id: string) => get<OwnRequest>(`/me/requests/${id}`)
/** The copy of a granted request: a page of HTML, for a file. */
export const requestCopy = (id: string) => requestText(`/me/requests/${id}/copy`)
export const requestFigures = () => get<{ waiting: number; overdue: number; answered: number; late: number }>('/request-figures')
export const fileRequest = (asked: NewRequest) => create<OwnRequest>('/me/requests', asked)
export const proveRequest = (id: string, written_request?: string) =>
	post<OwnRequest>(`/me/requests/${id}/proof`, written_request ? { written_request } : {})

export interface StaffRequest extends DataRequest {
	masked: string | null
	officer_name: string | null
	second_name: string | null
	proposed_ground: string | null
	proposed_reason: string | null
	mine: boolean
}
export interface RefusalGround {
	key: string
	ground: string
	sort: 'statutory' | 'discretion' | 'limit'
	clause: string
	second_officer: boolean
	document: boolean
}
export const staffRequests = (state: 'due' | 'proof_needed' | 'answered') => get<Page<StaffRequest>>(`/staff/requests${query({ state })}`)
export const staffRequest = (id: string) => get<StaffRequest>(`/staff/requests/${id}`)
export const refusalGrounds = () => get<{ grounds: RefusalGround[]; may_ask_proof: boolean }>('/staff/request-grounds')
export const revealRequest = (id: string, reason: string) =>
	post<{ text: string | null; value: string | null; written_request: string | null }>(`/staff/requests/${id}/reveal`, { reason })
export const askProof = (id: string) => post<StaffRequest>(`/staff/requests/${id}/proof`)
export const answerRequest = (id: string, answer: string) => post<StaffRequest>(`/staff/requests/${id}/answer`, { answer })
export const refuseRequest = (id: string, ground: string, reason: string, document?: string) =>
	post<StaffRequest>(`/staff/requests/${id}/refusal`, { ground, reason, ...(document ? { evidence: { document } } : {}) })
export const agreeRefusal = (id: string) => post<StaffRequest>(`/staff/requests/${id}/refusal/approval`)
export const returnRefusal = (id: string) => post<StaffRequest>(`/staff/requests/${id}/refusal/return`)
