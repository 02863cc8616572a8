// Single clauses of the policy: marked void by two officers, explained by dated notes, and decisions that rest on something.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Client, citizen, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { assess } from './assessments.mjs'
import { addOfficer, openOffice } from './officers.mjs'

const page = async (city, path = '/policy') => (await fetch(city.base + path)).text()

for (const [name, x] of Object.entries({
  tianjin: { clause: 'TJ-1.1.12.c', service: 'housing_fund_withdrawal_query', other: 'social_insurance_query', rights: 'TJ-4.1.1.a', kept: true },
  nantong: { clause: 'NT-2.1.1.1', service: 'social_insurance_query', other: 'housing_fund_query', rights: 'NT-4.1.a', kept: false },
})) {
  let city, accounts, li, zhang, c
  before(async () => {
    city = await startCity({ city: name })
    accounts = { li: addOfficer(city, 'li', '李政策'), zhang: addOfficer(city, 'zhang', '张审核'), wu: addOfficer(city, 'wu', '吴专员', 'privacy_officer') }
    li = await openOffice(city, accounts.li)
    zhang = await openOffice(city, accounts.zhang)
    c = await citizen(city, { insured: true })
  })
  after(() => city?.stop())
  const own = { real_name: p => p.real_name, resident_id_number: p => p.resident_id_number, id_number: p => p.resident_id_number, mobile_phone: p => p.mobile_phone }
  const ask = async (key, who = c) => {
    const { fields } = (await who.ok('GET', `/services/${key}`)).body
    const body = { fields: Object.fromEntries(fields.filter(f => f.required).map(f => [f.item, own[f.item](who.person)])) }
    return withConsents(who, 'POST', `/services/${key}/queries`, body).catch(e => e)
  }
  const marked = async () => (await li.ok('GET', '/staff/clauses')).body.items.find(i => i.clause === x.clause)
  const publish = async number => {
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '一个条款的执行有变化' })
    assert.equal((await li.refused('POST', `/staff/releases/${number}/approve`, {})).status, 403, 'nobody approves the own draft')
    assert.equal((await li.refused('POST', `/staff/releases/${number}/publish`, { effective: 'now' })).status, 409, 'not without the second officer')
    await zhang.ok('POST', `/staff/releases/${number}/approve`, {})
    await assess(city, number) // a clause that is carried out again
    await zhang.ok('POST', `/staff/releases/${number}/publish`, { effective: 'now' })
    await city.advance('PT16S')
    const served = base => async () => (await new Client({ ...city, base }).ok('GET', '/policy/current')).body.number === number
    await until(served(city.base), 'the new version')
    return served
  }

  test(`${name}: a clause is void after two officers said so: its rule stops on all servers, the others decide as before [TJ-10.2]`, async () => {
    assert.equal((await ask(x.service)).status, 200)
    assert.equal((await ask(x.other)).status, 200)
    assert.equal((await marked()).void, null)
    const draft = { clause: x.clause, reason: '上级机关认定该条款无效', version: '2026.9' }
    for (const [body, field] of [[{ ...draft, clause: 'XX-99.1' }, 'clause'], [{ ...draft, clause: x.rights }, 'clause'], [{ ...draft, reason: ' 无 ' }, 'reason'],
      [{ ...draft, version: (await c.ok('GET', '/policy/current')).body.version }, 'version']]) {
      const p = await li.refused('POST', '/staff/clauses/void', body)
      assert.deepEqual([p.status, p.errors[0].field], [400, field], JSON.stringify(body))
    }
    const { number } = (await li.ok('POST', '/staff/clauses/void', draft)).body
    assert.equal((await ask(x.service)).status, 200, 'a draft stops nothing')
    const second = await city.another()
    try {
      const served = await publish(number)
      await until(served(second.base), 'the new version on the other server')
      for (const base of [city.base, second.base]) {
        const there = new Client({ ...city, base })
        Object.assign(there, { token: c.token, person: c.person })
        const refused = await ask(x.service, there)
        assert.deepEqual([refused.status, refused.reason, refused.clause], [403, 'not_declared', x.clause])
        assert.match(refused.body.detail, /停止执行/)
        assert.equal((await ask(x.other, there)).status, 200, 'another rule decides as before')
      }
    } finally { await second.stop() }
    await secondCheck(c)
    assert.ok((await c.ok('GET', '/me/items')).body.items.length, 'own rights stand')
    assert.ok((await c.all('/me/usage')).some(e => e.decision !== 'allowed' && e.clause === x.clause), 'the refusal is an entry')
    assert.deepEqual((await marked()).void.reason, draft.reason)
    const html = await page(city)
    assert.match(html, /id="void">停止执行的条款[^]*上级机关认定该条款无效/)
    const { changes } = (await c.ok('GET', '/policy/2026.9/changes')).body
    assert.deepEqual(changes.map(k => [k.text, k.major]), [[`条款 ${x.clause} 停止执行：${draft.reason}。`, false]])

    assert.equal((await li.refused('POST', '/staff/clauses/void', { ...draft, version: '2026.10' })).status, 409)
    const { number: back } = (await li.ok('POST', '/staff/clauses/restore', { clause: x.clause, version: '2026.10' })).body
    await publish(back)
    assert.equal((await ask(x.service)).status, 200)
    assert.equal((await li.refused('POST', '/staff/clauses/restore', { clause: x.clause, version: '2026.11' })).status, 409)
  })

  test(`${name}: a reading note stands at its clause with date and role, decides nothing and cuts no right [TJ-10.4]`, async () => {
    const note = { clause: x.clause, text: '这里的单位包括其受托办理的窗口。' }
    const refused = async body => li.refused('POST', '/staff/clause-notes', body)
    if (!x.kept) {
      assert.deepEqual([(await refused(note)).status, (await refused(note)).reason], [403, 'not_declared'], 'the policy keeps no such right')
      assert.equal((await li.ok('GET', '/staff/clause-notes')).body.may_publish, false)
      return
    }
    assert.equal((await refused({ ...note, clause: 'XX-99.1' })).errors[0].field, 'clause')
    assert.equal((await refused({ ...note, text: '短' })).errors[0].field, 'text')
    const cut = await refused({ clause: x.rights, text: '每年查阅超过三次的，不予提供。' })
    assert.deepEqual([cut.status, cut.errors[0].field], [400, 'text'])
    assert.match(cut.errors[0].message, /新的政策版本/)
    const before = await ask(x.service)
    const made = (await li.ok('POST', '/staff/clause-notes', note)).body
    assert.deepEqual([made.role, made.written_by], ['policy_officer', '李政策'])
    const other = (await li.ok('POST', '/staff/clause-notes', { clause: 'TJ-10.2', text: '无效须由法定机关认定。' })).body
    const html = await page(city)
    const row = html.slice(0, html.indexOf(note.text)).lastIndexOf('<th scope="row">')
    assert.match(html.slice(row), new RegExp(`^<th scope="row">住房保障[^]{0,300}${note.text}<br><small>${made.written_at.slice(0, 10)}，隐私政策管理员`), 'in the row of its rule')
    assert.ok(html.indexOf(other.text) > html.indexOf('某一条款无效'), 'below the section that states it')
    assert.ok(!html.includes('<!--clause'))
    const after = await ask(x.service)
    assert.deepEqual([after.status, Object.keys(after.body)], [before.status, Object.keys(before.body)], 'no decision changed')
    assert.equal((await c.ok('GET', '/policy/current')).body.hash.length, 64)
    await li.ok('DELETE', `/staff/clause-notes/${made.id}`)
    assert.equal((await li.refused('DELETE', `/staff/clause-notes/${made.id}`)).status, 404)
    assert.ok(!(await page(city)).includes(note.text))
    assert.ok((await li.ok('GET', '/staff/clause-notes')).body.items.find(n => n.id === made.id).ended_at, 'it stays on record')
  })

  test(`${name}: a decision without a clause names law, rule or custom [TJ-10.3]`, async () => {
    const wu = await openOffice(city, accounts.wu)
    const d = { matter: '请求把办理结果寄到境外地址', decision: '改为电子送达' }
    const no = async (body, field) => {
      const p = await wu.refused('POST', '/staff/decisions', { ...d, ...body })
      assert.deepEqual([p.status, p.errors?.[0]?.field ?? null], [400, field], JSON.stringify(body))
    }
    await no({ basis: 'clause', source: '' }, 'source')
    await no({ basis: 'clause', source: 'XX-99.1' }, 'source')
    await no({ basis: 'law', source: '' }, 'source')
    assert.equal((await wu.refused('POST', '/staff/decisions', d)).status, 400, 'nothing named')
    assert.equal((await wu.refused('POST', '/staff/decisions', { ...d, basis: 'taste', source: '经办人的意见' })).status, 400)
    for (const [basis, source] of [['law', '民法典第七条'], ['rule', '窗口业务规则第3条'], ['custom', '政务服务通行做法'], ['clause', x.rights]])
      assert.equal((await wu.ok('POST', '/staff/decisions', { ...d, basis, source })).body.decided_by, '吴专员')
    const { items } = (await wu.ok('GET', '/staff/decisions')).body
    assert.deepEqual(items.map(i => i.basis), ['clause', 'custom', 'rule', 'law'])
  })
}
