// What is left of a person, a device and a child after each way in which it ends: looked up in the store itself.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { startCity, citizen, login, secondCheck, cities } from './helpers.mjs'

// Every table with a column of that name, and how many rows of the one it has.
function rowsOf(city, column, id) {
  const counts = city.sql(city.tablesWith(column).map(t => `SELECT '${t}', COUNT(*) FROM ${t} WHERE ${column} = ${id};`).join('\n')).split('\n')
  return Object.fromEntries(counts.map(l => l.split('\t')).filter(([, n]) => n !== '0').map(([t, n]) => [t, Number(n)]))
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, features, sdk
  before(async () => {
    city = await startCity({ city: name })
    const anyone = await city.client()
    features = (await anyone.ok('GET', '/city')).body.features
  })
  after(() => city?.stop())

  // Everything that a person and a device can leave behind by their own acts, where the city knows it.
  async function filled() {
    const c = await citizen(city, undefined, { platform: 'android' })
    c.id = (await c.ok('GET', '/me')).body.subject_id
    c.device = city.sql(`SELECT installation_id FROM session WHERE subject_id = ${c.id};`)
    const may = async (method, path, body) => {
      const r = await c.call(method, path, body)
      assert.ok(r.status < 300 || ['not_declared', 'not_found', 'conflict'].includes(r.body.reason), `${method} ${path} ${JSON.stringify(r.body)}`)
      return r.status < 300
    }
    const { items: sdks } = (await c.ok('GET', '/sdks')).body
    sdk = sdks.find(s => s.refusable)?.key ?? sdks[0].key
    for (const s of sdks) await may('PUT', `/sdk-choices/${s.key}`, { state: 'allowed' })
    for (const use of ['identity', 'analysis']) await may('PUT', `/cookie-choices/${use}`, { state: 'allowed' })
    for (const p of (await c.ok('GET', '/permissions')).body.items) await may('PUT', `/permissions/${p.key}`, { state: 'granted' })
    const push = sdks.find(s => s.push)
    await may('PUT', '/installations/current/push', { token: `token-of-${c.id}`, ...(push ? { sdk: push.key } : {}) })
    await may('PUT', '/me/subscriptions/promotion', { subscribed: true })
    await may('PUT', '/me/search-history', { keyword: '公积金' })
    const service = (await c.ok('GET', '/services?limit=1')).body.items[0].key
    await may('PUT', `/me/favorites/${service}`)
    await may('PUT', '/preferences/history', { state: 'on' })
    return c
  }

  async function leave(c, scope) {
    await secondCheck(c)
    const preview = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    const certificate = (await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)).body
    return { preview, certificate }
  }

  // What proves an end, holds no value (ended_account: the two numbers of cancellation, and until when they may be asked by),
  // and is the ledger, which nobody may change.
  const staysForGood = ['account', 'cancellation', 'ended_account', 'person_facts', 'person_head', 'ledger_entry', 'ledger_leaf', 'ledger_pending']
  const staysUntilTheRecordEnds = [...staysForGood, 'acceptance', 'consent', 'job']

  test('a cancelled account leaves in no table a row but those that prove it, and nothing comes to it any more [TJ-4.2.1.a] [TJ-4.3.h] [NT-4.5.d] [NT-3.3.6.a]', async () => {
    for (const { key } of features.cancel_scopes) {
      const c = await filled()
      const before = rowsOf(city, 'subject_id', c.id)
      for (const t of ['vault_item', 'session', 'acceptance', 'sdk_choice', 'subscription', 'credential', 'push_target'])
        assert.ok(before[t] > 0, `${t}: ${JSON.stringify(before)}`)
      const phone = await city.client({ platform: 'android' }), session = c.token
      await login(phone, c.username)
      const { preview, certificate } = await leave(c, key)
      assert.deepEqual(certificate.ended.map(e => e.scope), preview.ends.map(e => e.scope))
      assert.deepEqual(certificate.kept.map(e => [e.name, e.rule, e.until]), preview.keeps.map(e => [e.name, e.rule, e.until]))
      for (const k of preview.keeps) assert.ok(k.rule && k.until, JSON.stringify(k))
      await city.settle()
      const left = Object.keys(rowsOf(city, 'subject_id', c.id)).filter(t => !staysUntilTheRecordEnds.includes(t))
      const kept = city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND (retained = '' OR rule IS NULL OR ends_at = 0);`)
      assert.deepEqual(left.filter(t => t !== 'vault_item'), [], key)
      assert.equal(kept, '0', key)
      assert.equal(city.sql(`SELECT COUNT(*) FROM consent WHERE subject_id = ${c.id} AND withdrawn_at_ms = 0;`), '0')

      const items = () => city.sql(`SELECT COUNT(*), COALESCE(MAX(collected_at), 0) FROM vault_item WHERE subject_id = ${c.id};`), after = items()
      const service = (await phone.ok('GET', '/services?limit=1')).body.items[0].key
      for (const token of [session, c.installation, phone.token, phone.installation]) {
        c.token = token
        for (const [method, path, body] of [['PUT', '/me/items/email', { value: 'someone@example.cn' }], ['POST', '/me/use-log', { service, fields: {} }],
          ['PUT', `/me/favorites/${service}`], ['PUT', '/installations/current/push', { token: 'a-token-afterwards' }], ['POST', '/me/requests', { kind: 'explain', text: '请说明规则' }]])
          assert.equal((await c.call(method, path, body)).status, 401, path)
      }
      await city.advance('P2D')
      await city.settle()
      assert.equal(items(), after, 'no new item')
      assert.deepEqual(Object.keys(rowsOf(city, 'subject_id', c.id)).filter(t => !staysUntilTheRecordEnds.includes(t) && t !== 'vault_item'), [])
    }
  })

  test('what proves the agreements is named beforehand and ends with the record of processing [TJ-4.2.1.a] [TJ-4.3.h] [NT-4.5.d]', async () => {
    const c = await filled()
    city.sql(`INSERT INTO exception_use VALUES (${c.id}, 77, '0');`) // nobody can open it, as after the key's end
    const { preview } = await leave(c, features.cancel_scopes[0].key)
    const record = preview.keeps.find(k => /同意记录/.test(k.name))
    assert.ok(record?.rule && record.until, JSON.stringify(preview.keeps))
    await city.settle()
    const rows = () => rowsOf(city, 'subject_id', c.id)
    for (const t of ['acceptance', 'consent', 'exception_use']) assert.ok(rows()[t] > 0, `${t} stays until then`)
    await city.control('PUT', 'clock', { now_ms: Date.parse(record.until) - 60000 })
    await city.settle()
    assert.ok(rows().acceptance > 0, `a minute before ${record.until}`)
    await city.advance('PT2M')
    await city.settle()
    assert.deepEqual(Object.keys(rows()).filter(t => !staysForGood.includes(t)), [])
  })

  test('what was agreed to at registration goes on for months from its day, and has ended with the account; who met no second check left nothing of one [NT-1.1.c] [NT-1.2.1.2.j]', async () => {
    const c = await citizen(city)
    const id = (await c.ok('GET', '/me')).body.subject_id
    const grant = async () => (await c.ok('GET', '/consents')).body.items.find(k => k.scope === 'account')
    const first = await grant()
    assert.ok(first.given_at && first.withdrawn_at === null)
    await city.advance('P200D')
    await city.settle()
    c.token = c.installation
    await login(c, c.username)
    const later = await grant()
    assert.deepEqual([later.id, later.given_at, later.withdrawn_at, later.items], [first.id, first.given_at, null, first.items])
    const row = () => city.sql(`SELECT withdrawn_at_ms FROM consent WHERE subject_id = ${id} AND consent_id = ${first.id};`)
    assert.equal(row(), '0')
    const checks = () => rowsOf(city, 'subject_id', id).second_check
    assert.equal(checks(), undefined)
    assert.ok((await c.all('/me/items')).every(i => !['face_image', 'voice_audio', 'id_image', 'sms_code', 'password'].includes(i.key)))
    assert.ok((await c.all('/me/usage')).every(u => !/二次验证/.test(u.note ?? '') && u.decision !== 'second_check_required'))
    await secondCheck(c)
    assert.equal(checks(), 1, 'whoever passes one has it noted until it is over')
    await leave(c, features.cancel_scopes[0].key)
    assert.ok(Number(row()) > Date.parse(first.given_at) + 199 * 86400000, 'ended, and when')
  })

  test('a guardian code goes when its day is over', async () => {
    const guest = await city.client()
    await guest.ok('POST', '/guardianship/codes')
    const codes = () => city.sql('SELECT COUNT(*) FROM guardian_code;')
    assert.equal(await codes(), '1')
    await city.advance('P1DT1M')
    await city.settle()
    assert.equal(await codes(), '0')
  })

  test('uninstalling ends what the device chose, counted and was called by [TJ-4.2.1.c]', async () => {
    const c = await filled()
    const guest = await city.client()
    const device = city.sql('SELECT MAX(installation_id) FROM installation;')
    city.sql(`INSERT INTO sensor_use VALUES (${c.device}, 'camera', 'x', 1, 1), (${device}, 'camera', 'x', 1, 1) ON CONFLICT DO NOTHING;`)
    city.sql(`INSERT INTO installation_sdk_choice VALUES (${device}, '${sdk}', 0, 1), (${c.device}, '${sdk}', 0, 1) ON CONFLICT DO NOTHING;`)
    city.sql(`INSERT INTO installation_cookie_choice VALUES (${device}, 'analysis', 0, 1);`)
    for (const who of [c, guest]) await who.ok('DELETE', '/installations/current')
    for (const id of [c.device, device]) {
      const left = rowsOf(city, 'installation_id', id)
      for (const t of ['sensor_use', 'installation_sdk_choice', 'installation_cookie_choice', 'push_target', 'session'])
        assert.equal(left[t], undefined, t)
      assert.equal(city.sql(`SELECT COUNT(*) FROM installation_permission WHERE installation_id = ${id} AND granted = 1;`), '0')
      assert.equal(city.sql(`SELECT COUNT(*) FROM installation_function_permission WHERE installation_id = ${id} AND granted = 1;`), '0')
    }
    assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND item = 'push_token';`), '0')
  })

  test('logging out ends the push token of the device with the session', async () => {
    const c = await filled()
    await c.ok('DELETE', '/sessions/current')
    assert.equal(rowsOf(city, 'subject_id', c.id).push_target, undefined)
    assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND item = 'push_token';`), '0')
  })

  test('a session that merely expires takes the push token of its device along, at the next login or by itself', async () => {
    const tokens = c => city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND item = 'push_token';`)
    const c = await filled()
    const other = await city.client()
    await city.advance('PT3H')
    assert.equal(rowsOf(city, 'subject_id', c.id).push_target, 1)
    await login(other, c.username)
    assert.deepEqual([rowsOf(city, 'subject_id', c.id).push_target, tokens(c)], [undefined, '0'], 'at the next login')
    const d = await filled()
    await city.advance('P1D')
    await city.settle()
    assert.deepEqual([rowsOf(city, 'subject_id', d.id).push_target, rowsOf(city, 'subject_id', d.id).session, tokens(d)], [undefined, undefined, '0'], 'by itself')
  })

  test('taking everything back leaves no SDK and no cookie allowed, and a refusal stands [TJ-4.2.1.b] [NT-4.4.b]', async () => {
    const c = await filled()
    city.sql(`INSERT INTO sdk_choice VALUES (${c.id}, 'refused-one', 0, 1);`)
    if (name === 'tianjin') {
      await secondCheck(c)
      await c.ok('DELETE', '/me/items')
      assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE subject_id = ${c.id} AND retained = '' AND scope LIKE 'service:%';`), '0')
    } else {
      await c.ok('POST', '/consents/withdrawals', { scope: 'all' })
    }
    assert.equal(city.sql(`SELECT sdk FROM sdk_choice WHERE subject_id = ${c.id};`), 'refused-one')
    for (const t of ['installation_sdk_choice', 'installation_cookie_choice', 'installation_permission'])
      assert.equal(city.sql(`SELECT COUNT(*) FROM ${t} WHERE installation_id = ${c.device} AND ${t === 'installation_permission' ? 'granted' : 'allowed'} = 1;`), '0', t)
  })
})
