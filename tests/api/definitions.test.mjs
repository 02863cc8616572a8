// The words of Nantong's policy as they act: kinds of recipients, kinds of items, whose an item is, what identifies on a network.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen, registrationValues, root, secondCheck, startCity, withConsents } from './helpers.mjs'
import { appealOf } from './careful.mjs'
import { officerOf } from './officers.mjs'

const tsv = readFileSync(join(root, 'tests/data/item_kinds.tsv'), 'utf8').trim().split('\n').slice(1).map(l => l.split('\t'))
const kinds = tsv.map(([clause, kind, name, items]) => ({ clause, kind, name, items: items.split(',') }))
const kindOf = new Map(kinds.flatMap(k => k.items.map(i => [i, k.kind])))
const receivers = ['organ', 'authorised', 'partner', 'affiliate', 'supplier']

let city, c, words
before(async () => {
  city = await startCity({ city: 'nantong' })
  c = await citizen(city)
  words = (await c.ok('GET', '/items')).body.kinds
})
after(() => city?.stop())

test('each receiver in the console is of one of the five kinds, and none is saved without [NT-A.4]', async () => {
  const policy = await officerOf(city, 'kinds', '政策岗 甲某'), privacy = await officerOf(city, 'papers', '专员 乙某', 'privacy_officer')
  const { recipients } = (await privacy.ok('GET', '/staff/papers')).body
  assert.ok(recipients.length > 20)
  for (const r of recipients) assert.ok(receivers.includes(r.kind), `${r.key}: ${r.kind}`)
  const { version } = (await c.ok('GET', '/policy/current')).body
  const file = `nantong/policy/${version}.yaml`, text = readFileSync(join(root, 'cities', file), 'utf8')
  const save = body => policy.call('POST', '/staff/releases', body)
  for (const wrong of ['friend', '', null]) {
    const r = await save({ base: 1, edits: [{ at: 'policy.version', value: '2026.7' }, { at: 'policy.recipients.0.kind', value: wrong }] })
    assert.equal(r.status, 400, String(wrong))
    assert.equal(r.body.errors[0].field, 'policy.recipients.0.kind')
  }
  const r = await save({ files: { [file]: text.replace(/^ {4}kind: organ\n/m, '') } })
  assert.equal(r.status, 400)
  assert.match(JSON.stringify(r.body.errors), /缺少“kind”；请写 kind: organ/)
  assert.deepEqual((await policy.ok('GET', '/staff/releases')).body.items.map(i => i.number), [1], 'nothing was saved')
})

test('every item stands under the kind that the register gives it, and an account\'s list says the same [NT-A.5]', async () => {
  for (const k of kinds) assert.deepEqual(words.find(w => w.key === k.kind).items.map(i => i.key).sort(), k.items, k.kind)
  await withConsents(c, 'POST', '/services/hotline_12345/cases', { fields: appealOf(c.person), attachments: [] })
  await c.ok('PUT', '/me/search-history', { keyword: '公积金' })
  const held = await c.all('/me/items')
  for (const i of held) assert.equal(i.kind, kindOf.get(i.key), i.key)
  for (const kind of ['basic', 'identity', 'net_identity', 'property', 'communication', 'net_log'])
    assert.ok(held.some(i => i.kind === kind), kind)
})

test('an item is always somebody\'s, and no item of a company is anybody\'s [NT-A.6]', async () => {
  const columns = city.sql("SELECT name, \"notnull\", pk FROM pragma_table_info('vault_item') WHERE name IN ('subject_id', 'item') ORDER BY pk;").split('\n')
  assert.deepEqual(columns, ['subject_id\t1\t1', 'item\t1\t3'], 'no item without its person')
  assert.notEqual(city.sql('SELECT COUNT(*) FROM vault_item;'), '0')
  assert.equal(city.sql('SELECT COUNT(*) FROM vault_item WHERE subject_id NOT IN (SELECT subject_id FROM account);'), '0')
  const companies = words.find(w => w.key === 'organisation').items.map(i => i.key)
  assert.ok(companies.includes('org_name') && companies.includes('uscc'))
  for (const item of companies) assert.ok(!kindOf.has(item), `${item} is no personal information`)
  const { wanted } = await registrationValues(await city.client(), await city.person())
  for (const [item, value] of [['org_name', '示例有限公司'], ['uscc', '91350100M000100Y43']]) {
    const form = await c.refused('POST', '/services/housing_fund_query/queries', { fields: { [item]: value } })
    assert.deepEqual([form.status, form.reason], [403, 'not_declared'], item)
    assert.deepEqual((await (await city.client()).refused('POST', '/accounts', { ...wanted, [item]: value })).errors.map(e => e.field), [item])
    assert.ok((await c.call('PUT', `/me/items/${item}`, { value })).status >= 400)
  }
  assert.equal(city.sql(`SELECT COUNT(*) FROM vault_item WHERE item IN (${companies.map(i => `'${i}'`).join()});`), '0')
})

test('what identifies on a network needs a consent of its own, and is masked until a second check [NT-A.7.5]', async () => {
  for (const i of words.find(w => w.key === 'net_identity').items) assert.equal(i.sensitive, true, i.key)
  const d = await city.client() // agreed to the policy, and to nothing else
  const { wanted } = await registrationValues(d, await city.person())
  assert.ok(kindOf.get('username') === 'net_identity' && wanted.username)
  const accounts = () => city.sql("SELECT COUNT(*) FROM vault_item WHERE item = 'username';")
  const before = accounts()
  const refused = await d.refused('POST', '/accounts', wanted)
  assert.deepEqual([refused.status, refused.reason, refused.clause], [403, 'consent_required', 'NT-A.7'])
  assert.ok(refused.next.find(n => n.action === 'give_consent').items.includes('username'))
  assert.equal(accounts(), before, 'nothing of it was kept')
  const shown = async () => (await c.all('/me/items')).find(i => i.key === 'username')
  assert.ok((await shown()).sensitive && !(await shown()).masked.includes(c.username) && (await shown()).masked.includes('*'))
  const asked = await c.refused('POST', '/me/items/username/reveal', {})
  assert.deepEqual([asked.status, asked.reason], [403, 'second_check_required'])
  await secondCheck(c)
  assert.equal((await c.ok('POST', '/me/items/username/reveal', {})).body.value, c.username)
})
