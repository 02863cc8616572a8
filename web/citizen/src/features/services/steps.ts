import type { Router } from 'vue-router'
import { getConsentText, getService, type ConsentRequest, type Service } from '@shared/api'
import type { NextStep } from '@shared/http'
import { askConsent, askPermission, askSecondCheck, type ConsentQuestion } from '@/app/ask'
import { askAgain } from '@/app/choice'
import { permissionWhy, useCity } from '@/app/city'

/** What a step leads to: it was done here, it leads to another screen, or the person declined. */
export type Outcome = 'done' | 'left' | 'declined'

interface Context {
	router: Router
	/** Where to return to after a screen of its own. */
	back: string
	doing: string
	service?: string
}

export interface StepText {
	label: string
	text: string
}

const texts: Record<string, StepText> = {
	log_in: { label: '去登录', text: '登录后继续办理。' },
	accept_policy: { label: '查看隐私政策', text: '同意隐私政策后方可办理。' },
	verify_name: { label: '去实名认证', text: '完成实名认证后继续办理。' },
	bind_phone: { label: '绑定手机号码', text: '绑定手机号码后继续办理。' },
	set_credentials: { label: '设置用户名和密码', text: '设置后即可使用密码登录。' },
	give_consent: { label: '查看单独同意书', text: '阅读后由您决定是否同意。' },
	grant_permission: { label: '查看权限用途', text: '了解用途后由您决定是否允许。' },
	confirm_again: { label: '再次验证身份', text: '验证后继续。' },
	ask_guardian: { label: '请监护人办理', text: '请由父母或其他监护人办理同意手续。' },
}

export function stepText(step: NextStep): StepText | null {
	return texts[step.action] ?? null
}

export function consentQuestion(service: Service): ConsentQuestion | null {
	if (!service.consent) return null
	const { recipient } = service.consent
	const fields = Object.fromEntries([
		...service.shared.map(({ key, name }) => [key, name]),
		...service.result.map(({ key, name }) => [key, name]),
		...service.fields.map(({ item, label, name }) => [item, name || label || item]),
	]) as Record<string, string>
	const own = recipient && typeof recipient === 'object' ? recipient.name : ''
	return {
		consent: service.consent,
		names: fields,
		sensitive: service.fields.filter((field) => field.sensitive).map((field) => field.item),
		purpose: service.purpose_name || service.purpose,
		recipients: own || service.recipients.map(({ name }) => name).join('、'),
		clause: service.clause || null,
	}
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** The text that belongs to the hash: in the step itself, with the service, or among the texts already given. */
async function consentText(step: NextStep, hash: string): Promise<string> {
	if (isText(step.text)) return step.text
	try {
		return (await getConsentText(hash)).text
	} catch (error) {
		const service = await getService(String(step.scope))
		if (service.consent?.text_hash !== hash) throw error
		return service.consent.text
	}
}

/** A refusal names exactly the consent that is missing. */
async function askedConsent(step: NextStep): Promise<ConsentRequest | null> {
	if (!isText(step.scope) || !isText(step.text_hash) || !Array.isArray(step.items)) return null
	return {
		scope: step.scope,
		items: step.items.filter(isText),
		recipient: isText(step.recipient) ? step.recipient : null,
		purpose: isText(step.purpose) ? step.purpose : undefined,
		text: await consentText(step, step.text_hash),
		text_hash: step.text_hash,
	}
}

async function consentStep(step: NextStep, context: Context): Promise<Outcome> {
	const service = context.service ? await getService(context.service) : null
	const whole = service ? consentQuestion(service) : null
	if (whole && !whole.consent.given) return (await askConsent(whole)) ? 'done' : 'declined'
	const consent = await askedConsent(step)
	if (!consent) return whole ? 'done' : 'declined'
	const question = { ...(whole ?? plainQuestion), consent }
	return (await askConsent(question)) ? 'done' : 'declined'
}

/** For steps that belong to no service of the catalogue: the text itself says it all. */
const plainQuestion = { names: {}, sensitive: [], purpose: '', recipients: '', clause: null }

function permissionKey(step: NextStep): string | null {
	const given = [step.permission, step.key, step.name].find((value) => typeof value === 'string' && permissionWhy(value))
	return typeof given === 'string' ? given : (useCity().permissions[0]?.key ?? null)
}

async function permissionStep(step: NextStep, context: Context): Promise<Outcome> {
	const key = permissionKey(step)
	if (!key) return 'declined'
	const fn = typeof step.function === 'string' ? step.function : undefined
	return (await askPermission({ key, doing: context.doing, fn })) ? 'done' : 'declined'
}

async function leave(context: Context, path: string): Promise<Outcome> {
	await context.router.push({ path, query: { then: context.back } })
	return 'left'
}

export async function takeStep(step: NextStep, context: Context): Promise<Outcome> {
	switch (step.action) {
		case 'accept_policy':
			askAgain()
			return 'left'
		case 'log_in':
			return leave(context, '/login')
		case 'verify_name':
			return leave(context, '/realname')
		case 'bind_phone':
			return leave(context, '/register/phone')
		case 'set_credentials':
			return leave(context, '/register/credentials')
		case 'ask_guardian':
			return leave(context, '/guardian')
		case 'give_consent':
			return consentStep(step, context)
		case 'grant_permission':
			return permissionStep(step, context)
		case 'confirm_again':
			return (await askSecondCheck(context.doing)) ? 'done' : 'declined'
		default:
			return 'declined'
	}
}
