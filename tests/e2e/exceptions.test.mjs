// Two officers in the console share on a ground of the city's list; the citizen reads it in the list of uses.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, citizen } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { agree, choose, enterConsole, logIn, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, c, officers

  const now = async () => (await world.city.control('GET', 'clock?server=console-test')).now_ms

  before(async () => {
    world = await openCity(name)
    officers = ['甲', '乙'].map((one, i) => addOfficer(world.city, `officer${i}`, `专员 ${one}某`, 'privacy_officer'))
    c = await citizen(world.city)
  })
  after(() => world?.close())

  test('[NT-2.4.0] [NT-2.4.3] [TJ-2.4.0] [TJ-2.4.3] two officers share on a ground, and the citizen reads ground, officers and document', async () => {
    const first = await enterConsole(world, officers[0])
    await first.tap('nav-grounds')
    await first.wait('grounds-empty')
    await first.tap('ground-new')
    await choose(first, 'ground-select', (await first.page.getByTestId('ground-option-provide_criminal_justice').textContent()).trim())
    await first.tap('ground-submit')
    await first.wait('ground-trouble')
    await first.fill('ground-real_name', c.person.real_name)
    await first.fill('ground-mobile_phone', c.person.mobile_phone)
    await first.tap('ground-recipient')
    await first.page.getByRole('option', { name: /人口/ }).last().click()
    await first.tap('ground-items')
    await first.page.getByRole('option', { name: /^(真实)?姓名$/ }).last().click()
    await first.page.keyboard.press('Escape')
    await first.fill('ground-evidence-document', '某检察院 调证字〔2026〕18号')
    await first.fill('ground-scope', '一起合同诈骗案的涉案人员核对')
    const until = new Date(await now() + 30 * 86400000).toISOString().slice(0, 10)
    await first.page.getByPlaceholder('年-月-日').fill(until)
    await first.page.keyboard.press('Enter')
    await first.wait('ground-needs-second')
    await first.shot('console-ground-new')
    await first.tap('ground-submit')
    await first.wait('ground-own')
    await first.shot('console-ground-own')
    assert.equal(first.page.url().includes(c.person.real_name) || first.page.url().includes(c.person.mobile_phone), false, 'nothing of the person in the address')

    const second = await enterConsole(world, officers[1])
    await second.tap('nav-grounds')
    await second.wait('grounds-waiting')
    await second.shot('console-grounds')
    await second.page.locator('[data-testid^="ground-"].ground').first().click()
    await second.tap('ground-approve')
    await second.page.getByRole('button', { name: '确认' }).click()
    await second.page.waitForFunction(() => document.querySelector('[data-testid=ground-state]')?.innerText === '已办理')
    assert.match(await second.text('ground-second'), /专员 乙某/)
    await second.shot('console-ground-done')
    assert.deepEqual(second.seen.faults, [])
    assert.deepEqual(first.seen.faults, [])

    const share = (await c.all('/me/usage')).find(u => u.action === 'share' && u.ground)
    assert.match(share.ground, /犯罪/)
    const a = await world.app()
    await agree(a)
    await logIn(a, c)
    await a.go(`/usage/${share.n}`)
    await a.wait('usage-entry')
    assert.match(await a.text('usage-basis'), /例外情形：.*犯罪/)
    assert.match(await a.text('usage-note'), /专员 甲某.*专员 乙某.*调证字〔2026〕18号/s)
    await a.shot('usage-ground')
  })
})
