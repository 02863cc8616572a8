// What a visitor sees who agreed to nothing, and what people choose: cookies, recommendations, search history, favourites, SDKs.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agree, openCity, registerWhole } from './app.mjs'

const open = ['/', '/services', '/search', '/messages', '/mine', '/interaction', '/policy', '/about', '/about/sdks', '/about/cookies', '/about/definitions', '/about/items', '/about/statistics', '/mine/settings']
const closed = ['/mine/info', '/mine/consents', '/usage', '/cases', '/mine/favorites', '/mine/settings/preferences']

const api = a => [...new Set(a.seen.requests.filter(r => r.includes('/api/') && !r.startsWith('GET')))]
const cookies = async a => (await a.context.cookies()).map(c => c.name).sort()

// installed: where the policy must be read to its end, the installation alone holds that it was
async function walkAsGuest(a, installed = false) {
  await a.wait('policy-text')
  await a.tap('policy-refuse')
  await a.wait('guest-note')
  for (const path of open) {
    await a.go(path)
    await a.page.waitForFunction(p => location.hash === '#' + p, path)
    await a.page.locator('main, .app-page, h1').first().waitFor()
    assert.equal(await a.id('policy-text').isVisible() && path !== '/policy', false, `${path} asks for an agreement`)
  }
  for (const path of closed) {
    await a.go('/')
    await a.wait('home-search')
    await a.go(path)
    await a.wait('policy-agree')
    await a.tap('policy-refuse')
    await a.wait('policy-agree', 'hidden')
  }
  assert.deepEqual(api(a), installed ? ['POST /api/v1/installations'] : [], 'a guest sends nothing')
  assert.deepEqual(await cookies(a), installed ? ['tb_installation'] : [])
  assert.deepEqual(a.seen.outside, [])
  assert.deepEqual(a.seen.faults, [])
}

describe('tianjin', { concurrency: false }, () => {
  let world, a
  before(async () => {
    world = await openCity('tianjin')
    a = await world.app()
  })
  after(() => world?.close())

  test('a visitor who refused walks through the open pages; nothing is sent and no cookie set [TJ-1.1.26.3.b]', () => walkAsGuest(a))

  test('cookies can be refused with the notice, before any is set; what was refused is never set [TJ-1.1.26.3.a]', async () => {
    const b = await world.app()
    await b.wait('policy-text')
    await b.tap('notice-cookies')
    await b.wait('notice-cookie-sheet')
    assert.equal(await b.id('cookie-switch-analysis').getAttribute('aria-checked'), 'true')
    await b.shot('notice-cookies')
    await b.tap('cookie-switch-analysis')
    await b.tap('notice-cookies-done')
    await b.wait('notice-cookie-sheet', 'hidden')
    assert.match(await b.text('notice-cookies-state'), /已关闭使用分析/)
    assert.deepEqual(await cookies(b), [])
    await agree(b)
    await b.go('/services')
    await b.wait('service-list')
    await b.go('/about/cookies')
    await b.page.locator('[data-testid=cookie-switch-analysis][aria-checked=false]').waitFor()
    assert.deepEqual(await cookies(b), ['tb_installation'])
    await b.wait('cookie-staff')
    await b.close()
  })

  test('the cookie page names what suffers, and a refusal holds: no analysis cookie is set [TJ-1.1.26.3.a]', async () => {
    await a.go('/')
    await a.id('guest-agree').first().click()
    await agree(a)
    await a.go('/services')
    await a.wait('service-list')
    await a.settled()
    assert.deepEqual(await cookies(a), ['tb_installation', 'tb_stat'])
    await a.go('/about/cookies')
    await a.wait('cookie-choices')
    assert.match(await a.text('cookie-choices'), /重新登录[^]*不再推荐常用服务/)
    await a.shot('cookies')
    await a.tap('cookie-switch-analysis')
    await a.page.locator('[data-testid=cookie-switch-analysis][aria-checked=false]').waitFor()
    assert.deepEqual(await cookies(a), ['tb_installation'])
    for (const path of ['/', '/services', '/search']) await a.go(path)
    await a.settled()
    assert.deepEqual(await cookies(a), ['tb_installation'])
    await a.go('/about/cookies')
    await a.tap('cookie-switch-analysis')
    await a.page.locator('[data-testid=cookie-switch-analysis][aria-checked=true]').waitFor()
  })

  test('what was used stands on the first page with services of its kind, until it is switched off [TJ-1.1.26.2] [TJ-1.2.1.5]', async () => {
    await registerWhole(a, await world.city.person({ insured: true }))
    assert.equal(await a.id('home-for-me').isVisible(), false)
    await a.go('/services/social_insurance_query')
    await a.tap('service-start')
    await a.wait('consent-sheet')
    await a.tap('consent-agree')
    await a.wait('query-submit')
    await a.tap('query-submit')
    await a.wait('query-result')
    await a.go('/')
    await a.reload()
    await a.wait('home-for-me')
    assert.match(await a.text('home-for-me'), /社会保险/)
    await a.shot('home-for-me')
    await a.tap('home-for-me-settings')
    await a.wait('preference-personal')
    await a.shot('preferences')
    await a.tap('preference-personal')
    await a.page.getByRole('button', { name: '关闭', exact: true }).click()
    await a.page.locator('[data-testid=preference-personal][aria-checked=false]').waitFor()
    await a.go('/')
    await a.wait('home-search')
    assert.equal(await a.id('home-for-me').isVisible(), false)
    await a.reload()
    await a.wait('frequent-services')
    assert.equal(await a.id('home-for-me').isVisible(), false)
  })

  test('each SDK says when it was called for me, and those that ask are off [TJ-1.1.25.l] [TJ-1.1.25.m]', async () => {
    await a.go('/about/sdks')
    await a.wait('sdk-list')
    assert.equal(await a.id('sdk-switch-mobtech').getAttribute('aria-checked'), 'false')
    assert.equal(await a.id('sdk-switch-umeng').getAttribute('aria-checked'), 'true')
    assert.equal(await a.text('sdk-last-qq'), '没有调用过')
    assert.equal(await a.id('sdk-mobtech').locator('a').getAttribute('href'), 'https://www.mob.com/about/policy')
    await a.tap('sdk-switch-umeng')
    await a.page.locator('[data-testid=sdk-switch-umeng][aria-checked=false]').waitFor()
    await a.id('sdk-umeng').scrollIntoViewIfNeeded()
    await a.shot('sdks')
    await a.go('/usage')
    await a.page.getByText('友盟统计').first().waitFor()
  })

  test('a third party\'s service says whose it is before anything is handed over, and points to its own texts [TJ-1.1.22.f] [TJ-2.1.5.c]', async () => {
    await a.go('/services/metro_trip_query')
    await a.wait('service-third-party')
    assert.match(await a.text('service-third-party'), /天津轨道交通集团有限公司[^]*授权[^]*自己的协议和规则/)
    for (const text of ['party-agreement', 'party-policy']) assert.match(await a.id(text).getAttribute('href'), /^https:\/\/metro/)
    await a.shot('third-party')
  })
})

