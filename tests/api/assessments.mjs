// Whoever publishes something new in a test has it assessed first: by two privacy officers in the console, or among the
// files of the city.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tongban } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'

export const answers = { lawful: '办理该项业务所必需，目的已在政策中写明', impact: '涉及的信息泄露后影响有限，已逐项说明', protection: '逐项判定、加密封存、留痕可查，与风险相适应', risk: 'medium', allowed: true }

const offices = new WeakMap()
async function assessors(city) {
  if (!offices.has(city)) offices.set(city, [await openOffice(city, addOfficer(city, 'assess1', '评估岗 田某', 'privacy_officer')), await openOffice(city, addOfficer(city, 'assess2', '评估岗 方某', 'privacy_officer'))])
  return offices.get(city)
}

// Has everything assessed that the draft would switch on.
export async function assess(city, number, change = {}) {
  const [one, two] = await assessors(city)
  const { fresh } = (await one.ok('GET', `/staff/releases/${number}/assessment`)).body
  const keys = fresh.filter(p => p.stands !== 'allowed').map(p => p.key)
  if (keys.length === 0) return
  const { id } = (await one.ok('POST', `/staff/releases/${number}/assessment`, { ...answers, keys, ...change })).body
  await two.ok('POST', `/staff/assessments/${id}/decision`, { agrees: true })
}

// The lists beside a city's assessments.yaml name all that its files would do.
export function assessFiles(cities, city) {
  const run = spawnSync(tongban, ['processing', city, '--cities', cities], { encoding: 'utf8' })
  if (run.status > 1) throw new Error(run.stderr)
  const keys = run.stdout.trim().split('\n')
  mkdirSync(join(cities, city, 'assessments'), { recursive: true })
  for (const kind of ['collect', 'use', 'send', 'store'])
    writeFileSync(join(cities, city, 'assessments', `${kind}.txt`), keys.filter(k => k.startsWith(`${kind}/`)).map(k => k + '\n').join(''))
}
