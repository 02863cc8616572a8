// Registering, logging in, proving again, withdrawing and leaving, in both cities.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID, createHash, verify, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  startCity, register, registrationValues, withConsents, giveConsents, code, login, secondCheck, verifyName,
  password, username, cities, agree,
} from './helpers.mjs'

const problem = (p, status, reason) => {
  assert.equal(p.status, status, JSON.stringify(p))
  assert.equal(p.reason, reason, JSON.stringify(p))
}

// The ids of a person's usage entries by action.
const entries = async (c, action) => (await c.all('/me/usage')).filter(u => u.action === action)

async function registered(city, filter) {
  const c = await city.client()
  await register(c, await city.person(filter))
  return c
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: name }) })
  after(async () => { await city?.stop() })

  test('an unread and unaccepted policy opens nothing [TJ-0.2.b] [NT-0.4.a] [NT-0.4.c]', async () => {
    const c = await city.client({ agreed: false })
    const person = await city.person()
    problem(await c.refused('POST', '/sms-codes', { phone: person.mobile_phone, purpose: 'reset' }), 403, 'consent_required')
    const body = { username: username(), password, mobile_phone: person.mobile_phone }
    const refused = await c.refused('POST', '/accounts', body)
    problem(refused, 403, 'consent_required')
    assert.equal(refused.next[0].action, 'accept_policy')
    assert.ok(refused.clause, 'a refusal by policy names its clause')
    assert.equal((await city.sms(person.mobile_phone)).length, 0)
  })

  test('accepting records four operations with version and time [TJ-0.2.c] [NT-0.4.c]', async () => {
    const c = await city.client({ agreed: false })
    const a = await agree(c)
    assert.deepEqual(a.operations, ['collect', 'use', 'store', 'provide'])
    assert.equal(a.kind, 'express')
    assert.match(a.accepted_at, /\+08:00$/)
    const { items } = (await c.ok('GET', '/acceptances')).body
    assert.equal(items.length, 1)
    assert.equal(items[0].version, a.version)
    problem(await c.refused('POST', '/acceptances', { policy_version: '1999.1' }), 409, 'conflict')
  })

  test('registration takes exactly its items: one missing or one more is refused [TJ-1.1.1.a] [NT-1.1.a]', async () => {
    const c = await city.client()
    const person = await city.person()
    const { wanted } = await registrationValues(c, person)
    for (const item of Object.keys(wanted)) {
      const { [item]: _, ...rest } = wanted
      const p = await c.refused('POST', '/accounts', rest)
      problem(p, 400, 'invalid_input')
      assert.ok(p.errors.some(e => e.field === item), `${item} is named: ${JSON.stringify(p.errors)}`)
    }
    const p = await c.refused('POST', '/accounts', { ...wanted, email: 'extra@example.cn' })
    problem(p, 400, 'invalid_input')
    assert.deepEqual(p.errors.map(e => e.field), ['email'])
    const { body } = await withConsents(c, 'POST', '/accounts', wanted)
    c.token = body.session.token
    const held = (await c.ok('GET', '/me/items')).body.items.map(i => i.key)
    assert.ok(!held.includes('email'))
    assert.ok(!held.includes('password') && !held.includes('sms_code'))
  })

  test('without the separate consent registration keeps nothing and offers it [TJ-0.1.b]', async () => {
    const c = await city.client()
    const { wanted } = await registrationValues(c, await city.person())
    const p = await c.refused('POST', '/accounts', wanted)
    problem(p, 403, 'consent_required')
    const step = p.next.find(n => n.action === 'give_consent')
    assert.equal(step.scope, 'account')
    await c.refused('POST', '/consents', { scope: step.scope, items: step.items, recipient: step.recipient, text_hash: '0'.repeat(64) })
    assert.ok(await giveConsents(c, p.next))
    const { body } = await c.ok('POST', '/accounts', wanted)
    c.token = body.session.token
    assert.ok((await entries(c, 'consent')).length >= 1)
    const { items } = (await c.ok('GET', '/consents')).body
    assert.equal(items.filter(i => i.scope === 'account' && !i.withdrawn_at).length, 1)
    const { text } = (await c.ok('GET', `/consent-texts/${items[0].text_hash}`)).body
    assert.equal(createHash('sha256').update(text).digest('hex'), items[0].text_hash)
  })

  test('logs in by each of the city\'s names, and by no wrong password [TJ-1.1.2.a] [TJ-1.1.2.d]', async () => {
    const c = await registered(city)
    const { features } = (await c.ok('GET', '/city')).body
    const names = { username: c.username, mobile_phone: c.person.mobile_phone, resident_id_number: c.person.resident_id_number }
    for (const name of features.login_names) {
      const d = await city.client()
      const s = await login(d, names[name])
      assert.equal(s.subject_id, c.subject, name)
      assert.equal((await d.ok('GET', '/me')).body.subject_id, c.subject)
    }
    const e = await city.client()
    const wrong = await e.refused('POST', '/sessions', { method: 'password', login: c.username, password: 'Wrong-pass1' })
    const nobody = await e.refused('POST', '/sessions', { method: 'password', login: username(), password: 'Wrong-pass1' })
    problem(wrong, 401, 'login_required')
    assert.deepEqual({ ...wrong }, { ...nobody }, 'known and unknown names get one answer')
  })

  test('repeated wrong passwords lock for a growing time, for known and unknown names alike [TJ-1.1.2.d]', async () => {
    const c = await registered(city)
    for (const name of [c.username, username()]) {
      const d = await city.client()
      const statuses = []
      for (let i = 0; i < 7; i++)
        statuses.push((await d.call('POST', '/sessions', { method: 'password', login: name, password: 'Wrong-pass1' })).status)
      assert.deepEqual(statuses, [401, 401, 401, 401, 401, 423, 423])
    }
    const d = await city.client()
    const locked = await d.call('POST', '/sessions', { method: 'password', login: c.username, password })
    assert.equal(locked.status, 423, 'the right password does not open a locked account')
    assert.ok(Number(locked.headers.get('retry-after')) > 0)
    await city.advance('PT61S')
    c.token = c.installation // the own device: a new one would be asked for more after so many misses
    await login(c, c.username)
    assert.ok((await entries(c, 'login')).some(u => u.decision === 'login_failed'), 'the person sees the attempts')
  })

  test('a code opens the account of its number once [TJ-1.1.2.b] [TJ-1.1.1.f]', async () => {
    const c = await registered(city)
    await city.advance('PT61S')
    const d = await city.client()
    const mine = await code(d, c.person.mobile_phone, 'login')
    const other = await registered(city)
    problem(await d.refused('POST', '/sessions', { method: 'sms', mobile_phone: other.person.mobile_phone, sms_code: mine }), 401, 'login_required')
    problem(await d.refused('POST', '/sessions', { method: 'sms', mobile_phone: c.person.mobile_phone, sms_code: mine === '000000' ? '000001' : '000000' }), 401, 'login_required')
    const { body } = await d.ok('POST', '/sessions', { method: 'sms', mobile_phone: c.person.mobile_phone, sms_code: mine })
    assert.equal(body.subject_id, c.subject)
    const e = await city.client()
    problem(await e.refused('POST', '/sessions', { method: 'sms', mobile_phone: c.person.mobile_phone, sms_code: mine }), 401, 'login_required')
    await city.advance('PT61S')
    const late = await code(e, c.person.mobile_phone, 'login')
    await city.advance('PT5M1S')
    problem(await e.refused('POST', '/sessions', { method: 'sms', mobile_phone: c.person.mobile_phone, sms_code: late }), 401, 'login_required')
  })

  test('asking for a code answers alike for known and unknown numbers, and tells nobody unknown [TJ-1.1.2.d]', async () => {
    const c = await registered(city)
    await city.advance('PT61S')
    const d = await city.client()
    const stranger = await city.person()
    const before = (await city.sms(c.person.mobile_phone)).length
    const known = await d.call('POST', '/sms-codes', { phone: c.person.mobile_phone, purpose: 'login' })
    const unknown = await d.call('POST', '/sms-codes', { phone: stranger.mobile_phone, purpose: 'login' })
    assert.equal(known.status, 202)
    assert.deepEqual([known.status, known.body], [unknown.status, unknown.body])
    await city.settle()
    assert.equal((await city.sms(stranger.mobile_phone)).length, 0)
    assert.equal((await city.sms(c.person.mobile_phone)).length, before + 1)
    const again = await d.call('POST', '/sms-codes', { phone: stranger.mobile_phone, purpose: 'login' })
    assert.equal(again.status, 429)
    assert.ok(Number(again.headers.get('retry-after')) > 0)
  })

  test('a reset needs three items that belong together, and ends the sessions [TJ-1.1.3.a] [TJ-1.1.3.b]', async () => {
    const c = await registered(city)
    const other = await registered(city)
    const d = await city.client()
    const fresh = 'Fresh-word2026'
    await city.advance('PT61S')
    const foreign = await code(d, other.person.mobile_phone, 'reset')
    problem(await d.refused('POST', '/password-resets', { username: c.username, mobile_phone: other.person.mobile_phone, sms_code: foreign, password: fresh }), 400, 'invalid_input')
    const mine = await code(d, c.person.mobile_phone, 'reset')
    const all = { username: c.username, mobile_phone: c.person.mobile_phone, sms_code: mine, password: fresh }
    for (const item of Object.keys(all)) {
      const { [item]: _, ...rest } = all
      problem(await d.refused('POST', '/password-resets', rest), 400, 'invalid_input')
    }
    const token = d.token
    await login(d, c.username)
    d.token = token
    await d.ok('POST', '/password-resets', all)
    problem(await c.refused('GET', '/me'), 401, 'login_required')
    problem(await d.refused('POST', '/sessions', { method: 'password', login: c.username, password }), 401, 'login_required')
    await login(d, c.username, fresh)
  })

  test('changing the password needs the present one and ends other sessions; the old one opens nothing any more [TJ-4.1.2.a] [TJ-4.1.2.b]', async () => {
    const c = await registered(city)
    const d = await city.client()
    await login(d, c.username)
    const state = (await c.ok('GET', '/me/password')).body
    assert.deepEqual([state.set, state.changed_at], [true, null])
    const fresh = 'Second-word2026'
    problem(await c.refused('PUT', '/me/password', { password: fresh }), 400, 'invalid_input')
    problem(await c.refused('PUT', '/me/password', { password: fresh, current_password: 'Wrong-pass1' }), 400, 'invalid_input')
    await c.ok('PUT', '/me/password', { password: fresh, current_password: password })
    problem(await d.refused('GET', '/me'), 401, 'login_required')
    await c.ok('GET', '/me')
    assert.ok((await c.ok('GET', '/me/password')).body.changed_at)
    problem(await d.refused('POST', '/sessions', { method: 'password', login: c.username, password }), 401, 'login_required')
    d.token = d.installation
    assert.equal((await login(d, c.username, fresh)).subject_id, c.subject)
    for (const path of ['/me', '/me/items', '/me/password', '/me/usage'])
      assert.ok(!JSON.stringify((await c.ok('GET', path)).body).includes('argon2'), path)
  })

  test('devices are listed and ended, and a session ends with time [TJ-4.3.g]', async () => {
    const c = await registered(city)
    const d = await city.client({ platform: 'ios' })
    const s = await login(d, c.username)
    const { items } = (await c.ok('GET', '/sessions')).body
    assert.equal(items.length, 2)
    assert.equal(items.find(i => i.id === s.id).platform, 'ios')
    assert.equal(items.filter(i => i.current).length, 1)
    await c.ok('DELETE', `/sessions/${s.id}`)
    problem(await d.refused('GET', '/me'), 401, 'login_required')
    const stranger = await registered(city)
    problem(await stranger.refused('DELETE', `/sessions/${items.find(i => i.current).id}`), 404, 'not_found')
    await city.advance('PT31M')
    problem(await c.refused('GET', '/me'), 401, 'login_required')
  })

  test('sensitive values are masked until a second check, and each showing is an entry [TJ-4.1.1.a] [TJ-4.4.a] [NT-4.1.a] [NT-1.2.1.2.l]', async () => {
    const c = await registered(city)
    await verifyName(c)
    const { items } = (await c.ok('GET', '/me/items')).body
    const whole = JSON.stringify(items)
    for (const value of [c.person.resident_id_number, c.person.mobile_phone, c.person.real_name, c.username])
      assert.ok(!whole.includes(value), 'nothing in clear in the list')
    const key = items.find(i => i.sensitive && i.key.includes('id_number')).key
    const refused = await c.refused('POST', `/me/items/${key}/reveal`, {})
    problem(refused, 403, 'second_check_required')
    assert.ok(refused.clause && refused.next.some(n => n.action === 'confirm_again'))
    problem(await c.refused('POST', '/second-checks', { method: 'password', password: 'Wrong-pass1' }), 403, 'second_check_required')
    problem(await c.refused('POST', `/me/items/${key}/reveal`, {}), 403, 'second_check_required')
    await secondCheck(c)
    const shown = (await c.ok('POST', `/me/items/${key}/reveal`, {})).body
    assert.equal(shown.value, c.person.resident_id_number)
    const entry = (await c.all('/me/usage')).find(u => u.n === shown.usage_n)
    assert.equal(entry.action, 'read')
    assert.deepEqual(entry.items.map(i => i.key), [key])
    assert.ok((await entries(c, 'refuse')).length >= 2, 'refusals are entries')
    await city.advance('PT5M1S')
    problem(await c.refused('POST', `/me/items/${key}/reveal`, {}), 403, 'second_check_required')
  })

  test('a second check is by password or by a code to the own number, and what is sensitive fails without [TJ-5.6.a]', async () => {
    const c = await registered(city)
    const show = () => c.call('POST', '/me/items/mobile_phone/reveal', {})
    const asked = (await show()).body
    problem(asked, 403, 'second_check_required')
    assert.deepEqual(asked.next.map(n => n.action), ['confirm_again'])
    for (const [way, status] of [[{}, 400], [{ method: 'word' }, 400], [{ method: 'password' }, 403], [{ method: 'sms', sms_code: '000000' }, 403], [{ method: 'password', password: 'Wrong-pass1' }, 403]]) {
      assert.equal((await c.call('POST', '/second-checks', way)).status, status, JSON.stringify(way))
      problem((await show()).body, 403, 'second_check_required')
    }
    const other = await registered(city)
    await city.advance('PT61S')
    await c.ok('POST', '/sms-codes', { phone: other.person.mobile_phone, purpose: 'second_check' })
    await city.settle()
    const foreign = (await city.sms(other.person.mobile_phone)).filter(m => m.text.includes('身份验证'))
    assert.equal(foreign.length, 0, 'no code goes to a number of someone else')
    const mine = await code(c, c.person.mobile_phone, 'second_check')
    await c.ok('POST', '/second-checks', { method: 'sms', sms_code: mine })
    assert.equal((await show()).body.value, c.person.mobile_phone)
    await city.advance('PT5M1S')
    problem((await show()).body, 403, 'second_check_required')
    await secondCheck(c)
    assert.equal((await show()).status, 200, 'the password is the other way')
  })

  test('the same person cannot register twice, and of two at once one wins', async () => {
    const person = await city.person()
    const one = await city.client(), two = await city.client()
    const a = await registrationValues(one, person), b = await registrationValues(two, await city.person())
    const field = a.features.register_fields.some(f => f.item === 'username') ? 'username' : 'id_number'
    const both = [[one, a.wanted], [two, { ...b.wanted, [field]: a.wanted[field], real_name: a.wanted.real_name, id_expiry: a.wanted.id_expiry }]]
    const send = async ([c, wanted]) => {
      const only = Object.fromEntries(Object.entries(wanted).filter(([k]) => a.features.register_fields.some(f => f.item === k)))
      const first = await c.call('POST', '/accounts', only)
      return first.status === 403 && await giveConsents(c, first.body.next) ? () => c.call('POST', '/accounts', only) : () => first
    }
    const ready = await Promise.all(both.map(send))
    const answers = await Promise.all(ready.map(f => f()))
    assert.deepEqual(answers.map(r => r.status).sort(), [201, 409], JSON.stringify(answers.map(r => r.body)))
  })

  test('an idempotency key replays its answer and refuses another body', async () => {
    const c = await registered(city)
    const { items } = (await c.ok('GET', '/consents')).body
    const k = items[0]
    const body = { scope: k.scope, items: k.items.map(i => i.key), recipient: k.recipient, text_hash: k.text_hash }
    const key = randomUUID()
    const first = await c.ok('POST', '/consents', body, { key })
    const again = await c.ok('POST', '/consents', body, { key })
    assert.deepEqual(again.body, first.body)
    assert.equal(again.status, first.status)
    assert.equal(again.headers.get('idempotent-replayed'), 'true')
    problem(await c.refused('POST', '/consents', { ...body, items: [body.items[0]] }, { key }), 422, 'idempotency_mismatch')
  })

  test('a repeated login gets the same session, cookie included', async () => {
    const c = await registered(city)
    const d = await city.client()
    const body = { method: 'password', login: c.username, password, transport: 'cookie' }
    const key = randomUUID()
    const first = await d.ok('POST', '/sessions', body, { key })
    const again = await d.ok('POST', '/sessions', body, { key })
    assert.match(first.headers.get('set-cookie'), /^tb_session=s/)
    assert.equal(again.headers.get('set-cookie'), first.headers.get('set-cookie'))
    assert.equal(again.body.id, first.body.id)
    assert.equal((await c.ok('GET', '/sessions')).body.items.length, 2)
  })

  test('unknown members, duplicate members and broken JSON are refused', async () => {
    const c = await city.client({ agreed: false })
    problem(await c.refused('POST', '/installations', { platform: 'web', extra: 1 }), 400, 'invalid_input')
    problem(await c.refused('POST', '/installations', '{"platform":"web","platform":"ios"}'), 400, 'invalid_input')
    problem(await c.refused('POST', '/installations', '{"platform":'), 400, 'invalid_input')
    problem(await c.refused('POST', '/installations', { platform: 'toaster' }), 400, 'invalid_input')
    problem(await c.refused('GET', '/no-such-thing'), 404, 'not_found')
    for (const [method, path] of [['DELETE', '/city'], ['POST', '/no-such-thing']]) {
      const r = await c.call(method, path)
      problem(r.body, r.status, 'not_found')
    }
  })

  test('a cookie session needs the page\'s own origin', async () => {
    const r = await fetch(city.base + '/api/v1/installations', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ platform: 'web', transport: 'cookie' }) })
    const cookie = r.headers.get('set-cookie')
    assert.match(cookie, /^tb_installation=.*HttpOnly; SameSite=Strict/)
    assert.equal((await r.json()).token, undefined)
    const put = origin => fetch(city.base + '/api/v1/permissions/perm_location', {
      method: 'PUT', body: JSON.stringify({ state: 'granted' }),
      headers: { 'content-type': 'application/json', cookie: cookie.split(';')[0], ...(origin ? { origin } : {}) } })
    assert.equal((await (await put()).json()).reason, 'not_yours')
    assert.equal((await (await put('http://evil.example')).json()).reason, 'not_yours')
    assert.equal((await (await put(city.base)).json()).reason, 'consent_required')
    const page = await fetch(city.base + '/policy')
    assert.match(page.headers.get('content-security-policy'), /default-src 'self'/)
    assert.match(await page.text(), /id="policy-end"/)
  })

  test('permissions are off until switched on, and can be taken back [TJ-1.1.4.f] [TJ-1.1.4.h] [TJ-4.2.2] [TJ-4.2.1.c]', async () => {
    const c = await registered(city)
    const { items } = (await c.ok('GET', '/permissions')).body
    assert.ok(items.length > 0 && items.every(p => p.state === 'unset'))
    const on = (await c.ok('PUT', '/permissions/perm_location', { state: 'granted' })).body
    assert.ok(on.changed_at)
    const find = async () => (await c.ok('GET', '/permissions')).body.items.find(p => p.key === 'perm_location').state
    assert.equal(await find(), 'granted')
    await c.ok('PUT', '/permissions/perm_location', { state: 'denied' })
    assert.equal(await find(), 'denied')
    assert.ok((await entries(c, 'withdraw')).length === 1)
    problem(await c.refused('PUT', '/permissions/perm_none', { state: 'granted' }), 404, 'not_found')
    await c.ok('PUT', '/permissions/perm_location', { state: 'granted' })
    await c.ok('DELETE', '/installations/current')
    c.token = c.installation
    problem(await c.refused('GET', '/permissions'), 401, 'login_required')
  })

  test('withdrawing a consent ends it once and keeps what was done [TJ-4.2.3.a] [TJ-4.2.3.b] [NT-4.4.c]', async () => {
    const c = await registered(city)
    const { items } = (await c.ok('GET', '/consents')).body
    const k = items.find(i => i.scope === 'account' && !i.withdrawn_at)
    const stranger = await registered(city)
    problem(await stranger.refused('DELETE', `/consents/${k.id}`), 404, 'not_found')
    const before = (await c.all('/me/usage')).length
    const { body } = await c.ok('DELETE', `/consents/${k.id}`)
    assert.ok(body.stops.length && body.keeps.length)
    assert.ok((await c.ok('GET', '/consents')).body.items.find(i => i.id === k.id).withdrawn_at)
    problem(await c.refused('DELETE', `/consents/${k.id}`), 404, 'not_found')
    const usage = await c.all('/me/usage')
    assert.equal(usage.length, before + 1)
    assert.equal(usage[0].action, 'withdraw')
  })

  test('reading while grants change waits its turn, and every act keeps its number', async () => {
    const c = await registered(city)
    const acts = Array.from({ length: 16 }, (_, i) => i % 4 ? c.call('GET', i % 2 ? '/me' : '/me/items')
      : c.call('PUT', '/permissions/perm_location', { state: i % 8 ? 'granted' : 'denied' }))
    assert.deepEqual((await Promise.all(acts)).map(r => r.status), acts.map(() => 200))
    const usage = await c.all('/me/usage')
    assert.deepEqual(usage.map(u => u.n), usage.map((_, i) => usage.length - i))
  })

  test('the usage list has no holes, receipts exist, and others see none of it', async () => {
    const c = await registered(city)
    const usage = await c.all('/me/usage')
    assert.deepEqual(usage.map(u => u.n), usage.map((_, i) => usage.length - i))
    const head = (await c.ok('GET', '/me/usage/head')).body
    assert.equal(Number(head.n), usage.length)
    const receipt = (await c.ok('GET', `/me/usage/${usage[0].n}/receipt`)).body
    assert.equal(Number(receipt.n), usage[0].n)
    problem(await c.refused('GET', `/me/usage/${usage.length + 50}/receipt`), 404, 'not_found')
    const page = (await c.ok('GET', '/me/usage?limit=1')).body
    assert.equal(page.items.length, 1)
    assert.ok(page.next)
  })

  test('correcting an item: what one may change alone is changed, confirmed ones are not', async () => {
    const c = await registered(city)
    await verifyName(c)
    await withConsents(c, 'PUT', '/me/items/email', { value: 'Citizen@Example.cn' })
    const email = (await c.ok('GET', '/me/items')).body.items.find(i => i.key === 'email')
    assert.ok(email.masked && !email.masked.includes('itizen'))
    const p = await c.refused('PUT', '/me/items/real_name', { value: '某某' })
    problem(p, 403, 'not_declared')
    assert.ok(p.clause)
  })

  test('a changed number takes a second check that is passed, and a code, and the old one finds nobody [TJ-4.4.b]', async () => {
    const c = await registered(city)
    const fresh = (await city.person()).mobile_phone
    const old = c.person.mobile_phone
    problem(await c.refused('PUT', '/me/items/mobile_phone', { value: fresh }), 403, 'second_check_required')
    problem(await c.refused('POST', '/second-checks', { method: 'password', password: 'Wrong-pass1' }), 403, 'second_check_required')
    problem(await c.refused('PUT', '/me/items/mobile_phone', { value: fresh, sms_code: await code(c, fresh, 'bind') }), 403, 'second_check_required')
    assert.equal((await login(await city.client(), old)).subject_id, c.subject, 'nothing was changed')
    await secondCheck(c)
    await city.advance('PT61S')
    problem(await c.refused('PUT', '/me/items/mobile_phone', { value: fresh }), 400, 'invalid_input')
    const digits = await code(c, fresh, 'bind')
    await c.ok('PUT', '/me/items/mobile_phone', { value: fresh, sms_code: digits })
    const d = await city.client()
    assert.equal((await login(d, fresh)).subject_id, c.subject)
    const e = await city.client()
    problem(await e.refused('POST', '/sessions', { method: 'password', login: old, password }), 401, 'login_required')
  })

  test('cancellation: page, second check, end, certificate, and an empty account afterwards [TJ-4.3.b] [TJ-4.3.e] [TJ-4.3.f] [TJ-4.3.g] [TJ-4.4.d] [TJ-4.2.1.a] [TJ-4.2.1.d] [NT-4.5.b] [NT-4.5.c] [NT-1.1.d]', async () => {
    const c = await registered(city)
    await verifyName(c)
    const { features } = (await c.ok('GET', '/city')).body
    const scope = features.cancel_scopes.at(-1).key
    problem(await c.refused('GET', '/me/cancellation'), 400, 'invalid_input')
    problem(await c.refused('GET', '/me/cancellation?scope=everything'), 400, 'invalid_input')
    const preview = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    assert.ok(preview.ends.length >= 2 && preview.effects.length >= 3)
    assert.ok(preview.keeps.every(k => k.rule && k.until))
    problem(await c.refused('DELETE', `/me?scope=${scope}`), 400, 'invalid_input')
    const path = `/me?scope=${scope}&preview_token=${preview.preview_token}`
    problem(await c.refused('DELETE', path), 403, 'second_check_required')
    await secondCheck(c)
    problem(await c.refused('DELETE', path.replace(/.$/, x => x === 'A' ? 'Q' : 'A')), 400, 'invalid_input')
    const text = (await c.ok('DELETE', path)).bytes.toString()
    const certificate = JSON.parse(text)

    assert.deepEqual(certificate.ended.map(e => e.scope).sort(), preview.ends.map(e => e.scope).sort())
    const signed = text.slice(0, text.indexOf(',"hash"')) + '}'
    assert.equal(createHash('sha256').update(signed).digest('hex'), certificate.hash)
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(certificate.public_key, 'base64').toString('base64url') }, format: 'jwk' })
    assert.ok(verify(null, Buffer.from(signed), key, Buffer.from(certificate.signature, 'base64')))

    problem(await c.refused('GET', '/me'), 401, 'login_required')
    problem(await c.refused('DELETE', path), 401, 'login_required')
    const d = await city.client()
    for (const name of [c.username, c.person.mobile_phone])
      problem(await d.refused('POST', '/sessions', { method: 'password', login: name, password }), 401, 'login_required')
    const before = (await city.sms(c.person.mobile_phone)).length
    await city.advance('PT61S')
    await d.ok('POST', '/sms-codes', { phone: c.person.mobile_phone, purpose: 'login' })
    await city.settle()
    assert.equal((await city.sms(c.person.mobile_phone)).length, before, 'no message goes out to an ended account')

    const e = await city.client()
    await register(e, c.person)
    assert.notEqual(e.subject, c.subject)
    assert.ok((await e.all('/me/usage')).length < 12)
    assert.equal((await e.ok('GET', '/cases')).body.items.length, 0)
  })

  test('no value of a person stands in the server\'s log', async () => {
    const c = await registered(city)
    await verifyName(c)
    await c.call('GET', '/me/items')
    const log = readFileSync(city.log, 'utf8')
    for (const value of [c.person.mobile_phone, c.person.resident_id_number, c.person.real_name, c.username, password, c.token])
      assert.ok(!log.includes(value))
  })
})