describe('nantong', { concurrency: false }, () => {
  let world, a
  before(async () => {
    world = await openCity('nantong')
    a = await world.app()
  })
  after(() => world?.close())

  test('a visitor who refused walks through the open pages; nothing but the installation is kept [NT-0.4.a]', () => walkAsGuest(a, true))

  test('there is nothing to choose about cookies: those set are what a session needs', async () => {
    await a.go('/')
    await a.id('guest-agree').first().click()
    await agree(a)
    await registerWhole(a, await world.city.person())
    await a.go('/about/cookies')
    await a.wait('cookie-list')
    assert.equal(await a.id('cookie-choices').isVisible(), false)
    assert.deepEqual(await cookies(a), ['tb_installation', 'tb_session'])
    await a.go('/')
    await a.wait('frequent-services')
    assert.equal(await a.id('home-for-me').isVisible(), false)
  })

  const search = async word => {
    await a.go('/search')
    await a.wait('search-input')
    await a.fill('search-input', word)
    await a.id('search-input').press('Enter')
    await a.wait('search-results')
    await a.settled()
    await a.go('/')
    await a.wait('home-search')
    await a.go('/search')
    await a.wait('search-input')
  }

  test('the search page lists the words, the newest first, and clears them [NT-1.2.1.4.a]', async () => {
    await search('社保')
    await search('参保')
    await a.wait('search-history')
    assert.match(await a.text('search-history'), /参保\s*社保/)
    await a.shot('search-history')
    await a.tap('search-history-clear')
    await a.wait('search-history', 'hidden')
  })

  test('a service marked on its page stands in 我的收藏 [NT-1.2.1.4.c]', async () => {
    await a.go('/services/insured_status_query')
    await a.wait('service-favorite')
    await a.tap('service-favorite')
    await a.id('service-favorite').getByText('已收藏').waitFor()
    await a.shot('service-favorite')
    await a.go('/mine')
    await a.tap('mine-favorites')
    await a.wait('favorite-list')
    assert.equal(await a.id('favorite-list').locator('li').count(), 1)
    await a.shot('favorites')
  })

  test('switched off, the page says so and nothing is listed [NT-1.2.1.4.d]', async () => {
    await a.go('/mine/settings/preferences')
    await a.wait('preference-history')
    await a.tap('preference-history')
    await a.page.getByRole('button', { name: '关闭', exact: true }).click()
    await a.page.locator('[data-testid=preference-history][aria-checked=false]').waitFor()
    await search('险种')
    await a.wait('search-history-off')
    assert.equal(await a.id('search-history').isVisible(), false)
    await a.go('/mine/favorites')
    await a.page.getByText('记录已关闭').waitFor()
    assert.deepEqual(a.seen.faults, [])
  })
})
