// Three promises shown from outside: one rule for every carrier, nothing readable in the files, nothing altered unnoticed.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCity, cities, citizen, password, registrationValues, secondCheck, until, root } from './helpers.mjs'
import { appealOf, insist, jpeg, query, stop } from './careful.mjs'

const cityDir = join(root, 'cities')
// Logs the client's person in as a browser does; answers a function that posts with the cookie.
async function browser(city, c) {
  const send = (path, body, headers) => fetch(city.base + '/api/v1' + path, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers } })
  const r = await send('/sessions', { method: 'password', login: c.username, password, transport: 'cookie' }, { authorization: `Bearer ${c.installation}` })
  assert.equal(r.status, 201)
  const cookie = r.headers.getSetCookie().find(v => v.startsWith('tb_session=')).split(';')[0]
  return async (path, body) => {
    const answer = await send(path, body, { cookie, origin: city.base })
    return { status: answer.status, ...await answer.json() }
  }
}

async function withdrawAll(c, scope) {
  for (const k of (await c.ok('GET', '/consents')).body.items.filter(k => k.scope === scope && !k.withdrawn_at))
    await c.ok('DELETE', `/consents/${k.id}`)
}

const files = dir => readdirSync(dir, { withFileTypes: true })
  .flatMap(e => e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)])

// The ways in which a text might lie in a file.
const forms = value => {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value)
  const text = [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase()), Buffer.from(bytes.toString('base64').replace(/.{0,2}=*$/, ''))]
  return Buffer.isBuffer(value) ? text : [...text, Buffer.from(value, 'utf16le'), Buffer.from(JSON.stringify(value).slice(1, -1))]
}

// Changes one bit of the first row's column, in the file itself, and answers a function that puts it back.
function flip(city, column, from, at) {
  city.sql('PRAGMA wal_checkpoint(TRUNCATE);')
  const stored = Buffer.from(city.sql(`SELECT hex(${column}) FROM ${from} LIMIT 1;`), 'hex')
  assert.ok(stored.length > at, `${column} of ${from}`)
  const path = join(city.data, 'tongban.db')
  const bytes = readFileSync(path)
  const start = stored.subarray(0, Math.min(stored.length, 64))
  // the same bytes may stand elsewhere too, in a free page or in another table
  for (let found = bytes.indexOf(start); found >= 0; found = bytes.indexOf(start, found + 1)) {
    const toggle = () => { bytes[found + at] ^= 1; writeFileSync(path, bytes) }
    toggle()
    if (city.sql(`SELECT hex(${column}) FROM ${from} LIMIT 1;`) !== stored.toString('hex').toUpperCase()) return toggle
    toggle()
  }
  assert.fail('the record stands nowhere in the file')
}

