import type { OwnPublication } from '@shared/api'

const states: Record<OwnPublication['state'], string> = {
	asked: '等待您的意见',
	declined: '您没有同意',
	acting: '正在公开',
	published: '已公开',
	withdrawn: '已撤下',
	failed: '未能公开',
}

/** It stands on the public page until its end. */
export const isOver = (one: { until: string | null }) => !!one.until && Date.parse(one.until) <= Date.now()

export const stateName = (one: OwnPublication) => (one.state === 'published' && isOver(one) ? '公开期已满' : states[one.state])

export const stateTag = (one: OwnPublication) =>
	one.state === 'asked' ? 'tag-accent' : one.state === 'published' && !isOver(one) ? 'tag-primary' : ''
