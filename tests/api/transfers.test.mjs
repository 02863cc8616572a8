// Transfers to another holder: a case of two officers, everybody told before, a package that only the receiver opens, its
// hash in each record, an undertaking that the receiver signed, and a second Tongban that takes the package in.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen, cities, code, root, startCity, until, withConsents } from './helpers.mjs'
import { certificate, openssl } from './certificates.mjs'
import { addOfficer, openOffice } from './officers.mjs'

const cityDir = join(root, 'cities')
for (const name of cities) describe(name, { concurrency: false }, () => {
  const tianjin = name === 'tianjin', ban = tianjin ? 'TJ-2.2.0' : 'NT-2.2.0'
  let city, second, first, other, a, b, ours, theirs, id, file, heldBefore, consentsBefore
  const ask = (more = {}) => ({ ground: tianjin ? 'transfer_reorganisation' : 'transfer_merger', receiver: '承接数据中心', contact: '022-00000000',
    document: '〔2026〕31号机构调整方案', certificate: ours.certificate, ...more })
  const get = async () => (await first.ok('GET', `/staff/transfers/${id}`)).body
  const reached = state => until(async () => { await city.settle(); const t = await get(); return t.transfer.state === state && t }, state)
  const inbox = async c => (await c.all('/me/messages')).filter(m => m.kind === 'transfer')
  const own = async (c, ref = id) => (await c.all('/me/usage')).filter(e => e.ref_id === ref)
  const query = (c, how = 'call') => {
    const p = c.person
    const service = tianjin ? 'social_insurance_query' : 'real_estate_query'
    const body = { fields: { real_name: p.real_name, [tianjin ? 'id_number' : 'resident_id_number']: p.resident_id_number } }
    return how === 'give' ? withConsents(c, 'POST', `/services/${service}/queries`, body) : c.call('POST', `/services/${service}/queries`, body)
  }

  before(async () => {
    city = await startCity({ city: name })
    ours = certificate(city.dir, 'successor', ...(tianjin ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']))
    theirs = certificate(city.dir, 'stranger', ...(tianjin ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']))
    const made = ['one', 'two'].map(l => addOfficer(city, l, `${l} 某`, 'privacy_officer'))
    first = await openOffice(city, made[0])
    other = await openOffice(city, made[1])
    a = await citizen(city, { insured: true })
    b = await citizen(city)
    await query(a, 'give')
    consentsBefore = (await a.ok('GET', '/consents')).body.items
    heldBefore = await a.all('/me/items')
  })
  after(async () => { await second?.stop(); await city?.stop() })

  test('without a case, or to one who is no affiliate, nothing is transferred [TJ-2.2.0] [NT-2.2.0]', async () => {
    for (const body of [ask({ ground: '' }), ask({ ground: 'stability' }), ask({ ground: '', recipient: 'population' }), ask({ ground: 'publish_consent' })]) {
      const p = await first.refused('POST', '/staff/transfers', body)
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', ban])
    }
    const { recipients, grounds } = (await first.ok('GET', '/staff/transfers')).body
    assert.deepEqual(recipients.filter(r => r.affiliate).map(r => r.key), tianjin ? [] : ['unified_identity'])
    for (const key of ['transfer_consent', 'transfer_law', ask().ground]) assert.ok(grounds.some(g => g.key === key), key)
    assert.ok(!grounds.some(g => g.key === 'provide_deidentified'))
    for (const region of tianjin ? ['US'] : ['US', 'HK'])
      assert.equal((await first.refused('POST', '/staff/transfers', ask({ region }))).status, 403, region)
    for (const [field, more] of [['document', { document: ' ' }], ['receiver', { receiver: '' }], ['contact', { contact: '' }], ['certificate', { certificate: 'none' }],
      ['scope', { ground: 'transfer_law' }], ['recipient', { ground: 'transfer_consent' }]]) {
      const p = await first.refused('POST', '/staff/transfers', ask(more))
      assert.deepEqual([p.status, p.errors?.[0].field], [400, field], field)
    }
  })

  test('two officers decide, and everybody is told before anything moves [TJ-2.3.3.a] [NT-2.2.3.a]', async () => {
    const spare = (await first.ok('POST', '/staff/transfers', ask())).body.transfer.id
    await other.ok('POST', `/staff/transfers/${spare}/rejection`)
    id = (await first.ok('POST', '/staff/transfers', ask())).body.transfer.id
    assert.deepEqual((await other.turned('/staff/transfers')).map(t => [t.id, t.state]), [[id, 'waiting'], [spare, 'rejected']])
    assert.equal((await first.refused('POST', `/staff/transfers/${id}/approval`)).status, 409, 'the same officer')
    assert.equal((await first.refused('POST', `/staff/transfers/${id}/move`)).status, 409, 'not agreed yet')
    await other.ok('POST', `/staff/transfers/${id}/approval`)
    assert.equal((await other.refused('POST', `/staff/transfers/${id}/rejection`)).status, 409, 'decided')
    const told = await reached('ready')
    assert.deepEqual([told.transfer.told_people, told.needs_notice], [2, tianjin])
    for (const c of [a, b]) {
      const [m] = await inbox(c)
      assert.equal(m.title, '关于个人信息移转的告知')
      for (const word of ['承接数据中心', '022-00000000', '〔2026〕31号']) assert.ok(m.text.includes(word), m.text)
    }
  })

  test('the undertaking counts only as the receiver signed it, word for word [TJ-2.3.3.c] [NT-2.2.3.b]', async () => {
    const { undertaking_text } = await get()
    const bad = async signed => (await first.refused('POST', `/staff/transfers/${id}/undertaking`, { signed })).errors?.[0].field
    assert.equal(await bad('承诺'), 'undertaking')
    assert.equal(await bad(theirs.sign(undertaking_text)), 'undertaking', 'another certificate')
    assert.equal(await bad(ours.sign(undertaking_text.replace('继续', '不再'))), 'undertaking', 'another text')
    if (!tianjin) return
    const early = await first.refused('POST', `/staff/transfers/${id}/move`)
    assert.equal(early.status, 409)
    assert.match(early.detail, /承诺书/)
    assert.ok((await first.ok('POST', `/staff/transfers/${id}/undertaking`, { signed: ours.sign(undertaking_text + '\n') })).body.undertaken_at)
    assert.equal((await first.refused('POST', `/staff/transfers/${id}/undertaking`, { signed: ours.sign(undertaking_text) })).status, 409, 'once')
  })

  test('who came after the notices holds the move back until they have one too [TJ-2.3.3.a]', async () => {
    const late = await citizen(city)
    if (tianjin) {
      const p = await first.refused('POST', `/staff/transfers/${id}/move`)
      assert.equal(p.status, 409)
      assert.match(p.detail, /告知/)
      assert.deepEqual(await own(late), [], 'nothing of them moved')
      assert.equal((await reached('ready')).transfer.told_people, 3)
      assert.equal((await inbox(late)).length, 1)
    }
    assert.throws(() => city.cli('transfer', 'export', '--data', city.data, '--cities', cityDir, '--transfer', id, '--to', join(city.dir, 'early')))
    await first.ok('POST', `/staff/transfers/${id}/move`)
    const moved = await reached('moved')
    assert.deepEqual([moved.transfer.people, moved.left_out, moved.bound], [3, 0, tianjin])
    assert.equal((await first.refused('POST', `/staff/transfers/${id}/move`)).status, 409, 'once')
  })

  test('only the receiver opens the package, and its hash is in each record [TJ-2.3.3.b] [NT-2.2.3.a]', async () => {
    file = join(city.dir, 'package')
    const out = JSON.parse(city.cli('transfer', 'export', '--data', city.data, '--cities', cityDir, '--transfer', id, '--to', file, '--json'))
    const bytes = readFileSync(file)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual([out.sha256, out.people, (await get()).package_sha256], [sha256, 3, sha256])
    for (const c of [a, b]) for (const v of [c.person.real_name, c.person.mobile_phone, c.person.resident_id_number])
      assert.ok(!bytes.includes(Buffer.from(v)), 'nothing in clear')
    const entries = await own(a)
    const share = entries.find(e => e.action === 'share'), sent = entries.find(e => e.action === 'sent')
    assert.ok(share.items.some(i => i.key === 'mobile_phone'), JSON.stringify(share))
    assert.match(share.note, /承接数据中心.*〔2026〕31号/)
    assert.ok(sent.note.includes(sha256), sent.note)
    assert.ok((await a.ok('GET', `/me/usage/${sent.n}/receipt`)).body.entry)
    const open = key => JSON.parse(city.cli('transfer', 'open', '--from', file, '--key', key, '--json'))
    assert.deepEqual([open(ours.key).people, open(ours.key).sha256, open(ours.key).bound], [3, sha256, tianjin])
    assert.throws(() => open(theirs.key), e => e.status === 3 || e.status === 1, 'a wrong key')
    const touched = Buffer.from(bytes)
    touched[400] = touched[400] === 65 ? 66 : 65
    writeFileSync(join(city.dir, 'touched'), touched)
    assert.throws(() => city.cli('transfer', 'open', '--from', join(city.dir, 'touched'), '--key', ours.key))
    assert.ok(openssl('cms', '-decrypt', '-inform', 'PEM', '-in', file, '-inkey', ours.key, '-recip', ours.cert).includes(a.person.real_name), 'another program opens it')
  })

  test('the case closes with the undertaking, and not without [TJ-2.3.3.c] [NT-2.2.3.b]', async () => {
    if (!tianjin) {
      const p = await first.refused('POST', `/staff/transfers/${id}/close`)
      assert.equal(p.status, 409)
      assert.match(p.detail, /承诺书/)
      await first.ok('POST', `/staff/transfers/${id}/undertaking`, { signed: ours.sign((await get()).undertaking_text) })
    }
    assert.equal((await first.ok('POST', `/staff/transfers/${id}/close`)).body.transfer.state, 'closed')
    assert.equal((await first.refused('POST', `/staff/transfers/${id}/close`)).status, 409)
  })

  // The same person at the new holder: by a code to the number that came along.
  const there = async person => {
    const c = await second.client()
    const phone = person.mobile_phone
    const { body } = await c.ok('POST', '/sessions', { method: 'sms', mobile_phone: phone, sms_code: await code(c, phone, 'login') })
    c.token = body.token ?? body.session?.token
    c.person = person
    return c
  }

  // Tianjin lists none
  if (!tianjin) test('an affiliate of the city needs no case, and two officers all the same [NT-2.2.0]', async () => {
    const to = (await first.ok('POST', '/staff/transfers', ask({ ground: undefined, recipient: 'unified_identity', receiver: undefined, contact: undefined }))).body.transfer.id
    assert.equal((await first.refused('POST', `/staff/transfers/${to}/move`)).status, 409)
    await other.ok('POST', `/staff/transfers/${to}/approval`)
    await first.ok('POST', `/staff/transfers/${to}/move`)
    const moved = await until(async () => { await city.settle(); const t = (await first.ok('GET', `/staff/transfers/${to}`)).body; return t.moved_at && t }, 'the package')
    assert.equal(moved.transfer.people, 3)
    const [share] = (await own(a, to)).filter(e => e.action === 'share')
    assert.deepEqual([share.basis, share.clause], ['affiliate', 'NT-2.2.0'])
  })

  test(`at the new holder consents and end dates are ${tianjin ? 'as they were' : 'still to be asked'} [TJ-2.3.3.c] [NT-2.2.3.c]`, async () => {
    second = await startCity({ city: name })
    const into = () => JSON.parse(second.cli('transfer', 'import', '--data', second.data, '--cities', cityDir, '--from', file, '--key', ours.key, '--json'))
    const out = into()
    assert.deepEqual([out.people, out.known, out.unfit], [3, 0, 0])
    assert.deepEqual([into().people, into().known], [0, 3], 'nobody twice')
    assert.throws(() => second.cli('transfer', 'import', '--data', second.data, '--cities', cityDir, '--from', file, '--key', theirs.key))
    const c = await there(a.person)
    const shown = k => [k.scope, k.recipient ?? null, k.given_at, k.text_hash].join()
    const arrived = (await c.ok('GET', '/consents')).body.items
    assert.ok(consentsBefore.length > 0)
    assert.deepEqual(arrived.map(shown).sort(), consentsBefore.map(shown).sort())
    assert.ok(arrived.every(k => k.renewal_needed === !tianjin), JSON.stringify(arrived))
    const held = await c.all('/me/items')
    const dates = list => list.map(h => [h.item ?? h.key, h.ends_at ?? null, h.masked ?? h.value].join()).sort()
    assert.deepEqual(dates(held), dates(heldBefore))
    const asked = await query(c)
    if (tianjin) assert.equal(asked.status, 200, JSON.stringify(asked.body))
    else {
      assert.deepEqual([asked.status, asked.body.reason], [403, 'consent_required'])
      assert.equal((await query(c, 'give')).status, 200, 'after a yes')
    }
    const record = await c.all('/me/usage')
    assert.ok(record.some(e => e.note?.includes(`案卷 ${id}`)), 'the own record says where it came from')
  })
})
