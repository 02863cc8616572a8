// Starts a real server and a real sandbox in a directory of their own, and speaks to them as a client would.
//
//   const city = await startCity({ city: 'tianjin' })
//   const person = (await city.people({ city: 'tianjin', age_gte: 18 }))[0]
//   const c = await city.client()          // an installation that agreed to the policy
//   await register(c, person)              // as that city asks
//   const { body } = await c.ok('GET', '/me')
//   await city.stop()
import assert from 'node:assert/strict'
import { spawn, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, openSync, readFileSync, existsSync, closeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomInt, randomUUID } from 'node:crypto'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
// As ./test has them: a server with undefined behaviour ends, also where one file is run alone.
process.env.ASAN_OPTIONS ??= 'detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=0'
process.env.UBSAN_OPTIONS ??= 'print_stacktrace=1:halt_on_error=1'
export const build = process.env.TB_BUILD ?? join(root, 'build-test')
export const tongban = join(build, 'src/cli/tongban')
export const sandboxBinary = join(build, 'sandbox/tongban-sandbox')
export const cities = ['tianjin', 'nantong']
export const password = 'Tong-ban2026'

export const sleep = ms => new Promise(done => setTimeout(done, ms))

// Below the ports that the system gives to outgoing connections: one of those could take the port before the server does,
// also between two starts of a server. What was handed out once is not handed out again.
const [portsFrom, portsUntil] = [15000, 30000], given = new Set()
export async function freePort() {
  for (let tries = 0; tries < 200; tries++) {
    const port = portsFrom + randomInt(portsUntil - portsFrom)
    if (given.has(port)) continue
    given.add(port)
    if (await new Promise(done => {
      const s = createServer()
      s.once('error', () => done(false))
      s.listen(port, '127.0.0.1', () => s.close(() => done(true)))
    })) return port
  }
  throw new Error('no free port')
}

// Waits until `check` answers something truthy; fails with `what` otherwise.
export async function until(check, what, limitMs = 40000) {
  const end = Date.now() + limitMs
  for (;;) {
    const got = await check()
    if (got) return got
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await sleep(50)
  }
}

async function answers(url) {
  try { return (await fetch(url)).ok } catch { return false }
}

function start(file, args, log) {
  const fd = openSync(log, 'a')
  const child = spawn(file, args, { stdio: ['ignore', fd, fd] })
  closeSync(fd)
  child.on('exit', (code, signal) => { child.ended = { code, signal } })
  return child
}

async function ready(child, url, log) {
  await until(async () => {
    if (child.ended) throw new Error(`ended with ${JSON.stringify(child.ended)}:\n${readFileSync(log, 'utf8').slice(-3000)}`)
    return answers(url)
  }, `${url}\n${existsSync(log) ? readFileSync(log, 'utf8').slice(-3000) : ''}`, 60000)
}

// For `staff add`: what each staff member must have done before their work shows personal data.
export const dutiesDone = ['--duties-done', new Date(Date.now() - 86400000).toISOString().slice(0, 10)]

// Longer than a server lets running requests and jobs finish.
const endMs = 60000
const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

// A PostgreSQL of its own, empty.
export function startPostgres() {
  const script = join(root, 'tests/pg.sh')
  const [url, dir] = execFileSync(script, ['start'], { encoding: 'utf8' }).trim().split(' ')
  return { url, stop: () => execFileSync(script, ['stop', dir]) }
}

