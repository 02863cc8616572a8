// What a service category takes, it takes of those who use it: of whoever never did nothing of it is stored, asked for or
// sent, while all else works for them. And what each named service, joint service and third party gets, item by item.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen, cities, giveConsents, password, root, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { officerOf } from './officers.mjs'

const [, ...rows] = readFileSync(join(root, 'tests/data/categories.tsv'), 'utf8').trim().split('\n').map(l => l.split('\t'))
const clauses = {
  tianjin: { social_medical: 'TJ-1.1.6.d', household_security: 'TJ-1.1.7.d', driving: 'TJ-1.1.8.d', health: 'TJ-1.1.9.d', employment: 'TJ-1.1.10.d',
    education_exam: 'TJ-1.1.11.d', housing: 'TJ-1.1.12.d', travel: 'TJ-1.1.13.d', public: 'TJ-1.1.14.d', legal: 'TJ-1.1.15.d', welfare: 'TJ-1.1.16.d',
    veterans: 'TJ-1.1.17.d', convenience_payment: 'TJ-1.1.18.d', culture_sports: 'TJ-1.1.19.d', environment_weather: 'TJ-1.1.20.d' },
  nantong: Object.fromEntries(rows.filter(([city]) => city === 'nantong').map(([, key]) => [key, 'NT-1.2.1.1.c'])),
}

const typed = person => ({ ...person, id_number: person.resident_id_number, contact_phone: person.mobile_phone, id_type: 'resident_card',
  letter_content: '建议在社区公园增设长椅。', location: '39.1200,117.2000' })
const fieldsOf = (person, s) => Object.fromEntries(s.fields.filter(f => !f.prefill && typeof typed(person)[f.item] === 'string')
  .map(f => [f.item, f.ways ? `${typed(person)[f.item]};${f.ways[0]}` : typed(person)[f.item]]))