function verifyLedger(city) {
  try { return { status: 0, out: city.cli('ledger', 'verify', '--data', city.data, '--cities', cityDir) } }
  catch (e) { return { status: e.status, out: e.stdout } }
}

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city
  before(async () => { city = await startCity({ city: name }) })
  after(() => stop(city))

  test('what nobody consented to is refused with one clause to a browser, a program and a job [TJ-0.1.b]', async () => {
    const c = await citizen(city)
    const { hotline_service } = (await c.ok('GET', '/city')).body.features
    const hotline = (await c.all('/services')).find(s => s.key === hotline_service)
    const path = hotline ? `/services/${hotline.key}/cases` : `/services/${query[name]}/queries`
    const text = '健身广场的单杠松动，请安排检修。'
    const body = { fields: hotline ? appealOf(c.person, text) : {} }
    const scope = hotline?.key ?? query[name]
    const { recipients } = (await c.ok('GET', `/services/${scope}`)).body
    const page = await browser(city, c)

    const byProgram = await c.refused('POST', path, body)
    const byPage = await page(path, body)
    for (const p of [byProgram, byPage]) {
      assert.equal(p.status, 403, JSON.stringify(p))
      assert.equal(p.reason, 'consent_required')
      assert.ok(p.clause, 'the clause is named')
    }
    assert.equal(byPage.clause, byProgram.clause)
    assert.deepEqual(byPage.next, byProgram.next)
    for (const r of recipients) assert.equal((await city.received(r.key)).length, 0, r.key)
    const refusals = async () => (await c.all('/me/usage')).filter(u => u.action === 'refuse')
    assert.deepEqual((await refusals()).map(u => u.clause), [byProgram.clause, byProgram.clause])

    // consent given, then taken back: refused again, with the same clause
    if (!hotline) {
      await insist(c, 'POST', path, body)
      await withdrawAll(c, scope)
      assert.equal((await c.refused('POST', path, body)).clause, byProgram.clause)
      return
    }
    // the job had consent when the case was filed, and has none when it comes to send
    await city.mode('hotline_center', 'down')
    const filed = await insist(c, 'POST', path, body)
    const n = (await refusals()).length // before: the job may try again as soon as the consent is gone
    await withdrawAll(c, scope)
    await city.mode('hotline_center', 'ok')
    const byJob = await until(async () => {
      await city.advance('PT10M')
      await city.settle()
      const list = await refusals()
      return list.length > n ? list[0] : null
    }, 'the refusal of the job')
    assert.equal(byJob.actor.kind, 'system', JSON.stringify(byJob))
    assert.equal(byJob.decision, 'consent_required')
    assert.equal(byJob.clause, byProgram.clause)
    const left = (await c.ok('GET', `/cases/${filed.id}`)).body
    assert.ok(['submitted', 'closed'].includes(left.state) && !left.department, JSON.stringify(left))
    for (const r of recipients)
      assert.equal((await city.received(r.key)).filter(x => x.executed !== false && JSON.stringify(x.body).includes(text)).length, 0, r.key)
  })

  test('registration that nobody consented to is refused with one clause to a browser and a program [TJ-0.1.b]', async () => {
    const c = await city.client()
    const { wanted } = await registrationValues(c, await city.person())
    const byProgram = await c.refused('POST', '/accounts', wanted)
    const r = await fetch(city.base + '/api/v1/accounts', { method: 'POST', body: JSON.stringify({ ...wanted, transport: 'cookie' }),
      headers: { 'content-type': 'application/json', cookie: `tb_installation=${c.installation}`, origin: city.base } })
    const byPage = await r.json()
    assert.equal(byProgram.reason, 'consent_required')
    assert.deepEqual([byPage.reason, byPage.clause], [byProgram.reason, byProgram.clause])
    assert.ok(byPage.clause)
  })

  test('three people\'s names, numbers and words stand in no file, not in the write-ahead log, not in pictures [TJ-1.2.2.a] [NT-3.3.2.e]', async () => {
    const secrets = []
    for (let i = 0; i < 3; i++) {
      const c = await citizen(city)
      const p = c.person
      const text = `第${i}号楼电梯经常停运，老人出行困难，请督促维修。`
      secrets.push(['username', c.username], ['password', password], ['token', c.token], ['picture', jpeg.subarray(80)])
      for (const key of ['real_name', 'resident_id_number', 'mobile_phone', 'bank_card_number', 'email']) secrets.push([key, p[key]])
      await insist(c, 'PUT', '/me/items/email', { value: p.email })
      await insist(c, 'POST', `/services/${query[name]}/queries`, { fields: {} })
      if (name === 'nantong') {
        const picture = await insist(c, 'POST', '/attachments?service=hotline_12345&source=album', jpeg, { raw: true, headers: { 'content-type': 'image/jpeg' } })
        await insist(c, 'POST', '/services/hotline_12345/cases', { fields: appealOf(p, text), attachments: [picture.id] })
        secrets.push(['appeal', text])
      }
    }
    await city.settle()
    const look = () => {
      const paths = [...files(city.data), city.log]
      const content = paths.map(p => [p, readFileSync(p)])
      for (const [what, value] of secrets)
        for (const form of forms(value))
          for (const [p, bytes] of content) assert.ok(!bytes.includes(form), `${what} ${value} stands in ${p}`)
      return content
    }
    const live = look()
    const named = end => live.filter(([p]) => p.endsWith(end))
    assert.ok(named('tongban.db-wal')[0]?.[1].length > 0, 'the write-ahead log was looked at')
    assert.ok(live.some(([p]) => p.includes('/keys/')), 'the key store was looked at')
    if (name === 'nantong') assert.ok(live.filter(([p]) => p.includes('/blobs/')).length >= 3, 'pictures were looked at')
    // the search would find what is there in clear
    assert.ok(live.some(([p, bytes]) => /tongban\.db/.test(p) && bytes.includes('real_name')), 'item keys are found')
    await city.kill('SIGTERM')
    look()
    await city.serve()
  })

  test('one altered bit of a stored value: it is not served, and the rest is [TJ-5.1.c] [NT-3.3.2.d]', async () => {
    const c = await citizen(city)
    const other = await citizen(city)
    await secondCheck(c)
    const key = (await c.ok('GET', '/me/items')).body.items.find(i => i.key.includes('id_number')).key
    assert.equal((await c.ok('POST', `/me/items/${key}/reveal`, {})).body.value, c.person.resident_id_number)
    await city.kill('SIGTERM')
    const restore = flip(city, 'sealed', `vault_item WHERE subject_id = ${c.subject} AND item = '${key}' AND record_id = 0`, 30)
    await city.serve()
    const altered = await c.refused('POST', `/me/items/${key}/reveal`, {})
    assert.equal(altered.status, 500, JSON.stringify(altered))
    assert.ok(!JSON.stringify(altered).includes(c.person.resident_id_number))
    const masked = await c.call('GET', '/me/items')
    assert.ok(masked.status === 500 || !masked.body.items.some(i => i.key === key && i.masked?.includes(c.person.resident_id_number.slice(-4))))
    assert.match(readFileSync(city.log, 'utf8'), /"event":"request_failed","operation":"me_reveal"/)
    assert.equal((await other.ok('GET', '/me')).body.subject_id, other.subject, 'nobody else is touched')
    await city.kill('SIGTERM')
    restore()
    await city.serve()
    assert.equal((await c.ok('POST', `/me/items/${key}/reveal`, {})).body.value, c.person.resident_id_number)
  })

  test('one altered bit of a ledger entry: verify reports it, and the entry is not served [TJ-5.1.c] [NT-3.3.2.d]', async () => {
    const c = await citizen(city)
    await city.settle()
    const usage = await c.all('/me/usage')
    const n = usage.at(-2).n
    for (const column of ['sealed', 'data', 'head']) {
      await city.kill('SIGTERM')
      assert.equal(verifyLedger(city).status, 0, verifyLedger(city).out)
      const restore = flip(city, column, `ledger_entry WHERE subject_id = ${c.subject} AND n = ${n}`, column === 'sealed' ? 30 : 3)
      const report = verifyLedger(city)
      assert.equal(report.status, 1, `${column}: ${report.out}`)
      await city.serve()
      const shown = await c.call('GET', '/me/usage?limit=100')
      const receipt = await c.call('GET', `/me/usage/${n}/receipt`)
      if (column === 'sealed') assert.ok(shown.status >= 500, `${column}: ${shown.bytes}`)
      assert.ok(receipt.status >= 500 || column === 'head', `${column}: ${receipt.status} ${receipt.bytes}`)
      await city.kill('SIGTERM')
      restore()
      await city.serve()
      assert.equal((await c.all('/me/usage')).length, usage.length)
    }
  })
})
