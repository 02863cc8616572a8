// What officers write is bounded and stays text: nothing of it reaches people as anything else.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { register, root, startCity, until } from './helpers.mjs'
import { officerOf } from './officers.mjs'

describe('in the console of Nantong', { concurrency: false }, () => {
  let city, li, wu, person
  before(async () => {
    city = await startCity({ city: 'nantong' })
    li = await officerOf(city, 'li', '政策岗 李某')
    wu = await officerOf(city, 'wu', '政策岗 吴某')
    person = await city.client()
    await register(person, await city.person())
  })
  after(() => city?.stop())

  test('a setting of several lines is told as one change', async () => {
    const { number } = (await li.ok('POST', '/staff/releases', { base: 1, edits: [
      { at: 'city.contact.address', value: '南通市崇川区\n世纪大道\t6号\n\n三楼' }, { at: 'policy.version', value: '2099.3' }] })).body
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '办公地址有变化' })
    await wu.ok('POST', `/staff/releases/${number}/approve`, {})
    await li.ok('POST', `/staff/releases/${number}/publish`, { effective: 'now' })
    await city.advance('PT20S')
    const notice = await until(async () => {
      const { body } = await person.ok('GET', '/notice')
      return body.version === '2099.3' && body
    }, 'the notice of the new version')
    assert.equal(notice.changes.length, 1)
    assert.match(notice.changes[0].text, /世纪大道 6号/)
  })

  test('a file of very many keys or rows, or one that is nested very deep, is refused at once', async () => {
    const policy = readFileSync(join(root, 'cities/nantong/policy/2021.6.2.yaml'), 'utf8')
    const lines = (n, line) => Array.from({ length: n }, (_, i) => line(i)).join('\n')
    for (const [path, text, says] of [
      ['city.yaml', lines(12000, i => `k${i}: 1`), /超过 2000 个/], ['city.yaml', `contact:\n${lines(12000, i => `  k${i}: 1`)}`, /超过 2000 个/],
      ['policy/2099.9.yaml', policy.replace(/^chapters:$/m, `chapters:\n${lines(6000, i => `  - {key: k${i}, title: n, sections: []}`)}`), /超过 4000 行/], ['city.yaml', '['.repeat(20000), /不符合 YAML/],
    ]) {
      const r = await li.refused('POST', '/staff/releases', { files: { [path]: text } })
      assert.equal(r.status, 400)
      assert.ok(r.errors.some(e => says.test(e.message)), JSON.stringify(r.errors).slice(0, 300))
    }
  })

  test('a value of several lines, or a very long one, that cannot be taken is told as one complaint of its place', async () => {
    for (const value of ['a\nb: c\n- d', `x\r\n${'y'.repeat(60000)}`, '\n: '.repeat(50)]) {
      const p = await li.refused('POST', '/staff/releases/1/trial', { edits: [{ at: 'policy.recipients.0.kind', value }] })
      assert.equal(p.status, 400)
      assert.equal(p.errors.filter(e => e.field === 'policy.recipients.0.kind').length, 1, JSON.stringify(p).slice(0, 300))
      assert.ok(p.errors.every(e => e.field.startsWith('policy.') && !/[\r\n]/.test(e.message)), 'others follow from it')
    }
  })

  test('a setting of very many words is refused before each is looked at', async () => {
    const p = await li.refused('POST', '/staff/releases/1/trial', { edits: [{ at: 'city.message.channels', value: Array(10000).fill('x') }] })
    assert.deepEqual([p.status, p.errors], [400, [{ field: 'city.message.channels', message: '这里最多填写 400 项' }]])
  })

  test('very many paragraphs of a letter each are compared like any others', async () => {
    const { html, passages } = (await li.ok('POST', '/staff/releases/1/trial', { edits: [{ at: 'policy.chapters.0.sections.0.paragraphs', value: Array(9000).fill('x') }] })).body
    assert.ok(html.includes('<p>x</p>'))
    assert.ok(passages.some(p => p.after?.includes('xxxxx')))
  })
})
