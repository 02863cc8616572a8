// One workload for all engines: who may use which item of whom, for what, under which consent. Written to a file, so that the C
// gate and the peers answer exactly the same questions; the answers that stand in it come from the plain rule below.
import { readFileSync, writeFileSync } from 'node:fs'

const ITEMS = ['name', 'id_number', 'phone', 'address', 'birth', 'photo', 'household', 'marriage', 'insurance', 'medical', 'house', 'tax']
const PURPOSES = ['apply', 'verify', 'notify', 'statistics']
const NOW = 1_795_000_000_000
const SERVICES = 200, PEOPLE = 1000, REQUESTS = 2000

// xorshift32: the same numbers on every machine
export function dice(seed) {
  let x = seed
  return sides => {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5
    return (x >>> 0) % sides
  }
}

export function allowed(services, people, q) {
  const service = services[q.service]
  const consent = people[q.person].find(c => c.service === q.service)
  return service.items.includes(q.item) && service.purpose === q.purpose &&
    consent !== undefined && !consent.withdrawn && consent.until > NOW && consent.items.includes(q.item)
}

function make(seed) {
  const roll = dice(seed), some = (list, of, in_) => list.filter(() => roll(in_) < of)
  const services = Array.from({ length: SERVICES }, (_, i) => ({ key: `s${i}`, purpose: PURPOSES[i % 4], items: some(ITEMS, 5, 8) }))
  const people = Array.from({ length: PEOPLE }, () => services.flatMap((s, service) => roll(20) ? [] : [{
    service, items: some(s.items, 3, 4), until: NOW + (roll(5) ? 1e9 : -1e9), withdrawn: roll(10) === 0 }]))
  const requests = Array.from({ length: REQUESTS }, () => {
    const person = roll(PEOPLE), own = people[person]
    const service = own.length && roll(3) ? own[roll(own.length)].service : roll(SERVICES)
    return { person, service, item: ITEMS[roll(ITEMS.length)], purpose: roll(4) ? services[service].purpose : PURPOSES[roll(4)] }
  })
  return { now: NOW, items: ITEMS, purposes: PURPOSES, services, people, requests, answers: requests.map(q => allowed(services, people, q)) }
}

export function writeWorkload(path, seed = 20261121) {
  const workload = make(seed)
  writeFileSync(path, JSON.stringify(workload))
  return workload
}

export function readWorkload(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

// Every answer is compared first; then decisions per second of this process's CPU time.
export async function measure(name, workload, decide, seconds = 3) {
  const { requests, answers } = workload
  for (let i = 0; i < requests.length; i++)
    if (await decide(requests[i]) !== answers[i]) throw new Error(`${name}: answer ${i} is wrong`)
  const before = process.cpuUsage(), end = Date.now() + seconds * 1000
  let n = 0
  while (Date.now() < end)
    for (let i = 0; i < 200; i++, n++) decide(requests[n % requests.length])
  const { user, system } = process.cpuUsage(before)
  console.log(JSON.stringify({ name, per_cpu_second: n / ((user + system) / 1e6) }))
}
