// Typed or filled in: what may be fetched in the place of typing, after a tick of its own; the server knows where it came from.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, code, giveConsents, login, register, registrationValues, secondCheck, withConsents, password } from './helpers.mjs'

let city
before(async () => { city = await startCity({ city: 'tianjin' }) })
after(() => city?.stop())

const offer = async (c, source) => (await c.ok('GET', '/city')).body.features.prefills.find(p => p.source === source)
const sim = async phone => (await city.control('POST', 'sims', { phone })).number_token
const fetchNumber = async (c, form, phone) => (await c.ok('POST', '/prefills',
  { form, source: 'number', text_hash: (await offer(c, 'number')).consent.text_hash, number_token: await sim(phone) })).body.items[0].value
const entries = async c => (await c.ok('GET', '/me/usage?limit=100')).body.items
const origins = async c => Object.fromEntries((await c.all('/me/items')).map(i => [i.key, i]))

// Registers with a number that was fetched on a tick.
async function registerFetched(c, person) {
  assert.equal(await fetchNumber(c, 'register', person.mobile_phone), person.mobile_phone)
  return register(c, person)
}

describe('the number of this phone', () => {
  test('[TJ-1.1.1.b] typed and fetched are told apart, and no word of the client counts', async () => {
    const typed = await city.client(), fetched = await city.client()
    await register(typed, await city.person())
    await registerFetched(fetched, await city.person())
    const mine = await origins(typed), theirs = await origins(fetched)
    assert.deepEqual([mine.mobile_phone.origin, mine.mobile_phone.origin_from], ['typed', null])
    assert.equal(theirs.mobile_phone.origin, 'fetched')
    assert.match(theirs.mobile_phone.origin_from, /号码认证平台/)
    assert.equal(theirs.real_name.origin, 'typed')
    // what went out is in the list of the person, and it was the token alone
    const share = (await entries(fetched)).find(e => e.action === 'share' && e.recipient === 'number_gateway')
    assert.deepEqual(share.items.map(i => i.key ?? i), ['number_token'])
    const got = (await city.received('number_gateway')).at(-1)
    assert.deepEqual(Object.keys(got.body), ['number_token'])
    // the tick is a consent of its own, with the text that was shown
    const tick = (await fetched.all('/consents')).find(k => k.scope === 'prefill_number')
    assert.equal((await fetched.ok('GET', `/consent-texts/${tick.text_hash}`)).body.text, (await offer(fetched, 'number')).consent.text)
    assert.ok(!(await typed.all('/consents')).some(k => k.scope === 'prefill_number'))
    // a client cannot say where a value came from
    const c = await city.client(), person = await city.person()
    const { wanted } = await registrationValues(c, person)
    const refused = await c.refused('POST', '/accounts', { ...wanted, origin: 'fetched' })
    assert.equal(refused.status, 400)
  })

  test('[TJ-1.1.1.b] a fetch without a tick is refused, also after one that was ticked', async () => {
    const c = await city.client(), { mobile_phone } = await city.person()
    const asked = (await city.received('number_gateway')).length
    const token = await sim(mobile_phone)
    const body = { form: 'register', source: 'number', number_token: token }
    const refused = await c.refused('POST', '/prefills', body)
    assert.deepEqual([refused.status, refused.reason], [403, 'consent_required'])
    assert.equal(refused.clause, 'TJ-1.1.1.b')
    const step = refused.next.find(n => n.action === 'give_consent')
    assert.equal(step.text_hash, (await offer(c, 'number')).consent.text_hash)
    assert.equal((await c.refused('POST', '/prefills', { ...body, text_hash: 'f'.repeat(64) })).status, 400)
    assert.equal((await city.received('number_gateway')).length, asked, 'nothing left')
    assert.deepEqual((await c.ok('POST', '/prefills', { ...body, text_hash: step.text_hash })).body.items.map(i => i.value), [mobile_phone])
    assert.equal((await c.refused('POST', '/prefills', { ...body, number_token: await sim(mobile_phone) })).reason, 'consent_required')
    // a consent given beforehand is no tick either, and a token gives its number once
    await giveConsents(c, refused.next)
    assert.equal((await c.refused('POST', '/prefills', { ...body, number_token: await sim(mobile_phone) })).reason, 'consent_required')
    assert.equal((await c.refused('POST', '/prefills', { ...body, text_hash: step.text_hash })).status, 400)
  })

  test('[TJ-1.1.1.b] a value that was changed, waited for too long or fetched for another form counts as typed', async () => {
    const c = await city.client(), person = await city.person(), other = await city.person()
    await fetchNumber(c, 'register', other.mobile_phone)
    await register(c, person)
    assert.equal((await origins(c)).mobile_phone.origin, 'typed')
    const d = await city.client()
    await fetchNumber(d, 'login', other.mobile_phone)
    await register(d, other)
    assert.equal((await origins(d)).mobile_phone.origin, 'typed')
    const e = await city.client(), late = await city.person()
    await fetchNumber(e, 'register', late.mobile_phone)
    await city.advance('PT11M')
    await register(e, late)
    assert.equal((await origins(e)).mobile_phone.origin, 'typed')
  })

  test('[TJ-1.1.2.l] the session knows that its number was fetched', async () => {
    const c = await city.client(), person = await city.person()
    await register(c, person)
    const d = await city.client()
    const value = await fetchNumber(d, 'login', person.mobile_phone)
    await city.advance('PT61S')
    const { body } = await d.ok('POST', '/sessions', { method: 'sms', mobile_phone: value, sms_code: await code(d, value, 'login') })
    d.token = body.token
    const sessions = await d.all('/sessions')
    assert.deepEqual(sessions.map(s => [s.current, s.origin]).sort(), [[false, 'typed'], [true, 'fetched']])
    const list = await entries(d)
    assert.ok(list.some(e => e.recipient === 'number_gateway'))
    assert.match(list.find(e => e.action === 'login').note, /授权取得/)
    // the next login on the device types again: the fetch was used up, and nothing is offered without a tick
    d.token = d.installation
    await login(d, person.mobile_phone)
    assert.equal((await d.all('/sessions')).find(s => s.current).origin, 'typed')
    assert.equal((await d.refused('POST', '/prefills', { form: 'login', source: 'number', number_token: await sim(value) })).reason, 'consent_required')
  })

  test('[TJ-1.1.3.c] a reset may start with the number of the phone', async () => {
    const c = await city.client(), person = await city.person()
    await register(c, person)
    const d = await city.client()
    assert.equal((await d.refused('POST', '/prefills', { form: 'reset', source: 'number', number_token: await sim(person.mobile_phone) })).reason, 'consent_required')
    const value = await fetchNumber(d, 'reset', person.mobile_phone)
    await city.advance('PT61S')
    await d.ok('POST', '/password-resets', { username: c.username, mobile_phone: value, sms_code: await code(d, value, 'reset'), password: password + 'x' })
    d.token = d.installation
    d.token = (await d.ok('POST', '/sessions', { method: 'password', login: c.username, password: password + 'x' })).body.token
    assert.match((await entries(d)).find(e => e.recipient === 'number_gateway').note, /重置密码/)
  })

  test('[TJ-1.1.1.b] a gateway that is out of order leaves the field to the person', async () => {
    const c = await city.client(), { mobile_phone } = await city.person()
    await city.mode('number_gateway', 'wrong')
    const body = { form: 'register', source: 'number', text_hash: (await offer(c, 'number')).consent.text_hash, number_token: await sim(mobile_phone) }
    assert.equal((await c.refused('POST', '/prefills', body)).reason, 'authority_unavailable')
    await city.mode('number_gateway', 'ok')
    assert.equal((await c.refused('POST', '/prefills', { ...body, number_token: 'unknown' })).status, 400)
  })
})

