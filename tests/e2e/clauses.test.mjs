// The policy officer's work on single clauses, and what people read of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../api/helpers.mjs'
import { totp } from '../api/totp.mjs'
import { openCity } from './app.mjs'

let world, k
const now = async () => (await world.city.control('GET', 'clock?server=clauses-test')).now_ms

before(async () => {
  world = await openCity('tianjin')
  k = await world.console()
  const made = JSON.parse(world.city.cli('staff', 'add', '--data', world.city.data, '--cities', 'cities', '--login', 'policy',
    '--name', '李政策', '--role', 'policy_officer', '--json'))
  await k.fill('input-login', 'policy')
  await k.fill('input-password', made.password)
  await k.fill('input-totp', totp(made.totp_secret, await now()))
  await k.tap('staff-log-in')
  await k.page.waitForURL(/#\/releases/)
  await k.go('/clauses')
})
after(() => world?.close())

test('a reading note goes to its clause on the public page, and none may cut a right [TJ-10.4]', async () => {
  await k.wait('clause-list')
  await k.shot('console-clauses')
  await k.tap('note-new')
  await k.fill('note-clause', 'TJ-4.1.1.a')
  await k.fill('note-text', '每年超过三次的查阅不予提供。')
  await k.tap('note-save')
  assert.match(await k.text('note-error'), /新的政策版本/)
  await k.fill('note-clause', 'TJ-1.1.12.c')
  await k.fill('note-text', '这里的单位包括其受托办理的窗口。')
  await k.tap('note-save')
  await k.wait('note-list')
  await k.shot('console-clause-note')
  const page = await (await fetch(`${world.city.base}/policy`)).text()
  assert.match(page, /class="note"[^]*这里的单位包括其受托办理的窗口。/)
})

test('to mark a clause void drafts a version that another officer must approve [TJ-10.2]', async () => {
  await k.fill('clause-search', 'TJ-1.1.12.c')
  await k.tap('clause-mark-TJ-1.1.12.c')
  await k.tap('mark-save')
  await k.wait('mark-error')
  await k.fill('mark-reason', '上级机关认定该条款无效')
  await k.fill('mark-version', '2026.9')
  await k.shot('console-clause-void')
  await k.tap('mark-save')
  assert.match(await k.text('mark-made'), /由另一名工作人员审核/)
  await k.page.keyboard.press('Escape')
})

test('a decision that names no basis is not taken [TJ-10.3]', async () => {
  await k.go('/decisions')
  await k.tap('decision-new')
  await k.fill('decision-matter', '请求把办理结果寄到境外地址')
  await k.fill('decision-text', '改为电子送达')
  await k.tap('decision-save')
  assert.match(await k.text('decision-error'), /法律、规则或者惯例/)
  await k.page.getByTestId('decision-basis').click()
  await k.page.getByText('业务规则', { exact: true }).last().click()
  await k.fill('decision-source', '窗口业务规则第3条')
  await k.tap('decision-save')
  await until(async () => (await k.page.getByTestId('decision-list').count()) && (await k.text('decision-list')).includes('窗口业务规则第3条'), 'the decision')
  await k.shot('console-decisions')
})
