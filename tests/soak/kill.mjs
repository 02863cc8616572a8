#!/usr/bin/env node
// Kills the server under load, again and again, and looks whether every acknowledged write is there and the ledger unbroken.
//
//   tests/soak/kill.mjs [--kills N] [--seed N] [--store sqlite|postgresql|both]
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { citizen, root, sleep, startCity, startPostgres, tongban } from '../api/helpers.mjs'

// A small generator, so that a failing run can be repeated by its seed.
function random(seed) {
  let x = seed >>> 0 || 1
  return n => { x ^= x << 13; x >>>= 0; x ^= x >>> 17; x ^= x << 5; x >>>= 0; return x % n }
}

// One person's load: what was acknowledged is kept in `done`.
class Load {
  constructor(c, service) { Object.assign(this, { c, service, consents: new Map(), usage: new Set(), permissions: new Map() }) }

  async step(rnd) {
    const { consent } = this.service
    switch (rnd(4)) {
    case 0: {
      // a consent given anew takes the place of the one for the same offer, acknowledged or not
      for (const [id, state] of this.consents) if (state === 'given') this.consents.set(id, 'any')
      const { body } = await this.c.ok('POST', '/consents', { scope: consent.scope, items: consent.items, recipient: consent.recipient, text_hash: consent.text_hash })
      this.consents.set(body.id, 'given')
      break
    }
    case 1: {
      const [id] = [...this.consents].find(([, state]) => state === 'given') ?? []
      if (!id) break
      this.consents.set(id, 'unknown') // until the answer is here
      await this.c.ok('DELETE', `/consents/${id}`)
      this.consents.set(id, 'withdrawn')
      break
    }
    case 2: {
      const state = rnd(2) ? 'granted' : 'denied'
      this.permissions.set('last', null)
      const [p] = (await this.c.ok('GET', '/permissions')).body.items
      await this.c.ok('PUT', `/permissions/${p.key}`, { state })
      this.permissions.set('last', { key: p.key, state })
      break
    }
    default: {
      const r = await this.c.call('POST', `/services/${this.service.key}/queries`, { fields: {} })
      if (r.status === 200) this.usage.add(r.body.usage_n)
      else if (r.status !== 403) throw new Error(`query: ${r.status}`)
    }
    }
  }

  async check() {
    const entries = await this.c.all('/me/usage')
    const numbers = entries.map(e => e.n)
    assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, i) => numbers.length - i), 'numbers without holes, newest first')
    for (const n of this.usage) assert.ok(numbers.includes(n), `entry ${n} was acknowledged`)
    const held = new Map((await this.c.all('/consents')).map(k => [k.id, k.withdrawn_at ? 'withdrawn' : 'given']))
    for (const [id, state] of this.consents) {
      assert.ok(held.has(id), `consent ${id} was acknowledged`)
      if (state === 'any') continue
      if (state === 'unknown') this.consents.set(id, held.get(id))
      else assert.equal(held.get(id), state, `consent ${id}`)
    }
    const last = this.permissions.get('last')
    if (last) {
      const p = (await this.c.ok('GET', '/permissions')).body.items.find(x => x.key === last.key)
      assert.equal(p.state, last.state)
    }
    return numbers.length
  }
}

export async function killRun({ kills = 20, seed = 1, store = null, people = 6, log = () => {} } = {}) {
  const city = await startCity({ city: 'tianjin', store, testClock: true })
  try {
    const rnd = random(seed)
    const loads = []
    for (let i = 0; i < people; i++) {
      const c = await citizen(city, { insured: true })
      const service = (await c.ok('GET', '/services/social_insurance_query')).body
      loads.push(new Load(c, service))
    }
    let acknowledged = 0
    for (let k = 0; k < kills; k++) {
      let dead = false
      const work = loads.map(async load => {
        while (!dead) {
          try { await load.step(rnd); acknowledged++ } catch (e) { if (!dead && e.status) throw e; if (e.cause || e.name === 'TypeError') break; throw e }
        }
      })
      await sleep(20 + rnd(180))
      dead = true
      await city.kill('SIGKILL')
      for (const r of await Promise.allSettled(work)) if (r.status === 'rejected') throw r.reason
      await city.serve()
      for (const load of loads) await load.check()
      log(`kill ${k + 1}: ${acknowledged} writes acknowledged so far, all there`)
    }
    await city.settle()
    await sleep(2500) // the sequencer has two seconds
    await city.kill('SIGTERM')
    const verify = spawnSync(tongban, ['ledger', 'verify', '--data', city.data, '--cities', join(root, 'cities')], { encoding: 'utf8' })
    assert.equal(verify.status, 0, verify.stdout + verify.stderr)
    return { kills, acknowledged }
  } finally {
    await city.stop()
  }
}

async function main() {
  const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' }, store: { type: 'string', default: 'both' } } })
  for (const kind of values.store === 'both' ? ['sqlite', 'postgresql'] : [values.store]) {
    const pg = kind === 'postgresql' ? startPostgres() : null
    try {
      const r = await killRun({ kills: Number(values.kills), seed: Number(values.seed), store: pg?.url ?? null, log: console.log })
      console.log(`${kind}: ${r.kills} kills, ${r.acknowledged} acknowledged writes, none lost`)
    } finally { pg?.stop() }
  }
}
if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('soak/kill.mjs')) await main()
