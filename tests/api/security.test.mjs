// How data are protected: controls with their own checks, refused attempts by kind, the filing, and breaches of agreements.
import { describe, test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Client, citizen, cities, login, root, secondCheck, startCity, tongban, until } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { makeScanner } from './scanner.mjs'

const send = (city, bytes) => new Promise((done, failed) => {
  let got = ''
  const s = connect(city.port, '127.0.0.1', () => s.write(bytes))
  s.on('data', d => { got += d }).on('close', () => done(got)).on('error', failed)
  s.setTimeout(3000, () => s.destroy())
})

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, accounts, officer, c, scanner
  before(async () => {
    scanner = makeScanner()
    await scanner.start()
    city = await startCity({ city: name, scanner: scanner.socket })
    accounts = { zhao: addOfficer(city, 'zhao', '赵专员', 'privacy_officer'), agent: addOfficer(city, 'audit', '钱审计', 'auditor') }
    officer = await openOffice(city, accounts.zhao)
    c = await citizen(city)
  })
  after(async () => { await city?.stop(); await scanner?.remove() })
  const open = async () => (await (await fetch(`${city.base}/api/v1/security`)).json())
  const counted = async () => Object.fromEntries((await open()).attempts.map(a => [a.kind, a.count]))
  const day = async (days = 0) => new Date((await city.control('GET', 'clock?server=security-reader')).now_ms + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
  const renew = async () => { await city.advance('PT31S'); officer = await openOffice(city, accounts.zhao) }
  const cli = () => {
    const r = spawnSync(tongban, ['selfcheck', '--data', city.data, '--cities', 'cities', '--json'], { encoding: 'utf8' })
    return { code: r.status, rows: r.stdout.trim().split('\n').filter(Boolean).map(l => JSON.parse(l)) }
  }

  test('the security page names control, standard and the result of its own check; nothing passes unchecked [TJ-5.1.a] [NT-0.3.b] [NT-3.3.1.a]', async () => {
    const before = (await open()).controls
    assert.ok(before.length >= 7 && before.every(k => k.name && k.standard && k.state === 'unchecked'))
    for (const phase of ['collect', 'use', 'store', 'send']) assert.ok(before.some(k => k.phase === phase), phase)
    const checked = async () => Object.fromEntries((await officer.ok('POST', '/staff/security/checks', {})).body.controls.map(k => [k.key, k]))
    const first = await checked()
    assert.deepEqual(Object.values(first).filter(k => k.state !== 'pass').map(k => k.key), ['backup'], 'no backup was taken yet')
    assert.match(first.sealed_storage.detail, /抽查 [1-9]\d* 人的 [1-9]\d* 项信息，0 项不是密文/)
    assert.equal(cli().code, 1)
    city.cli('backup', '--data', city.data, '--to', join(city.dir, 'one.backup'))
    const all = await checked()
    assert.ok(Object.values(all).every(k => k.state === 'pass'), JSON.stringify(all))
    assert.deepEqual((await open()).controls.map(k => k.state), before.map(() => 'pass'))
    assert.deepEqual(cli(), { code: 0, rows: before.map(k => ({ control: k.key, phase: k.phase, state: 'pass' })) })
    await city.advance('P9D') // every night again, and an old backup is told
    await city.settle()
    const later = Object.fromEntries((await open()).controls.map(k => [k.key, k]))
    assert.deepEqual([later.backup.state, later.ledger.state], ['fail', 'pass'])
    assert.ok(later.ledger.checked_at > all.ledger.checked_at)
    await renew()
  })

  test('each kind of attempt without the right is refused and counted, without anything of who made it [TJ-5.1.e] [NT-3.3.2.d]', async () => {
    const before = await counted()
    const nobody = await city.client()
    const tried = {
      access: () => c.refused('GET', '/staff/duties'),
      publish: () => c.refused('POST', '/staff/announcements', { title: '公开', body: '公开', effective: 'now' }),
      use: () => nobody.refused('POST', '/services/social_insurance_query/queries', { fields: {} }),
      change: () => nobody.refused('PUT', '/me/items/email', { value: 'someone@example.cn' }),
      damage: () => c.refused('POST', '/staff/security/checks', {}),
      loss: () => c.refused('DELETE', '/staff/ends/1'),
      leak: () => nobody.refused('GET', '/me/usage/1/receipt'),
    }
    for (const [kind, attempt] of Object.entries(tried)) assert.ok([401, 403].includes((await attempt()).status), kind)
    const after = await counted()
    for (const kind of Object.keys(tried)) assert.equal(after[kind], before[kind] + 1, kind)
    assert.ok(!JSON.stringify(await open()).includes(c.person.mobile_phone))
  })

  test('known attack patterns are blocked and counted [NT-3.3.2.f]', async () => {
    const before = (await counted()).attack
    const host = `Host: localhost:${city.port}\r\n`
    const patterns = [
      `POST /api/v1/installations HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/me HTTP/1.1\r\n${host}\r\n`,
      `POST /api/v1/installations HTTP/1.1\r\n${host}Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd`,
      `GET /api/v1/me HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\n`,
      `GET /api/v1/me HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`,
      `GET /api/v1/me HTTP/1.1\r\n\r\n`,
      `GET /api/v1/me HTTP/1.1\n${host}\n\n`,
    ]
    for (const pattern of patterns) {
      const answer = await send(city, pattern)
      assert.match(answer, /^HTTP\/1\.1 400 /, pattern)
      assert.equal(answer.split('HTTP/1.1 ').length, 2, 'one answer: nothing was smuggled in')
    }
    await until(async () => (await counted()).attack >= before + patterns.length, 'the count')
  })

  test('after a hard stop nothing committed is lost, and an unauthorised read is refused and counted [TJ-5.0]', async () => {
    c.token = c.installation
    await login(c, c.username)
    await secondCheck(c)
    const state = async () => ({ items: (await c.ok('GET', '/me/items')).body.items.map(i => i.key).sort(), me: (await c.ok('GET', '/me')).body })
    const before = await state(), used = (await c.all('/me/usage')).map(e => e.n)
    await city.kill('SIGKILL')
    await city.serve()
    assert.deepEqual(await state(), before)
    const still = (await c.all('/me/usage')).map(e => e.n)
    assert.ok(used.every(n => still.includes(n)))
    const access = (await counted()).access
    const other = await citizen(city)
    assert.equal((await other.refused('GET', '/cases/1234567')).status, 404)
    assert.equal((await counted()).access, access + 1)
  })

  test('the filing of the classified protection is shown with level, number and date, and a missing or expired assessment alerts [TJ-5.1.f]', async () => {
    await renew()
    const filing = { level: 3, number: '12010019999-26001', filed_on: await day(-20), assessed_on: await day(-30), valid_until: await day(40) }
    const alerts = async () => (await officer.ok('GET', '/staff/security')).body.alerts
    if (name === 'nantong') { // states no level
      assert.equal((await officer.refused('POST', '/staff/security/filings', filing)).errors[0].field, 'level')
      assert.deepEqual([await alerts(), (await open()).filing], [[], null])
      return
    }
    assert.match((await alerts())[0], /还没有登记/)
    for (const [bad, field] of [[{ level: 2 }, 'level'], [{ number: '' }, 'number'], [{ filed_on: await day(2) }, 'filed_on'], [{ assessed_on: await day(2) }, 'assessed_on'],
      [{ valid_until: await day(-31) }, 'valid_until']])
      assert.equal((await officer.refused('POST', '/staff/security/filings', { ...filing, ...bad })).errors[0].field, field)
    await officer.ok('POST', '/staff/security/filings', filing)
    const shown = await open()
    assert.deepEqual([shown.level, shown.filing.level, shown.filing.number, shown.filing.filed_on.slice(0, 10), shown.filing.expired], [3, 3, filing.number, filing.filed_on, false])
    assert.deepEqual(await alerts(), [])
    await city.advance('P41D')
    await renew()
    assert.match((await alerts())[0], /已经过期/)
    assert.equal((await open()).filing.expired, true)
  })

  test('rules, workflow and unit are on record, and a city whose workflow has a step without an owner is not loaded [TJ-5.3.a]', async () => {
    const { organisation } = (await officer.ok('GET', '/staff/security')).body
    assert.ok(organisation.unit && organisation.rules.length && organisation.workflow.length)
    assert.ok(organisation.workflow.every(s => s.name && s.owner))
    const copy = join(city.dir, 'ownerless')
    cpSync(join(root, 'cities'), copy, { recursive: true })
    const file = join(copy, name, 'city.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(\{key: review, name: [^,]+), owner: [^}]+\}/, '$1}'))
    const r = spawnSync(tongban, ['check', name, '--cities', copy], { encoding: 'utf8' })
    assert.equal(r.status, 1)
    assert.match(r.stdout + r.stderr, /'review' of security\.workflow has no owner/)
  })

  test('a breach of a confidentiality agreement cuts the rights, opens a case, and ends with an outcome only [NT-3.3.3.e]', async () => {
    const agent = await openOffice(city, accounts.agent)
    await agent.ok('GET', '/staff/duties')
    const facts = '把办件名单带出单位'
    assert.equal((await officer.refused('POST', '/staff/security/breaches', { login: 'zhao', facts })).errors[0].field, 'login', 'not about oneself')
    assert.equal((await officer.refused('POST', '/staff/security/breaches', { login: 'audit', facts: '' })).errors[0].field, 'facts')
    const b = (await officer.ok('POST', '/staff/security/breaches', { login: 'audit', facts })).body
    assert.equal((await agent.refused('GET', '/staff/duties')).status, 401, 'the session is gone')
    await city.advance('PT31S')
    await assert.rejects(openOffice(city, accounts.agent), /401/)
    const listed = async () => (await officer.ok('GET', '/staff/security')).body.breaches.find(x => x.id === b.id)
    assert.deepEqual([(await listed()).outcome, (await listed()).closed_at], [null, null])
    const close = body => officer.refused('POST', `/staff/security/breaches/${b.id}/close`, body)
    assert.equal((await close({ outcome: '', note: '已经查明' })).errors[0].field, 'outcome')
    assert.equal((await close({ outcome: 'warned', note: '' })).errors[0].field, 'note')
    assert.equal((await listed()).closed_at, null)
    await officer.ok('POST', `/staff/security/breaches/${b.id}/close`, { outcome: 'unfounded', note: '经查名单没有带出，予以恢复' })
    assert.deepEqual([(await listed()).outcome, (await listed()).closed_by], ['unfounded', '赵专员'])
    assert.equal((await close({ outcome: 'warned', note: '已经办结' })).status, 409)
    await openOffice(city, accounts.agent)
    const again = (await officer.ok('POST', '/staff/security/breaches', { login: 'audit', facts })).body
    await officer.ok('POST', `/staff/security/breaches/${again.id}/close`, { outcome: 'liable', note: '依协议追究责任' })
    await city.advance('PT31S')
    await assert.rejects(openOffice(city, accounts.agent), /401/, 'the rights stay cut')
  })
})
