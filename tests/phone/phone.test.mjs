// The app on Android and iOS, in both cities: what is asked when, what is read, what reaches the server, what leaves with it.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startCity, cities, citizen, password } from '../api/helpers.mjs'
import { jpeg, stop } from '../api/careful.mjs'
import { officerOf } from '../api/officers.mjs'
import { Phone, NetworkOff } from './client.mjs'

const place = { tianjin: '39.1200,117.2000', nantong: '31.9800,120.8900' }
const near = { tianjin: 'nearby_service_query', nantong: 'car_hailing' }
const firstEntry = { tianjin: ['perm_location', 'perm_network', 'perm_media', 'perm_device_info'], nantong: [] }
const dialling = { tianjin: 'dial_hotline', nantong: 'dial_department' }
const listed = {
  tianjin: ['imei', 'mac', 'android_id', 'idfa', 'idfv', 'openudid', 'guid', 'imsi', 'android_serial'],
  nantong: ['device_brand', 'device_model', 'os_version', 'device_id', 'imei', 'imsi', 'idfa', 'idfv', 'udid'],
}
const onlyOn = { android: ['imei', 'imsi', 'android_id', 'android_serial'], ios: ['idfa', 'idfv', 'openudid', 'udid'] }

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, person
  before(async () => {
    city = await startCity({ city: name })
    person = await citizen(city)
  })
  after(() => stop(city))

  const yes = { permission: () => true, consent: () => true, sdk: () => true }
  const wait = seconds => city.advance(`PT${seconds}S`)
  async function phone(platform, owner = yes, { login = true } = {}) {
    const p = new Phone({ base: city.base, platform, owner, sensors: { location: place[name], camera: jpeg, album: jpeg } })
    await p.install()
    await p.firstEntry(wait)
    if (login) await p.logIn({ method: 'password', login: person.username, password })
    return p
  }
  const held = async () => (await person.all('/me/items'))
  const device = async () => (await held()).filter(i => i.service === 'device_information')

  for (const platform of ['android', 'ios']) {
    test(`${platform}: asks at the first entry what the city asks there, each by itself, all off, and refusing lets one go on [TJ-1.1.4.a] [TJ-1.1.4.b] [TJ-1.1.4.c] [TJ-1.1.4.d] [TJ-1.1.4.f]`, async () => {
      const p = await phone(platform, { permission: q => q.key === 'perm_network', consent: () => true })
      assert.deepEqual(p.asked.map(q => q.key), firstEntry[name])
      for (const q of p.asked) assert.ok(q.why.length > 3)
      const states = Object.fromEntries((await p.permissions()).map(x => [x.key, x]))
      for (const key of firstEntry[name]) {
        assert.equal(states[key].state, key === 'perm_network' ? 'granted' : 'denied', key)
        assert.ok(states[key].changed_at, key)
      }
      assert.deepEqual(p.touched, [])
      assert.ok((await p.ok('GET', '/services')).body.items.length > 0)
    })

    test(`${platform}: a function asks by its name before its sensor is touched; refused, nothing is read and the rest works [TJ-1.1.23.4] [TJ-1.1.24.2.3] [NT-1.2.2.3.d] [NT-1.2.2.3.e]`, async () => {
      const p = await phone(platform, { permission: q => q.key === 'perm_network', consent: () => true })
      p.asked = []
      const answer = await p.query(near[name], {}, ['location'])
      assert.ok(answer.query_id)
      assert.deepEqual(p.asked.map(q => q.key), ['perm_location'])
      assert.ok(p.asked[0].for, 'the question names the function')
      assert.deepEqual(p.touched, [])
      p.owner = yes
      await p.query(near[name], {}, ['location'])
      assert.deepEqual(p.touched, [{ sensor: 'location', for: near[name] }])
      assert.deepEqual((await held()).filter(i => i.key === 'location'), [])
      await p.setPermission('perm_location', false)
      const r = await p.call('POST', `/services/${near[name]}/queries`, { fields: { location: place[name] } })
      assert.equal(r.body.reason, 'permission_required')
    })

    test(`${platform}: dials with the permission and only shows the number without it [TJ-1.1.23.6] [NT-1.2.2.6]`, async () => {
      const p = await phone(platform, { permission: q => q.key === 'perm_network' })
      assert.deepEqual(await p.dial(dialling[name], '12345'), { shown: '12345' })
      assert.deepEqual(p.dialled, [])
      p.owner = yes
      assert.deepEqual(await p.dial(dialling[name], '12345'), { dialled: '12345' })
      assert.deepEqual(p.touched, [])
    })

    test(`${platform}: hands in exactly the identifiers of the city's list that its system has, by permission, for a declared purpose [TJ-1.1.4.d] [TJ-1.1.24.3.0] [TJ-1.1.24.3.1] [NT-1.2.2.1.a] [NT-1.2.2.1.b]`, async () => {
      const p = await phone(platform, { permission: q => q.key === 'perm_network', consent: () => true })
      assert.equal(await p.linkDevice(), null)
      const ids = (await p.ok('GET', '/device-functions')).body.device_ids
      assert.ok(ids.length >= 5 && ids.every(id => listed[name].includes(id)), ids.join(' '))
      for (const id of ids) {
        const r = await p.call('POST', '/installations/current/device', { fields: { [id]: p.identifiers[id] } })
        assert.equal(r.body.reason, 'permission_required', id)
      }
      assert.deepEqual(await device(), [])
      p.owner = yes
      await p.setPermission('perm_device_info', true)
      const other = platform === 'android' ? 'ios' : 'android'
      const outside = [...onlyOn[other].filter(id => listed[name].includes(id)), name === 'nantong' ? 'mac' : 'udid', 'google_advertising_id', 'real_name']
      for (const id of outside) {
        const r = await p.call('POST', '/installations/current/device', { fields: { [ids[0]]: p.identifiers[ids[0]], [id]: 'x1299' } })
        assert.equal(r.status, 403, `${id}: ${JSON.stringify(r.body)}`)
        assert.equal(r.body.reason, 'not_declared', id)
      }
      const wrong = await p.call('POST', '/installations/current/device', { fields: { [ids[0]]: p.identifiers[ids[0]] }, purpose: 'query' })
      assert.equal(wrong.body.reason, 'not_declared')
      const [entry] = (await person.ok('GET', '/me/usage?limit=1')).body.items
      assert.equal(entry.decision, 'not_declared')
      assert.deepEqual(await device(), [])
      const linked = await p.linkDevice()
      assert.deepEqual(linked.items.map(i => i.key).sort(), [...ids].sort())
      assert.deepEqual((await device()).map(i => i.key).sort(), [...ids].sort())
      for (const i of await device()) assert.equal(i.origin, 'sensor')
      await p.ok('DELETE', `/me/devices/${linked.id}`)
      assert.deepEqual(await device(), [])
    })
  }

  test('two devices stand in the list of the account where the city links them, and each alone where it does not; unlinking one removes its rows, and leaving removes the other [NT-1.2.2.1.c] [NT-1.2.2.1.d] [TJ-1.2.1.4.a] [TJ-4.2.1.c]', async () => {
    const a = await phone('android'), b = await phone('ios')
    const one = await a.linkDevice(), two = await b.linkDevice()
    const { body } = await b.ok('GET', '/me/devices')
    const links = name === 'nantong' // TJ-1.2.1.4.a: for the risk of a login alone
    assert.deepEqual(body.items.map(d => [d.id, d.platform, d.current]).sort(), [...(links ? [[one.id, 'android', false]] : []), [two.id, 'ios', true]].sort())
    for (const d of body.items) assert.ok(d.linked_at)
    const stranger = await citizen(city)
    assert.equal((await stranger.refused('DELETE', `/me/devices/${one.id}`)).status, 404)
    await b.ok('DELETE', `/me/devices/${one.id}`)
    assert.deepEqual([...new Set((await device()).map(i => i.record_id))], [two.id])
    await b.uninstall()
    assert.deepEqual(await device(), [])
    assert.equal((await person.refused('DELETE', `/me/devices/${two.id}`)).status, 404)
  })

  test('a browser hands in nothing of its device', async () => {
    const r = await person.call('POST', '/installations/current/device', { fields: { [listed[name][0]]: 'x1299' } })
    assert.equal(r.body.reason, 'not_declared')
    assert.deepEqual((await person.ok('GET', '/device-functions')).body.device_ids, [])
  })

  test('with network communication off nothing is sent at all; switched on, services load [TJ-1.1.23.7]', async () => {
    const p = await phone('android')
    await p.setPermission('perm_network', false)
    const sent = p.requests.length
    await assert.rejects(p.ok('GET', '/services'), NetworkOff)
    await assert.rejects(p.query(near[name]), NetworkOff)
    assert.equal(p.requests.length, sent)
    await p.setPermission('perm_network', true)
    assert.ok((await p.ok('GET', '/services')).body.items.length > 0)
  })

  if (name === 'tianjin') test('saving to the device needs the storage permission, and is told afterwards [TJ-1.1.23.5.a] [TJ-1.1.23.5.b]', async () => {
    const p = await phone('android', { permission: q => q.key === 'perm_network' })
    for (const fn of ['save_appointment', 'save_health_code'])
      await assert.rejects(p.save(fn, `${fn}.txt`, '内容'), e => e.reason === 'permission_required' && e.next[0].permission === 'perm_storage')
    assert.equal(p.files.size, 0)
    p.owner = yes
    for (const fn of ['save_appointment', 'save_health_code']) await p.save(fn, `${fn}.txt`, '内容')
    assert.deepEqual([...p.files.keys()], ['save_appointment.txt', 'save_health_code.txt'])
    const reads = (await p.ok('GET', '/me/sensor-reads?limit=2')).body.items
    assert.deepEqual(reads.map(r => r.service), ['save_health_code', 'save_appointment'])
  })

  if (name === 'nantong') test('a picture is asked for by storage on Android and by the album on iOS, and only the chosen one goes [NT-1.2.1.2.b] [NT-1.2.2.4.a] [NT-1.2.2.4.c]', async () => {
    for (const [platform, right, wrong] of [['android', 'perm_storage', 'perm_album'], ['ios', 'perm_album', 'perm_storage']]) {
      const p = await phone(platform)
      assert.equal((await p.permissions()).find(x => x.key === wrong).available, false)
      const taken = await p.upload('hotline_12345', 'album', right)
      assert.ok(taken.id)
      assert.deepEqual(p.asked.map(q => q.key), [right])
      assert.deepEqual(p.touched, [{ sensor: 'album', for: 'hotline_12345' }])
      assert.equal(p.requests.filter(r => r.startsWith('POST /attachments')).length <= 2, true)
    }
  })

  test(`foreign code starts by its trigger and its permissions only ${name === 'tianjin' ? '[TJ-1.1.25.0]' : '[NT-1.5.0]'}`, async () => {
    const p = await phone('android', { permission: q => q.key === 'perm_network', sdk: () => true })
    const { items } = (await p.ok('GET', '/sdks')).body
    const guarded = items.find(s => s.permissions.length && (s.platforms === 'all' || s.platforms.includes('android')) && s.permissions.every(x => x.key !== 'perm_network'))
    const started = []
    assert.ok(!(await p.trigger(guarded.trigger, s => started.push(s.key))).includes(guarded.key))
    for (const x of guarded.permissions) await p.setPermission(x.key, true)
    assert.ok((await p.trigger(guarded.trigger, s => started.push(s.key))).includes(guarded.key))
    const entry = (await person.all('/me/usage')).find(u => u.action === 'share' && u.recipient === `sdk:${guarded.key}`)
    assert.equal(entry.decision, 'allowed', 'the call stands in the person\'s list')
    assert.deepEqual(await p.trigger('no_such_trigger', s => started.push(s.key)), [])
  })

  test(`a phone gets its messages by what the register has for them ${name === 'tianjin' ? '[TJ-8.1.a]' : '[NT-1.5.0.a]'}`, async () => {
    const p = await phone('android')
    await p.setPermission('perm_push', true)
    const delivered = []
    const by = await p.wantPush(`token-${name}`, s => delivered.push(s.key))
    assert.deepEqual(delivered, name === 'tianjin' ? [] : ['pingan_push'])
    const o = await officerOf(city, 'zhao9', '政策管理员 赵某', 'policy_officer')
    await o.ok('POST', '/staff/announcements', { title: '停机维护', text: '今晚停机。', promotional: false, mandatory: false })
    await city.settle()
    const [got] = (await city.received('push')).filter(r => r.body.title === '停机维护')
    assert.deepEqual([got.body.to, got.body.sdk ?? null], [`token-${name}`, by?.key ?? null])
  })

  test('after all of it the log files hold nothing of the person or the devices', async () => {
    const { mobile_phone, real_name, resident_id_number, email, bank_card_number } = person.person
    const secrets = [mobile_phone, real_name, resident_id_number, email, bank_card_number, person.username, person.subject, person.token, place[name], '12:99:01', '129900000000015', 'AAAAAAAA-1299', 'dev-ios-1299']
    const logs = readdirSync(city.dir).filter(f => f.endsWith('.log') && f.startsWith('server'))
    assert.ok(logs.length > 0)
    for (const f of logs) {
      const text = readFileSync(join(city.dir, f), 'utf8')
      for (const s of secrets) assert.ok(!text.includes(s), `${f} holds ${s}`)
    }
  })
})
