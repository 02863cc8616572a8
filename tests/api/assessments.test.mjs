// New processings are assessed before they are switched on: derived by the server, answered by one privacy officer,
// agreed to by another; nothing else is published, by console or command line.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { cities, root, startCity, until } from './helpers.mjs'
import { answers } from './assessments.mjs'
import { officerOf } from './officers.mjs'

for (const name of cities) {
  let city, li, wu, one, two, auditor, document, category, item
  const all = name === 'nantong'
  before(async () => {
    city = await startCity({ city: name })
    li = await officerOf(city, 'li', '政策岗 李某')
    wu = await officerOf(city, 'wu', '政策岗 吴某')
    one = await officerOf(city, 'one', '评估岗 田某', 'privacy_officer')
    two = await officerOf(city, 'two', '评估岗 方某', 'privacy_officer')
    auditor = await officerOf(city, 'audit', '审计员 何某', 'auditor')
    document = (await li.ok('GET', '/staff/releases/1/document')).body.document
    category = document.policy.categories.findIndex(c => c.kind === 'service' && c.collect)
    item = document.items.filter(i => i.sensitive && !document.policy.categories[category].collect.items.includes(i.key))[0].key
  })
  after(() => city?.stop())

  const collected = () => document.policy.categories[category].collect.items
  const collect = items => ({ at: `policy.categories.${category}.collect.items`, value: items })
  const draft = async (version, ...edits) => (await li.ok('POST', '/staff/releases', { base: await newest(), edits: [{ at: 'policy.version', value: version }, ...edits] })).body.number
  const newest = async () => (await li.ok('GET', '/staff/releases')).body.items.find(r => r.state === 'published').number
  const stateOf = async (number, who = li) => (await who.ok('GET', `/staff/releases/${number}/assessment`)).body
  const approve = async number => {
    await li.ok('POST', `/staff/releases/${number}/submit`, { summary: '收集的信息有变化' })
    await wu.ok('POST', `/staff/releases/${number}/approve`, {})
  }
  const publish = number => li.call('POST', `/staff/releases/${number}/publish`, { effective: 'now' })
  const assess = async (number, change = {}) => {
    const keys = (await stateOf(number, one)).fresh.map(p => p.key)
    return (await one.ok('POST', `/staff/releases/${number}/assessment`, { ...answers, keys, ...change })).body
  }
  const decide = (who, id, agrees, note) => who.call('POST', `/staff/assessments/${id}/decision`, { agrees, note })

  test(`${name}: the first version comes with the assessments of all that it does [NT-3.3.2.g]`, async () => {
    const first = await stateOf(1, one)
    assert.equal(first.unassessed, 0)
    assert.ok(first.fresh.length > 500 && first.fresh.every(p => p.stands === 'allowed'))
    assert.equal(first.clause, all ? 'NT-3.3.2.g' : null)
    const { items } = (await auditor.ok('GET', '/staff/assessments')).body
    assert.deepEqual([...new Set(items.map(a => a.state))], ['agreed'])
    assert.equal(items.reduce((sum, a) => sum + a.processings, 0), first.fresh.length)
    const whole = await Promise.all(items.map(async a => (await auditor.ok('GET', `/staff/assessments/${a.id}`)).body))
    assert.ok(whole.length > 3 && whole.every(a => new Set(a.covers.map(p => p.kind)).size === 1), 'each about one kind')
    for (const a of whole) assert.ok(a.officer !== a.second && a.document && a.covers.length === a.processings)
  })

  test(`${name}: a new processing is not published before two officers assessed exactly it [NT-3.3.2.g] [NT-6.2.6]`, async () => {
    const number = await draft('2090.1', collect([...collected(), item]))
    const key = `collect/category/${document.policy.categories[category].key}/${item}`
    const fresh = await stateOf(number)
    assert.deepEqual([fresh.fresh.map(p => [p.key, p.kind, p.stands]), fresh.unassessed], [[[key, 'collect', 'missing']], 1])
    await approve(number)
    const refused = await publish(number)
    assert.equal(refused.status, 409)
    assert.match(refused.body.detail, /1 项新的处理活动/)
    assert.deepEqual(refused.body.errors.map(e => e.field), [key], 'under its own name')
    assert.match(refused.body.errors[0].message, /尚未评估/)
    for (const way of [['--by', 'li'], ['--development', '--cities', join(root, 'cities')]])
      assert.throws(() => city.cli('release', 'publish', String(number), '--data', city.data, ...way), e => /尚未评估/.test(e.stderr), way[0])

    const form = { ...answers, keys: [key] }
    for (const [who, status] of [[li, 403], [auditor, 403]]) assert.equal((await who.call('POST', `/staff/releases/${number}/assessment`, form)).status, status)
    for (const [change, field] of [[{ keys: [] }, 'keys'], [{ keys: [key, key] }, 'keys'], [{ keys: [key.replace('collect/', 'use/')] }, 'keys'],
      [{ lawful: '合法' }, 'lawful'], [{ impact: '' }, 'impact'], [{ protection: '足够' }, 'protection']])
      assert.equal((await one.refused('POST', `/staff/releases/${number}/assessment`, { ...form, ...change })).errors[0].field, field)
    assert.deepEqual((await one.refused('POST', `/staff/releases/${number}/assessment`, {})).errors.map(e => e.field), ['keys', 'lawful', 'impact', 'protection', 'risk', 'allowed'])
    assert.equal((await one.call('POST', '/staff/releases/1/assessment', form)).status, 409, 'what runs is not assessed afterwards')

    const first = await assess(number)
    assert.equal((await stateOf(number)).fresh[0].stands, 'waiting')
    assert.match((await publish(number)).body.errors[0].message, /第二位/)
    const own = await decide(one, first.id, true)
    assert.deepEqual([own.status, own.body.reason], [403, 'not_yours'])
    assert.equal((await decide(li, first.id, true)).status, 403)
    assert.equal((await decide(two, first.id, false)).body.errors[0].field, 'note')
    assert.equal((await decide(two, first.id, false, '没有写明替代方案')).body.state, 'rejected')
    assert.equal((await decide(two, first.id, true)).status, 409, 'decided once')
    assert.match((await publish(number)).body.errors[0].message, /尚未评估/)
    const { previous, fresh: [again] } = await stateOf(number, one)
    assert.deepEqual([previous.id, previous.state, previous.note, again.told_before, again.stands], [first.id, 'rejected', '没有写明替代方案', true, 'missing'], 'to be read again, not agreed')

    assert.equal((await decide(two, (await assess(number, { allowed: false })).id, true)).status, 200)
    assert.match((await publish(number)).body.errors[0].message, /不得启用/)
    const { id } = await assess(number, { risk: 'high' })
    const votes = await Promise.all([1, 2].map(() => decide(two, id, true)))
    assert.deepEqual(votes.map(v => v.status).sort(), [200, 409], 'decided once, at the same moment too')
    assert.equal((await publish(number)).status, 200)
    const steps = (await li.ok('GET', `/staff/releases/${number}`)).body.steps.map(s => s.action)
    assert.deepEqual(steps.slice(3), ['assessed', 'assessment_rejected', 'assessed', 'assessment_agreed', 'assessed', 'assessment_agreed', 'published'])
    await city.advance('PT16S')
    const changes = await until(async () => {
      const r = await li.call('GET', '/policy/2090.1/changes')
      return r.status === 200 && r.body
    }, 'the new version')
    assert.ok(changes.changes.some(c => c.kind === 'risk' && c.major && /高风险/.test(c.text)), 'high risk is major, and told')
  })

  test(`${name}: an assessment is about one content; narrower rules and other words need none`, async () => {
    const number = await draft('2090.2', collect(collected()), { at: 'policy.chapters.0.title', value: '一、收集（修订）' })
    assert.deepEqual((await stateOf(number)).fresh, [])
    await approve(number)
    assert.equal((await publish(number)).status, 200)
    await until(async () => (await newest()) === number, 'published')
    const again = await draft('2090.3', collect([...collected(), item]))
    await decide(two, (await assess(again)).id, true)
    assert.equal((await stateOf(again)).unassessed, 0)
    const other = (await li.ok('POST', '/staff/releases', { base: again, edits: [{ at: 'policy.chapters.0.title', value: '一、如何收集' }] })).body.number
    const former = await stateOf(other, one)
    assert.deepEqual(former.fresh.map(p => [p.stands, p.told_before]), [['missing', true]], 'another content')
    assert.deepEqual([former.previous.number, former.previous.lawful, former.previous.risk, former.unassessed], [again, answers.lawful, answers.risk, 1])
    assert.deepEqual(await stateOf(other, li), { ...former, may_assess: false })
    const more = document.items.filter(i => i.sensitive && i.key !== item && !collected().includes(i.key))[0].key
    const changed = (await li.ok('POST', '/staff/releases', { base: other, edits: [collect([...collected(), item, more])] })).body.number
    const states = await stateOf(changed, one)
    assert.deepEqual(Object.fromEntries(states.fresh.map(p => [p.key.split('/').at(-1), p.told_before])), { [item]: true, [more]: false }, 'what is new since')
    assert.equal(states.previous.number, again, 'of the drafts that it was made of the newest that was assessed')
    assert.equal((await publish(changed)).status, 409)
    const between = await draft('2090.35', { at: 'policy.chapters.0.title', value: '一、怎样收集' })
    await approve(between)
    assert.equal((await publish(between)).status, 200)
    await until(async () => (await newest()) === between, 'published')
    const { number: behind } = (await li.ok('POST', `/staff/releases/${changed}/compare`)).body
    assert.equal((await stateOf(behind, one)).previous.number, again, 'compared anew')
    const plain = document.items.find(i => !i.sensitive && i.validator === 'short_text' && !collected().includes(i.key)).key
    const longer = document.policy.categories[category].retention.days + 1
    const wider = await draft('2090.4', collect([...collected(), plain]), { at: `policy.categories.${category}.retention.days`, value: longer })
    const { fresh } = await stateOf(wider)
    assert.deepEqual(fresh.map(p => p.kind), all ? ['collect', 'store'] : ['store'], 'the law asks for less than the policy of Nantong')
    assert.equal((await stateOf(wider)).previous, null, 'another draft')
    assert.ok(fresh.at(-1).law && fresh.at(-1).key.endsWith(`=${longer}`))
    const shorter = await draft('2090.5', { at: `policy.categories.${category}.retention.days`, value: longer - 2 })
    assert.deepEqual((await stateOf(shorter)).fresh, [])
    const endless = await draft('2090.6', { at: `policy.categories.${category}.retention.days`, value: 0 })
    assert.deepEqual((await stateOf(endless)).fresh.map(p => p.key), [`store/category/${document.policy.categories[category].key}=end`], 'no days: as long as the service is used')
  })
}
