// Staff sessions: password and TOTP, locks that tell nothing, the idle limit.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Client, startCity } from './helpers.mjs'
import { totp } from './totp.mjs'

let city, made
before(async () => {
  city = await startCity({ city: 'nantong' })
  made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', 'cities', '--login', 'zhou', '--name', '审计员 周某', '--role', 'auditor', '--json'))
})
after(() => city?.stop())

const now = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms
const attempt = async more => new Client(city).call('POST', '/staff/sessions', { login: 'zhou', password: made.password, totp: totp(made.totp_secret, await now()), ...more })

test('[NT-3.3.3.b] a session needs the password and a fresh code, each code opens one session', async () => {
  assert.equal((await attempt({ password: 'not-the-password' })).status, 401)
  assert.equal((await attempt({ totp: '000000' })).status, 401)
  const first = await attempt()
  assert.equal(first.status, 201)
  assert.equal((await attempt()).status, 401, 'the same code a second time')
  await city.advance('PT1M')
  assert.equal((await attempt()).status, 201)
})

test('[NT-3.3.3.b] after repeated failures the account is locked, and answers like a login that does not exist', async () => {
  await city.advance('PT1M')
  for (let i = 0; i < 8; i++) assert.equal((await attempt({ password: 'not-the-password' })).status, 401)
  const locked = await attempt(), unknown = await attempt({ login: 'nobody' })
  assert.equal(locked.status, 401, 'the right password does not open a locked account')
  assert.deepEqual(locked.body, unknown.body)
  await city.advance('PT2H')
  assert.equal((await attempt()).status, 201, 'the lock ends')
})

test('[NT-3.3.3.b] an idle session ends', async () => {
  await city.advance('PT1M')
  const s = new Client(city)
  s.token = (await attempt()).body.token
  await s.ok('GET', '/staff/sessions/current')
  await city.advance('PT16M')
  assert.equal((await s.refused('GET', '/staff/sessions/current')).status, 401)
})

test('from one address only so many logins are tried, whatever names they are for', async () => {
  await city.advance('PT1H')
  const tries = await Promise.all(Array.from({ length: 61 }, (_, i) => attempt({ login: `nobody${i}` })))
  assert.equal(tries.filter(r => r.status === 429).length, 1)
  const refused = await attempt()
  assert.equal(refused.status, 429, 'the right password has to wait as well')
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  await city.advance('PT11M')
  assert.equal((await attempt()).status, 201)
})
