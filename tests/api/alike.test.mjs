// Nobody learns from an answer, or from how long it takes, whether a number or a document has an account.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, register, registrationValues, giveConsents, username, cities } from './helpers.mjs'

// Status, body and milliseconds of a call. Answers that are evened out wait to a fixed time.
async function timed(c, ...call) {
  const start = performance.now()
  const r = await c.call(...call)
  return { status: r.status, body: r.body, ms: performance.now() - start }
}

function alike(known, unknown, what) {
  assert.equal(known.status, unknown.status, what)
  assert.deepEqual(known.body, unknown.body, what)
}
const middle = list => list.map(r => r.ms).sort((a, b) => a - b)[list.length >> 1]

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, nobody
  before(async () => {
    city = await startCity({ city: name })
    c = await city.client()
    await register(c, await city.person())
    nobody = await city.person()
  })
  after(() => city?.stop())

  // Thrice each, the clock stepped in between so that no limit speaks up.
  async function compare(what, floorMs, ask) {
    const known = [], unknown = []
    for (let i = 0; i < 3; i++) {
      await city.advance('PT20M')
      const g = await city.client()
      known.push(await ask(g, c.person, c.username))
      unknown.push(await ask(g, nobody, username()))
      alike(known[i], unknown[i], what)
    }
    // both wait for the same moment; what comes on top is the machine's other work
    for (const r of [...known, ...unknown]) assert.ok(r.ms >= floorMs, `${what}: answered after ${r.ms} ms already`)
    assert.ok(Math.abs(middle(known) - middle(unknown)) < floorMs, `${what}: ${middle(known)} and ${middle(unknown)} ms`)
  }

  test('logging in with a wrong password answers alike for any name and number', async () => {
    await compare('name', 195, (g, p, user) => timed(g, 'POST', '/sessions', { method: 'password', login: user, password: 'Wrong-2026' }))
    await compare('phone', 195, (g, p) => timed(g, 'POST', '/sessions', { method: 'password', login: p.mobile_phone, password: 'Wrong-2026' }))
    await compare('code', 195, (g, p) => timed(g, 'POST', '/sessions', { method: 'sms', mobile_phone: p.mobile_phone, sms_code: '123456' }))
  })

  test('asking for a code answers alike for any number', async () => {
    for (const purpose of ['login', 'reset'])
      await compare(purpose, 145, (g, p) => timed(g, 'POST', '/sms-codes', { phone: p.mobile_phone, purpose }))
  })

  test('resetting a password answers alike for any name and number', async () => {
    await compare('reset', 245, (g, p, user) => timed(g, 'POST', '/password-resets',
      { username: user, mobile_phone: p.mobile_phone, sms_code: '123456', password: 'Another-2026' }))
  })

  test('registering without the code of the number answers alike for any number and document', async () => {
    const { wanted } = await registrationValues(await city.client(), nobody)
    if (!('sms_code' in wanted)) return // what confirms the number comes afterwards
    await compare('registration', 290, async (g, p) => {
      const body = { ...wanted, mobile_phone: p.mobile_phone, real_name: p.real_name, id_number: p.resident_id_number, id_expiry: p.id_expiry, sms_code: '123456' }
      const first = await g.call('POST', '/accounts', body)
      await giveConsents(g, first.body.next)
      return timed(g, 'POST', '/accounts', body)
    })
  })
})

describe('tianjin only', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'tianjin' }) })
  after(() => city?.stop())

  test('a document that has an account is answered like one that the register does not know [TJ-1.1.1.d]', async () => {
    const c = await city.client()
    await register(c, await city.person())
    const mine = await city.person(), other = await city.person()
    const g = await city.client()
    const attempt = async who => {
      await city.advance('PT61S')
      const { wanted } = await registrationValues(g, mine)
      const body = { ...wanted, real_name: who.real_name, id_number: who.resident_id_number, id_expiry: who.id_expiry }
      const first = await g.call('POST', '/accounts', body)
      if (await giveConsents(g, first.body.next)) return timed(g, 'POST', '/accounts', body)
      return first
    }
    const taken = await attempt(c.person)
    assert.equal(taken.status, 409)
    assert.match(taken.body.detail, /不一致，或者该证件已经注册过/)
    const wrong = await attempt({ ...other, real_name: c.person.real_name === other.real_name ? '某某' : c.person.real_name })
    assert.deepEqual([wrong.status, wrong.body.detail, wrong.body.reason], [taken.status, taken.body.detail, taken.body.reason])
    assert.deepEqual(new Set(wrong.body.errors.map(e => e.message)), new Set(taken.body.errors.map(e => e.message)))
  })
})
