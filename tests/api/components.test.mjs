// What the built web app is made of, against the reviewed list: no code of an SDK's vendor comes in unseen.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './helpers.mjs'

const dist = join(root, 'web/dist')
const reviewed = { package: new Set(), host: new Set() }
for (const line of readFileSync(join(root, 'tests/data/web_components.txt'), 'utf8').split('\n').filter(l => l && !l.startsWith('#'))) {
  const [sort, name] = line.split(' ')
  reviewed[sort].add(name)
}

const lock = JSON.parse(readFileSync(join(root, 'web/package-lock.json'), 'utf8'))
const packages = Object.entries(lock.packages).filter(([path, p]) => path && !p.dev && !p.devOptional).map(([path]) => path.replace(/^.*node_modules\//, ''))
// Hosts of absolute addresses, and of those without a scheme where something is loaded from.
const hostsIn = text => [...text.matchAll(/(?:https?|wss?):\/\/([\w.-]+)/g), ...text.matchAll(/(?:src|href|url)\s*[=(]\s*["'`]?\/\/([\w-]+\.[\w.-]+)/g)].map(m => m[1])

test('[TJ-1.1.25.b] [TJ-1.1.25.k] every package of the web app is on the reviewed list', () => {
  assert.ok(packages.length > 4, 'the lock file is read')
  assert.deepEqual(packages.filter(p => !reviewed.package.has(p)), [])
})

test('the reviewed list names nothing that is gone', () => {
  assert.deepEqual([...reviewed.package].filter(p => !packages.includes(p)), [])
})

test('an outside host is found however it is written', () => {
  assert.deepEqual(hostsIn('fetch("https://a.example/x"); new WebSocket("wss://b.example")'), ['a.example', 'b.example'])
  assert.deepEqual(hostsIn('<script src="//c.example/s.js">'), ['c.example'])
})

test('[TJ-1.1.25.b] [TJ-1.1.25.k] the built web app names no outside host that was not reviewed', () => {
  assert.ok(existsSync(join(dist, 'index.html')), 'web/dist is built: run tools/web.sh')
  const files = readdirSync(dist, { recursive: true }).filter(f => /\.(js|css|html)$/.test(f))
  assert.ok(files.some(f => f.endsWith('.js')), 'there are scripts')
  const found = files.flatMap(f => hostsIn(readFileSync(join(dist, f), 'utf8')).filter(h => !reviewed.host.has(h)).map(h => `${f}: ${h}`))
  assert.deepEqual(found, [])
})
