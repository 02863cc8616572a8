import { ApiError } from '@shared/http'

const hasChinese = (text: string) => /[\u4e00-\u9fff]/.test(text)

export function sentence(error: unknown): string {
	if (!(error instanceof ApiError)) return '服务暂时不可用，请稍后再试。'
	if (error.reason === 'offline') return '网络连接中断，请检查后重试。'
	const field = error.errors[0]?.message
	if (field && hasChinese(field)) return field
	if (hasChinese(error.detail)) return error.detail
	if (error.status >= 500) return '服务暂时不可用，请稍后再试。'
	return hasChinese(error.title) ? error.title : '操作未成功，请稍后再试。'
}
