// Unusual logins: what makes one, the second proof, the message with a way to block, and the device that may end an account.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cities, citizen, Client, code, login, password, register, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { Elsewhere, elsewhere } from './elsewhere.mjs'
import { addOfficer, officerOf, openOffice } from './officers.mjs'

const sha256 = text => createHash('sha256').update(text).digest('hex')
const usage = async c => (await c.all('/me/usage'))

for (const name of cities) describe(name, () => {
  let city, officer, account
  const own = name === 'nantong' ? '[NT-1.3.b]' : '[TJ-1.2.1.4.b]'
  before(async () => { city = await startCity({ city: name }); account = addOfficer(city, 'watch', '钱某', 'privacy_officer') })
  const office = async () => { await city.advance('PT31S'); officer = await openOffice(city, account) }
  after(() => city?.stop())
  const enter = (c, person) => c.call('POST', '/sessions', { method: 'password', login: person.username, password })

  test(`${own} ${name}: a login from a new device and network asks a second proof, and is refused without`, async () => {
    const home = await city.client()
    await register(home, await city.person())
    // a new device alone, or a new network alone, is nothing unusual
    const second = await city.client()
    await login(second, home.username)
    // who mistyped four times still has the tries of the second proof
    for (let i = 0; i < 4; i++) await home.call('POST', '/sessions', { method: 'password', login: home.username, password: 'Wrong-pass1' })
    const stranger = await elsewhere(city)
    const p = await enter(stranger, home)
    assert.deepEqual([p.status, p.body.reason], [403, 'second_check_required'])
    const [next] = p.body.next
    assert.deepEqual([next.action, next.way], ['confirm_login', 'sms'])
    assert.ok(p.body.clause)
    const confirm = more => stranger.call('POST', '/sessions', { method: 'confirm', ticket: next.ticket, ...more })
    assert.equal((await confirm({})).status, 403, 'without a proof')
    assert.equal((await confirm({ password })).status, 403, 'the same kind of proof again')
    assert.equal((await confirm({ mobile_phone: home.person.mobile_phone, sms_code: '000000' })).status, 403)
    assert.equal((await stranger.call('GET', '/me')).status, 401)
    // the ticket holds on the installation that got it alone, and is no one else's
    const thief = await elsewhere(city)
    assert.equal((await thief.call('POST', '/sessions', { method: 'confirm', ticket: next.ticket, password })).status, 401)
    assert.equal((await confirm({ ticket: next.ticket.replace(/^./, x => x === 'A' ? 'B' : 'A'), password })).status, 401)
    const sms_code = await code(stranger, home.person.mobile_phone, 'login')
    const done = await confirm({ mobile_phone: home.person.mobile_phone, sms_code })
    assert.equal(done.status, 201)
    stranger.token = done.body.token
    assert.equal((await stranger.ok('GET', '/me')).body.subject_id ?? home.subject, home.subject)
    // known from now on: the same device and network open the next session at once
    const again = Object.assign(new Elsewhere(city), { token: stranger.installation })
    assert.equal((await enter(again, home)).status, 201)
    const entries = await usage(home)
    assert.ok(entries.some(e => JSON.stringify(e).includes('登录风险较高，要求再次验证')), 'the refusal stands in the list')
  })

  test(`${own} ${name}: the person gets a message with time and network, and blocks the device`, async () => {
    const home = await city.client()
    await register(home, await city.person())
    const stranger = await elsewhere(city, { platform: 'android' })
    const before = (await city.sms(home.person.mobile_phone)).length
    const { body } = await enter(stranger, home)
    await city.settle()
    const sent = await until(async () => { const l = await city.sms(home.person.mobile_phone); return l.length > before && l }, 'the short message')
    assert.match(sent[0].text, /异常登录.*安卓设备.*网络地址127\.9\.9\.\*/)
    const [message] = (await home.ok('GET', '/me/messages')).body.items
    assert.equal(message.kind, 'login')
    assert.doesNotMatch(message.text, /127/)
    const { text } = (await home.ok('GET', `/me/messages/${message.id}`)).body
    assert.match(text, /时间：20\d\d-.*\n网络：网络地址127\.9\.9\.\*\n设备：安卓设备\n原因：没有用过的设备、没有用过的网络/)
    const alert = (await home.ok('GET', `/me/login-alerts/${message.ref_id}`)).body
    assert.deepEqual([alert.state, alert.current, alert.device], ['stopped', false, '安卓设备'])
    assert.ok((await usage(home)).some(e => JSON.stringify(e).includes('查看异常登录')), 'reading it is an entry')
    await enter(await elsewhere(city), home)
    assert.deepEqual((await home.turned('/me/login-alerts')).map(a => a.state), ['stopped', 'stopped'])
    // whoever has the code gets in; the person blocks the device, and its session ends at once
    const sms_code = await code(stranger, home.person.mobile_phone, 'login')
    stranger.token = (await stranger.ok('POST', '/sessions', { method: 'confirm', ticket: body.next[0].ticket, mobile_phone: home.person.mobile_phone, sms_code })).body.token
    assert.equal((await stranger.refused('POST', `/me/login-alerts/${message.ref_id}/block`, {})).status, 409, 'not the own device')
    await home.ok('POST', `/me/login-alerts/${message.ref_id}/block`, {})
    assert.equal((await stranger.call('GET', '/me')).status, 401)
    const back = Object.assign(new Elsewhere(city), { token: stranger.installation })
    assert.deepEqual([(await enter(back, home)).status], [423])
    assert.equal((await home.ok('GET', '/me')).status, 200)
    // taking it back needs a second check
    assert.equal((await home.refused('DELETE', `/me/login-alerts/${message.ref_id}/block`)).reason, 'second_check_required')
    await secondCheck(home)
    await home.ok('DELETE', `/me/login-alerts/${message.ref_id}/block`)
    assert.equal((await enter(back, home)).status, 201, 'the person knows it now')
    await office()
    const events = await officer.all('/staff/security-events')
    assert.ok(events.some(e => e.kind === 'abnormal_login' && e.rule === 'not_me' && e.measure === 'device_blocked'))
    assert.ok(events.every(e => e.kind_name && e.rule_name && e.measure_name))
    // another person's alert is nobody else's
    const other = await city.client()
    await register(other, await city.person())
    assert.equal((await other.refused('GET', `/me/login-alerts/${message.ref_id}`)).status, 404)
    assert.equal((await other.refused('POST', `/me/login-alerts/${message.ref_id}/block`, {})).status, 404)
  })

  test(`[TJ-1.2.1.4.a] ${name}: a warning of a partner about the device raises the risk where the city joins partners' warnings`, async () => {
    const home = await city.client({ platform: 'android' })
    await register(home, await city.person())
    await login(Object.assign(home, { token: home.installation }), home.username)
    assert.ok(!(await usage(home)).some(e => JSON.stringify(e).includes('登录时判断账号风险')), 'nothing to compare with: nothing is joined')
    if (name === 'tianjin') {
      await home.ok('PUT', '/permissions/perm_device_info', { state: 'granted' })
      await home.ok('POST', '/installations/current/device', { fields: { imei: '129900000000017' } })
    }
    await city.control('PUT', 'flags', { items: [{ kind: 'device', sha256: sha256('129900000000017'), until_ms: Date.now() + 40 * 86400000 }] })
    await city.advance('PT61M')
    await city.settle()
    const again = Object.assign(new Client(city), { token: home.installation, installation: home.installation })
    const p = await enter(again, home)
    const person = Object.assign(new Client(city), { token: home.token })
    if (name === 'nantong') { // partners share under consent only: not for this
      assert.equal(p.status, 201)
      return
    }
    assert.deepEqual([p.status, p.body.reason], [403, 'second_check_required'])
    const sms_code = await code(again, home.person.mobile_phone, 'login')
    person.token = (await again.ok('POST', '/sessions', { method: 'confirm', ticket: p.body.next[0].ticket, mobile_phone: home.person.mobile_phone, sms_code })).body.token
    const [{ id }] = (await person.ok('GET', '/me/login-alerts')).body.items
    const alert = (await person.ok('GET', `/me/login-alerts/${id}`)).body
    assert.match(alert.reasons, /有关部门提示有风险/)
    const joined = (await usage(person)).filter(e => JSON.stringify(e).includes('登录时判断账号风险'))
    assert.equal(joined.length, 1)
    assert.match(JSON.stringify(joined[0]), /safety/)
    assert.match(JSON.stringify(joined[0]), /imei/)
    // the warning ends on its day
    await city.control('PUT', 'flags', { items: [] })
    await city.advance('PT61M')
    await city.settle()
    again.token = again.installation
    assert.equal((await enter(again, home)).status, 201)
  })

  test(`[TJ-1.2.1.4.c] ${name}: guessing and injection are stopped, and stand in the console as what they are`, async () => {
    const home = await city.client()
    await register(home, await city.person())
    const guesser = await elsewhere(city, { address: '127.8.8.8' })
    const tries = []
    for (let i = 0; i < 6; i++) tries.push((await guesser.call('POST', '/sessions', { method: 'password', login: home.username, password: `Wrong-pass${i}` })).status)
    assert.equal(tries.at(-1), 423)
    const patterns = ["x' OR '1'='1", '1 UNION  SELECT password', '<script>alert(1)</script>', '${jndi:ldap://x}']
    for (const pattern of patterns) {
      const p = await guesser.call('GET', `/services?q=${encodeURIComponent(pattern)}`)
      assert.deepEqual([p.status, p.body.reason], [400, 'invalid_input'], pattern)
      assert.equal((await guesser.call('POST', '/sessions', { method: 'password', login: pattern, password })).status, 400, pattern)
    }
    assert.equal((await guesser.call('GET', '/services?q=' + encodeURIComponent('社保'))).status, 200)
    await office()
    const events = await officer.all('/staff/security-events')
    const found = rule => events.find(e => e.rule === rule)
    assert.deepEqual([found('password_guessing').kind, found('password_guessing').measure], ['brute_force', 'locked'])
    assert.deepEqual([found('injection').kind, found('injection').measure, found('injection').count], ['attack', 'refused', 8])
    assert.equal(found('injection').source, found('password_guessing').source, 'the same source has the same code')
    assert.doesNotMatch(JSON.stringify(events), /127|script|union/i)
  })

  test(`[TJ-1.2.1.4.d] [TJ-1.2.1.4.c] ${name}: a link known as fraud is reported, not kept, and the breach stands in the console with its measure`, async () => {
    const home = await city.client()
    await register(home, await city.person())
    await city.control('PUT', 'flags', { items: [{ kind: 'host', sha256: sha256('zhongjiang.example'), until_ms: Date.now() + 400 * 86400000 }] })
    await city.advance('PT61M')
    await city.settle()
    await login(Object.assign(home, { token: home.installation }), home.username)
    const ask = text => home.call('POST', '/me/requests', { kind: 'explain', text })
    const p = await ask('收到 https://ZhongJiang.example/a?b=1，请核实')
    assert.deepEqual([p.status, p.body.errors[0].field], [400, 'text'])
    assert.match(p.body.errors[0].message, /诈骗链接/)
    assert.equal((await home.ok('GET', '/me/requests')).body.items.length, 0)
    assert.equal((await ask('请说明 https://www.example.cn/ 的规则')).status, 201)
    assert.ok((await usage(home)).some(e => JSON.stringify(e).includes('诈骗链接')))
    await office()
    const events = await officer.all('/staff/security-events')
    const violation = events.find(e => e.kind === 'violation')
    assert.deepEqual([violation.rule, violation.measure, violation.measure_name], ['fraud_link', 'not_stored', '拒绝提交，内容未保存'])
    assert.equal(events.find(e => e.kind === 'phishing').rule, 'fraud_link')
  })

  test(`[TJ-5.4.c] [TJ-5.5.b] ${name}: an outage opens with its cause, the service shows it, the recovery is logged; a cut holds on every server at once`, async () => {
    const service = name === 'tianjin' ? 'social_insurance_query' : 'real_estate_query'
    const c = await citizen(city)
    const fields = name === 'tianjin' ? {} : { real_name: c.person.real_name, resident_id_number: c.person.resident_id_number }
    const query = () => c.call('POST', `/services/${service}/queries`, { fields })
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields })
    const shown = async () => (await c.ok('GET', `/services/${service}`)).body
    const authority = (await shown()).recipients[0].key
    await office()
    const outages = async () => (await officer.ok('GET', '/staff/outages')).body.items.filter(o => o.authority === authority)
    assert.equal((await shown()).outage, null)
    await city.mode(authority, 'down')
    for (let i = 0; i < 3; i++) assert.equal((await query()).status, 502)
    const [outage] = await outages()
    assert.deepEqual([outage.cause, outage.recovered_at, outage.classed_by], ['fault', null, null])
    assert.ok((await shown()).outage.since)
    assert.equal((await officer.refused('PUT', `/staff/outages/${outage.id}`, { cause: 'rain', note: '机房断电' })).status, 400)
    await officer.ok('PUT', `/staff/outages/${outage.id}`, { cause: 'accident', note: '机房断电，已启用备用电源' })
    await city.mode(authority, 'ok')
    assert.equal((await query()).status, 200)
    const [over] = await outages()
    assert.equal(over.cause, 'accident')
    await officer.turned('/staff/outages')
    assert.ok(Date.parse(over.recovered_at) >= Date.parse(over.opened_at))
    assert.equal((await shown()).outage, null)

    const other = await city.another()
    try {
      const there = Object.assign(new Client({ ...city, base: other.base }), { token: c.token })
      const cut = (kind, key) => officer.call('POST', '/staff/cuts', { kind, key, reason: '处置安全事件' })
      const lift = (kind, key) => officer.call('POST', '/staff/cuts/lift', { kind, key, reason: '处置完毕' })
      const received = (await city.received(authority)).length
      assert.equal((await officer.refused('POST', '/staff/cuts', { kind: 'connector', key: authority, reason: ' ' })).status, 400)
      assert.equal((await cut('connector', authority)).status, 204)
      for (const client of [c, there]) assert.equal((await client.call('POST', `/services/${service}/queries`, { fields })).status, 502)
      assert.equal((await city.received(authority)).length, received, 'nothing left the city')
      assert.equal((await outages())[0].cause, 'human')
      assert.equal((await lift('connector', authority)).status, 204)
      assert.equal((await query()).status, 200)
      assert.ok((await outages())[0].recovered_at)

      const auditor = await officerOf(city, 'auditor', '孙某', 'auditor')
      const far = Object.assign(new Client({ ...city, base: other.base }), { token: auditor.token })
      assert.equal((await far.ok('GET', '/staff/outages')).status, 200)
      assert.equal((await auditor.refused('POST', '/staff/cuts', { kind: 'role', key: 'hotline_agent', reason: '处置' })).status, 403)
      assert.equal((await cut('role', 'privacy_officer')).status, 400, 'nobody locks the own role')
      assert.equal((await cut('role', 'auditor')).status, 204)
      for (const client of [auditor, far]) assert.equal((await client.call('GET', '/staff/outages')).status, 423)
      assert.equal((await lift('role', 'auditor')).status, 204)
      assert.equal((await far.call('GET', '/staff/outages')).status, 200)
      assert.equal((await cut('session', 'auditor')).status, 204)
      assert.equal((await far.call('GET', '/staff/outages')).status, 401)
      const { items } = (await officer.ok('GET', '/staff/cuts')).body, records = await officer.turned('/staff/cuts/records')
      assert.deepEqual([items.length, records.map(r => `${r.kind} ${r.action}`)], [0, ['session cut', 'role lift', 'role cut', 'connector lift', 'connector cut']])
    } finally { await other.stop() }
  })

  test(`[TJ-5.6.c] ${name}: whoever keeps a password too long is reminded at the next login`, async () => {
    const home = await city.client()
    await register(home, await city.person())
    const again = async (pass = password) => {
      const c = Object.assign(new Client(city), { token: home.installation })
      const { body } = await c.ok('POST', '/sessions', { method: 'password', login: home.username, password: pass })
      return Object.assign(c, { token: body.token, reminder: body.password_reminder })
    }
    assert.equal((await again()).reminder, false)
    await city.advance('P91D')
    const late = await again()
    assert.equal(late.reminder, true)
    await late.ok('PUT', '/me/password', { password: 'Other-word2026', current_password: password })
    assert.equal((await again('Other-word2026')).reminder, false)
  })
})

test('[TJ-4.3.d] a device that nothing but a login ties to the account does not end it without a code to the own number', async () => {
  const city = await startCity({ city: 'tianjin' })
  try {
    const home = await city.client()
    await register(home, await city.person())
    const second = await city.client()
    await login(second, home.username)
    const { preview_token, scope } = (await second.ok('GET', '/me/cancellation?scope=account')).body
    const end = () => second.call('DELETE', `/me?scope=${scope}&preview_token=${preview_token}`)
    await city.advance('PT11M')
    await secondCheck(second)
    const p = await end()
    assert.deepEqual([p.status, p.body.reason, p.body.clause, p.body.next[0].way], [403, 'second_check_required', 'TJ-4.3.d', 'sms'])
    const sms_code = await code(second, home.person.mobile_phone, 'second_check')
    await second.ok('POST', '/second-checks', { method: 'sms', sms_code })
    assert.equal((await end()).status, 200)
  } finally { await city.stop() }
})
