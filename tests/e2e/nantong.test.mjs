// A citizen of Nantong in the browser: reading, registering, proving the name, the 12345 appeal, two ways to cancel.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root } from '../api/helpers.mjs'
import { openCity, passSecondCheck, registerWhole } from './app.mjs'

let world, a, person
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')

before(async () => {
  world = await openCity('nantong')
  a = await world.app()
  person = await world.city.person({ insured: true })
})
after(() => world?.close())

test('[NT-0.4.b] agreeing is possible only after the end of the policy was reached', async () => {
  await a.wait('policy-text')
  assert.equal(await a.id('policy-agree').isDisabled(), true)
  assert.match(await a.text('reading-hint'), /末尾/)
  await a.shot('notice')
  await a.id('policy-end').scrollIntoViewIfNeeded()
  await a.id('policy-agree').and(a.page.locator(':enabled')).waitFor()
})

test('[NT-1.1.b] who does not agree browses the main screen', async () => {
  await a.tap('policy-refuse')
  await a.wait('guest-note')
  await a.wait('category-social_security')
  await a.shot('guest')
  await a.tap('guest-agree')
  await a.wait('policy-text')
  await a.id('policy-end').scrollIntoViewIfNeeded()
  await a.id('policy-agree').and(a.page.locator(':enabled')).waitFor()
  await a.tap('policy-agree')
  await a.wait('home-search')
})

test('[NT-1.2.2.3.a] no permission is asked at the first entry', async () => {
  assert.equal(await a.id('permission-walk').count(), 0)
  await a.shot('home')
})

test('[NT-3.3.5] registering says that nothing is quite safe on a network, and takes no simple password', async () => {
  await a.go('/register')
  await a.id('register-consent-tick').check()
  await a.tap('register-next')
  await a.wait('input-password')
  const advice = await a.text('password-advice')
  assert.match(advice, /没有绝对的安全/)
  assert.match(advice, /复杂密码/)
  await a.fill('input-username', 'somebody9')
  for (const weak of ['short', '12345678', 'abcdefgh', 'Abcdefgh']) {
    await a.fill('input-password', weak)
    await a.tap('register-next')
    await a.wait('error-f-password')
  }
  await a.shot('register-advice')
  await a.go('/')
  await a.wait('home-search')
})

test('[NT-1.1.a] registration asks name, phone and password, no identity', async () => {
  const asked = await registerWhole(a, person)
  assert.deepEqual(asked.sort(), ['mobile_phone', 'password', 'username'])
})

test('[NT-1.2.1.2.f] a service that needs the real name leads to the bank card way, with a consent of its own', async () => {
  await a.go('/services/insured_status_query')
  await a.wait('service-start')
  await a.tap('service-start')
  await a.wait('realname-submit')
  await a.fill('input-real_name', person.real_name)
  await a.fill('input-resident_id_number', person.resident_id_number)
  await a.fill('input-bank_card_number', person.bank_card_number)
  await a.fill('input-bank_reserved_mobile', person.bank_reserved_mobile)
  await a.shot('realname')
  await a.tap('realname-submit')
  await a.wait('consent-sheet')
  await a.shot('realname-consent')
  await a.tap('consent-agree')
  await a.wait('service-start')
})

test('[NT-2.1.2] the insured status is queried after a consent for exactly its items', async () => {
  await a.tap('service-start')
  await a.wait('consent-sheet')
  await a.wait('consent-item-resident_id_number')
  await a.tap('consent-agree')
  await a.wait('query-submit')
  await a.tap('query-submit')
  await a.wait('query-result')
  await a.shot('result')
  await a.tap('result-done')
})

test('[NT-1.2.1.3.a] [NT-1.2.2.4.c] an appeal goes with its five items and a photo, whose permission is asked at use', async () => {
  await a.go('/')
  await a.tap('home-hotline')
  await a.wait('interaction-hotline')
  await a.shot('interaction')
  await a.tap('interaction-hotline')
  await a.wait('service-start')
  await a.tap('service-start')
  await a.wait('consent-sheet')
  await a.tap('consent-agree')
  await a.wait('apply-next')
  await a.tap('apply-next')
  await a.wait('error-f-appeal_content')
  await a.fill('input-appeal_content', '人民路与工农路交叉口的路灯连续三天不亮，夜间过街不安全，请派人维修。')
  await a.tap('photo-album')
  await a.wait('permission-sheet')
  assert.match(await a.text('permission-why'), /./)
  await a.shot('permission')
  await a.tap('permission-deny')
  await a.wait('permission-sheet', 'hidden')
  assert.equal(await a.id('photo-1').count(), 0)
  await a.tap('photo-album')
  await a.wait('permission-sheet')
  const chooser = a.page.waitForEvent('filechooser')
  await a.tap('permission-grant')
  await (await chooser).setFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: picture })
  await a.wait('photo-1')
  await a.shot('apply')
  await a.tap('apply-next')
  await a.id(`input-gender-${person.gender}`).check()
  await a.fill('input-contact_phone', person.mobile_phone)
  await a.fill('input-email', person.email)
  await a.tap('apply-next')
  await a.wait('apply-review')
  await a.shot('review')
  await a.tap('apply-submit')
  await a.wait('case-number')
  await a.shot('case-new')
})

