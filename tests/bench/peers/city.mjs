// The gate's questions about a city as it ships: every declared use of every service (taken, shown, sent), each item by itself and
// all together, and uses that nothing declares. The release's own document comes from bench_gate; the answers are those of the
// plain tables below, which is also how Node answers by hand, as fast as it can.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { dice, measure, readWorkload } from './workload.mjs'

const NOW = 1_795_000_000_000, PEOPLE = 1000, CONSENTS = 8
const LEVELS = ['open', 'login', 'phone', 'realname']

const both = (a, b) => new Set([...a].filter(x => b.has(x)))

// What each service may do, as sets by action.
function tablesOf(document) {
  const { city, policy, services } = document, everything = document.items.map(i => i.key)
  const listed = part => new Set(part?.items === 'all' ? everything : part?.items ?? [])
  const categories = new Map(policy.categories.map(c => [c.key, c]))
  const rights = new Set(city.gate?.rights ?? [])
  const { kinds = [], except = [] } = policy.sensitive ?? {}
  const opens = new Map()
  for (const p of policy.permissions)
    for (const item of p.items ?? []) opens.set(item, [...opens.get(item) ?? [], p.key])
  return {
    everything, purposes: policy.purposes.map(p => p.key), permissions: policy.permissions.map(p => p.key), opens,
    sensitive: new Set(document.items.filter(i => i.sensitive || (kinds.includes(i.kind) && !except.includes(i.key))).map(i => i.key)),
    suppliers: new Set(policy.recipients.filter(to => to.kind === 'supplier').map(to => to.key)),
    services: new Map(services.map(s => {
      const category = categories.get(s.category), fields = new Set((s.fields ?? []).map(f => f.item))
      const extra = s.reads === 'all' ? listed(category.read) : both(s.reads ?? [], listed(category.read))
      return [s.key, {
        may: {
          collect: both(fields, listed(category.collect)), share: both(s.shared ?? [], listed(category.share)),
          read: new Set([...fields, ...s.shared ?? [], ...s.result ?? [], ...extra]),
        },
        purpose: s.purpose, purposes: new Set(category.purposes), recipient: s.recipient, recipients: new Set(category.recipients ?? []),
        permissions: new Set(category.permissions ?? []), level: LEVELS.indexOf(s.level), right: rights.has(s.key),
      }]
    })),
  }
}

const indexed = people => people.map(p => ({ ...p, permissions: new Set(p.permissions),
  consents: new Map(p.consents.map(c => [c.service, { ...c, items: new Set(c.items) }])) }))

// The rules of src/policy/gate.h for a grown person who uses the app, item by item.
function allowed(t, people, q) {
  const s = t.services.get(q.service), p = people[q.person], { action, items } = q
  if (!s.purposes.has(q.purpose) || (action === 'share' && !s.recipients.has(q.recipient))) return false
  if (s.level > 1 && !(s.level === 2 ? p.phone : p.realname)) return false
  if (!p.agreed && !(s.right && action === 'read') && !(s.level === 0 && items.length === 0)) return false
  const consent = p.consents.get(q.service), may = s.may[action]
  const open = consent !== undefined && consent.until > NOW && (action === 'collect' || consent.recipient === q.recipient)
  const every = action === 'share' && !t.suppliers.has(q.recipient)
  for (const item of items) {
    if (!may.has(item)) return false
    const sensitive = t.sensitive.has(item)
    if (action === 'read') {
      if (sensitive && q.purpose !== 'show_masked' && !p.second_check) return false
    } else if ((sensitive || every) && !(open && consent.items.has(item))) return false
    if (action === 'collect' && t.opens.has(item) && !t.opens.get(item).some(k => s.permissions.has(k) && p.permissions.has(k)))
      return false
  }
  return true
}

function makePeople(t, roll) {
  const keys = [...t.services.keys()]
  return Array.from({ length: PEOPLE }, () => ({
    phone: roll(10) > 0, realname: roll(5) > 0, agreed: roll(20) > 0, second_check: roll(2) === 0,
    permissions: t.permissions.filter(() => roll(2)),
    consents: [...new Set(Array.from({ length: CONSENTS }, () => keys[roll(keys.length)]))].map(service => {
      const s = t.services.get(service)
      return { service, recipient: s.recipient, items: [...new Set([...s.may.collect, ...s.may.share])].filter(() => roll(10)),
        until: NOW + (roll(8) ? 1e9 : -1e9) }
    }),
  }))
}

function makeRequests(t, people, roll) {
  const who = service => {
    const consented = people.flatMap((p, i) => p.consents.some(c => c.service === service) ? [i] : [])
    return consented.length && roll(3) ? consented[roll(consented.length)] : roll(PEOPLE)
  }
  return [...t.services].flatMap(([service, s]) => {
    const ask = (action, items, purpose = s.purpose) =>
      ({ person: who(service), service, action, purpose, items, recipient: action === 'share' ? s.recipient : undefined })
    const declared = ['collect', 'read', ...s.recipient ? ['share'] : []].flatMap(action => {
      const items = [...s.may[action]]
      return items.length ? [ask(action, items), ...items.map(item => ask(action, [item]))] : []
    })
    const refused = ['collect', 'read'].flatMap(action => {
      const outside = t.everything.filter(item => !s.may[action].has(item))
      return outside.length ? [ask(action, [outside[roll(outside.length)]])] : []
    })
    const foreign = t.purposes.filter(p => !s.purposes.has(p))
    return [...declared, ...refused, ask('read', [...s.may.read].slice(0, 1), foreign[roll(foreign.length)])]
  })
}

export function writeCityWorkload(path, document, seed = 20261122) {
  const t = tablesOf(JSON.parse(document)), roll = dice(seed)
  const people = makePeople(t, roll), requests = makeRequests(t, people, roll), known = indexed(people)
  writeFileSync(path, JSON.stringify({ now: NOW, document, people, requests, answers: requests.map(q => allowed(t, known, q)) }))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const workload = readWorkload(process.argv[2])
  const tables = tablesOf(JSON.parse(workload.document)), people = indexed(workload.people)
  await measure('JavaScript sets and maps', workload, q => allowed(tables, people, q))
}
