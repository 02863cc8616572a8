// A promotion from the console to the phone: drawn up, agreed to, read, joined, left; and a city that holds none.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { citizen } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { agree, choose, enterConsole, logIn, openCity } from './app.mjs'

describe('nantong', { concurrency: false }, () => {
  let world, c, policy, privacy, a
  const day = async days => new Date((await world.city.control('GET', 'clock?server=test-reader')).now_ms + (days * 24 + 8) * 3600000).toISOString().slice(0, 10)
  async function date(k, id, value) {
    await k.page.locator(`#${id}`).fill(value)
    await k.page.locator(`#${id}`).press('Enter')
  }

  before(async () => {
    world = await openCity('nantong')
    policy = await enterConsole(world, addOfficer(world.city, 'policy', '政策岗 周某'))
    privacy = await enterConsole(world, addOfficer(world.city, 'privacy', '专员 吴某', 'privacy_officer'))
    c = await citizen(world.city)
    a = await world.app()
    await agree(a)
    await logIn(a, c)
  })
  after(() => world?.close())

  test('the console takes no promotion without the list; a second officer publishes it [NT-2.1.12.c]', async () => {
    await policy.tap('nav-promotions')
    await policy.tap('promotion-new')
    await policy.fill('promotion-title', '暖冬消费券')
    await policy.fill('promotion-text', '活动期间在合作商户消费，可以用券抵扣。每人限领一张。')
    await choose(policy, 'promotion-kind', '优惠券领取')
    await date(policy, 'promotion-from', await day(0))
    await date(policy, 'promotion-until', await day(20))
    await policy.tap('promotion-save')
    await policy.wait('promotion-error')
    await policy.id('promotion-data-entry_number').click()
    await policy.id('promotion-data-choice').click()
    await policy.fill('promotion-options', '满100减20\n满50减8')
    await policy.shot('console-promotion-form')
    await policy.tap('promotion-save')
    await policy.page.getByText('待复核', { exact: true }).waitFor()
    await privacy.tap('nav-promotions')
    await privacy.page.getByText('同意发布', { exact: true }).click()
    await privacy.page.getByText('进行中', { exact: true }).waitFor()
    await privacy.shot('console-promotions')
  })

  test('the page tells the list before the button; joining shows what went and what came; leaving ends it [NT-2.1.12.a] [NT-2.1.12.c]', async () => {
    await a.go('/mine')
    await a.tap('mine-promotions')
    await a.wait('promotion-list')
    await a.shot('promotions')
    await a.page.getByText('暖冬消费券').click()
    await a.wait('promotion-join')
    const [list, button] = await Promise.all(['promotion-data', 'promotion-join'].map(id => a.id(id).boundingBox()))
    assert.ok(list.y < button.y, 'the list stands above the button')
    assert.match(await a.text('promotion-data'), /参加编号[^]*所选的奖品或者优惠券/)
    await a.shot('promotion')
    await a.tap('promotion-option-1')
    await a.tap('promotion-join')
    await a.wait('promotion-leave')
    assert.match(await a.text('promotion-sent'), /满50减8/)
    await world.city.settle()
    await a.reload()
    await a.wait('promotion-result')
    assert.match(await a.text('promotion-result'), /券码/)
    await a.shot('promotion-joined')
    await a.go('/mine/consents')
    await a.page.getByText('联合推广活动').first().waitFor()
    await a.shot('promotion-consents')
    await a.page.goBack()
    await a.tap('promotion-leave')
    await a.page.getByRole('button', { name: '退出活动' }).last().click()
    await a.wait('promotion-join')
    for (const k of [a, policy, privacy]) assert.deepEqual([k.seen.faults, k.seen.outside], [[], []])
  })
})

describe('tianjin', { concurrency: false }, () => {
  let world
  before(async () => { world = await openCity('tianjin') })
  after(() => world?.close())

  test('a city without promotions offers no way to them', async () => {
    const a = await world.app()
    await agree(a)
    await a.go('/mine')
    await a.wait('mine-about')
    assert.equal(await a.id('mine-promotions').count(), 0)
    const office = await enterConsole(world, addOfficer(world.city, 'policy', '政策岗 周某'))
    await office.wait('nav-releases')
    assert.equal(await office.id('nav-promotions').count(), 0)
  })
})
