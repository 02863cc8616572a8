// A complaint handler sees the data of one complaint or dispute, by its number, and of nothing else.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { cities, citizen, dutiesDone, root, secondCheck, startCity, until, withConsents } from './helpers.mjs'
import { caseOf, stop } from './careful.mjs'
import { addOfficer, openOffice } from './officers.mjs'

const clauses = { tianjin: 'TJ-1.2.1.4.f', nantong: 'NT-7.1' }
const words = '办件超过了承诺的日期，请核查经过'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, handler, officer, filed
  const view = body => handler.ok('POST', '/staff/complaints/view', body).then(r => r.body)
  const reveal = body => handler.ok('POST', '/staff/complaints/reveal', body).then(r => r.body)
  const entry = async () => (await c.all('/me/usage')).find(u => u.action !== 'sent') // messages go out meanwhile
  const item = (seen, key) => seen.items.find(i => i.key === key)

  before(async () => {
    city = await startCity({ city: name })
    const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', join(root, 'cities'), '--login', 'feng', '--name', '处理员 冯某', '--role', 'complaint_handler', ...dutiesDone, '--json'))
    handler = await openOffice(city, { login: 'feng', password: made.password, secret: made.totp_secret })
    officer = await openOffice(city, addOfficer(city, 'qian', '专员 钱某', 'privacy_officer'))
    c = await citizen(city)
    await secondCheck(c)
    filed = (await c.ok('POST', '/me/requests', { kind: 'complaint', text: words })).body
  })
  after(() => stop(city))

  test('with the number the complaint opens, masked; a value in clear needs a reason, and its person reads both [TJ-1.2.1.4.f]', async () => {
    const seen = await view({ number: filed.number })
    assert.deepEqual([seen.number, seen.name, seen.state_name], [filed.number, '投诉', '办理中'])
    assert.deepEqual(seen.items.map(i => i.key).toSorted(), ['feedback_content', 'mobile_phone', 'real_name'])
    for (const i of seen.items) assert.match(i.masked, /\*/, i.key)
    const looked = await entry()
    assert.deepEqual([looked.action, looked.service, looked.note, looked.actor.name, looked.ref_id, looked.clause],
      ['read', 'complaint_handling', `编号 ${filed.number}`, '处理员 冯某', filed.id, clauses[name]])

    const before = (await c.all('/me/usage')).length
    for (const reason of ['', '查看'])
      assert.deepEqual((await handler.refused('POST', '/staff/complaints/reveal', { number: filed.number, item: 'real_name', reason })).errors.map(e => e.field), ['reason'])
    assert.equal((await c.all('/me/usage')).length, before, 'nothing was read')
    for (const [key, value] of [['feedback_content', words], ['real_name', c.person.real_name], ['mobile_phone', c.person.mobile_phone]]) {
      assert.deepEqual(await reveal({ number: filed.number, item: key, reason: '联系投诉人核对经过' }), { key, value })
      const read = await entry()
      assert.deepEqual([read.purpose, read.items.map(i => i.key ?? i), read.note, read.actor.name],
        ['complaint_handling', [key], `编号 ${filed.number}：联系投诉人核对经过`, '处理员 冯某'])
    }
  })

  test('without a number the read is refused, under the clause, and nothing is entered [TJ-1.2.1.4.f]', async () => {
    const before = (await c.all('/me/usage')).length
    for (const [path, body] of [['view', {}], ['view', { number: '' }], ['view', { number: '  ' }],
      ['reveal', { item: 'real_name', reason: '联系投诉人核对经过' }], ['reveal', { number: '', item: 'real_name', reason: '联系投诉人核对经过' }]]) {
      const p = await handler.refused('POST', `/staff/complaints/${path}`, body)
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_yours', clauses[name]], JSON.stringify(body))
    }
    // near misses: another day, another sign, no number at all; a request of another kind is no complaint
    const other = (await c.ok('POST', '/me/requests', { kind: 'explain', text: '请解释处理的规则' })).body
    const wrongDay = (filed.number.startsWith('20') ? '21' : '20') + filed.number.slice(2)
    const last = filed.number.at(-1) === '0' ? '1' : '0'
    for (const number of [wrongDay, filed.number.slice(0, -1) + last, filed.number.slice(0, -1), filed.number + '0', filed.id, other.number, '260101-0000000000'])
      assert.equal((await handler.refused('POST', '/staff/complaints/view', { number })).status, 404, number)
    assert.equal((await c.all('/me/usage')).length, before + 1, 'only the request that was filed')
  })

  test('what does not belong to the complaint stays closed, and so does every list [TJ-1.2.1.4.f]', async () => {
    for (const key of ['id_number', 'resident_id_number', 'username', 'appeal_content', 'snapshot_report', 'nothing'])
      assert.ok([400, 404].includes((await handler.refused('POST', '/staff/complaints/reveal', { number: filed.number, item: key, reason: '联系投诉人核对经过' })).status), key)
    for (const path of ['/staff/cases', '/staff/requests', `/staff/requests/${filed.id}`])
      assert.equal((await handler.refused('GET', path)).status, 403, path)
    const { number } = filed
    for (const [path, body] of [['view', { number }], ['reveal', { number, item: 'real_name', reason: '联系投诉人核对经过' }]])
      assert.equal((await officer.refused('POST', `/staff/complaints/${path}`, body)).status, 403, path)
  })

  test('a matter in dispute opens by its number once a body works on it, as far as it belongs to the matter [TJ-1.2.1.4.f]', async () => {
    const [service] = (await c.all('/services')).filter(s => s.shape === 'case')
    const fields = caseOf(service.key, c.person)
    const made = (await withConsents(c, 'POST', `/services/${service.key}/cases`, { fields })).body
    await until(async () => { await city.settle(); return (await c.ok('GET', `/cases/${made.id}`)).body.department }, 'the choice of a department')
    const seen = await view({ number: made.number })
    assert.equal(seen.name, service.name)
    const key = name === 'tianjin' ? 'snapshot_report' : 'appeal_content'
    assert.ok(item(seen, key))
    assert.ok(!seen.items.some(i => ['resident_id_number', 'gender', 'email', 'location'].includes(i.key)), JSON.stringify(seen.items))
    assert.equal((await reveal({ number: made.number, item: key, reason: '调解双方的争议' })).value, fields[key])
    assert.deepEqual([(await entry()).note, (await entry()).ref_id], [`编号 ${made.number}：调解双方的争议`, made.id])
  })
})
