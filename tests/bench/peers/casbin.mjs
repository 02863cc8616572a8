// casbin: rules service–item–purpose, consent as a function of the request's person. One enforcer for each service is how a
// user of casbin would make it fast; one enforcer with all rules is how the manual begins.
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import { measure, readWorkload } from './workload.mjs'

const MODEL = `[request_definition]
r = service, item, purpose, person
[policy_definition]
p = service, item, purpose
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.service == p.service && r.item == p.item && r.purpose == p.purpose && consent(r.person, r.service, r.item)`

const workload = readWorkload(process.argv[2])
const consents = workload.people.map(list => new Map(list.map(c => [workload.services[c.service].key, c])))

function consent(person, service, item) {
  const c = consents[person].get(service)
  return c !== undefined && !c.withdrawn && c.until > workload.now && c.items.includes(item)
}

async function enforcer(services) {
  const rules = services.flatMap(s => s.items.map(item => `p, ${s.key}, ${item}, ${s.purpose}`)).join('\n')
  const e = await newEnforcer(newModelFromString(MODEL), new StringAdapter(rules))
  e.addFunction('consent', consent)
  return e
}

const own = []
for (const s of workload.services) own.push(await enforcer([s]))
await measure('casbin, an enforcer for each service', workload,
  q => own[q.service].enforceSync(workload.services[q.service].key, q.item, q.purpose, q.person))

const all = await enforcer(workload.services)
await measure('casbin, one enforcer', workload,
  q => all.enforceSync(workload.services[q.service].key, q.item, q.purpose, q.person))
