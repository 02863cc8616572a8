// No engine at all: sets and maps in JavaScript, as fast as Node answers the question by hand.
import { measure, readWorkload } from './workload.mjs'

const workload = readWorkload(process.argv[2])
const services = workload.services.map(s => ({ purpose: s.purpose, items: new Set(s.items) }))
const people = workload.people.map(list => new Map(list.map(c => [c.service, { ...c, items: new Set(c.items) }])))

await measure('JavaScript sets and maps', workload, q => {
  const s = services[q.service], c = people[q.person].get(q.service)
  return s.items.has(q.item) && s.purpose === q.purpose && c !== undefined && !c.withdrawn && c.until > workload.now && c.items.has(q.item)
})
