// What operators rely on: numbers on a listener of their own, readiness, and an end that cuts nobody off.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, citizen, register, withConsents, freePort, until } from './helpers.mjs'

const service = 'insured_status_query', authority = 'social_insurance'
let city, port, c

before(async () => {
  port = await freePort()
  city = await startCity({ city: 'nantong', serveArgs: ['--metrics', `127.0.0.1:${port}`] })
  c = await citizen(city)
  await withConsents(c, 'POST', `/services/${service}/queries`, { fields: {} })
})
after(() => city?.stop())

const metrics = async () => {
  const r = await fetch(`http://127.0.0.1:${port}/metrics`)
  assert.equal(r.status, 200)
  assert.match(r.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const text = await r.text()
  return { text, value: name => Number(new RegExp(`^tongban_${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1]) }
}

test('the numbers stand on the internal listener, and not on the public one', async () => {
  const one = await metrics()
  await c.ok('GET', '/me')
  const two = await metrics()
  assert.ok(two.value('http_requests_total') > one.value('http_requests_total'))
  for (const name of ['policy', 'store_up', 'uptime_seconds', 'resident_bytes', 'jobs_waiting', 'jobs_dead', 'data_keys', 'http_connections'])
    assert.ok(Number.isFinite(two.value(name)), name)
  assert.equal(two.value('store_up'), 1)
  assert.equal((await fetch(`${city.base}/metrics`)).status, 404)
  assert.equal((await fetch(`http://127.0.0.1:${port}/api/v1/city`)).status, 404)
})

test('the numbers tell nothing about anybody [NT-3.3.2.h]', async () => {
  const { text } = await metrics()
  for (const value of [c.person.mobile_phone, c.person.resident_id_number, c.person.real_name, c.username, c.subject, service])
    assert.ok(!text.includes(value), value)
})

test('a request that runs at SIGTERM is answered, its entry says what became of it, and nobody new is let in', async () => {
  await city.mode(authority, 'slow', 3000)
  const shares = async () => (await c.all('/me/usage')).filter(u => u.action === 'share').length
  const before = await shares()
  const running = c.call('POST', `/services/${service}/queries`, { fields: {} })
  await until(async () => await shares() > before, 'the entry that stands before the request to the authority')
  const ended = city.kill('SIGTERM')
  await until(() => fetch(`${city.base}/healthz`, { headers: { connection: 'close' } }).then(() => false, () => true), 'the listening socket to close')
  const r = await running
  assert.equal(r.status, 200, String(r.bytes))
  assert.equal((await ended).code, 0)
  await city.mode(authority, 'ok')
  await city.serve()
  const usage = await c.all('/me/usage')
  assert.deepEqual(usage.filter(u => u.action === 'sent').map(u => u.decision).slice(0, 1), ['sent'])
})

test('a person whose name is not proven yet is told so before what is missing in the form, with the next step [NT-1.2.1.2.f]', async () => {
  const n = await city.client()
  await register(n, await city.person())
  const r = await n.refused('POST', `/services/${service}/queries`, { fields: {} })
  assert.deepEqual([r.status, r.reason], [403, 'realname_required'])
  assert.equal(r.next[0].action, 'verify_name')
  await until(async () => (await n.all('/me/usage')).some(u => u.action === 'refuse' && u.decision === 'realname_required'), 'the entry')
})
