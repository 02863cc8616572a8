// A request about one's own data, in a real browser, in both cities.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { openCity, passSecondCheck } from './app.mjs'
import { citizen } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'

const terms = { tianjin: '15个工作日', nantong: '15日' }

for (const [name, term] of Object.entries(terms)) describe(name, { concurrency: false }, () => {
  let world, a
  before(async () => {
    world = await openCity(name)
    const c = await citizen(world.city)
    const { version } = (await c.ok('GET', '/policy/current')).body
    a = await world.app()
    await a.context.addCookies([{ name: 'tb_session', value: c.token, url: world.city.base }, { name: 'tb_installation', value: c.installation, url: world.city.base }])
    await a.page.evaluate(v => localStorage.setItem('tongban.choice', JSON.stringify({ choice: 'agreed', version: v })), version)
    await a.reload()
    await a.wait('home-search')
  })
  after(async () => { await world?.close() })

  test('a request is filed, proven, and says until when it is answered [TJ-9.c] [TJ-9.d] [NT-7.4]', async () => {
    await a.go('/mine')
    await a.tap('mine-requests')
    await a.tap('request-new')
    await a.tap('request-kind-feedback')
    assert.ok((await a.text('request-term')).includes(term))
    await a.tap('request-submit')
    await a.page.getByText('请写 4 至 1000 个字').first().waitFor()
    await a.fill('input-text', '请说明我的信息会保存多久')
    await a.shot(`request-new`)
    await a.tap('request-submit')
    await passSecondCheck(a)
    await a.wait('request-due')
    await a.shot(`request`)
    await a.go('/mine/requests')
    await a.wait('request-list')
    await a.shot(`requests`)
    assert.deepEqual(a.seen.faults, [])
  })

  test('an officer answers it in the console, and the person reads the answer [TJ-9.c] [TJ-9.d] [NT-7.4]', async () => {
    const made = addOfficer(world.city, 'privacy', '专员 甲某', 'privacy_officer')
    const b = await world.console()
    await b.fill('input-login', made.login)
    await b.fill('input-password', made.password)
    await b.fill('input-totp', totp(made.secret, (await world.city.control('GET', 'clock?server=console-test')).now_ms))
    await b.tap('staff-log-in')
    await b.tap('nav-requests')
    await b.page.locator('[data-testid^="request-"].link').first().click()
    await b.wait('request-facts')
    await b.fill('request-reason', '核对请求的内容')
    await b.tap('request-look')
    assert.ok((await b.text('request-clear')).includes('保存多久'))
    await b.fill('request-words', '保存期限列在隐私政策第三部分')
    await b.shot(`console-request`)
    await b.tap('request-answer')
    await b.wait('requests-empty')
    await b.shot(`console-requests`)
    await a.go('/mine')
    await a.tap('mine-requests')
    await a.page.locator('[data-testid="request-list"] a').first().click()
    assert.ok((await a.text('request-answer')).includes('隐私政策第三部分'))
    assert.deepEqual(b.seen.faults, [])
  })
})
