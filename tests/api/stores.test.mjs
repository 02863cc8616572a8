// One person's whole way, from the first run to the end, with each store and each suite: nothing about it may differ.
import { test, after } from 'node:test'
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, startCity, register, verifyName, withConsents, secondCheck, login, cities, until, password } from './helpers.mjs'

const variants = [
  { title: 'on SQLite with the Chinese suite', suite: 'gm', store: null },
  { title: 'on PostgreSQL', suite: 'intl', store: 'postgresql' },
  { title: 'on PostgreSQL with the Chinese suite', suite: 'gm', store: 'postgresql' },
]
const query = { tianjin: 'social_insurance_query', nantong: 'insured_status_query' }

let city
after(() => city?.stop())

async function useService(c, name) {
  const { body } = await withConsents(c, 'POST', `/services/${query[name]}/queries`, { fields: {} })
  assert.equal(body.result[0].item, 'social_security_payment')
  assert.ok(body.result[0].value.rows.length > 0)
  return body
}

async function seeUsage(c, used) {
  const list = await c.all('/me/usage')
  assert.deepEqual(list.map(u => u.n), list.map((_, i) => list.length - i), 'without a hole, newest first')
  assert.equal(list.find(u => u.n === used.usage_n).action, 'share')
  const head = (await c.ok('GET', '/me/usage/head')).body
  assert.equal(head.n, list.length)
  const receipt = join(city.dir, 'receipt')
  await city.advance('PT5S')
  await until(async () => {
    const r = await c.call('GET', `/me/usage/${used.usage_n}/receipt`)
    writeFileSync(receipt, r.bytes)
    return r.status === 200
  }, 'the receipt')
}

async function leave(c, name) {
  const { features } = (await c.ok('GET', '/city')).body
  const scope = features.cancel_scopes.at(-1).key
  const { body: preview } = await c.ok('GET', `/me/cancellation?scope=${scope}`)
  await secondCheck(c)
  const { body: certificate } = await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)
  assert.deepEqual(certificate.ended.map(e => e.scope).sort(), preview.ends.map(e => e.scope).sort())
  c.token = c.installation
  assert.equal((await c.refused('POST', '/sessions', { method: 'password', login: c.username, password })).status, 401)
}

for (const name of cities) for (const v of variants) test(`${name}: a person's whole way ${v.title}`, async () => {
  city = await startCity({ city: name, store: v.store, suite: v.suite })
  const status = JSON.parse(city.cli('keys', 'status', '--data', city.data, '--json'))
  assert.equal(status.suite, v.suite)
  const c = await city.client()
  await register(c, await city.person({ insured: true }))
  await verifyName(c)
  const used = await useService(c, name)
  await seeUsage(c, used)

  assert.equal((await c.refused('POST', '/me/items/mobile_phone/reveal', {})).reason, 'second_check_required')
  await secondCheck(c)
  assert.equal((await c.ok('POST', '/me/items/mobile_phone/reveal', {})).body.value, c.person.mobile_phone)

  await city.kill('SIGTERM')
  await city.serve()
  c.token = c.installation
  await login(c, c.person.mobile_phone)
  await leave(c, name)
  assert.match(city.cli('ledger', 'verify', '--data', city.data, '--cities', join(root, 'cities')), /./)
  await city.stop()
  city = null
})
