import type { Promotion, PromotionPage } from '@shared/api'

const states: Record<Promotion['state'], string> = { coming: '未开始', running: '进行中', over: '已结束', ended: '已提前结束' }
const joins: Record<NonNullable<PromotionPage['joined']>, string> = {
	sending: '正在提交',
	sent: '已参加',
	stopped: '未能参加',
	left: '已退出',
	over: '参加过',
}

export const stateName = (one: Promotion) => states[one.state]
export const stateTag = (one: Promotion) => (one.state === 'running' ? 'tag-primary' : '')
export const joinName = (joined: PromotionPage['joined']) => (joined ? joins[joined] : '')
