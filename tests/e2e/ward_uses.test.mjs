// An officer may use a minor's items only on a basis; the guardian reads what is asked, and decides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { password } from '../api/helpers.mjs'
import { guarded } from '../api/families.mjs'
import { addOfficer } from '../api/officers.mjs'
import { agree, choose, enterConsole, logIn, openCity } from './app.mjs'

test('[TJ-6.3.a] the console asks for the basis, the guardian reads the request and agrees', async t => {
  const world = await openCity('tianjin')
  t.after(() => world.close())
  const officers = ['甲', '乙'].map((one, i) => addOfficer(world.city, `officer${i}`, `专员 ${one}某`, 'privacy_officer'))
  const { child, p } = await guarded(world.city)
  const until = new Date((await world.city.control('GET', 'clock?server=console-test')).now_ms + 30 * 86400000).toISOString().slice(0, 10)

  const first = await enterConsole(world, officers[0])
  await first.tap('nav-grounds')
  await first.wait('grounds-empty')
  await first.tap('ground-new')
  await choose(first, 'ground-select', (await first.page.getByTestId('ground-option-provide_public_interest').textContent()).trim())
  await first.fill('ground-real_name', child.real_name)
  await first.fill('ground-id_number', child.resident_id_number)
  await first.tap('ground-recipient')
  await first.page.getByRole('option', { name: /人口/ }).last().click()
  await first.tap('ground-items')
  await first.page.getByRole('option', { name: /^(真实)?姓名$/ }).last().click()
  await first.page.keyboard.press('Escape')
  await first.fill('ground-evidence-document', '应急局 通知〔2026〕5号')
  await first.fill('ground-scope', '一起公共安全事件的核查')
  await first.page.getByPlaceholder('年-月-日').fill(until)
  await first.page.keyboard.press('Enter')
  await first.tap('ground-submit')
  assert.match(await first.text('ground-trouble'), /未成年/)
  await choose(first, 'ground-minor-select', (await first.page.getByTestId('ground-minor-minor_protection').textContent()).trim())
  await first.wait('ground-minor-evidence-event')
  await choose(first, 'ground-minor-select', (await first.page.getByTestId('ground-minor-minor_guardian').textContent()).trim())
  await first.wait('ground-minor-asks')
  await first.shot('console-ground-minor')
  await first.tap('ground-submit')
  await first.wait('ground-minor')
  await first.page.waitForFunction(() => document.querySelector('[data-testid=ground-state]')?.innerText === '待监护人同意')
  await first.shot('console-ground-guardian')

  const b = await world.app()
  await agree(b)
  await logIn(b, p)
  await b.go('/guardian')
  await b.page.locator('[data-testid^="ward-"].row').first().click()
  await b.wait('ward-uses')
  await b.shot('ward-uses')
  await b.page.locator('[data-testid^="ward-use-"]').first().click()
  await b.wait('ward-use-page')
  assert.match(await b.text('consent-text'), /公共安全事件/)
  await b.shot('ward-use-asked')
  await b.tap('ward-use-agree')
  await b.fill('input-second_password', password)
  await b.tap('second-check-submit')
  await b.page.waitForFunction(() => document.querySelector('[data-testid=ward-use-state]')?.innerText === '已办理')
  await b.shot('ward-use-agreed')

  assert.equal((await world.city.received('population')).filter(r => r.path === 'disclosures').length, 1)
  assert.deepEqual([...b.seen.faults, ...b.seen.outside, ...first.seen.outside], [])
})