describe('tianjin only', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'tianjin' }) })
  after(async () => { await city?.stop() })

  const fill = async (c, person, change = {}) => {
    const { wanted } = await registrationValues(c, person)
    return { ...wanted, ...change }
  }

  test('identity is compared with the population register under a recorded consent [TJ-1.1.1.d]', async () => {
    const c = await city.client()
    const [person, other] = [await city.person(), await city.person()]
    const wanted = await fill(c, person, { real_name: other.real_name === person.real_name ? '某某' : other.real_name })
    const first = await c.refused('POST', '/accounts', wanted)
    problem(first, 403, 'consent_required')
    assert.equal((await city.received('population')).length, 0, 'nothing is sent before the consent')
    await giveConsents(c, first.next)
    const refused = await c.refused('POST', '/accounts', wanted)
    problem(refused, 409, 'conflict')
    // the document alone is named, whatever differs: who tries out other people's documents learns nothing
    assert.deepEqual(refused.errors.map(e => e.field), ['id_number'])
    const [got] = await city.received('population')
    assert.ok(got)
    await city.advance('PT61S')
    const d = await city.client()
    await register(d, person)
    const share = (await entries(d, 'share'))[0]
    assert.equal(share.recipient, 'population')
    assert.equal(share.basis, 'consent')
    assert.equal((await entries(d, 'sent'))[0].decision, 'sent')
    assert.equal((await d.ok('GET', '/me')).body.realname_level, 1)
  })

  test('without login no name is proven and no housing fund is asked about [TJ-1.1.2.h] [TJ-1.1.2.j]', async () => {
    const person = await city.person({ insured: true })
    const nobody = await city.client({ agreed: false }), guest = await city.client()
    nobody.token = null
    const before = [(await city.received('population')).length, (await city.received('housing_fund')).length]
    for (const c of [nobody, guest])
      for (const [path, body] of [['/realname/number', { real_name: person.real_name, id_type: 'resident_card', id_number: person.resident_id_number }],
        ['/services/housing_fund_withdrawal_query/queries', { fields: {} }]])
        problem(await c.refused('POST', path, body), 401, 'login_required')
    assert.deepEqual([(await city.received('population')).length, (await city.received('housing_fund')).length], before)
    const shown = (await guest.ok('GET', '/services/housing_fund_withdrawal_query')).body
    assert.equal(shown.level, 'realname')
    assert.deepEqual(shown.missing.map(n => n.action), ['log_in'])
  })

  test('who proves the name is compared by a body with a legal basis, and a pair that does not fit is refused [TJ-1.1.5.d]', async () => {
    const c = await registered(city)
    const fits = { real_name: c.person.real_name, id_number: c.person.resident_id_number }
    const stranger = await city.person()
    const wrong = { ...fits, real_name: stranger.real_name === fits.real_name ? '某某' : stranger.real_name }
    await secondCheck(c)
    const before = (await city.received('population')).length
    await giveConsents(c, (await c.refused('POST', '/realname/number', wrong)).next)
    const refused = await c.refused('POST', '/realname/number', wrong)
    assert.equal(refused.status, 409, JSON.stringify(refused))
    assert.ok((await city.received('population')).length > before)
    const call = (await c.all('/me/usage')).find(u => u.action === 'share' && u.service === 'realname_number')
    assert.deepEqual([call.recipient, call.recipient_name], ['population', '天津市公安局人口服务管理机构'])
    assert.deepEqual(call.items.map(i => i.key).sort(), ['id_number', 'real_name'])
    const k = (await c.ok('GET', '/consents')).body.items.find(i => i.scope === 'realname_number' && !i.withdrawn_at)
    const { text } = (await c.ok('GET', `/consent-texts/${k.text_hash}`)).body
    assert.match(text, /提供的依据：《居民身份证法》/)
  })

  test('a wrong check digit is refused at once [TJ-1.1.1.d]', async () => {
    const c = await city.client()
    const person = await city.person()
    const digit = person.resident_id_number.at(-1)
    const wanted = await fill(c, person, { id_number: person.resident_id_number.slice(0, 17) + (digit === '1' ? '2' : '1') })
    const p = await c.refused('POST', '/accounts', wanted)
    problem(p, 400, 'invalid_input')
    assert.ok(p.errors.some(e => e.field === 'id_number'))
  })

  test('someone below 18 by document number is held back until a guardian agreed [TJ-6.2.a]', async () => {
    const [minor] = await city.people({ age_lt: 17 })
    const c = await city.client()
    const wanted = await fill(c, minor)
    const before = (await city.received('population')).length
    const first = await c.call('POST', '/accounts', wanted)
    const p = first.body.reason === 'consent_required' && await giveConsents(c, first.body.next)
      ? await c.refused('POST', '/accounts', wanted) : { status: first.status, ...first.body }
    problem(p, 403, 'guardian_required')
    assert.ok(p.clause && p.next.some(n => n.action === 'ask_guardian'))
    assert.equal((await city.received('population')).length, before, 'nothing about the child is sent')
  })

  test('a code is bound to its number and works once [TJ-1.1.1.f]', async () => {
    const [one, two] = [await city.person(), await city.person()]
    const c = await city.client()
    const wanted = await fill(c, one)
    const foreign = await fill(c, two, { sms_code: wanted.sms_code })
    const first = await c.refused('POST', '/accounts', foreign)
    await giveConsents(c, first.next)
    const p = await c.refused('POST', '/accounts', foreign)
    problem(p, 400, 'invalid_input')
    assert.deepEqual(p.errors.map(e => e.field), ['sms_code'])
    await c.ok('POST', '/accounts', wanted)
    await giveConsents(c, first.next) // the first ones have become the person's
    problem(await c.refused('POST', '/accounts', wanted), 400, 'invalid_input')
  })

  test('an authority that is down stops registration and leaves nothing behind', async () => {
    const person = await city.person()
    const c = await city.client()
    const wanted = await fill(c, person)
    const first = await c.refused('POST', '/accounts', wanted)
    await giveConsents(c, first.next)
    await city.mode('population', 'down')
    problem(await c.refused('POST', '/accounts', wanted), 502, 'authority_unavailable')
    await city.mode('population', 'ok')
    await city.advance('PT61S')
    await register(await city.client(), person)
  })

  test('just after a change of password the account cannot be cancelled [TJ-4.3.c]', async () => {
    const c = await registered(city)
    await c.ok('PUT', '/me/password', { password: 'Second-word2026', current_password: password })
    await c.ok('POST', '/second-checks', { method: 'password', password: 'Second-word2026' })
    const preview = (await c.ok('GET', '/me/cancellation?scope=account')).body
    problem(await c.refused('DELETE', `/me?scope=account&preview_token=${preview.preview_token}`), 409, 'conflict')
  })
})

