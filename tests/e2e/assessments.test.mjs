// A new processing in a draft: the console says that it is not assessed; two privacy officers assess it; then it is
// published. The auditor reads it all and can do nothing.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities } from '../api/helpers.mjs'
import { answers, assess } from '../api/assessments.mjs'
import { addOfficer, openOffice } from '../api/officers.mjs'
import { enterConsole, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, li, wu, number, added, more, collected, at
  const officers = {}

  before(async () => {
    world = await openCity(name)
    for (const [login, who, role] of [['li', '政策岗 李某'], ['wu', '政策岗 吴某'], ['one', '评估岗 田某', 'privacy_officer'], ['two', '评估岗 方某', 'privacy_officer'], ['audit', '审计员 何某', 'auditor']])
      officers[login] = addOfficer(world.city, login, who, role)
    li = await openOffice(world.city, officers.li)
    wu = await openOffice(world.city, officers.wu)
    const { document } = (await li.ok('GET', '/staff/releases/1/document')).body
    at = document.policy.categories.findIndex(c => c.kind === 'service' && c.collect)
    const { items } = document.policy.categories[at].collect
    ;[added, ...more] = document.items.filter(i => i.sensitive && !items.includes(i.key))
    collected = [...items, added.key]
    number = (await li.ok('POST', '/staff/releases', { base: 1, edits: [{ at: 'policy.version', value: '2090.1' }, { at: `policy.categories.${at}.collect.items`, value: collected }] })).body.number
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '收集的信息有变化' })
    await wu.ok('POST', `/staff/releases/${number}/approve`, {})
  })
  after(() => world?.close())

  test('what is new is told and assessed by two officers before it is published [NT-3.3.2.g]', async () => {
    const one = await enterConsole(world, officers.one)
    await one.go('/assessments')
    await one.wait('assessment-list')
    await one.shot('assessments-list')
    await one.tap(`assess-release-${number}`)
    await one.wait('assessment-form')
    assert.match(await one.text('release-unassessed'), /尚有 1 项新的处理活动未评估/)
    assert.ok((await one.text('assessment-pane')).includes(`收集：${added.name}`))
    await one.shot('assessments-form')
    await one.tap('assessment-send')
    assert.match(await one.text('assessment-trouble'), /风险等级/)
    for (const key of ['lawful', 'impact', 'protection']) await one.fill(`assessment-${key}`, answers[key])
    await one.tap('assessment-risk-medium')
    await one.tap('assessment-allow')
    await one.tap('assessment-send')
    await one.wait('assessment-history')
    assert.equal(await one.id('assessment-form').count(), 0)
    const { assessments: [{ id }] } = (await li.ok('GET', `/staff/releases/${number}/assessment`)).body

    const two = await enterConsole(world, officers.two)
    await two.go(`/assessments/${id}`)
    await two.wait('assessment-decide')
    await two.shot('assessments-decide')
    await two.tap('assessment-agree')
    await two.page.getByText('已同意').first().waitFor()
    assert.match(await two.text('assessment-answers'), /评估岗 方某/)

    const audit = await enterConsole(world, officers.audit)
    await audit.go(`/releases/${number}?tab=assessment`)
    await audit.wait('assessment-history')
    assert.equal(await audit.id('release-unassessed').count(), 0)
    assert.equal(await audit.id('assessment-form').count(), 0)
    await audit.shot('assessments-read')
    assert.equal((await wu.call('POST', `/staff/releases/${number}/publish`, { effective: 'now' })).status, 200)
  })

  test('a draft that was changed is assessed anew: what was written before stands there, to be checked [NT-3.3.2.g]', async () => {
    const collect = (...keys) => ({ at: `policy.categories.${at}.collect.items`, value: [...collected, ...keys] })
    const before = (await li.ok('POST', '/staff/releases', { base: number, edits: [{ at: 'policy.version', value: '2090.2' }, collect(more[0].key)] })).body.number
    await assess(world.city, before)
    const draft = (await li.ok('POST', '/staff/releases', { base: before, edits: [collect(more[0].key, more[1].key)] })).body.number
    const one = await enterConsole(world, officers.one)
    await one.go(`/releases/${draft}?tab=assessment`)
    await one.wait('assessment-former')
    assert.match(await one.text('assessment-former'), new RegExp(`第 ${before} 号，评估岗 田某[^]*已同意[^]*有 1 项是上次评估之后新增的`))
    const rows = one.page.locator('[data-testid=assessment-pane] li').filter({ has: one.page.getByTestId('assessment-added') })
    assert.deepEqual((await rows.locator('.what').allInnerTexts()).map(t => t.trim()), [`收集：${more[1].name}`])
    for (const key of ['lawful', 'impact', 'protection']) assert.equal(await one.id(`assessment-${key}`).inputValue(), answers[key])
    for (const key of ['lawful', 'impact', 'protection', 'risk']) assert.equal(await one.id(`assessment-taken-${key}`).count(), 1)
    await one.id('assessment-former').scrollIntoViewIfNeeded()
    await one.shot('assessments-former')
    await one.tap('assessment-send')
    assert.match(await one.text('assessment-trouble'), /结论/, 'the conclusion is never taken over')
    await one.tap('assessment-allow')
    await one.tap('assessment-send')
    assert.match(await one.text('assessment-trouble'), /逐项核对/)
    await one.fill('assessment-impact', `${answers.impact}，另加一项`)
    assert.equal(await one.id('assessment-taken-impact').count(), 0)
    await one.shot('assessments-confirm')
    await one.tap('assessment-confirm')
    await one.tap('assessment-send')
    await one.wait('assessment-history')
    const { fresh, assessments: [written] } = (await li.ok('GET', `/staff/releases/${draft}/assessment`)).body
    assert.deepEqual([fresh.map(p => p.stands), written.state, written.impact, written.lawful], [['waiting', 'waiting'], 'waiting', `${answers.impact}，另加一项`, answers.lawful])
  })
})
