// Versions of the policy: published in the store, in force from their day, and readable afterwards.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agree, startCity, register, root, until } from './helpers.mjs'

let city
const next = { version: '2099.1', effective: '' }

before(async () => { city = await startCity({ city: 'tianjin' }) })
after(() => city?.stop())

const current = async c => (await c.ok('GET', '/policy/current')).body
const day = (at, days) => new Date(at + days * 86400000).toISOString().slice(0, 10)

// A second version beside the first, as a city would write it: a folder that another machine may have edited.
function secondVersion(first) {
  const cities = join(city.dir, 'cities'), policy = join(cities, 'tianjin/policy')
  cpSync(join(root, 'cities'), cities, { recursive: true })
  next.effective = day(Date.now(), 40)
  const text = readFileSync(join(policy, `${first}.yaml`), 'utf8')
    .replace(/^version: .*$/m, `version: "${next.version}"`)
    .replace(/^effective: .*$/m, `effective: ${next.effective}`)
    .replace(/^purposes:$/m, 'purposes:\n  - {key: statistics, name: 统计办件量, clause: TJ-1.2.1.3.a}')
    .replace(/^duties:.*$/m, '$&\n  - {key: drill, name: 应急演练, evidence: 演练记录, every_days: 365, clause: TJ-3.1.a}')
  writeFileSync(join(policy, `${next.version}.yaml`), text)
  return cities
}

const release = (...args) => city.cli('release', ...args, '--data', city.data, '--json').trim().split('\n').map(l => JSON.parse(l))

test('a server decides by what was published in the store, not by the files that lie around', async () => {
  const c = await city.client()
  const first = await current(c)
  const cities = secondVersion(first.version)
  assert.deepEqual(release('draft', '--cities', cities), [{ drafts: 1 }])
  const [one, two] = release('list')
  assert.equal(one.hash, first.hash)
  assert.deepEqual([two.version, two.published_at], [next.version, null])
  await city.kill('SIGTERM')
  await city.serve()
  assert.equal((await current(c)).version, first.version)
  assert.equal((await c.refused('GET', `/policy/${next.version}`)).status, 404, 'a draft is nobody\'s business')
})

test('no version decides before its day, and from that day on it does without a restart [NT-0.2]', async () => {
  const c = await city.client()
  await register(c, await city.person())
  const first = await current(c)
  release('publish', '2', '--development', '--by', '王审核')
  const announced = await until(async () => {
    const r = await c.call('GET', `/policy/${next.version}`)
    return r.status === 200 && r.body
  }, 'the announced version')
  assert.ok(announced.effective_at.startsWith(next.effective))
  assert.equal((await current(c)).version, first.version, 'not yet')

  const changes = (await c.ok('GET', `/policy/${next.version}/changes?since=${first.version}`)).body
  assert.deepEqual([changes.version, changes.since], [next.version, first.version])
  assert.deepEqual(changes.major, [{ kind: 'model', name: '重大变更：处理的目的、信息类型或者使用方式', clause: null }], 'Tianjin lists no kinds of its own')
  assert.deepEqual(changes.changes.map(x => [x.text, x.kind, x.major]),
    [['新增处理目的：统计办件量。', 'model', true], ['新增管理措施：应急演练。', 'minor', false]])
  assert.deepEqual((await c.ok('GET', `/policy/${next.version}/changes`)).body, changes, 'without since, the version before')
  assert.deepEqual((await c.ok('GET', `/policy/${first.version}/changes`)).body.changes, [], 'the first version changed nothing')
  assert.equal((await c.refused('GET', `/policy/${next.version}/changes?since=1999.1`)).status, 404)
  assert.equal((await c.refused('GET', '/policy/1999.1/changes')).status, 404)

  await city.advance('P41D')
  const guest = await city.client({ agreed: false })
  assert.equal((await current(guest)).version, next.version)
  const old = (await guest.ok('GET', `/policy/${first.version}`)).body
  assert.deepEqual([old.version, old.hash], [first.version, first.hash])
  for (const version of [first.version, next.version]) {
    const page = await fetch(`${city.base}/policy/${version}`)
    assert.equal(page.status, 200)
    assert.match(await page.text(), new RegExp(`${version.replace('.', '\\.')}[^]*id="policy-end"`))
  }
  assert.equal((await fetch(`${city.base}/policy/1999.1`)).status, 404)
  assert.equal((await fetch(`${city.base}/policy/1999.1.pdf`)).status, 404)
  const print = async path => {
    const r = await fetch(city.base + path)
    assert.deepEqual([r.status, r.headers.get('content-type')], [200, 'application/pdf'], path)
    const bytes = Buffer.from(await r.arrayBuffer())
    assert.equal(bytes.subarray(0, 5).toString(), '%PDF-')
    assert.ok(bytes.length > 20000 && bytes.includes('%%EOF'), `${path}: ${bytes.length} bytes`)
    return bytes
  }
  const drawn = () => readFileSync(city.log, 'utf8').split('"policy_drawn"').length - 1
  const before = drawn()
  const [printed, ...others] = await Promise.all(Array.from({ length: 6 }, () => print(`/policy/${next.version}.pdf`)))
  assert.ok(others.every(o => o.equals(printed)))
  assert.equal(drawn() - before, 1, 'six who ask at once wait for one drawing')
  assert.ok(printed.equals(await print('/policy.pdf')), 'the version in force, drawn once')
  assert.ok(!printed.equals(await print(`/policy/${first.version}.pdf`)))
  const html = await (await fetch(`${city.base}/policy`)).text()
  assert.match(html, /id="policy-changes">[^]*<strong>新增处理目的：统计办件量。<\/strong>[^]*<nav /, 'major changes stand in a marked block [NT-6.2]')
  assert.ok(!html.includes('应急演练。</strong>'), 'minor ones do not')
  assert.match(html, new RegExp(`id="policy-versions"[^]*href="/policy/${first.version.replace('.', '\\.')}"`), 'earlier versions are listed [NT-6.1.a]')
  assert.match(html, new RegExp(`href="/policy/${next.version.replace('.', '\\.')}\\.pdf"`))
})

