// Personal wishes: language, place and level of help are kept for the person, and gone when deleted.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, login, startCity } from './helpers.mjs'

let city, a, b
const wishes = async c => (await c.ok('GET', '/me/wishes')).body
const none = { language: null, place: null, help: null }
const held = async c => (await c.all('/me/items')).filter(i => i.service === 'personal_wishes')

before(async () => {
  city = await startCity({ city: 'tianjin' })
  a = await citizen(city)
  b = await citizen(city)
})
after(() => city?.stop())

test('[TJ-1.2.1.2] without a wish there is none, and looking leaves no entry', async () => {
  const before = (await a.all('/me/usage')).length
  assert.deepEqual(await wishes(a), none)
  assert.equal((await a.all('/me/usage')).length, before)
})

test('[TJ-1.2.1.2] what was set is there in the next session and in the own data, and for nobody else', async () => {
  await a.ok('PUT', '/me/wishes', { language: 'en', place: '和平区', help: 'detailed' })
  a.token = a.installation
  await login(a, a.username)
  assert.deepEqual(await wishes(a), { language: 'en', place: '和平区', help: 'detailed' })
  await a.ok('PUT', '/me/wishes', { help: 'brief' })
  assert.deepEqual(await wishes(a), { language: 'en', place: '和平区', help: 'brief' })
  assert.deepEqual((await held(a)).map(i => [i.key, i.origin]).sort(), [['help_preference', 'typed'], ['language_setting', 'typed'], ['location_setting', 'typed']])
  assert.deepEqual(await wishes(b), none)
  const entry = (await a.all('/me/usage')).find(u => u.service === 'personal_wishes' && u.action === 'collect')
  assert.equal(entry.purpose, 'wishes')
})

test('[TJ-1.2.1.2] a language or a level that is not offered is refused', async () => {
  for (const wrong of [{ language: 'xx' }, { help: 'much' }]) {
    const r = await a.refused('PUT', '/me/wishes', wrong)
    assert.deepEqual([r.status, r.errors[0].field], [400, Object.keys(wrong)[0]])
  }
})

test('[TJ-1.2.1.2] deleting restores the defaults, with an entry', async () => {
  await a.ok('DELETE', '/me/wishes')
  assert.deepEqual(await wishes(a), none)
  assert.deepEqual(await held(a), [])
  const entry = (await a.all('/me/usage')).find(u => u.service === 'personal_wishes' && u.action === 'delete')
  assert.equal(entry.items.length, 3)
})
