// Two officers in the console propose to publish; the citizen reads the very text, says no, says yes, and takes it off again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, citizen } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { agree, choose, enterConsole, logIn, openCity } from './app.mjs'

const purpose = '表彰见义勇为的市民'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, c, officers, first, second, a

  before(async () => {
    world = await openCity(name)
    officers = ['甲', '乙'].map((one, i) => addOfficer(world.city, `officer${i}`, `专员 ${one}某`, 'privacy_officer'))
    c = await citizen(world.city)
    first = await enterConsole(world, officers[0])
    second = await enterConsole(world, officers[1])
    a = await world.app()
    await agree(a)
    await logIn(a, c)
  })
  after(() => world?.close())

  async function propose() {
    await first.go('/publications/new')
    await choose(first, 'ground-select', (await first.page.getByTestId('ground-option-publish_consent').textContent()).trim())
    await first.fill('ground-real_name', c.person.real_name)
    await first.fill('ground-mobile_phone', c.person.mobile_phone)
    await first.fill('ground-purpose', purpose)
    await choose(first, 'ground-items', /^(真实)?姓名$/)
    await first.page.keyboard.press('Escape')
    await first.shot('console-publication-new')
    await first.tap('ground-submit')
    await first.wait('ground-own')
    const id = /publications\/(\d+)/.exec(first.page.url())[1]
    await second.go(`/publications/${id}`)
    await second.wait('ground-approve')
    const text = await second.text('ground-text')
    assert.ok(text.includes(purpose))
    await second.shot('console-publication-second')
    await second.tap('ground-approve')
    await second.page.getByRole('button', { name: '确认' }).click()
    await second.page.waitForFunction(() => document.querySelector('[data-testid=ground-state]')?.innerText === '待本人同意')
    return { id, text }
  }

  const openMessage = async () => {
    await a.go('/messages')
    await a.page.getByText('公开个人信息的告知').first().click()
    await a.tap('message-publication')
    await a.wait('publication-page')
  }

  test('officers propose, the message leads to the text, and a no publishes nothing [NT-2.3.b] [NT-2.3.c] [NT-2.3.d] [NT-2.3.e]', async () => {
    await first.tap('nav-publications')
    await first.wait('grounds-empty')
    const { text } = await propose()
    await openMessage()
    assert.equal(await a.text('consent-text'), text, 'the words that the second officer agreed to')
    await a.shot('publication-asked')
    await a.tap('publication-refuse')
    await a.page.waitForFunction(() => document.querySelector('[data-testid=publication-state]')?.innerText === '您没有同意')
    await a.go('/publications')
    await a.page.getByText('目前没有公示').waitFor()
    await a.shot('publications-empty')
  })

  test('an express yes puts it on the public page, withdrawing takes it off [TJ-2.3.1.a] [NT-2.3.a] [NT-2.3.e]', async () => {
    const { id } = await propose()
    await a.go('/mine/consents')
    await a.tap('consent-publications')
    await a.tap(`publication-${id}`)
    await a.tap('publication-agree')
    await a.shot('publication-sure')
    await a.page.getByRole('button', { name: '同意公开' }).last().click()
    await a.wait('publication-withdraw')
    await a.shot('publication-published')
    const guest = await world.app() // nobody is logged in
    await agree(guest)
    await guest.go('/publications')
    await guest.wait(`public-${id}`)
    assert.match(await guest.text(`public-${id}`), new RegExp(`${purpose}[^]*${c.person.real_name}`))
    await guest.shot('publications')
    await a.tap('publication-withdraw')
    await a.page.getByRole('button', { name: '撤回', exact: true }).click()
    await a.page.waitForFunction(() => document.querySelector('[data-testid=publication-state]')?.innerText === '已撤下')
    await guest.reload()
    await guest.page.getByText('目前没有公示').waitFor()
    await guest.close()
    await a.go('/mine/publications')
    await a.wait('publication-list')
    await a.shot('publication-list')
  })

  test('an officer sees the list and takes off what stands [TJ-2.3.1.a]', async () => {
    const { id } = await propose()
    const own = (await c.ok('GET', `/me/publications/${id}`)).body
    await c.ok('POST', `/me/publications/${id}/agreement`, { text_hash: own.text_hash })
    await second.tap('nav-publications')
    await second.wait('ground-list')
    await second.shot('console-publications')
    await second.tap(`ground-${id}`)
    await second.tap('publication-take-off')
    await second.page.getByRole('button', { name: '确认' }).click()
    await second.page.waitForFunction(() => document.querySelector('[data-testid=ground-state]')?.innerText === '已撤下')
    await second.shot('console-publication-off')
    for (const k of [first, second, a]) assert.deepEqual([k.seen.faults, k.seen.outside], [[], []])
  })
})
