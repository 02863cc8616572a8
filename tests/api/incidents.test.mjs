// Incidents with personal data, and planned ends of services: the plan, who is told and how, what stops on its day.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { citizen, Client, startCity, until, wantPush, withConsents } from './helpers.mjs'
import { totp } from './totp.mjs'

let city, officer, a, b
const now = async () => (await city.control('GET', 'clock?server=incidents-reader')).now_ms
const day = async (days = 0) => new Date(await now() + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
const made = new Map()
async function staff(login, role) {
  if (!made.has(login)) made.set(login, JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', 'cities', '--login', login, '--name', `${login} 某`, '--role', role, '--json')))
  const s = new Client(city), { password, totp_secret } = made.get(login)
  await city.advance('PT31S')
  s.token = (await s.ok('POST', '/staff/sessions', { login, password, totp: totp(totp_secret, await now()) })).body.token
  return s
}
const query = (c, service, more = {}) => withConsents(c, 'POST', `/services/${service}/queries`,
  { fields: { real_name: c.person.real_name, resident_id_number: c.person.resident_id_number, ...more } })
const notices = async c => (await c.ok('GET', '/notices')).body.items
const incident = async id => (await officer.ok('GET', `/staff/incidents/${id}`)).body
const ends = async () => (await officer.ok('GET', '/staff/ends')).body.items

before(async () => {
  city = await startCity({ city: 'nantong' })
  officer = await staff('privacy', 'privacy_officer')
  a = await citizen(city, { insured: true }, { platform: 'android' })
  b = await citizen(city)
  await withConsents(a, 'PUT', '/me/items/email', { value: 'someone@example.cn' })
  await a.ok('PUT', '/permissions/perm_push', { state: 'granted' })
  await wantPush(a, 'device-token-a')
  await query(a, 'real_estate_query')
})
after(() => city?.stop())

const whole = { facts: '11月20日夜间，不动产查询的缓存被未经授权的人访问。', effect: '姓名和身份证号可能被人知悉。', measures: '已关闭入口，更换密钥。',
  self_protection: '请留意冒充工作人员的来电。', remedies: '可拨打热线，免费办理身份信息核查。' }
let id

test('[NT-3.3.4.a] an incident opens the steps of the plan with owners and times', async () => {
  const open = body => officer.call('POST', '/staff/incidents', { kind: 'leak', category: 'housing', found_on: '2026-11-20', facts: '缓存泄露', owner: '安全组 钱某', ...body })
  for (const [field, body] of [['kind', { kind: 'rain' }], ['category', { category: 'nothing' }], ['facts', { facts: ' ' }], ['owner', { owner: '' }], ['found_on', { found_on: await day(3) }]]) {
    const p = await open({ found_on: await day(), ...body })
    assert.deepEqual([p.status, p.body.errors?.[0].field], [400, field])
  }
  const opened = await open({ found_on: await day() })
  assert.equal(opened.status, 201)
  id = opened.body.id
  assert.deepEqual(opened.body.steps.map(s => s.step).sort(), ['analyse', 'audit', 'contain', 'dispose', 'record', 'report', 'tell'])
  assert.ok(opened.body.steps.every(s => s.owner === '安全组 钱某' && Date.parse(s.due_at) > Date.now() && !s.done_at))
  const auditor = await staff('auditor', 'auditor')
  assert.equal((await auditor.ok('GET', `/staff/incidents/${id}`)).body.kind_name, '信息泄露')
  assert.equal((await auditor.refused('POST', `/staff/incidents/${id}/close`)).status, 403)
})

test('[NT-3.3.4.b] [NT-3.3.4.c] [NT-3.3.4.d] [NT-3.3.4.e] a notice without facts, effect, measures, advice or remedies is not sent', async () => {
  for (const part of Object.keys(whole)) {
    const p = await officer.refused('POST', `/staff/incidents/${id}/notice`, { ...whole, [part]: ' ' })
    assert.deepEqual([p.status, p.errors[0].field], [400, part])
  }
  assert.deepEqual(await notices(a), [])
})

const inbox = async (c, kind) => (await c.all('/me/messages')).filter(m => m.kind === kind)
const ways = async (c, m) => Object.fromEntries((await c.ok('GET', `/me/messages/${m.id}`)).body.deliveries.map(d => [d.channel, d.state]))

test('[NT-3.3.4.f] everybody affected is told, in the inbox and by each way with its state, and nobody else', async () => {
  const before = [(await city.sms(a.person.mobile_phone)).length, (await city.sms(b.person.mobile_phone)).length]
  await officer.ok('POST', `/staff/incidents/${id}/notice`, whole)
  assert.equal((await officer.refused('POST', `/staff/incidents/${id}/notice`, whole)).status, 409, 'once')
  const told = await until(async () => { await city.settle(); const i = await incident(id); return i.told_all_at && i }, 'the notices')
  assert.deepEqual([told.people, told.by_message], [1, 1], 'A alone has something in that category')
  const [text] = await city.sms(a.person.mobile_phone)
  assert.match(text.text, /安全事件告知：11月20日/)
  assert.equal((await city.sms(a.person.mobile_phone)).length, before[0] + 1)
  assert.equal((await city.sms(b.person.mobile_phone)).length, before[1])
  const [m] = await inbox(a, 'incident')
  assert.equal(m.title, '安全事件告知')
  for (const part of Object.values(whole)) assert.ok(m.text.includes(part), part)
  assert.deepEqual(await until(async () => { await city.settle(); const w = await ways(a, m); return !Object.values(w).includes('waiting') && w }, 'the deliveries'),
    { email: 'sent', push: 'sent', sms: 'sent' })
  const mail = (await city.received('mail')).filter(r => r.body.title === '安全事件告知')
  assert.deepEqual(mail.map(r => r.body.to), ['someone@example.cn'])
  assert.ok(mail[0].body.text.includes(whole.remedies), 'a mail says all of it')
  const push = (await city.received('push')).filter(r => r.body.title === '安全事件告知')
  assert.deepEqual(push.map(r => r.body.to), ['device-token-a'])
  assert.deepEqual(await inbox(b, 'incident'), [])
  const [mine] = await notices(a)
  assert.deepEqual(mine.parts.map(p => p.text), Object.values(whole))
  assert.equal(mine.mine, true)
  assert.deepEqual(await notices(b), [])
  assert.deepEqual(await notices(await city.client({ agreed: false })), [], 'not told in public')
  const used = (await a.all('/me/usage')).find(u => u.action === 'share' && u.recipient === 'sms' && u.note === '安全事件的告知')
  assert.ok(used, 'the use of the number is in the list')
})

test('[NT-3.3.4.a] [NT-3.3.4.h] an incident closes with cause, loss and report on record, not before', async () => {
  const step = (name, body) => officer.call('POST', `/staff/incidents/${id}/steps/${name}`, body)
  const close = () => officer.call('POST', `/staff/incidents/${id}/close`)
  assert.equal((await step('audit', { note: ' ' })).status, 400)
  for (const name of ['record', 'contain', 'audit', 'analyse', 'dispose']) {
    assert.match((await close()).body.detail, /尚未完成/)
    assert.equal((await step(name, { note: `${name}：缓存没有设访问限制；一人受影响` })).status, 200, name)
    assert.equal((await step(name, { note: '再一次' })).status, 409, name)
  }
  assert.deepEqual((await step('report', { note: '已报告' })).body.errors.map(e => e.field), ['receiver'])
  assert.deepEqual((await step('report', { note: '已报告', receiver: '省网信办' })).body.errors.map(e => e.field), ['document'])
  assert.match((await close()).body.detail, /向监管部门报告/)
  assert.equal((await step('report', { note: '已报告', receiver: '省网信办', document: '通数安〔2026〕1号' })).status, 200)
  assert.equal((await close()).body.state, 'closed')
  const done = await incident(id)
  assert.ok(done.steps.every(s => s.done_at && s.done_by))
  assert.equal(done.steps.find(s => s.step === 'report').receiver, '省网信办')
})

test('[NT-3.3.4.g] where telling each is hard, a public notice with its reason stands in the app and on a page of its own', async () => {
  const { body } = await officer.ok('POST', '/staff/incidents', { kind: 'publication', found_on: await day(), facts: '名单被公开', owner: '钱某' })
  await officer.ok('POST', `/staff/incidents/${body.id}/notice`, { ...whole, facts: '一份名单被公开。', public_reason: '部分人员的联系方式已经停用' })
  const list = async more => (await officer.ok('GET', `/staff/incidents${more}`)).body
  const page1 = await list('?limit=1')
  assert.equal(page1.items[0].id, body.id, 'the newest first')
  const ids = rows => rows.map(i => i.id) // the rest of a row may change while people are told
  assert.deepEqual(ids([...page1.items, ...(await list(`?limit=100&cursor=${page1.next}`)).items]), ids((await list('?limit=100')).items))
  const guest = await city.client({ agreed: false })
  const [open] = await notices(guest)
  assert.deepEqual([open.kind, open.mine, open.parts[0].text], ['incident', false, '一份名单被公开。'])
  const page = await (await fetch(`${city.base}/notices`)).text()
  assert.ok(page.includes('一份名单被公开。') && !page.includes('缓存被未经授权'))
  assert.equal((await incident(body.id)).public_reason, '部分人员的联系方式已经停用')
  const told = await until(async () => { await city.settle(); const i = await incident(body.id); return i.told_all_at && i }, 'the notices')
  assert.deepEqual([told.people, told.by_message], [2, 2], 'of no category: everybody')
  for (const c of [a, b])
    assert.ok((await inbox(c, 'incident'))[0].text.includes('一份名单被公开。'), 'told in public, and in the inbox')
  for (const [c, ids] of [[a, [body.id, id]], [b, [body.id]], [guest, [body.id]]])
    assert.deepEqual((await c.turned('/notices')).map(n => [n.id, n.mine]), ids.map(i => [i, c !== guest]))
  const [m] = await inbox(b, 'incident')
  assert.deepEqual(await until(async () => { await city.settle(); const w = await ways(b, m); return w.sms !== 'waiting' && w.email !== 'waiting' && w }, 'the deliveries'),
    { email: 'none', sms: 'sent' }, 'who has no mail has the short message')
})

test('[NT-3.1.d] [NT-3.3.6.c] [NT-4.6.a] an end is announced thirty days ahead, each one concerned and everybody reads it, and it can be taken back', async () => {
  const announce = body => officer.call('POST', '/staff/ends', { service: 'real_estate_query', reason: '系统整合到不动产登记平台', ...body })
  assert.deepEqual((await announce({ ends_on: await day(29) })).body.errors[0].field, 'ends_on')
  assert.deepEqual((await announce({ ends_on: await day(40), reason: '' })).body.errors[0].field, 'reason')
  assert.deepEqual((await announce({ ends_on: await day(40), service: 'nothing' })).body.errors[0].field, 'service')
  const ends_on = await day(30)
  const at_once = await Promise.all(Array.from({ length: 4 }, () => announce({ ends_on })))
  assert.deepEqual(at_once.map(r => r.status).toSorted(), [201, 409, 409, 409])
  const first = at_once.find(r => r.status === 201)
  assert.equal((await announce({ ends_on: await day(30) })).status, 409)
  await until(async () => { await city.settle(); return (await ends()).find(e => e.id === first.body.id).told_all_at }, 'the notices')
  await officer.ok('DELETE', `/staff/ends/${first.body.id}`)
  assert.equal((await officer.refused('DELETE', `/staff/ends/${first.body.id}`)).status, 409)
  const { body } = await announce({ ends_on: await day(31) })
  await until(async () => { await city.settle(); return (await ends()).find(e => e.id === body.id).told_all_at }, 'the notices')
  assert.equal((await ends()).find(e => e.id === body.id).told_people, 1, 'A alone used it')
  assert.deepEqual((await officer.turned('/staff/ends')).map(e => e.id), [body.id, first.body.id])
  const [told, before] = await inbox(a, 'end')
  assert.equal(told.title, '关于停止“不动产查询”的公告')
  assert.match(told.text, /零时起停止。原因：系统整合到不动产登记平台。/)
  assert.equal(before.title, '（已撤回）关于停止“不动产查询”的公告')
  assert.deepEqual(await inbox(b, 'end'), [])
  for (const [c, mine] of [[a, true], [b, false]]) {
    const seen = (await notices(c)).find(n => n.id === body.id)
    assert.deepEqual([seen.kind, seen.mine, seen.title], ['end', mine, '关于停止“不动产查询”的公告'])
  }
  assert.deepEqual((await a.turned('/notices')).map(n => n.kind), ['end', 'incident', 'incident'], 'each once, what was taken back not at all')
  assert.match(await (await fetch(`${city.base}/notices`)).text(), /关于停止“不动产查询”的公告/)
  await query(a, 'real_estate_query')
})

test('[TJ-5.4.b] [NT-3.3.6.b] [NT-3.1.e] from its day the service answers that it is gone, what it held is ended, others work', async () => {
  const sent = (await city.received('real_estate')).length
  await city.advance('P32D')
  officer = await staff('privacy')
  const done = await until(async () => { await city.settle(); return (await ends()).find(e => e.done_at) }, 'the end', 60000)
  assert.deepEqual([done.people, done.left_items], [1, 0])
  const again = await login(a)
  const gone = await again.refused('POST', '/services/real_estate_query/queries', { fields: { real_name: a.person.real_name, resident_id_number: a.person.resident_id_number } })
  assert.deepEqual([gone.status, gone.reason], [410, 'gone'])
  assert.equal((await city.received('real_estate')).length, sent)
  assert.ok(!(await again.ok('GET', '/me/items')).body.items.some(i => i.service === 'real_estate_query'))
  const ended = (await again.all('/me/usage')).find(u => u.action === 'delete' && u.service === 'real_estate_query')
  assert.ok(ended, 'the end is in the list')
  await query(again, 'social_insurance_query')
})

test('[NT-3.3.6.d] [NT-4.6.b] when the whole app ends nobody is left, nothing is taken, and the report says so', async () => {
  const guest = await city.client({ agreed: false })
  const announced = async () => (await notices(guest)).some(n => n.title === '关于停止“南通百通”的公告')
  const propose = async () => (await officer.ok('POST', '/staff/ends', { ends_on: await day(30), reason: '应用停止运营' })).body
  const first = await propose(), second = await staff('second', 'privacy_officer')
  await city.settle()
  assert.equal(await announced(), false, 'one officer alone announces nothing')
  assert.deepEqual([first.agreed_at, first.agreed_by, first.proposed_by_me], [null, null, true])
  assert.equal((await officer.refused('POST', `/staff/ends/${first.id}/agreement`)).status, 409, 'another officer')
  await second.ok('DELETE', `/staff/ends/${first.id}`)
  assert.equal((await second.refused('POST', `/staff/ends/${first.id}/agreement`)).status, 409, 'taken back')
  const late = await propose()
  await city.advance('P1D')
  officer = await staff('privacy')
  const again = await staff('second')
  assert.equal((await again.refused('POST', `/staff/ends/${late.id}/agreement`)).errors[0].field, 'ends_on', 'thirty days from the second yes')
  await officer.ok('DELETE', `/staff/ends/${late.id}`)
  const agreed = (await again.ok('POST', `/staff/ends/${(await propose()).id}/agreement`)).body
  assert.ok(agreed.agreed_at && agreed.agreed_by && !agreed.proposed_by_me)
  assert.equal((await again.refused('POST', `/staff/ends/${agreed.id}/agreement`)).status, 409, 'once')
  assert.ok((await notices(guest)).some(n => n.title === '关于停止“南通百通”的公告'))
  await city.advance('P31D')
  officer = await staff('privacy')
  const done = await until(async () => { await city.settle(); return (await ends()).find(e => e.done_at && !e.service) }, 'the end', 60000)
  assert.deepEqual([done.people, done.left_items], [2, 0])
  for (const [path, body] of [['/installations', { platform: 'web' }], ['/sessions', { method: 'password', login: a.username, password: 'Tong-ban2026' }], ['/acceptances', { policy_version: 'x' }]]) {
    const p = await guest.refused('POST', path, body)
    assert.deepEqual([p.status, p.reason], [410, 'gone'], path)
  }
  assert.equal((await fetch(`${city.base}/policy`)).status, 200, 'the policy stays readable')
})

async function login(c) {
  const again = await city.client()
  again.token = (await again.ok('POST', '/sessions', { method: 'password', login: c.username, password: 'Tong-ban2026' })).body.token
  again.person = c.person
  return again
}

test('[TJ-5.5.a] [TJ-5.5.c] [TJ-5.5.d] [TJ-1.2.1.4.e] [TJ-5.4.a] [TJ-7.2.e] in Tianjin a notice names the facts, in the app; an end needs no number of days, but a day to come', async () => {
  await city.stop()
  city = await startCity({ city: 'tianjin' })
  made.clear()
  officer = await staff('privacy', 'privacy_officer')
  a = await citizen(city)
  const { body } = await officer.ok('POST', '/staff/incidents', { kind: 'alteration', found_on: await day(), facts: '数据被篡改', owner: '安全组' })
  assert.equal(body.steps.length, 7)
  assert.equal((await officer.refused('POST', `/staff/incidents/${body.id}/notice`, { facts: '' })).status, 400)
  const messages = (await city.sms(a.person.mobile_phone)).length
  for (const step of ['record', 'contain', 'audit', 'analyse', 'dispose'])
    await officer.ok('POST', `/staff/incidents/${body.id}/steps/${step}`, { note: '已完成' })
  assert.match((await officer.refused('POST', `/staff/incidents/${body.id}/close`)).detail, /向监管部门报告、告知受影响的人/)
  await officer.ok('POST', `/staff/incidents/${body.id}/steps/report`, { note: '已报告', receiver: '市网信办', document: '1号' })
  await officer.ok('POST', `/staff/incidents/${body.id}/notice`, { facts: '部分数据被篡改，已经恢复。' })
  const told = await until(async () => { await city.settle(); const i = await incident(body.id); return i.told_all_at && i }, 'the notices')
  assert.deepEqual([told.people, told.by_message], [1, 0], 'by a message in the app')
  assert.equal((await city.sms(a.person.mobile_phone)).length, messages)
  assert.equal((await notices(a))[0].parts[0].text, '部分数据被篡改，已经恢复。')
  const [m] = await inbox(a, 'incident')
  assert.equal(m.text, '事件的基本情况：部分数据被篡改，已经恢复。')
  assert.deepEqual(await ways(a, m), {}, 'this city tells in the app')
  await officer.ok('POST', `/staff/incidents/${body.id}/close`)

  const service = (await a.all('/services')).find(s => s.shape === 'query').key
  assert.equal((await officer.refused('POST', '/staff/ends', { service, ends_on: await day(), reason: '政策调整' })).errors[0].field, 'ends_on')
  const end = (await officer.ok('POST', '/staff/ends', { service, ends_on: await day(1), reason: '政策调整' })).body
  assert.ok((await notices(await city.client({ agreed: false }))).some(n => n.id === end.id), 'visitors read it before')
  await city.advance('P2D')
  officer = await staff('privacy')
  await until(async () => { await city.settle(); return (await ends()).find(e => e.done_at) }, 'the end')
  const again = await login(a)
  const form = (await again.ok('GET', `/services/${service}`)).body
  const gone = await again.refused('POST', `/services/${service}/queries`, { fields: Object.fromEntries(form.fields.map(f => [f.item, a.person[f.item] ?? 'x'])) })
  assert.equal(gone.status, 410)
})
