// Where people are: positions by GPS or WiFi for three functions and nobody else, a region that the person writes, a report whose
// place goes with it, and what photos say of place and time.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, giveConsents, startCity, until } from './helpers.mjs'
import { insist } from './careful.mjs'

const west = '39.1580,117.1640' // beside Tianjin West Station

describe('tianjin', { concurrency: false }, () => {
  let city, a, b
  const query = (c, key, fields) => insist(c, 'POST', `/services/${key}/queries`, { fields })
  const position = (on, c = a) => c.ok('PUT', '/permissions/perm_location', { state: on ? 'granted' : 'denied' })
  const names = body => body.result[0].value.rows.map(r => r[0])
  const held = async (c, item) => (await c.all('/me/items')).filter(i => i.key === item)
  const file = (c, fields, attachments = []) => insist(c, 'POST', '/services/snapshot_report/cases', { fields, attachments })
  const received = async () => (await city.received('urban_management')).filter(r => r.path.endsWith('cases'))

  before(async () => {
    city = await startCity({ city: 'tianjin' })
    a = await citizen(city)
    b = await citizen(city)
  })
  after(() => city?.stop())

  for (const [key, clause, first] of [['train_query', 'TJ-1.1.24.2.1.b', '天津西站'], ['bus_query', 'TJ-1.1.24.2.1.c', '西站南广场站']])
    test(`[${clause}] ${key}: the nearest comes first, the purpose is this function, and the position is not kept`, async () => {
      await position(true)
      const far = await query(a, key, {})
      const got = await query(a, key, { location: `${west};gps` })
      assert.equal(names(got)[0], first)
      assert.notEqual(names(far)[0], first, 'without a position the order is another one')
      assert.deepEqual([...names(got)].sort(), [...names(far)].sort())
      const use = (await a.all('/me/usage')).filter(u => u.service === key && u.items.some(i => i.key === 'location'))
      assert.ok(use.length >= 2)
      for (const u of use.filter(u => u.decision === 'allowed')) assert.equal(u.purpose, key)
      const [sent] = await city.received('transport')
      assert.equal(sent.body.items.location, `${west};gps`)
      assert.deepEqual(Object.keys(sent.body.items), ['location'])
      assert.deepEqual(await held(a, 'location'), [])
    })

  test('[TJ-1.1.24.2.1.a] [TJ-1.1.24.2.1.b] [TJ-1.1.24.2.1.c] a position by another way, or that does not say by which, is refused', async () => {
    for (const key of ['train_query', 'bus_query'])
      for (const location of [west, `${west};ip`, `${west};cell`, `${west};GPS`]) {
        const r = await a.refused('POST', `/services/${key}/queries`, { fields: { location } })
        assert.equal(r.status, 400, location)
        assert.ok(r.errors.some(e => e.field === 'location'))
      }
    for (const location of [west, `${west};ip`]) {
      const r = await a.refused('POST', '/services/snapshot_report/cases', { fields: { snapshot_report: '路灯不亮。', location } })
      assert.equal(r.status, 400)
    }
  })

  test('[TJ-1.1.24.2.1.c] the same position asked for by another function is refused and entered', async () => {
    const other = (await a.all('/services')).find(s => s.category === 'driving' && s.shape === 'query').key
    const r = await a.refused('POST', `/services/${other}/queries`, { fields: { location: `${west};gps` } })
    assert.deepEqual([r.status, r.reason], [403, 'not_declared'])
    const [entry] = await a.all('/me/usage')
    assert.deepEqual([entry.action, entry.service], ['refuse', other])
  })

  test('[TJ-1.1.24.2.0] [TJ-1.1.24.2.3] with the position off the queries take none, and work without', async () => {
    await position(false)
    const before = (await city.received('transport')).length
    const r = await a.refused('POST', '/services/bus_query/queries', { fields: { location: `${west};gps` } })
    assert.equal(r.reason, 'permission_required')
    assert.equal((await city.received('transport')).length, before)
    assert.ok(names(await query(a, 'bus_query', {})).length > 5)
    await position(true)
  })

  test('[TJ-1.1.24.2.2.a] the region is stored as typed, and stands among the own data', async () => {
    await a.ok('PUT', '/me/items/user_region', { value: '天津市和平区' })
    const [item] = await held(a, 'user_region')
    assert.deepEqual([item.origin, item.masked, item.kind], ['typed', '天津市和平区', 'location'])
  })

  let report
  test('[TJ-1.1.24.2.1.a] a report holds its position with the method, and goes to the office that works on it', async () => {
    report = await file(a, { snapshot_report: '路口的井盖松动，车过有响声。', shared_place_info: '和平区示范路口东南角', location: `${west};wifi` })
    const [item] = await held(a, 'location')
    assert.deepEqual([item.service, item.origin, item.record_id], ['snapshot_report', 'sensor', report.id])
    await a.ok('POST', '/second-checks', { method: 'password', password: 'Tong-ban2026' })
    const { value } = (await a.ok('POST', '/me/items/location/reveal', { record_id: report.id })).body
    assert.equal(value, `${west};wifi`)
    const k = await until(async () => {
      await city.settle()
      const one = (await a.ok('GET', `/cases/${report.id}`)).body
      return one.state === 'delivered' && one
    }, 'delivery of the report')
    assert.equal(k.department.key, 'urban_management')
    const [got] = (await received()).filter(r => r.body.number === report.number)
    assert.deepEqual(Object.keys(got.body.items).sort(), ['location', 'shared_place_info', 'snapshot_report'])
    const entry = (await a.all('/me/usage')).find(u => u.action === 'share' && u.service === 'snapshot_report')
    assert.deepEqual([entry.purpose, entry.recipient], ['snapshot_report', 'urban_management'])
    const done = await until(async () => {
      await city.advance('PT1M')
      await city.settle()
      const one = (await a.ok('GET', `/cases/${report.id}`)).body
      return one.reply && one
    }, 'the reply')
    assert.match(done.reply, new RegExp(report.number))
  })

  test('[TJ-1.1.24.2.2.b] the place of a report lies under location, and goes with the report', async () => {
    const [place] = await held(a, 'shared_place_info')
    assert.deepEqual([place.kind, place.origin, place.record_id], ['location', 'typed', report.id])
    for (const other of [b]) assert.equal((await other.refused('DELETE', `/cases/${report.id}`)).status, 404)
    assert.equal((await a.ok('GET', `/cases/${report.id}`)).body.removable, true)
    await a.ok('DELETE', `/cases/${report.id}`)
    for (const item of ['shared_place_info', 'location', 'snapshot_report']) assert.deepEqual(await held(a, item), [], item)
    assert.equal((await a.refused('GET', `/cases/${report.id}`)).status, 404)
    const entry = (await a.all('/me/usage')).find(u => u.action === 'delete')
    for (const item of ['shared_place_info', 'location', 'snapshot_report']) assert.ok(entry.items.some(i => i.key === item), item)
    await city.settle() // what was under way for it ends without a fault
  })

  test('[TJ-1.1.24.2.2.b] a report that is deleted before it is handed over goes to nobody', async () => {
    const before = (await received()).length
    await city.mode('urban_management', 'down')
    const { id } = await file(a, { snapshot_report: '路牌倒了。', shared_place_info: '示范路' })
    await a.ok('DELETE', `/cases/${id}`)
    await city.mode('urban_management', 'ok')
    await city.advance('PT1H')
    await city.settle()
    assert.equal((await received()).length, before)
  })
})

describe('nantong', { concurrency: false }, () => {
  let city, a
  before(async () => {
    city = await startCity({ city: 'nantong' })
    a = await citizen(city)
  })
  after(() => city?.stop())

  test('a city that does not name these functions has none of them', async () => {
    for (const key of ['train_query', 'bus_query', 'snapshot_report'])
      assert.equal((await a.call('GET', `/services/${key}`)).status, 404)
    const r = await a.refused('PUT', '/me/items/user_region', { value: '南通市崇川区' })
    assert.equal(r.reason, 'not_declared')
  })
})
