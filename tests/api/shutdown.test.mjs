// What runs when the server is told to stop still gets its answer.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { startCity, citizen, freePort, until, withConsents } from './helpers.mjs'

const RUNNING = 50, SLOW_MS = 1500
const service = '/services/social_insurance_query/queries'

let city, c, port
before(async () => {
  port = await freePort()
  city = await startCity({ city: 'tianjin', serveArgs: ['--metrics', `127.0.0.1:${port}`] })
  c = await citizen(city, { insured: true })
  await withConsents(c, 'POST', service, { fields: {} })
})
after(() => city?.stop())

const requests = async () => Number(/^tongban_http_requests_total (\d+)$/m.exec(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())[1])
const shares = async () => (await c.all('/me/usage')).filter(u => u.action === 'share').map(u => u.n)

test('SIGTERM while 50 queries wait for an authority lets each of them finish, and takes no new one', async () => {
  const before = await shares()
  await city.mode('social_insurance', 'slow', SLOW_MS)
  const taken = await requests()
  let ended = 0
  const asked = Array.from({ length: RUNNING }, () => c.call('POST', service, { fields: {} }).finally(() => { ended++ }))
  await until(async () => await requests() >= taken + RUNNING, 'all of them to have reached the server')
  city.child.kill('SIGTERM')
  await until(async () => {
    try { await fetch(`${city.base}/healthz`, { headers: { connection: 'close' } }); return false } catch { return true }
  }, 'the listening socket to close')
  assert.ok(ended < RUNNING, 'the server stopped listening while requests were running')

  const answers = await Promise.all(asked)
  assert.deepEqual([...new Set(answers.map(a => a.status))], [200], JSON.stringify(answers.find(a => a.status !== 200)?.body))
  for (const { body } of answers) assert.ok(body.result[0].value.rows.length > 0)
  await until(() => city.child.ended, 'the end of the server', 60000)
  assert.deepEqual(city.child.ended, { code: 0, signal: null })

  // each of them was written down, once
  await city.mode('social_insurance', 'ok')
  await city.serve()
  const numbers = answers.map(a => a.body.usage_n).sort((x, y) => y - x)
  assert.deepEqual((await shares()).filter(n => !before.includes(n)), numbers)
})
