// A minor's items used or published on a ground: only where the law allows it, the guardian agrees expressly, or the
// protection of the minor needs it. Nantong's policy lists no such bases: there the ground alone decides, as before.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { caseOf } from './careful.mjs'
import { cities, citizen, secondCheck, startCity, withConsents } from './helpers.mjs'
import { adult, guarded } from './families.mjs'
import { addOfficer, openOffice } from './officers.mjs'

const law = { ground: 'minor_law', evidence: { document: '未成年人保护法第七十三条' } }
const protection = { ground: 'minor_protection', evidence: { event: '走失求助 2026-31', reason: '尽快找到走失的孩子' } }
const guardian = { ground: 'minor_guardian' }

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, officers, s, second, family, stranger, grownUp, until
  const named = (p, number = name === 'tianjin') => ({ real_name: p.real_name, mobile_phone: p.mobile_phone, ...(number ? { id_number: p.resident_id_number } : {}) })
  const child = () => named(family.child)
  const scoped = () => ({ scope: '一起公共安全事件的核查', scope_until: until })
  const share = (person, more) => ({ ground: 'provide_public_interest', context: 'share', recipient: 'population', person, items: ['real_name'],
    evidence: { document: '应急局 通知〔2026〕5号' }, ...scoped(), ...more })
  const publish = (person, more) => ({ ground: 'provide_public_interest', context: 'publish', person, items: ['real_name'], purpose: '寻找走失的孩子',
    evidence: { document: '应急局 通知〔2026〕5号' }, ...scoped(), ...more })
  const use = (person, more) => ({ ground: 'other_use', context: 'use', person, items: ['real_name'], ...scoped(),
    evidence: { document: '某监管局 监函〔2026〕7号', reason: '监管要求核对实名登记' }, ...more })
  const open = body => s.ok('POST', '/staff/exceptions', body).then(r => r.body)
  const approve = id => second.ok('POST', `/staff/exceptions/${id}/approval`, {}).then(r => r.body)
  const usage = c => c.all('/me/usage')
  const disclosed = async () => (await city.received('population')).filter(r => r.path === 'disclosures').length

  // The old sessions may have been idle too long.
  const offices = async () => {
    s = await openOffice(city, officers[0])
    second = await openOffice(city, officers[1])
  }

  before(async () => {
    city = await startCity({ city: name })
    officers = ['甲', '乙'].map((n, i) => addOfficer(city, `privacy${i}`, `专员 ${n}某`, 'privacy_officer'))
    family = await guarded(city)
    grownUp = await citizen(city)
    stranger = await adult(city, (await city.people({ age_gte: 30, age_lt: 60, limit: 500 })).find(p => p.id_type === 'resident_card' && !city.taken.has(p.resident_id_number)))
    await offices()
    until = new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + 60 * 86400000).toISOString().slice(0, 10)
  })
  after(() => city?.stop())

  if (name === 'nantong') {
    test('a city without bases of its own asks for none, and takes none', async () => {
      const filed = (await withConsents(family.c, 'POST', '/services/hotline_12345/cases', { fields: caseOf('hotline_12345', family.child) })).body
      await city.settle()
      const child = () => ({ case_id: filed.id })
      const done = await open(share(child()))
      assert.deepEqual([done.state, done.outcome, done.minor], ['done', 'sent', null])
      const p = await s.refused('POST', '/staff/exceptions', share(child(), { minor: law }))
      assert.deepEqual([p.status, p.errors.map(e => e.field)], [400, ['minor.ground']])
      assert.deepEqual((await family.p.ok('GET', `/wards/${family.ward.id}/uses`)).body.items, [])
    })
    return
  }

  test('without one of the three bases every use and publication of a minor\'s item is refused and entered; an adult\'s is not touched [TJ-6.3.a]', async () => {
    for (const wanted of [share(child()), publish(child()), use(child())]) {
      const before = (await usage(family.c)).length
      const p = await s.refused('POST', '/staff/exceptions', wanted)
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'guardian_required', 'TJ-6.3.a'], wanted.context)
      assert.match(p.detail, /法律允许、监护人明确同意或者保护其本人所必要/)
      const list = await usage(family.c)
      assert.deepEqual([list.length, list[0].action, list[0].clause], [before + 1, 'refuse', 'TJ-6.3.a'])
    }
    const bad = async (minor, fields) => {
      const p = await s.refused('POST', '/staff/exceptions', share(child(), { minor }))
      assert.deepEqual([p.status, p.errors.map(e => e.field).toSorted()], [400, fields], JSON.stringify(minor))
    }
    await bad({ ground: 'minor_law' }, ['minor.document'])
    await bad({ ground: 'minor_protection', evidence: { event: '走失求助 2026-31' } }, ['minor.reason'])
    await bad({ ground: 'provide_public_interest' }, ['minor.ground'])
    await bad({ ground: 'minor_guardian', evidence: { consent: '监护人电话中表示同意' } }, ['minor.consent'])
    assert.equal(await disclosed(), 0)
    assert.deepEqual((await (await city.client()).ok('GET', '/publications')).body.items, [])

    assert.equal((await open(share(named(grownUp.person)))).state, 'done')
    assert.equal(await disclosed(), 1)
    const p = await s.refused('POST', '/staff/exceptions', share(named(grownUp.person), { minor: law }))
    assert.deepEqual(p.errors.map(e => e.field), ['minor.ground'], 'no basis is written down for who is of age')
  })

  test('on a law, and for the protection of the minor, it is carried out, with an entry that names the basis [TJ-6.3.a]', async () => {
    const done = await open(share(child(), { minor: law }))
    assert.deepEqual([done.state, done.outcome, done.minor.ground, done.minor.evidence], ['done', 'sent', 'minor_law', law.evidence])
    assert.equal(await disclosed(), 2)
    const shared = (await usage(family.c)).find(u => u.action === 'share' && u.ref_id === done.id)
    for (const part of ['法律允许使用或者公开未成年人的信息', law.evidence.document]) assert.ok(shared.note.includes(part), shared.note)

    const wanted = await open(publish(child(), { minor: protection }))
    assert.equal(wanted.state, 'waiting')
    assert.equal((await approve(wanted.id)).state, 'published')
    const [up] = (await (await city.client()).ok('GET', '/publications')).body.items
    assert.equal(up.id, wanted.id)
    assert.ok(!JSON.stringify(up).includes(family.child.real_name), 'masked: nobody agreed')
    const entry = (await usage(family.c)).find(u => u.basis === 'exception:provide_public_interest' && u.ref_id === wanted.id)
    for (const part of ['保护未成年人所必要', protection.evidence.event, protection.evidence.reason]) assert.ok(entry.note.includes(part), entry.note)
    assert.deepEqual((await family.c.ok('GET', '/me/publications')).body.items.map(p => [p.id, p.state]), [[wanted.id, 'published']])
    await s.ok('POST', `/staff/exceptions/${wanted.id}/removal`, {})
  })

  test('the guardian\'s word is the guardian\'s own, on the very text, after a second check; and can be taken back [TJ-6.3.a]', async () => {
    const { id, text } = await open(use(child(), { minor: guardian }))
    assert.ok(text, 'the second officer reads what the guardian will be asked')
    assert.deepEqual((await family.p.ok('GET', `/wards/${family.ward.id}/uses`)).body.items, [], 'not before another officer agreed')
    assert.equal((await approve(id)).state, 'guardian_asked')
    assert.equal((await second.refused('POST', `/staff/exceptions/${id}/values`, {})).status, 409)

    const [message] = (await family.p.all('/me/messages')).filter(m => m.kind === 'ward_use')
    assert.equal(message.ref_id, id)
    const [asked] = (await family.p.ok('GET', `/wards/${family.ward.id}/uses`)).body.items
    assert.deepEqual([asked.id, asked.can_agree, asked.items, asked.text], [id, true, ['姓名'], text])
    for (const part of ['监管要求核对实名登记', '某监管局 监函〔2026〕7号', '公共安全事件']) assert.ok(text.includes(part), text)
    assert.ok(!text.includes(family.child.real_name))
    assert.equal((await stranger.refused('GET', `/ward-uses/${id}`)).status, 404)
    assert.equal((await family.c.refused('POST', `/ward-uses/${id}/agreement`, { text_hash: asked.text_hash })).status, 404, 'not the child\'s own')

    await city.advance('PT20M')
    await offices()
    assert.equal((await family.p.refused('POST', `/ward-uses/${id}/agreement`, { text_hash: asked.text_hash })).reason, 'second_check_required')
    await secondCheck(family.p)
    assert.equal((await family.p.refused('POST', `/ward-uses/${id}/agreement`, { text_hash: '0'.repeat(64) })).errors[0].field, 'text_hash')
    const agreed = (await family.p.ok('POST', `/ward-uses/${id}/agreement`, { text_hash: asked.text_hash })).body
    assert.deepEqual([agreed.state, agreed.can_agree, agreed.can_withdraw], ['done', false, true])
    assert.equal((await family.p.refused('POST', `/ward-uses/${id}/agreement`, { text_hash: asked.text_hash })).status, 409)
    const word = (await usage(family.c)).find(u => u.action === 'consent' && u.ref_id === id)
    assert.deepEqual([word.basis, word.clause], ['exception:minor_guardian', 'TJ-6.3.a'])
    assert.ok((await usage(family.p)).some(u => u.action === 'consent' && u.note?.includes(asked.text_hash)))

    const { values } = (await second.ok('POST', `/staff/exceptions/${id}/values`, {})).body
    assert.deepEqual(values.map(v => v.value), [family.child.real_name])
    const [read] = await usage(family.c)
    assert.deepEqual([read.action, read.basis], ['read', 'exception:other_use'])
    assert.match(read.note, /监护人明确同意/)
    assert.equal((await family.p.ok('POST', `/ward-uses/${id}/refusal`, {})).body.state, 'withdrawn')
    assert.equal((await second.refused('POST', `/staff/exceptions/${id}/values`, {})).status, 409)

    const given = await open(share(child(), { minor: guardian }))
    const before = await disclosed()
    assert.equal(given.state, 'guardian_asked', 'one officer is enough on that ground')
    const { text_hash } = (await family.p.ok('GET', `/ward-uses/${given.id}`)).body
    const sent = (await family.p.ok('POST', `/ward-uses/${given.id}/agreement`, { text_hash })).body
    assert.deepEqual([sent.state, sent.can_withdraw, await disclosed()], ['done', false, before + 1])
    assert.equal((await family.p.refused('POST', `/ward-uses/${given.id}/refusal`, {})).status, 409, 'it cannot be called back')

    const no = await open(use(child(), { minor: guardian }))
    await approve(no.id)
    assert.equal((await family.p.ok('POST', `/ward-uses/${no.id}/refusal`, {})).body.state, 'guardian_declined')
    assert.equal((await second.refused('POST', `/staff/exceptions/${no.id}/values`, {})).status, 409)
  })

  test('a publication by consent is the guardian\'s to allow, and goes with the agreement [TJ-6.3.a] [TJ-2.3.1.a]', async () => {
    const wanted = more => ({ ...publish(child(), { ground: 'publish_consent', evidence: {}, ...more }) })
    assert.deepEqual((await s.refused('POST', '/staff/exceptions', wanted({ minor: law }))).errors.map(e => e.field), ['minor.ground'])
    const { id } = await open(wanted({ minor: guardian }))
    assert.equal((await approve(id)).state, 'guardian_asked')
    const page = async () => (await (await city.client()).ok('GET', '/publications')).body.items.filter(p => p.id === id)
    assert.deepEqual(await page(), [])
    const asked = (await family.p.ok('GET', `/ward-uses/${id}`)).body
    assert.match(asked.text, /寻找走失的孩子/)
    await secondCheck(family.p)
    assert.equal((await family.p.ok('POST', `/ward-uses/${id}/agreement`, { text_hash: asked.text_hash })).body.state, 'published')
    assert.deepEqual((await page()).map(p => p.values), [[{ name: '姓名', value: family.child.real_name }]])
    const left = await open(use(child(), { minor: guardian }))
    await approve(left.id)
    await family.p.ok('DELETE', `/wards/${family.ward.id}`)
    assert.deepEqual(await page(), [], 'no yes outlives the agreement')
    const late = (await family.p.ok('GET', `/ward-uses/${left.id}`)).body
    assert.equal((await family.p.refused('POST', `/ward-uses/${left.id}/agreement`, { text_hash: late.text_hash })).status, 409)
    assert.equal((await s.refused('POST', '/staff/exceptions', use(child(), { minor: guardian }))).status, 409, 'nobody to ask')
  })
})
