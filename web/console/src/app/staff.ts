import { reactive } from 'vue'
import { getCity, staffCurrent, staffLogOut, type City, type Named, type Staff } from '@shared/api'
import { ApiError } from '@shared/http'

export const staff = reactive<{ current: Staff | null; city: City | null; ended: boolean }>({
	current: null,
	city: null,
	/** The session ended by itself: the log-in screen says so. */
	ended: false,
})

const colour = /^#[0-9a-f]{6}$/i

export async function start() {
	staff.city = await getCity()
	document.title = `${staff.city.name} 工作台`
	if (colour.test(staff.city.theme.primary)) {
		document.documentElement.style.setProperty('--tb-primary', staff.city.theme.primary)
	}
	try {
		staff.current = await staffCurrent()
	} catch (error) {
		if (!isEnded(error) && !(error instanceof ApiError && error.status === 403)) throw error
	}
}

/** The answer says that nobody is logged in: the idle limit passed, or the session was ended. */
export function isEnded(error: unknown): boolean {
	return error instanceof ApiError && error.status === 401
}

export function endHere() {
	staff.current = null
	staff.ended = true
}

export async function leave() {
	try {
		await staffLogOut()
	} finally {
		staff.current = null
		staff.ended = false
	}
}

export function departmentName(department: string | Named | null | undefined): string {
	if (!department) return ''
	return typeof department === 'string' ? department : department.name
}

const roles: Record<string, string> = {
	hotline_agent: '热线坐席',
	policy_officer: '隐私政策管理员',
	privacy_officer: '个人信息保护专员',
	complaint_handler: '投诉处理员',
	auditor: '审计员',
}
/** What the side bar offers, by role, under the heading of its group, and only where the city has it. */
const work: { group: string; path: string; name: string; roles: string[]; feature?: 'promotions' }[] = [
	{ group: '受理办理', path: '/cases', name: '诉求办理', roles: ['hotline_agent'] },
	{ group: '受理办理', path: '/complaints', name: '投诉与纠纷', roles: ['complaint_handler'] },
	{ group: '受理办理', path: '/requests', name: '个人信息请求', roles: ['privacy_officer'] },
	{ group: '受理办理', path: '/guardians', name: '监护关系审核', roles: ['privacy_officer'] },
	{ group: '隐私政策', path: '/releases', name: '隐私政策发布', roles: ['policy_officer', 'privacy_officer', 'auditor'] },
	{ group: '隐私政策', path: '/assessments', name: '影响评估', roles: ['privacy_officer', 'policy_officer', 'auditor'] },
	{ group: '隐私政策', path: '/clauses', name: '条款管理', roles: ['policy_officer', 'auditor'] },
	{ group: '隐私政策', path: '/announcements', name: '消息公告', roles: ['policy_officer'] },
	{ group: '职责履行', path: '/duties', name: '合规职责', roles: ['privacy_officer', 'auditor'] },
	{ group: '职责履行', path: '/decisions', name: '决定依据', roles: ['privacy_officer', 'policy_officer', 'auditor'] },
	{ group: '提供与公开', path: '/grounds', name: '例外情形', roles: ['privacy_officer'] },
	{ group: '提供与公开', path: '/publications', name: '信息公示', roles: ['privacy_officer'] },
	{ group: '提供与公开', path: '/papers', name: '接收方协议', roles: ['privacy_officer', 'auditor'] },
	{ group: '提供与公开', path: '/promotions', name: '联合活动', roles: ['policy_officer', 'privacy_officer', 'auditor'], feature: 'promotions' },
	{ group: '提供与公开', path: '/transfers', name: '转让与合并', roles: ['privacy_officer', 'auditor'] },
	{ group: '提供与公开', path: '/analysis', name: '去标识统计', roles: ['privacy_officer', 'auditor'] },
	{ group: '安全与运行', path: '/security', name: '安全管理', roles: ['privacy_officer', 'auditor'] },
	{ group: '安全与运行', path: '/security-events', name: '安全监测', roles: ['privacy_officer', 'auditor'] },
	{ group: '安全与运行', path: '/incidents', name: '安全事件', roles: ['privacy_officer', 'auditor'] },
	{ group: '安全与运行', path: '/outages', name: '中断与切断', roles: ['privacy_officer', 'auditor'] },
	{ group: '安全与运行', path: '/ends', name: '停止服务', roles: ['privacy_officer', 'auditor'] },
]
export const workOf = (role: string) => work.filter(({ roles, feature }) => roles.includes(role) && (!feature || staff.city?.features[feature]))
/** The same by groups, in the order above. */
export function groupsOf(role: string) {
	const entries = workOf(role)
	return [...new Set(entries.map(({ group }) => group))].map((name) => ({ name, entries: entries.filter(({ group }) => group === name) }))
}
/** Who keeps the duties starts with what is overdue of them (NT-3.3.2.a); the others with their first entry. */
export const startPage = (role: string) => (workOf(role).find(({ path }) => path === '/duties') ?? workOf(role)[0])?.path ?? '/cases'

export const roleName = (role: string) => roles[role] ?? role
