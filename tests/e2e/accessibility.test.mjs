// Contrast, names, sizes and reflow, in the standard and in the elder's view.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { agree, openCity, registerWhole } from './app.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let world, a

const screens = ['/', '/services', '/search', '/services/social_insurance_query', '/messages', '/mine', '/mine/info', '/usage',
  '/mine/consents', '/mine/permissions', '/mine/settings', '/mine/settings/text',
  '/mine/settings/password', '/mine/settings/devices', '/mine/settings/cancel', '/cases', '/policy', '/about', '/about/sdks', '/about/cookies', '/about/items', '/about/statistics', '/hotline']

async function show(path) {
  await a.go(path)
  await a.page.waitForFunction(p => location.hash.slice(1) === p, path)
  await a.page.locator('[data-testid=state-loading]').first().waitFor({ state: 'hidden' })
  await a.page.waitForTimeout(250)
}

// The page's own policy allows no foreign script, so axe comes in past it.
async function violations({ page } = a) {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    })
    return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)
  })
}

before(async () => {
  world = await openCity('tianjin')
  a = await world.app()
  await agree(a)
  await registerWhole(a, await world.city.person({ insured: true }))
})
after(() => world?.close())

test('nor has the first notice, logging in, registering, or a sheet over a screen', async () => {
  const b = await world.app()
  const found = {}
  const look = async name => {
    await b.page.waitForTimeout(400)
    const list = await violations(b)
    if (list.length > 0) found[name] = list
  }
  await b.wait('policy-text')
  await look('notice')
  await b.tap('policy-agree')
  await b.wait('walk-name')
  await look('permission')
  await b.tap('walk-skip')
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
  await show('/services/social_insurance_query')
  await a.tap('service-start')
  await a.wait('consent-sheet')
  await a.page.waitForTimeout(400)
  const list = await violations()
  if (list.length > 0) found.consent = list
  await a.tap('consent-refuse')
  assert.deepEqual(found, {})
})

test('no screen has a fault that axe knows of (WCAG 2.2 AA)', async () => {
  const found = {}
  for (const path of screens) {
    await show(path)
    const list = await violations()
    if (list.length > 0) found[path] = list
  }
  assert.deepEqual(found, {})
})

test('everything that can be pressed is at least 44 px high and wide', async () => {
  const small = {}
  for (const path of screens) {
    await show(path)
    const list = await a.page.evaluate(() => [...document.querySelectorAll('button, a[href], [role=tab], [role=switch], label:has(input)')]
      .filter(e => e.checkVisibility() && !e.closest('[data-testid=policy-text]') && !e.classList.contains('visually-hidden'))
      .filter(e => !(e.tagName === 'A' && e.parentElement.tagName === 'DD'))
      .map(e => ({ name: e.dataset.testid ?? e.innerText.slice(0, 20), box: e.getBoundingClientRect(), outer: e.parentElement.getBoundingClientRect(), role: e.getAttribute('role') }))
      .filter(({ box, outer, role }) => role === 'switch' ? outer.width < 43.5 || outer.height < 43.5 : box.width < 43.5 || box.height < 43.5)
      .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`))
    if (list.length > 0) small[path] = list
  }
  assert.deepEqual(small, {})
})

test('at 320 px no screen needs to be moved sideways', async () => {
  await a.page.setViewportSize({ width: 320, height: 640 })
  const wide = []
  for (const path of screens) {
    await show(path)
    const width = await a.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 320) wide.push(`${path} ${width}`)
  }
  await a.page.setViewportSize({ width: 390, height: 844 })
  assert.deepEqual(wide, [])
})

test('the elder view is one tap from home, brings main text to 30 px and targets to 60 px, and breaks no screen', async () => {
  await show('/')
  await a.tap('home-elder')
  await a.id('text-scale-largest').check()
  await show('/services/social_insurance_query')
  const size = await a.page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('[data-testid=service-summary]')).fontSize))
  assert.ok(size >= 30, `main text of ${size} px`)
  assert.ok((await a.id('service-start').boundingBox()).height >= 60)
  const wide = []
  for (const path of screens) {
    await show(path)
    await a.shot(`elder${path.replaceAll('/', '-')}`)
    const width = await a.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 390) wide.push(`${path} ${width}`)
  }
  assert.deepEqual(wide, [])
  assert.deepEqual(a.seen.faults, [])
})

test('each screen has a title of its own', async () => {
  const titles = new Map()
  for (const path of screens) {
    await show(path)
    titles.set(path, await a.page.title())
  }
  for (const [path, title] of titles) assert.ok(title.length > 0, path)
  assert.ok(new Set(titles.values()).size >= screens.length - 1, JSON.stringify([...titles]))
})
