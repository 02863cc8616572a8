import { ApiError } from '@shared/http'

export interface Message {
	title: string
	text: string
}

const LATER = '请稍后再试。'

/** What to tell people when the server's own sentence is not enough. */
const sentences: Record<string, Message> = {
	offline: { title: '网络连接中断', text: '请检查网络后重试，已填写的内容不会丢失。' },
	invalid_input: { title: '填写的内容有误', text: '请按提示修改后再提交。' },
	login_required: { title: '请先登录', text: '登录后即可继续。' },
	consent_required: { title: '需要您的单独同意', text: '此项办理涉及敏感个人信息，须经您单独同意。' },
	permission_required: { title: '需要您授予权限', text: '此功能需要使用设备权限。' },
	realname_required: { title: '需要实名认证', text: '完成实名认证后即可继续。' },
	guardian_required: { title: '需要监护人同意', text: '未满规定年龄的用户须由监护人同意后使用。' },
	second_check_required: { title: '需要再次验证身份', text: '为保护您的信息，请再次验证身份。' },
	not_declared: { title: '隐私政策未约定此项处理', text: '政策没有写明的，本应用不会处理。' },
	not_yours: { title: '无权查看', text: '该内容不属于当前账号。' },
	not_found: { title: '未找到', text: '内容不存在，或已被删除。' },
	conflict: { title: '信息不一致', text: '请核对填写的内容。' },
	gone: { title: '内容已失效', text: '请返回后重新操作。' },
	too_large: { title: '文件过大', text: '请选择不超过 8 MB 的图片。' },
	locked: { title: '账号已暂时锁定', text: '尝试次数过多，请稍后再试。' },
	too_many_requests: { title: '操作过于频繁', text: LATER },
	authority_unavailable: { title: '业务部门系统暂时无法连接', text: '请稍后再试，已填写的内容已为您保留。' },
	overloaded: { title: '服务繁忙', text: LATER },
	internal: { title: '服务暂时不可用', text: LATER },
}

const hasChinese = (text: string) => /[\u4e00-\u9fff]/.test(text)

function waiting(error: ApiError): string {
	const seconds = error.retryAfterSeconds
	if (!seconds) return ''
	return seconds < 90 ? `请在 ${seconds} 秒后重试。` : `请在约 ${Math.ceil(seconds / 60)} 分钟后重试。`
}

export function explain(error: unknown): Message {
	if (!(error instanceof ApiError)) return sentences.internal!
	const known = sentences[error.reason] ?? sentences.internal!
	const title = hasChinese(error.title) ? error.title : known.title
	const text = hasChinese(error.detail) ? error.detail : known.text
	const wait = waiting(error)
	return { title, text: text === title || (wait && text === LATER) ? wait : text + wait }
}

/** One sentence for a toast or beside a button: to wait says little without what it is for. */
export function sentence(error: unknown): string {
	const { title, text } = explain(error)
	return text.startsWith('请') ? `${title}，${text}` : text || title
}

/** Asking again would be answered alike: it is not there, or not for this person. */
export function isFinal(error: unknown): boolean {
	return error instanceof ApiError && [403, 404, 410].includes(error.status)
}

/** The server's complaints by field. */
export function fieldErrors(error: unknown): Record<string, string> {
	if (!(error instanceof ApiError)) return {}
	const entries = error.errors.map(({ field, message }) => {
		const name = field.replace(/^fields\./, '')
		return [name, hasChinese(message) ? message : '填写的内容有误，请核对后重新填写。'] as const
	})
	return Object.fromEntries(entries)
}

const refusals = new Set([
	'consent_required',
	'permission_required',
	'realname_required',
	'guardian_required',
	'not_declared',
	'not_yours',
])

/** Refused by the policy: these have a page of their own, never a red field. */
export function isRefusal(error: unknown): error is ApiError {
	return error instanceof ApiError && (refusals.has(error.reason) || (error.status === 403 && !!error.clause))
}
