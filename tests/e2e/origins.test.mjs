// Filling in the number of the phone in the place of typing it, in the app inside a native shell.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { agree, openCity, passSecondCheck, password, typeCode } from './app.mjs'

let world
before(async () => { world = await openCity('tianjin') })
after(() => world?.close())

// The shell of a phone with a card in it: it lends the page its carrier's tokens.
async function phoneOf(person) {
  const a = await world.app()
  const asked = []
  await a.context.exposeFunction('askCarrier', async () => {
    asked.push(Date.now())
    return (await world.city.control('POST', 'sims', { phone: person.mobile_phone })).number_token
  })
  await a.context.addInitScript(() => { window.tongbanPhone = { numberToken: () => window.askCarrier() } })
  await a.reload()
  return Object.assign(a, { asked })
}

async function fillIn(a) {
  assert.equal(await a.id('input-mobile_phone').inputValue(), '', 'nothing is filled in beforehand')
  await a.tap('prefill-number')
  await a.wait('prefill-sheet')
  assert.equal(await a.id('prefill-tick').isChecked(), false)
  await a.tap('prefill-agree')
  await a.wait('prefill-error')
  assert.equal(a.asked.length, 0, 'the carrier is not asked before the tick')
  await a.id('prefill-tick').check()
  await a.shot('prefill-sheet')
  await a.tap('prefill-agree')
  await a.wait('prefill-done-number')
  assert.equal(a.asked.length, 1)
}

let a, person

test('[TJ-1.1.1.b] registration takes the number of the phone after a tick, and my information says where it came from', async () => {
  person = await world.city.person()
  a = await phoneOf(person)
  await agree(a)
  await a.go('/register')
  await a.id('register-consent-tick').check()
  await a.tap('register-next')
  await a.fill('input-real_name', person.real_name)
  await a.fill('input-id_number', person.resident_id_number)
  await a.fill('input-id_expiry', person.id_expiry)
  await a.tap('register-next')
  await a.wait('input-mobile_phone')
  await fillIn(a)
  assert.equal(await a.id('input-mobile_phone').inputValue(), person.mobile_phone)
  await a.shot('register-prefilled')
  await typeCode(a, person.mobile_phone)
  await a.tap('register-next')
  a.username = `e${process.pid}or`
  await a.fill('input-username', a.username)
  await a.fill('input-password', password)
  await a.fill('input-password_again', password)
  await a.tap('credentials-submit')
  await a.wait('home-search')
  await a.go('/mine/info')
  await a.tap('item-more-mobile_phone')
  assert.match(await a.text('item-origin-mobile_phone'), /授权获取（.*号码认证平台）/)
  await a.shot('info-origin')
  await a.tap('item-more-real_name')
  assert.match(await a.text('item-origin-real_name'), /本人填写/)
})

test('[TJ-1.1.5.b] the name is proven anew with what the account holds, masked on the page', async () => {
  await a.go('/mine/settings')
  await a.tap('settings-realname')
  await a.wait('realname-again')
  assert.equal(await a.id('input-real_name').inputValue(), '')
  await a.shot('realname-empty')
  await a.tap('prefill-account')
  await a.id('prefill-tick').check()
  await a.tap('prefill-agree')
  await a.wait('filled-id_number')
  assert.match(await a.text('filled-id_number'), /\*/)
  await a.tap('type-real_name')
  await a.fill('input-real_name', person.real_name)
  await a.shot('realname-filled')
  await a.tap('realname-submit')
  const sheet = a.id('consent-agree').or(a.id('second-check')).first()
  await sheet.waitFor()
  if (await a.id('consent-agree').isVisible()) await a.tap('consent-agree')
  await passSecondCheck(a)
  await a.id('consent-agree').or(a.id('mine-name')).first().waitFor()
  if (await a.id('consent-agree').isVisible()) await a.tap('consent-agree')
  await a.wait('mine-name')
  await a.go('/mine/info')
  await a.tap('item-more-id_number')
  assert.match(await a.text('item-origin-id_number'), /授权获取（本账号已登记的信息）/)
})

test('[TJ-1.1.2.l] [TJ-1.1.3.c] login and reset offer the number after a tick alone, and a browser without a card offers nothing', async () => {
  const b = await phoneOf(person)
  await agree(b)
  await b.go('/reset-password')
  await b.wait('prefill-number')
  await fillIn(b)
  assert.equal(await b.id('input-mobile_phone').inputValue(), person.mobile_phone)
  await b.go('/login')
  await b.tap('login-sms')
  b.asked.length = 0
  await fillIn(b)
  await b.shot('login-prefilled')
  await world.city.advance('PT61S')
  await typeCode(b, person.mobile_phone)
  await b.tap('login-submit')
  await b.wait('home-search')
  await b.go('/mine/settings/devices')
  await b.page.getByText('登录所用手机号码由您授权获取').waitFor()
  await b.close()
  const plain = await world.app()
  await agree(plain)
  await plain.go('/login')
  await plain.tap('login-sms')
  await plain.wait('input-mobile_phone')
  assert.equal(await plain.id('input-mobile_phone').inputValue(), '')
  assert.equal(await plain.id('prefill-number').count(), 0)
  assert.deepEqual([...a.seen.faults, ...plain.seen.faults], [])
})
