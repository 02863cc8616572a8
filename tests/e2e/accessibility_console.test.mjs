// Contrast and names of every page of the console, by role, and of the dialogs that begin something there.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { dutiesDone } from '../api/helpers.mjs'
import { addOfficer } from '../api/officers.mjs'
import { enterConsole, openCity } from './app.mjs'
import { violations } from './axe.mjs'

const roles = { privacy_officer: 14, policy_officer: 4, auditor: 10, complaint_handler: 1 }
const openers = ['analysis-new', 'transfer-new', 'paper-new', 'guardian-call', 'letter-new', 'filing-new', 'breach-new', 'ground-new']

describe('the console', { concurrency: false }, () => {
  let world
  before(async () => { world = await openCity('nantong') })
  after(() => world?.close())

  for (const [role, least] of Object.entries(roles)) test(`no page or dialog of a ${role} has a fault that axe knows of (WCAG 2.2 AA)`, async () => {
    const found = {}
    const k = await enterConsole(world, addOfficer(world.city, role, `工作人员 ${role}`, role, dutiesDone))
    const look = async name => {
      const list = await violations(k)
      if (list.length > 0) found[name] = list
    }
    const entries = await k.page.locator('[data-testid^=nav-]').evaluateAll(list => list.map(e => e.dataset.testid))
    assert.ok(entries.length >= least, entries.join())
    for (const entry of entries) {
      await k.tap(entry)
      await k.page.locator('main h1').waitFor()
      await k.settled()
      await k.page.locator('main .el-skeleton').first().waitFor({ state: 'hidden' })
      await look(entry)
      for (const name of openers) {
        if (!await k.id(name).isVisible()) continue
        await k.tap(name)
        await k.settled()
        await look(name)
        if (await k.page.locator('.el-overlay:visible').count() === 0) {
          await k.tap(entry) // a page of its own
          continue
        }
        await k.page.keyboard.press('Escape')
        await k.page.locator('.el-overlay:visible').first().waitFor({ state: 'hidden' })
      }
    }
    assert.deepEqual(found, {})
    assert.deepEqual(k.seen.faults, [])
    await k.close()
  })
})
