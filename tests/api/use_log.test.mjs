// The log of use: only what the city's policy lists, only with the person's word where it is sensitive, shown to the person, and gone
// when its period is over.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { cities, citizen, giveConsents, login, startCity } from './helpers.mjs'

const agent = 'Mozilla/5.0 (Linux; Android 15; TB-1) Test/1.0'
const listed = {
  tianjin: ['client_config', 'device_identifier', 'ip_address', 'os_version'],
  nantong: ['visit_date', 'visit_time', 'visited_service'],
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, a, b, service
  const open = (c, fields = {}) => c.ok('POST', '/me/use-log', { service, fields }, { headers: { 'user-agent': agent } }).then(r => r.body)
  const log = async c => (await c.ok('GET', '/me/use-log')).body.items
  const held = async c => (await c.all('/me/items')).filter(i => i.service === 'use_log')
  const again = c => { c.token = c.installation; return login(c, c.username) } // days later the session is over
  const used = async c => c.all('/me/usage')

  before(async () => {
    city = await startCity({ city: name })
    a = await citizen(city)
    b = await citizen(city)
    service = (await a.all('/services')).find(s => s.shape === 'query').key
  })
  after(() => city?.stop())

  if (name === 'tianjin') test('[TJ-1.1.24.0] [TJ-1.1.24.1.0] without the person\'s own word nothing is written down', async () => {
    const before = (await used(a)).length
    assert.deepEqual(await open(a), { written: false, items: [] })
    assert.deepEqual(await log(a), [])
    assert.equal((await used(a)).length, before)
    const refusal = await a.refused('POST', '/me/use-log/checks')
    assert.equal(refusal.reason, 'consent_required')
    const step = refusal.next.find(n => n.action === 'give_consent')
    for (const item of ['contacted_accounts', 'content_metadata', 'ip_address']) assert.ok(step.items.includes(item), item)
    await giveConsents(a, refusal.next)
    await a.ok('POST', '/me/use-log/checks')
  })

  test('[TJ-1.1.24.1.0] [TJ-1.1.24.1.1] [NT-1.2.2.2] a visit leaves the listed items and no further one', async () => {
    const got = await open(a, name === 'tianjin' ? { device_name: '某人的手机', battery_level: '80', client_config: 'TB-App/3 zh-CN' } : {})
    assert.equal(got.written, true)
    assert.deepEqual([...got.items].sort(), listed[name])
    const [row] = await log(a)
    assert.equal(row.id, got.id)
    assert.deepEqual(row.items.map(i => i.key).sort(), listed[name])
    const shown = Object.fromEntries(row.items.map(i => [i.key, i.masked]))
    if (name === 'tianjin') {
      assert.equal(shown.client_config, 'TB-App/3 zh-CN')
      assert.equal(shown.os_version, 'Linux; Android 15; TB-1')
      assert.doesNotMatch(shown.ip_address, /127/)
    } else {
      const s = (await a.ok('GET', `/services/${service}`)).body
      assert.equal(shown.visited_service, s.name)
      assert.match(shown.visit_date, /^\d{4}-\d\d-\d\d$/)
      assert.match(shown.visit_time, /^\d\d:\d\d:\d\d$/)
    }
    assert.deepEqual((await held(a)).map(i => i.key).sort(), listed[name])
    const entry = (await used(a)).find(u => u.action === 'collect' && u.service === 'use_log')
    assert.equal(entry.purpose, 'use_log')
    assert.deepEqual(entry.items.map(i => i.key).sort(), listed[name])
    assert.deepEqual(await log(b), [], 'another person sees nothing of it')
  })

  if (name === 'nantong') {
    test('[NT-1.2.2.2] a use of a minute is one row with name, date, time and duration', async () => {
      const { id } = await open(b)
      await city.advance('PT61S')
      await a.refused('PUT', `/me/use-log/${id}`).then(r => assert.equal(r.status, 404))
      await b.ok('PUT', `/me/use-log/${id}`)
      await b.ok('PUT', `/me/use-log/${id}`)
      const rows = await log(b)
      assert.equal(rows.length, 1)
      assert.deepEqual(rows[0].items.map(i => i.key), ['visited_service', 'visit_date', 'visit_time', 'visit_duration'])
      assert.match(rows[0].items[3].masked, /^1分\d+秒$/)
    })

    test('[NT-1.2.2.0] an item of another kind is refused, by clause and in the person\'s list', async () => {
      const before = (await held(b)).length
      const r = await b.refused('POST', '/me/use-log', { service, fields: { health_info: '良好' } })
      assert.deepEqual([r.status, r.reason, r.clause], [403, 'not_declared', 'NT-1.2.2.2'])
      assert.equal((await held(b)).length, before)
      const entry = (await used(b)).find(u => u.action === 'refuse')
      assert.deepEqual([entry.action, entry.service, entry.items.map(i => i.key)], ['refuse', 'use_log', ['health_info']])
    })
  }

  test('what is no service leaves no row', async () => {
    const r = await a.refused('POST', '/me/use-log', { service: 'use_log' })
    assert.equal(r.status, 404)
  })

  test('[TJ-1.1.24.1.0] [NT-1.2.2.2] the server\'s own log names nobody and nothing of it', () => {
    const text = readFileSync(city.log, 'utf8')
    for (const word of [agent, 'TB-App', a.person.mobile_phone, a.person.real_name, a.subject]) assert.ok(!text.includes(word), word)
  })

  test('[TJ-3.2.b] [NT-3.1.a] each row ends by itself when its period is over, and not before', async () => {
    const [row] = await log(a)
    const days = (Date.parse(row.ends_at) - Date.parse(row.at)) / 86400000
    assert.ok(days >= 182 && days <= 184, String(days))
    await city.advance('P180D')
    await city.settle()
    await again(a)
    assert.ok((await log(a)).length > 0)
    await city.advance('P4D')
    await city.settle()
    await again(a)
    assert.deepEqual(await log(a), [])
    assert.deepEqual(await held(a), [])
  })
})
