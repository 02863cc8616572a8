// Requests of people about their data: proof first, the city's days, what is carried out, and refusal only on a listed ground.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cities, citizen, code, login, secondCheck, startCity, until, wantPush, withConsents } from './helpers.mjs'
import { stop } from './careful.mjs'
import { lastDay } from './days.mjs'
import { addOfficer, openOffice } from './officers.mjs'

// ground, sort, clause, needs a document, needs a second officer
const grounds = {
  tianjin: [
    ['refuse_repetition', 'discretion', 'TJ-4.5.c', 0, 0], ['refuse_effort', 'discretion', 'TJ-4.5.d', 0, 0],
    ['refuse_risk', 'discretion', 'TJ-4.5.e', 0, 0], ['refuse_impractical', 'discretion', 'TJ-4.5.f', 0, 0],
    ['refuse_national_security', 'statutory', 'TJ-4.5.1', 1, 1], ['refuse_public_interest', 'statutory', 'TJ-4.5.2', 1, 0],
    ['refuse_criminal_justice', 'statutory', 'TJ-4.5.3', 1, 1], ['refuse_abuse', 'statutory', 'TJ-4.5.4', 1, 0],
    ['refuse_grave_harm', 'statutory', 'TJ-4.5.5', 0, 0], ['refuse_business_secret', 'statutory', 'TJ-4.5.6', 0, 0],
    ['refuse_money_laundering', 'statutory', 'TJ-4.5.7', 1, 1],
    ['access_technical', 'limit', 'TJ-4.4.e', 0, 0], ['access_legal', 'limit', 'TJ-4.4.e', 1, 0], ['access_locked', 'limit', 'TJ-4.4.f', 0, 0],
  ],
  nantong: [
    ['refuse_national_security', 'statutory', 'NT-4.7.1', 1, 1], ['refuse_public_interest', 'statutory', 'NT-4.7.2', 1, 0],
    ['refuse_criminal_justice', 'statutory', 'NT-4.7.3', 1, 1], ['refuse_abuse', 'statutory', 'NT-4.7.4', 1, 0],
    ['refuse_grave_harm', 'statutory', 'NT-4.7.5', 0, 0], ['refuse_abuse_safety', 'statutory', 'NT-4.7.4.a', 1, 0],
    ['refuse_abuse_effort', 'statutory', 'NT-4.7.4.b', 0, 0],
  ],
}
for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, made, officers
  const file = async (body, proven = true) => {
    if (proven) await secondCheck(c)
    return (await c.ok('POST', '/me/requests', { text: '请按我的请求办理这件事', ...body })).body
  }
  const office = async () => {
    officers = []
    for (const o of made) officers.push(await openOffice(city, o))
  }
  // After days the sessions have ended.
  const later = async now_ms => {
    await city.control('PUT', 'clock', { now_ms })
    c.token = (await city.client()).token
    await login(c, c.username)
    await office()
  }
  const usage = () => c.all('/me/usage')

  before(async () => {
    city = await startCity({ city: name })
    made = [0, 1].map(i => addOfficer(city, `rights${i}`, `专员 ${'甲乙'[i]}某`, 'privacy_officer'))
    c = await citizen(city)
    await office()
  })
  after(() => stop(city))

  test('identity comes first: without it nothing is decided and no day runs [TJ-4.5.a] [TJ-4.5.b] [NT-4.7.a] [NT-4.7.b] [NT-4.2.b]', async () => {
    const r = await file({ kind: 'access' }, false)
    assert.deepEqual([r.state, r.due_at ?? null, r.verified_at ?? null], ['proof_needed', null, null])
    for (const [path, body] of [['answer', { answer: '已经办理完毕' }], ['refusal', { ground: grounds[name][0][0], reason: '这是一条理由' }]])
      assert.equal((await officers[0].refused('POST', `/staff/requests/${r.id}/${path}`, body)).status, 409)
    assert.equal((await officers[0].all('/staff/requests?state=proof_needed')).length, 1)
    const p = await c.refused('POST', `/me/requests/${r.id}/proof`, {})
    assert.deepEqual([p.status, p.reason], [403, 'second_check_required'])
    await secondCheck(c)
    const proven = (await c.ok('POST', `/me/requests/${r.id}/proof`, {})).body
    assert.equal(proven.state, 'open')
    assert.ok(proven.verified_at && proven.due_at)
    assert.equal((await c.refused('POST', `/me/requests/${r.id}/proof`, {})).status, 409)
    assert.equal((await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '您的信息可在本人信息页面查阅' })).body.state, 'done')
    assert.equal((await officers[0].refused('POST', `/staff/requests/${r.id}/answer`, { answer: '再次办理完毕' })).status, 409)
  })

  test('written proof is asked for where the city may, and the days start anew [TJ-4.5.a] [NT-4.7.a]', async () => {
    const r = await file({ kind: 'copy' })
    const asked = await officers[0].call('POST', `/staff/requests/${r.id}/proof`, {})
    assert.equal(asked.status, name === 'tianjin' ? 200 : 409)
    if (name === 'tianjin') {
      assert.deepEqual([asked.body.state, asked.body.due_at ?? null], ['proof_needed', null])
      await secondCheck(c)
      const p = await c.refused('POST', `/me/requests/${r.id}/proof`, {})
      assert.deepEqual(p.errors.map(e => e.field), ['written_request'])
      assert.equal((await c.ok('POST', `/me/requests/${r.id}/proof`, { written_request: '本人书面请求取得副本' })).body.state, 'open')
    }
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '副本已经备好，请领取' })
  })

  test('every kind has a number, a day by the city, and stands in the officers list, nearest first [TJ-9.c] [TJ-9.d] [NT-4.0] [NT-7.1] [NT-7.4] [NT-4.3.a] [NT-4.3.b]', async () => {
    const { kinds } = (await c.ok('GET', '/request-kinds')).body
    assert.equal(kinds.length, 8)
    for (const kind of ['access', 'copy', 'delete', 'explain', 'complaint', 'feedback']) {
      const r = await file({ kind })
      assert.match(r.number, /^\d{6}-/)
      assert.equal(r.due_at.slice(0, 10), lastDay(name, r.verified_at, 15, name === 'tianjin' || kind === 'delete'), kind)
      assert.match(r.due_at, /T23:59:59/)
    }
    const list = await officers[0].all('/staff/requests')
    assert.equal(list.length, 6)
    assert.deepEqual(list.map(r => r.due_at), list.map(r => r.due_at).toSorted())
    assert.ok(list.every(r => !r.text && r.masked && !r.masked.includes('这件事')))
    for (const r of list) await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '已按您的请求办理完毕' })
    assert.equal((await c.all('/me/requests')).filter(r => r.state === 'done').length, 8)
    const messages = await c.all('/me/messages')
    assert.ok(messages.some(m => m.kind === 'request' && m.title === '投诉 · 已办结'))
  })

  test('an officer reads the words with a reason only, and the person sees who and why [NT-4.0]', async () => {
    const r = await file({ kind: 'explain' })
    assert.equal((await officers[0].refused('POST', `/staff/requests/${r.id}/reveal`, { reason: '' })).status, 400)
    const seen = (await officers[0].ok('POST', `/staff/requests/${r.id}/reveal`, { reason: '核对请求的内容' })).body
    assert.equal(seen.text, '请按我的请求办理这件事')
    const entry = (await usage()).find(u => u.action !== 'sent') // messages go out meanwhile
    assert.deepEqual([entry.action, entry.note, entry.actor.name, entry.ref_id], ['read', '核对请求的内容', '专员 甲某', r.id])
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '规则见隐私政策正文' })
  })

  test('a correction and a completion are carried out, with origin request [TJ-4.1.4.a] [TJ-4.1.4.b] [NT-4.2.a]', async () => {
    const email = async () => (await c.ok('GET', '/me/items')).body.items.find(i => i.key === 'email')
    assert.equal(await email(), undefined)
    assert.equal((await c.refused('POST', '/me/requests', { kind: 'correct', text: '请更正我的号码', items: ['mobile_phone'], value: '12900000000' })).status, 400)
    assert.equal((await c.refused('POST', '/me/requests', { kind: 'correct', text: '请更正我的邮箱', items: ['email'], value: 'nonsense' })).status, 400)
    const r = await file({ kind: 'correct', items: ['email'], value: 'someone@example.cn' })
    assert.equal(await email(), undefined, 'not before the decision')
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '邮箱已经补充' })
    assert.equal((await email()).origin, 'request')
    const again = await file({ kind: 'correct', items: ['email'], value: 'other@example.cn' })
    await officers[0].ok('POST', `/staff/requests/${again.id}/answer`, { answer: '邮箱已经更正' })
    await secondCheck(c)
    assert.equal((await c.ok('POST', '/me/items/email/reveal', {})).body.value, 'other@example.cn')
  })

  test('an answer is told in the inbox and by the ways by which staff speak with people, without its words [NT-1.3.a]', async () => {
    const phone = await city.client({ platform: 'android' })
    await login(phone, c.username)
    await phone.ok('PUT', '/permissions/perm_push', { state: 'granted' })
    await wantPush(phone, 'device-token-r')
    const asked = await file({ kind: 'explain' })
    const told = [(await city.sms(c.person.mobile_phone)).length, (await city.received('mail')).length, (await city.received('push')).length]
    await officers[0].ok('POST', `/staff/requests/${asked.id}/answer`, { answer: '规则见隐私政策的第一章' })
    const message = await until(async () => {
      await city.settle()
      const m = (await c.all('/me/messages')).find(k => k.kind === 'request' && k.ref_id === asked.id)
      const { deliveries } = m ? (await c.ok('GET', `/me/messages/${m.id}`)).body : {}
      return deliveries?.length && deliveries.every(d => d.state !== 'waiting') && deliveries
    }, 'the deliveries')
    const ways = name === 'nantong' ? ['email', 'sms'] : ['push']
    assert.deepEqual(message.map(d => [d.channel, d.state]).toSorted(), ways.map(w => [w, 'sent']))
    const [texts, mails, pushes] = [await city.sms(c.person.mobile_phone), await city.received('mail'), await city.received('push')]
    assert.equal(pushes.length > told[2], name === 'tianjin')
    if (name === 'tianjin') return
    assert.deepEqual([texts.length, mails.length], [told[0] + 1, told[1] + 1])
    assert.equal(mails[0].body.to, 'other@example.cn')
    for (const text of [texts[0].text, mails[0].body.text]) assert.ok(/工作人员的回复/.test(text) && !text.includes('第一章'), text)
    for (const recipient of ['sms', 'mail'])
      assert.equal((await usage()).find(u => u.action === 'share' && u.recipient === recipient).clause, 'NT-1.3.a')
  })

  test('a deletion deletes, with an entry, and nothing that the account cannot be without [NT-4.3.a] [NT-4.3.c]', async () => {
    const r = await file({ kind: 'delete', items: ['email', 'mobile_phone'] })
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '邮箱已经删除，手机号码随账号保留' })
    const { items } = (await c.ok('GET', '/me/items')).body
    assert.deepEqual([items.some(i => i.key === 'email'), items.some(i => i.key === 'mobile_phone')], [false, true])
    const entry = (await usage()).find(u => u.action === 'delete' && u.ref_id === r.id)
    assert.deepEqual(entry.items.map(i => i.key), ['email'])
    assert.equal(entry.actor.role, 'privacy_officer')
  })

  test('a wish to change the grants is carried out [NT-4.4.a]', async () => {
    const service = name === 'tianjin' ? 'social_insurance_query' : 'insured_status_query'
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields: {} })
    const live = async () => (await c.ok('GET', '/consents')).body.items.filter(k => !k.withdrawn_at)
    const given = await live()
    assert.ok(given.length)
    const r = await file({ kind: 'withdraw', consents: [given[0].id] })
    assert.ok((await live()).some(k => k.id === given[0].id), 'not before the decision')
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '该项同意已经撤回' })
    assert.ok(!(await live()).some(k => k.id === given[0].id))
    assert.equal((await c.refused('POST', '/me/requests', { kind: 'withdraw', text: '请撤回我的同意' })).status, 400)
  })

  test('the console offers exactly the grounds of the city, and their sorts apart [TJ-4.5.0] [NT-4.7.0]', async () => {
    const offered = (await officers[0].ok('GET', '/staff/request-grounds')).body
    assert.deepEqual(offered.grounds.map(g => [g.key, g.sort, g.clause, +g.document, +g.second_officer]).toSorted(), grounds[name].toSorted())
    assert.equal(offered.may_ask_proof, name === 'tianjin')
  })

  test('a ground that is not listed is refused and entered; the request stays open [TJ-4.5.0] [NT-4.7.0]', async () => {
    const r = await file({ kind: 'copy' })
    for (const ground of [name === 'tianjin' ? 'refuse_abuse_safety' : 'refuse_business_secret', name === 'tianjin' ? 'access_law' : 'access_technical', 'no_such_ground']) {
      const p = await officers[0].refused('POST', `/staff/requests/${r.id}/refusal`, { ground, reason: '本市没有这一情形', evidence: { document: '某文书〔2026〕1号' } })
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', name === 'tianjin' ? 'TJ-4.5.0' : 'NT-4.7.0'], ground)
    }
    const refused = (await usage()).filter(u => u.action === 'refuse' && u.ref_id === r.id)
    assert.deepEqual(refused.map(u => u.decision), ['not_declared', 'not_declared', 'not_declared'])
    assert.equal((await c.ok('GET', `/me/requests/${r.id}`)).body.state, 'open')
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '副本已经备好，请领取' })
  })

  for (const [ground, sort, clause, document, second] of grounds[name])
    test(`refused on ${ground}: only with reason and evidence, and told with the way to complain [${clause}]`, async () => {
      const r = await file({ kind: 'copy' }), path = `/staff/requests/${r.id}/refusal`
      const said = { ground, reason: '经核查属于这一情形', evidence: document ? { document: '某机关 调证字〔2026〕7号' } : {} }
      assert.equal((await officers[0].refused('POST', path, { ...said, reason: ' ' })).status, 400, 'no reason')
      if (document) {
        const p = await officers[0].refused('POST', path, { ...said, evidence: {} })
        assert.deepEqual([p.status, p.errors.map(e => e.field)], [400, ['document']])
      }
      const first = (await officers[0].ok('POST', path, said)).body
      if (second) {
        assert.equal(first.state, 'second')
        assert.equal((await c.ok('GET', `/me/requests/${r.id}`)).body.reason ?? null, null, 'nothing is told before it is decided')
        assert.equal((await officers[0].refused('POST', `${path}/approval`, {})).status, 409, 'the same officer')
        await officers[1].ok('POST', `${path}/return`, {})
        await officers[0].ok('POST', path, said)
        await officers[1].ok('POST', `${path}/approval`, {})
      }
      const told = (await c.ok('GET', `/me/requests/${r.id}`)).body
      assert.deepEqual([told.state, told.ground_sort, told.clause, told.reason], ['refused', sort, clause, '经核查属于这一情形'])
      assert.ok(told.ground && /意见反馈|APP功能反馈/.test(told.complain) && !/null/.test(told.complain))
      const entry = (await usage()).find(u => u.action === 'refuse' && u.ref_id === r.id)
      assert.deepEqual([entry.clause, entry.basis, entry.actor.name], [clause, `exception:${ground}`, second ? '专员 乙某' : '专员 甲某'])
    })

  test('a granted copy is fetched as a file, after proving oneself again, for thirty days and by nobody else [NT-4.0] [TJ-4.4.a]', async () => {
    const r = await file({ kind: 'copy' })
    const fetchCopy = who => who.call('GET', `/me/requests/${r.id}/copy`)
    assert.equal((await fetchCopy(c)).status, 409, 'not before it is granted')
    await officers[0].ok('POST', `/staff/requests/${r.id}/answer`, { answer: '副本已经备好，请在请求详情中下载' })
    const other = await citizen(city)
    assert.equal((await fetchCopy(other)).status, 404)
    await city.advance('PT6M')
    assert.equal((await fetchCopy(c)).body.reason, 'second_check_required')
    await secondCheck(c)
    const got = await fetchCopy(c)
    assert.deepEqual([got.status, got.headers.get('content-type'), got.headers.get('cache-control')], [200, 'text/html; charset=utf-8', 'no-store'])
    assert.match(got.headers.get('content-disposition'), /^attachment; filename="copy-\d+\.html"$/)
    for (const value of [c.person.mobile_phone, c.person.real_name, c.person.resident_id_number]) assert.ok(got.body.includes(value), value)
    assert.ok(got.body.includes('本人填写') && !got.body.includes('undefined'))
    assert.ok((await c.all('/me/usage')).some(u => u.action === 'read' && /副本/.test(u.note ?? '')), 'an entry for the reading')
    const explained = await file({ kind: 'explain' })
    await officers[0].ok('POST', `/staff/requests/${explained.id}/answer`, { answer: '规则见隐私政策第一章' })
    assert.equal((await c.refused('GET', `/me/requests/${explained.id}/copy`)).status, 409)
  })

  test('another person neither sees nor proves it', async () => {
    const r = await file({ kind: 'explain' }), other = await citizen(city)
    assert.equal((await other.refused('GET', `/me/requests/${r.id}`)).status, 404)
    assert.equal((await other.refused('POST', `/me/requests/${r.id}/proof`, {})).status, 404)
    assert.equal((await other.all('/me/requests')).length, 0)
  })

  test('what is overdue is marked, counted and published the day after [TJ-9.d] [NT-7.4] [NT-4.3.b]', async () => {
    const [open] = await officers[0].all('/staff/requests')
    const figures = async () => (await c.ok('GET', '/request-figures')).body
    assert.equal((await figures()).overdue, 0)
    const end = new Date(open.due_at).getTime()
    await later(end - 3600000)
    assert.equal((await officers[0].all('/staff/requests'))[0].overdue, false, 'the last day counts')
    await later(end + 3600000)
    assert.equal((await officers[0].all('/staff/requests'))[0].overdue, true)
    await city.settle()
    assert.equal((await c.all('/me/usage')).filter(u => /超过了答复期限/.test(u.note ?? '')).length, 1, 'the person reads it, once')
    assert.equal((await figures()).overdue, 1)
    await officers[0].ok('POST', `/staff/requests/${open.id}/answer`, { answer: '答复晚了，向您致歉' })
    const now = await figures()
    assert.deepEqual([now.waiting, now.overdue, now.late], [0, 0, 1])
  })

  test('with the account the requests end', async () => {
    const r = await file({ kind: 'explain' })
    await secondCheck(c)
    const scope = name === 'tianjin' ? 'account' : 'app'
    const { preview_token } = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    await city.settle() // what was told by short message is no code
    // the account came to this device anew: where the city binds devices, a code of the own phone proves it (TJ-4.3.d)
    await c.ok('POST', '/second-checks', { method: 'sms', sms_code: await code(c, c.person.mobile_phone, 'second_check') })
    await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview_token)}`)
    await city.settle()
    assert.equal((await officers[0].refused('GET', `/staff/requests/${r.id}`)).status, 404)
    assert.equal((await officers[0].all('/staff/requests')).length, 0)
  })
})
