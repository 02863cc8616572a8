// Every route × what somebody hostile sends: nothing instead of a value, another kind, far too much, far too deep, numbers that
// fit no machine, ids that are none. The answer is always a problem that a person can read, or a plain success; never a fault
// of ours. Shapes (unknown members, a member twice, no JSON) are asked in requests.test.mjs.
import { test, describe, before, after, afterEach } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { startCity, cities, dutiesDone } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { describeApi, carefulCitizen, Careful, stop } from './careful.mjs'

const nowhere = '4611686018427387903' // an id that no object has
const chinese = /[\u4e00-\u9fff]/
// they end the session that the other requests need
const ends = new Set(['session_end_current', 'installation_leave', 'staff_logout', 'cancellation_run'])

// A value that may be right, by the name that it has in some body.
const plausible = day => ({
  from: day(0), until: day(30), scope_until: day(30), done_on: day(0), found_on: day(0), received_on: day(0), filed_on: day(-2), assessed_on: day(-3),
  valid_until: day(300), ends_on: day(60), items: ['real_name'], fields: ['realname'], data: ['entry_number'], ground: 'provide_criminal_justice', context: 'share',
  recipient: 'population', partner: 'promotion_partner', item: 'real_name', reason: '核对当事人的信息', document: '某检察院 调证字〔2026〕18号', text_hash: '0'.repeat(64),
  document_hash: '0'.repeat(64), service: 'hotline_12345', receiver: '承接数据中心', contact: '022-00000000', matter: '一件没有写到的事项', ids: ['1'], ...plain,
})
const plain = { part: 'improve', product: 'app', clause: 'TJ-10.2', login: 'nobody', phone: '12900000001', sms_code: '000000', base: 1, days: 5, stars: 5 }

function sample(schema, known, name) {
  if (known[name] !== undefined && !schema.enum) return known[name]
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'object') return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([k, s]) => [k, sample(s, known, k)]))
  if (schema.pattern) return nowhere
  return { string: '一段说明的文字，供核对。', integer: 1, boolean: true, array: [] }[schema.type] ?? '文字'
}

const deep = n => JSON.parse('['.repeat(n) + ']'.repeat(n))
const long = '长'.repeat(15000)
// Of the right kind, and yet wrong: texts, lists and numbers as nobody means them.
const texts = ['', long, 'a\u0001\u202e\u0007b', '😀'.repeat(300), '99999999999999999999', '9999-12-31']
const numbers = [0, -1, 2 ** 31, '9223372036854775807', '-9223372036854775808']
const lists = of => of.type === 'string' ? [[], Array(10000).fill('1'), ['', ''], ['a\nb', 'a b']] : [[], Array(10000).fill(of.type === 'object' ? {} : 1)]
const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, 'x']))
const hostile = schema => schema.enum ? ['', long] : schema.pattern ? ['0', nowhere, '9223372036854775807']
  : schema.type === 'string' ? texts : schema.type === 'integer' ? numbers
    : schema.type === 'array' ? lists(schema.items ?? {}) : schema.type === 'object' ? [{}, many] : []
// Of another kind, or missing.
const wrong = schema => [undefined, null, schema.type === 'string' ? 1 : 'x', schema.type === 'array' ? {} : deep(20)]

// 64-bit numbers and beyond stand in the text as they are.
const textOf = body => JSON.stringify(body).replace(/"(-?9223372036854775\d{3})"(?=[,}\]])/g, (m, n) => bare.has(n) ? n : m)
const bare = new Set(['9223372036854775807', '-9223372036854775808'])

// The body with one member replaced, for each member at any depth of objects.
function* replaced(schema, body, values, put = b => b) {
  for (const [name, of] of Object.entries(schema.properties ?? {})) {
    for (const v of values(of)) yield put({ ...body, [name]: v })
    if (of.type === 'object') yield* replaced(of, body[name] ?? {}, values, b => put({ ...body, [name]: b }))
    if (of.type === 'array' && of.items?.type === 'object') yield* replaced(of.items, sample(of.items, {}, ''), values, b => put({ ...body, [name]: [b] }))
  }
}

