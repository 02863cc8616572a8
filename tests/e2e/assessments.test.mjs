// A new processing in a draft: the console says that it is not assessed; two privacy officers assess it; then it is
// published. The auditor reads it all and can do nothing.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities } from '../api/helpers.mjs'
import { answers } from '../api/assessments.mjs'
import { addOfficer, openOffice } from '../api/officers.mjs'
import { enterConsole, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, li, wu, number, added
  const officers = {}

  before(async () => {
    world = await openCity(name)
    for (const [login, who, role] of [['li', '政策岗 李某'], ['wu', '政策岗 吴某'], ['one', '评估岗 田某', 'privacy_officer'], ['two', '评估岗 方某', 'privacy_officer'], ['audit', '审计员 何某', 'auditor']])
      officers[login] = addOfficer(world.city, login, who, role)
    li = await openOffice(world.city, officers.li)
    wu = await openOffice(world.city, officers.wu)
    const { document } = (await li.ok('GET', '/staff/releases/1/document')).body
    const at = document.policy.categories.findIndex(c => c.kind === 'service' && c.collect), { items } = document.policy.categories[at].collect
    added = document.items.find(i => i.sensitive && !items.includes(i.key))
    number = (await li.ok('POST', '/staff/releases', { base: 1, edits: [{ at: 'policy.version', value: '2090.1' }, { at: `policy.categories.${at}.collect.items`, value: [...items, added.key] }] })).body.number
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
})
