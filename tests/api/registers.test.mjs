// The registers that anyone may read: SDKs, cookies, definitions, and the vocabulary of items.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Client, agree, cities, login, password, register, root, startCity } from './helpers.mjs'
import { totp } from './totp.mjs'

const sdks = { tianjin: 12, nantong: 21 }
const clause = { tianjin: '[TJ-1.1.25.0]', nantong: '[NT-1.5.0]' }
const kinds = ['basic', 'identity', 'biometric', 'net_identity', 'health', 'edu_work', 'property', 'communication', 'contact', 'net_log', 'device', 'location']

// A browser: keeps cookies, says where its page is from, and notes every cookie that it was given.
class Browser extends Client {
  jar = new Map()
  seen = new Set()

  async call(method, path, body, options = {}) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    if (method === 'POST' && /^\/(installations|accounts|sessions|staff\/sessions)$/.test(path)) body = { ...body, transport: 'cookie' }
    const r = await super.call(method, path, body, { ...options, headers: { ...options.headers, origin: this.city.base, ...(cookie ? { cookie } : {}) } })
    for (const line of r.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      this.seen.add(name)
      if (value && !/max-age=0/i.test(line)) this.jar.set(name, value)
      else this.jar.delete(name)
    }
    return r
  }
}

for (const name of cities) {
  let city, c, words

  before(async () => {
    city = await startCity({ city: name })
    c = new Client(city)
    words = (await c.ok('GET', '/items')).body.kinds
  })
  after(() => city?.stop())

  test(`${clause[name]} ${name} lists each SDK with its vendor, and every item of it is in the vocabulary`, async () => {
    const { items } = (await c.ok('GET', '/sdks')).body
    const known = new Set(words.flatMap(k => k.items.map(i => i.key)))
    assert.equal(items.length, sdks[name])
    assert.equal(new Set(items.map(s => s.key)).size, items.length)
    for (const s of items) {
      for (const member of ['name', 'vendor', 'function', 'trigger', 'platforms', 'clause']) assert.ok(s[member], `${s.key}: ${member}`)
      for (const item of s.items) assert.ok(known.has(item.key), `${s.key}: ${item.key}`)
    }
  })

  test(`${name === 'tianjin' ? '[TJ-1.1.26.0] ' : ''}${name} sets no cookie in a whole journey that the list does not name`, async () => {
    const listed = (await c.ok('GET', '/cookies')).body.items
    const browser = new Browser(city)
    await browser.ok('POST', '/installations', { platform: 'web' })
    await agree(browser)
    await register(browser, await city.person())
    await browser.ok('GET', '/me')
    await browser.ok('DELETE', '/sessions/current')
    await login(browser, browser.username)
    await browser.ok('GET', '/services')
    await browser.ok('GET', '/cookies')

    const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', join(root, 'cities'), '--login', 'checker', '--name', '审计员 王某', '--role', 'auditor', '--json'))
    const { now_ms } = await city.control('GET', 'clock?server=test-reader')
    await browser.ok('POST', '/staff/sessions', { login: 'checker', password: made.password, totp: totp(made.totp_secret, now_ms) })
    await browser.ok('DELETE', '/staff/sessions/current')
    await browser.ok('DELETE', '/sessions/current')

    assert.ok(browser.seen.size >= 2, 'the journey was one with cookies')
    assert.deepEqual([...browser.seen].filter(n => !listed.some(k => k.name === n)), [])
    for (const k of listed) assert.ok(['session', 'identity', 'analysis'].includes(k.use), k.key)
  })

  test(`${name} has the twelve kinds of personal information in its vocabulary, none of them empty`
    + (name === 'nantong' ? ' [NT-A.5]' + kinds.map((_, i) => ` [NT-A.5.${i + 1}]`).join('') : ''), () => {
    for (const kind of kinds)
      assert.ok(words.find(k => k.key === kind)?.items.length > 0, kind)
    const others = words.map(k => k.key).filter(k => !kinds.includes(k))
    assert.deepEqual(others.sort(), ['aggregate', 'organisation', 'system'])
  })

  test(`${name} marks every biometric and health item as sensitive${name === 'nantong' ? ' [NT-A.7.2] [NT-A.7.3]' : ''}`, () => {
    for (const k of words.filter(w => ['biometric', 'health'].includes(w.key)))
      for (const item of k.items) assert.equal(item.sensitive, true, item.key)
  })
}

// Items of the other three sensitive kinds that carry no mark. The list may only become shorter.
const unmarked = ['card_expiry', 'card_no']

test('no further item of an identity, a network identity or property goes without the mark', async () => {
  const city = await startCity({ city: 'nantong' })
  try {
    const words = (await new Client(city).ok('GET', '/items')).body.kinds
    const found = words.filter(k => ['identity', 'net_identity', 'property'].includes(k.key)).flatMap(k => k.items.filter(i => !i.sensitive).map(i => i.key))
    assert.deepEqual(found.sort(), unmarked)
  } finally {
    await city.stop()
  }
})

test('Nantong explains its words, each by its clause', async () => {
  const city = await startCity({ city: 'nantong' })
  try {
    const { items } = (await new Client(city).ok('GET', '/definitions')).body
    assert.deepEqual(items.map(d => d.clause), Array.from({ length: 10 }, (_, i) => `NT-A.${i + 1}`))
    for (const d of items) assert.ok(d.term && d.meaning, d.key)
  } finally {
    await city.stop()
  }
})
