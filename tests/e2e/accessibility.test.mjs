// Contrast, names, sizes and reflow of every screen of Tianjin, in the standard and in the elder's view.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { citizen } from '../api/helpers.mjs'
import { openAs, openCity } from './app.mjs'
import { brokenDates, screensOf, show, violations, walk } from './axe.mjs'

const service = '/services/social_insurance_query'
let world, a, screens

before(async () => {
  world = await openCity('tianjin')
  const c = await citizen(world.city, { insured: true })
  screens = await screensOf(c, 'social_insurance_query')
  a = await openAs(world, c)
})
after(() => world?.close())

test('no screen has a fault that axe knows of (WCAG 2.2 AA), a target under 44 px, or a title of another; none moves sideways at 320 px', async () => {
  assert.ok(screens.length >= 50, `${screens.length} screens`)
  assert.deepEqual(await walk(a, screens), {})
})

test('nor has the first notice, logging in, registering, or a sheet over a screen', async () => {
  const b = await world.app()
  const found = {}
  const look = async (name, one = b) => {
    const list = await violations(one)
    if (list.length > 0) found[name] = list
  }
  await b.wait('policy-text')
  await look('notice')
  await b.tap('policy-agree')
  await b.wait('walk-name')
  await look('permission')
  await b.tap('walk-skip')
  await b.go('/reset-password')
  await b.page.locator('h1').waitFor()
  await look('reset')
  await b.go('/login')
  await b.wait('login-submit')
  await b.tap('login-submit')
  await look('login')
  await b.go('/register')
  await b.wait('register-consent')
  await look('consent of registration')
  await b.id('register-consent-tick').check()
  await b.tap('register-next')
  await b.wait('input-real_name')
  await b.tap('register-next')
  await b.wait('error-f-real_name')
  await look('identity')
  await b.close()
  await show(a, service)
  await a.tap('service-start')
  await a.wait('consent-sheet')
  await look('consent', a)
  await a.tap('consent-refuse')
  assert.deepEqual(found, {})
})

test('the elder view is one tap from home, brings main text to 30 px and targets to 60 px, and breaks no screen', async () => {
  await show(a, '/')
  await a.tap('home-elder')
  await a.id('text-scale-largest').check()
  await show(a, service)
  const size = await a.page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('[data-testid=service-summary]')).fontSize))
  assert.ok(size >= 30, `main text of ${size} px`)
  assert.ok((await a.id('service-start').boundingBox()).height >= 60)
  const wide = [], broken = []
  for (const path of screens) {
    await show(a, path)
    await a.shot(`elder${path.replaceAll('/', '-')}`)
    const width = await a.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 390) wide.push(`${path} ${width}`)
    broken.push(...(await brokenDates(a)).map(date => `${path} ${date}`))
  }
  assert.deepEqual(broken, [], 'no line ends within a date')
  assert.deepEqual(wide, [])
  assert.deepEqual(a.seen.faults, [])
})
