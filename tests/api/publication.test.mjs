// A changed policy goes from draft to publication by two officers; what is refused leaves the one in force as it was.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen, root, startCity, until } from './helpers.mjs'
import { addOfficer, officerOf, openOffice } from './officers.mjs'

const day = (at, days) => new Date(at + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
const statusOf = (list, status) => list.filter(r => r.status === status)

describe('in the console of Nantong', { concurrency: false }, () => {
  let city, li, wu, auditor, clerk, reader, first
  before(async () => {
    city = await startCity({ city: 'nantong' })
    li = await officerOf(city, 'li', '政策岗 李某')
    wu = await officerOf(city, 'wu', '政策岗 吴某')
    auditor = await officerOf(city, 'he', '审计员 何某', 'auditor')
    clerk = await officerOf(city, 'qian', '保护专员 钱某', 'privacy_officer')
    first = (await li.ok('GET', '/staff/releases')).body.items[0]
    reader = await citizen(city)
  })
  after(() => city?.stop())

  const draft = async (officer, edits, base = first.number) => (await officer.ok('POST', '/staff/releases', { base, edits })).body.number
  const detail = async (number, officer = li) => (await officer.ok('GET', `/staff/releases/${number}`)).body
  const step = (officer, number, what, body = what === 'compare' ? undefined : {}) => officer.call('POST', `/staff/releases/${number}/${what}`, body)
  const wording = text => [{ at: 'policy.chapters.0.title', value: text }]
  const approved = async (number, summary) => {
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary })
    await wu.ok('POST', `/staff/releases/${number}/approve`, {})
    return number
  }

  test('only officers for the policy write, auditors and those who assess it read [NT-3.3.2.d]', async () => {
    assert.deepEqual([first.state, first.number], ['published', 1])
    assert.equal((await auditor.ok('GET', '/staff/releases')).body.items.length, 1)
    assert.deepEqual((await detail(1, auditor)).actions, [], 'an auditor is offered nothing to do')
    for (const [who, method, path, body] of [
      [auditor, 'POST', '/staff/releases', { base: 1, edits: wording('一、改') }], [auditor, 'POST', '/staff/releases/1/approve', {}],
      [clerk, 'POST', '/staff/releases', { base: 1, edits: wording('一、改') }], [clerk, 'POST', '/staff/releases/1/withdraw', {}],
    ]) assert.equal((await who.refused(method, path, body)).status, 403, `${who.token} ${method} ${path}`)
    assert.equal((await li.refused('GET', '/staff/releases/99')).status, 404)
  })

  test('an edit that the loader would not take is refused, place by place, and nothing is stored', async () => {
    const bad = async edits => (await li.refused('POST', '/staff/releases', { base: 1, edits }))
    const several = await bad([
      { at: 'policy.updated', value: '2026-02-30' }, { at: 'policy.chapters.0.title', value: ' ' },
      { at: 'policy.chapters.99.title', value: '九十九' }, { at: 'policy.purposes.0.key', value: 'other' },
      { at: 'city.gate.clause.accept', value: 'NT-1' }, { at: 'city.reply.days', value: '十五' } ])
    assert.equal(several.status, 400)
    assert.deepEqual(several.errors.map(e => e.field), ['policy.updated', 'policy.chapters.0.title', 'policy.chapters.99.title', 'policy.purposes.0.key', 'city.gate.clause.accept', 'city.reply.days'])
    assert.match(several.errors[0].message, /没有这一天/)
    const setting = await bad([{ at: 'city.border.mode', value: 'perhaps' }])
    assert.match(setting.errors[0].message, /border\.mode|perhaps/, 'what the loader refuses is named as well')
    assert.equal((await bad([])).errors[0].field, 'edits')
    const same = await bad([{ at: 'policy.version', value: first.version }])
    assert.deepEqual([same.status, same.reason], [409, 'conflict'])
    assert.equal((await li.ok('GET', '/staff/releases')).body.items.length, 1)
  })

  test('uploaded files pass the loader of the city: complaints name file and line, the policy in force stays', async () => {
    const policy = readFileSync(join(root, `cities/nantong/policy/${first.version}.yaml`), 'utf8')
    const lines = policy.split('\n'), at = lines.findIndex(l => /^ {4}kind: organ$/.test(l))
    const wrong = [...lines.slice(0, at), '    kind: nonsense', ...lines.slice(at + 1)].join('\n')
    const refused = await li.refused('POST', '/staff/releases', { files: { [`nantong/policy/${first.version}.yaml`]: wrong } })
    assert.equal(refused.status, 400)
    assert.ok(refused.errors.some(e => e.field === 'files' && e.message.startsWith(`policy/${first.version}.yaml:${at + 1}:`)), JSON.stringify(refused.errors))
    assert.match((await li.refused('POST', '/staff/releases', { files: { 'run.sh': 'x' } })).errors[0].message, /^run\.sh:1:/)
    const service = (await li.refused('POST', '/staff/releases', { files: { 'services/a.yaml': 'services:\n  - {key: a, name: 甲}\n' } })).errors
    assert.ok(service.some(e => e.message.startsWith('services/a.yaml:2:')), JSON.stringify(service))
    const { body } = await li.ok('POST', '/staff/releases', { files: { 'policy/2099.9.yaml': policy.replace(/^version: .*$/m, 'version: "2099.9"') }, note: '上传' })
    const made = await detail(body.number)
    assert.deepEqual([made.version, made.state, made.base_number], ['2099.9', 'draft', 1])
    await li.ok('POST', `/staff/releases/${body.number}/withdraw`, {})
    assert.deepEqual((await detail(body.number)).actions, [])
    assert.equal((await (await city.client()).ok('GET', '/policy/current')).body.hash, first.hash)
  })

  test('each class of wrong file is refused in Chinese, with file, line, what is wrong and what to write', async () => {
    const policy = readFileSync(join(root, `cities/nantong/policy/${first.version}.yaml`), 'utf8')
    const at = `policy/${first.version}.yaml`
    const retention = /^ {4}retention:\n {6}rule: .*\n {6}days: \d+$/m.exec(policy)[0], chapter = /^ {2}- key: (\w+)\n {4}title: 一、/m.exec(policy)
    const social = /^ {2}- key: social_security\n[^]*?items: \[real_name, resident_id_number\][^]*?recipients: \[.*\]$/m.exec(policy)[0]
    const purpose = /^ {2}- key: account\n {4}name: (.*)\n {4}clause: (.*)$/m.exec(policy)
    const instead = (from, to) => changed(social, social.replace(from, to))
    const changed = (from, to) => { assert.ok(policy.includes(from), from); return { [at]: policy.replace(from, to) } }
    const classes = {
      'unknown key': [changed('updated:', 'udpated:'), /没有“udpated”这个键；请改为“updated”/],
      'unknown item': [instead('resident_id_number]', 'resident_id_number, real_nam]'), /没有登记过的信息项“real_nam”；请改为“real_name”，或者先在信息项目录/],
      'unknown clause': [changed(purpose[0], purpose[0].replace(purpose[2], 'XX-99.9')), /没有编号为“XX-99\.9”的条款；请写/],
      'not a clause': [changed(purpose[0], purpose[0].replace(purpose[2], 'x')), /“clause”须为一个条款的编号；请写成/],
      'overlapping rules': [changed(purpose[0], `${purpose[0]}\n  - {key: another_one, name: ${purpose[1]}, clause: ${purpose[2]}}`), /处理目的“\w+”与“\w+”重复，名称都是“[^”]+”；请合并/],
      'sharing without a recipient': [instead(/recipients: .*/, 'recipients: []'), /类别“\w+”对外提供信息，但没有接收方；请写 recipients/],
      'a period without unit': [changed(retention, '    retention: 30'), /保存期限须写明单位和从何时起算；请写 retention/],
      'a chapter that is missing': [changed(`  - key: ${chapter[1]}\n`, '  - key: another_key\n'), new RegExp(`缺少[^；]*“${chapter[1]}”一章；请写`)],
      'a service that asks more than its category': [instead('real_name, resident_id_number', 'real_name'), /服务“\w+”要求填写“\w+”，但类别“\w+”不收集它（[^）]+）；请删除/],
    }
    for (const [name, [files, says]] of Object.entries(classes)) {
      const { status, errors } = await li.refused('POST', '/staff/releases', { files })
      assert.equal(status, 400, name)
      const found = errors.find(e => says.test(e.message))
      assert.ok(found, `${name}: ${JSON.stringify(errors)}`)
      for (const e of errors) {
        const [, file, line, words] = /^([\w./-]+):(\d+): (.+)$/.exec(e.message) ?? assert.fail(e.message)
        assert.ok(file.endsWith('.yaml') || file === 'release', file)
        assert.ok(Number(line) >= 1 && /；请/.test(words) && !/[a-z] [a-z]+ [a-z]/.test(words), e.message)
      }
    }
  })

  test('a listed kind cannot be rated minor, and a major change is told in words [NT-6.2] [NT-6.2.0] [NT-6.2.5]', async () => {
    const number = await draft(li, [{ at: 'city.contact.hotlines', value: ['12345', '0513-12340'] },
      { at: 'city.contact.data', value: ['南通市大数据管理局', '12345', '0513-12340'] }])
    const diff = (await li.ok('GET', `/staff/releases/${number}/diff`)).body
    assert.deepEqual(diff.major.map(m => [m.kind, m.clause]), [['contact', 'NT-6.2.5']])
    assert.deepEqual(diff.asked_again, [], 'nobody\'s consent depends on it')
    const minor = await li.refused('POST', `/staff/releases/${number}/submit`, { summary: '热线电话有变化', rated_minor: true })
    assert.equal(minor.errors[0].field, 'rating')
    assert.equal((await li.refused('POST', `/staff/releases/${number}/submit`, {})).errors[0].field, 'summary')
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '热线电话有变化' })
    await li.ok('POST', `/staff/releases/${number}/withdraw`, { note: '电话尚未开通' })
  })

  test('officers may rate any change as major, with a reason, and citizens read it [NT-6.2.0] [NT-6.2.2] [NT-6.2.6] [NT-6.2.7]', async () => {
    const number = await draft(li, wording('一、收集和使用哪些信息（修订）'))
    assert.deepEqual((await li.ok('GET', `/staff/releases/${number}/diff`)).body.major, [], 'words alone are minor')
    const marks = [{ kind: 'organisation', reason: '本局与市政务办合并办公' }, { kind: 'risk', reason: '影响评估认为存在高风险' }, { kind: 'other', reason: '办理窗口调整' }]
    assert.equal((await li.refused('POST', `/staff/releases/${number}/submit`, { summary: '机构有变化', marks: [{ kind: 'other', reason: '因' }] })).errors[0].field, 'marks')
    assert.equal((await li.refused('POST', `/staff/releases/${number}/submit`, { marks })).errors[0].field, 'summary')
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '机构有变化', marks })
    const own = await step(li, number, 'approve')
    assert.deepEqual([own.status, own.body.reason], [403, 'not_yours'], 'never by the one who submitted it')
    assert.equal((await step(wu, number, 'publish', { effective: 'now' })).status, 409, 'not before it is approved')
    await wu.ok('POST', `/staff/releases/${number}/approve`, { note: '同意' })
    const published = (await li.ok('POST', `/staff/releases/${number}/publish`, { effective: 'now' })).body
    await city.advance('PT20S')
    const c = await city.client()
    const policy = await until(async () => {
      const { body } = await c.ok('GET', '/policy/current')
      return body.number === number && body
    }, 'the new version in force')
    assert.equal(policy.effective_at, published.effective_at)
    const changes = (await c.ok('GET', `/policy/${policy.version}/changes?since=${first.version}`)).body
    assert.ok(policy.version === first.version || changes.major.length, 'of one name: the version before is not named')
    const told = (await li.ok('GET', `/staff/releases/${number}/diff?against=1`)).body
    assert.deepEqual(told.major.map(m => m.clause), ['NT-6.2.2', 'NT-6.2.6', 'NT-6.2.7'])
    assert.deepEqual(told.changes.filter(x => x.major).map(x => x.text), marks.map(m => m.reason))
    const told_persons = (await until(async () => {
      const messages = (await reader.all('/me/messages')).filter(m => m.kind === 'policy')
      return messages.length && messages
    }, 'the notice of the new version'))[0]
    assert.equal(told_persons.major, true, 'rated by officers, told as major')
    assert.deepEqual(told_persons.changes.filter(x => x.major).map(x => x.text), marks.map(m => m.reason))
    const { steps } = await detail(number, auditor)
    assert.deepEqual(steps.map(s => [s.action, s.officer, s.note]), [['drafted', '政策岗 李某', null], ['submitted', '政策岗 李某', null],
      ['approved', '政策岗 吴某', '同意'], ['published', '政策岗 李某', null]])
    assert.match(await (await fetch(`${city.base}/policy`)).text(), /收集和使用哪些信息（修订）/)
    first = { ...first, number, hash: policy.hash }
  })

  test('a rejected draft names the reason and goes on as a new one; of two editors one is told', async () => {
    const number = await draft(li, wording('一、收集和使用'))
    await li.ok('POST', `/staff/releases/${number}/submit`, {})
    assert.equal((await step(wu, number, 'reject', { note: '短' })).status, 400)
    await wu.ok('POST', `/staff/releases/${number}/reject`, { note: '标题过于笼统' })
    const again = await step(wu, number, 'approve')
    assert.equal(again.status, 409)
    assert.match(again.body.detail, /已退回.*吴某.*退回第/)
    const next = await draft(li, wording('一、收集和使用的信息'), number)
    const made = await detail(next)
    assert.deepEqual([made.from_number, made.steps.map(s => s.action)], [number, ['drafted', 'submitted', 'rejected', 'drafted']])
    const both = await Promise.all([li, wu].map((o, i) => o.call('POST', '/staff/releases', { base: next, edits: wording(`一、收集和使用之${i}`) })))
    assert.deepEqual(both.map(r => r.status).sort(), [201, 409], JSON.stringify(both.map(r => r.body)))
    const left = both.find(r => r.status === 201).body.number
    assert.equal((await detail(next)).state, 'replaced')
    await li.ok('POST', `/staff/releases/${left}/withdraw`, {})
  })

  test('a draft that was overtaken is told so, compared again, and reviewed anew', async () => {
    const slow = await approved(await draft(li, wording('一、甲')), '甲甲甲甲')
    const fast = await approved(await draft(li, wording('一、乙')), '乙乙乙乙')
    await li.ok('POST', `/staff/releases/${fast}/publish`, { effective: 'now' })
    const refused = await step(li, slow, 'publish', { effective: 'now' })
    assert.equal(refused.status, 409)
    assert.match(refused.body.detail, new RegExp(`重新比对.*李某.*发布第 ${fast} 号`))
    const stale = await until(async () => {
      const d = await detail(slow)
      return d.stale && d
    }, 'the server knows the newer one')
    assert.deepEqual(stale.actions, ['compare', 'withdraw'])
    const { number } = (await li.ok('POST', `/staff/releases/${slow}/compare`)).body
    const fresh = await detail(number)
    assert.ok(number > fast)
    assert.deepEqual([fresh.state, fresh.base_number, fresh.from_number], ['draft', fast, slow])
    assert.equal(fresh.steps.at(-1).action, 'compared')
    assert.equal((await step(li, number, 'publish', { effective: 'now' })).status, 409, 'approved once is not approved now')
    assert.equal((await step(li, number, 'compare')).status, 409, 'nothing to compare')
    await approved(number, '甲甲甲甲')
    const early = await step(li, number, 'publish', { effective: '2020-01-01' })
    assert.equal(early.body.errors[0].field, 'effective')
    const now = (await city.control('GET', 'clock?server=test-reader')).now_ms
    const body = (await li.ok('POST', `/staff/releases/${number}/publish`, { effective: day(now, 3) })).body
    assert.equal(body.effective_at, `${day(now, 3)}T00:00:00.000+08:00`, 'from midnight in Shanghai')
    const page = await (await fetch(`${city.base}/policy/${first.version}`)).text()
    assert.match(page, /id="policy-versions"/, 'the other versions are listed on each [NT-6.1.a]')
    const unknown = await fetch(`${city.base}/policy/1999.9`)
    assert.equal(unknown.status, 404)
    assert.match(unknown.headers.get('content-type'), /^text\/html/)
    assert.match(await unknown.text(), /没有这个版本的隐私政策[^]*href="\/policy"/)
    assert.equal((await li.refused('GET', '/policy/1999.9')).reason, 'not_found', 'the API answers as ever')
  })

  test('of two officers who decide at the same moment one wins, and the other reads who did what', async () => {
    const number = await draft(li, wording('一、丙'))
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '丙丙丙丙' })
    const xu = await officerOf(city, 'xu', '政策岗 徐某')
    const votes = await Promise.all([wu, xu, wu, xu].map(o => step(o, number, 'approve')))
    assert.equal(statusOf(votes, 200).length, 1, JSON.stringify(votes.map(v => v.body)))
    for (const lost of statusOf(votes, 409)) assert.match(lost.body.detail, /政策岗 (吴|徐)某已于.*审核通过第/)
    await li.ok('POST', `/staff/releases/${number}/withdraw`, {})
  })
})

