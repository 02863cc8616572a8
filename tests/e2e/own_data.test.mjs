// What stands beside one's own data, in a real browser: items that officers closed, what the law keeps of an ended account,
// and what partners delivered.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, citizen, secondCheck, withConsents } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { partnerCall } from '../api/partner_calls.mjs'
import { choose, enterConsole, openAs, openCity } from './app.mjs'

const locked = {
  tianjin: { ground: 'access_locked', clause: /TJ-4\.4/, acts: ['view', 'change', 'delete'], said: '查看、更改、删除', evidence: ['reason', '账号疑似被他人冒用，核实期间封闭'] },
  nantong: { ground: 'access_law', clause: /NT-4\.1/, acts: ['view'], said: '查看', evidence: ['document', '某局〔2026〕9号调查通知'] },
}
const kept = '某区人民法院 调查令〔2026〕5号'
const partner = 'promotion_partner', cooperation = 'spending_points'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, a, c, first, second
  const mine = locked[name]
  const until = async () => new Date((await world.city.control('GET', 'clock?server=console-test')).now_ms + 30 * 86400000).toISOString().slice(0, 10)
  const stateIs = (k, state) => k.page.waitForFunction(s => document.querySelector('[data-testid=ground-state]')?.innerText === s, state)
  const sure = k => k.page.getByRole('button', { name: '确认' }).click()

  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city)
    await c.ok('PUT', '/me/items/email', { value: 'someone@example.cn' })
    a = await openAs(world, c)
    const officers = ['甲', '乙'].map((one, i) => addOfficer(world.city, `officer${i}`, `专员 ${one}某`, 'privacy_officer'))
    first = await enterConsole(world, officers[0])
    second = await enterConsole(world, officers[1])
  })
  after(() => world?.close())

  test(`the sum of uses leads to the entries of each, and back to all of them ${name === 'nantong' ? '[NT-1.4.a] [NT-1.4.b]' : '[TJ-1.2.1.3.a]'}`, async () => {
    const nantong = name === 'nantong', service = nantong ? 'real_estate_query' : 'social_insurance_query'
    await withConsents(c, 'POST', `/services/${service}/queries`, { fields: { real_name: c.person.real_name, [nantong ? 'resident_id_number' : 'id_number']: c.person.resident_id_number } })
    await first.go('/analysis')
    await first.tap('analysis-new')
    await choose(first, 'analysis-fields', '是否成年')
    await first.page.keyboard.press('Escape')
    if (nantong) {
      await choose(first, 'analysis-part', '开发新的产品和服务')
      assert.match(await first.text('analysis-product'), /整个应用/)
    } else assert.equal(await first.id('analysis-part').count(), 0)
    await first.fill('analysis-purpose', '评估线上办理的比例')
    await first.tap('analysis-save')
    await first.wait('analysis-list')
    await world.city.settle()

    await a.go('/usage')
    await a.tap('usage-overview')
    await a.wait('overview-others')
    if (nantong) assert.match(await a.text('overview-parts'), /提供、改进和运营产品与服务[^]*提供您选定的产品和服务[^]*不动产[^]*尚未用于：评估、维护和提升产品的性能/)
    else assert.equal(await a.id('overview-parts').count(), 0)
    assert.match(await a.text('overview-sets'), nantong ? /开发新的产品和服务[^]*整个应用：按是否成年统计/ : /改进服务[^]*按是否成年统计/)
    await a.shot('usage-overview')
    await a.tap(`overview-use-${service}-query`)
    await a.wait('usage-only')
    const rows = a.id('usage-list').locator('li')
    await rows.first().waitFor()
    const few = await rows.count()
    await a.shot('usage-only')
    await a.tap('usage-all')
    await a.wait('usage-overview')
    await a.page.waitForFunction(n => document.querySelectorAll('[data-testid=usage-list] li').length > n, few)
  })

  // The second officer agrees to what the first has proposed; answers the page of it.
  async function agreed() {
    await first.wait('ground-own')
    const path = new URL(first.page.url()).hash.slice(1)
    await second.go(path)
    await second.tap('ground-approve')
    await sure(second)
    await stateIs(second, '已办理')
    return path
  }

  async function chooseItems(pattern) {
    await choose(first, 'ground-items', pattern)
    await first.page.keyboard.press('Escape')
  }

  test('two officers close one item to its person, who sees lock, cause and day, and opens the others as before [TJ-4.4.f] [NT-4.1.a]', async () => {
    await first.go('/grounds/new')
    await first.page.getByText('封闭项目', { exact: true }).click()
    await first.tap('ground-submit')
    await first.wait('ground-trouble')
    await first.shot('console-lock-errors')
    await first.fill('ground-real_name', c.person.real_name)
    await first.fill('ground-mobile_phone', c.person.mobile_phone)
    if (name === 'tianjin') await first.fill('ground-id_number', c.person.resident_id_number)
    for (const act of mine.acts) await first.tap(`ground-act-${act}`)
    await chooseItems('电子邮箱')
    await first.fill(`ground-evidence-${mine.evidence[0]}`, mine.evidence[1])
    await first.page.getByPlaceholder('年-月-日').fill(await until())
    await first.page.keyboard.press('Enter')
    await first.shot('console-lock-new')
    await first.tap('ground-submit')
    await agreed()
    assert.equal(await second.text('ground-acts'), mine.said)
    await second.shot('console-lock')

    await a.go('/mine/info')
    await a.wait('item-lock-email')
    const lock = await a.text('item-lock-email')
    for (const part of [`不能${mine.said}，至`, mine.evidence[1], '专员 甲某、专员 乙某']) assert.ok(lock.includes(part), `${part}: ${lock}`)
    assert.equal(await a.text('item-value-email'), '暂不能查看')
    assert.equal(await a.id('item-reveal-email').count(), 0)
    await a.id('item-lock-email').scrollIntoViewIfNeeded()
    await a.shot('item-locked')
    await a.tap('item-more-email')
    await a.wait('item-origin-email')
    assert.equal(await a.id('item-change-email').count(), mine.acts.includes('change') ? 0 : 1)
    await secondCheck(c)
    await a.tap('item-reveal-mobile_phone')
    await a.id('item-value-mobile_phone').filter({ hasText: c.person.mobile_phone }).waitFor()

    await second.tap('ground-lift')
    await sure(second)
    await second.id('ground-lift').waitFor({ state: 'detached' })
    await a.reload()
    await a.wait('item-reveal-email')
    assert.equal(await a.id('item-lock-email').count(), 0)
  })

  if (name === 'nantong') {
    const grants = async () => (await c.ok('GET', '/me/partner-data')).body.items.find(one => one.key === cooperation)
    const deliver = async grant => (await partnerCall(world.city, partner, 'deliveries',
      { cooperation, grant, reference: 'HM-2026-0001', items: { 积分余额: '120', 最近消费: '2026年11月' } })).status

    test('a partner delivers only after the person\'s own yes; the person lists it [NT-1.2.3.a]', async () => {
      await a.go('/mine/consents')
      await a.tap('consent-partner-data')
      await a.wait(`partner-data-${cooperation}`)
      await a.shot('partner-data')
      await a.tap(`partner-allow-${cooperation}`)
      await a.wait('partner-sheet')
      await a.shot('partner-text')
      await a.tap('partner-refuse')
      await a.wait('partner-sheet', 'hidden')
      assert.equal((await grants()).allowed, false)
      await a.tap(`partner-allow-${cooperation}`)
      await a.tap('partner-agree')
      await a.wait('partner-grant')
      assert.equal(await deliver((await a.text('partner-grant')).trim()), 201)
      await a.reload()
      await a.wait(`partner-data-${cooperation}`)
      assert.match(await a.text(`partner-data-${cooperation}`), /已经收到\s*1 次/)
      await a.shot('partner-received')
      await a.go('/mine/info')
      await a.tap('item-more-indirect_data')
      assert.match(await a.text('item-origin-indirect_data'), /合作方提供/)
      await a.id('item-origin-indirect_data').scrollIntoViewIfNeeded()
      await a.shot('partner-item')
    })

    test('withdrawn in the consent centre, what came stays until it is deleted, and no more comes [NT-1.2.3.a]', async () => {
      const { grant } = await grants()
      await a.go('/mine/consents')
      await a.tap('consent-withdraw-partner_delivery')
      await a.shot('partner-withdraw')
      await a.tap('withdraw-submit')
      await a.tap('withdraw-done')
      await a.id('consent-withdraw-partner_delivery').waitFor({ state: 'detached' })
      assert.equal(await deliver(grant), 403)
      await a.tap('consent-partner-data')
      await a.id(`partner-data-${cooperation}`).filter({ hasText: '未允许' }).waitFor()
      await a.tap(`partner-end-${cooperation}`)
      await a.shot('partner-end')
      await a.page.getByRole('button', { name: '停止并删除' }).last().click()
      await a.id(`partner-data-${cooperation}`).filter({ hasText: /已经收到\s*0 次/ }).waitFor()
      await a.go('/mine/info')
      await a.wait('item-mobile_phone')
      assert.equal(await a.id('item-indirect_data').count(), 0)
    })
  } else {
    test('what the law keeps of an ended account is answered to an organ with a document, by two officers, each time told [TJ-4.2.1.f]', async () => {
      const seen = (await world.city.sms(c.person.mobile_phone)).length
      await c.ok('POST', '/sms-codes', { phone: c.person.mobile_phone, purpose: 'second_check' })
      await c.ok('POST', '/second-checks', { method: 'sms', sms_code: await world.city.code(c.person.mobile_phone, seen) })
      const [{ key: scope }] = (await c.ok('GET', '/city')).body.features.cancel_scopes
      const { preview_token } = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
      const { certificate_id } = (await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview_token)}`)).body
      await world.city.settle()
      await a.go('/mine/requests') // on the phone the session has ended as well
      await a.wait('login-ended')
      await a.shot('login-ended')

      await first.go('/grounds/new')
      await first.page.getByText('查询留存信息', { exact: true }).click()
      await first.fill('ground-certificate', certificate_id)
      await chooseItems(/^(真实)?姓名$/)
      await first.fill('ground-evidence-document', kept)
      await first.fill('ground-scope', '一起民事案件的核对')
      await first.page.getByPlaceholder('年-月-日').fill(await until())
      await first.page.keyboard.press('Enter')
      await first.tap('ground-submit')
      await first.wait('ground-trouble') // no organ
      await first.shot('console-kept-new')
      await first.fill('ground-organ', '某区人民法院')
      await first.tap('ground-submit')
      await first.wait('ground-own')
      assert.equal(await first.id('ground-answer').count(), 0, 'one officer is not enough')
      await agreed()
      await second.tap('ground-answer')
      await sure(second)
      await second.wait('ground-answer-shown')
      assert.match(await second.text('ground-answer-shown'), /没有留存这些项目的内容[^]*处理记录[^]*收集/)
      await second.shot('console-kept')
    })

    test('a city that takes no deliveries offers none', async () => {
      const other = await citizen(world.city)
      const b = await openAs(world, other)
      await b.go('/mine/consents')
      await b.wait('consent-publications')
      assert.equal(await b.id('consent-partner-data').count(), 0)
      await b.go('/mine/partner-data')
      await b.page.getByText('没有这样的合作').waitFor()
      await b.shot('partner-none')
      assert.deepEqual(b.seen.faults, [])
    })
  }

  test('no script failed, and nothing was asked of another host', () => {
    for (const one of [a, first, second]) assert.deepEqual([one.seen.faults, one.seen.outside], [[], []])
  })
})
