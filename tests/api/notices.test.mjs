// A new version of the policy: who is told by which ways, what holds until one agrees, and what going on means; messages and
// what people do not want to get.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { now, publish } from './versions.mjs'
import { agree, citizen, giveConsents, startCity, until, wantPush, withConsents } from './helpers.mjs'
import { appealOf, insist } from './careful.mjs'
import { officerOf } from './officers.mjs'

const notice = async c => (await c.ok('GET', '/notice')).body
const announced = (c, version) => until(async () => { const n = await notice(c); return n.pending && n.version === version && n }, `the notice of ${version}`)
const unread = async c => (await c.ok('GET', '/me/unread')).body
const shown = (c, version) => c.ok('PUT', '/notice', { version })
const goOn = (c, version) => ({ policy_version: version, kind: 'continued' })
const ask = (c, service) => c.call('POST', `/services/${service}/queries`, { fields: {} })
const from = (list, to) => list.filter(r => r.body.to === to)
// under which versions the newest decisions of an action about a service were taken
const decided = async (c, service, action) => (await c.all('/me/usage')).find(u => u.service === service && u.action === action)?.policy_version
const log = async c => { const { body } = await c.ok('POST', '/sessions', { method: 'password', login: c.username, password: 'Tong-ban2026' }); c.token = body.token }
const back = async c => { c.token = c.installation; await log(c) }

const officer = (city, login, role) => officerOf(city, login, '政策管理员 赵某', role)

