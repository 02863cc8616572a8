// What is kept goes by itself: with a withdrawn consent, when a category is no longer used, when a case is closed.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, startCity, tongban, citizen, withConsents, giveConsents, until, cities } from './helpers.mjs'

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

  if (name === 'tianjin') test('when its period is over an item is nobody\'s any more: a number stays, and the log names the item [TJ-3.1.c]', async () => {
    const times = () => Number(city.sql(`SELECT COALESCE(SUM(times), 0) FROM daily_count WHERE kind = 'service' AND name = '${service}';`))
    const told = () => readFileSync(city.log, 'utf8').split('\n').filter(l => l.includes('"job_done"')).map(l => JSON.parse(l)).filter(l => l.kind === 'retention_end')
    const c = await citizen(city), before = times(), logged = told().length
    await ask(c, service)
    const { subject_id } = (await c.ok('GET', '/me')).body, items = await held(c, service)
    const rows = () => city.sql(`SELECT item FROM vault_item WHERE subject_id = ${subject_id} AND service = '${service}';`)
    assert.ok(items.length > 0 && items.every(i => i.ends_at))
    assert.equal(times(), before + 1)
    await city.control('PUT', 'clock', { now_ms: Date.parse(items[0].ends_at) - 60000 })
    await city.settle()
    assert.deepEqual(rows().split('\n').sort(), items.map(i => i.key).sort(), 'a minute before')
    await city.advance('PT2M')
    await city.settle()
    assert.equal(rows(), '')
    assert.equal(times(), before + 1, 'how often it was used is still known')
    const lines = told().slice(logged)
    assert.deepEqual(lines.map(l => [l.what.split(',').sort(), l.count]), [[[...new Set(items.map(i => i.key))].sort(), items.length]])
    for (const value of [subject_id, c.person.real_name, c.person.plate_number, c.person.resident_id_number].filter(Boolean))
      assert.ok(!JSON.stringify(lines).includes(value), 'and nobody')
  })

  test(`each item that is held says until when, and a category says how long it keeps${name === 'tianjin' ? ' [TJ-3.1.b]' : ''}`, async () => {
    const c = await citizen(city)
    await ask(c, service)
    const items = await c.all('/me/items'), file = name === 'tianjin' ? 'tianjin/policy/2026.1.yaml' : 'nantong/policy/2021.6.2.yaml'
    const policy = readFileSync(join(root, 'cities', file), 'utf8')
    const days = key => Number(new RegExp(`\\n  - key: ${key}\\n(?:    .*\\n)*?    retention:\\n      rule: .*\\n      days: (\\d+)`).exec(policy)[1])
    assert.ok(items.some(i => i.ends_at) && items.some(i => !i.ends_at))
    for (const i of items) // without a day it lasts as long as the account
      assert.equal(i.ends_at && Math.round((Date.parse(i.ends_at) - Date.parse(i.collected_at)) / 86400000), days(i.category) || null, `${i.category} ${i.key}`)
    const cities = join(city.dir, 'without-rule')
    cpSync(join(root, 'cities'), cities, { recursive: true })
    for (const cut of [/(\n  - key: (?:driving|transport)\n(?:    .*\n)*?)    retention:\n.*\n.*\n/, /(\n  - key: (?:driving|transport)\n(?:    .*\n)*?    retention:\n)      rule: .*\n/]) {
      const text = policy.replace(cut, '$1')
      assert.notEqual(text, policy)
      writeFileSync(join(cities, file), text)
      const r = spawnSync(tongban, ['check', name, '--cities', cities], { encoding: 'utf8' })
      assert.equal(r.status, 1)
      assert.match(r.stdout + r.stderr, /retention|rule/)
    }
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