describe('two servers on one PostgreSQL', { concurrency: false }, () => {
  let city, second, officers, li, wu
  before(async () => {
    city = await startCity({ city: 'tianjin', store: 'postgresql' })
    second = await city.another()
    officers = { li: addOfficer(city, 'li', '政策岗 李某'), wu: addOfficer(city, 'wu', '政策岗 吴某') }
    li = await openOffice(city, officers.li)
    wu = await openOffice(city, officers.wu)
  })
  after(async () => {
    await second?.stop()
    await city?.stop()
  })

  const versions = () => Promise.all([city.base, second.base].map(async base => (await (await fetch(base + '/api/v1/policy/current')).json()).version))
  const there = officer => Object.assign(Object.create(Object.getPrototypeOf(officer)), officer, { city: { ...officer.city, base: second.base } })
  const clock = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms

  async function ready(title, version) {
    const newest = (await li.ok('GET', '/staff/releases')).body.items.find(r => r.state === 'published').number
    const { number } = (await li.ok('POST', '/staff/releases', { base: newest, edits: [
      { at: 'policy.version', value: version }, { at: 'policy.chapters.0.title', value: title }] })).body
    await li.ok('POST', `/staff/releases/${number}/submit`, {})
    await wu.ok('POST', `/staff/releases/${number}/approve`, {})
    return number
  }

  test('two drafts published at the same moment, on two servers: one wins', async () => {
    const one = await ready('一、其一', '2026.2'), two = await ready('一、其二', '2026.3')
    const effective = day(await clock(), 2)
    const results = await Promise.all([li.call('POST', `/staff/releases/${one}/publish`, { effective }), there(wu).call('POST', `/staff/releases/${two}/publish`, { effective })])
    assert.deepEqual(results.map(r => r.status).sort(), [200, 409], JSON.stringify(results.map(r => r.body)))
    const lost = results.find(r => r.status === 409)
    assert.match(lost.body.detail, /政策岗 (李|吴)某已于.*发布第/)
    const rows = (await li.ok('GET', '/staff/releases')).body.items
    assert.equal(rows.filter(r => r.state === 'published').length, 2)
    const same = results.find(r => r.status === 200).body.number
    const again = await Promise.all([li, there(wu)].map(o => o.call('POST', `/staff/releases/${same}/publish`, { effective })))
    assert.deepEqual(again.map(r => r.status), [409, 409])
  })

  test('both switch at the effective moment, none before it; a request that runs keeps its version [NT-0.2] [TJ-7.1.a]', async () => {
    const rows = (await li.ok('GET', '/staff/releases')).body.items
    const next = rows.find(r => r.state === 'published')
    const at = Date.parse(next.effective_at)
    await until(async () => (await Promise.all([city.base, second.base].map(async base => (await fetch(`${base}/api/v1/policy/${next.version}`)).status))).every(s => s === 200), 'both servers know it')
    const before = (await versions())[0]
    assert.notEqual(before, next.version)
    const left = at - await clock() - 4000
    await city.advance(`PT${Math.floor(left / 1000)}S`)
    const seen = []
    let rounds = 0
    for (let end = Date.now() + 15000; Date.now() < end && rounds < 3;) {
      const from = await clock()
      const got = await versions()
      const to = await clock()
      seen.push({ from, to, got })
      if (got.every(v => v === next.version)) rounds++
    }
    for (const { from, to, got } of seen) {
      if (to < at) assert.deepEqual(got, [before, before], `${at - to} ms before the moment`)
      if (from >= at + 1500) assert.deepEqual(got, [next.version, next.version], `${from - at} ms after the moment`)
    }
    assert.ok(seen.some(s => s.to < at) && seen.some(s => s.from >= at), 'the moment was watched from both sides')
    assert.deepEqual(await versions(), [next.version, next.version])
  })

  test('a policy that is refused leaves both servers as they were', async () => {
    const before = await versions()
    await city.advance('PT1M') // a code opens one session only
    li = await openOffice(city, officers.li)
    const refused = await li.refused('POST', '/staff/releases', { files: { 'policy/2027.1.yaml': 'version: "2027.1"\npurposes: 3\n' } })
    assert.ok(refused.errors?.length > 0, JSON.stringify(refused))
    assert.deepEqual(await versions(), before)
  })
})
