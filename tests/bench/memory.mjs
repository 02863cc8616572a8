// Memory at rest: the server's resident set after start, and after ten thousand requests.
import { readFileSync } from 'node:fs'
import { startCity } from '../api/helpers.mjs'

const rss = pid => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
const city = await startCity({ city: 'tianjin', testClock: false })
try {
  const c = await city.client({ agreed: true })
  const start = rss(city.child.pid)
  await Promise.all(Array.from({ length: 16 }, async () => { for (let i = 0; i < 625; i++) await c.ok('GET', '/services?limit=5') }))
  const later = rss(city.child.pid)
  const line = (name, value, reference, referenceValue) => console.log(JSON.stringify({
    name, value, unit: 'MiB', reference, reference_value: referenceValue, ratio: referenceValue ? value / referenceValue : null, aim: null, met: null }))
  line('memory at rest', start, null, null)
  line('memory after 10,000 requests', later, 'at rest', start)
} finally {
  await city.stop()
}
