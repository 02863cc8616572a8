// Opinions by three ways in one register: what people send in the app, and letters and calls that officers put down.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cities, citizen, secondCheck, startCity } from './helpers.mjs'
import { stop } from './careful.mjs'
import { lastDay } from './days.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { now } from './versions.mjs'

const taken = { tianjin: ['online', 'phone'], nantong: ['online', 'phone', 'letter'] }
const clause = { tianjin: { phone: 'TJ-9.b' }, nantong: { phone: 'NT-7.2', letter: 'NT-7.3' } }

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, account, s
  const day = async (days = 0) => new Date(await now(city) + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
  const words = '窗口叫号屏的字太小，老人看不清，建议放大', contact = '张某，12912340000'
  const note = async more => ({ way: 'phone', kind: 'feedback', received_on: await day(), text: words, ...more })
  const record = async more => (await s.ok('POST', '/staff/requests', await note(more))).body
  const fields = async more => (await s.refused('POST', '/staff/requests', await note(more))).errors.map(e => e.field)
  const named = () => ({ real_name: c.person.real_name, mobile_phone: c.person.mobile_phone })

  before(async () => {
    city = await startCity({ city: name })
    account = addOfficer(city, 'letters', '专员 甲某', 'privacy_officer')
    s = await openOffice(city, account)
    c = await citizen(city)
  })
  after(() => stop(city))

  test('people read by which ways opinions are taken, and where each is [NT-7.0] [NT-7.1] [NT-7.2] [NT-7.3] [TJ-9.b] [TJ-9.c]', async () => {
    const { ways } = (await c.ok('GET', '/request-kinds')).body
    assert.deepEqual(ways.map(w => w.key), taken[name])
    const { contacts, features } = (await c.ok('GET', '/city')).body
    for (const w of ways) {
      if (w.key === 'letter') assert.equal(w.place, contacts.address)
      else if (w.key === 'online') assert.ok(w.place.endsWith(features.feedback_title))
      else assert.equal(w.place, name === 'tianjin' ? '12345' : contacts.hotlines[0])
    }
  })

  test('one by each way: numbers of one register, each with its way, its day and its entry [NT-7.0] [NT-7.2] [NT-7.3] [TJ-9.b]', async () => {
    await secondCheck(c)
    const made = [(await c.ok('POST', '/me/requests', { kind: 'feedback', text: words })).body]
    const received = await day(-3)
    for (const way of ['phone', 'letter']) {
      if (taken[name].includes(way)) made.push(await record({ way, received_on: received, contact }))
      else {
        const r = await s.refused('POST', '/staff/requests', await note({ way }))
        assert.deepEqual([r.status, r.reason], [403, 'not_declared'])
      }
    }
    assert.equal(new Set(made.map(r => r.number)).size, taken[name].length)
    const list = await s.all('/staff/requests')
    assert.deepEqual(list.map(r => [r.number, r.way]).sort(), made.map((r, i) => [r.number, taken[name][i]]).sort())
    for (const r of list.filter(x => x.way !== 'online')) {
      assert.deepEqual([r.state, r.account, r.received_at.slice(0, 10), r.due_at.slice(0, 10)], ['open', false, received, lastDay(name, received, 15, name === 'tianjin')])
      assert.ok(r.masked && !r.masked.includes('老人') && !JSON.stringify(r).includes(contact))
    }
  })

  test('the words and the way back to the sender lie sealed, and an officer reads them for a reason [NT-7.0]', async () => {
    const r = await record({ contact })
    if (!city.store) for (const file of readdirSync(city.data).filter(f => f.startsWith('tongban.db'))) {
      const bytes = readFileSync(join(city.data, file))
      for (const part of [words, contact, '12912340000']) assert.equal(bytes.includes(Buffer.from(part)), false, `${part} in ${file}`)
    }
    assert.deepEqual((await s.refused('POST', `/staff/requests/${r.id}/reveal`, { reason: '' })).errors.map(e => e.field), ['reason'])
    const clear = (await s.ok('POST', `/staff/requests/${r.id}/reveal`, { reason: '核对来电内容以便答复' })).body
    assert.deepEqual([clear.text, clear.contact], [words, contact])
    assert.equal((await c.refused('GET', `/me/requests/${r.id}`)).status, 404)
    assert.equal((await s.refused('POST', `/staff/requests/${r.id}/proof`, {})).status, 409, 'who has no account proves nothing here')
    const done = (await s.ok('POST', `/staff/requests/${r.id}/answer`, { answer: '已转窗口管理单位更换大屏' })).body
    assert.deepEqual([done.state, done.way], ['done', 'phone'])
    city.cli('ledger', 'verify', '--data', city.data)
  })

  test('a letter or call of a person with an account stands in the own list, after the identity was checked [NT-7.0] [NT-7.4] [TJ-9.b]', async () => {
    const way = taken[name].at(-1)
    const r = await record({ way, kind: 'complaint', person: named(), identity_check: '回拨登记的手机号码核对' })
    assert.ok(r.account && r.verified_at)
    const own = (await c.ok('GET', `/me/requests/${r.id}`)).body
    assert.deepEqual([own.number, own.way, own.text, own.received_at.slice(0, 10)], [r.number, way, words, await day()])
    const entry = (await c.all('/me/usage')).find(u => u.action === 'collect' && u.service === 'feedback_request')
    assert.deepEqual([entry.clause, entry.actor.kind, entry.items.map(i => i.key)], [clause[name][way], 'staff', ['feedback_content']])
    assert.match(entry.note, /工作人员登记来[电信]：投诉/)
    assert.ok((await c.all('/me/messages')).some(m => m.kind === 'request' && m.ref_id === r.id))
    await s.ok('POST', `/staff/requests/${r.id}/answer`, { answer: '已核实并向您电话说明' })
    assert.equal((await c.ok('GET', `/me/requests/${r.id}`)).body.answer, '已核实并向您电话说明')
  })

  test('what is missing or cannot be is said by its field, and one sent twice is one', async () => {
    assert.deepEqual(await fields({ text: '短' }), ['text'])
    assert.deepEqual(await fields({ received_on: await day(1) }), ['received_on'])
    assert.deepEqual(await fields({ received_on: await day(-400) }), ['received_on'])
    assert.deepEqual(await fields({ received_on: '昨天' }), ['received_on'])
    assert.deepEqual(await fields({ contact: '字'.repeat(201) }), ['contact'])
    assert.deepEqual(await fields({ person: named() }), ['identity_check'])
    assert.deepEqual(await fields({ identity_check: '回拨登记的手机号码核对' }), ['person'])
    for (const more of [{ way: 'online' }, { kind: 'delete' }]) assert.equal((await s.refused('POST', '/staff/requests', await note(more))).status, 400)
    const wrong = await s.refused('POST', '/staff/requests', await note({ person: { ...named(), real_name: '欧阳不同' }, identity_check: '回拨登记的手机号码核对' }))
    assert.equal(wrong.status, 404)
    const key = randomUUID(), body = await note()
    const once = (await s.ok('POST', '/staff/requests', body, { key })).body
    assert.equal((await s.ok('POST', '/staff/requests', body, { key })).body.id, once.id)
    assert.equal((await s.all('/staff/requests')).filter(r => r.id === once.id).length, 1)
  })

  test('an officer turns the pages of the register: the nearest day first, nothing twice, nothing left out [TJ-9.d] [NT-7.4]', async () => {
    const open = []
    for (const received of [-1, 0, -5, 0, -1, -2]) open.push(await record({ received_on: await day(received) }))
    const paged = async (state, limit) => {
      const pages = []
      for (let next = ''; next !== null;) {
        const { body } = await s.ok('GET', `/staff/requests?state=${state}&limit=${limit}${next && `&cursor=${next}`}`)
        pages.push(body.items)
        next = body.next ?? null
      }
      assert.ok(pages.slice(0, -1).every(page => page.length === limit) && pages.at(-1).length > 0, JSON.stringify(pages.map(p => p.length)))
      return pages.flat()
    }
    const ids = list => list.map(r => r.id)
    const whole = (await s.ok('GET', '/staff/requests?state=due&limit=100')).body
    assert.equal(whole.next ?? null, null)
    assert.ok(open.every(r => ids(whole.items).includes(r.id)))
    assert.deepEqual(whole.items.map(r => r.due_at), whole.items.map(r => r.due_at).toSorted())
    for (const limit of [1, 2, 3]) assert.deepEqual(ids(await paged('due', limit)), ids(whole.items))
    for (const r of open) await s.ok('POST', `/staff/requests/${r.id}/answer`, { answer: '已转窗口管理单位办理' })
    const answered = await paged('answered', 2)
    assert.deepEqual(ids(answered).slice(0, open.length), ids(open).toReversed(), 'the newest first')
    // one that was answered meanwhile: the next page goes on from where it stood
    const [first, second] = ids(await paged('due', 1))
    await s.ok('POST', `/staff/requests/${first}/answer`, { answer: '已转窗口管理单位办理' })
    assert.equal((await s.ok('GET', `/staff/requests?cursor=${first}&limit=1`)).body.items[0]?.id, second)
    // and one that is gone with its person: the list begins anew rather than end early
    assert.equal((await s.ok('GET', '/staff/requests?cursor=1&limit=1')).body.items[0]?.id, second)
  })

  if (name === 'nantong') test('what a stranger wrote ends with its key when the answer is older than the city keeps it [NT-7.0]', async () => {
    const r = await record({ way: 'letter', contact })
    await s.ok('POST', `/staff/requests/${r.id}/answer`, { answer: '已按来信地址书面答复' })
    const living = () => JSON.parse(city.cli('keys', 'status', '--data', city.data, '--json'))
    const before = living()
    await city.advance('P1097D')
    await city.settle()
    s = await openOffice(city, account)
    assert.equal((await s.refused('GET', `/staff/requests/${r.id}`)).status, 404)
    assert.ok(living().ended >= before.ended + 2, 'the words and the entries of who has no account')
    city.cli('ledger', 'verify', '--data', city.data)
  })
})
