// Policy and user agreement, and the paragraphs of both that each form rests on.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agree, cities, Client, register, root, startCity, tongban, until } from './helpers.mjs'
import { officerOf } from './officers.mjs'

const document = JSON.parse(execFileSync(tongban, ['openapi'], { encoding: 'utf8' }))

// Routes of people that send something and yet take no item of anybody: each says why.
const takesNothing = {
  acceptance_create: 'the agreement to both texts, which are shown whole',
  installation_create: 'the kind of client only',
  ward_use_agree: 'a guardian\'s word on a use of what is held, by a text of its own',
  me_reveal: 'shows what is held',
  notice_shown: 'that a notice was on the screen',
  message_read: 'the state of a message',
  subscription_put: 'a choice about messages',
  cookie_choice_put: 'a choice about cookies, in the cookie itself',
  sdk_choice_put: 'a choice about foreign code',
  sdk_call: 'asks beforehand whether foreign code may be called',
  page_view: 'a count without a person',
  publication_agree: 'publishes what is held, by a text of its own',
  rating_shown_put: 'how a rating that is held is signed',
  withdrawal_create: 'takes consents back',
  partner_deliver: 'a partner\'s program',
  partner_promotion_use: 'a partner\'s program',
  staff_login: 'staff',
}

const forms = Object.values(document.paths).flatMap(methods => Object.entries(methods))
  .filter(([method, o]) => ['post', 'put'].includes(method) && o['x-caller'] !== 'staff').map(([, o]) => o)

// A press alone brings nothing along.
const empty = o => {
  const body = o.requestBody?.content['application/json']?.schema
  return !body || (Object.keys(body.properties ?? {}).length === 0 && body.additionalProperties === false)
}

test('each route by which people send something names what it takes, or takes nothing [NT-3.3.1.b]', () => {
  assert.ok(forms.length > 50, String(forms.length))
  const silent = forms.filter(o => !o['x-takes'] && !takesNothing[o.operationId] && !empty(o)).map(o => `${o.operationId} (${o.summary}): .takes of its route, or a reason here`)
  assert.deepEqual(silent, [])
  for (const operation of Object.keys(takesNothing))
    assert.equal(forms.find(o => o.operationId === operation)?.['x-takes'] ?? null, null, `${operation} takes something now`)
})

// ---- the screens ------------------------------------------------------------------------------------------------

const sources = new Map(walk(join(root, 'web/citizen/src')).map(path => [path, readFileSync(path, 'utf8')]))

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? walk(join(folder, e.name)) : /\.(vue|ts)$/.test(e.name) ? [join(folder, e.name)] : []))
}

