// The consent centre: what I agreed to, by which ways it is taken back in each city, what then stops and what stays.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { startCity, citizen, agree, login, withConsents, secondCheck, cities } from './helpers.mjs'

const problem = (p, status, reason) => {
  assert.equal(p.status, status, JSON.stringify(p))
  assert.equal(p.reason, reason, JSON.stringify(p))
}
// A query with something to type, and what is typed.
const queries = {
  tianjin: { service: 'social_assistance_query', typed: { home_address: '静海区静海镇示例路6号' } },
  nantong: { service: 'oversize_permit', typed: { home_address: '崇川区示例路8号' } },
}
const clause = { tianjin: /^TJ-/, nantong: /^NT-/ }

for (const name of cities) describe(name, { concurrency: false }, () => {
  const { service, typed: fields } = queries[name]
  const ask = c => withConsents(c, 'POST', `/services/${service}/queries`, { fields })
  let city
  before(async () => { city = await startCity({ city: name }) })
  after(async () => { await city?.stop() })

  test('the text of a consent is kept as it was shown, and its check value fits [TJ-0.2.c] [NT-0.4.c]', async () => {
    const c = await citizen(city)
    await ask(c)
    const { items } = (await c.ok('GET', '/consents')).body
    const k = items.find(i => i.scope === service)
    const { text } = (await c.ok('GET', `/consent-texts/${k.text_hash}`)).body
    assert.equal(createHash('sha256').update(text).digest('hex'), k.text_hash)
    for (const i of k.items) assert.ok(text.includes(i.name), i.name)
    if (k.recipient_name) assert.ok(text.includes(k.recipient_name))
  })

  test('the page before says the same as the answer after; what was typed goes at once [TJ-4.2.3.a] [TJ-4.2.3.b] [TJ-4.2.1.e] [NT-4.4.b] [NT-4.4.c]', async () => {
    const c = await citizen(city)
    await ask(c)
    const held = async () => (await c.ok('GET', '/me/items')).body.items.filter(i => i.service === service)
    const typed = await held()
    const k = (await c.ok('GET', '/consents')).body.items.find(i => i.scope === service && !i.withdrawn_at)
    const preview = (await c.ok('GET', `/consents/${k.id}/withdrawal`)).body
    assert.equal(preview.withdrawn_at, null)
    assert.ok((await c.ok('GET', '/consents')).body.items.find(i => i.id === k.id).withdrawn_at === null, 'looking withdraws nothing')
    assert.ok(typed.length > 0)
    assert.deepEqual([...preview.deletes].sort(), [...new Set(typed.map(i => i.name))].sort())
    assert.ok(preview.keeps.length >= 1 && preview.keeps.every(p => p.rule))
    assert.ok(preview.keeps.some(p => p.until), 'until when')
    const kept = preview.keeps.some(p => p.name.includes('去除身份'))
    assert.equal(kept, name === 'tianjin', 'what is held is kept without identity in one city, and not handled any more in the other')
    const done = (await c.ok('DELETE', `/consents/${k.id}`)).body
    assert.ok(done.withdrawn_at)
    assert.deepEqual({ ...done, withdrawn_at: null }, preview)
    assert.deepEqual(await held(), [])
    const again = await c.refused('POST', `/services/${service}/queries`, { fields })
    problem(again, 403, 'consent_required')
    assert.match(again.clause, clause[name])
    assert.equal((await c.all('/me/usage')).find(u => u.action === 'withdraw').service, service)
    const other = await citizen(city)
    problem(await other.refused('GET', `/consents/${k.id}/withdrawal`), 404, 'not_found')
  })

  test('what is kept without identity names nobody, ends by its rule, and hides small numbers [TJ-4.2.1.e]', async () => {
    const anyone = await city.client()
    const uses = async () => (await anyone.ok('GET', '/withdrawn-uses')).body.items
    assert.deepEqual((await uses()).filter(u => u.uses < 10), [])
    const c = await citizen(city)
    for (let i = 0; i < 10; i++) {
      await ask(c)
      const k = (await c.ok('GET', '/consents')).body.items.find(i => i.scope === service && !i.withdrawn_at)
      await c.ok('DELETE', `/consents/${k.id}`)
    }
    const found = (await uses()).find(u => u.service === service)
    if (name !== 'tianjin') return assert.equal(found, undefined, 'nothing is kept')
    assert.ok(found.uses >= 10)
    assert.deepEqual(Object.keys(found).sort(), ['month', 'service', 'service_name', 'until', 'uses'])
    assert.ok(!JSON.stringify(found).includes(c.subject))
    const years = (new Date(found.until) - new Date(found.month)) / (365 * 86400e3)
    assert.ok(years > 2.9 && years < 3.2, `${years} years`)
  })

  test('several consents end together, or none of them', async () => {
    const c = await citizen(city)
    await ask(c)
    const live = async () => (await c.ok('GET', '/consents')).body.items.filter(i => !i.withdrawn_at)
    const ids = (await live()).map(i => i.id)
    assert.ok(ids.length >= 2)
    problem(await c.refused('POST', '/consents/withdrawals', { ids: [...ids, '4611686018427387903'] }), 404, 'not_found')
    assert.equal((await live()).length, ids.length)
    problem(await c.refused('POST', '/consents/withdrawals', {}), 400, 'invalid_input')
    problem(await c.refused('GET', '/consents/withdrawal?scope=some'), 400, 'invalid_input')
    assert.equal((await c.ok('POST', '/consents/withdrawals', { ids })).body.consents, ids.length)
    assert.deepEqual(await live(), [])
    const times = (await c.ok('GET', '/consents')).body.items.map(i => i.withdrawn_at)
    assert.equal(new Set(times).size, 1, 'at one time')
  })

  test('without the policy only browsing and my own rights work, until I agree anew [TJ-4.2.1.d] [TJ-0.2.b] [NT-0.4.c] [NT-4.4.b]', async () => {
    const c = await citizen(city)
    const earlier = await city.client() // a device that agreed before
    const preview = (await c.ok('GET', '/consents/withdrawal?scope=policy')).body
    assert.ok(preview.policy && preview.still.length > 0)
    await city.advance('PT1M')
    await c.ok('POST', '/consents/withdrawals', { scope: 'policy' })
    const accepted = (await c.ok('GET', '/acceptances')).body.items
    assert.ok(accepted.length > 0 && accepted.every(a => a.withdrawn_at))
    const refused = await c.refused('POST', `/services/${service}/queries`, { fields })
    problem(refused, 403, 'consent_required')
    assert.ok(refused.next.some(n => n.action === 'accept_policy'))
    problem(await c.refused('PUT', '/permissions/perm_location', { state: 'granted' }), 403, 'consent_required')
    await c.ok('GET', '/services')
    await c.ok('GET', '/me/items')
    await c.all('/me/usage')
    await secondCheck(c)
    await c.ok('POST', '/me/items/real_name/reveal', {})
    await c.ok('GET', `/me/cancellation?scope=${(await c.ok('GET', '/city')).body.features.cancel_scopes[0].key}`)
    await login(earlier, c.person.mobile_phone)
    const back = await earlier.refused('POST', `/services/${service}/queries`, { fields })
    problem(back, 403, 'consent_required')
    assert.ok(back.next.some(n => n.action === 'accept_policy'), 'an agreement from before does not come back with a login')
    await agree(c)
    assert.ok((await c.ok('GET', '/me')).body.accepted_version)
    await ask(c)
  })

  test('all of it is taken back at once, permissions of my other devices included [TJ-4.2.1.d] [TJ-1.1.4.h] [NT-1.2.2.3.e]', async () => {
    const c = await citizen(city)
    const phone = await city.client({ platform: 'android' })
    await login(phone, c.person.mobile_phone)
    await phone.ok('PUT', '/permissions/perm_location', { state: 'granted' })
    const centre = (await c.ok('GET', '/consents/centre')).body
    assert.equal(centre.devices.length, 2)
    assert.equal(centre.devices.filter(d => d.current).length, 1)
    assert.ok(centre.devices.find(d => !d.current).permissions.some(p => p.key === 'perm_location' && p.granted))
    const done = (await c.ok('POST', '/consents/withdrawals', { scope: 'all' })).body
    assert.ok(done.policy && done.consents >= 1)
    assert.equal((await phone.ok('GET', '/permissions')).body.items.find(p => p.key === 'perm_location').state, 'denied')
    assert.ok((await c.ok('GET', '/consents')).body.items.every(i => i.withdrawn_at))
    problem(await phone.refused('PUT', '/permissions/perm_location', { state: 'granted' }), 403, 'consent_required')
    assert.equal((await c.all('/me/usage')).filter(u => u.action === 'withdraw').length, 1, 'one act, one entry')
  })

  test('the ways are those of the city [TJ-4.2.1.a] [TJ-4.2.2] [NT-4.4.a] [NT-1.2.2.3.e]', async () => {
    const { ways, held_data } = (await (await city.client()).ok('GET', '/consents/centre')).body
    const expected = { tianjin: ['cancel', 'delete_all', 'uninstall', 'system_settings'], nantong: ['contact', 'sensor_switches'] }
    assert.deepEqual(ways.map(w => w.key), expected[name])
    assert.ok(ways.every(w => w.name && w.text))
    assert.equal(held_data, { tianjin: 'anonymise', nantong: 'stop' }[name])
    if (name === 'nantong') assert.match(ways[0].place, /反馈/)
  })

  test('uninstalling ends the token; where it is a way of withdrawing, what was given there ends too [TJ-4.2.1.c]', async () => {
    const c = await citizen(city)
    const phone = await city.client({ platform: 'android' })
    await login(phone, c.person.mobile_phone)
    await phone.ok('PUT', '/permissions/perm_location', { state: 'granted' })
    const mine = c.token
    await c.ok('DELETE', '/installations/current')
    for (const token of [mine, c.installation]) {
      c.token = token
      problem(await c.refused('GET', '/acceptances'), 401, 'login_required')
      problem(await c.refused('POST', `/services/${service}/queries`, { fields: {} }), 401, 'login_required')
    }
    const accepted = (await phone.ok('GET', '/acceptances')).body.items
    assert.equal(accepted.some(a => a.withdrawn_at), name === 'tianjin')
    assert.equal((await phone.ok('GET', '/permissions')).body.items.find(p => p.key === 'perm_location').state, 'granted', 'another device keeps its own')
    const note = (await phone.all('/me/usage')).find(u => u.action === 'withdraw')
    assert.match(note.note, /卸载/)
  })

  test('deleting everything in the app asks for me again, and is the city\'s own [TJ-4.2.1.b] [TJ-4.4.c] [NT-4.3.a]', async () => {
    const c = await citizen(city)
    await ask(c)
    if (name === 'nantong') {
      for (const call of [['GET', '/me/deletion'], ['DELETE', '/me/items']]) {
        const p = await c.refused(...call)
        problem(p, 403, 'not_declared')
        assert.equal(p.clause, 'NT-4.3.a')
        assert.match(p.detail, /APP功能反馈/)
        assert.match(p.detail, /15 个工作日/)
      }
      return
    }
    const preview = (await c.ok('GET', '/me/deletion')).body
    assert.ok(preview.deletes.length > 0)
    problem(await c.refused('DELETE', '/me/items'), 403, 'second_check_required')
    assert.ok((await c.ok('GET', '/me/items')).body.items.some(i => i.service === service))
    await secondCheck(c)
    const done = (await c.ok('DELETE', '/me/items')).body
    assert.deepEqual(done.deletes, preview.deletes)
    assert.ok(!(await c.ok('GET', '/me/items')).body.items.some(i => i.service === service))
    assert.ok((await c.ok('GET', '/consents')).body.items.every(i => i.withdrawn_at))
    assert.ok((await c.ok('GET', '/acceptances')).body.items.every(a => a.withdrawn_at))
    assert.equal((await c.all('/me/usage'))[0].action, 'read')
    assert.ok((await c.all('/me/usage')).some(u => u.action === 'delete'))
    await agree(c)
    problem(await c.refused('POST', `/services/${service}/queries`, { fields }), 403, 'consent_required')
  })

  test('what a guest agreed to separately does not become the next login\'s', async () => {
    const owner = await citizen(city)
    const before = (await owner.ok('GET', '/consents')).body.items.length
    const guest = await city.client()
    const { features } = (await guest.ok('GET', '/city')).body
    const k = features.consent_register
    const { body } = await guest.ok('POST', '/consents', { scope: k.scope, items: k.items, recipient: k.recipient ?? null, text_hash: k.text_hash })
    await login(guest, owner.person.mobile_phone)
    const mine = (await guest.ok('GET', '/consents')).body.items
    assert.equal(mine.length, before)
    assert.ok(!mine.some(i => i.id === body.id))
    assert.ok((await guest.ok('GET', '/acceptances')).body.items.some(a => !a.withdrawn_at), 'the agreement to the policy does')
  })
})
