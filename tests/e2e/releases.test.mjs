// Two officers take a changed text from draft to publication in the console; then a citizen reads it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, until } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { enterConsole, openCity } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, li, wu, number
  const officers = {}
  const notice = '**热线电话增加一部，原来的号码照常使用。**'

  before(async () => {
    world = await openCity(name)
    officers.li = addOfficer(world.city, 'li', '政策岗 李某')
    officers.wu = addOfficer(world.city, 'wu', '政策岗 吴某')
    li = await enterConsole(world, officers.li)
    wu = await enterConsole(world, officers.wu)
  })
  after(() => world?.close())

  test('an officer changes a paragraph and the hotline, and reads what that means for citizens [NT-6.2.5]', async () => {
    await li.shot('releases-list')
    await li.tap('release-new')
    await li.wait('edit-place-basics')
    await li.fill('edit-version', '2027.1')
    await li.fill('edit-updated', '2026-13-40')
    await li.fill('edit-contact-hotlines', '0513-85216336、0513-12340')
    await li.tap('edit-place-0')
    await li.fill('edit-text-0-0', notice)
    await li.shot('releases-edit')
    await li.tap('edit-save')
    await li.wait('edit-trouble')
    assert.match(await li.text('edit-trouble'), /更新日期/)
    await li.shot('releases-edit-trouble')
    await li.tap('edit-place-basics')
    await li.fill('edit-updated', '2026-11-20')
    await li.tap('edit-save')
    await li.wait('release-submit') // the page of the draft; the editor shows changes as well
    await li.wait('release-changes')
    number = Number(/releases\/(\d+)/.exec(li.page.url())[1])
    const changes = await li.text('release-changes')
    assert.match(changes, /责任单位、联系方式或者投诉渠道[^]*0513-12340/)
    if (name === 'nantong') assert.match(changes, /NT-6\.2\.5/, 'the city lists the kind itself')
    assert.match(changes, /一般变更[^]*文字有修改/)
    await li.wait('asked-none')
    await li.shot('releases-changes')
    await li.page.getByRole('tab', { name: '全文预览' }).click()
    await li.page.frameLocator('[data-testid=release-preview]').getByText('热线电话增加一部').waitFor()
    assert.equal(await li.id('release-preview').getAttribute('sandbox'), '')
    await li.shot('releases-preview')
  })

  test('a major change is not submitted without telling citizens; who submitted it cannot approve it [NT-6.2]', async () => {
    await li.tap('release-submit')
    await li.tap('step-send')
    await li.wait('step-trouble')
    await li.fill('step-summary', '服务热线增加 0513-12340。')
    await li.shot('releases-submit')
    await li.tap('step-send')
    await li.wait('release-summary')
    assert.equal(await li.id('release-approve').count(), 0)
    await wu.go(`/releases/${number}`)
    await wu.tap('release-approve')
    await wu.fill('step-note', '文字无误')
    await wu.tap('step-send')
    await wu.wait('release-publish')
  })

  test('after publication the citizen reads the new text, marked, with the versions before it [NT-6.1.a] [NT-6.2]', async () => {
    await wu.tap('release-publish')
    await wu.tap('publish-now')
    await wu.shot('releases-publish')
    await wu.tap('step-send')
    await wu.page.getByText('已发布').first().waitFor()
    await wu.page.getByRole('tab', { name: '办理记录' }).click()
    const steps = await wu.text('release-steps')
    assert.match(steps, /李某[^]*起草[^]*李某[^]*提交审核[^]*吴某[^]*审核通过：文字无误[^]*吴某[^]*发布/)
    await wu.shot('releases-steps')
    await world.city.advance('PT20S')
    const html = await until(async () => {
      const text = await (await fetch(`${world.city.base}/policy`)).text()
      return text.includes('2027.1') && text
    }, 'the new version')
    assert.match(html, /<strong>热线电话增加一部，原来的号码照常使用。<\/strong>/)
    assert.match(html, /id="policy-changes">[^]*服务热线增加 0513-12340。[^]*<nav /, 'what the officers tell')
    const context = await world.browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${world.city.base}/policy`)
    await page.getByText('本次更新的重大变更').waitFor()
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390, 'nothing overflows')
    if (process.env.TB_SHOTS) {
      await page.screenshot({ path: `${process.env.TB_SHOTS}/${name}-policy-top.png` })
      await page.locator('#policy-versions').scrollIntoViewIfNeeded()
      await page.screenshot({ path: `${process.env.TB_SHOTS}/${name}-policy-end.png` })
    }
    await context.close()
  })

  test('the pages end without a fault of the browser', () => {
    for (const k of [li, wu]) assert.deepEqual([k.seen.faults, k.seen.outside], [[], []])
  })

  test('an officer writes an announcement, reads it once more and sends it; it stands in the list [TJ-8.2.b]', async () => {
    await li.tap('nav-announcements')
    await li.wait('announcements-empty')
    await li.tap('announcement-new')
    await li.tap('announcement-check')
    await li.wait('announcement-trouble')
    const { unsubscribe_all } = (await (await fetch(`${world.city.base}/api/v1/city`)).json()).features
    assert.equal(await li.id('announcement-mandatory').count(), unsubscribe_all ? 0 : 1)
    await li.fill('announcement-title', '凌晨停机维护')
    await li.fill('announcement-text', '0 时至 4 时进行系统维护，期间不能查询和提交。')
    await li.tap('announcement-check')
    assert.match(await li.text('announcement-notice'), /一般公告[^]*不能撤回/)
    await li.shot('announcement-sure')
    await li.tap('announcement-send')
    await li.wait('announcement-list')
    assert.match(await li.text('announcement-list'), /凌晨停机维护[^]*一般公告[^]*李某/)
    await li.shot('announcement-list')
  })
})
