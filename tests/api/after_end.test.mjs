// After the account is cancelled, after the person deleted the item, and after its period, nothing of it is used commercially:
// neither by the partner of a promotion, nor in a set of what partners delivered, nor as one of those who use a service.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cities, citizen, login, root, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { query } from './careful.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { partnerCall } from './partner_calls.mjs'

const partner = 'promotion_partner'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let folder, city, s, policy, accounts
  const day = async days => new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + (days * 24 + 8) * 3600000).toISOString().slice(0, 10)
  const offices = async () => { [s, policy] = [await openOffice(city, accounts[0]), await openOffice(city, accounts[1])] }
  const again = async c => { c.token = c.installation; await login(c, c.username) }
  const usage = c => c.all('/me/usage')
  const deleted = async (c, item) => {
    await secondCheck(c)
    const r = (await c.ok('POST', '/me/requests', { kind: 'delete', items: [item], text: '请删除这一项' })).body
    await s.ok('POST', `/staff/requests/${r.id}/answer`, { answer: '按您的请求已经删除' })
  }
  const groups = async (fields, purpose = '评估经营的效果') => {
    const { id } = (await s.ok('POST', '/staff/analysis', { fields, purpose, ...(name === 'nantong' ? { part: 'operate_performance', product: 'app' } : {}) })).body
    await until(async () => { await city.settle(); return (await s.ok('GET', '/staff/analysis')).body.items.find(a => a.id === id).state === 'ready' }, 'the set')
    return Object.fromEntries((await s.ok('GET', `/staff/analysis/${id}`)).body.groups.map(g => [g.values.join(), g.people]))
  }

  before(async () => {
    // k is a setting: one person makes a group here
    folder = mkdtempSync(join(tmpdir(), 'tongban-end-'))
    cpSync(join(root, 'cities'), join(folder, 'cities'), { recursive: true })
    const file = join(folder, 'cities', name, 'city.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^  k: 10 .*$/m, '  k: 1'))
    city = await startCity({ city: name, cities: join(folder, 'cities') })
    accounts = [addOfficer(city, 'privacy', '专员 吴某', 'privacy_officer'), addOfficer(city, 'policy', '政策岗 周某')]
    await offices()
  })
  after(async () => {
    await city?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('who took the consent back is not counted among those who use a service [NT-3.1.c] [TJ-3.2.c]', async () => {
    const c = await citizen(city), field = `category:${(await c.ok('GET', `/services/${query[name]}`)).body.category}`
    const users = async () => (await groups([field]))['使用'] ?? 0
    const none = await users()
    await withConsents(c, 'POST', `/services/${query[name]}/queries`, { fields: {} })
    assert.equal(await users(), none + 1)
    for (const k of (await c.ok('GET', '/consents')).body.items.filter(k => k.scope === query[name] && !k.withdrawn_at)) await c.ok('DELETE', `/consents/${k.id}`)
    assert.equal(await users(), none, 'a consent that was taken back is no use')
  })

  if (name === 'tianjin') return

  const joined = async c => {
    const drawn = (await policy.ok('POST', '/staff/promotions', { title: '消费券', text: '在合作商户消费时抵扣。', kind: 'coupon', partner, data: ['entry_number'], options: [],
      from: await day(0), until: await day(10) })).body
    await s.ok('POST', `/staff/promotions/${drawn.id}/agreement`, {})
    const page = async () => (await c.ok('GET', `/promotions/${drawn.id}`)).body
    await c.ok('POST', `/promotions/${drawn.id}/entry`, { text_hash: (await page()).text_hash })
    await until(async () => { await city.settle(); return (await page()).joined === 'sent' }, 'the sending')
    const { entry } = (await city.received(partner)).find(r => r.path === 'promotions' && r.body.promotion === drawn.id).body
    return () => partnerCall(city, partner, 'promotion-uses', { entry, purpose: 'promotion' })
  }
  const delivered = async c => {
    const own = (await c.ok('GET', '/me/partner-data')).body.items.find(k => k.key === 'spending_points')
    const { grant } = (await c.ok('PUT', '/me/partner-data/spending_points', { text_hash: own.text_hash })).body
    assert.equal((await partnerCall(city, partner, 'deliveries', { cooperation: 'spending_points', grant, reference: 'points-0001', items: { 积分余额: '120' } })).status, 201)
  }
  const counted = async () => (await groups(['partner:spending_points']))['有'] ?? 0

  test('deleted by the person: the partner is refused, the person reads it, and no set counts it [NT-3.1.b]', async () => {
    const c = await citizen(city), use = await joined(c)
    await delivered(c)
    const ok = await use()
    assert.deepEqual([ok.status, Object.keys(ok.body.items)], [200, ['campaign_data']], 'before')
    assert.equal(await counted(), 1)
    await deleted(c, 'campaign_data')
    const no = await use()
    assert.deepEqual([no.status, no.body.reason, no.body.clause], [410, 'gone', 'NT-3.1.b'])
    const [last] = await usage(c)
    assert.deepEqual([last.action, last.decision, last.recipient], ['refuse', 'gone', partner])
    await deleted(c, 'indirect_data')
    assert.equal(await counted(), 0)
  })

  test('after the period of the item the partner is refused, and no set counts it [NT-3.1.b]', async () => {
    const c = await citizen(city), use = await joined(c)
    await delivered(c)
    assert.equal((await use()).status, 200, 'before')
    assert.equal(await counted(), 1)
    await city.advance('P45D') // the promotion is over, and the 30 days after it
    await city.settle()
    const no = await use()
    assert.deepEqual([no.status, no.body.reason], [403, 'consent_required'])
    await again(c)
    assert.ok(!(await c.ok('GET', '/me/items')).body.items.some(i => i.key === 'campaign_data'))
    await city.advance('P140D') // what was delivered is kept for 180 days
    await city.settle()
    await offices()
    assert.equal(await counted(), 0)
  })

  test('after the account was cancelled nobody uses anything of it commercially [NT-3.1.b]', async () => {
    const c = await citizen(city), use = await joined(c)
    await delivered(c)
    assert.equal((await use()).status, 200, 'before')
    assert.equal(await counted(), 1)
    await secondCheck(c)
    const scope = (await c.ok('GET', '/city')).body.features.cancel_scopes[0].key
    const preview = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)
    const no = await use()
    assert.ok([403, 404, 410].includes(no.status), JSON.stringify(no.body))
    assert.equal(no.body.items, undefined)
    await city.settle()
    assert.equal((await use()).status, 404, 'there is no such entry any more')
    assert.equal(await counted(), 0)
  })
})
