// What is wrong with a request is said alike everywhere: bodies, sizes, repeated keys, waiting; and nothing personal leaks
// into errors, the log or addresses.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificate } from './certificates.mjs'
import { startCity, cities, password, secondCheck } from './helpers.mjs'
import { addOfficer, officerOf } from './officers.mjs'
import { describeApi, careful, carefulCitizen, Careful, appealOf, insist, jpeg, query, stop } from './careful.mjs'

// A body that fits the schema, as far as a schema can say.
function sample(schema) {
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'object') return Object.fromEntries(schema.required.map(k => [k, sample(schema.properties[k])]))
  return { string: schema.pattern ? '1' : 'text', integer: 1, boolean: true, array: [] }[schema.type] ?? 'text'
}

const address = route => '/api/v1' + route.path.slice('/api/v1'.length).replace(/\{[^}]+\}/g, '1')

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, api, c
  before(async () => {
    city = await startCity({ city: name })
    api = await describeApi(city)
    c = await carefulCitizen(city, api, { replay: true })
  })
  after(() => stop(city))

  // who a route lets in: its body is looked at only then
  const entitled = route => {
    const d = new Careful(city, api)
    d.token = { anyone: null, guest: null, installation: c.installation, session: c.token }[route.caller]
    return d
  }
  const withBody = () => api.routes.filter(r => r.body && r.caller !== 'staff')

  test('unknown members are refused on every route, and not one is named that is no name', async () => {
    assert.ok(withBody().length >= 15)
    for (const route of withBody()) {
      for (const member of ['surprise', c.person.mobile_phone, c.person.real_name]) {
        const p = await entitled(route).refused(route.method, address(route), { ...sample(route.body), [member]: 'x' })
        assert.ok([400, 403, 404].includes(p.status), `${route.operation}: ${JSON.stringify(p)}`)
        if (route.body.additionalProperties !== false) continue
        assert.equal(p.status, 400, `${route.operation}: ${JSON.stringify(p)}`)
        assert.ok(p.errors.length > 0, route.operation)
        if (member === 'surprise') assert.ok(p.errors.some(e => e.field === 'surprise'), `${route.operation}: ${JSON.stringify(p)}`)
      }
    }
  })

  test('a member that stands twice is refused on every route, at any depth', async () => {
    for (const route of withBody()) {
      const text = JSON.stringify(sample(route.body))
      const twice = text === '{}' ? '{"a":"1","a":"2"}' : text.replace(/^\{("[^"]+":(?:"[^"]*"|\[\]|\{\}|true|false|\d+))/, '{$1,$1')
      assert.notEqual(twice, text, route.operation)
      const p = await entitled(route).refused(route.method, address(route), twice)
      assert.equal(p.status, 400, `${route.operation}: ${JSON.stringify(p)}`)
    }
    const p = await c.refused('POST', `/services/${query[name]}/queries`, '{"fields":{"email":"a@b.cn","email":"b@b.cn"}}')
    assert.equal(p.status, 400)
  })

  test('what is no JSON, no object, or of another kind is refused on every route', async () => {
    for (const route of withBody())
      for (const text of ['{', '[]', '"x"', 'null', '{"a":1}', '{"a":NaN}', '\u0000', '{"a":"\\ud800"}', '[' .repeat(3000)]) {
        const p = await entitled(route).refused(route.method, address(route), text)
        assert.ok([400, 403, 404].includes(p.status), `${route.operation} ${text.slice(0, 20)}: ${JSON.stringify(p)}`)
      }
    for (const route of withBody()) {
      const p = await entitled(route).refused(route.method, address(route), JSON.stringify(sample(route.body)), { headers: { 'content-type': 'text/plain' } })
      assert.equal(p.status, 400, `${route.operation} as text: ${JSON.stringify(p)}`)
    }
  })

  test('a body over the limit is refused with 413, where one is taken and where none is', async () => {
    for (const route of api.routes.filter(r => r.method !== 'GET')) {
      const raw = route.operation === 'attachment_add'
      const size = ({ attachment_add: 8 * 1024 * 1024, release_draft: 4 * 1024 * 1024, release_trial: 4 * 1024 * 1024 }[route.operation] ?? 64 * 1024) + 1
      const body = raw ? Buffer.alloc(size) : JSON.stringify({ a: 'x'.repeat(size) })
      const r = await entitled(route).call(route.method, address(route), body, { raw: true, headers: { 'content-type': raw ? 'image/jpeg' : 'application/json' } })
      assert.equal(r.status, 413, `${route.operation}: ${r.status} ${r.bytes.subarray(0, 200)}`)
      assert.equal(r.body.reason, 'too_large', route.operation)
    }
  })

  // what an officer creates
  const officerTwice = async () => {
    const s = new Careful(city, api)
    s.token = (await officerOf(city, 'privacy', '专员 甲某', 'privacy_officer')).token
    s.replay = true
    const day = async ahead => new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + (8 + 24 * ahead) * 3600000).toISOString().slice(0, 10)
    const duty = (await s.ok('GET', '/staff/duties')).body.items.find(d => !d.each_staff)
    await s.ok('POST', `/staff/duties/${duty.key}/records`, { done_on: await day(0), document: '〔2026〕7号' })
    await s.ok('POST', '/staff/incidents', { kind: 'leak', found_on: await day(0), facts: '缓存泄露', owner: '安全组 钱某' })
    await s.ok('POST', '/staff/exceptions', { ground: 'provide_criminal_justice', context: 'share', recipient: 'population',
      person: { real_name: c.person.real_name, mobile_phone: c.person.mobile_phone, ...(name === 'tianjin' ? { id_number: c.person.resident_id_number } : {}) },
      items: ['real_name'], evidence: { document: '某检察院 调证字〔2026〕18号' }, scope: '一起合同诈骗案的涉案人员核对', scope_until: await day(60) })
    await s.ok('POST', '/staff/requests', { way: 'phone', kind: 'feedback', received_on: await day(0), text: '窗口叫号屏的字太小' })
    await s.ok('POST', '/staff/analysis', { fields: ['realname'], purpose: '统计实名的情况', ...(name === 'nantong' ? { part: 'improve', product: 'app' } : {}) })
    await s.ok('POST', '/staff/transfers', { ground: name === 'tianjin' ? 'transfer_reorganisation' : 'transfer_merger', receiver: '承接数据中心',
      contact: '022-00000000', document: '〔2026〕31号机构调整方案', certificate: certificate(city.dir, 'successor').certificate })
    const other = (await s.ok('GET', '/services?limit=100')).body.items.find(k => k.shape === 'query' && k.key !== query[name])
    addOfficer(city, 'left', '坐席 丁某', 'auditor')
    await s.ok('POST', '/staff/security/breaches', { login: 'left', facts: '把名单带出单位' })
    await s.ok('POST', '/staff/decisions', { matter: '一件没有写到的事项', decision: '照惯例办理', basis: 'custom', source: '政务服务通行做法' })
    await s.ok('POST', '/staff/papers', { recipient: 'population', kind: 'agreement', document: '续签〔2026〕1号', document_hash: '0'.repeat(64), from: await day(0), until: await day(365) })
    await s.ok('POST', '/staff/ends', { service: other.key, ends_on: await day(60), reason: '政策调整' })
    const editor = new Careful(city, api)
    editor.token = (await officerOf(city, 'editor', '政策岗 丙某')).token
    editor.replay = true
    if (name === 'nantong') { // its policy keeps no reading, and holds promotions
      const { id } = (await editor.ok('POST', '/staff/promotions', { title: '消费券', text: '在合作商户抵扣。', kind: 'coupon', partner: 'promotion_partner',
        data: ['entry_number'], from: await day(0), until: await day(9) })).body
      await s.ok('POST', `/staff/promotions/${id}/agreement`, {})
      await c.ok('POST', `/promotions/${id}/entry`, { text_hash: (await c.ok('GET', `/promotions/${id}`)).body.text_hash })
      return
    }
    await s.ok('POST', '/staff/security/filings', { level: 3, number: '12010019999-26001', filed_on: await day(-2), assessed_on: await day(-3), valid_until: await day(300) })
    await editor.ok('POST', '/staff/clause-notes', { clause: 'TJ-10.2', text: '无效须由法定机关认定。' })
  }

  test('every POST that creates replays its answer, and refuses another body', async () => {
    // registering, agreeing, consenting and proving the name ran with the client that sends everything again
    await insist(c, 'POST', `/services/${query[name]}/queries`, { fields: {} })
    const d = await careful(city, api, { replay: true })
    await d.ok('POST', '/sessions', { method: 'password', login: c.username, password })
    const phone = await careful(city, api, { replay: true, platform: 'android' })
    await phone.ok('POST', '/sdk-calls', { sdk: 'qq', trigger: 'share', items: [], ...(name === 'nantong' ? { reason: 'share' } : {}) })
    if (name === 'nantong') {
      await insist(c, 'POST', '/services/hotline_12345/cases', { fields: appealOf(c.person) })
      await insist(c, 'POST', '/attachments?service=hotline_12345&source=album', jpeg, { raw: true, headers: { 'content-type': 'image/jpeg' } })
    }
    const [child] = await city.people({ age_lt: 17, limit: 1 })
    const said = { ward_name: child.real_name, ward_id_number: child.resident_id_number }
    const { code } = (await (await city.client()).ok('POST', '/guardianship/codes')).body
    await insist(c, 'POST', '/wards', { code, ...said })
    await insist(c, 'POST', '/guardian-reports', said)
    await insist(c, 'POST', '/me/requests', { kind: 'explain', text: '请解释处理的规则' })
    const given = (await c.ok('GET', '/consents')).body.items.find(k => k.scope === query[name] && !k.withdrawn_at)
    await c.ok('POST', '/consents/withdrawals', { ids: [given.id] })
    await officerTwice()
    const elsewhere = { tianjin: ['case_file', 'attachment_add', 'phone_bind', 'promotion_join', 'staff_promotion_draw_up'], nantong: ['credentials_create', 'staff_clause_note', 'staff_security_filing'] }[name].concat('ward_consent', 'staff_guardian_report') // guardian.test.mjs
    const { features } = (await c.ok('GET', '/city')).body
    const missing = api.routes.filter(r => r.creates && !api.replayed.has(r.operation)).map(r => r.operation)
    for (const operation of missing) {
      const needless = operation === 'realname_create' && features.register_fields.some(f => f.item === 'id_number')
      assert.ok(needless || elsewhere.includes(operation), `${operation} was not sent twice`)
    }
  })

  test('a replayed log-in in a cookie brings the cookie again', async () => {
    const post = key => fetch(city.base + '/api/v1/sessions', { method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${c.installation}`, 'idempotency-key': key },
      body: JSON.stringify({ method: 'password', login: c.username, password, transport: 'cookie' }) })
    const key = randomUUID()
    const first = await post(key), again = await post(key)
    assert.deepEqual([first.status, again.status], [201, 201])
    assert.match(first.headers.get('set-cookie'), /^tb_session=/)
    assert.equal(again.headers.get('set-cookie'), first.headers.get('set-cookie'))
  })

  test('the key of another session is another key', async () => {
    const other = await carefulCitizen(city, api)
    const key = randomUUID()
    const { items } = (await c.ok('GET', '/consents')).body
    const k = items.find(i => !i.withdrawn_at && !i.until)
    const body = { scope: k.scope, items: k.items.map(i => i.key), recipient: k.recipient, text_hash: k.text_hash }
    const mine = new Careful(city, api), theirs = new Careful(city, api)
    mine.token = c.token
    theirs.token = other.token
    const first = await mine.ok('POST', '/consents', body, { key })
    const second = await theirs.ok('POST', '/consents', body, { key })
    assert.equal(second.headers.get('idempotent-replayed'), null)
    assert.notEqual(second.body.id, first.body.id)
    const different = await careful(city, api)
    await different.ok('POST', '/consents', { ...body, items: body.items }, { key })
  })

  test('a refused request frees its key, and a key that is too long is refused', async () => {
    const key = randomUUID()
    const { text_hash } = (await c.ok('GET', '/consents')).body.items.find(i => !i.until)
    const k = (await c.ok('GET', '/consents')).body.items.find(i => i.text_hash === text_hash)
    const body = { scope: k.scope, items: k.items.map(i => i.key), recipient: k.recipient, text_hash: k.text_hash }
    const d = new Careful(city, api)
    d.token = c.token
    assert.equal((await d.refused('POST', '/consents', { ...body, text_hash: '0'.repeat(64) }, { key })).status, 400)
    await d.ok('POST', '/consents', body, { key })
    assert.equal((await d.refused('POST', '/consents', body, { key: 'k'.repeat(201) })).status, 400)
  })

  test('who must wait is told how long: 429 and 503', async () => {
    const d = await careful(city, api)
    const phone = (await city.person()).mobile_phone
    api.personal.add(phone)
    await d.ok('POST', '/sms-codes', { phone, purpose: 'reset' })
    const limited = await d.call('POST', '/sms-codes', { phone, purpose: 'reset' }) // the client checks Retry-After
    assert.equal(limited.status, 429)
    const lock = spawn('sqlite3', [join(city.data, 'tongban.db')], { stdio: ['pipe', 'pipe', 'inherit'] })
    lock.stdin.write('.timeout 5000\nBEGIN IMMEDIATE;\nSELECT 1;\n')
    await new Promise(done => lock.stdout.once('data', done))
    const held = await d.call('PUT', '/permissions/perm_location', { state: 'granted' })
    assert.equal(held.status, 503, held.bytes.toString())
    assert.equal(held.body.reason, 'overloaded')
    lock.stdin.end('ROLLBACK;\n.quit\n')
    await new Promise(done => lock.once('exit', done))
    await d.ok('PUT', '/permissions/perm_location', { state: 'granted' })
  })

  test('errors about values name the field and never the value', async () => {
    await secondCheck(c)
    const p = c.person, wrong = { phone: '12x' + p.mobile_phone, id: p.resident_id_number.slice(0, 17) + 'Q' }
    for (const v of Object.values(wrong)) api.personal.add(v)
    const d = await careful(city, api)
    await d.call('POST', '/sms-codes', { phone: wrong.phone, purpose: 'login' })
    await d.call('POST', '/sms-codes', { phone: p.mobile_phone, purpose: p.real_name })
    await d.call('POST', '/accounts', { username: p.real_name, password: p.real_name, mobile_phone: wrong.phone, real_name: p.resident_id_number, id_number: wrong.id })
    await d.call('POST', '/sessions', { method: 'password', login: p.mobile_phone, password: 'Wrong-pass1' })
    await d.call('POST', '/sessions', { method: p.mobile_phone })
    await d.call('POST', '/password-resets', { username: c.username, mobile_phone: p.mobile_phone, sms_code: '000000', password: p.mobile_phone })
    await d.call('POST', '/consents', { scope: p.real_name, items: [p.mobile_phone], recipient: p.real_name, text_hash: p.email })
    await d.call('POST', '/acceptances', { policy_version: p.mobile_phone })
    await d.call('PUT', `/permissions/${p.mobile_phone}`, { state: p.real_name })
    for (const path of [`/services/${query[name]}/queries`, '/services/hotline_12345/cases']) {
      await c.call('POST', path, { fields: { [p.mobile_phone]: p.real_name, real_name: p.mobile_phone, email: p.real_name } })
      await c.call('POST', path, { fields: { real_name: wrong.id, gender: p.real_name } })
    }
    await c.call('POST', '/realname/number', { real_name: p.mobile_phone, id_type: p.real_name, id_number: wrong.id })
    await c.call('POST', '/realname/bankcard', { real_name: '某某', resident_id_number: wrong.id, bank_card_number: p.bank_card_number, bank_reserved_mobile: wrong.phone })
    await c.call('PUT', '/me/items/email', { value: p.mobile_phone })
    await c.call('PUT', `/me/items/${p.mobile_phone}`, { value: p.mobile_phone })
    await c.call('POST', `/me/items/${p.mobile_phone}/reveal`, { record_id: p.resident_id_number })
    await c.call('POST', '/second-checks', { method: 'sms', mobile_phone: p.mobile_phone, sms_code: p.real_name })
    await c.call('POST', '/me/credentials', { username: p.real_name, password: p.real_name })
    await c.call('POST', '/me/phone', { sms_code: p.mobile_phone })
    await c.call('GET', `/services?cursor=${p.mobile_phone}&limit=${p.mobile_phone}`)
    await c.call('GET', `/services/${p.mobile_phone}`)
    await c.call('GET', `/cases/${p.mobile_phone}`)
    await c.call('GET', `/policy/${encodeURIComponent(p.real_name)}`)
    await c.call('GET', `/consent-texts/${p.mobile_phone}`)
    await c.call('GET', `/${p.mobile_phone}`)
    await c.call('POST', '/staff/sessions', { login: p.mobile_phone, password: p.real_name, totp: p.mobile_phone })
  })

  test('neither the log nor the numbers nor addresses sent to authorities carry anything personal', async () => {
    await city.settle()
    const secrets = new Set([...api.personal, c.token, c.installation])
    const log = readFileSync(city.log, 'utf8')
    assert.ok(log.length > 0, 'the server wrote a log')
    for (const value of secrets) assert.ok(!log.includes(value), `the log has ${value}`)
    for (const path of ['/metrics', '/healthz', '/readyz', '/api/v1/ledger/checkpoint']) {
      const text = await (await fetch(city.base + path)).text()
      for (const value of secrets) assert.ok(!text.includes(value), `${path} has ${value}`)
    }
    const detail = await Promise.all((await c.all('/services')).map(async s => (await c.ok('GET', `/services/${s.key}`)).body))
    const recipients = new Set(['sms', 'population', 'bankcard', ...detail.flatMap(s => s.recipients.map(r => r.key))])
    let requests = 0
    for (const id of recipients)
      for (const r of await city.received(id).catch(() => [])) {
        requests++
        for (const value of secrets) assert.ok(!decodeURIComponent(r.path).includes(value), `${id}: ${r.path}`)
      }
    assert.ok(requests >= 3, `${requests} requests were looked at`)
  })
})