describe('tianjin', { concurrency: false }, () => {
  let city, a, b
  const changed = 'housing_fund_query', same = 'real_estate_query', v2 = '2098.1', v3 = '2098.2'
  before(async () => {
    city = await startCity({ city: 'tianjin' })
    a = await citizen(city)
    b = await citizen(city)
    for (const c of [a, b]) for (const s of [changed, same]) await withConsents(c, 'POST', `/services/${s}/queries`, { fields: {} })
  })
  after(() => city?.stop())

  test('people are told of a version before its day, with what it changes, and the red dot stays until it is opened [TJ-0.2.d] [TJ-7.2.a]', async () => {
    assert.deepEqual([(await notice(a)).pending, (await unread(a)).unread], [false, 0])
    await publish(city, v2, { from: '2026.1', days: 10, edit: {
      POLICY: t => t.replace('purposes:\n', 'purposes:\n  - key: assess\n    name: 评定享受待遇的资格\n    clause: TJ-1.1.6.a\n')
        .replace(/(name: 社保医保[^]*?purposes: \[query)\]/, '$1, assess]'),
      'services/social_medical.yaml': t => t.replace(/(key: housing_fund_query[^]*?purpose: )query/, '$1assess'),
    } })
    const n = await announced(a, v2)
    assert.deepEqual([n.in_force, n.may_continue, n.reduces_rights, n.agreed_version], [false, false, false, '2026.1'])
    assert.ok(n.changes.some(k => k.text.includes('评定享受待遇的资格')), JSON.stringify(n.changes))
    assert.ok(Date.parse(n.effective_at) > await now(city), 'it is told before it binds')
    await city.settle()
    for (const c of [a, b]) {
      assert.deepEqual(await unread(c), { unread: 1, policy: 1 })
      const [m] = await c.all('/me/messages')
      assert.deepEqual([m.kind, m.version, m.read_at ?? null], ['policy', v2, null])
      assert.ok(m.title.includes(v2) && m.changes.length > 0)
    }
    const [m] = await a.all('/me/messages')
    assert.equal((await b.refused('GET', '/me/messages/4611686018427387903')).status, 404)
    await a.ok('PUT', `/me/messages/${m.id}`, { read: true })
    assert.deepEqual([await unread(a), await unread(b)], [{ unread: 0, policy: 0 }, { unread: 1, policy: 1 }])
    assert.deepEqual(await city.received('sms').then(l => l.filter(r => r.body.title)), [], 'this city tells by its home page alone')
    for (const version of ['2026.1', v2]) assert.equal((await fetch(`${city.base}/policy/${version}`)).status, 200)
  })

  test('before its day nobody goes on into it; from then on what both versions allow works, and no more [TJ-7.2.b] [TJ-1.1.27.a]', async () => {
    await shown(b, v2)
    assert.equal((await b.refused('POST', '/acceptances', goOn(b, v2))).status, 409)
    await city.advance('P11D')
    for (const c of [a, b]) await back(c)
    assert.equal((await ask(a, same)).status, 200, 'an untouched service')
    const refused = (await ask(a, changed)).body
    assert.deepEqual([refused.reason, refused.next[0].action, refused.next[0].policy_version], ['consent_required', 'accept_policy', v2])
    assert.deepEqual([await decided(a, same, 'share'), await decided(a, changed, 'refuse')], ['2026.1', '2026.1'], 'decided under what was agreed to')
    assert.equal(await decided(a, same, 'sent'), '2026.1', 'what became of it names the version of the decision')
    assert.equal((await notice(a)).in_force, true)
  })

  test('going on after the notice is a weaker acceptance of its own kind: no new purpose, nothing shared [TJ-0.2.e] [TJ-0.2.f] [TJ-1.1.27.b] [TJ-7.2.d]', async () => {
    assert.equal((await a.refused('POST', '/acceptances', goOn(a, v2))).status, 409, 'a has not been shown it')
    assert.equal((await notice(b)).may_continue, true)
    const { body } = await b.ok('POST', '/acceptances', goOn(b, v2))
    assert.deepEqual([body.kind, body.version, body.operations], ['continued', v2, []])
    assert.ok((await b.all('/me/usage')).some(u => u.note?.includes('继续使用')), 'it is in the list of entries')
    assert.equal((await notice(b)).pending, true, 'the device itself has not agreed')
    assert.equal((await ask(b, same)).status, 200, 'what was agreed to before goes on')
    assert.equal(await decided(b, same, 'share'), '2026.1', 'by the express act, not by going on')
    const r = (await ask(b, changed)).body
    assert.deepEqual([r.reason, r.next[0].action], ['consent_required', 'accept_policy'])
    assert.equal((await b.ok('GET', '/me/items')).status, 200, 'own rights need no newest acceptance')
  })

  test('after an express act the consents whose terms changed are asked for again, and those alone [TJ-7.2.b] [TJ-1.1.27.a] [TJ-2.1.4.c] [TJ-7.1.a]', async () => {
    await agree(a)
    const mine = (await a.all('/consents')).filter(k => !k.withdrawn_at)
    assert.deepEqual(mine.filter(k => k.renewal_needed).map(k => k.scope), [changed])
    assert.equal((await ask(a, same)).status, 200)
    assert.equal(await decided(a, same, 'share'), v2, 'from the confirmation on, the new version')
    const refused = (await ask(a, changed)).body
    const wanted = refused.next.find(n => n.action === 'give_consent')
    assert.ok(wanted?.text.includes('评定享受待遇的资格'), JSON.stringify(refused))
    await giveConsents(a, refused.next)
    assert.equal((await ask(a, changed)).status, 200)
    assert.ok((await a.all('/consents')).filter(k => !k.withdrawn_at).every(k => !k.renewal_needed))
    assert.equal((await notice(a)).pending, false)
  })

  test('a version that takes a right away binds nobody who has not agreed expressly; the better of both holds [TJ-7.1.b]', async () => {
    await agree(b)
    await publish(city, v3, { from: v2, days: 5, edit: {
      POLICY: t => t.replace(/(name: 住房保障\n[^]*?days: )180/, '$1400'),
      'city.yaml': t => t.replace(/(reply:\n {2}days: )15/, '$130'),
    } })
    const n = await announced(b, v3)
    assert.equal(n.reduces_rights, true)
    await city.advance('P6D')
    for (const c of [a, b]) await back(c)
    assert.equal((await notice(b)).may_continue, false)
    await shown(b, v3)
    const refused = await b.refused('POST', '/acceptances', goOn(b, v3))
    assert.deepEqual([refused.status, refused.reason, refused.clause], [403, 'consent_required', 'TJ-7.1.b'])
    await agree(a)
    const reply = async c => (await notice(c)).rights.reply_days
    assert.deepEqual([await reply(a), await reply(b)], [30, 15])
    // the period that each agreed to is the period that holds for what is taken today
    const kept = async c => {
      const fields = { property_certificate: '津（2026）河西区不动产权第0000001号' }
      await withConsents(c, 'POST', `/services/${same}/queries`, { fields })
      const held = (await c.all('/me/items')).filter(i => i.service === same && i.key === 'property_certificate')
      return Math.round((Date.parse(held.at(-1).ends_at) - await now(city)) / 86400000)
    }
    assert.deepEqual([await kept(a), await kept(b)], [400, 180])
  })

  test('announcements: none is promotional and mandatory, the unsubscribed get the mandatory and never a promotion [TJ-8.2.a] [TJ-8.2.b] [TJ-8.1.b]', async () => {
    const o = await officer(city, 'zhao1', 'policy_officer'), other = await officer(city, 'zhao2', 'privacy_officer')
    const say = (title, more) => ({ title, text: `${title}。`, promotional: false, mandatory: false, ...more })
    assert.equal((await other.refused('POST', '/staff/announcements', say('停机维护'))).status, 403)
    assert.equal((await o.refused('POST', '/staff/announcements', say('活动', { promotional: true, mandatory: true }))).status, 400)
    assert.equal((await a.refused('PUT', '/me/subscriptions/policy', { subscribed: false })).clause, 'TJ-8.2.b')
    await a.ok('PUT', '/me/subscriptions/announcement', { subscribed: false })
    await b.ok('PUT', '/me/subscriptions/promotion', { subscribed: true })
    for (const more of [{ title: '停机维护', mandatory: true }, { title: '网点调整' }, { title: '办事有礼', promotional: true }])
      await o.ok('POST', '/staff/announcements', say(more.title, more))
    await city.settle()
    const titles = async c => (await c.all('/me/messages')).filter(m => m.kind === 'announcement').map(m => m.title).sort()
    assert.deepEqual(await titles(a), ['停机维护'])
    assert.deepEqual(await titles(b), ['停机维护', '网点调整', '办事有礼'].sort())
    assert.equal((await o.all('/staff/announcements')).length, 3)
  })

  test('a push goes to a device that allowed it and gave a token, until it takes either back [TJ-8.1.a] [TJ-8.1.b]', async () => {
    const o = await officer(city, 'zhao3', 'policy_officer')
    const tell = async title => { await o.ok('POST', '/staff/announcements', { title, text: title, promotional: false, mandatory: true }); await city.settle() }
    const got = async () => (await city.received('push')).map(r => [r.body.to, r.body.title]).reverse()
    const refused = await a.refused('PUT', '/installations/current/push', { token: 'device-token-a' })
    assert.equal(refused.reason, 'permission_required')
    await a.ok('PUT', '/permissions/perm_push', { state: 'granted' })
    await a.ok('PUT', '/installations/current/push', { token: 'device-token-a' })
    await tell('系统维护一')
    assert.deepEqual(await got(), [['device-token-a', '系统维护一']])
    assert.ok((await a.all('/me/usage')).some(u => u.recipient?.key === 'push' || u.recipient === 'push'), 'the sharing is an entry')
    await a.ok('PUT', '/permissions/perm_push', { state: 'denied' })
    await tell('系统维护二')
    await a.ok('PUT', '/permissions/perm_push', { state: 'granted' })
    await tell('系统维护三')
    await a.ok('DELETE', '/installations/current/push')
    await tell('系统维护四')
    assert.deepEqual((await got()).map(r => r[1]), ['系统维护一', '系统维护三'])
    assert.ok(!(await a.all('/me/items')).some(i => i.key === 'push_token'), 'the token is gone')
  })
})