// store: a URL; 'postgresql' for one that is started and stopped with the city; null for SQLite. TB_STORE and TB_SUITE
// run any test file on another store or with the other suite. cities: another folder of cities. scanner: the socket of clamd.
export async function startCity({ city = 'tianjin', store = process.env.TB_STORE || null, suite = process.env.TB_SUITE || null,
  testClock = true, web = null, scanner = null, serveArgs = [], cities: cityDir = join(root, 'cities') } = {}) {
  const postgres = store === 'postgresql' ? startPostgres() : null
  if (postgres) store = postgres.url
  const dir = mkdtempSync(join(tmpdir(), `tongban-${city}-`))
  const data = join(dir, 'data'), sandboxData = join(dir, 'sandbox')
  const log = join(dir, 'server.log'), sandboxLog = join(dir, 'sandbox.log')
  execFileSync('mkdir', ['-p', data, sandboxData])
  const cli = (...args) => execFileSync(tongban, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  cli('init', '--data', data, '--city', city, '--cities', cityDir,
    ...(store ? ['--store', store] : []), ...(suite ? ['--suite', suite] : []), ...(testClock ? ['--test-clock'] : []))

  const sandboxPort = await freePort(), port = await freePort()
  const sandbox = `http://127.0.0.1:${sandboxPort}`
  const sandboxChild = start(sandboxBinary, ['--data', sandboxData, '--port', String(sandboxPort),
    '--client-key', join(data, 'connector.pub')], sandboxLog)
  running.add(sandboxChild)
  await ready(sandboxChild, `${sandbox}/`, sandboxLog)
  cli('connectors', '--data', data, '--cities', cityDir, '--sandbox', sandbox, '--key', join(sandboxData, 'sandbox.pub'), ...(scanner ? ['--scanner', scanner] : []))

  const self = {
    city, data, dir, port, cityDir, sandbox, log, cli, store,
    base: `http://localhost:${port}`,
    child: null,
    async serve() {
      self.child = start(tongban, ['serve', '--data', data, '--cities', cityDir, '--port', String(port),
        ...(web ? ['--web', web] : []), ...(testClock ? ['--test-clock', '--sandbox', sandbox] : []), ...serveArgs], log)
      running.add(self.child)
      await ready(self.child, `${self.base}/readyz`, log)
    },
    // A further server on the same store; stop it before the city.
    async another(node = 1) {
      const otherPort = await freePort(), otherLog = join(dir, `server-${node}.log`)
      const child = start(tongban, ['serve', '--data', data, '--cities', cityDir, '--port', String(otherPort), '--node', String(node),
        ...(testClock ? ['--test-clock', '--sandbox', sandbox] : []), ...serveArgs], otherLog)
      running.add(child)
      await ready(child, `http://localhost:${otherPort}/readyz`, otherLog)
      return { base: `http://localhost:${otherPort}`, async stop() {
        child.kill('SIGTERM')
        await until(() => child.ended, 'end of the further server', endMs)
        running.delete(child)
        if (child.ended.code !== 0) throw new Error(readFileSync(otherLog, 'utf8').slice(-4000))
      } }
    },
    async kill(signal = 'SIGKILL') {
      const child = self.child
      child.asked = true
      child.kill(signal)
      await until(() => child.ended, `end after ${signal}`, endMs)
      running.delete(child)
      return child.ended
    },
    async stop() {
      if (self.child && !self.child.ended) {
        const ended = await self.kill('SIGTERM')
        if (ended.code !== 0) throw new Error(`server ended with ${JSON.stringify(ended)}:\n${readFileSync(log, 'utf8').slice(-4000)}`)
      }
      const alone = self.child?.ended && !self.child.asked
      if (alone) throw new Error(`the server ended by itself with ${JSON.stringify(self.child.ended)}:\n${readFileSync(log, 'utf8').slice(-8000)}`)
      sandboxChild.kill('SIGTERM')
      await until(() => sandboxChild.ended, 'end of the sandbox', endMs)
      running.delete(sandboxChild)
      postgres?.stop()
      rmSync(dir, { recursive: true, force: true })
    },
    async control(method, path, body) {
      const r = await fetch(`${sandbox}/control/${path}`, {
        method, headers: body ? { 'content-type': 'application/json' } : {}, body: body ? JSON.stringify(body) : undefined })
      const text = await r.text()
      if (!r.ok) throw new Error(`sandbox ${method} ${path}: ${r.status} ${text}`)
      return text ? JSON.parse(text) : null
    },
    async people(filter = {}) {
      const query = new URLSearchParams(Object.entries({ city, ...filter }).map(([k, v]) => [k, String(v)]))
      return (await self.control('GET', `people?${query}`)).items
    },
    // A grown-up nobody took yet in this test run.
    async person(filter = {}) {
      const list = await self.people({ age_gte: 18, limit: 500, ...filter })
      const free = list.find(p => !self.taken.has(p.resident_id_number))
      if (!free) throw new Error('no free person left for ' + JSON.stringify(filter))
      self.taken.add(free.resident_id_number)
      return free
    },
    taken: new Set(),
    async sms(phone) {
      const { items } = await self.control('GET', `sms?phone=${encodeURIComponent(phone)}`)
      return items
    },
    // The newest code to a number; seen: how many messages it had before this one was asked for. Other messages may go out
    // meanwhile, as one of a login from elsewhere.
    async code(phone, seen = 0) {
      return until(async () => {
        const list = await self.sms(phone)
        for (const { text } of list.slice(0, list.length - seen)) {
          const found = /(?<!\d)\d{6}(?!\d)/.exec(text)
          if (found) return found[0]
        }
        return null
      }, `a code in a short message to ${phone}`)
    },
    // What the store answers to a statement: a line per row, its columns parted by tabs. file: the one with it in
    // the data directory, where the store is files.
    sql: (text, file = 'tongban.db') => execFileSync(...(store ? ['psql', ['-qAt', '-F', '\t', '-v', 'ON_ERROR_STOP=1', store]]
      : ['sqlite3', ['-cmd', '.timeout 10000', '-separator', '\t', join(data, file)]]), { input: text, encoding: 'utf8' }).trim(),
    // The names of the tables with a column of that name, and those of the columns of a table.
    tablesWith: column => self.sql(store ? `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '${column}';`
      : `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = '${column}';`).split('\n'),
    columnsOf: table => self.sql(store ? `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '${table}';`
      : `SELECT name FROM pragma_table_info('${table}');`).split('\n'),
    advance: duration => self.control('PUT', 'clock', { advance: duration }),
    settle: () => self.control('POST', 'settle'),
    received: async id => (await self.control('GET', `authorities/${id}/received`)).items,
    mode: (id, mode, delay_ms = 0) => self.control('PUT', `authorities/${id}`, { mode, delay_ms }),
    // An installation; agreed unless told otherwise.
    async client({ platform = 'web', agreed = true } = {}) {
      const c = new Client(self)
      const { body } = await c.ok('POST', '/installations', { platform })
      c.installation = c.token = body.token
      if (agreed) await agree(c)
      return c
    },
  }
  await self.serve()
  return self
}

export class Problem extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
    Object.assign(this, { status, body, reason: body?.reason, clause: body?.clause, next: body?.next })
  }
}

