// What people choose beside consents: whether searches and favourites are kept, whether services are recommended, which cookies are
// set; what a guest may see; and that numbers are kept without anybody in them.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client, agree, cities, citizen, startCity, password, withConsents } from './helpers.mjs'


// A browser: keeps cookies, and knows which of them last.
class Browser extends Client {
  jar = new Map()
  lasting = new Map()

  async call(method, path, body, options = {}) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    if (method === 'POST' && /^\/(installations|sessions)$/.test(path)) body = { ...body, transport: 'cookie' }
    const r = await super.call(method, path, body, { ...options, headers: { ...options.headers, origin: this.city.base, ...(cookie ? { cookie } : {}) } })
    for (const line of r.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      this.lasting.set(name, /max-age=[1-9]/i.test(line))
      if (value && !/max-age=0/i.test(line)) this.jar.set(name, value)
      else this.jar.delete(name)
    }
    return r
  }

  // The browser was closed: only what lasts is still there.
  close() { for (const name of [...this.jar.keys()]) if (!this.lasting.get(name)) this.jar.delete(name) }
}

const filesBelow = dir => readdirSync(dir).flatMap(f => statSync(join(dir, f)).isDirectory() ? filesBelow(join(dir, f)) : [join(dir, f)])

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, a, b, service
  const used = async c => (await c.ok('GET', '/me/usage?limit=50')).body.items
  const held = async (c, item) => (await c.ok('GET', '/me/items')).body.items.filter(i => i.key === item)
  const set = (c, key, state) => c.ok('PUT', `/preferences/${key}`, { state })
  const search = (c, keyword) => c.ok('PUT', '/me/search-history', { keyword })
  const history = async c => (await c.ok('GET', '/me/search-history')).body
  const favorites = async c => (await c.ok('GET', '/me/favorites')).body
  const query_once = async (c, key) => withConsents(c, 'POST', `/services/${key}/queries`, { fields: {} })

  before(async () => {
    city = await startCity({ city: name })
    a = await citizen(city)
    b = await citizen(city)
    const services = (await a.ok('GET', '/services?limit=100')).body.items.filter(s => s.shape === 'query' && s.level === 'realname')
    for (const s of services) {
      const form = (await a.ok('GET', `/services/${s.key}`)).body.fields
      if (form.every(f => f.prefill || !f.required)) { service = s; break }
    }
    assert.ok(service, 'a service that needs nothing typed')
  })
  after(() => city?.stop())

  if (name === 'nantong') {
    test('[NT-1.2.1.4.a] searching twice lists both words, the newest first; after clearing there is none', async () => {
      await search(a, '公积金')
      await search(a, '社保卡')
      await search(a, '公积金')
      const list = await history(a)
      assert.equal(list.on, true)
      assert.deepEqual(list.items.map(i => i.keyword), ['公积金', '社保卡'])
      assert.deepEqual((await history(b)).items, [], 'of another person nothing')
      const [read, , collected] = await used(a)
      assert.deepEqual([read.action, read.service, read.purpose], ['read', 'search_and_mine', 'show_masked'])
      assert.equal((await used(a)).filter(u => u.action === 'collect' && u.items.some(i => i.key === 'search_keyword')).length, 3)
      assert.ok(collected)
      await a.ok('DELETE', '/me/search-history')
      assert.deepEqual((await history(a)).items, [])
      assert.deepEqual(await held(a, 'search_keyword'), [])
      assert.equal((await used(a)).find(u => u.action === 'delete').items[0].key, 'search_keyword')
    })

    test('only the newest twenty words are kept', async () => {
      for (let i = 1; i <= 22; i++) await search(b, `搜索词${i}`)
      const { items } = await history(b)
      assert.equal(items.length, 20)
      assert.deepEqual([items[0].keyword, items[19].keyword], ['搜索词22', '搜索词3'])
      assert.equal((await held(b, 'search_keyword')).length, 20)
    })

    test('[NT-1.2.1.4.c] a service that is marked stands among the favourites, once, and goes when unmarked', async () => {
      const other = (await a.ok('GET', '/services?limit=5')).body.items.find(s => s.key !== service.key)
      await a.ok('PUT', `/me/favorites/${service.key}`)
      await a.ok('PUT', `/me/favorites/${service.key}`)
      await a.ok('PUT', `/me/favorites/${other.key}`)
      assert.deepEqual((await favorites(a)).items.map(s => s.key), [other.key, service.key])
      assert.equal((await held(a, 'favorite')).length, 2)
      assert.ok((await held(a, 'favorite')).some(i => i.masked === service.name), 'people read the name of the service')
      assert.deepEqual((await favorites(b)).items, [])
      await a.ok('DELETE', `/me/favorites/${other.key}`)
      assert.deepEqual((await favorites(a)).items.map(s => s.key), [service.key])
      assert.equal((await a.call('PUT', '/me/favorites/nowhere')).status, 404)
      assert.equal((await a.call('PUT', '/me/favorites/search_and_mine')).status, 404)
    })

    test('[NT-1.2.1.4.d] switched off, nothing new is kept, what was kept is gone, and all else works', async () => {
      await search(a, '落户')
      await set(a, 'history', 'off')
      assert.deepEqual((await a.ok('GET', '/preferences')).body, { history: { declared: true, on: false }, personal: { declared: false, on: false } })
      for (const list of [await history(a), await favorites(a)]) assert.deepEqual(list, { on: false, items: [] })
      await search(a, '医保')
      await a.ok('PUT', `/me/favorites/${service.key}`)
      assert.deepEqual([...await held(a, 'search_keyword'), ...await held(a, 'favorite')], [])
      assert.equal((await query_once(a, service.key)).status, 200)
      assert.ok((await a.ok('GET', '/services?q=社保')).body.items.length > 0)
      await set(a, 'history', 'on')
      await search(a, '医保')
      assert.deepEqual((await history(a)).items.map(i => i.keyword), ['医保'])
    })

    test('recommendations are not declared here: refused, written down, and nothing is kept [NT-1.0]', async () => {
      for (const [method, path, body] of [['GET', '/me/recommendations'], ['PUT', '/preferences/personal', { state: 'on' }]]) {
        const r = await a.call(method, path, body)
        assert.deepEqual([r.status, r.body.reason, r.body.clause], [403, 'not_declared', 'NT-1.0'], path)
        assert.equal((await used(a))[0].decision, 'not_declared')
      }
      await query_once(a, service.key)
      assert.deepEqual(await held(a, 'visited_service'), [])
    })

    test('there is no cookie to refuse: those that are set are what a session needs', async () => {
      assert.deepEqual((await a.ok('GET', '/cookie-choices')).body.items, [])
      for (const use of ['analysis', 'identity']) assert.equal((await a.call('PUT', `/cookie-choices/${use}`, { state: 'refused' })).status, 404)
      const browser = new Browser(city)
      await browser.ok('POST', '/installations', { platform: 'web' })
      await agree(browser)
      await browser.ok('POST', '/page-views', { page: 'home' })
      assert.deepEqual([...browser.jar.keys()], ['tb_installation'])
    })
  } else {
    test('search history and favourites are not declared here: refused, written down, and nothing is kept [TJ-1.1.0.a]', async () => {
      const calls = [['GET', '/me/search-history'], ['PUT', '/me/search-history', { keyword: '社保' }], ['DELETE', '/me/search-history'], ['GET', '/me/favorites'],
        ['PUT', `/me/favorites/${service.key}`], ['DELETE', `/me/favorites/${service.key}`], ['PUT', '/preferences/history', { state: 'on' }]]
      for (const [method, path, body] of calls) {
        const r = await a.call(method, path, body)
        assert.deepEqual([r.status, r.body.reason, r.body.clause], [403, 'not_declared', 'TJ-1.1.0.a'], path)
        assert.equal((await used(a))[0].action, 'refuse')
      }
      assert.deepEqual([...await held(a, 'search_keyword'), ...await held(a, 'favorite')], [])
    })

    const recommended = async c => (await c.ok('GET', '/me/recommendations')).body

    test('[TJ-1.1.26.2] [TJ-1.2.1.5] what was used comes first, with services of its kind; of another person nothing', async () => {
      assert.deepEqual(await recommended(a), { on: true, frequent: [], related: [] })
      for (let i = 0; i < 3; i++) await query_once(a, service.key)
      const list = await recommended(a)
      assert.equal(list.frequent[0].key, service.key)
      assert.ok(list.related.length > 0 && list.related.every(s => s.category === service.category && s.key !== service.key))
      assert.deepEqual((await recommended(b)).frequent, [])
      assert.equal((await held(a, 'visited_service')).length, 3)
      assert.equal((await held(a, 'visited_service'))[0].masked, service.name)
    })

    test('[TJ-1.2.1.5] switched off, the lists are empty, the profile is gone, and every service answers as before', async () => {
      const before = (await query_once(a, service.key)).body
      await set(a, 'personal', 'off')
      assert.deepEqual(await recommended(a), { on: false, frequent: [], related: [] })
      assert.deepEqual(await held(a, 'visited_service'), [])
      const after = (await query_once(a, service.key)).body
      assert.deepEqual(after.result, before.result)
      assert.deepEqual(await held(a, 'visited_service'), [])
      const withdrawal = (await used(a)).find(u => u.action === 'withdraw' && u.service === 'personal_settings')
      assert.equal(withdrawal.items[0].key, 'visited_service')
      const all = async c => (await c.ok('GET', '/services?limit=100')).body
      assert.deepEqual(await all(a), await all(b))
      await set(a, 'personal', 'on')
      await query_once(a, service.key)
      assert.equal((await recommended(a)).frequent[0].key, service.key)
    })

    test('[TJ-1.1.26.3.a] analysis refused: no such cookie is set any more, no visit is counted, no service remembered', async () => {
      const browser = new Browser(city)
      await browser.ok('POST', '/installations', { platform: 'web' })
      await browser.ok('POST', '/page-views', { page: 'home' })
      assert.equal(browser.jar.has('tb_stat'), false, 'nothing before agreeing')
      await agree(browser)
      await browser.ok('POST', '/page-views', { page: 'home' })
      assert.match(browser.jar.get('tb_stat'), /^20\d{6}$/, 'a date, nothing else')
      await browser.ok('PUT', '/cookie-choices/analysis', { state: 'refused' })
      assert.equal(browser.jar.has('tb_stat'), false)
      for (const page of ['home', 'services', 'search']) await browser.ok('POST', '/page-views', { page })
      assert.equal(browser.jar.has('tb_stat'), false)

      await browser.ok('POST', '/sessions', { method: 'password', login: b.username, password })
      await query_once(browser, service.key)
      assert.deepEqual(await recommended(browser), { on: false, frequent: [], related: [] })
      assert.deepEqual(await held(browser, 'visited_service'), [])
      assert.equal((await browser.ok('GET', '/cookie-choices')).body.items.find(i => i.use === 'analysis').state, 'refused')
    })

    test('[TJ-1.1.26.1] [TJ-1.1.26.3.b] recognised by the cookie; refused, one logs in anew each time the browser was closed', async () => {
      const browser = new Browser(city)
      await browser.ok('POST', '/installations', { platform: 'web' })
      await agree(browser)
      await browser.ok('POST', '/sessions', { method: 'password', login: b.username, password })
      browser.close()
      assert.equal((await browser.call('GET', '/me')).status, 200)
      await browser.ok('PUT', '/cookie-choices/identity', { state: 'refused' })
      assert.equal((await browser.call('GET', '/me')).status, 200, 'as long as it is open')
      browser.close()
      assert.equal((await browser.call('GET', '/me')).status, 401)
      assert.deepEqual([...browser.jar.keys()], [])

      const again = new Browser(city)
      await again.ok('POST', '/installations', { platform: 'web' })
      await agree(again)
      await again.ok('PUT', '/cookie-choices/identity', { state: 'refused' })
      await again.ok('POST', '/sessions', { method: 'password', login: b.username, password })
      assert.equal(again.lasting.get('tb_session'), false)
      await again.ok('PUT', '/cookie-choices/identity', { state: 'allowed' })
      assert.equal(again.lasting.get('tb_session'), true)
      const effects = (await again.ok('GET', '/cookies')).body.items.filter(k => k.refusable)
      for (const k of effects) assert.ok(k.effect, `${k.key} says what suffers`)
    })
  }

  test('a guest who agreed to nothing sees the city, the policy, the catalogue and the registers, with no cookie at all', async () => {
    const guest = new Browser(city)
    for (const path of ['/city', '/policy/current', '/services', `/services/${service.key}`, '/sdks', '/cookies', '/definitions', '/items', '/statistics', '/ledger/checkpoint'])
      assert.equal((await guest.call('GET', path)).status, 200, path)
    assert.deepEqual([...guest.jar.keys()], [])
    for (const [method, path, body] of [['GET', '/me'], ['GET', '/cases'], ['POST', `/services/${service.key}/queries`, { fields: {} }]])
      assert.equal((await guest.call(method, path, body)).status, 401, path)
  })

  // What became of the sending, the visit and the answer for a repeated request are one write.
  test('a query asked again under its key is answered as before: nothing is read, sent or remembered a second time', async () => {
    await query_once(b, service.key)
    const [key, path] = [randomUUID(), `/services/${service.key}/queries`]
    const before = (await used(b))[0].n
    const first = await b.ok('POST', path, { fields: {} }, { key })
    const entries = (await used(b)).filter(u => u.n > before).reverse()
    const visit = name === 'tianjin' ? [['collect', 'personal_settings']] : []
    assert.deepEqual(entries.map(u => [u.action, u.service]), [['share', service.key], ['sent', service.key], ...visit])
    assert.equal(entries[0].n, first.body.usage_n)
    assert.equal(entries[1].decision, 'sent')
    const again = await b.ok('POST', path, { fields: {} }, { key })
    assert.deepEqual(again.body, first.body)
    assert.equal(again.headers.get('idempotent-replayed'), 'true')
    assert.equal((await used(b))[0].n, entries.at(-1).n)
    const other = await b.ok('POST', path, { fields: {} })
    assert.notEqual(other.body.query_id, first.body.query_id)
  })

  test(`numbers are kept without anybody in them, and small ones are not told ${name === 'tianjin' ? '[TJ-1.2.1.3.a] [TJ-1.2.1.3.b]' : '[NT-1.4.c] [NT-1.4.d]'}`, async () => {
    const told = async () => (await new Client(city).ok('GET', '/statistics')).body
    const of = async key => (await told()).items.find(i => i.kind === 'service' && i.key === key)?.times ?? 0
    const { least } = await told()
    const before = await of(service.key)
    for (let i = 0; i < least; i++) await query_once(b, service.key)
    const after = await of(service.key)
    assert.ok(after >= least && after > before, `${before} → ${after}`)
    for (const item of (await told()).items) {
      assert.deepEqual(Object.keys(item).sort(), ['key', 'kind', 'name', 'times'])
      assert.ok(item.times >= least, JSON.stringify(item))
    }
    assert.ok(!(await told()).items.some(i => i.kind === 'page'), 'pages were opened, but too seldom')
    // what is stored: no name, number, phone or account of anybody beside the counts
    if (process.env.TB_STORE) return
    const bytes = Buffer.concat(filesBelow(city.data).map(f => readFileSync(f)))
    for (const c of [a, b])
      for (const value of [c.person.real_name, c.person.resident_id_number, c.person.mobile_phone])
        assert.equal(bytes.includes(value), false)
    assert.equal(bytes.includes('搜索词22'), false)
  })
})
