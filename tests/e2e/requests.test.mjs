// A request about one's own data, in a real browser, in both cities.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { enterConsole, openAs, openCity, passSecondCheck, password } from './app.mjs'
import { citizen, secondCheck } from '../api/helpers.mjs'
import { addOfficer, openOffice } from '../api/officers.mjs'
import { totp } from '../api/totp.mjs'

const terms = { tianjin: '15个工作日', nantong: '15日' }

for (const [name, term] of Object.entries(terms)) describe(name, { concurrency: false }, () => {
  let world, a, c
  before(async () => {
    world = await openCity(name)
    c = await citizen(world.city)
    a = await openAs(world, c)
  })
  after(async () => { await world?.close() })

  test('a request is filed, proven, and says until when it is answered [TJ-9.c] [TJ-9.d] [NT-7.4]', async () => {
    await a.go('/mine')
    await a.tap('mine-requests')
    await a.tap('request-new')
    await a.tap('request-kind-feedback')
    assert.ok((await a.text('request-term')).includes(term))
    const other = await a.text('request-ways')
    assert.match(other, name === 'nantong' ? /拨打 0513-85216336，或者写信到江苏省/ : /拨打 12345，/)
    assert.equal(other.includes('写信'), name === 'nantong')
    await a.tap('request-submit')
    await a.page.getByText('请写 4 至 1000 个字').first().waitFor()
    await a.fill('input-text', '请说明我的信息会保存多久')
    await a.shot(`request-new`)
    await a.tap('request-submit')
    await passSecondCheck(a)
    await a.wait('request-due')
    await a.shot(`request`)
    await a.go('/mine/requests')
    await a.wait('request-list')
    await a.shot(`requests`)
    assert.deepEqual(a.seen.faults, [])
  })

  test('each of the seven rights has its entry, and each leads to its flow [NT-4.0] [NT-4.3.a] [NT-7.1]', async () => {
    const flows = { access: 'item-', correct: 'request-kind-correct', delete: 'request-kind-delete', withdraw: 'acceptance', cancel: 'cancel-', stopped: 'bulletin', answer: 'request-list' }
    await a.go('/mine')
    await a.tap('mine-rights')
    await a.wait('rights')
    await a.shot('rights')
    assert.equal(await a.page.locator('[data-testid^="right-"]').count(), Object.keys(flows).length)
    for (const [right, flow] of Object.entries(flows)) {
      await a.go('/mine/rights')
      await a.tap(`right-${right}`)
      await a.page.locator(`[data-testid^="${flow}"]`).first().waitFor()
    }
    const named = name === 'nantong' // opinions have an entry of their own name there
    await a.go('/mine')
    await a.wait('mine-requests')
    assert.equal(await a.page.getByTestId('mine-feedback').count(), named ? 1 : 0)
    if (named) {
      assert.ok((await a.text('mine-feedback')).includes('APP功能反馈'))
      await a.tap('mine-feedback')
      assert.ok((await a.text('request-term')).includes(term), 'the kind is chosen already')
    }
    assert.deepEqual(a.seen.faults, [])
  })

  test('an officer answers it in the console, puts a letter or call down beside it, and the person reads the answer [TJ-9.b] [TJ-9.c] [TJ-9.d] [NT-7.0] [NT-7.4]', async () => {
    const made = addOfficer(world.city, 'privacy', '专员 甲某', 'privacy_officer')
    const b = await world.console()
    await b.fill('input-login', made.login)
    await b.fill('input-password', made.password)
    await b.fill('input-totp', totp(made.secret, (await world.city.control('GET', 'clock?server=console-test')).now_ms))
    await b.tap('staff-log-in')
    await b.tap('nav-requests')
    await b.page.locator('[data-testid^="request-"].link').first().click()
    await b.wait('request-facts')
    await b.fill('request-reason', '核对请求的内容')
    await b.tap('request-look')
    assert.ok((await b.text('request-clear')).includes('保存多久'))
    await b.fill('request-words', '保存期限列在隐私政策第三部分')
    await b.shot(`console-request`)
    await b.tap('request-answer')
    await b.wait('requests-empty')
    await b.shot(`console-requests`)
    // a letter, or a call where the city takes no letters
    const way = name === 'nantong' ? 'letter' : 'phone'
    await b.tap('letter-new')
    await b.tap(`letter-way-${way}`)
    await b.tap('letter-kind-complaint')
    await b.fill('letter-text', '窗口叫号屏的字太小，老人看不清')
    await b.fill('letter-contact', '张某，12912340000')
    await b.tap('letter-save')
    assert.match(await b.text('letter-error'), /日期/)
    await b.shot('console-letter')
    const day = new Date((await world.city.control('GET', 'clock?server=console-test')).now_ms + 8 * 3600000).toISOString().slice(0, 10)
    await b.page.locator('#letter-day').fill(day)
    await b.page.locator('#letter-day').press('Tab')
    await b.tap('letter-save')
    await b.wait('letter-recorded')
    assert.ok((await b.text('requests')).includes(way === 'letter' ? '来信' : '来电'))
    await b.shot('console-letter-recorded')
    await b.page.locator('[data-testid^="request-"].link').first().click()
    await b.wait('request-facts')
    assert.match(await b.text('request-way'), /来[信电]，\d{4}-\d\d-\d\d 收到/)
    await b.fill('request-reason', '核对内容以便答复')
    await b.tap('request-look')
    assert.ok((await b.text('request-clear')).includes('12912340000'))
    await b.fill('request-words', '已转窗口管理单位更换大屏')
    await b.shot('console-letter-open')
    await b.tap('request-answer')
    await b.wait('requests-empty')
    await a.go('/mine')
    await a.tap('mine-requests')
    await a.page.locator('[data-testid="request-list"] a').first().click()
    assert.ok((await a.text('request-answer')).includes('隐私政策第三部分'))
    assert.deepEqual(b.seen.faults, [])
  })

  test('a granted copy is downloaded as a page, after proving oneself again; what is overdue shows at the side bar [NT-4.0] [TJ-4.4.a] [TJ-9.d]', async () => {
    const { city } = world
    await secondCheck(c)
    const copy = (await c.ok('POST', '/me/requests', { kind: 'copy', text: '请给我一份个人信息副本' })).body
    await c.ok('POST', '/me/requests', { kind: 'explain', text: '请说明保存多久' })
    const first = addOfficer(city, 'first', '专员 乙某', 'privacy_officer'), second = addOfficer(city, 'second', '专员 丙某', 'privacy_officer')
    const office = await openOffice(city, first)
    await office.ok('POST', `/staff/requests/${copy.id}/answer`, { answer: '副本已经备好，请下载' })
    await city.advance('PT6M') // the proof of before is over
    await a.go(`/mine/requests/${copy.id}`)
    await a.wait('request-copy')
    await a.shot('request-copy')
    await a.tap('request-copy')
    await a.wait('second-check')
    await a.fill('input-second_password', password)
    const file = await a.download('second-check-submit')
    assert.match(file.name, /^个人信息副本-.+\.html$/)
    assert.ok(file.text.includes(c.person.resident_id_number) && file.text.startsWith('<!'), file.text.slice(0, 80))
    const page = await a.context.newPage()
    await page.setContent(file.text)
    if (process.env.TB_SHOTS) await page.screenshot({ path: `${process.env.TB_SHOTS}/${name}-copy.png` })
    await page.close()
    assert.deepEqual(a.seen.faults, [])

    const day = new Date((await city.control('GET', 'clock?server=console-test')).now_ms + 60 * 86400000).toISOString().slice(0, 10)
    await office.ok('POST', '/staff/ends', { ends_on: day, reason: '并入省级平台' })
    await city.advance('P30D')
    const b = await enterConsole(world, second)
    assert.equal(await b.text('requests-overdue'), '1')
    await b.tap('nav-ends')
    await b.page.getByText('待您或者其他工作人员同意').waitFor()
    await b.shot('console-ends')
    await b.page.locator('[data-testid^="end-agree-"]').click()
    await b.page.getByText('不能恢复').waitFor()
    await b.shot('console-ends-agree')
    await b.page.getByRole('button', { name: '取消' }).click()
    assert.deepEqual(b.seen.faults, [])
    if (name !== 'nantong') return
    // more than a page of the register holds: the rest comes at a press, each once
    const received_on = new Date((await city.control('GET', 'clock?server=console-test')).now_ms + 8 * 3600000).toISOString().slice(0, 10)
    const later = await openOffice(city, addOfficer(city, 'third', '专员 丁某', 'privacy_officer'))
    for (let i = 0; i < 50; i++) await later.ok('POST', '/staff/requests', { way: 'phone', kind: 'feedback', received_on, text: '窗口叫号屏的字太小' })
    const rows = () => b.page.locator('[data-testid^="request-"].link').evaluateAll(list => list.map(e => e.dataset.testid))
    await b.tap('nav-requests')
    await b.wait('load-more')
    assert.equal((await rows()).length, 50)
    await b.id('load-more').scrollIntoViewIfNeeded()
    await b.shot('console-requests-more')
    await b.tap('load-more')
    await b.id('load-more').waitFor({ state: 'detached' })
    assert.equal(new Set(await rows()).size, 51)
    assert.equal((await rows()).length, 51)
    assert.deepEqual(b.seen.faults, [])
  })
})
