// An unusual login asks a second proof; the person reads of it and blocks the device; what must be told to nobody is said where it matters.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { openCity, password } from './app.mjs'
import { citizen } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'

const paying = { tianjin: /^convenience_payment$/, nantong: /^payment$/ }

for (const name of Object.keys(paying)) describe(name, { concurrency: false }, () => {
  let world, c, version
  const own = name === 'nantong' ? '[NT-1.3.b]' : '[TJ-1.2.1.4.b]'
  const agreed = async a => {
    await a.page.evaluate(v => localStorage.setItem('tongban.choice', JSON.stringify({ choice: 'agreed', version: v })), version)
    await a.reload()
    await a.go('/') // a first page may have led elsewhere before
    await a.wait('home-search')
  }
  const as = async (client, session = true) => {
    const a = await world.app()
    const url = world.city.base
    await a.page.waitForLoadState('networkidle') // the app's own installation comes before ours
    await a.context.addCookies([{ name: 'tb_installation', value: client.installation, url }, ...(session ? [{ name: 'tb_session', value: client.token, url }] : [])])
    await agreed(a)
    return a
  }
  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city)
    version = (await c.ok('GET', '/policy/current')).body.version
  })
  after(async () => { await world?.close() })

  test(`${own} an unusual login asks a second proof in the app`, async () => {
    const d = await world.city.client()
    for (let i = 0; i < 3; i++) await d.call('POST', '/sessions', { method: 'password', login: c.username, password: 'Wrong-pass1' })
    const a = await as(d, false)
    await a.go('/login')
    await a.fill('input-login', c.username)
    await a.fill('input-password', password)
    await a.tap('login-submit')
    await a.wait('login-asked')
    await a.fill('input-mobile_phone', c.person.mobile_phone)
    const seen = (await world.city.sms(c.person.mobile_phone)).length
    await a.tap('send-code')
    const code = await world.city.code(c.person.mobile_phone, seen)
    await a.fill('input-sms_code', code === '000000' ? '000001' : '000000')
    await a.tap('login-submit')
    await a.wait('login-trouble')
    await a.shot('login-asked')
    await a.fill('input-sms_code', code)
    await a.tap('login-submit')
    await a.page.getByTestId('login-submit').waitFor({ state: 'detached' })
    await a.go('/mine')
    await a.wait('mine-requests')
    assert.deepEqual(a.seen.faults, [])
    // the person reads of it on the own device, and blocks
    const b = await as(c)
    await b.go('/messages')
    await b.page.getByText('异常登录提醒').first().click()
    await b.wait('login-block')
    assert.match(await b.text('message-page'), /时间：.*网络地址127\.0\.0\.\\*/s)
    await b.shot('login-alert')
    await b.tap('login-block')
    await b.page.locator('.van-dialog__confirm').click()
    await b.wait('login-blocked')
    await b.shot('login-blocked')
    assert.equal((await a.page.request.get(world.city.base + '/api/v1/me')).status(), 401)
    assert.deepEqual(b.seen.faults, [])
  })

  test('[TJ-5.6.d] what must be told to nobody is said at registration, at a change of password and where money moves', async () => {
    const a = await as(c)
    await a.go('/mine/settings/password')
    assert.match(await a.text('secrets-warning'), /密码.*财产损失/)
    await a.shot('warning-password')
    const { items } = (await c.ok('GET', '/services?limit=100')).body
    const service = items.find(s => paying[name].test(s.category))
    await a.go(`/services/${service.key}`)
    await a.wait('secrets-warning')
    await a.shot('warning-service')
    await a.go(`/services/${items.find(s => !/payment/.test(s.category)).key}`)
    await a.wait('service-summary')
    assert.equal(await a.page.getByTestId('secrets-warning').count(), 0)
    const guest = await as(await world.city.client(), false)
    await guest.go('/register')
    await guest.wait('register-step')
    while (await guest.page.getByTestId('secrets-warning').count() === 0) {
      if (await guest.page.getByTestId('register-consent-tick').count()) await guest.tap('register-consent-tick')
      await guest.tap('register-next')
      await guest.page.waitForTimeout(200)
    }
    assert.match(await guest.text('secrets-warning'), /财产损失/)
  })

  test('[TJ-1.2.1.4.c] [TJ-5.4.c] [TJ-5.5.b] officers see events and outages, and cut a connector', async () => {
    const made = addOfficer(world.city, 'watch', '专员 甲某', 'privacy_officer')
    const b = await world.console()
    await b.fill('input-login', made.login)
    await b.fill('input-password', made.password)
    await b.fill('input-totp', totp(made.secret, (await world.city.control('GET', 'clock?server=console-test')).now_ms))
    await b.tap('staff-log-in')
    await b.tap('nav-security-events')
    await b.wait('security-event-list')
    assert.match(await b.text('security-event-list'), /异常登录[^]*要求再次验证/)
    await b.shot('console-events')
    await b.tap('nav-outages')
    await b.tap('cut-new')
    await b.tap('cut-key')
    await b.page.locator('.el-select-dropdown__item:visible').first().click()
    await b.fill('cut-reason', '处置安全事件')
    await b.shot('console-cut')
    await b.tap('cut-save')
    await b.wait('cut-list')
    assert.match(await b.text('outage-list'), /中断中[^]*人为原因/)
    await b.shot('console-outages')
    assert.deepEqual(b.seen.faults, [])
  })
})