export class Client {
  constructor(city) { this.city = city; this.token = null }

  async call(method, path, body, { headers = {}, key, raw } = {}) {
    const h = { ...headers }
    if (this.token) h.authorization ??= `Bearer ${this.token}`
    if (body !== undefined && !raw) h['content-type'] ??= 'application/json'
    if (method === 'POST') h['idempotency-key'] ??= key ?? randomUUID()
    const r = await fetch(this.city.base + (path.startsWith('/api') || !path.startsWith('/') ? path : '/api/v1' + path), {
      method, headers: h, redirect: 'manual', body: body === undefined ? undefined : raw ? body : typeof body === 'string' ? body : JSON.stringify(body) })
    const bytes = Buffer.from(await r.arrayBuffer())
    const type = r.headers.get('content-type') ?? ''
    return { status: r.status, headers: r.headers, bytes, body: type.includes('json') && bytes.length ? JSON.parse(bytes) : bytes.toString() }
  }

  // The answer of a call that must succeed.
  async ok(method, path, body, options) {
    const r = await this.call(method, path, body, options)
    if (r.status >= 300) throw new Problem(method, path, r.status, r.body)
    return r
  }

  // The problem of a call that must be refused.
  async refused(method, path, body, options) {
    const r = await this.call(method, path, body, options)
    if (r.status < 400) throw new Error(`${method} ${path} was not refused: ${r.status} ${JSON.stringify(r.body)}`)
    return { status: r.status, ...r.body }
  }

  // All rows of a list.
  async all(path, limit = 100) {
    const rows = []
    for (let next = ''; next !== null;) {
      const { body } = await this.ok('GET', path + (path.includes('?') ? '&' : '?') + `limit=${limit}` + (next ? `&cursor=${encodeURIComponent(next)}` : ''))
      assert.ok(body.items.length <= limit)
      rows.push(...body.items)
      next = body.next ?? null
    }
    return rows
  }

  // The list, which a reader who turns page by page reads as well: the same rows in the same order, whatever of them changed meanwhile.
  async turned(path) {
    const whole = await this.all(path), turned = await this.all(path, 1)
    assert.deepEqual(turned.map(row => row.id), whole.map(row => row.id))
    return whole
  }
}

