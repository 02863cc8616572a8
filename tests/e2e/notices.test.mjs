// A new version of the policy in the browser: the notice over the home page, the red dot, the choice, the old text.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { until } from '../api/helpers.mjs'
import { publish } from '../api/versions.mjs'
import { agree, openCity, registerWhole } from './app.mjs'

const cities = {
  tianjin: { from: '2026.1', clauses: '[TJ-7.2.a] [TJ-7.2.c] [TJ-4.1.3]', reads: false,
    edit: t => t.replace(/(name: 住房保障\n[^]*?days: )180/, '$190') },
  nantong: { from: '2021.6.2', clauses: '[NT-6.1.a] [NT-6.1.b] [NT-6.2]', reads: true,
    edit: t => t.replace(/(name: 住房保障类[^]*?recipients: \[)real_estate\]/, '$1real_estate, housing_fund]') },
}
const version = '2098.1'

for (const [name, c] of Object.entries(cities)) describe(name, { concurrency: false }, () => {
  let world, a
  after(() => world?.close())

  test(`the notice of a new version tells what changes, stays red until it is opened, and leaves the choice ${c.clauses}`, async () => {
    world = await openCity(name)
    a = await world.app()
    await agree(a)
    if (await a.id('walk-skip').isVisible().catch(() => false)) await a.tap('walk-skip')
    await registerWhole(a, await world.city.person())
    await publish(world.city, version, { from: c.from, days: 10, edit: { POLICY: c.edit } })
    await until(async () => (await fetch(`${world.city.base}/api/v1/policy/${version}`)).ok, 'the announced version')
    await world.city.settle()
    await a.go('/')
    await until(async () => {
      await a.reload()
      return a.id('policy-notice').waitFor({ timeout: 2500 }).then(() => true, () => false)
    }, 'the notice over the home page')
    await a.shot('notice')
    assert.match(await a.text('notice-intro'), /2098\.1/)
    assert.match(await a.text('notice-changes'), c.reads ? /公积金/ : /90/)
    assert.equal(await a.id('notice-major').isVisible(), c.reads)
    assert.equal(await a.id('notice-cancel').isVisible(), true, 'who disagrees may leave')

    await a.tap('notice-later')
    await a.wait('policy-notice', 'hidden')
    await a.wait('red-dot')
    await a.shot('red-dot')
    await a.go('/messages')
    await a.wait('message-unread')
    await a.shot('messages')
    await a.page.locator('[data-testid^=message-message-]').first().click()
    await a.wait('message-page')
    await a.shot('message')
    await a.go('/')
    await a.wait('red-dot', 'hidden')

    for (const v of [c.from, version]) {
      await a.go(`/policy?version=${v}`)
      await a.wait('policy-text')
      await until(async () => (await a.text('policy-version')).includes(v), `the text of ${v}`)
    }
    await a.go('/')
    await a.reload()
    await a.wait('policy-notice')
    await a.tap('notice-agree')
    if (c.reads) await agree(a)
    await a.wait('policy-notice', 'hidden')
    await until(async () => {
      const list = await a.page.evaluate(() => fetch('/api/v1/acceptances').then(r => r.json()))
      return list.items.some(i => i.version === '2098.1' && i.kind === 'express')
    }, 'the acceptance of the new version')
    await a.reload()
    await a.wait('home-search')
    assert.equal(await a.id('policy-notice').isVisible(), false)
    await a.go('/mine/settings/messages')
    await a.wait('subscribe-case')
    await a.shot('subscriptions')
    assert.deepEqual([a.seen.outside, a.seen.faults], [[], []])
  })
})
