// What the web client believes of the API is compared with the document that the server prints: calls and the members of answers.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, tongban } from './helpers.mjs'

const document = JSON.parse(execFileSync(tongban, ['openapi'], { encoding: 'utf8' }))
const folder = join(root, 'web/shared/api')
const files = readdirSync(folder).filter(name => name.endsWith('.ts') && name !== 'index.ts').sort()
const source = files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
const methods = { get: 'get', requestText: 'get', requestBlob: 'post', post: 'post', create: 'post', put: 'put', del: 'delete' }

// Each call: method, path with {} for what is filled in, and the type of the answer.
function callsOf(text) {
  const found = [...text.matchAll(/\b(get|post|create|put|del|requestText|requestBlob)(?:<((?:[^<>()]|<[^<>]*>)*)>)?\(\s*(['`])(\/.*?)\3/g)]
    .map(([, fn, type, , path]) => ({ method: methods[fn], type, path }))
  const raw = [...text.matchAll(/\brequest<((?:[^<>()]|<[^<>]*>)*)>\(\s*'([A-Z]+)',\s*(['`])(\/.*?)\3/g)]
    .map(([, type, method, , path]) => ({ method: method.toLowerCase(), type, path }))
  return [...found, ...raw].map(c => ({ ...c,
    path: '/api/v1' + c.path.replace(/\$\{query\(.*$/, '').replace(/\?.*$/, '').replace(/\$\{[^}]*\}/g, '{}') }))
}

const operation = call => {
  const path = Object.keys(document.paths).find(p => p.replace(/\{[^}]*\}/g, '{}') === call.path)
  return path && document.paths[path][call.method]
}

const interfaces = new Map([...source.matchAll(/export interface (\w+)(?: extends (\w+))? \{\n([^]*?)\n\}/g)].map(([, name, base, body]) => [name, { base,
  members: [...body.matchAll(/^\t(\w+)(\??):/gm)].map(([, member, optional]) => ({ member, optional: optional === '?' })) }]))
const membersOf = name => {
  const i = interfaces.get(name)
  return i ? [...i.members, ...(i.base ? membersOf(i.base) : [])] : []
}

test('the client is read at all', () => {
  assert.ok(callsOf(source).length > 200, String(callsOf(source).length))
  assert.ok(interfaces.size > 15)
})

test('the index hands on every file of the client, and nothing stands beside the folder', () => {
  const handed = [...readFileSync(join(folder, 'index.ts'), 'utf8').matchAll(/^export \* from '\.\/(\w+)'$/gm)].map(m => `${m[1]}.ts`)
  assert.deepEqual(handed, files)
  assert.ok(!existsSync(`${folder}.ts`), 'web/shared/api.ts would hide the folder')
})

test('every call of the web client is a route of the document', () => {
  const missing = callsOf(source).filter(c => !operation(c)).map(c => `${c.method} ${c.path}`)
  assert.deepEqual(missing, [])
})

test('every member that the web client relies on stands in the answer', () => {
  const wrong = []
  let compared = 0
  for (const call of callsOf(source)) {
    const answers = Object.entries(operation(call)?.responses ?? {}).filter(([status]) => status.startsWith('2')).map(([, r]) => r)
    let schema = answers[0]?.content?.['application/json']?.schema
    const page = /^(?:Page<(\w+)>|\{ items: (\w+)\[\] \})$/.exec(call.type ?? '')
    if (page) schema = schema?.properties?.items?.items
    const members = membersOf(page ? page[1] ?? page[2] : call.type)
    if (!schema?.properties || members.length === 0) continue
    for (const { member, optional } of members) {
      compared++
      if (!optional && !(member in schema.properties)) wrong.push(`${call.method} ${call.path}: ${member}`)
    }
  }
  assert.ok(compared > 60, `${compared} members were compared`)
  assert.deepEqual(wrong, [])
})
