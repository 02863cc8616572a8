// Where people are: positions by GPS or WiFi for three functions and nobody else, a region that the person writes, a report whose
// place goes with it, and what photos say of place and time.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, giveConsents, login, startCity, until } from './helpers.mjs'
import { insist } from './careful.mjs'

const west = '39.1580,117.1640' // beside Tianjin West Station

// A JPEG whose Exif says when and where it was taken, as far as told.
function photo({ taken, lat, lon, bad } = {}) {
  const le = (n, size) => { const b = Buffer.alloc(size); b.writeUIntLE(n, 0, size); return b }
  const entry = (tag, type, count, value) => Buffer.concat([le(tag, 2), le(type, 2), le(count, 4), value])
  const angle = v => { const d = Math.floor(v), m = Math.floor((v - d) * 60), s = Math.round(((v - d) * 60 - m) * 60 * 1000); return Buffer.concat([[d, 1], [m, 1], [s, 1000]].flat().map(n => le(n, 4))) }
  const ifd = entries => Buffer.concat([le(entries.length, 2), ...entries, le(0, 4)])
  // header 8, IFD0 of two entries 30 → 38; Exif IFD of one entry 18 → 56; GPS IFD of four 54 → 110; values after it
  const tiff = Buffer.concat([Buffer.from('II*\0'), le(8, 4),
    ifd([entry(0x8769, 4, 1, le(38, 4)), entry(0x8825, 4, 1, le(lat === undefined ? 0 : 56, 4))]),
    ifd(taken ? [entry(0x9003, 2, 20, le(110, 4))] : [entry(0x9999, 2, 20, le(110, 4))]),
    ifd([entry(1, 2, 2, Buffer.from('N\0\0\0')), entry(2, 5, 3, le(bad ?? 130, 4)), entry(3, 2, 2, Buffer.from('E\0\0\0')), entry(4, 5, 3, le(154, 4))]),
    Buffer.from((taken ?? '').padEnd(19, '\0') + '\0'), angle(lat ?? 0), angle(lon ?? 0)])
  const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body])
  return Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff])), segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56]), Buffer.from([0xff, 0xd9])])
}

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

  const upload = (c, picture) => insist(c, 'POST', '/attachments?service=snapshot_report&source=album', picture, { raw: true, headers: { 'content-type': 'image/jpeg' } })
  const shot = { taken: '2026:01:02 10:20:30', lat: 39.158, lon: 117.164 }
  const places = async c => (await c.ok('GET', '/me/photo-places')).body.items
  const reveal = async (c, item, record_id) => {
    await c.ok('POST', '/second-checks', { method: 'password', password: 'Tong-ban2026' })
    return (await c.ok('POST', `/me/items/${item}/reveal`, { record_id })).body.value
  }

  test('[TJ-1.1.24.0] [TJ-1.1.24.2.2.c] without the person\'s word nothing of time and place is kept, and the photo goes on without them', async () => {
    for (const c of [a, b]) { // an hour has passed: the sessions are over
      c.token = c.installation
      await login(c, c.username)
    }
    const got = await upload(b, photo(shot))
    assert.equal(got.place, 'dropped')
    for (const item of ['content_metadata', 'geotag']) assert.deepEqual(await held(b, item), [], item)
    const r = await b.refused('POST', '/me/photo-places/checks')
    assert.equal(r.reason, 'consent_required')
    const stored = await b.ok('GET', `/attachments/${got.id}`)
    assert.ok(!stored.bytes.includes('2026:01:02'), 'the stored photo says nothing of it')
    assert.ok(stored.bytes.includes(Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56])))
  })

  let tagged
  test('[TJ-1.1.24.1.3] date, time and place of a shared photo become items of the log; of a photo without them, empty ones', async () => {
    for (const path of ['/me/use-log/checks', '/me/photo-places/checks']) await giveConsents(b, (await b.refused('POST', path)).next)
    tagged = await upload(b, photo(shot))
    assert.equal(tagged.place, 'kept')
    assert.equal(await reveal(b, 'content_metadata', tagged.id), '日期：2026-01-02；时间：10:20:30；地点：39.158000,117.164000')
    const plain = await upload(b, photo())
    assert.equal(plain.place, 'none')
    assert.equal(await reveal(b, 'content_metadata', plain.id), '日期：无；时间：无；地点：无')
    for (const wrong of [{ ...shot, taken: '2026-01-02 10:20:30' }, { ...shot, bad: 0xfffffff0 }, { ...shot, lat: 91 }]) {
      const { id } = await upload(b, photo(wrong))
      const said = await reveal(b, 'content_metadata', id)
      assert.match(said, wrong.taken === shot.taken ? /地点：无/ : /日期：无；时间：无/)
    }
    const rows = (await b.ok('GET', '/me/use-log')).body.items
    assert.ok(rows.some(r => r.id === tagged.id && r.items[0].key === 'content_metadata'))
  })

  test('[TJ-1.1.24.2.2.c] a place mark names who gave it, and whoever is shown finds and deletes it', async () => {
    assert.equal(await reveal(b, 'geotag', tagged.id), '39.158000,117.164000')
    assert.deepEqual((await held(b, 'geotag')).map(i => i.origin), ['photo', 'photo'])
    await b.ok('POST', `/attachments/${tagged.id}/people`, { phone: a.person.mobile_phone })
    const mine = (await places(b)).find(p => p.id === tagged.id)
    assert.deepEqual([mine.own, mine.account], [true, null])
    const [mark] = await places(a)
    assert.deepEqual([mark.id, mark.own], [tagged.id, false])
    assert.match(mark.account, /\*/)
    assert.ok(mark.account.endsWith(b.person.mobile_phone.slice(-4)), 'the one who gave it, masked')
    const told = (await b.all('/me/usage')).find(u => u.service === 'photo_place' && u.action === 'read')
    assert.ok(told.items.some(i => i.key === 'mobile_phone'), 'that the account was told stands in its own list')
    assert.equal(told.actor.kind, 'system', 'and not by whom')
    assert.equal((await a.call('GET', `/attachments/${tagged.id}`)).status, 404, 'the photo itself is not shown')
    await a.ok('DELETE', `/me/photo-places/${tagged.id}`)
    assert.deepEqual(await places(a), [])
    assert.ok(!(await held(b, 'geotag')).some(i => i.record_id === tagged.id))
    assert.ok(!(await held(b, 'content_metadata')).some(i => i.record_id === tagged.id))
    const entry = (await b.all('/me/usage')).find(u => u.action === 'delete' && u.service === 'photo_place')
    assert.match(entry.note, /照片中的人/)
    assert.equal((await a.refused('DELETE', `/me/photo-places/${tagged.id}`)).status, 404)
  })

  test('[TJ-1.1.24.1.2] the log holds the account that was contacted and nothing of what was said; alike for a number without an account', async () => {
    const { id } = await upload(b, photo())
    const nobody = (await city.person()).mobile_phone
    const known = await b.call('POST', `/attachments/${id}/people`, { phone: a.person.mobile_phone })
    const unknown = await b.call('POST', `/attachments/${id}/people`, { phone: nobody })
    assert.deepEqual([known.status, known.bytes.length], [unknown.status, unknown.bytes.length])
    const rows = (await held(b, 'contacted_accounts')).filter(i => i.service === 'use_log')
    assert.equal(rows.length, 3)
    const values = []
    for (const r of rows) values.push(await reveal(b, 'contacted_accounts', r.record_id))
    assert.deepEqual([...new Set(values)].sort(), [a.person.mobile_phone, nobody].sort())
    assert.equal((await a.refused('POST', `/attachments/${id}/people`, { phone: nobody })).status, 404, 'only of the own photos')
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
    assert.equal((await a.refused('POST', '/me/photo-places/checks')).reason, 'not_declared')
    const taken = await insist(a, 'POST', '/attachments?service=hotline_12345&source=album', photo({ lat: 32, lon: 120.9 }), { raw: true, headers: { 'content-type': 'image/jpeg' } })
    assert.equal(taken.place, 'dropped')
    assert.deepEqual((await a.all('/me/items')).filter(i => ['geotag', 'content_metadata'].includes(i.key)), [])
  })
})
