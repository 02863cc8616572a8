// What the organisation must do: duties on record with their alerts, and the work that is refused without them.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { citizen, Client, dutiesDone, freePort, startCity, tongban, until, withConsents } from './helpers.mjs'
import { totp } from './totp.mjs'

let city, officer, metrics
before(async () => {
  metrics = await freePort()
  city = await startCity({ city: 'nantong', serveArgs: ['--metrics', `127.0.0.1:${metrics}`] })
  officer = await staff('privacy', '--role', 'privacy_officer')
})
after(() => city?.stop())

const now = async () => (await city.control('GET', 'clock?server=duties-reader')).now_ms
const day = async (days = 0) => new Date(await now() + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
const made = new Map()
async function staff(login, ...more) {
  if (!made.has(login)) made.set(login, JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', 'cities', '--login', login, '--name', `${login} 某`, ...more, '--json')))
  const s = new Client(city), { password, totp_secret } = made.get(login)
  await city.advance('PT31S')
  s.token = (await s.ok('POST', '/staff/sessions', { login, password, totp: totp(totp_secret, await now()) })).body.token
  return s
}
const duties = async () => (await officer.ok('GET', '/staff/duties')).body
const one = async key => (await duties()).items.find(d => d.key === key)
const record = async (key, more = {}) => officer.ok('POST', `/staff/duties/${key}/records`, { done_on: await day(), document: '〔2026〕7号', ...more })
const counted = async name => Number(new RegExp(`^tongban_${name} (\\d+)$`, 'm').exec(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text())[1])
const cli = () => {
  const r = spawnSync(tongban, ['duties', '--data', city.data, '--json'], { encoding: 'utf8' })
  return { code: r.status, rows: r.stdout.trim().split('\n').map(l => JSON.parse(l)) }
}

test('[NT-3.3.2.a] [NT-3.3.2.c] duties of the policy are listed, overdue until recorded, with who did them by which document', async () => {
  const before = await duties()
  assert.deepEqual(before.items.map(d => d.key), ['confidentiality_agreement', 'safety_team', 'background_check', 'safety_rules', 'processing_assessment',
    'staff_training', 'staff_confidentiality', 'agreement_breach', 'supervisor_report', 'stop_notice'])
  for (const key of ['safety_team', 'safety_rules', 'processing_assessment']) {
    assert.deepEqual([(await one(key)).state, (await one(key)).done_on], ['expired', null], key)
    const { body } = await record(key, { note: '团队五人，分工见附表' })
    assert.equal(body.recorded_by, 'privacy 某')
    const after = await one(key)
    assert.equal(after.state, 'current')
    assert.equal(after.due_on.slice(0, 10), await day(365))
    const [kept] = (await officer.ok('GET', `/staff/duties/${key}/records`)).body.items
    assert.deepEqual([kept.document, kept.note, kept.staff], ['〔2026〕7号', '团队五人，分工见附表', null])
  }
  assert.equal((await one('stop_notice')).state, 'event')
})

test('what cannot be is refused with its field', async () => {
  const refused = async (body, field, key = 'safety_team') => {
    const p = await officer.refused('POST', `/staff/duties/${key}/records`, body)
    assert.deepEqual([p.status, p.errors[0].field], [400, field])
  }
  await refused({ done_on: await day(2), document: '台账' }, 'done_on')
  await refused({ done_on: '2026-02-30', document: '台账' }, 'done_on')
  await refused({ done_on: await day(), document: '  ' }, 'document')
  await refused({ done_on: await day(), document: '台账', staff: 'privacy' }, 'staff')
  await refused({ done_on: await day(), document: '台账', staff: 'nobody' }, 'staff', 'staff_training')
  assert.equal((await officer.refused('POST', '/staff/duties/nothing/records', { done_on: await day(), document: '台账' })).status, 404)
  const auditor = await staff('auditor', '--role', 'auditor')
  assert.ok((await auditor.ok('GET', '/staff/duties')).body.items.length > 0)
  assert.equal((await auditor.refused('POST', '/staff/duties/safety_team/records', { done_on: await day(), document: '台账' })).status, 403)
})

test('[NT-3.3.3.a] [NT-3.3.3.c] [NT-3.3.2.b] staff without training, undertaking or background check in force open no personal data', async () => {
  const c = await citizen(city)
  const { body } = await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields: { real_name: c.person.real_name, gender: c.person.gender,
    resident_id_number: c.person.resident_id_number, contact_phone: c.person.mobile_phone, email: 'a@example.cn', appeal_content: '小区电梯坏了' } })
  const filed = await until(async () => {
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return k.department && k.state !== 'assigned' ? k : null
  }, 'the delivery')
  const agent = await staff('agent', '--role', 'hotline_agent', '--department', filed.department.key)
  const before = (await c.ok('GET', '/me/usage')).body.items[0].n
  for (const [key, clause] of [['background_check', 'NT-3.3.2.b'], ['staff_training', 'NT-3.3.3.a'], ['staff_confidentiality', 'NT-3.3.3.c']]) {
    for (const [method, path, more] of [['GET', ''], ['POST', '/reveal', { item: 'real_name', reason: '核对诉求人姓名' }]]) {
      const refused = await agent.refused(method, `/staff/cases/${body.id}${path}`, more)
      assert.deepEqual([refused.status, refused.reason, refused.clause], [403, 'not_yours', clause])
    }
    assert.deepEqual((await one(key)).missing, ['agent 某'])
    await record(key, { staff: 'agent' })
    assert.equal((await one(key)).state, 'current')
  }
  assert.equal((await c.ok('GET', '/me/usage')).body.items[0].n, before, 'nothing was shown')
  await agent.ok('GET', `/staff/cases/${body.id}`)

  await city.advance('P366D')
  const later = await staff('agent')
  officer = await staff('privacy')
  assert.equal((await later.refused('GET', `/staff/cases/${body.id}`)).clause, 'NT-3.3.2.b', 'a year later the record has run out')
  const trained = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', 'cities', '--login', 'new', '--name', '新某', '--role', 'hotline_agent',
    '--department', filed.department.key, ...dutiesDone, '--json'))
  assert.ok(trained.totp_secret)
  assert.deepEqual((await officer.ok('GET', '/staff/duties/staff_training/records')).body.items.map(r => r.staff).sort(), ['agent', 'new'])
})

