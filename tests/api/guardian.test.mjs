// Minors and their guardians, in both cities: the code, the register, papers, the decision, withdrawing, reporting, small
// children, and the day on which a child is of age.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  startCity, cities, root, register, registrationValues, withConsents, giveConsents, verifyName, secondCheck, citizen, agree,
} from './helpers.mjs'
import { jpeg, query } from './careful.mjs'
import { totp } from './totp.mjs'

const problem = (p, status, reason) => {
  assert.equal(p.status, status, JSON.stringify(p))
  assert.equal(p.reason, reason, JSON.stringify(p))
  return p
}
const notes = async (c, action) => (await c.all('/me/usage')).filter(u => u.action === action)

// A child of the given ages with a parent nobody took yet; both can be registered.
async function family(city, { age_gte = 14, age_lt = 17 } = {}) {
  const children = await city.people({ age_gte, age_lt, limit: 500 })
  for (const child of children) {
    if (!child.mother_id_number || city.taken.has(child.resident_id_number) || city.taken.has(child.mother_id_number)) continue
    const [parent] = await city.people({ id_number: child.mother_id_number })
    if (!parent || parent.id_type !== 'resident_card') continue
    city.taken.add(child.resident_id_number).add(parent.resident_id_number)
    return { child, parent }
  }
  throw new Error('no family left')
}

async function adult(city, person) {
  const c = await city.client()
  await register(c, person)
  await verifyName(c, person)
  return c
}

// The child's client as far as the city lets it: an installation in Tianjin, an account of unknown age in Nantong.
async function childClient(city, child) {
  const c = await city.client()
  c.person = child
  if (city.city === 'nantong') await register(c, child)
  return c
}

const told = child => ({ ward_name: child.real_name, ward_id_number: child.resident_id_number })
const newCode = async c => (await c.ok('POST', '/guardianship/codes')).body.code

async function ask(parent, code, child, path = '/wards') {
  return (await withConsents(parent, 'POST', path, { code, ...told(child) })).body
}

async function decide(parent, ward) {
  const { text_hash } = (await parent.ok('GET', `/wards/${ward.id}/text`)).body
  await secondCheck(parent)
  return (await parent.ok('POST', `/wards/${ward.id}/agreement`, { text_hash })).body
}

// A child with an account whose guardian agreed.
async function guarded(city, ages) {
  const { child, parent } = await family(city, ages)
  const p = await adult(city, parent), c = await childClient(city, child)
  const ward = await decide(p, await ask(p, await newCode(c), child))
  if (city.city === 'tianjin') await register(c, child)
  return { child, parent, p, c, ward }
}

async function officer(city) {
  const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', join(root, 'cities'), '--login', `privacy${++officers}`,
    '--name', '个人信息保护专员 赵某', '--role', 'privacy_officer', '--json'))
  const s = await city.client()
  const { now_ms } = await city.control('GET', 'clock?server=test-reader')
  s.token = (await s.ok('POST', '/staff/sessions', { login: made.login ?? `privacy${officers}`, password: made.password, totp: totp(made.totp_secret, now_ms) })).body.token
  return s
}
let officers = 0

async function upload(c) {
  for (const key of ['perm_album']) await c.ok('PUT', `/permissions/${key}`, { state: 'granted' })
  const send = () => c.call('POST', '/attachments?service=guardian_consent&source=album', jpeg, { raw: true, headers: { 'content-type': 'image/jpeg' } })
  let r = await send()
  if (r.body.reason === 'consent_required' && await giveConsents(c, r.body.next)) r = await send()
  assert.equal(r.status, 201, JSON.stringify(r.body))
  return r.body.id
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: name }) })
  after(async () => { await city?.stop() })

  test('a guardian whom the register knows reads, confirms again and agrees; before that nothing of the child is kept [TJ-6.1.a] [TJ-6.2.a] [NT-5.1.a]', async () => {
    const { child, parent } = await family(city)
    const p = await adult(city, parent), c = await childClient(city, child)
    if (name === 'tianjin') {
      const { wanted } = await registrationValues(c, child)
      problem(await c.refused('POST', '/accounts', wanted), 403, 'guardian_required')
    } else {
      const body = { real_name: child.real_name, resident_id_number: child.resident_id_number, bank_card_number: '6222021234567890128', bank_reserved_mobile: child.mobile_phone }
      const refused = problem(await c.refused('POST', '/realname/bankcard', body), 403, 'guardian_required')
      assert.equal(refused.clause, 'NT-5.1.a')
      assert.equal((await c.ok('GET', '/me')).body.minor, true)
      const held = (await c.ok('GET', '/me/items')).body.items.map(i => i.key)
      assert.ok(!held.includes('resident_id_number') && !held.includes('real_name'))
      // the account is held back throughout from now on; own rights stay
      const q = await c.call('POST', `/services/${query[name]}/queries`, { fields: {} })
      problem({ status: q.status, ...q.body }, 403, 'guardian_required')
      await c.ok('GET', '/services')
      await c.ok('GET', '/me/usage')
    }
    assert.equal((await city.received('population')).filter(r => JSON.stringify(r.body).includes(child.resident_id_number)).length, 0)

    const code = await newCode(c)
    assert.match(code, /^[2-9A-Z]{8}$/)
    const ward = await ask(p, code.toLowerCase(), child)
    assert.equal(ward.state, 'confirmed')
    assert.equal(ward.relation, '母亲')
    assert.ok(!JSON.stringify(ward).includes(child.real_name), 'the name is masked')
    const asked = (await city.received('population')).filter(r => r.path === 'guardianship')
    assert.deepEqual(Object.keys(asked.at(-1).body).sort(), ['child', 'guardian'])
    assert.deepEqual(asked.at(-1).body.child, { real_name: child.real_name, id_number: child.resident_id_number })

    const { text, text_hash } = (await p.ok('GET', `/wards/${ward.id}/text`)).body
    assert.match(text, /不满十四周岁/)
    problem(await p.refused('POST', `/wards/${ward.id}/agreement`, { text_hash }), 403, 'second_check_required')
    await secondCheck(p)
    problem(await p.refused('POST', `/wards/${ward.id}/agreement`, { text_hash: '0'.repeat(64) }), 400, 'invalid_input')
    const agreed = (await p.ok('POST', `/wards/${ward.id}/agreement`, { text_hash })).body
    assert.equal(agreed.state, 'agreed')
    assert.equal(agreed.text_hash, text_hash)
    assert.equal((await p.ok('GET', `/consent-texts/${text_hash}`)).body.text, text)

    if (name === 'tianjin') {
      await city.advance('PT61S')
      await register(c, child)
    }
    const mine = (await c.ok('GET', '/guardianship')).body
    assert.deepEqual([mine.minor, mine.required, mine.state, mine.relation], [true, false, 'agreed', '母亲'])
    assert.ok((await notes(c, 'consent')).some(u => /监护人/.test(u.note ?? '')), 'the child reads it')
    assert.ok((await notes(p, 'consent')).some(u => /作为监护人/.test(u.note ?? '')), 'the guardian reads it')
    const used = await p.call('POST', '/wards', { code, ...told(child) })
    assert.equal(used.status, 400, 'a code works once')
  })
})
