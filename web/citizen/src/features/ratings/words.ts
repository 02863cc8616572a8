import type { Me, Named, RatingShown } from '@shared/api'

/** How a rating may be public: only under names that this person has. */
export function waysOf(me: Me | null): Named[] {
	const ways: Named[] = [
		{ key: 'none', name: '不公开' },
		{ key: 'anonymous', name: '公开，不署名' },
	]
	if (me && me.realname_level > 0) ways.push({ key: 'name', name: `公开，署隐去部分的姓名${me.name ? `“${me.name}”` : ''}` })
	if (me?.credentials_set && me.username) ways.push({ key: 'username', name: '公开，署完整的用户名' })
	return me?.minor ? ways.slice(0, 1) : ways
}

const shown: Record<RatingShown, string> = { none: '未公开', anonymous: '已公开，不署名', name: '已公开，署隐去部分的姓名', username: '已公开，署用户名' }
export const shownName = (how: RatingShown) => shown[how]

export const starsName = (stars: number) => `${stars} 星`
