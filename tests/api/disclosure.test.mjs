// Personal information on the public page: two officers, the person's express yes to that very text, and off again.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Client, cities, citizen, root, startCity } from './helpers.mjs'
import { stop } from './careful.mjs'
import { totp } from './totp.mjs'

const cityDir = join(root, 'cities')
// What a crash leaves, written into the store itself.

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, other, officers, until
  const now = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms
  const officer = async i => {
    await city.advance('PT1M')
    const s = new Client(city), made = officers[i]
    s.token = (await s.ok('POST', '/staff/sessions', { login: `officer${i}`, password: made.password, totp: totp(made.totp_secret, await now()) })).body.token
    return s
  }
  const standing = async id => (await new Client(city).ok('GET', '/publications')).body.items.find(p => p.id === id)
  const ask = more => ({ ground: 'publish_consent', context: 'publish', items: ['real_name', 'mobile_phone'], purpose: '表彰见义勇为的市民',
    person: { real_name: c.person.real_name, mobile_phone: c.person.mobile_phone }, evidence: {}, ...more })
  const asked = async more => {
    const use = (await (await officer(0)).ok('POST', '/staff/exceptions', ask(more))).body
    assert.equal(use.state, 'waiting')
    return (await (await officer(1)).ok('POST', `/staff/exceptions/${use.id}/approval`)).body
  }

  before(async () => {
    city = await startCity({ city: name })
    officers = [0, 1].map(i => JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', cityDir,
      '--login', `officer${i}`, '--name', `专员 ${'甲乙'[i]}某`, '--role', 'privacy_officer', '--json')))
    c = await citizen(city)
    other = await citizen(city)
    until = new Date(await now() + 60 * 86400000).toISOString().slice(0, 10)
  })
  after(() => stop(city))

  test('no publication without a listed case, a purpose, items and another officer [TJ-2.3.0] [NT-2.3.a] [NT-2.3.b] [NT-2.3.c]', async () => {
    const s = await officer(0)
    for (const [more, field] of [[{ purpose: undefined }, 'purpose'], [{ items: [] }, 'items'], [{ evidence: { consent: '本人同意' } }, 'consent']]) {
      const p = await s.refused('POST', '/staff/exceptions', ask(more))
      assert.deepEqual([p.status, p.errors.map(e => e.field)], [400, [field]])
    }
    const foreign = await s.refused('POST', '/staff/exceptions', ask({ ground: name === 'tianjin' ? 'provide_contract' : 'publish_breach' }))
    assert.deepEqual([foreign.status, foreign.reason], [403, 'not_declared'])
    const use = (await s.ok('POST', '/staff/exceptions', ask())).body
    assert.equal((await s.refused('POST', `/staff/exceptions/${use.id}/approval`)).status, 409, 'the same officer')
    assert.equal((await (await officer(1)).ok('POST', `/staff/exceptions/${use.id}/rejection`)).body.state, 'rejected')
    assert.deepEqual((await new Client(city).ok('GET', '/publications')).body.items, [])
    assert.deepEqual((await c.ok('GET', '/me/publications')).body.items, [], 'what the officers turned down is not asked')
  })

  test('the person is told purpose and kinds, and only the yes to that text publishes those items [TJ-2.3.1.a] [NT-2.3.a] [NT-2.3.d] [NT-2.3.e]', async () => {
    const use = await asked()
    assert.equal(use.state, 'asked')
    const told = (await c.ok('GET', '/me/messages')).body.items.find(m => m.kind === 'publication' && m.ref_id === use.id)
    assert.match(told.text, /表彰见义勇为的市民/)
    assert.equal(await standing(use.id), undefined, 'before the yes')
    const own = (await c.ok('GET', `/me/publications/${use.id}`)).body
    assert.deepEqual(own.items.map(i => i.key).sort(), ['mobile_phone', 'real_name'])
    for (const i of own.items) assert.equal(own.text.includes(`${i.name}（敏感）`), i.sensitive, i.name)
    for (const part of ['表彰见义勇为的市民', ...own.items.map(i => i.name)]) assert.ok(own.text.includes(part), part)
    assert.equal((await other.refused('GET', `/me/publications/${use.id}`)).status, 404)
    assert.equal((await other.refused('POST', `/me/publications/${use.id}/agreement`, { text_hash: own.text_hash })).status, 404)
    assert.equal((await c.refused('POST', `/me/publications/${use.id}/agreement`, { text_hash: '0'.repeat(64) })).status, 400)
    assert.equal(await standing(use.id), undefined)
    assert.equal((await c.ok('POST', `/me/publications/${use.id}/agreement`, { text_hash: own.text_hash })).body.state, 'published')
    const stands = await standing(use.id)
    assert.deepEqual(stands.values.map(v => v.value).sort(), [c.person.mobile_phone, c.person.real_name].sort())
    assert.equal(stands.clause, name === 'tianjin' ? 'TJ-2.3.1.a' : 'NT-2.3.e')
    const entries = (await c.all('/me/usage')).slice(0, 2)
    assert.deepEqual(entries.map(e => e.action), ['share', 'consent'])
    assert.equal(entries[0].basis, 'exception:publish_consent')
    assert.ok(entries[1].note.includes(own.text_hash))
    // and off again
    assert.equal((await c.ok('POST', `/me/publications/${use.id}/withdrawal`)).body.state, 'withdrawn')
    assert.equal(await standing(use.id), undefined)
    assert.equal((await c.refused('POST', `/me/publications/${use.id}/agreement`, { text_hash: own.text_hash })).status, 409)
    assert.equal((await c.all('/me/usage'))[0].action, 'withdraw')
  })

  test('a no publishes nothing, and an officer takes off what stands [NT-2.3.e] [TJ-2.3.1.a]', async () => {
    const no = await asked()
    assert.equal((await c.ok('POST', `/me/publications/${no.id}/withdrawal`)).body.state, 'declined')
    assert.equal(await standing(no.id), undefined)
    const yes = await asked({ scope: '网站公示期内', scope_until: until })
    const own = (await c.ok('GET', `/me/publications/${yes.id}`)).body
    await c.ok('POST', `/me/publications/${yes.id}/agreement`, { text_hash: own.text_hash })
    assert.ok(await standing(yes.id))
    assert.equal((await (await officer(0)).ok('POST', `/staff/exceptions/${yes.id}/removal`)).body.state, 'withdrawn')
    assert.equal(await standing(yes.id), undefined)
  })

  test('the second officer agrees to the very text that the person is asked; publications are listed apart [NT-2.3.b] [NT-2.3.c]', async () => {
    const s = await officer(0)
    const use = (await s.ok('POST', '/staff/exceptions', ask({ purpose: '公示保障房轮候名单' }))).body
    assert.match(use.text, /公示保障房轮候名单/)
    const person = { real_name: c.person.real_name, mobile_phone: c.person.mobile_phone }
    const shared = (await s.ok('POST', '/staff/exceptions', { ground: 'provide_criminal_justice', context: 'share', recipient: 'population', items: ['real_name'], person,
      evidence: { document: '调证通知书〔2026〕9号' }, scope: '一起案件的核对', scope_until: until })).body
    const apart = await s.all('/staff/exceptions?kind=publication'), whole = await s.all('/staff/exceptions')
    assert.ok(whole.some(u => u.id === shared.id) && whole.some(u => u.id === use.id))
    assert.ok(apart.length > 3 && apart.every(u => u.context === 'publish'))
    const page = (await s.ok('GET', '/staff/exceptions?kind=publication&limit=2')).body
    assert.equal(page.items.length, 2)
    const rest = (await s.ok('GET', `/staff/exceptions?kind=publication&limit=2&cursor=${page.next}`)).body
    assert.deepEqual([...page.items, ...rest.items].map(u => u.id), apart.slice(0, 4).map(u => u.id))
    const second = (await (await officer(1)).ok('POST', `/staff/exceptions/${use.id}/approval`)).body
    assert.equal(second.text, use.text)
    assert.equal((await c.ok('GET', `/me/publications/${use.id}`)).body.text, use.text)
    await c.ok('POST', `/me/publications/${use.id}/withdrawal`)
  })

  test('a crash between the yes and the page leaves nothing hanging: it is put up, or taken back before [TJ-2.3.1.a] [NT-2.3.e]', async () => {
    const crashed = async () => { // agreed, and then the server ended: the row as the crash leaves it
      const use = await asked()
      const own = (await c.ok('GET', `/me/publications/${use.id}`)).body
      await c.ok('POST', `/me/publications/${use.id}/agreement`, { text_hash: own.text_hash })
      city.sql(`UPDATE exception_register SET state = 'acting' WHERE use_id = ${use.id}`)
      assert.equal(await standing(use.id), undefined)
      return use.id
    }
    const goes = await crashed()
    const seen = (await c.ok('GET', `/me/publications/${goes}`)).body
    assert.deepEqual([seen.state, seen.can_agree, seen.can_withdraw], ['acting', false, true])
    await city.advance('PT6M')
    await city.settle()
    assert.equal((await c.ok('GET', `/me/publications/${goes}`)).body.state, 'published')
    assert.deepEqual((await standing(goes)).values.map(v => v.value).sort(), [c.person.mobile_phone, c.person.real_name].sort())
    const back = await crashed()
    assert.equal((await c.ok('POST', `/me/publications/${back}/withdrawal`)).body.state, 'withdrawn')
    await city.advance('PT6M')
    await city.settle()
    assert.equal(await standing(back), undefined, 'what was taken back is not put up any more')
    // before the person was asked
    const early = await asked()
    city.sql(`UPDATE exception_register SET state = 'acting' WHERE use_id = ${early.id}`)
    assert.equal((await c.refused('GET', `/me/publications/${early.id}`)).status, 404)
    await city.advance('PT6M')
    await city.settle()
    assert.equal((await c.ok('GET', `/me/publications/${early.id}`)).body.state, 'asked')
  })

  if (name === 'tianjin') test('an established breach is published with the measures and the rest masked, by two officers [TJ-2.3.2.a] [TJ-2.3.2.b] [TJ-2.3.2.c]', async () => {
    const s = await officer(0)
    const breach = more => ask({ ground: 'publish_breach', items: ['real_name'], scope: '违规行为公示', scope_until: until,
      evidence: { document: '处罚决定〔2026〕7号', event: '冒用他人证件办理业务' }, measures: '暂停账号三个月', ...more })
    for (const [more, field] of [[{ evidence: { event: '冒用他人证件办理业务' } }, 'document'], [{ evidence: { document: '处罚决定〔2026〕7号' }, measures: undefined }, 'event'],
      [{ measures: undefined }, 'measures'], [{ scope: undefined, scope_until: undefined }, 'scope'], [{ ground: 'publish_protection', evidence: { reason: '防止他人受骗' } }, 'document']]) {
      const p = await s.refused('POST', '/staff/exceptions', breach(more))
      assert.deepEqual([p.status, p.errors.map(e => e.field)], [400, [field]])
    }
    const use = (await s.ok('POST', '/staff/exceptions', breach())).body
    assert.equal(use.state, 'waiting')
    assert.equal(await standing(use.id), undefined)
    assert.equal((await (await officer(1)).ok('POST', `/staff/exceptions/${use.id}/approval`)).body.state, 'published')
    const stands = await standing(use.id)
    assert.deepEqual([stands.event, stands.measures, stands.document, stands.clause], ['冒用他人证件办理业务', '暂停账号三个月', '处罚决定〔2026〕7号', 'TJ-2.3.2.a'])
    assert.equal(stands.values.length, 1)
    assert.notEqual(stands.values[0].value, c.person.real_name)
    assert.equal((await c.refused('POST', `/me/publications/${use.id}/withdrawal`)).status, 409)
    await city.advance('P61D')
    assert.equal(await standing(use.id), undefined, 'the scope has an end')
  })
})
