// A client that distrusts what it is answered: every problem must be one of the document's, with nothing personal in it,
// and every POST that creates is sent again.
//
//   const api = await describeApi(city)
//   const c = await careful(city, api)            // an installation that agreed
//   await register(c, person)                     // each answer is checked on the way
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Client, agree, giveConsents, password, register, verifyName } from './helpers.mjs'

const methods = ['get', 'post', 'put', 'delete', 'patch']

// The routes of the OpenAPI document: {operation, method, path, caller, params, body, creates, matches(path)}.
export async function describeApi(city) {
  const document = await (await fetch(city.base + '/api/v1/openapi.json')).json()
  const routes = Object.entries(document.paths).flatMap(([path, item]) => methods.filter(m => item[m]).map(method => {
    const o = item[method]
    const pattern = new RegExp('^' + path.replace(/\{path\}/, '.+').replace(/\{[^}]+\}/g, '[^/]+') + '$')
    return {
      operation: o.operationId, method: method.toUpperCase(), path, caller: o['x-caller'], security: o.security,
      params: o.parameters.filter(p => p.in === 'path').map(p => p.name),
      query: o.parameters.filter(p => p.in === 'query').map(p => p.name),
      creates: o.parameters.some(p => p.in === 'header' && p.name === 'Idempotency-Key'),
      body: o.requestBody?.content['application/json'].schema ?? null,
      matches: (m, p) => m === method.toUpperCase() && pattern.test(p),
    }
  }))
  const problem = document.components.responses.problem.content['application/problem+json'].schema
  return {
    routes, reasons: problem.properties.reason.enum, personal: new Set([password]), replayed: new Set(),
    // literal paths go before patterns, as in the server's router
    find: (method, path) => routes.filter(r => r.matches(method, path)).sort((a, b) => a.params.length - b.params.length)[0],
    knows(person) {
      for (const key of ['real_name', 'resident_id_number', 'mobile_phone', 'email', 'bank_card_number', 'bank_reserved_mobile'])
        if (person[key]) this.personal.add(person[key])
    },
  }
}

const statuses = {
  invalid_input: [400], login_required: [401], not_found: [404], conflict: [409], too_large: [413],
  idempotency_mismatch: [422], too_many_requests: [429], authority_unavailable: [502], overloaded: [503],
  gone: [403, 410], locked: [403, 423], internal: [500],
}

// RFC 9457, a reason of the closed list with its status, Retry-After where one has to wait, nothing personal.
export function checkProblem(api, what, r) {
  const where = `${what}: ${r.status} ${JSON.stringify(r.body)}`
  assert.match(r.headers.get('content-type') ?? '', /^application\/problem\+json/, where)
  for (const member of ['type', 'title', 'detail', 'reason'])
    assert.equal(typeof r.body[member], 'string', `${member} in ${where}`)
  assert.equal(r.body.status, r.status, where)
  assert.ok(api.reasons.includes(r.body.reason), where)
  assert.ok((statuses[r.body.reason] ?? [403]).includes(r.status), where)
  assert.ok(Array.isArray(r.body.next) && r.body.next.every(n => typeof n.action === 'string'), where)
  if (r.status === 400) assert.ok(r.body.errors?.length ?? true, where)
  if ([429, 503].includes(r.status)) assert.ok(Number(r.headers.get('retry-after')) > 0, `Retry-After: ${where}`)
  assert.equal(r.headers.get('cache-control'), 'no-store', where)
  const text = r.bytes.toString()
  for (const value of api.personal) assert.ok(!text.includes(value), `a personal value came back: ${where}`)
}

// The same body with another value in it.
function altered(body, raw) {
  if (raw) return Buffer.concat([body, Buffer.from([0])])
  const copy = structuredClone(body)
  const inner = copy.fields ?? copy
  const names = Object.keys(inner).filter(k => typeof inner[k] === 'string' && !['method', 'transport'].includes(k))
  const list = Object.values(inner).find(Array.isArray)
  if (names.length) inner[names.at(-1)] += 'x'
  else if (list) list.push('1')
  else inner.other = 'x'
  return copy
}

export class Careful extends Client {
  constructor(city, api) { super(city); this.api = api; this.replay = false }

  async call(method, path, body, options = {}) {
    const token = this.token, key = options.key ?? randomUUID()
    const r = await super.call(method, path, body, { ...options, key })
    const full = (path.startsWith('/api') ? path : '/api/v1' + path).split('?')[0]
    if (r.status >= 400) checkProblem(this.api, `${method} ${path}`, r)
    const route = this.api.find(method, full)
    if (this.replay && r.status < 300 && route?.creates) await this.again(route, path, body, { ...options, key }, r, token)
    return r
  }

  async again(route, path, body, options, first, token) {
    const now = this.token
    this.token = token
    const same = await super.call('POST', path, body, options)
    assert.equal(same.status, first.status, `${path} again: ${same.bytes}`)
    assert.deepEqual(same.bytes, first.bytes, `${path} again`)
    assert.equal(same.headers.get('idempotent-replayed'), 'true', path)
    const other = await super.call('POST', path, altered(body, options.raw), options)
    assert.equal(other.status, 422, `${path} with another body: ${other.bytes}`)
    checkProblem(this.api, `POST ${path}`, other)
    this.token = now
    this.api.replayed.add(route.operation)
  }
}

export async function careful(city, api, { agreed = true, replay = false, platform = 'web' } = {}) {
  const c = new Careful(city, api)
  c.replay = replay
  c.installation = c.token = (await c.ok('POST', '/installations', { platform })).body.token
  if (agreed) await agree(c)
  return c
}

export async function carefulCitizen(city, api, options) {
  const c = await careful(city, api, options)
  const person = await city.person()
  api.knows(person)
  await register(c, person)
  api.personal.add(c.username)
  await verifyName(c)
  return c
}

// Stops the city; a server that ended by itself is a failure, with what it said last.
export async function stop(city) {
  const ended = city?.child?.ended?.code === 0 ? null : city?.child?.ended
  const said = ended ? readFileSync(city.log, 'utf8').slice(-6000) : ''
  await city?.stop()
  assert.ok(!ended, `the server ended by itself with ${JSON.stringify(ended)}:\n${said}`)
}

// A small picture, and the query that each city has for whoever is verified.
export const jpeg = Buffer.from('ffd8ffdb0043' + '01'.repeat(65) + 'ffda0008010100003f00' + '1234567890abcdef'.repeat(8) + 'ffd9', 'hex')
export const query = { tianjin: 'social_insurance_query', nantong: 'insured_status_query' }

export const appealOf = (person, text = '楼道照明损坏，请派人维修。') => ({
  real_name: person.real_name, gender: person.gender, resident_id_number: person.resident_id_number,
  contact_phone: person.mobile_phone, email: person.email, appeal_content: text,
})

// What a service that takes cases asks for, of this person.
export const caseOf = (service, person) => service === 'snapshot_report' ? { snapshot_report: '人行道上的井盖松动。' } : appealOf(person)

// Gives whatever a refusal asks for, and asks again.
export async function insist(c, method, path, body, options) {
  for (let i = 0; i < 6; i++) {
    const r = await c.call(method, path, body, options)
    if (r.status < 300) return r.body
    const grants = (r.body.next ?? []).filter(n => n.action === 'grant_permission')
    for (const g of grants) await c.ok('PUT', `/permissions/${g.permission}`, { state: 'granted' })
    const given = await giveConsents(c, r.body.next)
    assert.ok(given || grants.length, `${method} ${path}: ${r.status} ${r.bytes}`)
  }
  assert.fail(`${method} ${path} is refused again and again`)
}
