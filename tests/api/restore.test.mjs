// Yesterday's backup with today's key store: who left in between stays away, everybody else comes back.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCity, citizen, login, secondCheck, register, cities, password, root, tongban, withConsents } from './helpers.mjs'
import { officerOf } from './officers.mjs'

const cityDir = join(root, 'cities')

const files = dir => readdirSync(dir, { withFileTypes: true })
  .flatMap(e => e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)])

// In which files a person's values stand in clear.
const inClear = (paths, person) => paths.filter(path => {
  const bytes = readFileSync(path)
  return [person.real_name, person.mobile_phone, person.resident_id_number].some(v => bytes.includes(Buffer.from(v)))
})

const stay = c => ({ me: c.ok('GET', '/me').then(r => r.body), held: c.all('/me/items') })

async function leave(c) {
  const { features } = (await c.ok('GET', '/city')).body
  const scope = features.cancel_scopes[0].key
  await secondCheck(c)
  const preview = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
  return (await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)).body
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, leaver, stayer, backup, heldBefore, receipt, c, kept
  before(async () => {
    city = await startCity({ city: name })
    leaver = await citizen(city)
    stayer = await citizen(city)
    backup = join(city.dir, 'yesterday')
    heldBefore = await stay(stayer).held
  })
  after(async () => { await city?.stop() })

  test('no name and no number stands in clear in data or backup [TJ-1.2.2.a] [NT-3.3.2.e]', async () => {
    const out = JSON.parse(city.cli('backup', '--data', city.data, '--to', backup, '--json'))
    assert.equal(out.city, name)
    assert.equal(statSync(backup).mode & 0o777, 0o600)
    for (const c of [leaver, stayer])
      assert.deepEqual(inClear([...files(city.data), backup, city.log], c.person), [])
  })

  test('a second backup does not overwrite the first, and a running server is not restored over', async () => {
    assert.throws(() => city.cli('backup', '--data', city.data, '--to', backup))
    assert.throws(() => city.cli('restore', '--from', backup, '--data', city.data, '--cities', cityDir))
    assert.ok((await stay(stayer).me).subject_id)
  })

  test('who left after the backup cannot be found in it, and who stayed comes back [TJ-3.2.c] [TJ-4.3.h] [NT-1.1.e]', async () => {
    receipt = (await stayer.ok('GET', '/me/usage/1/receipt')).body
    await leave(leaver)
    await city.settle()
    await city.kill('SIGTERM')
    const out = JSON.parse(city.cli('restore', '--from', backup, '--data', city.data, '--cities', cityDir, '--json'))
    assert.ok(out.ended_scopes >= 2, JSON.stringify(out))
    assert.ok(!existsSync(join(city.data, 'restoring.db')))
    await city.serve()
    await city.settle()

    const p = await leaver.refused('GET', '/me')
    assert.equal(p.status, 401, JSON.stringify(p))
    const back = await city.client()
    const refused = await back.refused('POST', '/sessions', { method: 'password', login: leaver.username, password })
    assert.equal(refused.status, 401, JSON.stringify(refused))
    assert.deepEqual(await stay(stayer).held, heldBefore)
    const again = await city.client()
    await login(again, stayer.username)
    assert.equal((await stay(again).me).subject_id, stayer.subject)
  })

  test('the place of who left is free: the same person registers anew and is another [TJ-4.3.f]', async () => {
    await city.advance('PT1H') // past the limits on short messages
    const anew = await city.client()
    const body = await register(anew, leaver.person)
    assert.notEqual(body.subject_id, leaver.subject)
  })

  test('after the restore the ledger verifies and the tombstones find nothing more', async () => {
    await city.kill('SIGTERM')
    const out = JSON.parse(city.cli('restore', '--apply-tombstones', '--data', city.data, '--cities', cityDir, '--json'))
    assert.equal(out.ended_scopes, 0)
    city.cli('ledger', 'verify', '--data', city.data, '--cities', cityDir) // throws on a finding
    const origin = city.cli('ledger', 'checkpoint', '--data', city.data, '--cities', cityDir).split('\n')[0]
    assert.equal(receipt.origin, `tongban/${name}/test`)
    assert.equal(origin, `tongban/${name}/2/test`) // a new log, and still one after --apply-tombstones
    const file = join(city.dir, 'receipt.json')
    writeFileSync(file, JSON.stringify(receipt))
    city.cli('ledger', 'receipt', '--file', file, '--origin', receipt.origin, '--public-key', receipt.public_key)
    await city.serve()
  })

  // How often a backup holds an item of a person, by a program that is none of ours.
  const rowsIn = (file, subject, item) => Number(execFileSync('python3', ['-c',
    'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT COUNT(*) FROM vault_item WHERE subject_id = ? AND item = ?", sys.argv[2:]).fetchone()[0])',
    file, subject, item], { encoding: 'utf8' }))
  const run = (to, ...more) => {
    const r = spawnSync(tongban, ['backup', '--data', city.data, '--cities', cityDir, '--to', to, ...more], { encoding: 'utf8' })
    return [r.status, r.stderr]
  }

  test('a deleted item is read by nobody at once, and stands in no backup after the next run [NT-4.3.c]', async () => {
    await city.advance('PT1H')
    c = await citizen(city)
    const office = await officerOf(city, 'one', 'one 某', 'privacy_officer')
    const [older, newer] = ['older', 'newer'].map(n => join(city.dir, n))
    await withConsents(c, 'PUT', '/me/items/email', { value: 'someone@example.cn' })
    const [status, words] = run(older)
    assert.equal(status, name === 'nantong' ? 1 : 0, words)
    if (name === 'nantong') assert.ok(words.includes(backup), 'the run before must go')
    assert.equal(rowsIn(older, c.subject, 'email'), 1)
    copyFileSync(older, kept = join(city.dir, 'kept'))
    await secondCheck(c)
    const wish = (await c.ok('POST', '/me/requests', { kind: 'delete', items: ['email'], text: '请删除我的邮箱' })).body
    if (wish.state === 'proof_needed') await c.ok('POST', `/me/requests/${wish.id}/proof`, {})
    await office.ok('POST', `/staff/requests/${wish.id}/answer`, { answer: '邮箱已经删除' })
    assert.ok(!(await c.all('/me/items')).some(i => i.key === 'email'))
    assert.ok((await c.call('POST', '/me/items/email/reveal', {})).status >= 400)
    assert.equal(rowsIn(older, c.subject, 'email'), 1, 'until the next run')
    assert.deepEqual(run(newer, '--replaces', older), [0, ''])
    assert.ok(!existsSync(older), 'the run before is gone')
    assert.equal(rowsIn(newer, c.subject, 'email'), 0)
    assert.equal(rowsIn(newer, c.subject, 'mobile_phone'), 1, 'what was not deleted is there')
    writeFileSync(older, 'no backup')
    assert.equal(run(join(city.dir, 'third'), '--replaces', older)[0], 1)
    assert.ok(existsSync(older), 'what is no backup of this city is left alone')
  })

  test('nor does it come back when a copy of before the deletion is put back, and the rest does [NT-4.3.c]', async () => {
    await city.kill('SIGKILL')
    assert.equal(rowsIn(kept, c.subject, 'email'), 1)
    const out = JSON.parse(city.cli('restore', '--from', kept, '--data', city.data, '--cities', cityDir, '--json'))
    assert.equal(out.deleted_values, 1, JSON.stringify(out))
    assert.equal(rowsIn(join(city.data, 'tongban.db'), c.subject, 'email'), 0)
    await city.serve()
    const held = (await c.all('/me/items')).map(i => i.key)
    assert.ok(!held.includes('email') && held.includes('mobile_phone'), held.join())
    assert.ok((await c.call('POST', '/me/items/email/reveal', {})).status >= 400)
    await withConsents(c, 'PUT', '/me/items/email', { value: 'another@example.cn' })
    await city.kill('SIGTERM')
    assert.equal(JSON.parse(city.cli('restore', '--apply-tombstones', '--data', city.data, '--cities', cityDir, '--json')).deleted_values, 0)
    await city.serve()
    assert.ok((await c.all('/me/items')).some(i => i.key === 'email'), 'what was given anew stays')
  })
})