test('[NT-1.2.1.3.b] [NT-1.2.1.3.c] the case goes to a department, which answers, and progress is a message', async () => {
  const number = await a.text('case-number')
  for (let i = 0; i < 30 && !await a.id('case-reply').isVisible(); i++) {
    await world.city.advance('PT2M')
    await world.city.settle()
    await a.tap('case-refresh')
    await a.page.waitForTimeout(400)
  }
  await a.wait('case-reply')
  assert.notEqual(await a.text('case-department'), '正在分派')
  await a.shot('case')
  assert.equal((await a.page.content()).includes('路灯连续三天不亮'), false)
  await a.tap('case-reveal-appeal_content')
  await a.id('second-check').or(a.page.locator('[data-testid=case-item-appeal_content]', { hasText: '路灯' })).first().waitFor()
  if (await a.id('second-check').isVisible()) await passSecondCheck(a)
  await a.id('case-item-appeal_content').filter({ hasText: '路灯连续三天不亮' }).waitFor()
  await a.tap('case-done')
  await a.wait('message-list')
  assert.match(await a.text('message-list'), /12345/)
  await a.shot('messages')
  await a.go('/cases')
  await a.wait('case-list')
  assert.ok((await a.text('case-list')).includes(number))
})

test('[NT-4.1.a] the own data screen has the name the policy gives it', async () => {
  await a.go('/mine')
  await a.tap('mine-info')
  await a.wait('item-real_name')
  assert.equal(await a.text('page-title'), '用户资料')
  await a.shot('my-information')
})

const rows = readFileSync(join(root, 'tests/data/item_kinds.tsv'), 'utf8').trim().split('\n').slice(1).map(l => l.split('\t'))
const kinds = rows.map(([clause, key, name, items]) => ({ clause, key, name, items: items.split(',') })) // [NT-A.5.1] to [NT-A.5.12]

test(`[${kinds.map(k => k.clause).join('] [')}] the dictionary lists each item under its kind, and the own data stand under the same headings`, async () => {
  const words = (await (await fetch(`${world.city.base}/api/v1/items`)).json()).kinds
  await a.go('/about/items')
  await a.wait('item-kinds')
  for (const k of kinds) {
    const shown = await a.id(`kind-${k.key}`).locator('[data-testid^=word-]').evaluateAll(all => all.map(e => e.dataset.testid.slice(5)))
    assert.deepEqual(shown.sort(), k.items, k.key)
    assert.equal(await a.id(`kind-${k.key}`).locator('h2').innerText(), k.name)
  }
  // what the account holds, and beside it one item of each kind that it holds none of
  await a.page.route('**/api/v1/me/items*', async route => {
    const answer = await route.fetch(), body = await answer.json()
    const lacking = words.filter(w => !body.items.some(i => i.kind === w.key)).map(w => ({ ...body.items[0], ...w.items[0], kind: w.key }))
    await route.fulfill({ response: answer, json: { ...body, items: [...lacking, ...body.items] } })
  })
  await a.go('/mine/info')
  await a.wait('info-basic')
  for (const k of kinds) {
    assert.equal(await a.id(`info-${k.key}`).locator('h2').innerText(), k.name)
    const held = await a.id(`info-${k.key}`).locator('li').evaluateAll(all => all.map(e => e.dataset.testid.slice(5)))
    assert.ok(held.length > 0 && held.every(i => k.items.includes(i)), `${k.key}: ${held}`)
  }
  await a.shot('my-information-kinds')
  await a.page.unroute('**/api/v1/me/items*')
})

test('[NT-4.1.b] who cannot see the data says so from that page, and gets a number and a day', async () => {
  await a.go('/mine/info')
  await a.wait('info-basic')
  assert.match(await a.page.getByText('也可以拨打').innerText(), /0513-85216336/)
  await a.tap('info-report')
  await a.wait('request-term')
  await a.fill('input-text', '打不开我的信息，请核对')
  await a.tap('request-submit')
  await a.id('second-check').or(a.id('request-due')).first().waitFor()
  if (await a.id('second-check').isVisible()) await passSecondCheck(a)
  await a.wait('request-due')
  assert.match(await a.page.locator('main').innerText(), /\d{6}-\d+/)
  assert.match(await a.text('request-due'), /\d{4}年\d+月\d+日/)
  await a.shot('request-access')
})

test('[NT-4.5.c] [NT-4.5.g] cancelling offers two scopes, each saying what it means, and gives a certificate', async () => {
  await a.go('/mine/settings/security')
  await a.tap('security-cancel')
  await a.wait('cancel-scope-app')
  await a.wait('cancel-scope-unified')
  await a.shot('cancel-scopes')
  await a.tap('cancel-scope-app')
  await a.wait('cancel-preview')
  await a.id('cancel-understood').check()
  await a.shot('cancel')
  await a.tap('cancel-submit')
  await a.id('second-check').or(a.id('certificate')).first().waitFor()
  if (await a.id('second-check').isVisible()) await passSecondCheck(a)
  await a.wait('certificate')
  await a.shot('certificate')
})

test('[NT-3.2.b] the app speaks to no host but its own, and no script failed', () => {
  assert.deepEqual(a.seen.outside, [])
  assert.deepEqual(a.seen.faults, [])
})
