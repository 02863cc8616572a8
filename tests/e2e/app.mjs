// The apps in a real browser, against a real server and a real sandbox.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { password, root, startCity, username } from '../api/helpers.mjs'
import { totp } from '../api/totp.mjs'

export { password, username }

const dist = join(root, 'web/dist')
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']

function chromiumPath() {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(p => p && existsSync(p))
  if (!found) throw new Error('no Chromium: install it, or name it in CHROMIUM')
  return found
}

// A city that serves the built apps, and a browser.
export async function openCity(key, options = {}) {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('web/dist is not built: run tools/web.sh')
  const city = await startCity({ city: key, web: dist, ...options })
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  return {
    city,
    browser,
    app: (more) => openApp(city, browser, more),
    console: () => openConsole(city, browser),
    async close() {
      await browser.close()
      await city.stop()
    },
  }
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }
const desk = { viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }

async function openPage(city, browser, options, path) {
  const context = await browser.newContext({ acceptDownloads: true, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30000)
  const seen = { requests: [], outside: [], faults: [] }
  page.on('request', r => {
    const url = new URL(r.url())
    if (url.protocol === 'blob:' || url.protocol === 'data:') return
    if (url.origin === city.base) seen.requests.push(`${r.method()} ${url.pathname}`)
    else seen.outside.push(r.url())
  })
  page.on('pageerror', e => seen.faults.push(e.message))
  page.on('console', m => { if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) seen.faults.push(m.text()) })
  let running = 0
  page.on('request', () => { running++ })
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, () => { running-- })
  await page.goto(city.base + path)
  const id = name => page.getByTestId(name)
  return {
    city, context, page, seen, id,
    tap: name => id(name).click(),
    fill: (name, value) => id(name).fill(value),
    text: name => id(name).innerText(),
    wait: (name, state = 'visible') => id(name).waitFor({ state }),
    go: path => page.evaluate(p => { location.hash = p }, path),
    reload: () => page.reload(),
    // Until what the app told the server by itself has been answered: none running, looked at three times.
    async settled() {
      for (let quiet = 0, looks = 0; quiet < 3 && looks < 200; looks++, quiet = running > 0 ? 0 : quiet + 1) await page.waitForTimeout(50)
    },
    async shot(name) {
      const dir = process.env.TB_SHOTS
      if (!dir) return
      await mkdir(dir, { recursive: true })
      await page.waitForTimeout(400)
      await page.screenshot({ path: join(dir, `${city.city}-${name}.png`) })
    },
    async download(name) {
      const [file] = await Promise.all([page.waitForEvent('download'), id(name).click()])
      const chunks = []
      for await (const chunk of await file.createReadStream()) chunks.push(chunk)
      return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString() }
    },
    close: () => context.close(),
  }
}

async function openApp(city, browser, options = {}) {
  return openPage(city, browser, { ...phone, ...options }, '/')
}

async function openConsole(city, browser) {
  return openPage(city, browser, desk, '/console/')
}

// The console, entered by an officer of tests/api/officers.mjs. A code opens one session only: the clock goes on.
export async function enterConsole(world, officer) {
  await world.city.advance('PT1M')
  const k = await world.console()
  await k.fill('input-login', officer.login)
  await k.fill('input-password', officer.password)
  const { now_ms } = await world.city.control('GET', 'clock?server=console-test') // a page may take longer than a code lives
  await k.fill('input-totp', totp(officer.secret, now_ms))
  await k.tap('staff-log-in')
  await k.wait('staff-name')
  return k
}

// Chooses an entry of a list of the console by its name, or by a pattern; of that list, for another may be folding up still. A click on
// a list that moves may be lost: who sees that nothing was chosen clicks again.
export async function choose(k, select, name) {
  const box = k.page.locator(`[data-testid="${select}"][role=combobox], [data-testid="${select}"] [role=combobox]`)
  await box.waitFor()
  const list = k.page.locator(`[id="${await box.getAttribute('aria-controls')}"]`)
  for (let tries = 0; tries < 4; tries++) {
    if (await box.getAttribute('aria-expanded') !== 'true') await k.tap(select)
    const option = list.getByRole('option', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).last()
    await option.waitFor()
    const entry = await option.elementHandle()
    await entry.click({ timeout: 5000 }).catch(() => {})
    for (let looks = 0; looks < 40; looks++) {
      if (await entry.getAttribute('aria-selected') === 'true') return
      await k.page.waitForTimeout(50)
    }
  }
  throw new Error(`${select}: ${name} cannot be chosen`)
}

