// Grounds in the place of consent: two officers, what the authority gets, what the person sees, and what is told later.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, cities, citizen, login, root, startCity, tongban, withConsents } from './helpers.mjs'
import { stop } from './careful.mjs'
import { totp } from './totp.mjs'

const cityDir = join(root, 'cities')
const clauses = {
  tianjin: { criminal: 'TJ-2.4.3', interest: 'TJ-2.4.2', provide: 'TJ-2.4.0', collect: 'TJ-1.3.0' },
  nantong: { criminal: 'NT-2.4.3', interest: 'NT-2.4.2', provide: 'NT-2.4.0', collect: 'NT-2.4.0' },
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, officers, until
  const now = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms
  // A session of the officer; the old one may have been idle too long. A code opens one session only.
  const officer = async i => {
    await city.advance('PT1M')
    const s = new Client(city), made = officers[i]
    s.token = (await s.ok('POST', '/staff/sessions', { login: `officer${i}`, password: made.password, totp: totp(made.totp_secret, await now()) })).body.token
    return s
  }
  const person = () => ({ real_name: c.person.real_name, mobile_phone: c.person.mobile_phone, ...(name === 'tianjin' ? { id_number: c.person.resident_id_number } : {}) })
  // Anew from another installation: tokens end.
  const logIn = async () => { c.token = (await city.client()).token; await login(c, c.username) }
  const usage = () => c.all('/me/usage')
  const verify = () => execFileSync(tongban, ['ledger', 'verify', '--data', city.data, '--cities', cityDir], { encoding: 'utf8' })
  const ask = more => ({ ground: 'provide_criminal_justice', context: 'share', recipient: 'population', person: person(),
    items: ['real_name'], evidence: { document: '某检察院 调证字〔2026〕18号' }, scope: '一起合同诈骗案的涉案人员核对', scope_until: until, ...more })

  before(async () => {
    city = await startCity({ city: name })
    officers = [0, 1].map(i => JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', cityDir,
      '--login', `officer${i}`, '--name', `专员 ${'甲乙'[i]}某`, '--role', 'privacy_officer', '--json')))
    c = await citizen(city)
    until = new Date(await now() + 60 * 86400000).toISOString().slice(0, 10)
  })
  after(() => stop(city))

  test('the console offers the grounds of the city and no others [TJ-1.3.0] [TJ-2.4.0] [NT-2.4.0] [NT-4.7.0] [TJ-4.5.0]', async () => {
    const s = await officer(0)
    const { grounds } = (await s.ok('GET', '/staff/exceptions/grounds')).body
    const of = context => grounds.filter(g => g.contexts.includes(context))
    assert.equal(of('collect').length, name === 'tianjin' ? 9 : 0)
    assert.equal(grounds.filter(g => g.contexts.join() === 'share,transfer,publish').length, name === 'tianjin' ? 7 : 8)
    assert.equal(of('refuse_request').length, name === 'tianjin' ? 11 : 7)
    for (const g of grounds) assert.ok(g.needs.length && g.clause.startsWith(name === 'tianjin' ? 'TJ-' : 'NT-'), g.key)
  })

  test('an other use is started only on a recorded basis, by two officers; start and each look stand in the list of its person [TJ-1.2.3.b] [TJ-1.2.3.a]', async () => {
    const s = await officer(0), own = await usage()
    const use = { ground: 'other_use', context: 'use', person: person(), items: ['real_name', 'mobile_phone'], scope: '监管部门核对实名情况', scope_until: until,
      evidence: { document: '某监管局 监函〔2026〕7号', reason: '监管要求核对实名登记是否准确' } }
    if (name === 'nantong') {
      const p = await s.refused('POST', '/staff/exceptions', use)
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'], 'its policy opens no other use')
      assert.deepEqual([(await usage())[0].action, (await usage()).length], ['refuse', own.length + 1])
      return
    }
    for (const [evidence, missing] of [[{}, ['document', 'reason']], [{ reason: use.evidence.reason }, ['document']], [{ document: use.evidence.document }, ['reason']]]) {
      const p = await s.refused('POST', '/staff/exceptions', { ...use, evidence })
      assert.deepEqual([p.status, p.clause, p.errors.map(e => e.field).toSorted()], [400, 'TJ-1.2.3.b', missing])
    }
    assert.deepEqual((await s.refused('POST', '/staff/exceptions', { ...use, scope: undefined, scope_until: undefined })).errors.map(e => e.field), ['scope'])
    assert.equal((await s.refused('POST', '/staff/exceptions', { ...use, recipient: 'population' })).status, 400, 'nothing leaves')
    assert.equal((await s.refused('POST', '/staff/exceptions', { ...use, context: 'share', recipient: 'population' })).reason, 'not_declared')
    const { id, state } = (await s.ok('POST', '/staff/exceptions', use)).body
    assert.equal(state, 'waiting')
    assert.equal((await s.refused('POST', `/staff/exceptions/${id}/values`, {})).status, 409, 'before another officer agreed')
    assert.equal((await s.refused('POST', `/staff/exceptions/${id}/approval`, {})).status, 409)
    const entries = (await usage()).length

    const second = await officer(1)
    assert.equal((await second.ok('POST', `/staff/exceptions/${id}/approval`, {})).body.state, 'done')
    const [started] = await usage()
    assert.deepEqual([started.action, started.clause, started.basis, started.ref_id], ['change', 'TJ-1.2.3.b', 'exception:other_use', id])
    for (const part of ['开启其他用途', use.evidence.document, use.evidence.reason, use.scope, '专员 甲某', '专员 乙某']) assert.ok(started.note.includes(part), part)
    assert.equal((await usage()).length, entries + 1, 'nothing was looked at yet')

    for (let looks = 1; looks <= 2; looks++) {
      const { values } = (await second.ok('POST', `/staff/exceptions/${id}/values`, {})).body
      assert.deepEqual(Object.fromEntries(values.map(v => [v.key, v.value])), { real_name: c.person.real_name, mobile_phone: c.person.mobile_phone })
      const [read] = await usage()
      assert.deepEqual([read.action, read.purpose, read.basis, read.actor.name, read.ref_id], ['read', 'lawful_use', 'exception:other_use', '专员 乙某', id])
      assert.ok(read.note.includes(use.evidence.document))
      assert.equal((await usage()).length, entries + 1 + looks)
    }
    const [listed] = (await second.ok('GET', '/staff/exceptions')).body.items
    assert.deepEqual([listed.id, listed.context, listed.evidence, listed.scope], [id, 'use', use.evidence, use.scope])
    assert.ok(!JSON.stringify(listed).includes(c.person.mobile_phone), 'the list has no values')
  })

  test('a ground of the other city, or of another context, is refused and entered [TJ-1.3.0] [TJ-2.4.0] [NT-2.4.0]', async () => {
    const s = await officer(0), before = (await usage()).length
    const foreign = name === 'tianjin' ? { ground: 'provide_contract' } : { ground: 'provide_legal_duty' }
    const p = await s.refused('POST', '/staff/exceptions', ask(foreign))
    assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', clauses[name].provide])
    // contract and stability stand in Tianjin's list for collecting only; Nantong never collects without consent
    const other = await s.refused('POST', '/staff/exceptions', ask({ ground: 'collect_stability', evidence: { event: '账号盗用事件 2026-7' } }))
    assert.equal(other.reason, 'not_declared')
    const collect = await s.call('POST', '/staff/exceptions', { ground: 'collect_lawfully_published', context: 'collect', person: person(),
      service: name === 'tianjin' ? 'social_insurance_query' : 'insured_status_query', values: { real_name: c.person.real_name },
      evidence: { public_source: '政务公开栏 2026年第3号公告' } })
    if (name === 'nantong') assert.deepEqual([collect.status, collect.body.reason, collect.body.clause], [403, 'not_declared', clauses.nantong.collect])
    else assert.equal(collect.status, 201, JSON.stringify(collect.body))
    const list = await usage()
    const refused = list.slice(0, list.length - before).filter(u => u.action === 'refuse')
    assert.equal(refused.length, name === 'nantong' ? 3 : 2)
    if (name === 'tianjin') {
      const taken = list.find(u => u.action === 'collect' && u.basis === 'exception:collect_lawfully_published')
      assert.equal(taken.clause, 'TJ-1.3.6')
      assert.match(taken.note, /公开来源：政务公开栏/)
      assert.equal(taken.actor.name, '专员 甲某')
    }
  })

  test('each missing piece of evidence is named, and nothing leaves [TJ-1.3.3] [TJ-2.1.2.c] [TJ-2.4.2] [TJ-2.4.3] [TJ-2.4.4] [NT-2.4.2] [NT-2.4.3] [NT-2.4.4]', async () => {
    const s = await officer(0)
    const missing = async (more, fields) => {
      const p = await s.refused('POST', '/staff/exceptions', ask(more))
      assert.deepEqual([p.status, p.reason, p.errors.map(e => e.field).sort()], [400, 'invalid_input', fields.sort()])
    }
    await missing({ evidence: {} }, ['document'])
    await missing({ scope: undefined, scope_until: undefined }, ['scope'])
    await missing({ ground: 'provide_public_interest', evidence: {} }, ['document'])
    await missing({ ground: 'provide_vital_interest', evidence: {} }, ['event', 'reason'])
    await missing({ ground: 'provide_self_published', evidence: {}, scope: undefined, scope_until: undefined }, ['own_publication'])
    await missing({ ground: 'provide_lawfully_published', evidence: {}, scope: undefined, scope_until: undefined }, ['public_source'])
    if (name === 'tianjin') await missing({ ground: 'share_organ', evidence: {} }, ['document'])
    // what only a check or the person can supply is not taken from an officer's pen
    await missing({ ground: 'transfer_consent', context: 'transfer', evidence: { consent: '本人已经同意' } }, ['consent'])
    await missing({ scope_until: '2020-01-01' }, ['scope_until'])
    await missing({ ground: 'provide_public_interest', deferral_days: 10 }, ['deferral_days'])
    const consent = await s.refused('POST', '/staff/exceptions', ask({ ground: 'transfer_consent', context: 'transfer', evidence: {}, scope: undefined, scope_until: undefined }))
    assert.equal(consent.reason, 'consent_required', '[TJ-2.2.1] [NT-2.2.1]')
    assert.equal((await s.refused('POST', '/staff/exceptions', ask({ person: { real_name: '欧阳某某', mobile_phone: c.person.mobile_phone } }))).status, 404)
    assert.equal((await s.refused('POST', '/staff/exceptions', ask({ recipient: 'nobody_here' }))).status, 400)
    assert.equal((await city.received('population')).filter(r => r.path === 'disclosures').length, 0)
  })

  test('two officers share, the authority gets exactly the items, the person sees ground, officers and document [TJ-2.1.0] [TJ-2.1.2.c] [TJ-2.4.3] [NT-2.4.3]', async () => {
    const first = await officer(0)
    const use = (await first.ok('POST', '/staff/exceptions', ask())).body
    assert.equal(use.state, 'waiting')
    assert.equal((await first.refused('POST', `/staff/exceptions/${use.id}/approval`)).status, 409, 'the same officer')
    assert.equal((await city.received('population')).filter(r => r.path === 'disclosures').length, 0)
    const second = await officer(1)
    const done = (await second.ok('POST', `/staff/exceptions/${use.id}/approval`)).body
    assert.deepEqual([done.state, done.outcome, done.second_name], ['done', 'sent', '专员 乙某'])
    assert.equal((await second.refused('POST', `/staff/exceptions/${use.id}/approval`)).status, 409, 'once only')
    const got = (await city.received('population')).filter(r => r.path === 'disclosures')
    assert.equal(got.length, 1)
    assert.deepEqual(got[0].body.items, { real_name: c.person.real_name })
    assert.equal(got[0].body.clause, clauses[name].criminal)
    const [sent, share] = await usage()
    for (const u of [sent, share]) {
      assert.equal(u.basis, 'exception:provide_criminal_justice')
      assert.equal(u.clause, clauses[name].criminal)
      assert.match(u.ground, /犯罪/)
      assert.deepEqual(u.items.map(i => i.key), ['real_name'])
    }
    assert.deepEqual([share.action, sent.action, sent.decision, share.actor.role], ['share', 'sent', 'sent', 'privacy_officer'])
    for (const part of ['专员 甲某', '专员 乙某', '调证字〔2026〕18号', '合同诈骗案']) assert.ok(share.note.includes(part), part)
    // a rejected one does nothing
    const no = (await first.ok('POST', '/staff/exceptions', ask())).body
    assert.equal((await second.ok('POST', `/staff/exceptions/${no.id}/rejection`)).body.state, 'rejected')
    assert.equal((await city.received('population')).filter(r => r.path === 'disclosures').length, 1)
  })

  test('a ground without a second officer is carried out at once, within the scope [TJ-2.4.2] [NT-2.4.2]', async () => {
    const s = await officer(0)
    const use = (await s.ok('POST', '/staff/exceptions', ask({ ground: 'provide_public_interest', items: ['real_name', 'mobile_phone'] }))).body
    assert.deepEqual([use.state, use.outcome], ['done', 'sent'])
    const got = (await city.received('population')).filter(r => r.path === 'disclosures').find(r => r.body.ref === use.id)
    assert.deepEqual(Object.keys(got.body.items).sort(), ['mobile_phone', 'real_name'])
    // no scope is needed there, so nothing beyond what the service declares
    const beyond = await s.refused('POST', '/staff/exceptions', ask({ ground: 'provide_lawfully_published', evidence: { public_source: '晚报 2026年3月2日第4版' }, scope: undefined, scope_until: undefined }))
    assert.equal(beyond.reason, 'not_declared')
  })

  test('what does not reach the authority is entered so', async () => {
    const s = await officer(0)
    await city.mode('population', 'down')
    const p = await s.refused('POST', '/staff/exceptions', ask({ ground: 'provide_public_interest' }))
    assert.equal(p.status, 502)
    await city.mode('population', 'ok')
    const [use] = await s.all('/staff/exceptions'), [sent] = await usage()
    assert.equal(use.state, 'failed')
    assert.deepEqual([sent.action, sent.ref_id, sent.decision], ['sent', use.id, use.outcome])
  })

  test('under a duty of secrecy the person is told later: no hole, counted in public, verified, renewed by two, told by itself', async () => {
    const anyone = new Client(city)
    const count = async () => (await anyone.ok('GET', '/ledger/deferred')).body.items.reduce((n, d) => [n[0] + d.deferred, n[1] + d.told], [0, 0])
    const before = await usage()
    const first = await officer(0), second = await officer(1)
    const use = (await first.ok('POST', '/staff/exceptions', ask({ deferral_days: 30 }))).body
    const done = (await second.ok('POST', `/staff/exceptions/${use.id}/approval`)).body
    assert.equal(done.told, false)
    const own = list => list.filter(u => u.ref_id === use.id)
    assert.deepEqual((await usage()).map(u => u.n), before.map(u => u.n), 'nothing shows, no hole')
    assert.deepEqual(await count(), [2, 0])
    assert.match(verify(), /./)
    // renewed by one who asks and another who agrees, before it ends
    assert.equal((await first.refused('POST', `/staff/exceptions/${use.id}/renewal`, { days: 100000 })).status, 400)
    await first.ok('POST', `/staff/exceptions/${use.id}/renewal`, { days: 50 })
    assert.equal((await first.refused('POST', `/staff/exceptions/${use.id}/renewal`, { days: 80 })).status, 409, 'what waits for the second officer grows no longer unseen')
    assert.equal((await first.refused('POST', `/staff/exceptions/${use.id}/renewal/approval`)).status, 409)
    await second.ok('POST', `/staff/exceptions/${use.id}/renewal/approval`)
    await city.kill()
    await city.serve()
    await city.advance('P31D')
    await city.settle()
    await logIn()
    assert.equal(own(await usage()).length, 0, 'renewed')
    await city.advance('P20D')
    await city.settle()
    await logIn()
    const list = await usage(), told = own(list)
    assert.deepEqual(told.map(u => u.action).sort(), ['sent', 'share'])
    assert.deepEqual(list.map(u => u.n), list.map((_, i) => list.length - i), 'numbers without holes')
    for (const u of told) {
      assert.equal(u.deferred, true)
      assert.match(u.ground, /犯罪/)
      assert.match(u.note, /依法延后告知您，由专员 甲某、专员 乙某决定/)
    }
    assert.match(told.find(u => u.action === 'share').note, /调证字〔2026〕18号/)
    assert.deepEqual(await count(), [2, 2])
    assert.match(verify(), /./)
    // the receipt proves that it stood in the log all along
    const receipt = (await c.ok('GET', `/me/usage/${told[0].n}/receipt`)).body
    assert.equal(JSON.parse(receipt.deferred.entry).n, 0)
    assert.equal(JSON.parse(receipt.entry).deferred, receipt.deferred.data)
    assert.ok(receipt.deferred.leaf_index < before.length + 400)
    const file = join(city.dir, 'receipt.json')
    writeFileSync(file, JSON.stringify(receipt))
    const out = city.cli('ledger', 'receipt', '--file', file, '--origin', receipt.origin, '--public-key', receipt.public_key)
    assert.match(out, /./)
    // told by an officer before the end
    const again = (await (await officer(0)).ok('POST', '/staff/exceptions', ask({ deferral_days: 5, scope_until: new Date(await now() + 86400000 * 9).toISOString().slice(0, 10) }))).body
    const other = await officer(1)
    await other.ok('POST', `/staff/exceptions/${again.id}/approval`)
    assert.equal((await usage()).filter(u => u.ref_id === again.id).length, 0)
    assert.equal((await other.ok('POST', `/staff/exceptions/${again.id}/disclosure`)).body.told, true)
    assert.equal((await usage()).filter(u => u.ref_id === again.id && u.deferred).length, 2)
    assert.equal((await other.refused('POST', `/staff/exceptions/${again.id}/disclosure`)).status, 409)
  })

  test('only the officer for personal information may do any of this', async () => {
    const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', cityDir, '--login', 'zhou', '--name', '审计员 周某', '--role', 'auditor', '--json'))
    await city.advance('PT1M')
    const s = new Client(city)
    s.token = (await s.ok('POST', '/staff/sessions', { login: 'zhou', password: made.password, totp: totp(made.totp_secret, await now()) })).body.token
    for (const [method, path, body] of [['GET', '/staff/exceptions'], ['GET', '/staff/exceptions/grounds'], ['POST', '/staff/exceptions', ask()],
      ['POST', '/staff/exceptions/1/approval'], ['POST', '/staff/exceptions/1/disclosure']])
      assert.equal((await s.refused(method, path, body)).status, 403, path)
  })

  // clause, ground, context, what must be given; the second officer is the one who approves
  const two = ['document', 'scope', 'second'], event = ['event', 'reason', 'scope']
  const listed = {
    tianjin: [
      ['TJ-1.3.1', 'collect_national_security', 'collect', two], ['TJ-1.3.2', 'collect_public_interest', 'collect', ['document', 'scope']],
      ['TJ-1.3.3', 'collect_criminal_justice', 'collect', two], ['TJ-1.3.4', 'collect_vital_interest', 'collect', event],
      ['TJ-1.3.5', 'collect_self_published', 'collect', ['own_publication']], ['TJ-1.3.6', 'collect_lawfully_published', 'collect', ['public_source']],
      ['TJ-1.3.7', 'collect_contract', 'collect', ['application']], ['TJ-1.3.8', 'collect_stability', 'collect', ['event', 'scope']],
      ['TJ-1.3.9', 'collect_legal_duty', 'collect', ['document', 'scope']], ['TJ-2.1.2.a', 'share_supervision', 'share', ['document', 'scope']],
      ['TJ-2.1.2.b', 'share_dispute', 'share', ['document', 'scope']], ['TJ-2.1.2.c', 'share_organ', 'share', two],
      ['TJ-2.4.1', 'provide_national_security', 'share', two], ['TJ-2.4.2', 'provide_public_interest', 'share', ['document', 'scope']],
      ['TJ-2.4.3', 'provide_criminal_justice', 'share', two], ['TJ-2.4.4', 'provide_vital_interest', 'share', event],
      ['TJ-2.4.7', 'provide_legal_duty', 'share', ['document', 'scope']],
    ],
    nantong: [
      ['NT-2.4.1', 'provide_national_security', 'share', two], ['NT-2.4.2', 'provide_public_interest', 'share', ['document', 'scope']],
      ['NT-2.4.3', 'provide_criminal_justice', 'share', two], ['NT-2.4.4', 'provide_vital_interest', 'share', event],
      ['NT-2.4.8', 'provide_other_law', 'share', ['document', 'scope']],
    ],
  }
  const clausesOf = listed[name].map(([clause]) => `[${clause}]`).join(' ')
  test(`each ground that may stand for consent is used with all that it needs and its clause, and with nothing less ${clausesOf}`, async () => {
    const words = { document: '某机关 调取函〔2026〕9号', event: '8月3日北辰区的险情', reason: '来不及取得本人的同意', own_publication: '本人主页 2026年8月1日',
      public_source: '晚报 2026年3月2日第4版' }
    let matter
    await logIn()
    if (name === 'tianjin') // an application is a matter that the person filed: its number is looked up
      matter = (await withConsents(c, 'POST', '/services/snapshot_report/cases', { fields: { snapshot_report: '人行道上的井盖松动。' }, attachments: [] })).body
    words.application = matter?.number
    const until = new Date(await now() + 60 * 86400000).toISOString().slice(0, 10)
    const first = await officer(0), second = await officer(1), sent = async () => (await city.received('population')).filter(r => r.path === 'disclosures').length
    for (const [clause, ground, context, needs] of listed[name]) {
      const taken = { service: 'social_insurance_query', values: { real_name: c.person.real_name } }, given = { recipient: 'population', items: ['real_name'] }
      const body = without => ({ ground, context, person: person(), ...(context === 'collect' ? taken : given),
        evidence: Object.fromEntries(needs.filter(n => words[n] && n !== without && n !== 'application').map(n => [n, words[n]])),
        ...(needs.includes('application') && without !== 'application' ? { case_id: matter.id } : {}),
        ...(needs.includes('scope') && without !== 'scope' ? { scope: '一起事件的处理', scope_until: until } : {}) })
      const before = (await usage()).length, calls = await sent()
      for (const need of needs.filter(n => n !== 'second')) {
        const p = await first.refused('POST', '/staff/exceptions', body(need))
        assert.deepEqual([p.status, p.clause, p.errors?.map(e => e.field)], [400, clause, [need]], `${ground} without ${need}: ${JSON.stringify(p)}`)
      }
      assert.deepEqual([(await usage()).length, await sent()], [before, calls], `${ground}: nothing happened yet`)
      const use = (await first.ok('POST', '/staff/exceptions', body())).body
      assert.equal(use.state, needs.includes('second') ? 'waiting' : 'done', ground)
      if (use.state === 'waiting') {
        assert.deepEqual([(await usage()).length, await sent()], [before, calls], `${ground}: not before the second officer`)
        assert.equal((await second.ok('POST', `/staff/exceptions/${use.id}/approval`)).body.state, 'done')
      }
      const entry = (await usage()).find(u => u.basis === `exception:${ground}` && u.action === context && u.clause === clause)
      assert.ok(entry, `${ground}: ${JSON.stringify((await usage()).slice(0, 2))}`)
      for (const need of needs.filter(n => words[n])) assert.ok(entry.note.includes(words[need]), `${ground} ${need}: ${entry.note}`)
      assert.equal(await sent(), calls + (context === 'share' ? 1 : 0), ground)
    }
  })

  test('a ground in as many words as the form takes is carried out, and its person reads all of them [TJ-2.4.3] [NT-2.4.3]', async () => {
    const s = await officer(0), words = '核对事由'.repeat(100)
    const evidence = Object.fromEntries(['document', 'public_source', 'own_publication', 'event', 'reason', 'notice', 'undertaking'].map((need, i) => [need, `${i}${words.slice(1)}`]))
    const { id } = (await s.ok('POST', '/staff/exceptions', ask({ evidence, scope: words }))).body
    const use = (await (await officer(1)).ok('POST', `/staff/exceptions/${id}/approval`, {})).body
    assert.equal(use.state, 'done', JSON.stringify(use).slice(0, 300))
    const { note, n } = (await usage()).find(u => u.ref_id === use.id && u.action === 'share')
    assert.ok((await c.ok('GET', `/me/usage/${n}/receipt`)).body)
    for (const part of [...Object.values(evidence), `范围：${words}`]) assert.ok(note.includes(part), part.slice(0, 20))
  })
})
