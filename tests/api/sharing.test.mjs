// Who receives data is bound first: agreements, undertakings and assessments of recipients, third parties' own texts, the
// items of cooperating providers, and what a person types into a third party's form.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agree, Client, cities, citizen, giveConsents, root, startCity, until, withConsents } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { now, publish } from './versions.mjs'
import { stop } from './careful.mjs'

const of = {
  nantong: { service: 'insured_status_query', recipient: 'social_insurance', kind: 'agreement', clause: 'NT-2.1.0.e', other: 'housing_fund_query', text: 'confidentiality' },
  tianjin: { service: 'metro_trip_query', recipient: 'metro_company', kind: 'undertaking', clause: 'TJ-1.1.22.d', other: 'bus_trip_query', text: 'undertaking' },
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  const my = of[name], third = name === 'tianjin'
  let city, c, first, second, firstAccount, secondAccount
  const day = async (days = 0) => new Date(await now(city) + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
  const fields = () => (third ? {} : { real_name: c.person.real_name, resident_id_number: c.person.resident_id_number })
  const ask = (client = c, service = my.service) => client.call('POST', `/services/${service}/queries`, { fields: fields() })
  const query = (service = my.service) => withConsents(c, 'POST', `/services/${service}/queries`, { fields: fields() })
  const got = async () => (await city.received(my.recipient)).length
  const papers = async () => (await first.ok('GET', '/staff/papers')).body
  const standing = async (kind = my.kind) => (await papers()).items.find(p => p.recipient === my.recipient && p.kind === kind && p.state === 'standing')
  const paper = async more => ({ recipient: my.recipient, kind: my.kind, document: '续签〔2026〕1号', document_hash: 'ab'.repeat(32),
    from: await day(), until: await day(365), ...more })
  const renew = async more => {
    const p = (await first.ok('POST', '/staff/papers', await paper(more))).body
    return (await second.ok('POST', `/staff/papers/${p.id}/approval`, {})).body
  }
  const shown = async () => (await c.all('/services')).some(s => s.key === my.service)
  const inForce = version => until(async () => (await c.ok('GET', '/policy/current')).body.version === version, version)
  // What the loader says of the city's files with one of them changed.
  const complaints = (file, edit) => {
    const folder = mkdtempSync(join(city.dir, 'cities-')), path = join(folder, name, file)
    cpSync(join(root, 'cities'), folder, { recursive: true })
    const old = readFileSync(path, 'utf8')
    assert.notEqual(edit(old), old, file)
    writeFileSync(path, edit(old))
    try { city.cli('release', 'draft', '--cities', folder, '--data', city.data) } catch (e) { return `${e.stdout}${e.stderr}` }
    return 'nothing was complained about'
  }
  // Sessions of officers end after a while; a code opens one only.
  const officers = async () => {
    await city.advance('PT31S')
    first = await openOffice(city, firstAccount)
    second = await openOffice(city, secondAccount)
  }

  before(async () => {
    city = await startCity({ city: name })
    firstAccount = addOfficer(city, 'privacy-a', '专员 甲某', 'privacy_officer')
    secondAccount = addOfficer(city, 'privacy-b', '专员 乙某', 'privacy_officer')
    await officers()
    c = await citizen(city)
  })
  after(() => stop(city))

  test('a new city starts with what its recipients signed, by the hash of the text [NT-2.1.0.e] [TJ-1.1.22.d]', async () => {
    const { recipients, items, missing, soon } = await papers()
    assert.deepEqual([missing, soon], [0, 0])
    for (const r of recipients) {
      assert.deepEqual(r.missing, [])
      assert.deepEqual(r.needs, name === 'nantong' ? ['agreement'] : r.kind === 'partner' ? ['undertaking', 'admission'] : [])
      for (const kind of r.needs) assert.ok(items.some(p => p.recipient === r.key && p.kind === kind && p.state === 'standing'), r.key)
    }
    const one = await standing()
    const text = readFileSync(join(root, `cities/${name}/agreements/${my.text}.txt`))
    assert.equal(one.document_hash, createHash('sha256').update(text).digest('hex'))
    assert.notEqual(one.officer, one.second)
    await query()
    assert.equal(await got(), 1)
  })

  test('ending what was signed ends the shares at once on all servers, and the entry says why [NT-2.1.0.e] [TJ-1.1.22.d]', async () => {
    const other = await city.another()
    const there = new Client({ ...city, base: other.base })
    there.token = c.token
    assert.equal((await first.refused('POST', `/staff/papers/${(await standing()).id}/end`, { reason: '' })).errors[0].field, 'reason')
    const ended = (await first.ok('POST', `/staff/papers/${(await standing()).id}/end`, { reason: '检查发现超范围使用' })).body
    assert.deepEqual([ended.state, ended.ended_by, ended.reason], ['ended', '专员 甲某', '检查发现超范围使用'])
    const before = await got()
    for (const client of [c, there]) {
      const r = await ask(client)
      assert.deepEqual([r.status, r.body.reason, r.body.clause], [403, 'not_declared', my.clause])
      const [entry] = (await c.ok('GET', '/me/usage?limit=1')).body.items
      assert.deepEqual([entry.action, entry.decision, entry.clause], ['refuse', 'not_declared', my.clause])
      assert.match(entry.note, /没有在有效期内的/)
    }
    assert.equal(await got(), before)
    assert.equal(await shown(), !third, 'a third party\'s service is hidden')
    assert.equal((await c.call('GET', `/services/${my.service}`)).status, third ? 404 : 200)
    await withConsents(c, 'POST', `/services/${my.other}/queries`, { fields: fields() }) // the other recipients go on
    assert.deepEqual((await papers()).missing, 1)
    await other.stop()
  })

  test('two officers renew it; until the second agreed, and before its day, nothing goes [NT-2.1.0.e] [TJ-1.1.22.d]', async () => {
    const p = (await first.ok('POST', '/staff/papers', await paper())).body
    assert.deepEqual([p.state, p.mine], ['waiting', true])
    assert.equal((await ask()).status, 403)
    assert.equal((await first.refused('POST', `/staff/papers/${p.id}/approval`, {})).status, 409)
    assert.equal((await second.ok('POST', `/staff/papers/${p.id}/rejection`, {})).body.state, 'rejected')
    assert.equal((await second.refused('POST', `/staff/papers/${p.id}/approval`, {})).status, 409)
    assert.equal((await ask()).status, 403)
    assert.equal((await renew({ from: await day(1), until: await day(40) })).state, 'coming')
    assert.equal((await ask()).status, 403)
    for (const [field, more] of [['document', { document: ' ' }], ['document_hash', { document_hash: 'AB' }], ['recipient', { recipient: 'nobody_here' }],
      ['until', { until: await day(-1) }]])
      assert.equal((await first.refused('POST', '/staff/papers', await paper(more))).errors[0].field, field)
    await renew({ until: await day(20) })
    await query()
    assert.equal(await shown(), true)
    // the day after its last one it is as if there were none, and the officers were warned
    assert.deepEqual([(await papers()).missing, (await papers()).soon], [0, 0], 'the later one follows')
  })

  test('what was signed runs out by itself, and officers are warned before [NT-2.1.0.e] [TJ-1.1.22.d]', async () => {
    await city.advance('P15D')
    await officers()
    assert.deepEqual([(await papers()).missing, (await papers()).soon], [0, 1])
    await city.advance('P30D')
    await officers()
    assert.deepEqual([(await papers()).missing, (await papers()).items.filter(p => p.state === 'expired').length], [1, 2])
    const d = await citizen(city)
    const before = await got()
    const r = await d.refused('POST', `/services/${my.service}/queries`, { fields: third ? {} : { real_name: d.person.real_name, resident_id_number: d.person.resident_id_number } })
    assert.deepEqual([r.reason, r.clause], ['not_declared', my.clause])
    assert.equal(await got(), before)
    await renew({ until: await day(3000) })
    c = d
    await query()
  })

  if (third) test('a party is admitted only when every item is found lawful, reasonable and necessary [TJ-1.1.22.c]', async () => {
    await first.ok('POST', `/staff/papers/${(await standing('admission')).id}/end`, { reason: '重新评估' })
    assert.equal(await shown(), false)
    const refused = await ask()
    assert.deepEqual([refused.status, refused.body.clause], [403, 'TJ-1.1.22.c'])
    const { asked } = (await papers()).recipients.find(r => r.key === my.recipient)
    assert.deepEqual(asked.map(i => i.key).sort(), ['id_number', 'id_type', 'location', 'mobile_phone', 'real_name'])
    const yes = asked.map(i => ({ item: i.key, lawful: true, reasonable: true, necessary: true, note: '办理所需' }))
    for (const part of ['lawful', 'reasonable', 'necessary']) for (const value of [false, undefined]) {
      const p = await first.refused('POST', '/staff/papers', await paper({ kind: 'admission', findings: yes.map((f, i) => (i === 1 ? { ...f, [part]: value } : f)) }))
      assert.deepEqual([p.status, p.errors.map(e => e.field)], [400, [`findings.${yes[1].item}`]])
    }
    assert.equal((await first.refused('POST', '/staff/papers', await paper({ kind: 'admission', findings: yes.slice(1) }))).errors[0].field, `findings.${yes[0].item}`)
    assert.equal(await shown(), false)
    await renew({ kind: 'admission', findings: yes })
    assert.equal(await shown(), true)
    await query()
  })

  if (third) test('a third party\'s page points to both of its texts; without them it cannot be published [TJ-2.1.5.c] [TJ-1.1.22.f]', async () => {
    const s = (await c.ok('GET', `/services/${my.service}`)).body
    assert.equal(s.party.name, s.provider)
    for (const url of [s.party.agreement_url, s.party.policy_url]) assert.match(url, /^https:\/\//)
    for (const key of ['agreement_url', 'policy_url'])
      assert.match(complaints('policy/2026.1.yaml', t => t.replace(new RegExp(`\\n    ${key}: https://metro.*`), '')), new RegExp(`TJ-2\\.1\\.5\\.c.*write ${key}`))
  })

  if (third) test('what a person types into a third party\'s form is given to it by that, and entered so [TJ-2.1.5.b]', async () => {
    const d = await citizen(city), phone = '12900000017'
    // without any consent: the typed number needs no further question, all else does
    const refused = await d.refused('POST', `/services/${my.service}/queries`, { fields: { mobile_phone: phone } })
    assert.equal(refused.reason, 'consent_required')
    const [asked] = refused.next.filter(n => n.action === 'give_consent')
    const before = await got()
    await d.ok('POST', '/consents', { scope: asked.scope, items: asked.items, recipient: asked.recipient, text_hash: asked.text_hash })
    await d.ok('POST', `/services/${my.service}/queries`, { fields: { mobile_phone: phone } })
    assert.equal(await got(), before + 1)
    assert.equal((await city.received(my.recipient)).filter(r => r.body.items.mobile_phone === phone).length, 1)
    const entry = (await d.all('/me/usage')).find(u => u.action === 'collect' && u.basis === 'given_by_user')
    assert.deepEqual([entry.service, entry.recipient?.key ?? entry.recipient, entry.items.map(i => i.key)], [my.service, my.recipient, ['mobile_phone']])
    assert.ok(entry.at)
    // an own service has no such entry
    assert.equal((await d.all('/me/usage')).filter(u => u.basis === 'given_by_user').length, 1)
  })

  if (third) test('a provider gets the four items and its own list; one more is refused, and a new one waits for each person\'s yes [TJ-2.1.4.a] [TJ-2.1.4.b]', async () => {
    assert.match(complaints('services/third_party.yaml', t => t.replace(/(shared: \[real_name, id_type, id_number, mobile_phone, location)\]/, '$1, ip_address]')),
      /'ip_address' with 'metro_company'.*TJ-2\.1\.4\.a/)
    assert.match(complaints('policy/2026.1.yaml', t => t.replace(/(key: bus_company[^]*?items: \[mobile_phone), location\]/, '$1]')), /'location' with 'bus_company'.*TJ-2\.1\.4\.a/)
    // a version in which the bus company gets no mobile phone; then one that adds it
    const without = t => t.replace(/(key: bus_trip_query[^]*?)      - item: mobile_phone\n(?:        .*\n)+([^]*?id_number), mobile_phone/, '$1$2')
    await publish(city, '2026.8', { from: '2026.1', days: 0, edit: { POLICY: t => t.replace('updated: 2026-01-01', 'updated: 2026-01-02'), 'services/third_party.yaml': without } })
    await inForce('2026.8')
    const d = await citizen(city), bus = () => ask(d, my.other)
    const sent = async () => (await city.received('bus_company')).filter(r => r.body.items.id_number === d.person.resident_id_number).map(r => Object.keys(r.body.items).sort().join())
    await withConsents(d, 'POST', `/services/${my.other}/queries`, { fields: {} })
    assert.deepEqual(await sent(), ['id_number,id_type,real_name'])
    await publish(city, '2026.9', { from: '2026.8', days: 0, edit: { POLICY: t => t.replace('updated: ', 'updated:  '),
      'services/third_party.yaml': () => readFileSync(join(root, 'cities/tianjin/services/third_party.yaml'), 'utf8') } })
    await inForce('2026.9')
    await agree(d)
    const r = await bus()
    assert.equal(r.body.reason, 'consent_required')
    assert.ok(r.body.next[0].items.includes('mobile_phone') || r.body.next[0].items.some(i => i.key === 'mobile_phone'))
    assert.equal((await sent()).length, 1, 'nothing leaves before the new yes')
    await giveConsents(d, r.body.next)
    assert.equal((await bus()).status, 200)
    assert.deepEqual((await sent()).sort(), ['id_number,id_type,mobile_phone,real_name', 'id_number,id_type,real_name'])
  })
})
