// Contrast, names, sizes and reflow of every screen of Nantong, which has other colours and other screens.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { citizen } from '../api/helpers.mjs'
import { openAs, openCity } from './app.mjs'
import { screensOf, walk } from './axe.mjs'

let world, a, screens

before(async () => {
  world = await openCity('nantong')
  const c = await citizen(world.city, { insured: true })
  screens = await screensOf(c, 'insured_status_query')
  a = await openAs(world, c)
})
after(() => world?.close())

test('no screen has a fault that axe knows of (WCAG 2.2 AA), a target under 44 px, or a title of another; none moves sideways at 320 px', async () => {
  assert.ok(screens.length >= 50, `${screens.length} screens`)
  assert.deepEqual(await walk(a, screens), {})
  assert.deepEqual(a.seen.faults, [])
})
