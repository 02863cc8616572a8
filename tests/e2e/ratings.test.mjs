// A rating at the end of a service: given, made public under the chosen name, read by somebody else, and taken off again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, citizen, withConsents } from '../api/helpers.mjs'
import { agree, logIn, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, c, a, offered

  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city, { insured: true, age_gte: 18 })
    offered = (await c.ok('GET', '/city')).body.features.ratings
    a = await world.app()
    await agree(a)
    await logIn(a, c)
  })
  after(() => world?.close())

  test('it is offered where the policy declares it, and nowhere else [TJ-1.1.2.g]', async () => {
    await a.go('/mine')
    await a.wait('mine-cases')
    assert.equal(await a.id('mine-ratings').count(), offered ? 1 : 0)
    await a.shot('mine')
  })

  test('given after a query, public with the chosen name, and off again [TJ-1.1.2.g] [TJ-2.3.1.b]', async () => {
    if (!offered) return
    const service = 'social_insurance_query'
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields: {} })
    await a.go(`/services/${service}`)
    await a.tap('service-ratings')
    await a.page.getByText('还没有公开的评价').waitFor()
    await a.go(`/services/${service}/form`)
    await a.wait('query-submit')
    await a.tap('query-submit')
    await a.wait('query-result')
    await a.tap('rating-open')
    await a.tap('rating-submit')
    await a.wait('rating-stars-error')
    await a.id('star-4').check({ force: true })
    await a.fill('input-rating_text', '查得快，字小了些')
    await a.id('rating-shown-username').check()
    await a.id('rating-submit').scrollIntoViewIfNeeded()
    await a.shot('rating-form')
    await a.tap('rating-submit')
    await a.wait('rating-done')
    await a.shot('rating-done')
    const guest = await world.app()
    await agree(guest)
    await guest.go(`/services/${service}/ratings`)
    await guest.wait('public-rating')
    assert.match(await guest.text('public-rating'), new RegExp(`${c.username}[^]*查得快，字小了些`))
    await guest.shot('ratings-public')
    await a.tap('rating-mine')
    await a.wait(`rating-${service}`)
    await a.shot('ratings-mine')
    await a.tap(`rating-edit-${service}`)
    await a.id('rating-shown-none').check()
    await a.shot('rating-edit')
    await a.tap('rating-submit')
    await a.page.waitForFunction(() => document.querySelector('[data-testid=rating-shown-now]')?.innerText === '未公开')
    await guest.reload()
    await guest.page.getByText('还没有公开的评价').waitFor()
    await guest.close()
    await a.tap(`rating-delete-${service}`)
    await a.page.getByRole('button', { name: '删除', exact: true }).last().click()
    await a.page.getByText('还没有评价').waitFor()
  })

  test('the pages end without a fault of the browser', () => {
    assert.deepEqual([a.seen.faults, a.seen.outside], [[], []])
  })
})
