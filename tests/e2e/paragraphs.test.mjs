// The line on each form that leads to its paragraph of the policy and of the user agreement, in the browser.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { citizen } from '../api/helpers.mjs'
import { agree, openAs, openCity } from './app.mjs'

// What no person can open without a case, a child or an officer: tests/api/paragraphs.test.mjs looks at their screens.
const cities = {
  tianjin: { forms: ['session_create', 'password_reset', 'consent_give', 'account_create', 'credentials_create', 'phone_bind', 'realname_create', 'query_run', 'case_file', 'attachment_add',
    'me_change', 'password_change', 'preference_put', 'wish_put', 'guardian_code', 'ward_create', 'guardian_report', 'request_file', 'permission_put', 'second_check_create', 'use_log_open'] },
  nantong: { forms: ['session_create', 'password_reset', 'consent_give', 'account_create', 'credentials_create', 'phone_bind', 'realname_create', 'query_run', 'case_file', 'attachment_add',
    'me_change', 'password_change', 'guardian_code', 'ward_create', 'guardian_report', 'request_file', 'permission_put', 'second_check_create', 'favorite_put', 'search_history_add', 'preference_put', 'use_log_open'] },
}

for (const [name, expected] of Object.entries(cities)) {
  describe(name, { concurrency: false }, () => {
    let world, a, c
    const seen = new Map(), pages = new Map()
    before(async () => {
      world = await openCity(name)
      c = await citizen(world.city, { insured: true })
    })
    after(() => world?.close())

    // All lines of what is on the screen, each with both links answered, and at a place of the page.
    async function look(app, form) {
      const line = app.page.locator(`[data-testid=basis][data-form=${form}][data-ready=true]`).first()
      await line.waitFor()
      assert.match(await line.innerText(), /《隐私政策》.*《用户服务协议》/s)
      for (const href of await line.locator('a').evaluateAll(links => links.map(l => l.getAttribute('href')))) {
        const [path, id] = href.split('#')
        assert.ok(id, `${form}: ${href} leads to no paragraph`)
        if (!pages.has(path)) pages.set(path, await fetch(world.city.base + path).then(async r => ({ status: r.status, html: await r.text() })))
        assert.equal(pages.get(path).status, 200, href)
        assert.ok(pages.get(path).html.includes(` id="${id}"`), `${form}: ${href}`)
      }
      seen.set(form, (seen.get(form) ?? 0) + 1)
    }
    const at = async (app, path, ...forms) => {
      await app.go(path)
      for (const form of forms) await look(app, form)
    }

    test('who comes for the first time reads both texts; each form before logging in leads to them [NT-3.3.1.b]', async () => {
      a = await world.app()
      await a.wait('policy-text')
      const href = await a.id('notice-agreement').getAttribute('href')
      assert.match(href, /^\/agreement\/[\d.]+$/)
      await a.shot('notice-both')
      const [page] = await Promise.all([a.context.waitForEvent('page'), a.tap('notice-agreement')])
      await page.locator('h1', { hasText: '用户服务协议' }).waitFor()
      await page.close()
      await agree(a)
      await at(a, '/login', 'session_create')
      await a.shot('basis-login')
      await at(a, '/reset-password', 'password_reset')
      await at(a, '/register', 'consent_give')
      await a.shot('basis-register-consent')
      await a.id('register-consent-tick').check()
      await a.tap('register-next')
      await look(a, 'account_create')
      await at(a, '/guardian', 'guardian_code')
    })

    test('a link opens the page at its paragraph, which is marked [NT-3.3.1.b]', async () => {
      await a.go('/login')
      await look(a, 'session_create')
      for (const text of ['policy', 'agreement']) {
        const [page] = await Promise.all([a.context.waitForEvent('page'), a.page.locator('[data-form=session_create]').getByTestId(`basis-${text}`).first().click()])
        await page.locator('tr:target').waitFor()
        const box = await page.locator('tr:target').boundingBox()
        assert.ok(box.y > -2 && box.y < 844, `${text}: the paragraph stands at ${box.y}`)
        assert.equal(new URL(page.url()).pathname, `/${text}`)
        if (process.env.TB_SHOTS) await page.screenshot({ path: `${process.env.TB_SHOTS}/${name}-target-${text}.png` })
        await page.close()
      }
      await a.close()
    })

    test('so does each form of somebody who has an account [NT-3.3.1.b]', async () => {
      a = await openAs(world, c)
      const { features } = (await c.ok('GET', '/city')).body
      for (const [path, form] of [['/register/credentials', 'credentials_create'], ['/register/phone', 'phone_bind'], ['/realname', 'realname_create'], ['/mine/settings/password', 'password_change'],
        ['/mine/requests/new', 'request_file'], ['/guardian/new', 'ward_create'], ['/guardian/new?report=1', 'guardian_report'], ['/mine/use-log', 'use_log_open']]) {
        await at(a, path, form)
        if (path === '/realname') await a.shot('basis-realname')
      }
      if (features.wishes) await at(a, '/mine/settings/wishes', 'wish_put')
      if (features.history || features.personal) await at(a, '/mine/settings/preferences', 'preference_put')
      if (features.history) {
        for (const preference of await a.page.locator('[data-testid^=preference-]').all())
          if (await preference.getAttribute('aria-checked') !== 'true') await preference.click()
      }
      await a.go('/mine/permissions')
      await a.page.locator('[data-testid^=more-perm_]').first().click()
      await look(a, 'permission_put')
      await a.go('/mine/info')
      await a.page.locator('[data-testid^=item-more-]').first().waitFor()
      for (const more of await a.page.locator('[data-testid^=item-more-]').all()) {
        await more.click()
        const change = a.page.locator('[data-testid^=item-change-]').first()
        if (await change.isVisible()) {
          await change.click()
          await look(a, 'me_change')
          await a.shot('basis-change')
          break
        }
      }
      await a.go('/mine')
      await a.go('/mine/info')
      await a.page.locator('[data-testid^=item-reveal-]').first().click()
      await look(a, 'second_check_create')
    })

    test('and each service, by its catalogue [NT-3.3.1.b]', async () => {
      const services = await c.all('/services'), { features } = (await c.ok('GET', '/city')).body
      const first = shape => services.filter((s, i, all) => s.shape === shape && all.findIndex(o => o.shape === shape && o.category === s.category) === i)
      const own = async (key, form, page) => {
        await a.go(`/services/${key}/${page}`)
        await a.page.locator(`[data-form=${form}] a[href$="#service-${key}"]`).first().waitFor()
        await look(a, form)
      }
      await a.tap('second-check-close')
      await a.go('/')
      await a.wait('home-search')
      if (features.history) await at(a, '/search', 'search_history_add')
      for (const { key } of first('query')) {
        await a.go(`/services/${key}`)
        await a.page.locator(`[data-testid=basis][data-ready=true] a[href$="#service-${key}"]`).first().waitFor()
        if (features.history) await look(a, 'favorite_put')
        await own(key, 'query_run', 'form')
      }
      await a.shot('basis-query')
      for (const { key } of first('case')) {
        await own(key, 'case_file', 'apply')
        if ((await c.ok('GET', `/services/${key}`)).body.attachments_max > 0) await look(a, 'attachment_add')
      }
      await a.shot('basis-case')
      await a.go('/services/social_insurance_query')
      await a.tap('service-start')
      await a.wait('consent-sheet')
      await look(a, 'consent_give')
      await a.shot('basis-consent')
      assert.deepEqual(expected.forms.filter(f => !seen.has(f)), [])
      assert.deepEqual(a.seen.faults, [])
    })
  })
}
