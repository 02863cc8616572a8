// The service query end to end: CPU of the server for one query, and where it goes, by asking for ever more of the way. Each of 16
// callers is a person of their own: two acts of one person wait for each other, which is not what is measured.
import { citizen, startCity } from '../api/helpers.mjs'
import { cost, line } from './cpu.mjs'

const CALLERS = 16

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

  const everyone = call => people.map(c => () => call(c))
  const http = await cost(city, 3, everyone(async () => { await (await fetch(`${city.base}/healthz`)).arrayBuffer() }))
  const read = await cost(city, 3, everyone(c => c.ok('GET', '/me')))
  const whole = await cost(city, 5, everyone(c => c.ok('POST', '/services/social_insurance_query/queries', { fields: {} })))
  line('service query, whole', whole, 'GET /me', read)
  line('  of it session and facts (GET /me less HTTP)', read - http, 'service query', whole)
  line('  of it HTTP alone (GET /healthz)', http, 'service query', whole)
  line('  of it gate, vault, ledger, authority', whole - read, 'service query', whole)
} finally {
  await city.stop()
}
