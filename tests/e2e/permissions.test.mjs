// Permissions in a real browser: our question first, then the browser's own; what is on, what was read, and what is sent when
// network communication is off.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { agree, openCity, password, registerWhole } from './app.mjs'
import { Phone } from '../phone/client.mjs'

const places = { tianjin: { latitude: 39.12, longitude: 117.2 }, nantong: { latitude: 31.98, longitude: 120.89 } }
const service = { tianjin: 'nearby_service_query', nantong: 'car_hailing' }

for (const name of ['tianjin', 'nantong']) describe(name, { concurrency: false }, () => {
  let world, a
  before(async () => {
    world = await openCity(name)
    a = await world.app({ geolocation: places[name] })
    await agree(a)
    const [person] = await world.city.people({ age_gte: 20, limit: 1 })
    await registerWhole(a, person)
  })
  after(() => world?.close())

  // The form of a service, past what it asks before.
  async function open(key) {
    await a.go(`/services/${key}`)
    await a.wait('service-start')
    await a.tap('service-start')
    await a.id('query-submit').or(a.id('consent-agree')).or(a.id('refusal-page')).first().waitFor()
    if (await a.id('consent-agree').isVisible()) await a.tap('consent-agree')
    await a.wait('query-submit')
  }

  test('the question of the app names purpose and function and comes before the browser\'s own; refused, the browser is not even asked [TJ-1.1.4.e] [TJ-1.1.4.g] [NT-1.2.2.3.d]', async () => {
    await a.page.evaluate(() => { // counts how often the browser is asked
      const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation)
      window.asked = 0
      navigator.geolocation.getCurrentPosition = (...args) => { window.asked++; return real(...args) }
    })
    await open(service[name])
    await a.tap('input-location')
    await a.wait('permission-sheet')
    assert.match(await a.text('permission-why'), /./)
    assert.match(await a.text('permission-function'), /只对/)
    await a.shot('permission-at-use')
    await a.tap('permission-deny')
    await a.wait('permission-sheet', 'hidden')
    assert.equal(await a.page.evaluate(() => window.asked), 0)
    await a.context.grantPermissions(['geolocation'], { origin: world.city.base })
    await a.tap('input-location')
    await a.wait('permission-sheet')
    await a.tap('permission-grant')
    await a.id('clear-location').waitFor()
    assert.equal(await a.page.evaluate(() => window.asked), 1)
    await a.tap('query-submit')
    await a.id('query-result').or(a.id('consent-agree')).first().waitFor()
    if (await a.id('consent-agree').isVisible()) await a.tap('consent-agree')
    await a.wait('query-result')
  })

  test('the permission is on for that function alone; the centre says so, with the reading and the way in the system [TJ-1.1.4.h] [TJ-1.1.4.i] [NT-1.2.2.3.e]', async () => {
    await a.go('/mine/permissions')
    await a.wait('permission-list')
    // the network is there without a question, and the centre says so
    assert.deepEqual(await a.page.locator('[data-testid^=switch-][aria-checked=true]').evaluateAll(l => l.map(e => e.dataset.testid)), ['switch-perm_network'])
    assert.match(await a.text('state-perm_network'), /系统直接提供/)
    assert.match(await a.text('state-perm_location'), /仅对/)
    assert.match(await a.text('uses-perm_location'), /使用 1 次/)
    await a.shot('permissions')
    await a.tap('more-perm_location')
    await a.wait('detail-perm_location')
    assert.match(await a.text('detail-perm_location'), /系统设置/)
    await a.shot('permissions-detail')
    await a.tap('permission-reads')
    await a.wait('reads-list')
    assert.match(await a.text('reads-list'), /位置信息/)
    await a.shot('permission-reads')
  })

  test('with network communication off nothing is sent; switched on, the app is back [TJ-1.1.23.7]', async () => {
    await a.go('/mine/permissions')
    await a.wait('permission-list')
    await a.tap('switch-perm_network')
    await a.wait('network-off')
    await a.shot('network-off')
    const calls = () => a.seen.requests.filter(r => r.includes('/api/')).length
    const sent = calls()
    await a.reload()
    await a.wait('network-off')
    await a.page.waitForTimeout(500)
    await a.settled()
    assert.equal(calls(), sent)
    await a.tap('network-on')
    await a.wait('permission-list')
    await a.go('/services')
    await a.page.locator('[data-testid^=service-]').first().waitFor()
    assert.ok(calls() > sent)
  })

  test('a linked device stands in the list of devices with its date, and the link is ended there [NT-1.2.2.1.c] [NT-1.2.2.1.d]', async () => {
    const phone = new Phone({ base: world.city.base, platform: 'android', owner: { permission: () => true, consent: () => true } })
    await phone.install()
    await phone.firstEntry(seconds => world.city.advance(`PT${seconds}S`))
    await phone.logIn({ method: 'password', login: a.username, password })
    const { id } = await phone.linkDevice()
    await a.go('/mine/settings/devices')
    if ((await phone.ok('GET', '/city')).body.features.device_link) {
      await a.wait(`linked-${id}`)
      assert.match(await a.text(`linked-${id}`), /安卓手机[^]*IMEI[^]*关联/)
      await a.shot('linked-devices')
      await a.tap(`unlink-${id}`)
      await a.page.locator('.van-dialog__confirm').click()
      await a.id(`linked-${id}`).waitFor({ state: 'detached' })
    } else { // each device is known for itself: told to itself alone
      await a.wait('device-list')
      await a.settled()
      assert.equal(await a.id(`linked-${id}`).count(), 0)
      assert.deepEqual((await phone.ok('GET', '/me/devices')).body.items.map(d => d.id), [id])
      await phone.ok('DELETE', `/me/devices/${id}`)
    }
    assert.deepEqual((await phone.ok('GET', '/me/devices')).body.items, [])
  })

  test('no script failed, and no other host was spoken to', () => {
    assert.deepEqual(a.seen.outside, [])
    assert.deepEqual(a.seen.faults, [])
  })
})
