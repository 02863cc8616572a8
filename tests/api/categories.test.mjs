// Every service category of both cities, from the register: what it declares works and only that leaves; what it does not
// declare is refused before anything is stored or sent, and the authority's own record shows that nothing came.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen, cities, root, startCity, withConsents } from './helpers.mjs'

const [, ...rows] = readFileSync(join(root, 'tests/data/categories.tsv'), 'utf8').trim().split('\n').map(l => l.split('\t'))
const categories = rows.map(([city, key, items, outside, clauses]) => ({ city, key, items: items.split(','), outside, clauses: clauses.split(',') }))

// A value for an item: the person's own where the registers know one.
function valueOf(person, item) {
  const made = {
    id_number: person.resident_id_number, contact_phone: person.mobile_phone, id_type: 'resident_card',
    letter_content: '建议在社区公园增设长椅。', location: person.location ?? '39.1200,117.2000',
  }
  return person[item] ?? made[item]
}

async function grantAll(c) {
  for (const p of (await c.all('/permissions')))
    if (p.available) await c.ok('PUT', `/permissions/${p.key}`, { state: 'granted' })
}

for (const name of cities) {
  let city, c
  const held = new Map()

  before(async () => {
    city = await startCity({ city: name })
    c = await citizen(city, { insured: true })
    await grantAll(c)
    for (const row of await c.all('/services')) {
      const service = (await c.ok('GET', `/services/${row.key}`)).body
      held.set(row.category, [...(held.get(row.category) ?? []), service])
    }
  })
  after(() => city?.stop())

  for (const category of categories.filter(k => k.city === name)) {
    test(`[${category.clauses.join('] [')}] ${name} ${category.key} refuses what it does not declare, and sends only what it does`, async () => {
      const services = (held.get(category.key) ?? []).filter(s => s.shape === 'query')
      assert.ok(services.length > 0, 'the category has a service that works')
      for (const s of services) {
        const to = s.recipients[0]?.key
        const fields = {}
        for (const f of s.fields) {
          const value = f.ways ? `${valueOf(c.person, f.item)};${f.ways[0]}` : valueOf(c.person, f.item)
          if (!f.prefill && typeof value === 'string') fields[f.item] = value
        }

        // outside the list: refused by its clause, entered, and nothing reached the authority
        const before = (await city.received(to)).length
        const refusal = await c.refused('POST', `/services/${s.key}/queries`, { fields: { ...fields, [category.outside]: String(valueOf(c.person, category.outside) ?? 'x') } })
        assert.equal(refusal.status, 403)
        assert.equal(refusal.reason, 'not_declared')
        assert.ok(refusal.clause, 'a refusal by policy names its clause')
        assert.equal((await city.received(to)).length, before)
        const [entry] = (await c.ok('GET', '/me/usage?limit=1')).body.items
        assert.equal(entry.action, 'refuse')
        assert.equal(entry.service, s.key)
        assert.equal(entry.decision, 'not_declared')
        const items = (await c.all('/me/items')).filter(i => i.service === s.key)
        assert.deepEqual(items, [], 'nothing of a refused request is stored')

        // without the consent no call is made
        if (s.consent && !s.consent.given) {
          const asked = await c.refused('POST', `/services/${s.key}/queries`, { fields })
          assert.equal(asked.reason, 'consent_required', JSON.stringify(asked))
          assert.equal((await city.received(to)).length, before)
        }

        // with it exactly declared items arrive, and the entry names the recipient
        const { body } = await withConsents(c, 'POST', `/services/${s.key}/queries`, { fields })
        const [got] = await city.received(to)
        const sent = Object.keys(got.body.items)
        assert.ok(sent.length > 0)
        for (const item of sent) assert.ok(category.items.includes(item), `${item} is declared for ${category.key}`)
        for (const r of body.result) assert.ok(s.result.some(k => k.key === r.item), `${r.item} is a declared result`)
        const shared = (await c.ok('GET', '/me/usage?limit=5')).body.items.find(u => u.n === body.usage_n)
        assert.equal(shared.action, 'share')
        assert.equal(shared.recipient, to)
        assert.deepEqual(shared.items.map(i => i.key).sort(), sent.sort())
      }
    })
  }

  test(`[TJ-1.1.6.c] [NT-1.2.1.1.b] ${name}: nobody asks for another person's records`, async () => {
    const other = await city.person({ insured: true })
    const typed = { real_name: other.real_name, id_number: other.resident_id_number, resident_id_number: other.resident_id_number }
    let tried = 0
    for (const s of [...held.values()].flat().filter(s => s.shape === 'query' && s.level === 'realname'))
      for (const item of Object.keys(typed).filter(i => s.fields.some(f => f.item === i))) {
        const before = (await city.received(s.recipients[0].key)).length
        const r = await c.refused('POST', `/services/${s.key}/queries`, { fields: { [item]: typed[item] } })
        assert.equal(r.status, 409, `${s.key} ${item}`)
        assert.ok(r.errors.some(e => e.field === item))
        assert.equal((await city.received(s.recipients[0].key)).length, before)
        tried++
      }
    assert.ok(tried > 0)
  })

  test(`[TJ-1.1.0.b] ${name}: leaving out what one category needs costs that service only`, async () => {
    const [any] = [...held.values()].flat().filter(s => s.shape === 'query' && s.fields.some(f => f.required && !f.prefill))
    if (any) {
      const r = await c.refused('POST', `/services/${any.key}/queries`, { fields: {} })
      assert.equal(r.status, 400)
      assert.ok(r.errors.some(e => any.fields.some(f => f.item === e.field)))
    }
    const still = [...held.values()].flat().find(s => s.shape === 'query' && s.fields.every(f => !f.required || f.prefill))
    assert.ok(still)
    await withConsents(c, 'POST', `/services/${still.key}/queries`, { fields: {} })
  })
}
