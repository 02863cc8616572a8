// Places, logs and wishes in a real browser.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { citizen } from '../api/helpers.mjs'
import { agree, logIn, openCity } from './app.mjs'

// One white point, as a picture that a browser can draw.
const point = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==', 'base64')

describe('tianjin', { concurrency: false }, () => {
  let world, a, person
  before(async () => {
    world = await openCity('tianjin')
    person = await citizen(world.city)
    a = await world.app({ geolocation: { latitude: 39.158, longitude: 117.164, accuracy: 8 }, permissions: ['geolocation'] })
    await agree(a)
    await logIn(a, person)
  })
  after(() => world?.close())

  // What a step asks on the way: a consent, a permission.
  async function through(wanted) {
    for (let i = 0; i < 6; i++) {
      await a.id(wanted).or(a.id('consent-agree')).or(a.id('permission-grant')).or(a.id('next-give_consent')).first().waitFor()
      if (await a.id(wanted).first().isVisible()) return
      for (const step of ['consent-agree', 'permission-grant', 'next-give_consent'])
        if (await a.id(step).isVisible()) { await a.tap(step); break }
      await a.page.waitForTimeout(300)
    }
    await a.wait(wanted)
  }
  const rows = async () => (await a.id('result-public_info').innerText()).split('\n').filter(l => /站/.test(l))

  test('[TJ-1.1.24.2.1.b] trains are listed from the nearest station, by a position that says how it was obtained', async () => {
    await a.go('/services/train_query')
    await a.tap('service-start')
    await through('query-submit')
    await a.tap('input-location')
    await through('clear-location')
    await a.shot('train-form')
    await a.tap('query-submit')
    await through('query-result')
    assert.match((await rows())[1] ?? '', /天津西站/)
    await a.shot('train-result')
  })

  test('[TJ-1.2.1.2] language, place and help are followed in the next session, and deleting them restores the defaults', async () => {
    await a.go('/mine/settings/wishes')
    await a.id('wish-language-en').check()
    await a.id('wish-help-detailed').check()
    await a.fill('input-wish-place', '滨海新区')
    await a.tap('wishes-save')
    await a.wait('wishes-delete')
    await a.shot('wishes')
    await a.context.clearCookies({ name: 'tb_session' })
    await a.page.reload()
    await agree(a).catch(() => undefined)
    await logIn(a, person)
    await a.go('/')
    await a.page.getByText('Who used my data').first().waitFor()
    assert.match(await a.text('tab-services'), /Services/)
    await a.shot('home-english')
    await a.go('/mine')
    await a.wait('mine-person')
    await a.shot('mine-english')
    await a.go('/services/train_query')
    await a.page.getByText('Start').first().waitFor()
    await a.tap('service-start')
    await through('query-submit')
    await a.id('help-more').first().waitFor()
    await a.shot('train-form-english')
    await a.tap('query-submit')
    await through('query-result')
    const [, ...list] = await rows()
    assert.ok(list.slice(0, 3).every(l => /塘沽站|滨海站|滨海西站/.test(l)), list.join('|'))
    await a.go('/mine/settings/wishes')
    await a.tap('wishes-delete')
    await a.wait('wishes-delete', 'hidden')
    await a.go('/')
    await a.page.getByText('谁用过我的数据').first().waitFor()
    assert.match(await a.text('tab-services'), /办事/)
  })

  test('[TJ-1.1.24.2.1.a] [TJ-1.1.24.2.2.b] a report with photo and place is filed, followed and deleted', async () => {
    const file = join(world.city.dir, 'point.png')
    writeFileSync(file, point)
    await a.go('/services/snapshot_report')
    await a.tap('service-start')
    await through('apply-next')
    await a.fill('input-snapshot_report', '路口的井盖松动，车过有响声。')
    await a.tap('photo-album')
    await a.id('permission-grant').waitFor()
    await a.tap('permission-grant')
    await a.id('photo-album-file').setInputFiles(file)
    await a.wait('photo-1')
    await a.shot('report-what')
    await a.tap('apply-next')
    await a.fill('input-shared_place_info', '和平区示范路口东南角')
    await a.tap('input-location')
    await through('clear-location')
    await a.shot('report-where')
    await a.tap('apply-next')
    await a.shot('report-check')
    await a.tap('apply-submit')
    await a.id('case-page').or(a.id('refusal-page')).first().waitFor()
    await a.shot('report-case')
    await a.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
    await a.shot('report-case-end')
    await a.tap('case-delete')
    await a.page.getByRole('button', { name: '删除', exact: true }).click()
    await a.page.waitForFunction(() => location.hash === '#/cases')
  })

  test('[TJ-1.1.24.1.0] the log of use asks for the person\'s word, and then shows what it wrote', async () => {
    await a.go('/mine/use-log')
    await a.wait('use-log-off')
    await a.shot('use-log-off')
    await a.tap('use-log-ask')
    await a.wait('refusal-page')
    await a.tap('next-give_consent')
    await a.tap('consent-agree')
    await a.page.waitForFunction(() => location.hash === '#/mine/use-log')
    await a.go('/services/bus_query')
    await a.wait('service-start')
    await a.settled()
    await a.go('/mine/use-log')
    await a.id('use-log-row').first().waitFor()
    assert.match(await a.id('use-log-client_config').first().innerText(), /Mozilla/)
    await a.shot('use-log')
    await a.go('/mine/photo-places')
    await a.wait('photo-places-off')
    await a.shot('photo-places')
  })

  test('no script failed, and no other host was spoken to', () => {
    assert.deepEqual(a.seen.faults, [])
    assert.deepEqual(a.seen.outside, [])
  })
})

describe('nantong', { concurrency: false }, () => {
  let world, a, person
  before(async () => {
    world = await openCity('nantong')
    person = await citizen(world.city)
    a = await world.app()
    await agree(a)
    await logIn(a, person)
  })
  after(() => world?.close())

  test('[NT-1.2.2.2] a visit is shown with name, date, time and duration', async () => {
    const [service] = await person.all('/services')
    await a.go(`/services/${service.key}`)
    await a.wait('service-start')
    await a.settled()
    await a.page.waitForTimeout(1200) // the visit itself
    await a.go('/mine')
    await a.wait('mine-person')
    await a.settled()
    await a.go('/mine/use-log')
    await a.id('use-log-visit_duration').waitFor()
    assert.equal(await a.text('use-log-visited_service'), service.name)
    assert.match(await a.text('use-log-visit_duration'), /^\d+秒$/)
    await a.shot('use-log')
    assert.equal(await a.id('use-log-off').count(), 0)
  })
})
