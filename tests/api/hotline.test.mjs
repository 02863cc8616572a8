// The 12345 appeal, from the person to the department and back, and what staff see of it.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Client, dutiesDone, register, startCity, until, withConsents } from './helpers.mjs'
import { totp } from './totp.mjs'

let city, c
const five = ['real_name', 'gender', 'resident_id_number', 'contact_phone', 'email']

function appeal(person, text = '小区门口的路灯坏了三天，晚上行走不便，请派人维修。') {
  return {
    real_name: person.real_name, gender: person.gender, resident_id_number: person.resident_id_number,
    contact_phone: person.mobile_phone, email: person.email, appeal_content: text,
  }
}

// A JPEG with a place in it, and one of a comment.
function photo() {
  const exif = Buffer.concat([Buffer.from('Exif\0\0II*\0', 'latin1'), Buffer.from([8, 0, 0, 0, 0, 0]), Buffer.from('GPS 31.98N 120.89E')])
  const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body])
  return Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, exif), segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56]), Buffer.from([0xff, 0xd9])])
}

async function upload(client, source = 'album') {
  const { body } = await client.ok('POST', `/attachments?service=hotline_12345&source=${source}`, photo(),
    { raw: true, headers: { 'content-type': 'image/jpeg' } })
  return body.id
}

async function received(department) {
  return (await city.received(department)).filter(r => r.path.endsWith('cases'))
}

before(async () => {
  city = await startCity({ city: 'nantong' })
  c = await city.client()
  await register(c, await city.person())
})
after(() => city?.stop())

test('[NT-1.2.1.3.a] each of the five items is needed, and a sixth is refused', async () => {
  for (const item of five) {
    const { [item]: left, ...rest } = appeal(c.person)
    const r = await c.refused('POST', '/services/hotline_12345/cases', { fields: rest })
    assert.equal(r.status, 400)
    assert.deepEqual(r.errors.map(e => e.field), [item])
  }
  const r = await c.refused('POST', '/services/hotline_12345/cases', { fields: { ...appeal(c.person), home_address: '某路 1 号' } })
  assert.equal(r.status, 403)
  assert.equal(r.reason, 'not_declared')
  assert.match(r.clause, /^NT-1\.2\.1\.3/)
})

test('[NT-A.7.4] sensitive items need a consent of their own that names items, purpose and recipient', async () => {
  const r = await c.refused('POST', '/services/hotline_12345/cases', { fields: appeal(c.person) })
  assert.equal(r.reason, 'consent_required')
  const step = r.next.find(n => n.action === 'give_consent')
  assert.ok(step.items.includes('resident_id_number'))
  assert.equal(step.recipient, 'hotline_center')
  const wrong = await c.refused('POST', '/consents', { scope: step.scope, items: step.items, recipient: step.recipient, text_hash: '0'.repeat(64) })
  assert.equal(wrong.status, 400)
  assert.equal((await city.received('hotline_center')).length, 0)
})

test('[NT-1.2.2.4.c] [NT-1.2.2.4.d] a photo needs the permission of its source, and closing it ends uploads at once', async () => {
  const refused = () => c.refused('POST', '/attachments?service=hotline_12345&source=album', photo(), { raw: true, headers: { 'content-type': 'image/jpeg' } })
  const r = await refused()
  assert.equal(r.reason, 'permission_required')
  const step = r.next.find(n => n.action === 'grant_permission')
  await c.ok('PUT', `/permissions/${step.permission}`, { state: 'granted' })
  const got = await withConsents(c, 'POST', '/consents', await offer())
  assert.ok(got.body.id)
  await upload(c)
  await c.ok('PUT', `/permissions/${step.permission}`, { state: 'denied' })
  assert.equal((await refused()).reason, 'permission_required')
  await c.ok('PUT', `/permissions/${step.permission}`, { state: 'granted' })
})

async function offer() {
  const { consent } = (await c.ok('GET', '/services/hotline_12345')).body
  return { scope: consent.scope, items: consent.items, recipient: consent.recipient, text_hash: consent.text_hash }
}

test('[NT-1.2.1.3.b] [NT-1.2.1.3.c] [NT-2.1.9.3] [NT-1.2.1.4.b] the chosen department alone gets the five, and its reply and call back come home', async () => {
  const id = await upload(c)
  const { body } = await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields: appeal(c.person), attachments: [id] })
  assert.equal(body.state, 'submitted')
  await city.settle()
  const filed = await until(async () => {
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return k.department && k.state !== 'assigned' ? k : null
  }, 'delivery to a department')

  const service = (await c.ok('GET', '/services/hotline_12345')).body
  for (const d of service.recipients.map(r => r.key).filter(k => k !== 'hotline_center')) {
    const got = (await received(d)).filter(r => r.body.number === body.number)
    assert.equal(got.length, d === filed.department.key ? 1 : 0, d)
    if (d !== filed.department.key) continue
    assert.deepEqual(Object.keys(got[0].body.items).sort(), [...five].sort())
    assert.equal(got[0].body.items.contact_phone, c.person.mobile_phone)
    const picture = Buffer.from(got[0].body.attachments[0].base64, 'base64')
    assert.ok(!picture.includes('GPS'), 'the place in the photo was removed')
    assert.ok(picture.includes(Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56])), 'its pixels were not')
  }
  // the centre saw the text alone
  for (const r of await city.received('hotline_center'))
    for (const item of five) assert.ok(!JSON.stringify(r.body).includes(appeal(c.person)[item]) || item === 'gender', item)

  const done = await until(async () => {
    await city.advance('PT1M')
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return k.follow_up ? k : null
  }, 'the call back')
  assert.ok(done.reply.length > 0)
  assert.deepEqual(done.events.map(e => e.kind), ['submitted', 'assigned', 'delivered', 'replied', 'followed_up'])
  const shares = (await c.all('/me/usage')).filter(u => u.action === 'share' && u.recipient === filed.department.key)
  assert.equal(shares.length, 1)
  assert.ok(shares[0].items.some(i => i.key === 'album_image'), 'the photo is entered like the rest')
  const listed = (await c.all('/cases')).find(k => k.id === body.id)
  assert.deepEqual([listed.number, listed.service, listed.state], [body.number, 'hotline_12345', 'followed_up'], 'the list of matters names its state')
  const other = await city.client()
  await register(other, await city.person())
  assert.deepEqual(await other.all('/cases'), [])
  assert.equal((await other.refused('GET', `/cases/${body.id}`)).status, 404)
})

