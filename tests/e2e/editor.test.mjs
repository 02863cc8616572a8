// An officer changes rules of the policy by forms: sees in Chinese what is wrong beside the field, and what the change
// means before anything is saved; a second officer publishes, and a citizen reads the old and the new words.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cities, until } from '../api/helpers.mjs'
import { assess } from '../api/assessments.mjs'
import { addOfficer } from '../api/officers.mjs'
import { agree, enterConsole, openCity, registerWhole } from './app.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let world, li, wu, number, sentence
  const clause = '账号连续一年没有登录的，我们以短信提醒您。'

  const field = path => li.page.getByTestId(`field-${path}`)
  // Picks one more of the declared names; nothing can be typed that is not declared.
  const pick = async (path, word) => {
    await field(path).getByRole('combobox').fill(word)
    await li.page.getByRole('option', { name: word, exact: true }).click()
    await li.page.keyboard.press('Escape')
  }
  const unpick = (path, word) => field(path).locator('.el-tag', { hasText: word }).locator('.el-tag__close').click()
  const settled = () => li.page.getByText('检查通过，尚未保存。').waitFor()

  before(async () => {
    world = await openCity(name)
    li = await enterConsole(world, addOfficer(world.city, 'li', '政策岗 李某'))
    wu = await enterConsole(world, addOfficer(world.city, 'wu', '政策岗 吴某'))
    for (const k of [li, wu]) k.page.setDefaultTimeout(45000) // each trial draws the whole policy anew
  })
  after(() => world?.close())

  test('a value that cannot stand is told in Chinese beside its field, with names and without keys [NT-2.1.0.f]', async () => {
    await li.tap('release-new')
    await li.wait('edit-place-basics')
    await li.fill('edit-version', '2027.2')
    await li.tap('edit-place-exceptions')
    assert.match(await li.text('rows-closed'), /名单以外的情形一律不适用/)
    const first = li.page.locator('[data-testid^="row-"][aria-expanded]').first()
    const ground = (await first.innerText()).trim()
    await first.click()
    const tags = field('needs').locator('.el-tag__close')
    for (let n = await tags.count(); n > 0; n--) await tags.first().click()
    const trouble = li.page.getByTestId('field-trouble')
    await trouble.first().waitFor()
    assert.match(await trouble.first().innerText(), /不需要任何手续就可以使用。请写/)
    await li.shot('editor-trouble')
    const all = await li.text('edit-trouble')
    assert.ok(all.includes(ground.slice(0, 12)) && !/[a-z]+_[a-z]+|could|write/.test(all.replace(/例如.*/g, '')), all)
    for (const word of ['文件', '经办人', '复核人', '范围']) await pick('needs', word)
    await settled()
    assert.equal(await li.id('edit-trouble').count(), 0)
  })

  test('an officer gives a recipient one more item, and reads at once what that means for citizens [NT-6.2.3]', async () => {
    await li.tap('edit-place-recipients')
    assert.match(await li.text('rows-closed'), /接通之前没有任何信息提供给它/)
    await li.fill('rows-search', '人口')
    await li.page.locator('[data-testid^="row-"][aria-expanded]').first().click()
    await pick('items', '电子邮箱')
    await settled()
    assert.match(await li.text('release-changes'), /人口[^]*电子邮箱/)
    await li.shot('editor-recipient')
  })

  test('rows are added where the model allows it, and removed again; keys are never typed', async () => {
    await li.tap('edit-place-sdks')
    await li.tap('row-add')
    await li.page.getByTestId('row-added_1').waitFor()
    await field('name').getByRole('textbox').fill('示例统计SDK')
    await field('vendor').getByRole('textbox').fill('示例（天津）有限公司')
    await li.page.getByTestId('row-trouble').or(li.page.getByTestId('field-trouble')).first().waitFor()
    await li.shot('editor-sdk')
    assert.match(await li.text('edit-trouble'), /第三方开发包（SDK）“示例统计SDK”/)
    await li.tap('row-remove')
    await settled()
    await li.tap('edit-place-permissions')
    assert.equal(await li.id('row-add').count(), 0, 'a permission needs another app')
  })

  test('a paragraph of the user agreement is changed like one of the policy, its complaints beside it [NT-3.3.1.b]', async () => {
    await li.tap('edit-place-agreement-2')
    assert.match(await li.text('edit-facts'), /\{minor\.age\} \d+/)
    const last = await li.page.locator('[data-testid^="edit-text-0-"]').count()
    await li.tap('edit-more-0')
    await li.wait(`edit-trouble-0-${last}`)
    assert.match(await li.text(`edit-trouble-0-${last}`), /每一段都须有文字/)
    assert.match(await li.text('edit-trouble'), new RegExp(`用户服务协议 三、账号和实名认证 第 1 节第 ${last + 1} 段`))
    await li.fill(`edit-text-0-${last}`, '停用的账号在{contact.none}恢复。')
    await li.page.getByTestId(`edit-trouble-0-${last}`).getByText('contact.none').waitFor()
    await li.shot('editor-agreement-trouble')
    await li.fill(`edit-text-0-${last}`, clause)
    await settled()
    assert.equal(await li.id('edit-trouble').count(), 0)
    assert.match(await li.text('release-changes'), new RegExp(`用户服务协议 三、账号和实名认证[^]*${clause}`))
    await li.page.getByRole('tab', { name: '修改之后的协议' }).click()
    await li.page.frameLocator('[data-testid=trial-page]').getByText(clause).waitFor()
    await li.shot('editor-agreement')
    await li.page.getByRole('tab', { name: '与第' }).click()
  })

  test('the text is previewed as it would stand, and the old and new sentences are shown', async () => {
    await li.tap('edit-place-0')
    const box = li.page.locator('[data-testid^="edit-text-"]').first()
    const text = await box.inputValue()
    sentence = text.replaceAll('**', '').split('。')[0]
    await box.fill(text.replace('。', '，每年复核一次。'))
    await li.wait('passages')
    await settled()
    assert.match(await li.page.getByTestId('passages').locator('ins').first().innerText(), /每年复核一次/)
    await li.page.getByRole('tab', { name: '修改之后的正文' }).click()
    await li.page.frameLocator('[data-testid=trial-page]').getByText('每年复核一次').first().waitFor()
    await li.shot('editor-preview')
    await li.tap('edit-save')
    await li.wait('release-submit') // the page of the draft; the editor shows changes as well
    await li.wait('release-changes')
    number = Number(/releases\/(\d+)/.exec(li.page.url())[1])
    await li.shot('editor-diff')
    await li.page.getByRole('tab', { name: '全文预览' }).click()
    await li.tap('preview-agreement')
    await li.page.frameLocator('[data-testid=release-preview]').getByText(clause).waitFor()
    await li.shot('editor-agreement-preview')
    assert.match(await li.id('release-pdf').getAttribute('href'), /agreement\.pdf$/)
  })

  test('the second officer publishes, and the citizen reads old and new words, marked, on a phone [NT-6.2] [TJ-7.1.a]', async () => {
    const a = await world.app()
    await agree(a)
    if (await a.id('walk-skip').isVisible().catch(() => false)) await a.tap('walk-skip')
    await registerWhole(a, await world.city.person())
    await li.tap('release-submit')
    await li.fill('step-summary', '向人口管理机构另行提供电子邮箱，并每年复核一次。')
    await li.tap('step-send')
    await li.wait('release-summary')
    await wu.go(`/releases/${number}`)
    await wu.tap('release-approve')
    await wu.tap('step-send')
    await wu.wait('release-publish')
    await assess(world.city, number) // one more item for a recipient
    await wu.tap('release-publish')
    await wu.tap('publish-now')
    await wu.tap('step-send')
    await wu.page.getByText('已发布').first().waitFor()
    await world.city.advance('PT20S')
    await until(async () => (await fetch(`${world.city.base}/api/v1/policy/2027.2`)).ok, 'the new version')
    await world.city.settle()
    assert.ok((await (await fetch(`${world.city.base}/agreement`)).text()).includes(clause))
    await a.go('/')
    await until(async () => {
      await a.reload()
      return a.id('policy-notice').waitFor({ timeout: 2500 }).then(() => true, () => false)
    }, 'the notice over the home page')
    assert.match(await a.text('notice-changes'), /电子邮箱/)
    await a.tap('notice-words')
    await a.wait('passages')
    const passage = a.page.locator('[data-testid=passages] .passage').filter({ hasText: '每年复核一次' })
    assert.ok((await passage.locator('.old').innerText()).includes(sentence.slice(0, 10)))
    assert.match((await passage.locator('.new ins').allInnerTexts()).join(''), /每年复核一次/)
    const added = a.page.locator('[data-testid=passages] .passage').filter({ hasText: clause })
    assert.match(await added.locator('.new').innerText(), /一年没有登录/)
    assert.ok(await a.page.evaluate(() => document.documentElement.scrollWidth) <= 390, 'nothing overflows')
    await passage.scrollIntoViewIfNeeded()
    await a.shot('editor-citizen')
    assert.deepEqual([a.seen.faults, a.seen.outside], [[], []])
    await a.close()
  })

  test('the pages end without a fault of the browser', () => {
    for (const k of [li, wu]) assert.deepEqual([k.seen.faults, k.seen.outside], [[], []])
  })
})
