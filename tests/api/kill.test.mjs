// Twenty seeded kills under load on each store; ./test soak does a thousand.
import { test } from 'node:test'
import { startPostgres } from './helpers.mjs'
import { killRun } from '../soak/kill.mjs'

test('20 kills under load on SQLite lose no acknowledged write and leave the ledger unbroken', async () => {
  await killRun({ kills: 20, seed: 20261 })
})

test('20 kills under load on PostgreSQL lose no acknowledged write and leave the ledger unbroken', async () => {
  const pg = startPostgres()
  try { await killRun({ kills: 20, seed: 20262, store: pg.url }) } finally { pg.stop() }
})
