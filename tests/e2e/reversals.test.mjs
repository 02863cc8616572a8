// A set with a row for each person, from the console: made, downloaded, one code led back to its person, who reads why; then the way
// back destroyed. Where the policy knows no way back, the console offers none.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { cities, citizen, root } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'
import { now } from '../api/versions.mjs'
import { choose, enterConsole, openAs, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let folder, world, officer, k, people
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tongban-code-')) // k is a setting: two people make a group here
    cpSync(join(root, 'cities'), join(folder, 'cities'), { recursive: true })
    const file = join(folder, 'cities', name, 'city.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^  k: 10 .*$/m, '  k: 2'))
    world = await openCity(name, { cities: join(folder, 'cities') })
    people = [await citizen(world.city), await citizen(world.city)]
    officer = addOfficer(world.city, 'privacy', '专员 吴某', 'privacy_officer')
    k = await enterConsole(world, officer)
  })
  after(async () => { await world?.close(); rmSync(folder, { recursive: true, force: true }) })

  async function make() {
    await k.tap('nav-analysis')
    await k.tap('analysis-new')
    await choose(k, 'analysis-fields', '是否成年')
    await k.page.keyboard.press('Escape')
    if (name === 'nantong') await choose(k, 'analysis-part', /./)
    await k.fill('analysis-purpose', '了解成年用户的使用情况')
    await k.id('analysis-form-rows').click()
  }
  async function open() {
    await world.city.settle()
    await k.tap('analysis-refresh')
    await k.page.locator('[data-testid^="analysis-"]').getByText('查看', { exact: true }).first().click()
  }

  if (name === 'tianjin') {
    test('rows without a way back: the console offers none, and the file has nothing but codes and groups [TJ-1.2.2.b]', async () => {
      await make()
      assert.equal(await k.id('analysis-reversible').count(), 0)
      await k.tap('analysis-save')
      await open()
      await k.wait('analysis-key')
      assert.match(await k.text('analysis-key'), /2 行；没有保留对应表/)
      assert.equal(await k.id('analysis-reverse').count(), 0)
      await k.shot('console-rows')
      assert.deepEqual(k.seen.faults, [])
    })
    return
  }

  test('a code of the downloaded file leads back for a reason that the person reads; the end of the table ends it [NT-A.8]', async () => {
    await make()
    await k.id('analysis-reversible').click()
    await k.shot('console-rows-form')
    await k.tap('analysis-save')
    await open()
    await k.wait('analysis-key')
    await k.shot('console-rows')
    const [file] = await Promise.all([k.page.waitForEvent('download'), k.tap('analysis-download')])
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n')
    assert.equal(lines.length, 3)
    const code = /^"([A-Z2-7]{26})","成年"$/.exec(lines[1])[1]

    await k.tap('analysis-reverse')
    await k.fill('reversal-code', code)
    await k.fill('reversal-reason', '更正一条错误的记录')
    await k.fill('reversal-totp', '000000')
    await k.tap('reversal-save')
    await k.wait('reversal-error')
    await world.city.advance('PT61S')
    await k.fill('reversal-totp', totp(officer.secret, await now(world.city)))
    await k.tap('reversal-save')
    await k.wait('reversal-found')
    await k.shot('console-reversal')
    const found = await k.text('reversal-found')
    for (const { person } of people) assert.ok(!found.includes(person.real_name) && !found.includes(person.mobile_phone), 'masked')

    const told = []
    for (const c of people) for (const u of await c.all('/me/usage')) if (u.note === '更正一条错误的记录') told.push([c, u])
    assert.equal(told.length, 1, 'one person was looked at, once')
    const [[whose, entry]] = told, a = await openAs(world, whose)
    await a.go(`/usage/${entry.n}`)
    await a.wait('usage-note')
    assert.ok((await a.text('usage-note')).includes('更正一条错误的记录'))
    await a.shot('usage-reversal')

    await k.page.keyboard.press('Escape')
    await open()
    await k.tap('analysis-key-end')
    await k.page.getByRole('button', { name: '销毁', exact: true }).click()
    await k.page.waitForFunction(() => document.querySelector('[data-testid=analysis-key]')?.innerText.includes('已经销毁'))
    assert.equal(await k.id('analysis-reverse').count(), 0)
    await k.shot('console-rows-ended')
    assert.deepEqual([...k.seen.faults, ...a.seen.faults], [])
  })
})
