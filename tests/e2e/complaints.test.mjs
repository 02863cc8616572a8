// A complaint in a real browser: filed in the app, opened in the console by its number, answered, and all of it told to its person.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, citizen, dutiesDone } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { enterConsole, openAs, openCity, passSecondCheck } from './app.mjs'

const words = '办件超过了承诺的日期，请核查经过'
const why = '联系投诉人核对经过'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, a, c, k, number

  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city)
    a = await openAs(world, c)
  })
  after(() => world?.close())

  test('a complaint is filed in the app and gets a number and a day [TJ-1.2.1.4.f] [NT-7.1]', async () => {
    await a.go('/mine/requests/new?kind=complaint')
    await a.fill('input-text', words)
    await a.tap('request-submit')
    await passSecondCheck(a)
    await a.wait('request-due')
    number = (await c.all('/me/requests'))[0].number
    assert.ok((await a.text('request-page')).includes(number))
  })

  test('its handler opens it by the number alone, masked, and reads a value only with a reason [TJ-1.2.1.4.f]', async () => {
    k = await enterConsole(world, addOfficer(world.city, 'feng', '处理员 冯某', 'complaint_handler', dutiesDone))
    assert.deepEqual(await k.page.locator('[data-testid^=nav-]').evaluateAll(list => list.map(e => e.dataset.testid)), ['nav-complaints'])
    await k.wait('complaint-number')
    await k.tap('complaint-open')
    assert.match(await k.text('complaint-trouble'), /编号/)
    await k.fill('complaint-number', '260101-0000000000')
    await k.tap('complaint-open')
    await k.page.getByText('没有这个编号').waitFor()
    await k.shot('console-complaint-none')
    await k.fill('complaint-number', ` ${number.toLowerCase()} `)
    await k.tap('complaint-open')
    await k.wait('complaint-facts')
    assert.equal(await k.id('complaint-trouble').count(), 0)
    assert.equal(await k.text('complaint-state'), '办理中')
    assert.match(await k.text('complaint-value-real_name'), /\*/)
    assert.ok(!(await k.page.content()).includes(words))
    assert.ok(!k.page.url().includes(number), 'the number does not stand in the address')
    await k.shot('console-complaint')
    await k.tap('complaint-reveal-feedback_content')
    await k.tap('complaint-look')
    await k.wait('complaint-error')
    await k.shot('console-complaint-reason')
    await k.fill('complaint-reason', why)
    await k.tap('complaint-look')
    await k.id('complaint-value-feedback_content').filter({ hasText: words }).waitFor()
    assert.match(await k.text('complaint-value-real_name'), /\*/, 'what was not asked for stays masked')
    await k.shot('console-complaint-clear')
  })

  test('its person reads who looked, at what, and why [TJ-1.2.1.4.f]', async () => {
    await a.go('/usage')
    await a.wait('usage-list')
    await a.tap('usage-filter-staff')
    await a.shot('complaint-usage')
    await a.id('usage-list').locator('a').first().click()
    await a.wait('usage-entry')
    assert.match(await a.text('usage-who'), /处理员 冯某（投诉处理员）/)
    assert.ok((await a.text('usage-note')).includes(`编号 ${number}：${why}`))
    await a.shot('complaint-usage-entry')
  })

  test('the answer of the officer stands with the complaint, which its handler sees settled [NT-7.4] [TJ-9.d]', async () => {
    const officer = await enterConsole(world, addOfficer(world.city, 'qian', '专员 钱某', 'privacy_officer'))
    await officer.tap('nav-requests')
    await officer.page.locator('[data-testid^="request-"].link').first().click()
    await officer.fill('request-reason', '核对投诉的内容')
    await officer.tap('request-look')
    assert.ok((await officer.text('request-clear')).includes(words))
    await officer.fill('request-words', '已核查，办件今日办结，并向您致歉')
    await officer.tap('request-answer')
    await officer.wait('requests-empty')
    await a.go('/mine/requests')
    await a.id('request-list').locator('a').first().click()
    assert.ok((await a.text('request-answer')).includes('办件今日办结'))
    await a.shot('complaint-answered')
    await k.tap('complaint-open')
    await k.id('complaint-state').filter({ hasText: '已办结' }).waitFor()
    for (const one of [a, k, officer]) assert.deepEqual([one.seen.faults, one.seen.outside], [[], []])
  })
})
