// What partners deliver about a person: only with the person's word here and the grant there, only as far as a cooperation needs it.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, password, startCity, until } from './helpers.mjs'
import { officerOf } from './officers.mjs'
import { partnerCall } from './partner_calls.mjs'

const partner = 'promotion_partner', cooperation = 'spending_points'

describe('nantong', { concurrency: false }, () => {
  let city, c, privacy, grant
  const own = async (key = cooperation, who = c) => (await who.ok('GET', '/me/partner-data')).body.items.find(k => k.key === key)
  const deliver = (more = {}, from = partner) => partnerCall(city, from, 'deliveries', { cooperation, grant, reference: 'HM-2026-0001', items: { 积分余额: '120', 最近消费: '2026年11月' }, ...more })
  const usage = async () => (await c.all('/me/usage')).filter(u => u.service === 'partner_delivery')
  const held = async () => (await c.ok('GET', '/me/items')).body.items.filter(i => i.key === 'indirect_data')
  const refused = async (answer, reason, clause, status = 403) => {
    const r = await answer
    assert.deepEqual([r.status, r.body.reason, r.body.clause ?? null], [status, reason, clause], JSON.stringify(r.body))
  }

  before(async () => {
    city = await startCity({ city: 'nantong' })
    privacy = await officerOf(city, 'privacy', '专员 吴某', 'privacy_officer')
    c = await citizen(city)
  })
  after(() => city?.stop())

  test('nothing is taken without the reference to the grant, and without the person\'s own word [NT-1.2.3.a]', async () => {
    await refused(deliver(), 'consent_required', 'NT-1.2.3.a')
    await refused(deliver({ grant: '4611686018427387903' }), 'consent_required', 'NT-1.2.3.a')
    const k = await own()
    assert.equal(k.allowed, false)
    assert.match(k.consent_text, /惠民消费积分[^]*接收、使用、汇总、分析[^]*删除已经收到的信息/)
    assert.equal((await c.refused('PUT', `/me/partner-data/${cooperation}`, { text_hash: '0'.repeat(64) })).errors[0].field, 'text_hash')
    const general = await c.refused('POST', '/consents', { scope: 'partner_delivery', items: ['indirect_data'], recipient: null, text_hash: k.text_hash })
    assert.equal(general.reason, 'not_declared', 'no consent to partners at large')
    ;({ body: { grant } } = await c.ok('PUT', `/me/partner-data/${cooperation}`, { text_hash: k.text_hash }))
    assert.equal((await c.refused('PUT', `/me/partner-data/${cooperation}`, { text_hash: k.text_hash })).status, 409)
    for (const reference of [undefined, '', '1'])
      await refused(deliver({ reference }), 'consent_required', 'NT-1.2.3.a')
    const [last] = await usage()
    assert.deepEqual([last.action, last.decision, last.actor.name], ['refuse', 'consent_required', '南通惠民消费服务有限公司'], 'the person sees the attempt')
    assert.deepEqual(await held(), [])
  })

  test('with both, it is stored with origin partner, and the person sees it in the data and the list of uses [NT-1.2.3.a]', async () => {
    const r = await deliver()
    assert.equal(r.status, 201)
    const [item] = await held()
    assert.deepEqual([item.origin, item.record_id, item.service, item.sensitive], ['partner', r.body.id, 'partner_delivery', true])
    assert.ok(!JSON.stringify(item).includes('积分余额') && !item.masked?.includes('120'), 'sensitive: masked')
    const [entry] = await usage()
    assert.deepEqual([entry.action, entry.purpose, entry.basis, entry.items.map(i => i.key)], ['collect', 'cooperation', 'consent', ['indirect_data']])
    assert.equal(entry.actor.name, '南通惠民消费服务有限公司')
    await c.ok('POST', '/second-checks', { method: 'password', password })
    const shown = (await c.ok('POST', '/me/items/indirect_data/reveal', { record_id: r.body.id })).body
    assert.match(JSON.stringify(shown), /积分余额：120；最近消费：2026年11月/)
    assert.equal((await own()).received, 1)
    assert.equal((await deliver({ items: {} })).status, 400)
    assert.equal((await deliver({}, 'telecom_operator')).status, 404, 'the cooperation is another partner\'s')
    await refused(deliver({ cooperation: 'phone_points' }, 'telecom_operator'), 'consent_required', 'NT-1.2.3.a')
    assert.equal((await partnerCall(city, partner, 'deliveries', { cooperation, grant, items: {} }, { headers: {} })).status, 401)
  })

  test('each act needs the cooperation; putting together with a source outside it is refused [NT-1.2.3.b]', async () => {
    const make = fields => privacy.call('POST', '/staff/analysis', { fields, purpose: '评估合作的效果', part: 'cooperation', product: 'app' })
    const ready = async id => until(async () => { await city.settle(); return (await privacy.ok('GET', '/staff/analysis')).body.items.find(a => a.id === id).state === 'ready' }, 'the set')
    await refused(make(['partner:phone_points']), 'not_declared', 'NT-1.2.3.b') // received only
    await refused(make(['partner:spending_points', 'category:health']), 'not_declared', 'NT-1.2.3.b')
    await refused(make(['category:tourism', 'partner:spending_points', 'realname']), 'not_declared', 'NT-1.2.3.b')
    await refused(make(['partner:spending_points', 'partner:phone_points']), 'not_declared', 'NT-1.2.3.b')
    for (const fields of [['partner:spending_points'], ['partner:spending_points', 'category:tourism']]) {
      const { status, body } = await make(fields)
      assert.equal(status, 201)
      await ready(body.id)
      const set = (await privacy.ok('GET', `/staff/analysis/${body.id}`)).body
      assert.deepEqual([set.people, set.suppressed], [1, 1], 'counted, and too few to be shown')
    }
    const offered = (await privacy.ok('GET', '/staff/analysis')).body.fields.map(f => f.key)
    assert.ok(offered.includes('partner:spending_points'))
  })

  test('the person stops it: what came is gone, and nothing more is taken [NT-1.2.3.a]', async () => {
    await deliver()
    assert.equal((await held()).length, 2)
    // the first of very many goes as well
    city.sql(Array.from({ length: 300 }, (_, i) => `INSERT INTO partner_delivery VALUES (${c.subject}, ${4611686018427387000n + BigInt(i)}, '${cooperation}', 'HM-2026-0001', 1);`).join('\n'))
    await c.ok('DELETE', `/me/partner-data/${cooperation}`)
    assert.deepEqual(await held(), [])
    const k = await own()
    assert.deepEqual([k.allowed, k.received, k.grant ?? null], [false, 0, null])
    assert.ok((await usage()).some(u => u.action === 'delete'))
    await refused(deliver(), 'consent_required', 'NT-1.2.3.a')
    assert.equal((await c.refused('DELETE', `/me/partner-data/${cooperation}`)).status, 404)
    // taken back in the consent centre: the data stays until the person deletes it, nothing new comes
    ;({ body: { grant } } = await c.ok('PUT', `/me/partner-data/${cooperation}`, { text_hash: k.text_hash }))
    await deliver()
    const consent = (await c.ok('GET', '/consents')).body.items.find(one => one.scope === 'partner_delivery' && !one.withdrawn_at)
    await c.ok('DELETE', `/consents/${consent.id}`)
    await refused(deliver(), 'consent_required', 'NT-A.7')
    assert.deepEqual([(await own()).allowed, (await own()).received], [false, 1])
    await c.ok('DELETE', `/me/partner-data/${cooperation}`)
    assert.deepEqual(await held(), [])
  })

  test('who presses twice at once has allowed it once [NT-1.2.3.a]', async () => {
    const who = await citizen(city)
    const { text_hash } = await own(cooperation, who)
    const answers = await Promise.all(Array.from({ length: 6 }, () => who.call('PUT', `/me/partner-data/${cooperation}`, { text_hash })))
    for (const a of answers) assert.ok([200, 409, 503].includes(a.status), `${a.status} ${a.bytes}`)
    assert.equal(answers.filter(a => a.status === 200).length, 1)
    assert.equal(city.sql(`SELECT COUNT(*) FROM partner_grant_number WHERE subject_id = ${who.subject}`), '1')
    const standing = (await who.ok('GET', '/consents')).body.items.filter(k => k.scope === 'partner_delivery' && !k.withdrawn_at)
    assert.equal(standing.length, 1, JSON.stringify(standing))
  })
})

describe('tianjin', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'tianjin' }) })
  after(() => city?.stop())

  test('a city that declares no deliveries takes none', async () => {
    const c = await citizen(city)
    assert.ok(!(await c.ok('GET', '/city')).body.features.partner_data)
    assert.deepEqual((await c.ok('GET', '/me/partner-data')).body.items, [])
    assert.equal((await c.refused('PUT', `/me/partner-data/${cooperation}`, { text_hash: '0'.repeat(64) })).status, 404)
    const known = await partnerCall(city, 'metro_company', 'deliveries', { cooperation, grant: '1', reference: 'HM-2026-0001', items: { 积分: '1' } })
    assert.equal(known.status, 404, JSON.stringify(known.body))
  })
})
