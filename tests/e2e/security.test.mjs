// What people read of the protection of their data, and the officer's work behind it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../api/helpers.mjs'
import { totp } from '../api/totp.mjs'
import { agree, openCity } from './app.mjs'

let world, k, a
const now = async () => (await world.city.control('GET', 'clock?server=security-test')).now_ms
const today = async (days = 0) => new Date(await now() + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10)
async function day(id, at) {
  const input = k.page.locator(`#${id}`)
  await input.fill(at)
  await input.press('Enter')
}

before(async () => {
  world = await openCity('tianjin')
  k = await world.console()
  const made = JSON.parse(world.city.cli('staff', 'add', '--data', world.city.data, '--cities', 'cities', '--login', 'privacy',
    '--name', '赵专员', '--role', 'privacy_officer', '--json'))
  world.city.cli('staff', 'add', '--data', world.city.data, '--cities', 'cities', '--login', 'agent', '--name', '钱审计', '--role', 'auditor')
  await k.fill('input-login', 'privacy')
  await k.fill('input-password', made.password)
  await k.fill('input-totp', totp(made.totp_secret, await now()))
  await k.tap('staff-log-in')
  await k.wait('duties-list')
  await k.go('/security')
})
after(() => world?.close())

test('the officer checks, files the assessment and opens a case that needs an outcome [TJ-5.1.f] [TJ-5.3.a]', async () => {
  await k.wait('control-list')
  assert.match(await k.text('security-alert'), /还没有登记/)
  assert.match(await k.text('organisation'), /审批权限（信息安全管理部门）/)
  await k.tap('security-check')
  await until(async () => (await k.text('control-state-ledger')) === '通过', 'the check')
  await k.tap('filing-new')
  await k.fill('filing-number', '12010019999-26001')
  await day('filing-filed', await today(-20))
  await day('filing-assessed', await today(-30))
  await day('filing-until', await today(300))
  await k.tap('filing-save')
  await k.wait('filing')
  await k.shot('console-security')
  await k.tap('breach-new')
  await k.page.getByTestId('breach-login').click()
  await k.page.getByText('钱审计', { exact: true }).last().click()
  await k.fill('breach-facts', '把办件名单带出单位')
  await k.tap('breach-save')
  await k.tap('breach-close-agent')
  await k.tap('breach-save')
  assert.match(await k.text('breach-error'), /没有结果不能办结/)
  await k.page.keyboard.press('Escape')
  await k.page.getByTestId('breach-list').scrollIntoViewIfNeeded()
  await k.shot('console-breach')
})

test('people read level, filing number and date, and each control with its standard and result [TJ-5.1.f] [TJ-5.1.a]', async () => {
  a = await world.app()
  await agree(a)
  await a.go('/about')
  assert.match(await a.text('about-filing'), /第三级，备案编号 12010019999-26001/)
  await a.shot('about')
  await a.tap('about-security')
  assert.equal(await a.text('control-ledger'), '自查通过')
  assert.equal(await a.text('control-backup'), '自查未通过')
  assert.match(await a.text('security-send'), /TLS 1\.3/)
  await a.shot('security')
  await a.id('security-attempts').scrollIntoViewIfNeeded()
  await a.shot('security-attempts')
})
