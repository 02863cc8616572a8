// A child and a parent, each in a browser of their own: the code, the check, the decision; then the way back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cities, register as registerByApi, verifyName } from '../api/helpers.mjs'
import { agree, openCity, password, register } from './app.mjs'

async function family(world) {
  for (const child of await world.city.people({ age_gte: 14, age_lt: 17, limit: 200 })) {
    const [parent] = await world.city.people({ id_number: child.mother_id_number })
    if (parent?.id_type === 'resident_card') return { child, parent }
  }
  throw new Error('no family')
}

for (const key of cities) test(`${key}: [TJ-6.1.a] [TJ-6.2.a] [NT-5.1.a] a parent agrees by the code of the child\'s device, and the child goes on`, async t => {
  const world = await openCity(key)
  t.after(() => world.close())
  const { child, parent } = await family(world)
  const grown = await world.city.client()
  await registerByApi(grown, parent)
  await verifyName(grown, parent)

  const a = await world.app(), b = await world.app()
  await agree(a)
  await register(a, child)
  if (world.city.city === 'tianjin') {
    await a.wait('refusal-page')
    await a.tap('next-ask_guardian')
  } else {
    await a.go('/guardian')
  }
  await a.wait('guardian-ask')
  await a.shot('guardian-child')
  await a.tap('guardian-code-get')
  const code = (await a.text('guardian-code')).trim()
  assert.match(code, /^[2-9A-Z]{4} [2-9A-Z]{4}$/)
  await a.shot('guardian-code')

  await agree(b)
  await b.go('/login')
  await b.fill('input-login', grown.username)
  await b.fill('input-password', password)
  await b.tap('login-submit')
  await b.wait('home-search')
  await b.go('/mine/settings')
  await b.tap('settings-guardian')
  await b.tap('ward-new')
  await b.wait('ward-submit')
  await b.fill('input-code', code)
  await b.fill('input-ward_name', child.real_name)
  await b.fill('input-ward_id_number', child.resident_id_number)
  await b.shot('guardian-new')
  await b.tap('ward-submit')
  await b.tap('consent-agree')
  await b.wait('ward-page')
  await b.wait('consent-sheet', 'hidden')
  await b.shot('guardian-read')
  assert.match(await b.text('consent-text'), /不满十四周岁/)
  assert.ok(!(await b.text('ward-page')).includes(child.real_name), 'the name is masked')
  await b.tap('ward-agree')
  await b.fill('input-second_password', password)
  await b.tap('second-check-submit')
  await b.page.waitForFunction(() => document.querySelector('[data-testid=ward-state]')?.innerText.includes('已同意'))
  await b.shot('guardian-agreed')

  await a.tap('guardian-refresh')
  await a.page.waitForFunction(() => document.querySelector('[data-testid=guardian-own-state]')?.innerText.includes('已同意'))
  await a.shot('guardian-own')

  await b.tap('ward-withdraw')
  await b.page.getByRole('button', { name: '撤回', exact: true }).click()
  await b.page.waitForFunction(() => document.querySelector('[data-testid=ward-state]')?.innerText.includes('撤回'))
  await a.reload()
  await a.page.waitForFunction(() => document.querySelector('[data-testid=guardian-own-state]')?.innerText.includes('撤回'))
  assert.deepEqual([...a.seen.faults, ...b.seen.faults], [])
  assert.deepEqual([...a.seen.outside, ...b.seen.outside], [])
})