describe('what the account holds', () => {
  test('[TJ-1.1.5.b] the name is proven anew with what was filled in, item by item, after a tick and a second check', async () => {
    const c = await city.client(), person = await city.person()
    await register(c, person)
    const ask = { form: 'realname', source: 'account' }
    const refused = await c.refused('POST', '/prefills', ask)
    assert.equal(refused.reason, 'consent_required')
    assert.equal((await c.refused('POST', '/realname/number', {})).status, 400, 'nothing is filled in without it')
    const { text_hash } = (await offer(c, 'account')).consent
    const { items } = (await c.ok('POST', '/prefills', { ...ask, text_hash })).body
    assert.deepEqual(items.map(i => i.item).sort(), ['id_number', 'mobile_phone', 'real_name'])
    for (const i of items) assert.ok(!('value' in i) && i.masked.includes('*'), `${i.item} stays on the server`)
    assert.equal((await c.refused('POST', '/realname/number', {})).reason, 'second_check_required')
    await secondCheck(c)
    const other = await city.person()
    assert.equal((await withConsents(c, 'POST', '/realname/number', { real_name: person.real_name })).body.level, 1)
    const held = await origins(c)
    assert.deepEqual(['real_name', 'id_number', 'mobile_phone'].map(k => [held[k].origin, held[k].origin_from]),
      [['typed', null], ['fetched', '本账号已登记的信息'], ['fetched', '本账号已登记的信息']])
    assert.equal((await c.refused('POST', '/realname/number', { real_name: other.real_name, id_number: other.resident_id_number })).errors[0].field, 'id_number')
    // of nobody else, and not without a session
    const guest = await city.client()
    assert.equal((await guest.refused('POST', '/prefills', { ...ask, text_hash })).status, 401)
  })

  test('[TJ-1.1.5.b] a form that the city does not list is refused', async () => {
    const c = await city.client()
    const body = { form: 'realname', source: 'number', text_hash: (await offer(c, 'number')).consent.text_hash, number_token: await sim('12000000000') }
    const refused = await c.refused('POST', '/prefills', body)
    assert.deepEqual([refused.status, refused.reason], [403, 'not_declared'])
  })
})

test('a city that declares no source offers none, and refuses', async () => {
  const nantong = await startCity({ city: 'nantong' })
  try {
    const c = await nantong.client()
    assert.deepEqual((await c.ok('GET', '/city')).body.features.prefills, [])
    for (const source of ['number', 'account'])
      assert.equal((await c.refused('POST', '/prefills', { form: 'login', source, number_token: 'x', text_hash: 'f'.repeat(64) })).status, source === 'number' ? 403 : 401)
  } finally {
    await nantong.stop()
  }
})