// The log-in screen of a phone, for somebody who was registered by the API.
export async function logIn(a, citizen) {
  await a.go('/login')
  await a.fill('input-login', citizen.username)
  await a.fill('input-password', password)
  await a.tap('login-submit')
  await a.page.waitForFunction(() => !location.hash.startsWith('#/login'))
}

// The app of somebody who registered, agreed and logged in by the API.
export async function openAs(world, citizen) {
  const { version } = (await citizen.ok('GET', '/policy/current')).body
  const a = await world.app()
  const cookies = { tb_session: citizen.token, tb_installation: citizen.installation }
  await a.context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: world.city.base })))
  await a.page.evaluate(v => localStorage.setItem('tongban.choice', JSON.stringify({ choice: 'agreed', version: v })), version)
  await a.reload()
  await a.wait('home-search')
  return a
}

// Reads to the end of the policy, as long as the city demands, and agrees.
export async function agree(a) {
  await a.wait('policy-text')
  await a.id('policy-end').scrollIntoViewIfNeeded()
  await a.id('policy-agree').and(a.page.locator(':enabled')).waitFor()
  await a.tap('policy-agree')
  await a.id('walk-skip').or(a.id('home-search')).first().waitFor()
  if (await a.id('walk-skip').isVisible()) await a.tap('walk-skip')
  await a.wait('home-search')
}

// Types the code that the sandbox "sent" last.
export async function typeCode(a, mobile_phone, field = 'input-sms_code') {
  const before = (await a.city.sms(mobile_phone)).length
  await a.tap('send-code')
  for (let i = 0; i < 100; i++) {
    const list = await a.city.sms(mobile_phone)
    if (list.length > before) {
      await a.fill(field, /(?<!\d)\d{6}(?!\d)/.exec(list[0].text)[0])
      return
    }
    await a.page.waitForTimeout(100)
  }
  throw new Error('no short message')
}

// Fills the registration of either city, whichever fields it shows; answers which they were.
export async function register(a, person, { name = username() } = {}) {
  const values = {
    username: name, password, mobile_phone: person.mobile_phone, real_name: person.real_name,
    id_number: person.resident_id_number, id_expiry: person.id_expiry,
  }
  const asked = new Set()
  await a.go('/register')
  await a.wait('register-next')
  for (let step = 0; step < 4 && await a.id('register-next').isVisible(); step++) {
    const title = await a.text('register-step')
    if (await a.id('register-consent-tick').isVisible()) await a.id('register-consent-tick').check()
    for (const [item, value] of Object.entries(values))
      if (await a.id(`input-${item}`).isVisible()) {
        asked.add(item)
        await a.fill(`input-${item}`, value)
      }
    if (await a.id('input-sms_code').isVisible()) await typeCode(a, person.mobile_phone)
    await a.shot(`register-${step + 1}`)
    await a.tap('register-next')
    await a.page.waitForFunction(t => document.querySelector('[data-testid=register-step]')?.innerText !== t, title)
  }
  a.person = person
  a.username = name
  return [...asked]
}

// Registers and takes the following step: name and password, or the phone's code.
export async function registerWhole(a, person, options) {
  const asked = await register(a, person, options)
  await a.id('credentials-submit').or(a.id('bind-submit')).first().waitFor()
  if (await a.id('credentials-submit').isVisible()) {
    await a.fill('input-username', a.username)
    await a.fill('input-password', password)
    await a.fill('input-password_again', password)
    await a.tap('credentials-submit')
  } else {
    await a.fill('input-mobile_phone', person.mobile_phone)
    await typeCode(a, person.mobile_phone)
    await a.tap('bind-submit')
  }
  await a.wait('home-search')
  return asked
}

export async function passSecondCheck(a) {
  await a.wait('second-check')
  await a.fill('input-second_password', password)
  await a.tap('second-check-submit')
  await a.wait('second-check', 'hidden')
}
