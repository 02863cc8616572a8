// The privacy officer's work in the console, and what people read of it: duties, an incident, an end of a service.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { citizen, until } from '../api/helpers.mjs'
import { officerOf } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'
import { openCity } from './app.mjs'

let world, k, person
const now = async () => (await world.city.control('GET', 'clock?server=duties-test')).now_ms

before(async () => {
  world = await openCity('nantong')
  person = await citizen(world.city)
  k = await world.console()
  const made = JSON.parse(world.city.cli('staff', 'add', '--data', world.city.data, '--cities', 'cities', '--login', 'privacy',
    '--name', '个人信息保护专员 赵某', '--role', 'privacy_officer', '--json'))
  await k.fill('input-login', 'privacy')
  await k.fill('input-password', made.password)
  await k.fill('input-totp', totp(made.totp_secret, await now()))
  await k.tap('staff-log-in')
})
after(() => world?.close())

async function day(testid, at) {
  const input = k.page.locator(`#${testid}`)
  await input.fill(at)
  await input.press('Enter')
}

test('[NT-3.3.2.a] the start of the privacy officer shows what is overdue, and takes a record with its document', async () => {
  await k.wait('duties-list')
  assert.match(await k.text('duties-alert'), /项已过期或未登记/)
  assert.equal(await k.text('duty-state-safety_team'), '未登记')
  await k.shot('console-duties')
  await k.tap('duty-record-safety_team')
  await k.tap('duty-save')
  await k.wait('duty-error')
  await day('duty-day', new Date(await now()).toISOString().slice(0, 10))
  await k.fill('duty-document', '通数发〔2026〕7号')
  await k.shot('console-duty-form')
  await k.tap('duty-save')
  await until(async () => (await k.text('duty-state-safety_team')) === '在期', 'the record')
  await k.tap('duty-history-safety_team')
  await k.page.getByText('通数发〔2026〕7号').waitFor()
  await k.shot('console-duty-history')
  await k.page.keyboard.press('Escape')
})

test('[NT-3.3.4.g] an incident is told in public, and people find it on the main page', async () => {
  const openDay = new Date(await now()).toISOString().slice(0, 10)
  await k.go('/incidents')
  await k.tap('incident-new')
  await k.page.getByTestId('incident-kind').click()
  await k.page.getByText('信息泄露', { exact: true }).last().click()
  await day('incident-day', openDay)
  await k.fill('incident-facts', '一份内部名单被发到公开的群里。')
  await k.fill('incident-owner', '安全组 钱某')
  await k.tap('incident-save')
  await k.wait('incident-step-record')
  await k.shot('console-incident')
  await k.tap('incident-do-tell')
  await k.tap('notice-send')
  await k.wait('notice-error')
  for (const part of ['effect', 'measures', 'self_protection', 'remedies']) await k.fill(`notice-${part}`, '已在处理，请留意来电。')
  await k.fill('notice-public', '部分人员的联系方式已经停用')
  await k.shot('console-incident-notice')
  await k.tap('notice-send')
  await k.wait('incident-told')
  const a = await world.app()
  await a.tap('policy-refuse')
  await a.wait('home-notices')
  await a.shot('home-notices')
  await a.tap('home-notices')
  await a.page.getByText('一份内部名单被发到公开的群里。').waitFor()
  await a.shot('notices')
  assert.deepEqual(a.seen.faults, [])
  await a.close()
})

test('[NT-3.1.d] an end too near is refused in words, one far enough is announced', async () => {
  await k.go('/ends')
  await k.tap('end-new')
  await k.tap('end-save')
  assert.match(await k.text('end-error'), /请选择/)
  await k.page.getByTestId('end-service').click()
  await k.page.getByText('南通百通（整个应用）').last().click()
  await day('end-day', new Date(await now() + 5 * 86400000).toISOString().slice(0, 10))
  await k.fill('end-reason', '系统整合')
  await k.tap('end-save')
  assert.match(await k.text('end-error'), /至少在30日之后/)
  await day('end-day', new Date(await now() + 40 * 86400000).toISOString().slice(0, 10))
  await k.tap('end-save')
  await k.wait('end-list')
  await k.shot('console-ends')
  assert.deepEqual(k.seen.faults, [])
  const told = async () => (await person.ok('GET', '/notices')).body.items.some(n => n.kind === 'end')
  assert.equal(await told(), false, 'the whole app ends only with another officer')
  const other = await officerOf(world.city, 'privacy-b', '个人信息保护专员 钱某', 'privacy_officer')
  await other.ok('POST', `/staff/ends/${(await other.ok('GET', '/staff/ends')).body.items[0].id}/agreement`)
  assert.equal(await told(), true)
})
