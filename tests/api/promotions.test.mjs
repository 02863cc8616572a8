// Joint promotions with a partner: officers publish, people read the list and join, the partner gets what it names and no more.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, login, startCity, until } from './helpers.mjs'
import { addOfficer, openOffice, officerOf } from './officers.mjs'
import { partnerCall } from './partner_calls.mjs'

const partner = 'promotion_partner'

describe('nantong', { concurrency: false }, () => {
  let city, c, policy, privacy, officers
  const day = async days => new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + (days * 24 + 8) * 3600000).toISOString().slice(0, 10)
  const draft = async more => ({ title: '消费券', text: '在合作商户消费时抵扣。', kind: 'coupon', partner, data: ['entry_number', 'choice'],
    options: ['满100减20', '满50减8'], from: await day(0), until: await day(10), ...more })
  const publish = async more => {
    const { body } = await policy.ok('POST', '/staff/promotions', await draft(more))
    return (await privacy.ok('POST', `/staff/promotions/${body.id}/agreement`, {})).body
  }
  const page = async (id, who = c) => (await who.ok('GET', `/promotions/${id}`)).body
  const join = async (id, choice = '满50减8') => {
    const before = await page(id)
    return c.ok('POST', `/promotions/${id}/entry`, { text_hash: before.text_hash, ...(before.options.length ? { choice } : {}) })
  }
  const got = async () => (await city.received(partner)).filter(r => r.path === 'promotions' && r.executed)
  const sent = async id => until(async () => { await city.settle(); const p = await page(id); return p.joined === 'sent' && p }, 'the sending')
  const entryOf = async id => (await got()).find(r => r.body.promotion === id).body.entry
  const use = (entry, more = {}, options) => partnerCall(city, partner, 'promotion-uses', { entry, purpose: 'promotion', ...more }, options)
  const usage = async () => (await c.all('/me/usage')).filter(u => u.service === 'campaign')
  const reopen = async () => {
    for (const o of officers) Object.assign(o.office, { token: (await openOffice(city, o.account)).token })
    c.token = c.installation
    await login(c, c.username)
  }

  before(async () => {
    city = await startCity({ city: 'nantong' })
    const accounts = [addOfficer(city, 'policy', '政策岗 周某'), addOfficer(city, 'privacy', '专员 吴某', 'privacy_officer')]
    officers = []
    for (const account of accounts) officers.push({ account, office: await openOffice(city, account) })
    ;[policy, privacy] = officers.map(o => o.office)
    c = await citizen(city)
  })
  after(() => city?.stop())

  test('without the list none is drawn up; a second officer publishes; before that nobody sees it [NT-2.1.12.c]', async () => {
    const wrong = async more => (await policy.refused('POST', '/staff/promotions', await draft(more))).errors[0].field
    assert.equal(await wrong({ data: [] }), 'data')
    assert.equal(await wrong({ data: ['real_name'] }), 'data', 'only what the policy declares for promotions')
    assert.equal(await wrong({ data: ['entry_number', 'entry_number'], options: [] }), 'data')
    // a list of blanks is none, and a list that is cut or hides a word is not the one that was written
    for (const data of [[''], [' '], ['', ''], ['entry_number', '', 'real_name'], ['entry_number choice'], ['entry_number', 'x'.repeat(9000)]])
      assert.equal(await wrong({ data, options: [] }), 'data', JSON.stringify(data).slice(0, 60))
    for (const options of [['满100减20', ''], ['满100减20\n满50减8'], Array(2000).fill('满100减20')]) assert.equal(await wrong({ options }), 'options')
    assert.equal(await wrong({ options: [] }), 'options')
    assert.equal(await wrong({ data: ['entry_number'] }), 'options')
    assert.equal(await wrong({ partner: 'population' }), 'partner', 'no partner of promotions')
    assert.equal(await wrong({ kind: 'lottery' }), 'kind')
    assert.equal(await wrong({ until: await day(-1) }), 'until')
    assert.equal((await privacy.refused('POST', '/staff/promotions', await draft())).status, 403)
    const { body } = await policy.ok('POST', '/staff/promotions', await draft({ title: '待复核的活动' }))
    assert.equal(body.state, 'waiting')
    assert.equal((await policy.refused('POST', `/staff/promotions/${body.id}/agreement`, {})).status, 403)
    assert.equal((await c.refused('GET', `/promotions/${body.id}`)).status, 404)
    assert.deepEqual((await c.ok('GET', '/promotions')).body.items, [])
    assert.equal((await privacy.ok('POST', `/staff/promotions/${body.id}/rejection`, { reason: '内容写得不清楚' })).body.state, 'rejected')
    assert.equal((await privacy.refused('POST', `/staff/promotions/${body.id}/agreement`, {})).status, 409)
    assert.equal((await c.refused('GET', `/promotions/${body.id}`)).status, 404)
  })

  test('the page tells partner, list, purpose and end before anything is joined, to guests too [NT-2.1.12.c]', async () => {
    const { id } = await publish()
    for (const who of [c, await city.client()]) {
      const p = await page(id, who)
      assert.deepEqual(p.data, [{ key: 'entry_number', name: '参加编号' }, { key: 'choice', name: '所选的奖品或者优惠券' }])
      assert.equal(p.partner_name, '南通惠民消费服务有限公司')
      assert.match(p.consent_text, /只用于“消费券”[^]*参加编号、所选的奖品或者优惠券[^]*发放奖品[^]*活动到\d+年\d+月\d+日结束/)
      assert.equal(p.joined, null)
    }
    assert.equal((await c.ok('GET', '/promotions')).body.items[0].id, id)
    assert.deepEqual(await got(), [], 'nobody joined: nothing went')
  })

  test('joining is a consent of its own for partner and promotion; then only what is listed leaves [NT-2.1.12.a]', async () => {
    const { id } = await publish({ title: '暖冬消费券' })
    const p = await page(id)
    const refused = body => c.refused('POST', `/promotions/${id}/entry`, body)
    assert.equal((await refused({ text_hash: '0'.repeat(64), choice: '满50减8' })).errors[0].field, 'text_hash')
    assert.equal((await refused({ text_hash: p.text_hash })).errors[0].field, 'choice')
    assert.equal((await refused({ text_hash: p.text_hash, choice: '满1减1' })).errors[0].field, 'choice')
    const general = await c.refused('POST', '/consents', { scope: 'campaign', items: ['campaign_data'], recipient: partner, text_hash: p.text_hash })
    assert.deepEqual([general.status, general.reason], [403, 'not_declared'], 'there is no consent for promotions at large')
    assert.deepEqual(await got(), [])
    assert.equal((await join(id)).body.joined, 'sending')
    const after = await sent(id)
    assert.equal((await c.refused('POST', `/promotions/${id}/entry`, { text_hash: p.text_hash, choice: '满50减8' })).status, 409)
    const all = await got()
    assert.equal(all.length, 1)
    const { entry, items, ...rest } = all[0].body
    assert.deepEqual(Object.keys(rest).sort(), ['kind', 'promotion', 'title', 'until'], 'about the promotion, not about the person')
    assert.deepEqual(items, { campaign_data: `参加编号：${entry}；所选的奖品或者优惠券：满50减8` }, 'no day of joining, which is not listed')
    const own = (await c.ok('GET', `/promotions/${id}/entry`)).body
    assert.equal(own.data, items.campaign_data)
    assert.match(own.result, /券码 Y\d+/)
    const consent = (await c.ok('GET', '/consents')).body.items.find(k => k.id === after.consent_id)
    assert.deepEqual([consent.scope, consent.recipient, consent.text_hash, consent.items.map(i => i.key)], ['campaign', partner, p.text_hash, ['campaign_data']])
    assert.equal(consent.until.slice(0, 10), await day(11), 'it ends with the promotion')
    assert.equal((await c.ok('GET', `/consent-texts/${p.text_hash}`)).body.text, p.consent_text)
    const entries = await usage()
    assert.deepEqual(entries.filter(u => u.action === 'share' || u.action === 'sent').map(u => [u.recipient, u.purpose ?? null, u.items.map(i => i.key)]).at(-1), [partner, 'promotion', ['campaign_data']])
    assert.ok(entries.some(u => u.action === 'consent'))
  })

  test('the partner uses it again for the purpose alone, signed and once for each number [NT-2.1.12.b]', async () => {
    const { id } = (await c.ok('GET', '/promotions')).body.items.find(p => p.title === '暖冬消费券')
    const entry = await entryOf(id)
    const request = 'request-0001'
    const ok = await use(entry, {}, { request })
    assert.deepEqual([ok.status, Object.keys(ok.body.items)], [200, ['campaign_data']])
    assert.equal((await usage())[0].actor.name, '南通惠民消费服务有限公司')
    assert.equal((await use(entry, {}, { request })).status, 409, 'the same request again')
    assert.equal((await use(entry, {}, { headers: {} })).status, 401)
    assert.equal((await partnerCall(city, 'nobody', 'promotion-uses', { entry, purpose: 'promotion' })).status, 401)
    assert.equal((await partnerCall(city, 'telecom_operator', 'promotion-uses', { entry, purpose: 'promotion' })).status, 404, 'another partner')
    for (const purpose of ['improve', 'notify', 'marketing']) {
      const no = await use(entry, { purpose })
      assert.deepEqual([no.status, no.body.reason, no.body.clause], [403, 'not_declared', 'NT-2.1.12.b'], purpose)
      const [last] = await usage()
      assert.deepEqual([last.action, last.decision, last.recipient], ['refuse', 'not_declared', partner])
    }
  })

  test('leaving in the consent centre stops it; two promotions of one partner are two consents [NT-2.1.12.a] [NT-2.1.12.b]', async () => {
    const one = await publish({ title: '年货消费券' }), two = await publish({ title: '图书消费券', data: ['entry_number', 'joined_on'], options: [] })
    await join(one.id)
    await join(two.id)
    const joined = await sent(one.id)
    await sent(two.id)
    assert.match((await got()).find(r => r.body.promotion === two.id).body.items.campaign_data, /^参加编号：\d+；参加日期：\d+年\d+月\d+日$/)
    await c.ok('DELETE', `/consents/${joined.consent_id}`)
    assert.equal((await page(one.id)).joined, 'left')
    const no = await use(await entryOf(one.id))
    assert.deepEqual([no.status, no.body.reason], [403, 'consent_required'])
    assert.equal((await use(await entryOf(two.id))).status, 200, 'the other one stands')
    // what waits to be sent is not sent any more
    await city.mode(partner, 'down')
    await join(one.id)
    const count = (await got()).length
    await c.ok('DELETE', `/consents/${(await page(one.id)).consent_id}`)
    await city.mode(partner, 'ok')
    await city.advance('PT2H')
    await city.settle()
    await reopen()
    assert.equal((await got()).length, count)
    assert.equal((await page(one.id)).joined, 'left')
  })

  test('who presses twice at once has joined once, with one number and a consent that stands [NT-2.1.12.b]', async () => {
    const one = await publish({ title: '双击的消费券', data: ['entry_number'], options: [] })
    const { text_hash } = await page(one.id)
    const answers = await Promise.all(Array.from({ length: 6 }, () => c.call('POST', `/promotions/${one.id}/entry`, { text_hash })))
    for (const a of answers) assert.ok([201, 409, 503].includes(a.status), `${a.status} ${a.bytes}`)
    assert.ok(answers.some(a => a.status === 201))
    const shown = await page(one.id)
    assert.ok(['sending', 'sent'].includes(shown.joined), shown.joined)
    assert.equal(city.sql(`SELECT COUNT(*) FROM promotion_number WHERE promotion_id = ${one.id}`), '1')
    const standing = (await c.ok('GET', '/consents')).body.items.filter(k => k.scope === 'campaign' && !k.withdrawn_at && k.id === shown.consent_id)
    assert.equal(standing.length, 1)
  })

  test('after its end, or ended by an officer, nothing more goes and nobody joins [NT-2.1.12.b]', async () => {
    const early = await publish({ title: '停办的抽奖', kind: 'draw', data: ['entry_number'], options: [] }), late = await publish({ title: '到期的抽奖', kind: 'draw', data: ['entry_number'], options: [], until: await day(1) })
    for (const { id } of [early, late]) {
      await join(id)
      await sent(id)
      assert.equal((await use(await entryOf(id))).status, 200)
      assert.match((await c.ok('GET', `/promotions/${id}/entry`)).body.result, /三等奖/)
    }
    await policy.ok('POST', `/staff/promotions/${early.id}/end`, { reason: '合作方奖品已经发完' })
    const stopped = await use(await entryOf(early.id))
    assert.deepEqual([stopped.status, stopped.body.reason], [403, 'consent_required'])
    assert.deepEqual([(await page(early.id)).state, (await page(early.id)).ended_reason], ['ended', '合作方奖品已经发完'])
    await city.advance('P3D')
    await reopen()
    const over = await use(await entryOf(late.id))
    assert.deepEqual([over.status, over.body.reason, over.body.clause], [403, 'consent_required', 'NT-2.1.12.b'])
    const last = await page(late.id)
    assert.deepEqual([last.state, last.joined], ['over', 'over'])
    assert.equal((await c.refused('POST', `/promotions/${late.id}/entry`, { text_hash: last.text_hash })).status, 409)
  })

  test('a partner without its papers gets no promotion, and no data [NT-2.1.12.a]', async () => {
    const waiting = (await policy.ok('POST', '/staff/promotions', await draft({ title: '没有协议的活动' }))).body
    const drawn = await policy.turned('/staff/promotions'), shown = drawn.filter(p => !['waiting', 'rejected'].includes(p.state))
    assert.ok(shown.length >= 3 && drawn.length >= shown.length + 2 && drawn[0].id === waiting.id)
    assert.deepEqual((await c.turned('/promotions')).map(p => p.id), shown.map(p => p.id), 'people turn over what is shown to them alone')
    const { items } = (await privacy.ok('GET', '/staff/papers')).body
    await privacy.ok('POST', `/staff/papers/${items.find(p => p.recipient === partner).id}/end`, { reason: '合作方违反保密协议' })
    const no = await privacy.refused('POST', `/staff/promotions/${waiting.id}/agreement`, {})
    assert.deepEqual([no.status, no.clause], [403, 'NT-2.1.0.e'])
    const running = (await c.ok('GET', '/promotions')).body.items.find(p => p.title === '暖冬消费券')
    assert.equal((await use(await entryOf(running.id))).body.clause, 'NT-2.1.0.e')
  })
})

describe('tianjin', { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: 'tianjin' }) })
  after(() => city?.stop())

  test('a city that declares no promotions has none, for nobody', async () => {
    const c = await citizen(city), office = await officerOf(city, 'policy', '政策岗 周某')
    assert.ok(!(await c.ok('GET', '/city')).body.features.promotions)
    for (const [who, method, path, body] of [[c, 'GET', '/promotions'], [c, 'POST', '/promotions/1/entry', { text_hash: '0'.repeat(64) }], [office, 'GET', '/staff/promotions'],
      [office, 'POST', '/staff/promotions', { title: '消费券', text: '消费券。', kind: 'coupon', partner, data: ['entry_number'], from: '2026-01-05', until: '2036-01-05' }]])
      assert.equal((await who.refused(method, path, body)).status, 404, `${method} ${path}`)
    const consent = await c.refused('POST', '/consents', { scope: 'campaign', items: ['campaign_data'], recipient: partner, text_hash: '0'.repeat(64) })
    assert.deepEqual([consent.status, consent.errors[0].field], [400, 'scope'])
    assert.equal((await partnerCall(city, partner, 'promotion-uses', { entry: '1', purpose: 'promotion' })).status, 401)
  })
})