for (const name of cities) describe(name, { concurrency: false }, () => {
  const wanted = Object.keys(clauses[name])
  const services = new Map()
  let city, people, other // other: somebody who used nothing yet
  const list = keys => keys.map(k => `'${k}'`).join()
  const grantAll = async c => { for (const p of await c.all('/permissions')) if (p.available) await c.ok('PUT', `/permissions/${p.key}`, { state: 'granted' }) }
  const keysOf = category => services.get(category).map(s => s.key)
  const user = category => people[wanted.indexOf(category) % 2]
  const ask = (c, s) => withConsents(c, 'POST', `/services/${s.key}/queries`, { fields: fieldsOf(c.person, s) })

  before(async () => {
    city = await startCity({ city: name })
    people = []
    for (let i = 0; i < 2; i++) {
      const c = await citizen(city, { insured: true })
      c.id = (await c.ok('GET', '/me')).body.subject_id
      await grantAll(c)
      people.push(c)
    }
    for (const row of await people[0].all('/services')) {
      const s = (await people[0].ok('GET', `/services/${row.key}`)).body
      if (s.shape === 'query') services.set(row.category, [...(services.get(row.category) ?? []), s])
    }
    other = await citizen(city, { insured: true })
    if (name === 'nantong') await grantAll(other)
    // the one uses every second category, the other those between
    for (const category of wanted) for (const s of services.get(category)) await ask(user(category), s)
  })
  after(() => city?.stop())

  for (const category of wanted) test(`[${clauses[name][category]}] ${name} ${category}: who never used it left nothing of it, and everything else works`, async () => {
    const used = user(category), never = people.find(c => c !== used), keys = keysOf(category)
    // stored
    const held = c => Number(city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND (category = '${category}' OR service IN (${list(keys)}));`))
    assert.equal(held(never), 0)
    const asked = services.get(category).flatMap(s => Object.keys(fieldsOf(used.person, s)))
    if (asked.some(i => i !== 'location' && i !== 'face_image')) assert.ok(held(used) > 0, 'what was typed is marked with the category')
    assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE service IN (${list(keys)}) AND category <> '${category}';`), '0', 'and with no other')
    for (const table of ['consent', 'service_case', 'attachment', 'anonymous_use'])
      assert.equal(city.sql(`SELECT COUNT(*) FROM ${table} WHERE service IN (${list(keys)})${table === 'anonymous_use' ? '' : ` AND subject_id = ${never.id}`};`), '0', table)
    assert.ok((await never.all('/me/items')).every(i => i.category !== category && !keys.includes(i.service)))
    // sent
    const uses = (await never.all('/me/usage')).filter(u => keys.includes(u.service))
    assert.deepEqual(uses, [], 'no entry, so no call')
    const to = [...new Set(services.get(category).flatMap(s => s.recipients.map(r => r.key)))]
    const calls = (await Promise.all(to.map(r => city.received(r)))).flat().filter(r => keys.includes(r.body.service))
    assert.ok(calls.length >= keys.length, 'each service called its authority for who used it')
    for (const { body: { service, items } } of calls) { // the one may be named in the other's family
      assert.notEqual(items.real_name, never.person.real_name, service)
      for (const v of [never.person.resident_id_number, never.person.mobile_phone]) assert.ok(!JSON.stringify(items).includes(v), service)
    }
    // the other categories of that person
    const others = new Set((await never.all('/me/usage')).filter(u => u.action === 'sent' && u.decision === 'sent').map(u => u.service))
    for (const other of wanted.filter(k => user(k) === never)) for (const k of keysOf(other)) assert.ok(others.has(k), k)
  })

  if (name === 'nantong') {
    // clause, service, whose items it may get, what it answers
    for (const [clause, key, category, result] of [
      ['NT-2.1.1.2', 'housing_fund_query', 'government_affairs', 'housing_fund_payment'], ['NT-2.1.2.2', 'insured_status_query', 'social_security', 'social_security_payment'],
      ['NT-2.1.3.1', 'health_code_query', 'health', 'health_code'], ['NT-2.1.7.2', 'name_count_query', 'public', 'usage_statistics'],
      ['NT-2.1.7.3', 'labor_harbor', 'public', 'public_info'], ['NT-2.1.8.1', 'academic_record_query', 'culture_education', 'education_work_info'],
    ]) test(`[${clause}] ${key} answers a verified person from its own authority, by the items of its category, and not without consent`, async () => {
      const allowed = rows.find(r => r[0] === 'nantong' && r[1] === category)[2].split(',')
      const c = other
      const s = (await c.ok('GET', `/services/${key}`)).body, to = s.recipients[0].key, fields = fieldsOf(c.person, s)
      assert.deepEqual([s.category, s.recipients.length, s.result.map(r => r.key)], [category, 1, [result]])
      const got = async () => (await city.received(to)).filter(r => r.body.service === key)
      const before = (await got()).length
      const refused = await c.refused('POST', `/services/${key}/queries`, { fields })
      assert.deepEqual([refused.status, refused.reason], [403, 'consent_required'])
      assert.equal((await got()).length, before)
      const { body } = await ask(c, s)
      assert.deepEqual(body.result.map(r => r.item), [result])
      assert.ok(JSON.stringify(body.result[0].value).length > 2)
      if (key === 'name_count_query') assert.match(body.result[0].value, /^[1-9]\d*$/, 'a count, and nobody\'s name')
      const [record] = await got(), sent = Object.keys(record.body.items)
      assert.ok(sent.length > 0)
      assert.deepEqual(sent.filter(i => !allowed.includes(i)), [])
      assert.equal(record.body.service, key)
      const entry = (await c.all('/me/usage')).find(u => u.n === body.usage_n)
      assert.deepEqual([entry.recipient, entry.items.map(i => i.key).sort()], [to, sent.sort()])
    })

    test('[NT-2.1.0.a] a joint service gets its declared list whole, and one item more is refused', async () => {
      const c = other, joint = { car_hailing: ['mobile_phone', 'location'] }
      for (const [key, declared] of Object.entries(joint)) {
        const s = (await c.ok('GET', `/services/${key}`)).body, to = s.recipients[0].key
        const before = (await city.received(to)).length
        const more = await c.refused('POST', `/services/${key}/queries`, { fields: { ...fieldsOf(c.person, s), face_image: 'x' } })
        assert.deepEqual([more.status, more.reason], [403, 'not_declared'])
        assert.equal((await city.received(to)).length, before)
        await ask(c, s)
        const [record] = await city.received(to)
        assert.deepEqual(Object.keys(record.body.items).sort(), [...declared].sort(), key)
        const k = (await c.ok('GET', '/consents')).body.items.find(i => i.scope === key && !i.withdrawn_at)
        assert.deepEqual(k.items.map(i => i.key ?? i).sort(), [...declared].sort(), 'the consent names the same')
      }
    })

    test('[NT-1.2.1.1.a] a kind of business takes each item that is listed for it, and no other', async () => {
      const [c] = people, s = services.get('government_affairs').find(k => k.key === 'housing_fund_query')
      const listed = { housing_fund_account: c.person.housing_fund_account }
      assert.match(listed.housing_fund_account, /^\d{12}$/)
      await withConsents(c, 'POST', `/services/${s.key}/queries`, { fields: listed })
      assert.ok((await c.all('/me/items')).some(i => i.key === 'housing_fund_account' && i.category === 'government_affairs'))
      for (const [item, value] of [['bank_card_info', '工商银行 6222'], ['health_info', '肢体三级'], ['household_registration', '崇川区']]) {
        const p = await c.refused('POST', `/services/${s.key}/queries`, { fields: { ...listed, [item]: value } })
        assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', 'NT-1.2.1.1.a'], item)
      }
      assert.ok(!(await c.all('/me/items')).some(i => i.service === s.key && ['bank_card_info', 'health_info', 'household_registration'].includes(i.key)))
    })
  }

  if (name === 'tianjin') {
    test('[TJ-1.1.22.a] [TJ-2.1.5.a] a third party gets nothing before the person authorised it, and then what was granted', async () => {
      const c = other, six = ['location', 'real_name', 'id_type', 'id_number', 'mobile_phone', 'ip_address']
      for (const [key, to] of [['metro_trip_query', 'metro_company'], ['bus_trip_query', 'bus_company']]) {
        const before = (await city.received(to)).length
        const p = await c.refused('POST', `/services/${key}/queries`, { fields: {} })
        assert.deepEqual([p.status, p.reason, p.clause], [403, 'consent_required', 'TJ-2.1.5.a'])
        const [grant] = p.next.filter(n => n.action === 'give_consent')
        assert.deepEqual([grant.scope, grant.recipient], [key, to])
        assert.equal((await city.received(to)).length, before, 'none of the six')
        await giveConsents(c, p.next)
        const given = (await c.all('/me/usage')).find(u => u.action === 'consent' && u.service === key)
        assert.deepEqual([given.recipient, given.items.map(i => i.key).sort()], [to, [...grant.items].sort()], 'the grant, the party and the items')
        const { body } = await c.ok('POST', `/services/${key}/queries`, { fields: {} })
        const records = (await city.received(to)).slice(0, (await city.received(to)).length - before)
        assert.equal(records.length, 1)
        const sent = Object.keys(records[0].body.items)
        assert.ok(sent.length >= 2 && sent.every(i => six.includes(i) && grant.items.includes(i)), `${sent}`)
        assert.ok(!sent.includes('location'), 'the position stays where no permission was granted')
        const entry = (await c.all('/me/usage')).find(u => u.n === body.usage_n)
        assert.deepEqual([entry.action, entry.recipient, entry.items.map(i => i.key).sort()], ['share', to, sent.sort()])
      }
    })

    test('[TJ-1.1.22.e] refusing one third party closes its service alone', async () => {
      const c = other
      for (const key of ['metro_trip_query', 'bus_trip_query']) await withConsents(c, 'POST', `/services/${key}/queries`, { fields: {} })
      const { items } = (await c.ok('GET', '/consents')).body
      await c.ok('DELETE', `/consents/${items.find(i => i.scope === 'metro_trip_query' && !i.withdrawn_at).id}`)
      const before = (await city.received('metro_company')).length
      const p = await c.refused('POST', '/services/metro_trip_query/queries', { fields: {} })
      assert.deepEqual([p.status, p.reason], [403, 'consent_required'])
      assert.equal(p.next.find(n => n.action === 'give_consent').recipient, 'metro_company')
      assert.equal((await c.ok('GET', '/services/metro_trip_query')).body.consent.given, false)
      assert.equal((await city.received('metro_company')).length, before)
      assert.equal((await c.call('POST', '/services/bus_trip_query/queries', { fields: {} })).status, 200, 'the other party')
      for (const s of services.get('social_medical')) assert.equal((await ask(c, s)).status, 200, 'own services')
    })
  }

  test(`[TJ-5.7] ${name}: a field that has nothing to do with the matter is refused in every form, stored nowhere, and counted`, async () => {
    const c = other
    const stored = () => city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${subject};`)
    const refusals = async () => (await c.all('/me/usage')).filter(u => u.action === 'refuse' && u.decision === 'not_declared').length
    const subject = (await c.ok('GET', '/me')).body.subject_id, before = stored()
    let tried = 0
    for (const s of [...services.values()].flat()) {
      const unrelated = ['crash_log', 'legal_rep_name'].filter(i => !s.fields.some(f => f.item === i))
      for (const item of unrelated) {
        const p = await c.refused('POST', `/services/${s.key}/queries`, { fields: { ...fieldsOf(c.person, s), [item]: '无关内容' } })
        assert.deepEqual([p.status, p.reason], [403, 'not_declared'], `${s.key} ${item}`)
        tried++
      }
      const p = await c.refused('POST', `/services/${s.key}/queries`, { fields: { ...fieldsOf(c.person, s), favourite_colour: '蓝' } })
      assert.ok(p.status === 400 || p.reason === 'not_declared', s.key)
    }
    for (const [path, body] of [['/realname/number', {}], ['/realname/bankcard', {}], ['/me/credentials', {}], ['/me/requests', { kind: 'explain', text: '请说明规则' }]]) {
      const p = await c.refused('POST', path, { ...body, crash_log: '无关内容' })
      assert.ok(p.status === 400 || p.status === 404, path)
    }
    assert.ok(tried > 40)
    assert.equal(stored(), before)
    assert.ok(await refusals() >= tried, 'each is an entry')
  })
  if (name === 'tianjin') test('[TJ-1.2.1.0] nothing more is taken for a category that was stopped, nor of an account that ended', async () => {
    const [one] = services.get('welfare'), rows = () => city.sql('SELECT COUNT(*) FROM vault_item;'), [c] = people
    await ask(c, one)
    const [li, zhang] = [await officerOf(city, 'li', '李政策'), await officerOf(city, 'zhang', '张审核')]
    const { number } = (await li.ok('POST', '/staff/clauses/void', { clause: 'TJ-1.1.16.a', reason: '上级机关要求停止收集', version: '2026.9' })).body
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '停止收集福利救助类信息' })
    await zhang.ok('POST', `/staff/releases/${number}/approve`, {})
    await zhang.ok('POST', `/staff/releases/${number}/publish`, { effective: 'now' })
    await city.advance('PT16S')
    await until(async () => (await c.ok('GET', '/policy/current')).body.number === number, 'the new version')
    const before = rows()
    for (const s of services.get('welfare')) {
      const p = await c.refused('POST', `/services/${s.key}/queries`, { fields: fieldsOf(c.person, s) })
      assert.deepEqual([p.reason, p.clause], ['not_declared', 'TJ-1.1.16.a'], s.key)
    }
    assert.equal(rows(), before)
    for (const s of services.get('social_medical')) assert.equal((await ask(c, s)).status, 200, 'another category goes on')

    await secondCheck(other)
    const { subject_id } = (await other.ok('GET', '/me')).body, session = other.token
    const { preview_token } = (await other.ok('GET', '/me/cancellation?scope=account')).body
    await other.ok('DELETE', `/me?scope=account&preview_token=${encodeURIComponent(preview_token)}`)
    await city.settle()
    const left = () => city.sql(`SELECT COUNT(*), MAX(collected_at) FROM vault_item WHERE subject_id = ${subject_id};`), ended = left()
    for (const token of [session, other.installation]) {
      other.token = token
      for (const [method, path, body] of [['POST', '/services/social_insurance_query/queries', { fields: {} }], ['PUT', '/me/items/email', { value: 'someone@example.cn' }],
        ['POST', '/me/credentials', { username: 'somebody9', password: 'Tong-ban2026' }], ['PUT', '/me/search-history', { keyword: '公积金' }]])
        assert.ok((await other.call(method, path, body)).status >= 400, path)
      for (const login of [other.username, other.person.mobile_phone])
        assert.equal((await other.call('POST', '/sessions', { method: 'password', login, password })).status, 401)
    }
    await city.advance('P1D')
    await city.settle()
    assert.equal(left(), ended, 'no further item of that account')
  })
})