// Functions of the client that send what a form takes: name → operation.
function sendersOf() {
  const methods = { get: 'get', requestText: 'get', requestBlob: 'post', post: 'post', create: 'post', put: 'put', del: 'delete' }
  const operations = new Map(Object.entries(document.paths).flatMap(([path, all]) => Object.entries(all).map(([method, o]) => [`${method} ${path.replace(/\{[^}]*\}/g, '{}')}`, o])))
  const found = new Map()
  for (const file of readdirSync(join(root, 'web/shared/api')))
    for (const [, name, body] of readFileSync(join(root, 'web/shared/api', file), 'utf8').matchAll(/export (?:const|async function|function) (\w+)([^]*?)(?=\nexport |$(?![^]))/g))
      for (const call of [...body.matchAll(/\b(get|post|create|put|del|requestText|requestBlob)\s*(?:<(?:[^<>()]|<[^<>]*>)*>)?\(\s*[`'](\/[^`']*)/g)].map(m => [methods[m[1]], m[2]])
        .concat([...body.matchAll(/\brequest\s*(?:<(?:[^<>()]|<[^<>]*>)*>)?\(\s*'([A-Z]+)',\s*[`'](\/[^`']*)/g)].map(m => [m[1].toLowerCase(), m[2]]))) {
        const o = operations.get(`${call[0]} /api/v1${call[1].replace(/\$\{query\(.*$/, '').replace(/\?.*$/, '').replace(/\$\{[^}]*\}/g, '{}')}`)
        if (o?.['x-takes']) found.set(name, o.operationId)
      }
  return found
}

const importsOf = text => [...text.matchAll(/import [^;\n]*? from '([^']+)'|import\('([^']+)'\)/g)].map(m => m[1] ?? m[2])
const resolved = (from, what) => {
  const base = what.startsWith('@/') ? join(root, 'web/citizen/src', what.slice(2)) : what.startsWith('.') ? join(from, '..', what) : null
  return base && [base, `${base}.ts`, `${base}.vue`].find(p => sources.has(p))
}
const linesOf = path => [...(sources.get(path) ?? '').matchAll(/<BasisLine[^>]*>/g)].map(m => m[0])
const names = (path, operation) => linesOf(path).some(l => new RegExp(`[":\\s(']${operation}["'\\s]`).test(l))
const childrenOf = path => importsOf(sources.get(path)).map(w => resolved(path, w)).filter(p => p?.endsWith('.vue'))
const importersOf = path => [...sources.keys()].filter(p => importsOf(sources.get(p)).some(w => resolved(p, w) === path))

// What the app sends by itself, or when it goes online again, has no screen of its own; these say it.
const saidBy = { 'app/visits.ts': 'features/uselog/UseLogPage.vue', 'app/network.ts': 'features/permissions/PermissionRow.vue' }

test('each screen that sends what it takes has the line that leads to both texts [NT-3.3.1.b]', () => {
  const senders = sendersOf(), missing = []
  let looked = 0
  assert.ok(senders.size > 30, [...senders.keys()].join(' '))
  for (const [path, text] of sources) {
    const used = [...text.matchAll(/import \{([^}]*)\} from '@shared\/api'/g)].flatMap(m => m[1].split(',').map(n => n.trim().split(' as ')[0])).filter(n => senders.has(n))
    for (const operation of new Set(used.map(n => senders.get(n)))) {
      looked++
      const own = saidBy[path.slice(join(root, 'web/citizen/src/').length)], said = own && join(root, 'web/citizen/src', own)
      const near = said ? [said] : [path, ...childrenOf(path)]
      const parents = importersOf(path)
      // a part of a form: whoever shows it has a line
      const within = parents.length > 0 && parents.every(p => [p, ...childrenOf(p)].some(q => q !== path && linesOf(q).length > 0))
      if (!near.some(p => names(p, operation)) && !(within && !said)) missing.push(`${path.slice(path.indexOf('web/'))}: <BasisLine form="${operation}">`)
    }
  }
  assert.ok(looked > 30, String(looked))
  assert.deepEqual(missing, [])
  const known = new Set(forms.filter(o => o['x-takes']).map(o => o.operationId))
  for (const path of sources.keys())
    for (const line of linesOf(path))
      for (const [operation] of / :?form="([^"]*)"/.exec(line)[1].matchAll(/\b[a-z]+_\w+/g)) assert.ok(known.has(operation), `${path}: ${operation} is no form`)
})

const idsOf = html => [...html.matchAll(/ id="([^"]+)"/g)].map(m => m[1])
const rowOf = (html, id) => {
  const at = html.indexOf(` id="${id}"`), from = html.lastIndexOf('<tr', at)
  return html.slice(from, html.indexOf('</tr>', at)).replace(/<[^>]*>/g, ' ')
}

for (const name of cities) {
  describe(name, { concurrency: false }, () => {
    let city, c
    const pages = new Map()
    before(async () => {
      city = await startCity({ city: name })
      c = await city.client({ agreed: false })
    })
    after(() => city?.stop())

    async function page(url) {
      const path = url.split('#')[0]
      if (!pages.has(path)) {
        const r = await fetch(city.base + path)
        pages.set(path, { status: r.status, type: r.headers.get('content-type'), html: await r.text() })
      }
      return pages.get(path)
    }

    // Both links of a paragraph lead to a page that is there, and to one place on it.
    async function follow(paragraph, what) {
      for (const [text, path] of [['policy', '/policy'], ['agreement', '/agreement']]) {
        const { name: title, url } = paragraph[text]
        const [at, id] = url.split('#'), { status, html } = await page(url)
        assert.ok(at === path && id && title, `${what}: ${url}`)
        assert.equal(status, 200, `${what}: ${url}`)
        assert.equal(idsOf(html).filter(i => i === id).length, 1, `${what}: ${url} is no place of its own`)
        assert.ok(rowOf(html, id).includes(title), `${what}: ${url} does not say ${title}`)
      }
    }

    test('both texts are read by anybody, without a script, in one version [NT-3.3.1.b]', async () => {
      const { version, hash, agreement_url } = (await c.ok('GET', '/policy/current')).body
      assert.equal(agreement_url, `/agreement/${version}`)
      for (const path of ['/policy', '/agreement', agreement_url, `/policy/${version}`]) {
        const { status, type, html } = await page(path)
        assert.equal(status, 200, path)
        assert.match(type, /^text\/html/)
        assert.ok(html.includes(hash) && html.includes(`<dd>${version}</dd>`) && !html.includes('<script'), path)
        assert.deepEqual(idsOf(html).filter((id, i, all) => all.indexOf(id) !== i), [], `${path}: ids that stand twice`)
        assert.ok(!/[{}]/.test(html.replace(/<style>[^]*?<\/style>/, '')), `${path}: a fact was not filled in`)
      }
      const { html } = await page('/agreement'), { name: product, controller } = (await c.ok('GET', '/city')).body
      for (const word of [`<h1>${product}用户服务协议</h1>`, controller, '使用目的', '第三方服务', '责任', '协议的变更', '联系我们']) assert.ok(html.includes(word), word)
      assert.equal((await fetch(`${city.base}/agreement/1999.1`)).status, 404)
      const pdf = await fetch(`${city.base}/agreement.pdf`)
      assert.equal(Buffer.from(await pdf.arrayBuffer()).subarray(0, 5).toString(), '%PDF-')
    })

    test('each form leads to its paragraph of both texts [NT-3.3.1.b]', async () => {
      for (const o of forms.filter(o => o['x-takes'] && o['x-takes'] !== '*')) {
        const { items } = (await c.ok('GET', `/paragraphs?form=${o.operationId}`)).body
        assert.ok(items.length > 0, o.operationId)
        for (const p of items) await follow(p, o.operationId)
      }
      assert.equal((await c.refused('GET', '/paragraphs?form=no_such_form')).status, 404)
      assert.equal((await c.refused('GET', '/paragraphs?service=no_such_service')).status, 404)
    })

    test('each service leads to its own, which says what is typed, what for, and who gets it [NT-3.3.1.b]', async () => {
      const services = await c.all('/services')
      assert.ok(services.length > 20)
      for (const { key } of services) {
        const s = (await c.ok('GET', `/services/${key}`)).body
        assert.equal(s.paragraphs.length, 1, key)
        await follow(s.paragraphs[0], key)
        const row = rowOf((await page('/agreement')).html, `service-${key}`), policy = rowOf((await page('/policy')).html, `service-${key}`)
        for (const word of [s.name, s.purpose_name, ...s.fields.map(f => f.name), ...s.shared.map(i => i.name), ...s.recipients.slice(0, 1).map(r => r.name)])
          assert.ok(row.includes(word), `${key}: ${word} in ${row}`)
        for (const word of [s.name, s.purpose_name, ...s.fields.map(f => f.name), ...s.shared.map(i => i.name)])
          assert.ok(policy.includes(word), `${key}: ${word} in ${policy}`)
        for (const form of ['query_run', 'case_file', 'consent_give'])
          assert.deepEqual((await c.ok('GET', `/paragraphs?form=${form}&service=${key}`)).body.items, s.paragraphs)
      }
    })

    test('each permission and each recipient has its place on both pages [NT-3.3.1.b]', async () => {
      const { items } = (await c.ok('GET', '/permissions')).body
      assert.ok(items.length > 5)
      for (const { key } of items) {
        const found = (await c.ok('GET', `/paragraphs?form=permission_put&permission=${key}`)).body.items
        assert.equal(found.length, 1)
        await follow(found[0], key)
      }
      const kinds = /^(category|service|permission|recipient|sdk)-/, all = async path => idsOf((await page(path)).html).filter(id => kinds.test(id)).sort()
      assert.deepEqual(await all('/agreement'), await all('/policy'), 'the same uses on both')
      for (const kind of ['category', 'service', 'permission', 'recipient', 'sdk']) assert.ok((await all('/policy')).some(id => id.startsWith(`${kind}-`)), kind)
    })

    test('who agrees agrees to a version of both, which is kept [NT-3.3.1.b]', async () => {
      const mine = new Client(city)
      await mine.ok('POST', '/installations', { platform: 'web' }).then(r => { mine.token = r.body.token })
      await agree(mine)
      const { version, hash } = (await mine.ok('GET', '/policy/current')).body
      const [given] = (await mine.ok('GET', '/acceptances')).body.items
      assert.deepEqual([given.version, given.agreement_version, given.hash], [version, version, hash])
      await register(mine, await city.person())
      const [kept] = (await mine.ok('GET', '/acceptances')).body.items
      assert.deepEqual([kept.version, kept.agreement_version, kept.hash], [version, version, hash])
    })

    test('officers change the agreement as they change the policy; the version before stays readable [NT-3.3.1.b]', async () => {
      const li = await officerOf(city, 'li', '政策岗 李某'), wu = await officerOf(city, 'wu', '政策岗 吴某')
      const old = (await c.ok('GET', '/policy/current')).body
      const { number } = (await li.ok('POST', '/staff/releases', { base: old.number, edits: [
        { at: 'agreement.6.sections.0.paragraphs', value: ['本平台的标识属于{controller}，改写后的一句。'] }, { at: 'policy.version', value: '2099.1' }] })).body
      await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '改写知识产权一章' })
      await wu.ok('POST', `/staff/releases/${number}/approve`, {})
      await li.ok('POST', `/staff/releases/${number}/publish`, { effective: 'now' })
      await city.advance('PT70S')
      const now = await until(async () => {
        const { body } = await c.ok('GET', '/policy/current')
        return body.version === '2099.1' && body
      }, 'the new version')
      assert.notEqual(now.hash, old.hash, 'one hash for both texts')
      const html = async path => (await fetch(city.base + path)).text(), { controller } = (await c.ok('GET', '/city')).body
      assert.ok((await html('/agreement')).includes(`本平台的标识属于${controller}，改写后的一句。`))
      const before = await html(`/agreement/${old.version}`)
      assert.ok(!before.includes('改写后的一句') && before.includes(old.hash) && before.includes('以上不是现行版本'))
      assert.ok((await html('/agreement')).includes(`href="/agreement/${old.version}"`))
      const { changes } = (await c.ok('GET', '/policy/2099.1/changes')).body
      assert.deepEqual(changes.map(x => x.text), ['用户服务协议“七、知识产权”一章的文字有修改。'])
      for (const text of ['本平台的标识属于{no_such_fact}。', '本平台的标识属于{controller'])
        assert.equal((await li.refused('POST', '/staff/releases', { base: now.number, edits: [{ at: 'agreement.6.sections.0.paragraphs', value: [text] }] })).errors[0].field.startsWith('agreement.6'), true)
    })
  })
}
