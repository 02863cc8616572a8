// The service query end to end: CPU of the server for one query, and where it goes, by asking for ever more of the way. Each of 16
// callers is a person of their own: two acts of one person wait for each other, which is not what is measured.
import { readFileSync } from 'node:fs'
import { citizen, startCity } from '../api/helpers.mjs'

const TICK = 100 // clock ticks a second on Linux
const CALLERS = 16
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICK
}

async function insured(city) {
  const c = await citizen(city, { insured: true })
  const { consent } = (await c.ok('GET', '/services/social_insurance_query')).body
  if (!consent.given) await c.ok('POST', '/consents', { scope: consent.scope, items: consent.items, recipient: consent.recipient, text_hash: consent.text_hash })
  return c
}

const city = await startCity({ city: 'tianjin', testClock: false })
try {
  const people = []
  while (people.length < CALLERS) people.push(await insured(city))

  // µs of the server's CPU for one call
  async function cost(seconds, call) {
    await Promise.all(people.map(async c => { for (let i = 0; i < 5; i++) await call(c) }))
    const before = cpuSeconds(city.child.pid), end = Date.now() + seconds * 1000
    let n = 0
    await Promise.all(people.map(async c => { while (Date.now() < end) { await call(c); n++ } }))
    return { us: (cpuSeconds(city.child.pid) - before) * 1e6 / n, n }
  }
  const http = await cost(3, async () => { await (await fetch(`${city.base}/healthz`)).arrayBuffer() })
  const read = await cost(3, c => c.ok('GET', '/me'))
  const whole = await cost(5, c => c.ok('POST', '/services/social_insurance_query/queries', { fields: {} }))
  const line = (name, value, reference, referenceValue) => console.log(JSON.stringify({
    name, value, unit: 'µs CPU', reference, reference_value: referenceValue, ratio: referenceValue ? value / referenceValue : null, aim: null, met: null }))
  line('service query, whole', whole.us, 'GET /me', read.us)
  line('  of it session and facts (GET /me less HTTP)', read.us - http.us, 'service query', whole.us)
  line('  of it HTTP alone (GET /healthz)', http.us, 'service query', whole.us)
  line('  of it gate, vault, ledger, authority', whole.us - read.us, 'service query', whole.us)
} finally {
  await city.stop()
}