describe('nantong only', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'nantong' }) })
  after(async () => { await city?.stop() })

  test('agreeing takes the reading that the city demands [NT-0.4.b]', async () => {
    const c = await city.client({ agreed: false })
    const policy = (await c.ok('GET', '/policy/current')).body
    assert.equal(policy.reading_required, true)
    const give = token => c.refused('POST', '/acceptances', { policy_version: policy.version, ...(token ? { reading_token: token } : {}) })
    problem(await give(), 403, 'consent_required')
    problem(await give(policy.reading_token), 403, 'consent_required')
    await city.advance('PT6S')
    const other = await city.client({ agreed: false })
    problem(await other.refused('POST', '/acceptances', { policy_version: policy.version, reading_token: policy.reading_token }), 403, 'consent_required')
    await c.ok('POST', '/acceptances', { policy_version: policy.version, reading_token: policy.reading_token })
  })

  test('until the number is confirmed it finds nobody, and then it belongs to one account', async () => {
    const person = await city.person()
    const make = async () => {
      const c = await city.client()
      const { wanted } = await registrationValues(c, person)
      const { body } = await withConsents(c, 'POST', '/accounts', wanted)
      c.token = body.session.token
      assert.deepEqual(body.next, [{ action: 'bind_phone' }])
      return c
    }
    const one = await make(), two = await make()
    const d = await city.client()
    problem(await d.refused('POST', '/sessions', { method: 'password', login: person.mobile_phone, password }), 401, 'login_required')
    await one.ok('POST', '/me/phone', { sms_code: await code(one, person.mobile_phone, 'bind') })
    await city.advance('PT61S')
    problem(await two.refused('POST', '/me/phone', { sms_code: await code(two, person.mobile_phone, 'bind') }), 409, 'conflict')
    await login(d, person.mobile_phone)
  })

  test('a mismatch at the bank stops the proof of the name, and nothing of it is kept [NT-1.2.1.2.f] [NT-1.2.1.2.g] [NT-1.2.1.2.i]', async () => {
    const c = await registered(city)
    const p = c.person
    const all = { real_name: p.real_name, resident_id_number: p.resident_id_number, bank_card_number: p.bank_card_number, bank_reserved_mobile: p.bank_reserved_mobile }
    for (const item of Object.keys(all)) {
      const { [item]: _, ...rest } = all
      const refused = await c.refused('POST', '/realname/bankcard', rest)
      problem(refused, 400, 'invalid_input')
      assert.deepEqual(refused.errors.map(e => e.field), [item])
    }
    problem(await c.refused('POST', '/realname/bankcard', { ...all, email: 'a@b.cn' }), 400, 'invalid_input')
    const other = await city.person()
    const wrong = { ...all, bank_reserved_mobile: other.mobile_phone }
    const first = await c.refused('POST', '/realname/bankcard', wrong)
    await giveConsents(c, first.next)
    problem(await c.refused('POST', '/realname/bankcard', wrong), 409, 'conflict')
    assert.equal((await c.ok('GET', '/me')).body.realname_level, 0)
    const held = (await c.ok('GET', '/me/items')).body.items.map(i => i.key)
    assert.ok(!held.includes('bank_card_number') && !held.includes('resident_id_number'))
    await c.ok('POST', '/realname/bankcard', all)
    assert.equal((await c.ok('GET', '/me')).body.realname_level, 2)
    problem(await c.refused('POST', '/realname/bankcard', all), 409, 'conflict')
    problem(await c.refused('POST', '/realname/number', { real_name: p.real_name, id_number: p.resident_id_number }), 404, 'not_found')
  })

  test('a minor is held back at the proof of the name [NT-5.1.a]', async () => {
    const [minor] = await city.people({ age_lt: 17 })
    const c = await city.client()
    await register(c, minor)
    const body = { real_name: minor.real_name, resident_id_number: minor.resident_id_number, bank_card_number: minor.bank_card_number ?? '6222021234567890128', bank_reserved_mobile: minor.mobile_phone }
    const p = await c.refused('POST', '/realname/bankcard', body)
    problem(p, 403, 'guardian_required')
    assert.ok((await entries(c, 'refuse')).some(u => u.decision === 'guardian_required'))
  })
})
