// A set with a row for each person, under a random code: the key table stays apart, leads an officer back who may go there, and nobody
// without the key; where the policy knows no way back there is none.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { citizen, cities, login, root, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { query } from './careful.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { totp } from './totp.mjs'
import { now } from './versions.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  const tianjin = name === 'tianjin', part = tianjin ? {} : { part: 'operate_new', product: 'app' }
  let folder, city, officer, s, people, category
  const make = body => s.call('POST', '/staff/analysis', { purpose: '改进服务的分析', form: 'rows', ...part, ...body })
  const made = async body => {
    const r = await make(body)
    assert.equal(r.status, 201, JSON.stringify(r.body))
    return until(async () => { await city.settle(); const a = (await s.ok('GET', '/staff/analysis')).body.items.find(i => i.id === r.body.id); return a.state !== 'making' && a }, 'the check')
  }
  const rows = async set => (await s.ok('GET', `/staff/analysis/${set.id}/rows`)).body.items
  const count = (table, set) => Number(city.sql(`SELECT COUNT(*) FROM ${table} WHERE set_id = ${set.id};`))
  const fresh = async () => { await city.advance('PT61S'); return totp(officer.secret, await now(city)) }
  const reverse = async (set, code, over = {}) => s.call('POST', `/staff/analysis/${set.id}/reversals`, { code, reason: '核对数据错误', ...over, totp: over.totp ?? await fresh() })
  const uses = c => withConsents(c, 'POST', `/services/${query[name]}/queries`, { fields: {} })
  const office = async () => { await city.advance('PT61S'); s = await openOffice(city, officer) }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tongban-code-')) // k is a setting: two people make a group here
    cpSync(join(root, 'cities'), join(folder, 'cities'), { recursive: true })
    const file = join(folder, 'cities', name, 'city.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^  k: 10 .*$/m, '  k: 2'))
    city = await startCity({ city: name, cities: join(folder, 'cities') })
    officer = addOfficer(city, 'one', '专员 吴某', 'privacy_officer')
    s = await openOffice(city, officer)
    people = []
    for (let i = 0; i < 4; i++) people.push(await citizen(city))
    category = `category:${(await people[0].ok('GET', `/services/${query[name]}`)).body.category}`
    await uses(people[0])
  })
  after(async () => { await city?.stop(); rmSync(folder, { recursive: true, force: true }) })

  test('a row for each person of the groups that stay, under a random code and in its order [TJ-1.2.2.b] [NT-2.4.a]', async () => {
    const set = await made({ fields: ['realname', 'age'] }), list = await rows(set)
    assert.deepEqual([set.state, set.form, set.key, set.people], ['ready', 'rows', 'none', 4])
    assert.deepEqual(list.map(r => r.values), Array(4).fill(['已实名', '成年']))
    assert.ok(list.every(r => /^[A-Z2-7]{26}$/.test(r.code) && Object.keys(r).length === 2))
    assert.deepEqual(list.map(r => r.code), [...new Set(list.map(r => r.code))].sort(), 'no order but that of the codes')
    const split = await made({ fields: [category] })
    assert.deepEqual([split.suppressed, (await rows(split)).map(r => r.values[0])], [1, Array(3).fill('未使用')], 'one of four uses it: the row is left out')
    assert.equal(count('analysis_draft', split), 0)
    const again = new Set([...list, ...await rows(split)].map(r => r.code))
    assert.equal(again.size, 7, 'no code stands in two sets')
    assert.equal((await make({ fields: ['mobile_phone'] })).body.reason, 'not_declared')
  })

  if (tianjin) {
    test('a way back is kept of no set: the policy knows none [TJ-1.2.2.b]', async () => {
      const p = (await make({ fields: ['realname'], reversible: true })).body
      assert.deepEqual([p.status, p.reason], [403, 'not_declared'])
      assert.match(p.detail, /没有可以还原的去标识数据/)
      const offered = (await s.ok('GET', '/staff/analysis')).body
      assert.equal(offered.reversible, false)
      const q = (await reverse(offered.items[0], (await rows(offered.items.at(-1)))[0].code)).body
      assert.deepEqual([q.status, q.reason], [403, 'not_declared'])
      assert.equal(city.sql('SELECT COUNT(*) FROM analysis_key;'), '0')
    })
    return
  }

  let set, list, slot // of the key of the set in the key store
  const slots = () => city.sql('SELECT hex(slot) FROM data_key WHERE wrapped IS NOT NULL;', 'keys/keys.db').split('\n')
  const of = [] // the person behind each row
  test('with the key table an officer goes back to the person, for a reason that the person reads [NT-A.8]', async () => {
    assert.equal((await make({ fields: ['age'], form: 'groups', reversible: true })).status, 400)
    const before = new Set(slots())
    set = await made({ fields: ['realname', 'age'], receiver: '某大学 城市研究所', reversible: true })
    list = await rows(set);
    [slot] = slots().filter(k => !before.has(k))
    assert.deepEqual([set.state, set.key, list.length, count('analysis_key', set)], ['ready', 'kept', 4, 4])
    for (const [i, row] of list.entries()) {
      const before = await Promise.all(people.map(async c => (await c.all('/me/usage')).length))
      const { items } = (await reverse(set, row.code, { reason: `核对第${i + 1}行的错误` })).body
      const after = await Promise.all(people.map(c => c.all('/me/usage'))), told = after.findIndex((l, n) => l.length > before[n])
      assert.equal(after.filter((l, n) => l.length > before[n]).length, 1, 'one person, one entry')
      const [entry] = after[told], who = people[told].person
      assert.deepEqual([entry.action, entry.service, entry.note, entry.clause], ['read', 'deidentified_reversal', `核对第${i + 1}行的错误`, 'NT-A.8'])
      assert.deepEqual(items.map(k => k.key).sort(), ['mobile_phone', 'real_name', 'username'])
      assert.ok(!JSON.stringify(items).includes(who.real_name) && !JSON.stringify(items).includes(who.mobile_phone), 'masked')
      assert.equal(items.find(k => k.key === 'mobile_phone').masked.slice(-2), who.mobile_phone.slice(-2))
      of[i] = people[told]
    }
    assert.equal(new Set(of).size, 4)
  })

  test('not without reason, second factor and role, and not by another code [NT-A.8]', async () => {
    const { code } = list[0], before = (await of[0].all('/me/usage')).length
    const fields = r => [r.status, r.body.errors?.map(e => e.field)]
    assert.deepEqual(fields(await reverse(set, code, { reason: '查' })), [400, ['reason']])
    assert.deepEqual(fields(await reverse(set, code, { totp: '000000' })), [400, ['totp']])
    const once = await fresh()
    assert.equal((await reverse(set, 'A'.repeat(26), { totp: once })).status, 404)
    assert.deepEqual(fields(await s.call('POST', `/staff/analysis/${set.id}/reversals`, { code, reason: '核对数据错误', totp: once })), [400, ['totp']], 'used before')
    const other = await made({ fields: ['realname'], reversible: true })
    assert.equal((await reverse(other, code)).status, 404, 'a code belongs to one set')
    const plain = (await s.ok('GET', '/staff/analysis')).body.items.find(a => a.key === 'none')
    assert.equal((await reverse(plain, (await rows(plain))[0].code)).status, 409)
    for (const role of ['policy_officer', 'auditor']) {
      const o = await openOffice(city, addOfficer(city, role, '另一岗 郑某', role))
      assert.equal((await o.call('POST', `/staff/analysis/${set.id}/reversals`, { code, reason: '核对数据错误', totp: '000000' })).status, 403)
      assert.equal((await o.call('GET', `/staff/analysis/${set.id}/rows`)).status, 403)
      assert.equal((await o.call('DELETE', `/staff/analysis/${set.id}/key`)).status, 403)
    }
    assert.equal((await of[0].all('/me/usage')).length, before)
  })

  test('what was given out and the whole database lead nowhere without the key store [NT-A.8]', async () => {
    const tables = city.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL;").split('\n')
    for (const { code } of list) {
      const hex = Buffer.from(code).toString('hex').toUpperCase()
      for (const table of tables) {
        const columns = city.sql(`SELECT group_concat('"' || name || '"', ';') FROM pragma_table_info('${table}');`).split(';')
        const found = city.sql(`SELECT COUNT(*) FROM "${table}" WHERE ${columns.map(k => `instr(hex(${k}), '${hex}') > 0`).join(' OR ')};`)
        assert.equal(found, table === 'analysis_row' ? '1' : '0', table)
      }
    }
    // the key table has nothing of a person in it, in no form that a person is known by
    const dump = city.sql('SELECT hex(person), hex(code), hex(sealed) FROM analysis_key;')
    for (const c of people) {
      const id = BigInt(c.subject), be = id.toString(16).toUpperCase().padStart(16, '0'), le = be.match(/../g).reverse().join('')
      for (const form of [Buffer.from(c.subject).toString('hex').toUpperCase(), be, le]) assert.ok(!dump.includes(form))
    }
    const ids = people.map(c => c.subject).join(',')
    for (const table of ['analysis_set', 'analysis_group', 'analysis_row', 'analysis_draft'])
      assert.ok(!/subject|person/.test(city.sql(`SELECT group_concat(name) FROM pragma_table_info('${table}');`)), table)
    assert.equal(city.sql(`SELECT COUNT(*) FROM analysis_row WHERE code IN (${ids}) OR position IN (${ids});`), '0')

    // the same database with a key store that lacks the key of the set
    const held = city.sql(`SELECT hex(wrapped), made_at FROM data_key WHERE slot = X'${slot}';`, 'keys/keys.db').split('\t')
    assert.equal(held.length, 2)
    await city.kill('SIGTERM')
    city.sql(`DELETE FROM data_key WHERE slot = X'${slot}';`, 'keys/keys.db')
    await city.serve()
    await office()
    const wrong = await reverse(set, list[0].code)
    assert.deepEqual([wrong.status, wrong.body.items], [410, undefined], JSON.stringify(wrong.body))
    await city.kill('SIGTERM')
    city.sql(`INSERT INTO data_key (slot, wrapped, made_at) VALUES (X'${slot}', X'${held[0]}', ${held[1]});`, 'keys/keys.db')
    await city.serve()
    await office()
    assert.equal((await reverse(set, list[0].code)).status, 200, 'with it: back to the person')
  })

  test('who left, or took the consent back, is found no more; the rows stay [NT-3.1.b] [NT-3.1.c]', async () => {
    await uses(people[1])
    const [first, second] = [await made({ fields: [category], reversible: true }), await made({ fields: [category], reversible: true })]
    assert.deepEqual([count('analysis_key', first), count('analysis_key', second)], [4, 4])
    const using = (await rows(first)).filter(r => r.values[0] === '使用')
    assert.equal(using.length, 2)
    for (const k of (await people[1].ok('GET', '/consents')).body.items.filter(k => k.scope === query[name] && !k.withdrawn_at)) await people[1].ok('DELETE', `/consents/${k.id}`)
    const answers = []
    for (const r of using) answers.push((await reverse(first, r.code)).status)
    assert.deepEqual(answers.sort(), [200, 404], 'at once for who asks')
    assert.equal(count('analysis_key', first), 3)

    const [leaver] = people, at = of.indexOf(leaver)
    await secondCheck(leaver)
    const scope = (await leaver.ok('GET', '/city')).body.features.cancel_scopes[0].key
    const preview = (await leaver.ok('GET', `/me/cancellation?scope=${scope}`)).body
    await leaver.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)
    await until(async () => { await city.settle(); return count('analysis_key', set) === 3 }, 'the end of the key row')
    assert.equal((await reverse(set, list[at].code)).status, 404)
    assert.deepEqual(await rows(set), list, 'what is left is anonymous')
    assert.equal(count('analysis_key', second), 3, 'the row of who took the consent back waits for the round')
    await city.advance('P2D')
    await until(async () => { await city.settle(); return count('analysis_key', second) === 2 }, 'the daily round')
    await office()
  })

  test('a group that is too small gives nothing out and keeps no key; the end of the key ends every way back [NT-A.8] [NT-2.4.a]', async () => {
    const [, , c] = people
    c.token = c.installation
    await login(c, c.username)
    await uses(c) // one of the three who are left
    const failed = await made({ fields: [category], receiver: '某大学 城市研究所', reversible: true })
    assert.deepEqual([failed.state, failed.key, count('analysis_key', failed), count('analysis_row', failed), count('analysis_draft', failed)], ['refused', 'none', 0, 0, 0])
    assert.equal((await s.refused('GET', `/staff/analysis/${failed.id}/rows`)).status, 403)
    const at = of.findIndex(c => c === people[2])
    assert.equal((await reverse(set, list[at].code)).status, 200)
    await s.ok('DELETE', `/staff/analysis/${set.id}/key`)
    const ended = (await s.ok('GET', `/staff/analysis/${set.id}`)).body
    assert.deepEqual([ended.key, count('analysis_key', set)], ['ended', 0])
    assert.equal((await reverse(set, list[at].code)).status, 410)
    assert.equal((await s.refused('DELETE', `/staff/analysis/${set.id}/key`)).status, 410)
    assert.equal(city.sql(`SELECT COUNT(*) FROM data_key WHERE slot = X'${slot}' AND wrapped IS NOT NULL;`, 'keys/keys.db'), '0')
    assert.deepEqual(await rows(set), list)
  })
})
