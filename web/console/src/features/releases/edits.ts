import type { ReleaseDocument, ReleaseEdit, TextChapter } from '@shared/api'
import { inWords, registers, rowName, rowsOf, type Tree } from './registers'

/** The places that differ between a release and what an officer made of it. */

type Members = Record<string, unknown>

const keysOf = (rows: unknown[]) => rows.map((r) => (r as Members | null)?.key).join(',')

/** A list of rows is sent whole where rows came or went; else each value that changed. */
function differences(before: unknown, after: unknown, at: string): ReleaseEdit[] {
	if (JSON.stringify(before) === JSON.stringify(after)) return []
	const plain = typeof after !== 'object' || after === null || (Array.isArray(after) && after.every((v) => typeof v === 'string'))
	if (plain || before === undefined) return [{ at, value: after ?? null }]
	if (Array.isArray(after) && keysOf(after) !== keysOf(before as unknown[])) return [{ at, value: after }]
	const names = new Set([...Object.keys(before as object), ...Object.keys(after)])
	return [...names].flatMap((name) => differences((before as Members)[name], (after as Members)[name], `${at}.${name}`))
}

export const contactNames: Record<string, string> = { hotlines: '服务热线', complaints: '投诉电话', address: '地址', unit: '主管单位' }
export const dateNames = [
	{ key: 'version', name: '版本名称' },
	{ key: 'updated', name: '更新日期' },
	{ key: 'effective', name: '生效日期' },
] as const
export const minorNames: Record<string, string> = { age: '成年的年龄', strict_age: '各项同意由监护人作出的年龄', delete_days: '没有监护人同意的，几天之内删除' }

type Contact = Tree['city']['contact']
/** Where people find all ways at one place: what it lists of the old contacts, it lists of the new ones. */
function together(before: Contact, after: Contact): Contact {
	const listed = [before.data ?? []].flat()
	if (listed.length === 0) return after
	const told = Object.keys(contactNames).filter((key) => [before[key] ?? []].flat().some((value) => listed.includes(value)))
	const old = told.flatMap((key) => [before[key] ?? []].flat())
	const rest = listed.filter((value) => !old.includes(value))
	const ways = ['unit', 'address', 'hotlines', 'complaints'].filter((key) => told.includes(key)).flatMap((key) => [after[key] ?? []].flat())
	return { ...after, data: [...new Set([...ways, ...rest])] }
}

export function editsOf(before: ReleaseDocument['document'], after: ReleaseDocument['document']): ReleaseEdit[] {
	return [
		...differences(before.policy, after.policy, 'policy'),
		...differences(before.agreement, after.agreement, 'agreement'),
		...differences(before.services, after.services, 'services'),
		...differences(before.city.contact, together(before.city.contact, after.city.contact), 'city.contact'),
		...differences(before.city.minor, after.city.minor, 'city.minor'),
	]
}

/** The chapter that a page of the editor is about ("3", "agreement-3"), and its place in the document. */
export function chapterOn(tree: Tree, page: string): { chapter: TextChapter; at: string } | undefined {
	const [, agreement, index = ''] = /^(agreement-)?(\d+)$/.exec(page) ?? []
	const chapter = (agreement ? tree.agreement : tree.policy.chapters)?.[Number(index)]
	return index && chapter ? { chapter, at: `${agreement ? 'agreement' : 'policy.chapters'}.${index}` } : undefined
}

/** The facts of the city that a chapter names in braces, with what they are now. */
export function factsIn(chapter: TextChapter, city: Tree['city']): { name: string; value: string }[] {
	const words = chapter.sections.flatMap((s) => s.paragraphs ?? []).flatMap((p) => p.match(/\{[^{}]+\}/g) ?? [])
	return [...new Set(words)].map((name) => {
		const value = name.slice(1, -1).split('.').reduce<unknown>((here, key) => (here as Members | null | undefined)?.[key], city)
		return { name, value: [value ?? []].flat().join('、') }
	})
}

/** Which page of the editor shows a place: "policy.recipients.3.items.0" is on "recipients". */
export function pageOf(field: string): string {
	const register = registers.find((r) => field === r.at || field.startsWith(`${r.at}.`))
	if (register) return register.key
	const [, text, index] = /^(policy\.chapters|agreement)\.(\d+)/.exec(field) ?? []
	if (index) return text === 'agreement' ? `agreement-${index}` : index
	return field.startsWith('city.minor') ? 'minor' : 'basics'
}

/** The place as people call it. */
export function placeName(tree: Tree, field: string): string {
	const register = registers.find((r) => field === r.at || field.startsWith(`${r.at}.`))
	if (register) {
		const [index = '', ...rest] = field.slice(register.at.length + 1).split('.')
		const row = rowsOf(tree, register.at)[Number(index)]
		const path = rest.join('.')
		const shown = register.fields.find((f) => path === f.path || path.startsWith(`${f.path}.`))
		return `${register.name}${row && index ? `“${rowName(row)}”` : ''}${shown ? `的${shown.name}` : ''}`
	}
	const on = chapterOn(tree, pageOf(field))
	if (on) {
		const [, section, member, paragraph] = field.slice(on.at.length + 1).split('.')
		const numbered = section ? ` 第 ${Number(section) + 1} 节${member === 'paragraphs' && paragraph ? `第 ${Number(paragraph) + 1} 段` : ''}` : ''
		return `${on.at.startsWith('agreement') ? '用户服务协议 ' : ''}${on.chapter.title}${numbered}`
	}
	const [, part, index] = field.split('.')
	if (part === 'contact') return contactNames[index!] ?? '联系方式'
	if (part === 'minor') return minorNames[index!] ?? '未成年人'
	return dateNames.find((d) => d.key === part)?.name ?? '修改内容'
}

/** "what is wrong；what to write" with the names that people read. */
export const told = (tree: Tree, message: string) => inWords(tree, message).replace('；', '。') + (/[。；]$/.test(message) ? '' : '。')