describe('nantong', { concurrency: false }, () => {
  let city, a, b
  const v2 = '2098.1', v3 = '2098.2', changed = 'real_estate_query'
  before(async () => {
    city = await startCity({ city: 'nantong' })
    a = await citizen(city, undefined, { platform: 'android' })
    b = await citizen(city)
    await withConsents(a, 'PUT', '/me/items/email', { value: 'someone@example.cn' })
    await a.ok('PUT', '/permissions/perm_push', { state: 'granted' })
    await wantPush(a, 'device-token-a')
    for (const c of [a, b]) await withConsents(c, 'POST', `/services/${changed}/queries`, { fields: {} })
  })
  after(() => city?.stop())

  test('a changed recipient is major of itself: told by push, mail and short message with the change in words, once each [NT-6.1.b] [NT-6.2] [NT-6.2.3]', async () => {
    await publish(city, v2, { from: '2021.6.2', days: 10, edit: {
      POLICY: t => t.replace(/(name: 住房保障类[^]*?recipients: \[)real_estate\]/, '$1real_estate, housing_fund]'),
      'services/housing.yaml': t => t.replace(/(key: real_estate_query[^]*?recipient: )real_estate/, '$1housing_fund'),
    } })
    const n = await announced(a, v2)
    assert.equal(n.major, true)
    assert.ok(n.changes.some(k => k.major && k.text.includes('公积金')), JSON.stringify(n.changes))
    await city.settle()
    const [sms, mail, push] = await Promise.all(['sms', 'mail', 'push'].map(id => city.received(id)))
    const told = sms.filter(r => r.body.title)
    for (const c of [a, b]) {
      const mine = from(told, c.person.mobile_phone)
      assert.equal(mine.length, 1)
      assert.match(mine[0].body.text, /重大变更.*公积金/)
    }
    assert.deepEqual(mail.map(r => r.body.to), ['someone@example.cn'])
    assert.deepEqual(push.map(r => r.body.to), ['device-token-a'])
    const [m] = await a.all('/me/messages')
    const { deliveries } = (await a.ok('GET', `/me/messages/${m.id}`)).body
    assert.deepEqual(deliveries.map(d => [d.channel, d.state]).sort(), [['email', 'sent'], ['push', 'sent'], ['sms', 'sent']])
    const none = (await b.ok('GET', `/me/messages/${(await b.all('/me/messages'))[0].id}`)).body.deliveries
    assert.deepEqual(none.map(d => [d.channel, d.state]).sort(), [['email', 'none'], ['sms', 'sent']])
    assert.deepEqual(await unread(a), { unread: 1, policy: 1 })
    await a.ok('PUT', `/me/messages/${m.id}`, { read: true })
    assert.deepEqual(await unread(a), { unread: 0, policy: 0 })
  })

  test('agreeing before its day counts from its day; going on is no consent; the changed service asks anew [NT-6.1.c] [NT-6.2.1]', async () => {
    const next = (await a.ok('GET', `/policy/${v2}`)).body
    await city.advance('PT6S')
    await a.ok('POST', '/acceptances', { policy_version: v2, reading_token: next.reading_token })
    assert.equal((await notice(a)).pending, false)
    assert.equal((await ask(a, changed)).status, 200, 'today the version in force decides')
    await city.advance('P11D')
    for (const c of [a, b]) await back(c)
    await wantPush(a, 'device-token-a') // it ended with the session that expired
    await shown(b, v2)
    const refused = await b.refused('POST', '/acceptances', goOn(b, v2))
    assert.deepEqual([refused.status, refused.clause, refused.next[0].action], [403, 'NT-6.1.c', 'accept_policy'])
    assert.deepEqual((await ask(b, changed)).body.next[0].action, 'accept_policy')
    const again = (await ask(a, changed)).body
    assert.equal(again.next[0].action, 'give_consent')
    assert.equal(again.next[0].recipient, 'housing_fund')
    await giveConsents(a, again.next)
    assert.equal((await ask(a, changed)).status, 200)
    assert.equal((await city.received('housing_fund')).length, 1)
  })

  test('progress of a case is a message, and a push without a word of what it is about, unless unsubscribed [NT-1.5.1]', async () => {
    const pushes = async () => (await city.received('push')).filter(r => r.body.title === '办件进展')
    const file = async () => {
      await insist(a, 'POST', '/services/hotline_12345/cases', { fields: appealOf({ ...a.person, email: 'someone@example.cn' }) })
      await city.settle()
    }
    await a.ok('PUT', '/me/subscriptions/case', { subscribed: false })
    await file()
    assert.deepEqual(await pushes(), [])
    const told = (await a.all('/me/messages')).filter(m => m.kind === 'case')
    assert.ok(told.length > 0 && told[0].text.includes('编号'), 'it stands in the app all the same')
    await a.ok('PUT', '/me/subscriptions/case', { subscribed: true })
    await file()
    const sent = await pushes()
    assert.ok(sent.length > 0 && sent.every(r => r.body.to === 'device-token-a'))
    assert.ok(sent.every(r => !JSON.stringify(r.body).includes('楼道')))
  })

  test('a round goes on after a kill: each is told once; who unsubscribed is told in the app alone [NT-6.1.b]', async () => {
    await b.ok('PUT', '/me/subscriptions/policy', { subscribed: false })
    await agree(b)
    const count = async id => (await city.received(id)).filter(r => r.body.title?.includes('隐私政策')).length
    const was = await Promise.all(['sms', 'mail', 'push'].map(count))
    await city.mode('sms', 'slow', 300)
    await publish(city, v3, { from: v2, days: 10, edit: { POLICY: t => t.replace(/(name: 住房保障类[^]*?days: )180/, '$190') } })
    await announced(a, v3)
    await city.kill('SIGKILL')
    await city.mode('sms', 'ok')
    await city.serve()
    await city.advance('PT3M') // what the killed server had taken is free again
    await city.settle()
    const is = await Promise.all(['sms', 'mail', 'push'].map(count))
    assert.deepEqual(is.map((n, i) => n - was[i]), [1, 1, 1])
    assert.deepEqual(await unread(b), { unread: 2, policy: 2 })
    const { deliveries } = (await b.ok('GET', `/me/messages/${(await b.all('/me/messages'))[0].id}`)).body
    assert.ok(deliveries.every(d => d.state === 'unsubscribed'), JSON.stringify(deliveries))
  })
})