test('a text corrected under the same version is asked for again, and an installation can agree to it', async () => {
  const c = await city.client()
  const cities = join(city.dir, 'cities'), file = join(cities, `tianjin/policy/${next.version}.yaml`)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^updated: .*$/m, `updated: ${next.effective}`))
  assert.deepEqual(release('draft', '--cities', cities), [{ drafts: 1 }])
  release('publish', '3', '--development', '--by', '王审核')
  const { hash } = release('list').at(-1)
  await until(async () => (await current(c)).hash === hash, 'the corrected text')
  const person = await city.person()
  const refused = await c.refused('POST', '/sms-codes', { phone: person.mobile_phone, purpose: 'register' })
  assert.deepEqual([refused.reason, refused.next[0].action], ['consent_required', 'accept_policy'])
  await agree(c)
  await register(c, person)
  assert.equal((await c.ok('GET', '/me')).body.accepted_version, next.version)
})

test('publishing the same version twice, or one that a later one has overtaken, is a conflict', () => {
  const cities = join(city.dir, 'cities'), file = join(cities, `tianjin/policy/${next.version}.yaml`)
  for (const updated of ['2098-01-01', '2098-01-02']) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^updated: .*$/m, `updated: ${updated}`))
    release('draft', '--cities', cities)
  }
  release('publish', '5', '--development', '--by', '王审核')
  assert.throws(() => release('publish', '4', '--development', '--by', '王审核'), e => e.status === 2)
  assert.throws(() => release('publish', '2', '--development', '--by', '王审核'), e => e.status === 2)
  assert.throws(() => release('publish', '7', '--development', '--by', '王审核'))
  assert.throws(() => release('publish', '2'), e => e.status === 2, 'without --development nobody publishes alone')
})

test('by the command line too a second officer approves, and every step stays on record [NT-6.2]', () => {
  const cities = join(city.dir, 'cities'), file = join(cities, `tianjin/policy/${next.version}.yaml`)
  for (const login of ['li', 'wu']) city.cli('staff', 'add', '--data', city.data, '--cities', cities, '--login', login, '--name', `政策岗 ${login}`, '--role', 'policy_officer')
  city.cli('staff', 'add', '--data', city.data, '--cities', cities, '--login', 'he', '--name', '审计员 何某', '--role', 'auditor')
  writeFileSync(file, readFileSync(file, 'utf8').replace('统计办件量', '统计各类办件量'))
  release('draft', '--cities', cities)
  const { number } = release('list').at(-1)
  const step = (what, by, ...more) => release(what, String(number), '--by', by, ...more)
  const stderr = call => { try { call() } catch (e) { return e.stderr } assert.fail('was not refused') }
  assert.match(stderr(() => step('submit', 'li')), /告知的变更内容/)
  assert.match(stderr(() => step('submit', 'he', '--summary', '目的有变化')), /不办理/)
  assert.match(stderr(() => step('submit', 'nobody')), /nobody/)
  assert.deepEqual(step('submit', 'li', '--summary', '统计的范围有变化'), [{ step: 'submit', number }])
  assert.match(stderr(() => step('approve', 'li')), /另一位/)
  assert.match(stderr(() => step('publish', 'wu')), /待审核/)
  step('approve', 'wu', '--note', '同意')
  step('publish', 'li', '--at', day(Date.now(), 45))
  assert.match(stderr(() => step('publish', 'wu')), /政策岗 li已于.*发布第/)
  assert.deepEqual(release('history', String(number)).map(s => [s.action, s.officer, s.note]),
    [['drafted', '城市数据文件', null], ['submitted', '政策岗 li', null], ['approved', '政策岗 wu', '同意'], ['published', '政策岗 li', null]])
})
