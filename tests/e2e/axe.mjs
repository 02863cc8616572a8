// What axe-core finds on a screen, how small its targets are, and how to walk all screens of the citizen's app.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root, secondCheck } from '../api/helpers.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// Until nothing moves: what is half faded in has no contrast yet.
export const still = page => page.waitForFunction(() => document.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity))

// The page's own policy allows no foreign script, so axe comes in past it.
export async function violations({ page }) {
  await still(page)
  if (!await page.evaluate(() => !!globalThis.axe)) await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    })
    return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)
  })
}

// What can be pressed and is not 44 px high and wide. A link within a sentence is as high as its line (WCAG 2.2, 2.5.8: inline).
export const tooSmall = ({ page }) => page.evaluate(() => [...document.querySelectorAll('button, a[href], [role=tab], [role=switch], label:has(input)')]
  .filter(e => e.checkVisibility() && !e.closest('[data-testid=policy-text]') && !e.classList.contains('visually-hidden'))
  .filter(e => !(e.tagName === 'A' && e.parentElement.tagName === 'DD'))
  .filter(e => !(e.tagName === 'A' && getComputedStyle(e).display === 'inline' && e.closest('p, li')?.innerText.trim().length > e.innerText.trim().length))
  .map(e => ({ name: e.dataset.testid ?? e.innerText.slice(0, 20), box: e.getBoundingClientRect(), outer: e.parentElement.getBoundingClientRect(), role: e.getAttribute('role') }))
  .filter(({ box, outer, role }) => role === 'switch' ? outer.width < 43.5 || outer.height < 43.5 : box.width < 43.5 || box.height < 43.5)
  .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`))

// Dates that a line ends within, wherever they stand.
export const brokenDates = ({ page }) => page.evaluate(() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = texts.nextNode());)
    for (const { 0: date, index } of node.data.matchAll(/\d{4}-\d{2}-\d{2}|\d{4}年\d{1,2}月\d{1,2}日|\d{2}:\d{2}/g)) {
      const range = document.createRange()
      range.setStart(node, index)
      range.setEnd(node, index + date.length)
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(date)
    }
  return found
})

// Screens that a person who is logged in does not see, or that a city has by a feature.
const guests = ['/login', '/register', '/reset-password']
const byFeature = { '/mine/settings/security': 'account_page', '/mine/favorites': 'history', '/promotions': 'promotions' }

// Every screen of the router that `citizen` can open, the detail screens with an entry of the citizen's own.
export async function screensOf(citizen, service) {
  const { features } = (await citizen.ok('GET', '/city')).body
  const paths = [...readFileSync(join(root, 'web/citizen/src/router.ts'), 'utf8').matchAll(/path: '(\/[^'(]*)'/g)].map(m => m[1])
    .filter(path => !path.startsWith('/:') && !guests.includes(path) && (!byFeature[path] || features[byFeature[path]]))
    .filter(path => path !== '/hotline' || !features.hotline_service) // where the hotline is a service, its page leads there
  await secondCheck(citizen)
  await citizen.ok('POST', '/me/requests', { kind: 'explain', text: '请说明我的信息会保存多久' })
  const first = async (list, key = 'id') => (await citizen.ok('GET', list)).body.items[0]?.[key]
  const of = {
    '/usage': await first('/me/usage', 'n'), '/messages': await first('/me/messages'), '/mine/requests': await first('/me/requests'),
  }
  return paths.flatMap(path => {
    if (!path.includes(':')) return [path]
    if (path.startsWith('/services/:key')) return /form|result|apply/.test(path) ? [] : [path.replace(':key', service)]
    const list = path.slice(0, path.indexOf('/:'))
    return of[list] ? [`${list}/${of[list]}`] : []
  })
}

// Opens a screen and waits until it has asked for all it shows.
export async function show(a, path) {
  await a.go(path)
  await a.page.waitForFunction(p => location.hash.slice(1) === p, path)
  await a.settled()
  await a.page.locator('[data-testid=state-loading]').first().waitFor({ state: 'hidden' })
}

// What is wrong with each screen: axe, targets, sideways at 320 px, and titles that two screens share.
export async function walk(a, paths) {
  const found = {}, titles = new Map()
  const add = (path, list) => { if (list.length > 0) found[path] = [...(found[path] ?? []), ...list] }
  for (const path of paths) {
    await show(a, path)
    add(path, await violations(a))
    add(path, await tooSmall(a))
    await a.page.setViewportSize({ width: 320, height: 640 })
    const width = await a.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 320) add(path, [`${width} px wide at 320 px`])
    await a.page.setViewportSize({ width: 390, height: 844 })
    const title = await a.page.title()
    if (!title || titles.has(title)) add(path, [`title "${title}", as ${titles.get(title)}`])
    titles.set(title, path)
  }
  return found
}
