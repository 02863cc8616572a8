// What is kept goes by itself: with a withdrawn consent, when a category is no longer used, when a case is closed.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, citizen, withConsents, giveConsents, until, cities } from './helpers.mjs'

const queries = {
  // a service that takes something typed besides the profile
  tianjin: { service: 'vehicle_violation_query', clauses: '[TJ-3.2.a] [TJ-4.2.3.a]' },
  nantong: { service: 'travel_ticket', clauses: '[NT-3.1.a] [NT-4.4.b]' },
}
// Six months on, a session has long ended.
const later = async (city, c, days) => {
  await city.advance(`P${days}D`)
  await city.settle()
  c.token = c.installation
  const { body } = await c.ok('POST', '/sessions', { method: 'password', login: c.username, password: 'Tong-ban2026' })
  c.token = body.token
}
const held = async (c, service) => (await c.all('/me/items')).filter(i => i.service === service)

async function ask(c, service) {
  const { body: s } = await c.ok('GET', `/services/${service}`)
  const values = { ...c.person, id_number: c.person.resident_id_number, id_type: 'resident_card' }, fields = {}
  for (const f of s.fields) if (!f.sensed && !f.prefill && values[f.item]) fields[f.item] = values[f.item]
  assert.ok(Object.keys(fields).length > 0, 'something is typed')
  await withConsents(c, 'POST', `/services/${service}/queries`, { fields })
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  const { service, clauses } = queries[name]
  let city
  before(async () => { city = await startCity({ city: name }) })
  after(() => city?.stop())

  test(`what was typed for a query goes 180 days after the category was last used ${clauses}`, async () => {
    const c = await citizen(city)
    await ask(c, service)
    assert.ok((await held(c, service)).length > 0)
    await later(city, c, 100)
    await ask(c, service) // using it again keeps what stands there
    await later(city, c, 100)
    assert.ok((await held(c, service)).length > 1, 'both queries are within 180 days of the last use')
    await later(city, c, 81)
    assert.deepEqual(await held(c, service), [])
  })

  test(`what was typed for a query goes with the consent that it was kept on ${clauses}`, async () => {
    const c = await citizen(city)
    await ask(c, service)
    assert.ok((await held(c, service)).length > 0)
    const { items } = (await c.ok('GET', '/consents')).body
    const given = items.find(i => i.scope === service && !i.withdrawn_at)
    await c.ok('DELETE', `/consents/${given.id}`)
    assert.deepEqual(await held(c, service), [])
    const { body } = await c.ok('GET', `/services/${service}`)
    assert.equal(body.missing[0].action, 'give_consent', 'the service asks again')
  })
})

describe('an appeal', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'nantong' }) })
  after(() => city?.stop())

  const file = async c => {
    const fields = { real_name: c.person.real_name, gender: c.person.gender, resident_id_number: c.person.resident_id_number,
      contact_phone: c.person.mobile_phone, email: 'someone@example.cn', appeal_content: '小区门口的路灯坏了三天，夜里看不清路。' }
    return (await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields, attachments: [] })).body
  }
  const state = async (c, id) => (await c.ok('GET', `/cases/${id}`)).body

  test('whose consent is withdrawn before it is handed over stops, and says so [NT-4.4.b] [NT-1.2.1.3.b]', async () => {
    const c = await citizen(city)
    await city.mode('hotline_center', 'down')
    const { id } = await file(c)
    const { items } = (await c.ok('GET', '/consents')).body
    for (const k of items.filter(i => i.scope === 'hotline_12345' && !i.withdrawn_at)) await c.ok('DELETE', `/consents/${k.id}`)
    await city.mode('hotline_center', 'ok')
    await until(async () => { await city.advance('PT2M'); return (await state(c, id)).state === 'closed' }, 'the stopped appeal')
    const k = await state(c, id)
    assert.equal(k.events.at(-1).kind, 'stopped')
    assert.match(k.events.at(-1).text, /没有再转交.*重新提交/)
    for (const dept of ['dept_urban_management', 'dept_transport', 'dept_housing'])
      assert.equal((await city.received(dept)).length, 0)
  })

  test('can be read for 180 days after it was closed, and then is gone [NT-3.1.a]', async () => {
    const c = await citizen(city)
    const { id } = await file(c)
    await until(async () => { await city.advance('PT5M'); return (await state(c, id)).state === 'followed_up' }, 'reply and call back')
    await later(city, c, 150)
    assert.equal((await state(c, id)).id, id)
    await later(city, c, 31)
    assert.equal((await c.refused('GET', `/cases/${id}`)).status, 404)
    assert.deepEqual((await c.all('/me/items')).filter(i => i.service === 'hotline_12345' && !i.ends_at), [])
  })

  test('takes the pictures that nobody used with it after a day [NT-3.1.a]', async () => {
    const c = await citizen(city)
    await c.ok('PUT', '/permissions/perm_album', { state: 'granted' }).catch(() => {})
    await c.ok('PUT', '/permissions/perm_storage', { state: 'granted' }).catch(() => {})
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    const post = () => c.call('POST', '/attachments?service=hotline_12345&source=album', png, { raw: true, headers: { 'content-type': 'image/png' } })
    let r = await post()
    for (let i = 0; i < 4 && r.status >= 400; i++) {
      for (const n of r.body.next ?? []) if (n.action === 'grant_permission') await c.ok('PUT', `/permissions/${n.permission}`, { state: 'granted' })
      await giveConsents(c, r.body.next)
      r = await post()
    }
    assert.equal(r.status, 201, JSON.stringify(r.body))
    await later(city, c, 2)
    assert.equal((await c.refused('GET', `/attachments/${r.body.id}`)).status, 404)
    assert.deepEqual((await c.all('/me/items')).filter(i => i.key === 'album_image'), [])
  })
})
