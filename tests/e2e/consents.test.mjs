// The consent centre in a real browser, in both cities.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { openCity } from './app.mjs'
import { citizen, withConsents } from '../api/helpers.mjs'

const queries = {
  tianjin: ['social_assistance_query', { home_address: '静海区静海镇示例路6号' }],
  nantong: ['oversize_permit', { home_address: '崇川区示例路8号' }],
}

for (const [name, [service, fields]] of Object.entries(queries)) describe(name, { concurrency: false }, () => {
  let world, a, c
  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city)
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields })
    const { version } = (await c.ok('GET', '/policy/current')).body
    a = await world.app()
    await a.context.addCookies([{ name: 'tb_session', value: c.token, url: world.city.base }, { name: 'tb_installation', value: c.installation, url: world.city.base }])
    await a.page.evaluate(v => localStorage.setItem('tongban.choice', JSON.stringify({ choice: 'agreed', version: v })), version)
    await a.reload() // the app asks at its start who is logged in; a page of one's own opens only after that
    await a.wait('home-search')
    await a.go('/mine/consents')
    await a.wait('consent-list')
  })
  after(async () => { await world?.close() })

  test('the text is the one that was shown then, and the browser counts its check value [TJ-0.2.c] [NT-0.4.c]', async () => {
    await a.tap(`consent-read-${service}`)
    await a.wait('consent-text-same')
    await a.tap('consent-text-sheet-close')
  })

  test('consents are seen by information and by recipient', async () => {
    await a.tap('view-item')
    await a.tap('group-home_address')
    await a.wait('consent-group-sheet')
    assert.ok((await a.text('consent-group-sheet')).includes('家庭住址'))
    await a.tap('consent-group-sheet-close')
    await a.tap('view-recipient')
    await a.wait('consent-groups')
    await a.tap('view-service')
  })

  test('the ways are those of the city [TJ-4.2.1.a] [NT-4.4.a]', async () => {
    assert.equal(await a.id('way-uninstall').count(), name === 'tianjin' ? 1 : 0)
    assert.equal(await a.id('way-contact').count(), name === 'nantong' ? 1 : 0)
  })

  test('before and after say the same, and it holds at once [TJ-4.2.3.a] [TJ-4.2.3.b] [NT-4.4.b] [NT-4.4.c]', async () => {
    await a.tap(`consent-withdraw-${service}`)
    await a.wait('withdraw-keeps')
    const before = [await a.text('withdraw-stops'), await a.text('withdraw-deletes'), await a.text('withdraw-keeps')]
    assert.ok(before[1].includes('家庭住址'))
    await a.tap('withdraw-submit')
    await a.wait('withdraw-at')
    assert.deepEqual([await a.text('withdraw-stops'), await a.text('withdraw-deletes'), await a.text('withdraw-keeps')], before)
    await a.tap('withdraw-done')
    assert.equal((await c.refused('POST', `/services/${service}/queries`, { fields })).reason, 'consent_required')
  })

  test('taking all of it back asks for the policy anew [TJ-4.2.1.d]', async () => {
    await a.tap('withdraw-all')
    await a.wait('withdraw-still')
    await a.tap('withdraw-submit')
    await a.wait('withdraw-at')
    await a.tap('withdraw-done')
    await a.wait('first-run')
    assert.ok((await c.ok('GET', '/acceptances')).body.items.every(x => x.withdrawn_at))
    assert.deepEqual(a.seen.faults, [])
  })
})