test('an appeal filed while the department is down is delivered later, exactly once', async () => {
  const text = '公交站台的遮雨棚漏水，请维修。'
  const departments = (await c.ok('GET', '/services/hotline_12345')).body.recipients.map(r => r.key).filter(k => k !== 'hotline_center')
  for (const d of departments) await city.mode(d, 'down')
  const { body } = await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields: appeal(c.person, text) })
  await until(async () => ((await c.ok('GET', `/cases/${body.id}`)).body.state === 'assigned'), 'the choice of a department')
  await city.advance('PT1M')
  for (const d of departments) await city.mode(d, 'ok')
  const filed = await until(async () => {
    await city.advance('PT10M')
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return ['delivered', 'replied', 'followed_up'].includes(k.state) ? k : null
  }, 'delivery after the outage')
  const got = (await received(filed.department.key)).filter(r => r.body.number === body.number && r.executed !== false)
  assert.equal(got.length, 1)
})

test('[TJ-5.3.d] [NT-3.3.2.i] [NT-3.3.2.h] staff see their own department, masked; a value needs a reason that the citizen reads', async () => {
  const mine = (await c.all('/cases')).find(k => k.state === 'followed_up')
  const department = mine.department.key
  const staff = async (login, ...more) => {
    const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', 'cities', '--login', login, '--name', '承办员 李某', ...dutiesDone, ...more, '--json'))
    const s = new Client(city)
    const answer = await s.ok('POST', '/staff/sessions', { login, password: made.password, totp: totp(made.totp_secret, await now()) })
    s.token = answer.body.token
    return s
  }
  const own = await staff('own', '--role', 'hotline_agent', '--department', department)
  const list = await own.all('/staff/cases')
  assert.ok(list.some(k => k.id === mine.id))
  const seen = (await own.ok('GET', `/staff/cases/${mine.id}`)).body
  const masked = Object.fromEntries(seen.items.map(i => [i.key, i.masked]))
  for (const item of ['real_name', 'resident_id_number', 'contact_phone', 'email']) {
    assert.ok(masked[item], item)
    assert.notEqual(masked[item], appeal(c.person)[item])
  }
  const course = (await c.ok('GET', `/cases/${mine.id}`)).body
  assert.deepEqual(seen.events.map(e => e.kind), course.events.map(e => e.kind))
  assert.deepEqual(seen.events.filter(e => e.text).map(e => [e.kind, e.text]), [['replied', course.reply]])
  assert.equal((await own.refused('POST', `/staff/cases/${mine.id}/reveal`, { item: 'contact_phone', reason: '看' })).status, 400)
  const shown = (await own.ok('POST', `/staff/cases/${mine.id}/reveal`, { item: 'contact_phone', reason: '需要电话核实路灯位置' })).body
  assert.equal(shown.value, c.person.mobile_phone)
  const entry = (await c.all('/me/usage')).find(u => u.n === shown.usage_n)
  assert.equal(entry.actor.kind, 'staff')
  assert.equal(entry.actor.name, '承办员 李某')
  assert.equal(entry.note, '需要电话核实路灯位置')
  assert.deepEqual(entry.items.map(i => i.key), ['contact_phone'])

  const service = (await c.ok('GET', '/services/hotline_12345')).body
  const elsewhere = service.recipients.map(r => r.key).find(k => k !== department && k !== 'hotline_center')
  const other = await staff('other', '--role', 'hotline_agent', '--department', elsewhere)
  assert.equal((await other.refused('GET', `/staff/cases/${mine.id}`)).status, 404)
  assert.equal((await other.refused('POST', `/staff/cases/${mine.id}/reveal`, { item: 'contact_phone', reason: '需要电话核实' })).status, 404)
  const auditor = await staff('auditor', '--role', 'auditor')
  assert.equal((await auditor.refused('GET', '/staff/cases')).status, 403)

  await city.advance('PT16M')
  assert.equal((await own.refused('GET', '/staff/cases')).status, 401)
})

const now = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms

test('a withdrawn consent stops the next appeal, and the service asks again [NT-4.4.b]', async () => {
  const given = (await c.all('/consents')).filter(k => k.scope === 'hotline_12345' && !k.withdrawn_at)
  assert.ok(given.length > 0)
  for (const k of given) await c.ok('DELETE', `/consents/${k.id}`)
  const r = await c.refused('POST', '/services/hotline_12345/cases', { fields: appeal(c.person) })
  assert.equal(r.reason, 'consent_required')
})

