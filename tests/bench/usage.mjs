// A person's own list of uses in sum, at its longest: CPU of the server for one call, beside reading the same entries as a list.
import { citizen, startCity } from '../api/helpers.mjs'
import { cost, line } from './cpu.mjs'

const ENTRIES = 2000 // as many as the sum looks at

const city = await startCity({ city: 'tianjin', testClock: false })
try {
  const c = await citizen(city, { insured: true })
  while ((await c.ok('GET', '/me/usage?limit=1')).body.items[0].n < ENTRIES) for (let i = 0; i < 100; i++) await c.ok('GET', '/me/items')
  const sum = await cost(city, 3, [() => c.ok('GET', '/me/usage/overview')])
  const list = await cost(city, 3, [() => c.all('/me/usage')])
  line(`uses of ${ENTRIES} entries in sum`, sum, 'the entries as a list, by pages', list, '<= 100000 µs and ratio <= 1', sum <= 100000 && sum <= list)
} finally {
  await city.stop()
}