const ids = ['1', nowhere, '-1', '99999999999999999999', '%00', '%E6%B2%A1%E6%9C%89', '..%2F..%2Fx', 'x'.repeat(2000)]
const places = ['', '-1', '99999999999999999999', '-9223372036854775808', '%00', '%ff%fe', 'x'.repeat(2000)]
const at = (route, id) => route.path.replace(/\{[^}]+\}/g, id)

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, api, c, staff, known, asked = 0, faults = []
  before(async () => {
    city = await startCity({ city: name })
    api = await describeApi(city)
    c = await carefulCitizen(city, api)
    const { now_ms } = await city.control('GET', 'clock?server=test-reader')
    known = plausible(ahead => new Date(now_ms + (8 + 24 * ahead) * 3600000).toISOString().slice(0, 10))
    const department = ['--department', 'population']
    Object.assign(known, { person: { real_name: c.person.real_name, mobile_phone: c.person.mobile_phone, ...(name === 'tianjin' ? { id_number: c.person.resident_id_number } : {}) } })
    staff = []
    for (const [role, more] of [['hotline_agent', department], ['auditor', []], ['policy_officer', []], ['privacy_officer', []], ['complaint_handler', []]])
      staff.push((await openOffice(city, addOfficer(city, role, '工作人员 甲某', role, [...dutiesDone, ...more]))).token)
  })
  after(() => stop(city))
  afterEach(() => assert.deepEqual(faults.splice(0).slice(0, 30), []))

  const tokens = route => ({ anyone: [null], guest: [c.token], installation: [c.installation, c.token], session: [c.token], staff }[route.caller])

  async function ask(route, token, path, body) {
    const d = new Careful(city, api)
    d.token = token
    asked++
    const what = `${route.operation} ${path.slice(0, 120)} ${String(body).slice(0, 200)}`
    try {
      let r = await d.call(route.method, path, body)
      // who is told to come again comes again: the same person's facts change in several requests at once here
      for (let i = 0; i < 5 && r.status === 503; i++) r = await d.call(route.method, path, body)
      assert.ok(r.status < 500 || r.body.reason === 'authority_unavailable', `${r.status} ${r.bytes.toString().slice(0, 500)}`)
      if (r.status >= 400)
        for (const text of [r.body.title, r.body.detail, ...(r.body.errors ?? []).map(e => e.message)]) assert.match(text, chinese)
      return r
    } catch (e) {
      faults.push(`${what}: ${e.cause ?? e.message}`)
      return null
    }
  }

  // A few at a time: a server that is asked much at once is nothing special either.
  async function askAll(route, token, path, bodies) {
    for (let i = 0; i < bodies.length; i += 6)
      await Promise.all(bodies.slice(i, i + 6).map(b => ask(route, token, path, textOf(b))))
  }

  // The first object of the list that a route's objects stand in, as far as somebody here may read one: what is behind an id
  // that no object has is never reached. Routes are met in the order of the document, and what one made another finds.
  async function objectOf(route) {
    const list = api.routes.find(r => r.method === 'GET' && r.path === route.path.split('/{')[0])
    for (const token of list ? tokens(list) : []) {
      const [first] = (await ask(list, token, list.path))?.body?.items ?? []
      const id = first?.id ?? first?.number ?? first?.key ?? first?.clause
      if (id !== undefined) return encodeURIComponent(id)
    }
    return '1'
  }

  const withBody = () => api.routes.filter(r => r.body && !ends.has(r.operation))
  const plainBody = route => route.body ? textOf(sample(route.body, known, '')) : undefined

  // Who comes furthest with a body that may be right: the others are refused for who they are.
  async function furthest(route, path) {
    let found = null
    for (const token of tokens(route)) {
      const r = await ask(route, token, path, plainBody(route))
      if (r && ![401, 403].includes(r.status)) found = token
    }
    return found ?? tokens(route).at(-1)
  }

  test('a body of which one member is missing, of another kind, far too much or means nothing is refused in words', async () => {
    for (const route of withBody()) {
      const body = sample(route.body, known, ''), path = at(route, await objectOf(route)), token = await furthest(route, path)
      await askAll(route, token, path, [deep(1900), ...replaced(route.body, body, wrong), ...replaced(route.body, body, hostile)])
    }
  })

  test('an id that is none, or that no object has, is not found, whoever asks', async () => {
    for (const route of api.routes.filter(r => !ends.has(r.operation) && r.params.length))
      for (const token of tokens(route))
        await Promise.all(ids.map(id => ask(route, token, at(route, id), plainBody(route))))
  })

  test('a parameter of a list that means nothing is refused or passed over', async () => {
    for (const route of api.routes.filter(r => r.method === 'GET' && r.query.length))
      for (const q of route.query)
        for (const token of tokens(route))
          await Promise.all([...places, `1&${q}=2`].map(v => ask(route, token, `${at(route, '1')}?${q}=${v}`)))
  })

  test('the server is still there, and complained of nothing', async () => {
    assert.ok(asked > 1000, `${asked} requests`)
    await c.ok('GET', '/me')
    assert.doesNotMatch(readFileSync(city.log, 'utf8'), /AddressSanitizer|LeakSanitizer|runtime error/)
  })
})
