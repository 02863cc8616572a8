// Sets of numbers about groups of people: what identifies is refused, small groups are left out or stop the set, and it
// stays when the people in it are gone, while what is theirs can be used by nobody.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { citizen, cities, root, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { guarded } from './families.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { now } from './versions.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  const tianjin = name === 'tianjin'
  let folder, city, s, people, category
  // where the policy lists parts of the purpose, a set names one, and a product
  const part = tianjin ? {} : { part: 'operate_new', product: 'app' }
  const make = body => s.call('POST', '/staff/analysis', { purpose: '改进服务的分析', ...part, ...body })
  const made = async body => {
    const { id } = (await make(body)).body
    return until(async () => { await city.settle(); const a = (await s.ok('GET', '/staff/analysis')).body.items.find(i => i.id === id); return a.state !== 'making' && a }, 'the check')
  }
  const groups = async set => (await s.ok('GET', `/staff/analysis/${set.id}`)).body.groups

  before(async () => {
    // k is a setting: three people make a group here
    folder = mkdtempSync(join(tmpdir(), 'tongban-k-'))
    cpSync(join(root, 'cities'), join(folder, 'cities'), { recursive: true })
    const file = join(folder, 'cities', name, 'city.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^  k: 10 .*$/m, '  k: 3'))
    city = await startCity({ city: name, cities: join(folder, 'cities') })
    s = await openOffice(city, addOfficer(city, 'one', 'one 某', 'privacy_officer'))
    people = []
    for (let i = 0; i < 4; i++) people.push(await citizen(city, { insured: true }))
    const [c] = people, p = c.person
    await withConsents(c, 'POST', `/services/${tianjin ? 'social_insurance_query' : 'real_estate_query'}/queries`,
      { fields: { real_name: p.real_name, [tianjin ? 'id_number' : 'resident_id_number']: p.resident_id_number } })
    category = `category:${tianjin ? 'social_medical' : 'housing'}`
  })
  after(async () => { await city?.stop(); rmSync(folder, { recursive: true, force: true }) })

  test('a field that identifies is refused, by name [TJ-1.2.2.b] [NT-2.4.a]', async () => {
    for (const field of ['mobile_phone', 'real_name', 'email', 'location']) {
      const p = await s.refused('POST', '/staff/analysis', { fields: ['realname', field], purpose: '改进服务的分析', ...part })
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', tianjin ? 'TJ-2.4.0' : 'NT-2.4.a'])
      assert.match(p.detail, /识别/)
    }
    for (const fields of [[], ['nothing'], ['age', 'realname', 'registered_year', 'registered_month', category]])
      assert.equal((await make({ fields })).status, 400)
    assert.equal((await make({ fields: ['age'], purpose: ' ' })).status, 400)
    // behind a blank stands what was not looked at
    for (const fields of [[' '], ['age', '', 'mobile_phone'], ['age  mobile_phone'], Array(3000).fill('age')])
      assert.deepEqual((await make({ fields })).body.errors?.map(e => e.field), ['fields'], JSON.stringify(fields).slice(0, 60))
  })

  let whole
  test('for our own use groups smaller than the limit are left out, and no value is found in the account table [TJ-1.2.2.b]', async () => {
    whole = await made({ fields: ['realname', 'age'] })
    assert.deepEqual([whole.state, whole.people, whole.suppressed, whole.least], ['ready', 4, 0, 3])
    assert.deepEqual(await groups(whole), [{ values: ['已实名', '成年'], people: 4 }])
    const split = await made({ fields: ['realname', category] })
    assert.deepEqual([split.state, split.suppressed], ['ready', 1], 'one of four uses it')
    assert.deepEqual(await groups(split), [{ values: ['已实名', '未使用'], people: 3 }])
    assert.deepEqual((await s.turned('/staff/analysis')).map(a => a.id), [split.id, whole.id])
    const values = new Set((await groups(split)).flatMap(g => g.values))
    for (const c of people) for (const v of [c.subject, c.username, c.person.real_name, c.person.mobile_phone, c.person.resident_id_number]) assert.ok(!values.has(String(v)))
  })

  test(`somebody outside gets it ${tianjin ? 'never: the city has no such ground' : 'only when the check found nothing'} [NT-2.4.a] [NT-2.4.b]`, async () => {
    const before = await Promise.all(people.map(async c => [(await c.all('/me/usage')).length, (await c.all('/me/messages')).length, (await c.ok('GET', '/consents')).body.items.length]))
    const outside = { fields: ['realname', 'age'], receiver: '某大学 城市研究所' }
    if (tianjin) {
      const p = await s.refused('POST', '/staff/analysis', { purpose: '改进服务的分析', ...outside })
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'])
      return
    }
    const passed = await made(outside)
    assert.deepEqual([passed.state, passed.receiver, (await groups(passed))[0].people], ['ready', '某大学 城市研究所', 4])
    const failed = await made({ ...outside, fields: ['realname', category] })
    assert.equal(failed.state, 'refused')
    assert.match(failed.reason, /不足 3 人/)
    const p = await s.refused('GET', `/staff/analysis/${failed.id}`)
    assert.deepEqual([p.status, p.clause], [403, 'NT-2.4.a'])
    assert.ok(p.detail.includes(failed.reason))
    const after = await Promise.all(people.map(async c => [(await c.all('/me/usage')).length, (await c.all('/me/messages')).length, (await c.ok('GET', '/consents')).body.items.length]))
    assert.deepEqual(after, before, 'neither notice nor consent, and nobody\'s data was read')
  })

  const overview = async c => (await c.ok('GET', '/me/usage/overview')).body
  const service = tianjin ? 'social_insurance_query' : 'real_estate_query'
  test(`each use stands with its product and what for in the overview of its person, with the way to its entries ${tianjin ? '[TJ-1.2.1.3.a]' : '[NT-1.4.a]'}`, async () => {
    const [c, other] = people
    const mine = await overview(c), line = mine.items.find(u => u.product === service && u.purpose === 'query')
    const entries = (await c.all('/me/usage')).filter(u => u.service === service && u.purpose === 'query' && ['collect', 'read', 'share'].includes(u.action))
    assert.ok(entries.length > 0)
    assert.deepEqual([line.times, line.last_n, line.last_at], [entries.length, entries[0].n, entries[0].at])
    assert.deepEqual(line.items.map(i => i.key).sort(), [...new Set(entries.flatMap(u => u.items.map(i => i.key)))].sort())
    assert.ok(line.product_name && line.purpose_name && !/^[a-z_]+$/.test(line.product_name + line.purpose_name))
    const way = (await c.all(`/me/usage?product=${service}&purpose=query`)).map(u => u.n)
    assert.deepEqual(way, entries.map(u => u.n))
    const first = (await c.ok('GET', `/me/usage?product=${service}&purpose=query&limit=1`)).body
    assert.deepEqual([first.items.length, !!first.next], [1, entries.length > 1])
    assert.equal((await c.refused('GET', `/me/usage?product=${service}`)).status, 400)
    assert.deepEqual(await c.all('/me/usage?product=nothing&purpose=query'), [])
    assert.equal(mine.complete, true)
    assert.ok(!(await overview(other)).items.some(u => u.product === service), 'who did not use it')
    const total = (await c.all('/me/usage')).filter(u => u.purpose && u.service && ['collect', 'read', 'share'].includes(u.action)).length
    assert.equal(mine.items.filter(u => !u.product.startsWith('sdk:')).reduce((n, u) => n + u.times, 0), total)
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields: { real_name: c.person.real_name, [tianjin ? 'id_number' : 'resident_id_number']: c.person.resident_id_number } })
    const more = (await overview(c)).items.find(u => u.product === service && u.purpose === 'query')
    assert.ok(more.times > line.times && more.last_n > line.last_n)
  })

  test(`what was counted for ourselves stands there, by part and product; what is outside the list is refused ${tianjin ? '[TJ-1.2.1.3.a]' : '[NT-1.4.b]'}`, async () => {
    const [c] = people
    const { parts, whole, sets } = await overview(c)
    const offered = (await s.ok('GET', '/staff/analysis')).body.parts
    assert.deepEqual(offered, parts)
    if (tianjin) {
      assert.deepEqual([parts, whole], [[], null], 'its text lists each purpose by itself')
      assert.ok(sets.length >= 2 && sets.every(k => k.purpose_name === '改进服务（不含身份信息）' && k.fields.length))
      const p = await s.refused('POST', '/staff/analysis', { fields: ['age'], purpose: '改进服务的分析', part: 'improve', product: 'app' })
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'])
      return
    }
    assert.equal(whole, '提供、改进和运营产品与服务')
    assert.deepEqual(parts.map(p => p.key).toSorted(), ['complaint_handling', 'cooperation', 'improve', 'operate_new', 'operate_performance', 'promotion', 'query', 'use_log'])
    assert.equal(new Set(parts.map(p => p.name)).size, parts.length)
    for (const body of [{ part: '' }, { product: '' }, { product: 'no_such_service' }])
      assert.deepEqual([(await make({ fields: ['age'], ...body })).status, (await make({ fields: ['age'], ...body })).body.errors.map(e => e.field)], [400, Object.keys(body)])
    for (const outside of ['operate', 'notify', 'marketing']) {
      const p = (await make({ fields: ['age'], part: outside })).body
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'], outside)
      assert.match(p.clause, /^NT-1\./)
    }
    const before = sets.length
    const set = await made({ fields: ['age'], part: 'operate_performance', product: service })
    assert.deepEqual([set.part.key, set.product.key], ['operate_performance', service])
    const now = (await overview(c)).sets
    assert.equal(now.length, before + 1)
    assert.deepEqual([now[0].purpose_name, now[0].product_name, now[0].fields], ['评估、维护和提升产品的性能', set.product.name, ['是否成年']])
    assert.ok(now.every(k => k.fields.length && k.product_name), 'none that went outside, and no words of the office')
    const again = await made({ fields: ['age'], part: 'operate_performance', product: service })
    assert.deepEqual((await overview(c)).sets, [{ ...now[0], times: 2, last_at: again.made_at }, ...now.slice(1)], 'what counts the same is one')
    const late = await citizen(city)
    people.push(late)
    assert.deepEqual((await overview(late)).sets, [], 'who came later is in none')
  })

  test('who left is in the numbers still, and nobody can use what was theirs, or finds a way back to them [NT-3.1.c] [NT-A.9]', async () => {
    const [leaver] = people
    const keys = () => Number(city.sql('SELECT COUNT(*) FROM data_key WHERE wrapped IS NOT NULL;', 'keys/keys.db'))
    const found = () => Number(city.sql('SELECT COUNT(*) FROM identifier_key;', 'keys/keys.db'))
    const [keysBefore, foundBefore] = [keys(), found()], { subject_id } = (await leaver.ok('GET', '/me')).body
    const use = async () => s.refused('POST', '/staff/exceptions', { ground: 'provide_criminal_justice', context: 'share', recipient: 'population', items: ['real_name'],
      person: { real_name: leaver.person.real_name, mobile_phone: leaver.person.mobile_phone, ...(tianjin ? { id_number: leaver.person.resident_id_number } : {}) },
      evidence: { document: '调证字〔2026〕1号' }, scope: '一起案件的核对', scope_until: new Date(await now(city) + 60 * 86400000).toISOString().slice(0, 10) })
    await secondCheck(leaver)
    const scope = (await leaver.ok('GET', '/city')).body.features.cancel_scopes[0].key
    const preview = (await leaver.ok('GET', `/me/cancellation?scope=${scope}`)).body
    await leaver.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)
    await city.settle()
    assert.deepEqual(await groups(whole), [{ values: ['已实名', '成年'], people: 4 }], 'the set has no way back to anyone')
    assert.equal((await use()).status, 404, 'the original is nobody\'s to use')
    assert.equal((await made({ fields: ['realname', 'age'] })).people, people.length - 1, 'a new set does not count them')

    // what opened their items and found them by number or name is gone, and numbers stand beside nobody
    assert.ok(keys() < keysBefore && found() < foundBefore, 'keys were destroyed')
    assert.equal(city.sql(`SELECT COUNT(*) FROM account_identifier WHERE subject_id = ${subject_id};`), '0')
    assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${subject_id} AND retained = '';`), '0')
    for (const table of ['analysis_set', 'analysis_group', 'daily_count', 'anonymous_use']) {
      const columns = city.columnsOf(table)
      assert.ok(columns.length > 1 && !columns.some(c => /subject|installation|session|record|identifier/.test(c)), `${table}: ${columns}`)
    }
    const { paths } = (await leaver.ok('GET', '/openapi.json')).body
    const calls = Object.entries(paths).filter(([path]) => /analysis|statistics|withdrawn-uses/.test(path)).flatMap(([path, of]) => Object.keys(of).map(method => `${method} ${path}`))
    assert.deepEqual(calls.sort(), ['delete /api/v1/staff/analysis/{id}/key', 'get /api/v1/staff/analysis', 'get /api/v1/staff/analysis/{id}', 'get /api/v1/staff/analysis/{id}/rows',
      'get /api/v1/statistics', 'get /api/v1/withdrawn-uses', 'post /api/v1/staff/analysis', 'post /api/v1/staff/analysis/{id}/reversals'],
      'no other call leads from numbers to people, and that one only where a set of rows kept its key table')
    const back = await s.refused('POST', `/staff/analysis/${whole.id}/reversals`, { code: 'A'.repeat(26), reason: '核对数据错误', totp: '000000' })
    assert.deepEqual([back.status, back.reason], tianjin ? [403, 'not_declared'] : [409, 'conflict'])
    assert.deepEqual((await s.ok('GET', `/staff/analysis/${whole.id}/rows`)).body.items, [], 'numbers have no rows')
    const answer = (await s.ok('GET', `/staff/analysis/${whole.id}`)).body
    for (const g of answer.groups) assert.deepEqual(Object.keys(g).sort(), ['people', 'values'])
  })

  test('children are counted in no set, while who is fourteen is', async () => {
    const counted = async () => (await made({ fields: ['registered_year'] })).people
    const before = await counted()
    await guarded(city, { age_gte: 8, age_lt: 13 })
    assert.equal(await counted(), before + 1, 'the parent alone')
    await guarded(city, { age_gte: 14, age_lt: 17 })
    assert.equal(await counted(), before + 3)
  })
})
