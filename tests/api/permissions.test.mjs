// Permissions and sensors: everything starts off, a function reads only by its own permission, the server refuses whatever
// the client says, each reading is told, and what was taken back is taken back at once.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, cities, citizen, giveConsents, withConsents } from './helpers.mjs'
import { jpeg, query, stop } from './careful.mjs'

const place = { tianjin: '39.1200,117.2000', nantong: '31.9800,120.8900' }
// Two services that take a position, and the clause that a refused position names.
const positioned = { tianjin: ['nearby_service_query', 'weather_query'], nantong: ['car_hailing', 'agency_help'] }
const positionClause = { tianjin: 'TJ-1.1.4.a', nantong: 'NT-1.2.2.3.a' }
// these take a position only with the method by which it was obtained
const methodSaid = { tianjin: ['train_query', 'bus_query'], nantong: [] }

const centre = async c => (await c.ok('GET', '/permissions')).body.items
const one = async (c, key) => (await centre(c)).find(p => p.key === key)
const set = (c, key, state, fn) => c.ok('PUT', `/permissions/${key}`, { state, ...(fn ? { function: fn } : {}) })
const off = async c => { for (const p of await centre(c)) if (p.state === 'granted' || p.functions.some(f => f.state === 'granted')) await set(c, p.key, 'denied') }
const use = (c, fn, permission) => c.call('POST', `/device-functions/${fn}/uses`, { permission })
const reads = c => c.all('/me/sensor-reads')
const positions = async c => (await c.all('/me/items')).filter(i => i.key === 'location')

function valueOf(person, item) {
  const made = { id_number: person.resident_id_number, contact_phone: person.mobile_phone, id_type: 'resident_card', letter_content: '建议增设长椅。' }
  const value = person[item] ?? made[item]
  return typeof value === 'string' ? value : null
}

// What a service asks to be typed, with the position beside it.
async function fieldsOf(c, service, position) {
  const s = (await c.ok('GET', `/services/${service}`)).body
  const typed = s.fields.filter(f => !f.prefill && !f.sensed && valueOf(c.person, f.item))
  return { recipient: s.recipients[0]?.key, fields: { ...Object.fromEntries(typed.map(f => [f.item, valueOf(c.person, f.item)])), ...(position ? { location: position } : {}) } }
}

