/** Account, sessions and logins. */
import { create, del, get, post, put, type NextStep } from '../http'

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
	/** Where the number came from by which it was opened: typed, fetched. */
	origin: string
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
