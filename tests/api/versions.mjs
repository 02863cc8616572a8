// A further version of a city's policy, written into a folder of its own and published.
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assessFiles } from './assessments.mjs'
import { root } from './helpers.mjs'

const day = (at, days) => new Date(at + days * 86400000).toISOString().slice(0, 10)
export const now = async city => (await city.control('GET', 'clock?server=test-reader')).now_ms

// Writes a version beside the newest one, changed by edit(file, text), and publishes it.
export async function publish(city, version, { from, days, edit }) {
  const cities = join(city.dir, 'cities'), folder = join(cities, city.city)
  if (!existsSync(cities)) cpSync(join(root, 'cities'), cities, { recursive: true })
  const at = await now(city)
  for (const [file, change] of Object.entries(edit)) {
    const name = join(folder, file.replace('POLICY', `policy/${from}.yaml`))
    const target = join(folder, file.replace('POLICY', `policy/${version}.yaml`))
    const old = readFileSync(name, 'utf8'), text = change(old)
    assert.notEqual(text, old, `${file} is changed`)
    writeFileSync(target, text.replace(/^version: .*$/m, `version: "${version}"`)
      .replace(/^effective: .*$/m, `effective: ${day(at, days)}`).replace(/^updated: .*$/m, `updated: ${day(at, 0)}`))
    if (target !== name) rmSync(name) // the folder shows the city as it will be
  }
  const cli = (...args) => city.cli('release', ...args, '--data', city.data, '--json').trim().split('\n').map(l => JSON.parse(l))
  assessFiles(cities, city.city)
  cli('draft', '--cities', cities)
  const line = cli('list').filter(l => l.version === version).at(-1)
  cli('publish', String(line.number), '--development', '--by', '王审核', '--cities', cities)
}
