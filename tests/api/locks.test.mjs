// Items that officers close to viewing, changing or deleting, item by item: exactly that is refused, with the cause.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cities, citizen, login, secondCheck, startCity, withConsents } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { stop } from './careful.mjs'

const of = {
  tianjin: { ground: 'access_locked', clause: 'TJ-4.4.f', acts: ['view', 'change', 'delete'], evidence: { reason: '账号疑似被他人冒用，核实期间封闭' }, cause: /疑似被他人冒用/ },
  nantong: { ground: 'access_law', clause: 'NT-4.1.a', acts: ['view'], evidence: { document: '某局〔2026〕9号调查通知' }, cause: /〔2026〕9号调查通知/ },
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, made, officers, until, lock
  const mine = of[name]
  const items = async (who = c) => (await who.ok('GET', '/me/items')).body.items
  const item = async (key, who) => (await items(who)).find(i => i.key === key)
  const office = async () => {
    officers = []
    for (const o of made) officers.push(await openOffice(city, o))
  }
  const logIn = async () => { c.token = (await city.client()).token; await login(c, c.username) }
  const person = who => ({ real_name: who.person.real_name, mobile_phone: who.person.mobile_phone,
    ...(name === 'tianjin' ? { id_number: who.person.resident_id_number } : {}) })
  const ask = more => ({ ground: mine.ground, context: 'access', person: person(c), items: ['email'], acts: mine.acts, evidence: mine.evidence, scope_until: until, ...more })
  const closed = async (p, key = 'email') => {
    assert.deepEqual([p.status, p.reason, p.clause], [423, 'locked', mine.clause], `${key}: ${JSON.stringify(p)}`)
    assert.match(p.detail, mine.cause)
  }

  before(async () => {
    city = await startCity({ city: name })
    made = [0, 1].map(i => addOfficer(city, `lock${i}`, `专员 ${'甲乙'[i]}某`, 'privacy_officer'))
    c = await citizen(city)
    await c.ok('PUT', '/me/items/email', { value: 'someone@example.cn' })
    until = new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + 60 * 86400000).toISOString().slice(0, 10)
    await office()
  })
  after(() => stop(city))

  test('only what the policy of the city lists, by two officers, item by item and to a day [TJ-4.4.f] [NT-4.1.a]', async () => {
    const offered = (await officers[0].ok('GET', '/staff/exceptions/grounds')).body
    assert.deepEqual([offered.lock_ground, offered.lock_acts.map(a => a.key)], [mine.ground, mine.acts])
    const missing = async (more, fields) => {
      const p = await officers[0].refused('POST', '/staff/exceptions', ask(more))
      assert.deepEqual([p.status, p.errors?.map(e => e.field)], [400, fields], JSON.stringify(p))
    }
    await missing({ acts: [] }, ['acts'])
    await missing({ scope_until: undefined }, ['scope_until'])
    await missing({ items: [] }, ['items'])
    await missing({ evidence: {} }, Object.keys(mine.evidence))
    if (name === 'nantong') await missing({ acts: ['delete'] }, ['acts'])
    const other = await officers[0].refused('POST', '/staff/exceptions', ask({ ground: 'refuse_abuse' }))
    assert.deepEqual([other.status, other.reason], [403, 'not_declared'])
    lock = (await officers[0].ok('POST', '/staff/exceptions', ask())).body
    assert.equal(lock.state, 'waiting')
    assert.deepEqual((await item('email')).locks, [], 'one officer closes nothing')
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${lock.id}/approval`)).status, 409)
    assert.equal((await officers[1].ok('POST', `/staff/exceptions/${lock.id}/approval`)).body.state, 'done')
  })

  test('the marked item shows the lock with cause, day and officers; the same act on an unmarked item works [TJ-4.4.f] [NT-4.1.a]', async () => {
    const shown = await item('email'), [mark] = shown.locks
    assert.equal(shown.masked, null)
    assert.deepEqual([mark.acts, mark.clause, mark.officers, mark.everybody], [mine.acts, mine.clause, '专员 甲某、专员 乙某', false])
    assert.match(mark.cause, mine.cause)
    const phone = await item('mobile_phone')
    assert.ok(phone.masked.includes('*'))
    assert.deepEqual(phone.locks, [])
    await secondCheck(c)
    await closed(await c.refused('POST', '/me/items/email/reveal', {}))
    assert.equal((await c.ok('POST', '/me/items/mobile_phone/reveal', {})).body.value, c.person.mobile_phone)
    const change = await c.call('PUT', '/me/items/email', { value: 'else@example.cn' })
    if (name === 'nantong') assert.equal(change.status, 204, 'viewing alone is closed')
    else await closed({ ...change.body, status: change.status })
    const usage = await c.all('/me/usage')
    const set = usage.find(u => u.ref_id === lock.id)
    assert.deepEqual([set.action, set.clause, set.items.map(i => i.key)], ['change', mine.clause, ['email']])
    for (const part of ['封闭项目', '专员 甲某', '专员 乙某']) assert.ok(set.note.includes(part), part)
    assert.ok(usage.some(u => u.action === 'refuse' && u.decision === 'locked' && u.clause === mine.clause))
  })

  test('a copy leaves it out and says so; a request for what is closed has no answer but a refusal [TJ-4.4.f] [NT-4.1.a]', async () => {
    const file = async body => {
      await secondCheck(c)
      return (await c.ok('POST', '/me/requests', { text: '请按我的请求办理这件事', ...body })).body
    }
    const copy = await file({ kind: 'copy' })
    await officers[0].ok('POST', `/staff/requests/${copy.id}/answer`, { answer: '副本已经备好，请领取' })
    const page = (await c.ok('GET', `/me/requests/${copy.id}/copy`)).body
    assert.ok(page.includes(c.person.mobile_phone))
    assert.ok(!page.includes('@example.cn'))
    assert.match(page, /“.*”不在副本中/)
    assert.match(page, mine.cause)
    for (const body of [{ kind: 'correct', items: ['email'], value: 'third@example.cn' }, { kind: 'delete', items: ['email'] }]) {
      const r = await file(body)
      const answer = await officers[0].call('POST', `/staff/requests/${r.id}/answer`, { answer: '已按您的请求办理完毕' })
      if (name === 'nantong') { assert.equal(answer.status, 200); continue }
      await closed({ ...answer.body, status: answer.status })
      const refused = (await officers[0].ok('POST', `/staff/requests/${r.id}/refusal`, { ground: mine.ground, reason: '该项目正在封闭期内' })).body
      assert.equal(refused.state, 'refused')
    }
  })

  test('more than can be read are not closed, and whoever has very many still reads them', async () => {
    const other = await citizen(city)
    const every = (await officers[0].ok('GET', '/staff/exceptions/grounds')).body.items.map(i => i.key)
    const many = () => officers[0].call('POST', '/staff/exceptions', ask({ person: person(other), items: every, acts: ['view'] }))
    let last = null
    for (let i = 0; i < 8 && (last = await many()).status === 201; i++) await officers[1].ok('POST', `/staff/exceptions/${last.body.id}/approval`)
    assert.equal(last.status, 409, JSON.stringify(last.body))
    assert.match(last.body.detail, /封闭的项目过多/)
    await secondCheck(other)
    await closed(await other.refused('POST', '/me/items/mobile_phone/reveal', {}), 'mobile_phone')
    assert.ok((await items(other)).every(i => i.locks.length >= 1 && i.masked === null))
    const child = await officers[0].refused('POST', '/staff/exceptions', ask({ person: { everybody: true }, minor: { ground: 'minor_law' } }))
    assert.deepEqual([child.status, child.errors?.map(e => e.field)], [400, ['minor.ground']])
  })

  test('a mark for everybody holds for everybody, and opens again when it is lifted [TJ-4.4.f] [NT-4.1.a]', async () => {
    const other = await citizen(city)
    const all = (await officers[0].ok('POST', '/staff/exceptions', ask({ person: { everybody: true }, items: ['mobile_phone'], acts: ['view'] }))).body
    assert.equal((await officers[1].ok('POST', `/staff/exceptions/${all.id}/approval`)).body.everybody, true)
    for (const who of [c, other]) {
      await secondCheck(who)
      const shown = await item('mobile_phone', who)
      assert.deepEqual([shown.masked, shown.locks.length, shown.locks[0].everybody], [null, 1, true])
      await closed(await who.refused('POST', '/me/items/mobile_phone/reveal', {}))
      assert.equal((await who.ok('GET', '/me')).body.phone ?? null, null)
      assert.ok((await item('username', who)).masked)
    }
    assert.equal((await officers[0].ok('POST', `/staff/exceptions/${all.id}/lifting`)).body.state, 'lifted')
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${all.id}/lifting`)).status, 409)
    assert.ok((await item('mobile_phone', other)).masked)
    assert.equal((await other.ok('POST', '/me/items/mobile_phone/reveal', {})).body.value, other.person.mobile_phone)
  })

  if (name === 'tianjin') test('what is closed to deleting outlasts a deletion and the account, and ends on its day [TJ-4.4.f]', async () => {
    await withConsents(c, 'POST', '/services/social_assistance_query/queries', { fields: { home_address: '静海区静海镇示例路6号' } })
    await c.ok('PUT', '/me/wishes', { help: 'brief' })
    const kept = 'home_address', gone = 'help_preference'
    const keysHeld = async () => (await items()).filter(i => i.key === kept || i.key === gone).map(i => [i.key, /不能查看、更改或者删除/.test(i.rule ?? '')]).sort()
    assert.deepEqual(await keysHeld(), [[gone, false], [kept, false]])
    const use = (await officers[0].ok('POST', '/staff/exceptions', ask({ items: [kept], acts: ['delete'] }))).body
    await officers[1].ok('POST', `/staff/exceptions/${use.id}/approval`)
    await secondCheck(c)
    const preview = (await c.ok('GET', '/me/deletion')).body
    assert.ok(!preview.deletes.includes('家庭住址') && preview.deletes.length > 0, preview.deletes.join())
    assert.ok(preview.keeps.some(k => /不能查看、更改或者删除/.test(k.rule)))
    await c.ok('DELETE', '/me/items')
    assert.deepEqual(await keysHeld(), [[kept, true]])
    await city.advance('P62D')
    await city.settle()
    await logIn()
    assert.deepEqual(await keysHeld(), [])
    assert.ok((await item('email')).masked, 'the first mark ended as well')
    // the end of the account keeps it likewise
    await office()
    until = new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + 60 * 86400000).toISOString().slice(0, 10)
    const again = (await officers[0].ok('POST', '/staff/exceptions', ask({ acts: ['delete'] }))).body
    await officers[1].ok('POST', `/staff/exceptions/${again.id}/approval`)
    const scope = (await c.ok('GET', '/city')).body.features.cancel_scopes?.[0]?.key ?? 'city'
    const ends = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    assert.ok(ends.keeps.some(k => k.name === '不能删除的信息'), JSON.stringify(ends.keeps))
  })
})