// Asks with every consent given that is asked for; permissions stay as they are.
async function ask(c, service, fields) {
  for (let i = 0; i < 5; i++) {
    const r = await c.call('POST', `/services/${service}/queries`, { fields })
    if (r.body.reason !== 'consent_required' || !await giveConsents(c, r.body.next)) return r
  }
  throw new Error(`${service}: consents are asked for again and again`)
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c
  before(async () => {
    city = await startCity({ city: name })
    c = await citizen(city, { insured: true })
  })
  after(() => stop(city))

  test('every permission of a new device is off, and says why, for what, and how the system switches it off [TJ-1.1.4.e] [TJ-1.1.4.f] [TJ-1.1.23.0]', async () => {
    const fresh = await centre(await city.client({ agreed: false }))
    assert.ok(fresh.length >= 10, fresh.map(p => p.key).join(' '))
    for (const p of fresh) {
      assert.equal(p.state, 'unset', p.key)
      assert.equal(p.uses, 0, p.key)
      assert.ok(p.why.length > 3 && p.clause && p.system_way.includes(p.name), p.key)
      for (const f of p.functions) assert.equal(f.state, 'unset', `${p.key} ${f.key}`)
    }
    const asked = fresh.filter(p => p.first_entry).map(p => p.key)
    assert.deepEqual(asked, name === 'tianjin' ? ['perm_location', 'perm_network', 'perm_media', 'perm_device_info'] : [])
    for (const key of ['perm_location', 'perm_camera', 'perm_microphone']) assert.ok(fresh.find(p => p.key === key).functions.length > 0, key)
    if (name === 'tianjin') for (const p of fresh) assert.match(p.why, /定位服务|使用服务|消息通知/)
  })

  test('each function opens by its own permission alone, and every other permission together does not open it [TJ-1.1.4.c] [TJ-1.1.23.0] [TJ-1.1.23.1] [TJ-1.1.23.2.a] [TJ-1.1.23.2.b] [TJ-1.1.23.2.c] [TJ-1.1.23.2.d] [TJ-1.1.23.2.e] [TJ-1.1.23.2.f] [TJ-1.1.23.3.a] [TJ-1.1.23.3.b] [TJ-1.1.23.3.c] [TJ-1.1.23.3.d] [TJ-1.1.23.3.e] [TJ-1.1.23.4] [TJ-1.1.23.6] [TJ-1.1.5.c] [NT-1.2.2.3.a] [NT-1.2.2.3.b] [NT-1.2.2.3.c] [NT-1.2.2.4.a] [NT-1.2.2.4.b] [NT-1.2.2.5.a] [NT-1.2.2.5.b] [NT-1.2.2.5.c] [NT-1.2.2.6]', async () => {
    for (const platform of ['android', 'ios']) {
      const d = await city.client({ platform })
      const list = (await centre(d)).filter(p => p.available)
      const functions = (await d.ok('GET', '/device-functions')).body.items
      assert.ok(functions.length >= 8, String(functions.length))
      for (const f of functions) assert.ok(f.clause && f.permissions.length, f.key)
      for (const f of functions) for (const key of f.permissions) {
        await off(d)
        for (const p of list) if (p.key !== key && !f.permissions.includes(p.key)) await set(d, p.key, 'granted')
        const refused = await use(d, f.key, key)
        assert.equal(refused.status, 403, `${f.key} ${key}`)
        assert.equal(refused.body.reason, 'permission_required', `${f.key} ${key}: ${JSON.stringify(refused.body)}`)
        assert.deepEqual(refused.body.next.map(n => [n.action, n.permission, n.function]), [['grant_permission', key, f.key]])
        await off(d)
        await set(d, key, 'granted')
        assert.equal((await use(d, f.key, key)).status, 201, `${f.key} ${key}`)
        await set(d, key, 'denied')
        assert.equal((await use(d, f.key, key)).body.reason, 'permission_required', `${f.key} ${key}`)
      }
      for (const p of list) for (const f of p.functions.filter(f => functions.some(x => x.key === f.key)))
        assert.equal((await one(d, p.key)).functions.find(x => x.key === f.key).uses, 1, `${p.key} ${f.key}`)
    }
  })

  test('what a platform does not have is never asked there [NT-1.2.1.2.b] [NT-1.2.2.4.a] [TJ-1.1.23.3.a]', async () => {
    const web = await city.client()
    const missing = (await centre(web)).filter(p => !p.available)
    assert.ok(missing.length > 0)
    const functions = (await web.ok('GET', '/device-functions')).body.items.map(f => f.key)
    for (const p of missing) for (const f of p.functions.filter(f => functions.includes(f.key))) { // not even a permission that was given all the same lets one read
      await set(web, p.key, 'granted')
      assert.equal((await use(web, f.key, p.key)).body.reason, 'not_declared', `${p.key} ${f.key}`)
    }
    const asksFor = async platform => (await centre(await city.client({ platform }))).filter(p => p.available && ['perm_album', 'perm_storage'].includes(p.key)).map(p => p.key)
    assert.deepEqual(await asksFor('android'), name === 'nantong' ? ['perm_storage'] : ['perm_album', 'perm_storage'])
    assert.deepEqual(await asksFor('ios'), name === 'nantong' ? ['perm_album'] : ['perm_album', 'perm_storage'])
  })

  test('no service takes a position without the permission, whatever the client says of it; with it the answer comes and the position is not kept [TJ-1.1.4.h] [TJ-1.1.24.0] [TJ-1.1.24.2.0] [TJ-1.1.24.2.3] [TJ-1.1.24.3.2] [NT-1.2.2.3.d] [NT-1.2.2.3.e]', async () => {
    await off(c)
    const rows = await c.all('/services')
    const services = []
    for (const row of rows) {
      const s = (await c.ok('GET', `/services/${row.key}`)).body
      if (s.shape === 'query' && s.fields.some(f => f.item === 'location')) services.push(s)
    }
    assert.ok(services.length >= 6, services.map(s => s.key).join(' '))
    for (const s of services) {
      assert.ok(s.fields.find(f => f.item === 'location').sensed, s.key)
      const { recipient, fields } = await fieldsOf(c, s.key, place[name] + (methodSaid[name].includes(s.key) ? ';gps' : ''))
      const sent = async () => (await city.received(recipient)).length
      const before = await sent()
      const r = await ask(c, s.key, fields)
      assert.equal(r.status, 403, `${s.key}: ${JSON.stringify(r.body)}`)
      assert.equal(r.body.reason, 'permission_required', s.key)
      assert.equal(r.body.clause, positionClause[name], s.key)
      assert.deepEqual(r.body.next.map(n => n.permission), ['perm_location'])
      assert.equal(await sent(), before, s.key)
      assert.deepEqual(await positions(c), [], s.key)

      await set(c, 'perm_location', 'granted')
      const good = await ask(c, s.key, fields)
      assert.equal(good.status, 200, `${s.key}: ${JSON.stringify(good.body)}`)
      assert.equal(await sent(), before + 1, s.key)
      assert.deepEqual(await positions(c), [], `${s.key}: a position that was used is gone`)
      await set(c, 'perm_location', 'denied')
      assert.equal((await ask(c, s.key, fields)).body.reason, 'permission_required', s.key)
      delete fields.location
      assert.equal((await ask(c, s.key, fields)).status, 200, `${s.key} works without a position`)
    }
  })

  test('a permission belongs to the device: another session of the same person has none, and one taken back stops a running session [TJ-1.1.4.h] [NT-1.2.2.3.e]', async () => {
    const [service] = positioned[name]
    const { fields } = await fieldsOf(c, service, place[name])
    await set(c, 'perm_location', 'granted')
    assert.equal((await ask(c, service, fields)).status, 200)
    const phone = await city.client({ platform: 'android' })
    phone.token = (await phone.ok('POST', '/sessions', { method: 'password', login: c.username, password: 'Tong-ban2026' })).body.token
    phone.person = c.person
    assert.equal((await one(phone, 'perm_location')).state, 'unset')
    assert.equal((await ask(phone, service, fields)).body.reason, 'permission_required')
    await set(phone, 'perm_location', 'granted')
    assert.equal((await ask(phone, service, fields)).status, 200)
    const session = phone.token
    phone.token = phone.installation // the switch of the device itself, while the session runs
    await set(phone, 'perm_location', 'denied')
    phone.token = session
    assert.equal((await ask(phone, service, fields)).body.reason, 'permission_required')
    assert.equal((await ask(c, service, fields)).status, 200)
    await off(c)
  })

  test('given for one function it opens no other, and switched off as a whole it is gone for that one too [TJ-1.1.4.g]', async () => {
    await off(c)
    const [a, b] = positioned[name]
    const fa = (await fieldsOf(c, a, place[name])).fields, fb = (await fieldsOf(c, b, place[name])).fields
    await set(c, 'perm_location', 'granted', a)
    assert.equal((await ask(c, a, fa)).status, 200)
    const r = await ask(c, b, fb)
    assert.equal(r.body.reason, 'permission_required')
    assert.deepEqual(r.body.next.map(n => [n.permission, n.function]), [['perm_location', b]])
    const p = await one(c, 'perm_location')
    assert.notEqual(p.state, 'granted')
    assert.equal(p.functions.find(f => f.key === a).state, 'granted')
    assert.notEqual(p.functions.find(f => f.key === b).state, 'granted')
    await set(c, 'perm_location', 'denied')
    assert.equal((await ask(c, a, fa)).body.reason, 'permission_required')
    const wrong = await c.refused('PUT', '/permissions/perm_microphone', { state: 'granted', function: a })
    assert.equal(wrong.reason, 'not_declared')
    assert.equal((await c.refused('PUT', '/permissions/perm_location', { state: 'granted', function: 'no_function' })).status, 404)
  })

  test('with every permission granted a service that needs no sensor reads none; each reading is told with its permission [TJ-1.1.4.i]', async () => {
    for (const p of await centre(c)) if (p.available) await set(c, p.key, 'granted')
    const counts = async () => (await centre(c)).map(p => [p.key, p.uses])
    const before = await reads(c), counted = await counts()
    const { fields: plain } = await fieldsOf(c, query[name])
    assert.equal((await ask(c, query[name], plain)).status, 200)
    assert.deepEqual(await reads(c), before)
    assert.deepEqual(await counts(), counted)

    const [service] = positioned[name]
    const { fields } = await fieldsOf(c, service, place[name])
    assert.equal((await ask(c, service, fields)).status, 200)
    const [newest, ...rest] = await reads(c)
    assert.equal(rest.length, before.length)
    assert.equal(newest.service, service)
    assert.deepEqual(newest.items, ['位置信息'])
    const p = await one(c, 'perm_location')
    assert.equal(newest.permissions, p.name)
    assert.equal(p.uses, counted.find(([key]) => key === 'perm_location')[1] + 1)
    assert.ok(p.last_used_at)
    const entry = (await c.all('/me/usage')).find(u => u.n === newest.n)
    assert.equal(entry.action, 'collect')
    const guest = await city.client()
    assert.equal((await guest.refused('GET', '/me/sensor-reads')).status, 401)
    await off(c)
  })

  test('leaving takes every permission of the device back [TJ-4.2.1.c]', async () => {
    const d = await city.client({ platform: 'android' })
    await set(d, 'perm_location', 'granted')
    await set(d, 'perm_camera', 'granted')
    await d.ok('DELETE', '/installations/current')
    assert.equal((await d.refused('GET', '/permissions')).status, 401)
    for (const p of await centre(await city.client({ platform: 'android' }))) assert.equal(p.state, 'unset', p.key)
  })

  if (name === 'nantong') test('a picture needs the permission of its source on each platform, and none stands in for another [NT-1.2.2.4.a] [NT-1.2.2.4.c] [NT-1.2.2.4.d]', async () => {
    const right = { android: { camera: 'perm_camera', album: 'perm_storage' }, ios: { camera: 'perm_camera', album: 'perm_album' }, web: { camera: 'perm_camera', album: 'perm_album' } }
    for (const [platform, sources] of Object.entries(right)) {
      const d = await city.client({ platform })
      d.token = (await d.ok('POST', '/sessions', { method: 'password', login: c.username, password: 'Tong-ban2026' })).body.token
      const upload = source => d.call('POST', `/attachments?service=hotline_12345&source=${source}`, jpeg, { raw: true, headers: { 'content-type': 'image/jpeg' } })
      for (const [source, key] of Object.entries(sources)) {
        await off(d)
        for (const p of await centre(d)) if (p.available && p.key !== key) await set(d, p.key, 'granted')
        const r = await upload(source)
        assert.equal(r.body.reason, 'permission_required', `${platform} ${source}`)
        assert.deepEqual(r.body.next.map(n => n.permission), [key])
        await set(d, key, 'granted')
        let good = await upload(source)
        if (good.body.reason === 'consent_required' && await giveConsents(d, good.body.next)) good = await upload(source)
        assert.equal(good.status, 201, `${platform} ${source}: ${JSON.stringify(good.body)}`)
      }
      assert.equal((await upload('file')).body.reason, 'not_declared')
    }
    const [entry] = await reads(c)
    assert.deepEqual(entry.items, ['图片'])
  })
})