test('[NT-3.3.3.d] whoever has no grant reads no item, by no direct call either', async () => {
  const c = await citizen(city), other = await citizen(city)
  const { body } = await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields: { real_name: c.person.real_name, gender: c.person.gender,
    resident_id_number: c.person.resident_id_number, contact_phone: c.person.mobile_phone, email: 'b@example.cn', appeal_content: '小区围墙破损' } })
  const filed = await until(async () => {
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return k.department && k.state !== 'assigned' ? k : null
  }, 'the delivery')
  const elsewhere = (await c.ok('GET', '/services/hotline_12345')).body.recipients.map(r => r.key).find(k => ![filed.department.key, 'hotline_center'].includes(k))
  // the one of another department, the one of another role in the same department, and the one who may
  for (const [login, role, department] of [['foreign', 'hotline_agent', elsewhere], ['clerk', 'auditor', filed.department.key], ['own', 'hotline_agent', filed.department.key]]) {
    await staff(login, '--role', role, '--department', department)
    if (role === 'hotline_agent') for (const key of ['background_check', 'staff_training', 'staff_confidentiality']) await record(key, { staff: login })
  }
  const foreign = await staff('foreign')
  const own = await staff('own')
  const callers = [foreign, await staff('clerk'), officer, await staff('policy', '--role', 'policy_officer'), await staff('auditor2', '--role', 'auditor'), other, await city.client(), new Client(city)]
  const values = [c.person.real_name, c.person.resident_id_number, c.person.mobile_phone, 'b@example.cn', '围墙破损']
  const before = (await c.ok('GET', '/me/usage')).body.items[0].n
  for (const caller of callers)
    for (const [method, path, more] of [['GET', `/staff/cases/${body.id}`], ['POST', `/staff/cases/${body.id}/reveal`, { item: 'real_name', reason: '核对诉求人姓名' }], ['GET', `/cases/${body.id}`]]) {
      const r = await caller.call(method, path, more)
      assert.ok([401, 403, 404].includes(r.status), `${method} ${path}: ${r.status}`)
      for (const v of values) assert.ok(!r.bytes.toString().includes(v), `${method} ${path}`)
    }
  assert.deepEqual((await foreign.all('/staff/cases')).filter(k => k.id === body.id), [])
  assert.equal((await c.ok('GET', '/me/usage')).body.items[0].n, before, 'nothing was read')
  assert.equal((await own.ok('POST', `/staff/cases/${body.id}/reveal`, { item: 'real_name', reason: '核对诉求人姓名' })).body.value, c.person.real_name)
  assert.ok((await c.ok('GET', '/me/usage')).body.items[0].n > before)
})

test('[NT-3.3.2.a] an overdue duty raises an alert: in the console\'s list, as a number, and as findings of the command', async () => {
  const expired = (await duties()).items.filter(d => d.state === 'expired').map(d => d.key)
  assert.ok(expired.includes('safety_team'), 'recorded a year ago')
  assert.equal(await counted('duties_expired'), expired.length)
  const found = cli() // by the wall clock: what was recorded counts from the day it says
  assert.equal(found.code, 1)
  assert.ok(found.rows.some(r => r.key === 'confidentiality_agreement' && r.state === 'expired'))
  await record('safety_team', { done_on: await day(-360) })
  assert.equal((await one('safety_team')).state, 'soon')
  assert.equal(await counted('duties_soon'), 1)
  await record('safety_team')
  assert.equal((await one('safety_team')).state, 'current')
  assert.equal(await counted('duties_soon'), 0)
})

test('[TJ-5.1.b] [TJ-5.1.d] [TJ-5.3.c] in Tianjin staff without a signed duty in force open nothing, and checks of the sites fall due', async () => {
  const away = city
  city = await startCity({ city: 'tianjin' })
  made.clear()
  try {
    officer = await staff('privacy', '--role', 'privacy_officer')
    const agent = await staff('agent', '--role', 'hotline_agent', '--department', 'population')
    const look = () => agent.refused('GET', '/staff/cases/1234567')
    let p = await look()
    assert.deepEqual([p.status, p.clause], [403, 'TJ-5.3.b'])
    await record('staff_secrecy', { staff: 'agent' })
    p = await look()
    assert.equal(p.status, 404, 'now it is asked whether there is such a case')
    await record('physical_check', { note: '一号机房；门禁、消防、视频；负责人钱某' })
    const check = await one('physical_check')
    assert.deepEqual([check.state, check.due_on.slice(0, 10)], ['current', await day(180)])
    await city.advance('P181D')
    officer = await staff('privacy')
    assert.equal((await one('physical_check')).state, 'expired')
  } finally {
    await city.stop()
    city = away
  }
})
