// Staff in the console: own department only, masked, one value at a time with a reason that the citizen reads.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { dutiesDone, register, until, withConsents } from '../api/helpers.mjs'
import { totp } from '../api/totp.mjs'
import { openCity } from './app.mjs'

let world, citizen, filed, k
const reason = '电话核实路灯的具体位置'

async function now() {
  return (await world.city.control('GET', 'clock?server=console-test')).now_ms
}

function addStaff(login, ...more) {
  return JSON.parse(world.city.cli('staff', 'add', '--data', world.city.data, '--cities', 'cities', '--login', login,
    '--name', '承办员 李某', ...dutiesDone, ...more, '--json'))
}

async function logIn(made, login) {
  await k.fill('input-login', login)
  await k.fill('input-password', made.password)
  await k.fill('input-totp', totp(made.totp_secret, await now()))
  await k.tap('staff-log-in')
  await k.wait('staff-name')
}

before(async () => {
  world = await openCity('nantong')
  citizen = await world.city.client()
  await register(citizen, await world.city.person())
  const person = citizen.person
  const { body } = await withConsents(citizen, 'POST', '/services/hotline_12345/cases', { fields: {
    real_name: person.real_name, gender: person.gender, resident_id_number: person.resident_id_number,
    contact_phone: person.mobile_phone, email: person.email, appeal_content: '小区门口的路灯坏了三天，请派人维修。' } })
  filed = await until(async () => {
    await world.city.settle()
    const one = (await citizen.ok('GET', `/cases/${body.id}`)).body
    return one.department ? one : null
  }, 'the choice of a department')
  k = await world.console()
})
after(() => world?.close())

test('[TJ-5.3.d] the console lets nobody in without password and one-time code', async () => {
  await k.wait('staff-log-in')
  await k.tap('staff-log-in')
  await k.page.getByText('请填写 6 位动态口令。').waitFor()
  await k.shot('console-login')
  const made = addStaff('wrong', '--role', 'hotline_agent', '--department', filed.department.key)
  await k.fill('input-login', 'wrong')
  await k.fill('input-password', made.password)
  await k.fill('input-totp', '000000')
  await k.tap('staff-log-in')
  await k.wait('login-trouble')
})

test('[NT-3.3.2.i] an agent sees the cases of the own department, with the person masked', async () => {
  await logIn(addStaff('own', '--role', 'hotline_agent', '--department', filed.department.key), 'own')
  assert.match(await k.text('staff-role'), new RegExp(filed.department.name))
  await k.wait(`staff-case-${filed.id}`)
  await k.shot('console-cases')
  await k.tap(`staff-case-${filed.id}`)
  await k.wait('staff-value-contact_phone')
  const page = await k.page.content()
  for (const item of ['real_name', 'resident_id_number', 'mobile_phone']) assert.equal(page.includes(citizen.person[item]), false, item)
  assert.match(await k.text('staff-case-course'), /已提交/)
  await k.shot('console-case')
})

test('[NT-3.3.2.h] one value is shown only with a reason, and the citizen reads who looked and why', async () => {
  await k.tap('staff-reveal-contact_phone')
  await k.wait('reveal-notice')
  await k.fill('reveal-reason', '看看')
  await k.tap('reveal-submit')
  await k.wait('reveal-error')
  await k.shot('console-reveal')
  await k.fill('reveal-reason', reason)
  await k.tap('reveal-submit')
  await k.page.waitForFunction(v => document.querySelector('[data-testid=staff-value-contact_phone]')?.innerText === v, citizen.person.mobile_phone)
  const entry = (await citizen.all('/me/usage')).find(u => u.actor.kind === 'staff' && u.note === reason)
  assert.equal(entry.actor.name, '承办员 李某')
})

test('[TJ-5.3.d] after the idle limit the next step leads to the log-in, which says why', async () => {
  await world.city.advance('PT16M')
  await k.tap('back-to-cases')
  await k.wait('idle-ended')
})

test('an auditor handles no cases and sees none', async () => {
  await logIn(addStaff('auditor', '--role', 'auditor'), 'auditor')
  assert.equal(await k.id('nav-cases').count(), 0)
  await k.go('/cases')
  await k.wait('cases-none')
  await k.shot('console-auditor')
  assert.deepEqual(k.seen.outside, [])
  assert.deepEqual(k.seen.faults, [])
})
