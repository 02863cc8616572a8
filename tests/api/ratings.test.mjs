// Ratings of services: given by who is logged in, and public only for as long as, and under the name that, the person chose.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Client, citizen, secondCheck, startCity } from './helpers.mjs'
import { stop } from './careful.mjs'

describe('tianjin', { concurrency: false }, () => {
  let city, c, other, service
  const page = async (more = '') => (await new Client(city).ok('GET', `/services/${service}/ratings${more}`)).body
  const own = async who => (await who.ok('GET', '/me/ratings')).body.items
  const show = (who, shown) => who.call('PUT', `/me/ratings/${service}/shown`, { shown })

  before(async () => {
    city = await startCity({ city: 'tianjin' })
    c = await citizen(city)
    other = await citizen(city)
    service = (await c.ok('GET', '/services?limit=1')).body.items[0].key
  })
  after(() => stop(city))

  test('without a session a rating is refused, with one it is stored [TJ-1.1.2.g]', async () => {
    const guest = await city.client()
    for (const [method, path, body] of [['PUT', `/me/ratings/${service}`, { stars: 5 }], ['GET', '/me/ratings'], ['DELETE', `/me/ratings/${service}`],
      ['PUT', `/me/ratings/${service}/shown`, { shown: 'anonymous' }]]) {
      const p = await guest.refused(method, path, body)
      assert.deepEqual([p.status, p.reason], [401, 'login_required'], path)
    }
    assert.equal((await c.call('PUT', `/me/ratings/${service}`, { stars: 4, text: '查得快，字小了些' })).status, 204)
    const [one] = await own(c)
    assert.deepEqual([one.service, one.stars, one.text, one.shown], [service, 4, '查得快，字小了些', 'none'])
    assert.deepEqual((await page()).items, [], 'not public unless the person says so')
    assert.deepEqual(await own(other), [])
    const entry = (await c.all('/me/usage')).find(u => u.action === 'collect' && u.service === 'service_rating')
    assert.ok(entry, 'the list of uses tells it')
  })

  test('stars and text are checked; a service that is not in the catalogue takes none', async () => {
    for (const body of [{ stars: 0 }, { stars: 6 }, { stars: -3 }, { stars: 3, text: '字'.repeat(151) }]) {
      const p = await c.refused('PUT', `/me/ratings/${service}`, body)
      assert.equal(p.status, 400, JSON.stringify(body))
    }
    for (const key of ['account', 'no_such_service']) assert.equal((await c.refused('PUT', `/me/ratings/${key}`, { stars: 3 })).status, 404)
    assert.equal((await show(other, 'anonymous')).status, 404, 'who gave none can show none')
    assert.equal((await c.refused('PUT', `/me/ratings/${service}/shown`, { shown: 'phone' })).status, 400)
    assert.equal((await own(c))[0].stars, 4)
  })

  test('set to public it appears with the chosen name; set back, it disappears [TJ-2.3.1.b]', async () => {
    assert.equal((await show(c, 'anonymous')).status, 204)
    assert.deepEqual((await page()).items.map(r => [r.stars, r.text, r.name]), [[4, '查得快，字小了些', null]])
    assert.equal((await show(c, 'name')).status, 204)
    const [named] = (await page()).items
    assert.equal(named.name[0], c.person.real_name[0])
    assert.notEqual(named.name, c.person.real_name, 'never the whole name')
    assert.equal((await show(c, 'username')).status, 204)
    assert.equal((await page()).items[0].name, c.username)
    const entries = (await c.all('/me/usage')).slice(0, 2)
    assert.deepEqual(entries.map(e => [e.action, e.basis]), [['consent', 'consent'], ['share', 'exception:publish_choice']])
    assert.match(entries[0].note, /署名为用户名/)
    assert.equal((await show(c, 'none')).status, 204)
    assert.deepEqual((await page()).items, [])
    assert.equal((await c.all('/me/usage'))[0].action, 'withdraw')
    assert.equal((await own(c))[0].shown, 'none')
  })

  test('another rating in the place of a public one is not public; what is deleted is gone for everybody [TJ-2.3.1.b]', async () => {
    await show(c, 'anonymous')
    await c.ok('PUT', `/me/ratings/${service}`, { stars: 1, text: '今天打不开' })
    assert.deepEqual((await page()).items, [])
    assert.deepEqual((await own(c)).map(r => [r.stars, r.shown]), [[1, 'none']], 'one rating for one service')
    await show(c, 'anonymous')
    await other.ok('PUT', `/me/ratings/${service}`, { stars: 5 })
    await show(other, 'username')
    const first = await page('?limit=1'), second = await page(`?limit=1&cursor=${first.next}`)
    assert.deepEqual([first.items[0].stars, first.items[0].text, second.items[0].stars, second.next], [5, null, 1, null])
    await c.ok('DELETE', `/me/ratings/${service}`)
    assert.deepEqual((await page()).items.map(r => r.stars), [5])
    assert.deepEqual(await own(c), [])
    assert.equal((await c.refused('DELETE', `/me/ratings/${service}`)).status, 404)
  })

  test('who leaves takes the public rating along [TJ-2.3.1.b]', async () => {
    await secondCheck(other)
    const [scope] = (await other.ok('GET', '/city')).body.features.cancel_scopes
    const { preview_token } = (await other.ok('GET', `/me/cancellation?scope=${scope.key}`)).body
    await other.ok('DELETE', `/me?scope=${scope.key}&preview_token=${preview_token}`)
    assert.deepEqual((await page()).items, [])
    await city.settle()
    assert.deepEqual((await page()).items, [])
  })
})

describe('nantong', { concurrency: false }, () => {
  let city, c
  before(async () => {
    city = await startCity({ city: 'nantong' })
    c = await citizen(city)
  })
  after(() => stop(city))

  test('where the policy declares no ratings, none is taken and none is shown [TJ-1.1.2.g]', async () => {
    assert.equal((await c.ok('GET', '/city')).body.features.ratings, false)
    const service = (await c.ok('GET', '/services?limit=1')).body.items[0].key
    for (const [method, path, body] of [['PUT', `/me/ratings/${service}`, { stars: 5 }], ['GET', '/me/ratings']]) {
      const p = await c.refused(method, path, body)
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'], path)
    }
    assert.equal((await c.all('/me/usage'))[0].action, 'refuse')
    assert.equal((await c.refused('GET', `/services/${service}/ratings`)).status, 404)
  })
})