// Reads the policy as long as the city demands, and agrees to it.
export async function agree(c) {
  const policy = (await c.ok('GET', '/policy/current')).body
  if (policy.reading_required) {
    const { features } = (await c.ok('GET', '/city')).body
    await c.city.advance(`PT${features.reading_min_seconds + 1}S`)
  }
  return (await c.ok('POST', '/acceptances', { policy_version: policy.version, ...(policy.reading_token ? { reading_token: policy.reading_token } : {}) })).body
}

// Gives each consent that a refusal asks for; answers whether there was any.
export async function giveConsents(c, next) {
  const wanted = (next ?? []).filter(n => n.action === 'give_consent')
  for (const n of wanted)
    await c.ok('POST', '/consents', { scope: n.scope, items: n.items, recipient: n.recipient ?? null, text_hash: n.text_hash })
  return wanted.length > 0
}

// Calls, and where a consent is asked for gives it and calls again.
export async function withConsents(c, method, path, body) {
  for (let i = 0; i < 4; i++) {
    const r = await c.call(method, path, body)
    if (r.status < 300) return r
    if (!(r.body.reason === 'consent_required' && await giveConsents(c, r.body.next))) throw new Problem(method, path, r.status, r.body)
  }
  throw new Error(`${method} ${path}: consents are asked for again and again`)
}

export async function code(c, phone, purpose) {
  const seen = c.city.sms ? (await c.city.sms(phone)).length : 0
  await c.ok('POST', '/sms-codes', { phone, purpose })
  return c.city.code(phone, seen)
}

let names = 0
export const username = () => `u${process.pid}x${++names}`

// The values that a city asks at registration, by item.
export async function registrationValues(c, person) {
  const { features } = (await c.ok('GET', '/city')).body
  const values = {
    username: username(), password, mobile_phone: person.mobile_phone, real_name: person.real_name,
    id_type: 'resident_card', id_number: person.resident_id_number, id_expiry: person.id_expiry,
  }
  const wanted = {}
  for (const f of features.register_fields)
    wanted[f.item] = f.item === 'sms_code' ? await code(c, person.mobile_phone, 'register') : values[f.item]
  return { wanted, values, features }
}

// Registers a person as the city asks, following steps included. The client then holds the session.
export async function register(c, person) {
  const { wanted, values, features } = await registrationValues(c, person)
  const { body } = await withConsents(c, 'POST', '/accounts', wanted)
  c.token = body.session.token
  c.subject = body.subject_id
  c.person = person
  c.username = values.username
  if (features.register_follow.includes('username'))
    await c.ok('POST', '/me/credentials', { username: values.username, password })
  if (features.register_follow.includes('sms_code'))
    await c.ok('POST', '/me/phone', { sms_code: await code(c, person.mobile_phone, 'bind') })
  return body
}

// Proves the name by the first way the city offers, unless registration did.
export async function verifyName(c, person = c.person) {
  const { features } = (await c.ok('GET', '/city')).body
  if ((await c.ok('GET', '/me')).body.realname_level > 0) return
  const [way] = features.realname_methods
  const all = {
    number: { real_name: person.real_name, id_type: 'resident_card', id_number: person.resident_id_number },
    bankcard: { real_name: person.real_name, resident_id_number: person.resident_id_number,
      bank_card_number: person.bank_card_number, bank_reserved_mobile: person.bank_reserved_mobile },
  }
  await withConsents(c, 'POST', `/realname/${way}`, all[way])
}

export const secondCheck = c => c.ok('POST', '/second-checks', { method: 'password', password })

export async function login(c, name, pass = password) {
  const { body } = await c.ok('POST', '/sessions', { method: 'password', login: name, password: pass })
  c.token = body.token
  return body
}

// A verified person, ready to use services.
// This device gets pushes from now on: by an SDK of the register, where the city has some for that (NT-1.5.0.a).
export async function wantPush(c, token) {
  const by = (await c.ok('GET', '/sdks')).body.items.find(s => s.push)
  return c.ok('PUT', '/installations/current/push', { token, ...(by ? { sdk: by.key } : {}) })
}

export async function citizen(city, filter, { platform } = {}) {
  const c = await city.client({ platform })
  await register(c, await city.person(filter))
  await verifyName(c)
  return c
}
