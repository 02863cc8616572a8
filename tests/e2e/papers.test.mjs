// The console's papers of those who receive data: ending one, entering another, and the second officer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'
import { openCity } from './app.mjs'

let world, first, second
const now = async () => (await world.city.control('GET', 'clock?server=papers-test')).now_ms

async function open(account) {
  const k = await world.console()
  await k.fill('input-login', account.login)
  await k.fill('input-password', account.password)
  await k.fill('input-totp', totp(account.secret, await now()))
  await k.tap('staff-log-in')
  await k.wait('duties-list')
  await k.go('/papers')
  await k.wait('papers-list')
  return k
}

before(async () => {
  world = await openCity('tianjin')
  first = await open(addOfficer(world.city, 'privacy-a', '专员 甲某', 'privacy_officer'))
  second = await open(addOfficer(world.city, 'privacy-b', '专员 乙某', 'privacy_officer'))
})
after(() => world?.close())

async function day(k, testid, at) {
  const input = k.page.locator(`#${testid}`)
  await input.fill(at)
  await input.press('Enter')
}

test('[TJ-1.1.22.c] [TJ-1.1.22.d] an ended assessment is replaced only by one with three yeses for each item, and two officers', async () => {
  const k = first
  await k.shot('console-papers')
  await k.tap('paper-end-metro_company-admission')
  await k.fill('paper-reason', '所需项目有变化，重新评估')
  await k.tap('paper-end-confirm')
  await k.wait('papers-alert')
  assert.match(await k.text('papers-alert'), /1 份必需的文件不在有效期内/)
  await k.tap('paper-renew-metro_company-undertaking')
  await k.id('paper-kind').click()
  await k.page.getByText('接入评估', { exact: true }).last().click()
  await k.fill('paper-document', '津数评〔2026〕9号')
  await k.id('paper-file').setInputFiles({ name: '评估报告.pdf', mimeType: 'application/pdf', buffer: Buffer.from('评估报告') })
  await day(k, 'paper-from', new Date(await now()).toISOString().slice(0, 10))
  await day(k, 'paper-until', '2034-12-31')
  for (const item of ['real_name', 'id_type', 'id_number', 'mobile_phone', 'location'])
    for (const part of ['lawful', 'reasonable', 'necessary'])
      if (!(item === 'location' && part === 'necessary')) await k.id(`finding-${part}-${item}`).click()
  await k.shot('console-paper-form')
  await k.tap('paper-save')
  await k.wait('paper-error')
  await k.id('finding-necessary-location').click()
  await k.tap('paper-save')
  await k.page.getByText('等待另一名专员复核').waitFor()
  await second.go('/duties')
  await second.wait('duties-list')
  await second.go('/papers')
  await second.wait('papers-list')
  await second.page.getByText('同意', { exact: true }).first().click()
  await until(async () => (await second.id('paper-state-metro_company-admission').first().innerText()) === '有效', 'the second officer agreed')
  assert.equal(await second.id('papers-alert').count(), 0)
  assert.deepEqual([...k.seen.faults, ...second.seen.faults], [])
})
