// Cedar (wasm): one prepared policy with the service's rule as entity attributes, and one policy for each service.
import { createRequire } from 'node:module'
import { measure, readWorkload } from './workload.mjs'

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs')
const workload = readWorkload(process.argv[2])
const consents = workload.people.map(list => new Map(list.map(c => [c.service, c])))
const CONSENT = 'context.consent.given && !context.consent.withdrawn && context.consent.until > context.now && context.consent.items.contains(context.item)'
const NONE = { given: false, withdrawn: false, until: 0, items: [] }

const entity = (type, id) => ({ type, id: String(id) })

function call(q, entities, preparsedPolicySetId) {
  const c = consents[q.person].get(q.service)
  const answer = cedar.statefulIsAuthorized({
    principal: entity('Service', q.service), action: entity('Action', 'use'), resource: entity('Person', q.person),
    context: { item: q.item, purpose: q.purpose, now: workload.now,
      consent: c ? { given: true, withdrawn: c.withdrawn, until: c.until, items: c.items } : NONE },
    entities, preparsedPolicySetId,
  })
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer))
  return answer.response.decision === 'allow'
}

function prepare(id, staticPolicies) {
  const answer = cedar.preparsePolicySet(id, { staticPolicies })
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer))
}

prepare('one', `permit(principal, action == Action::"use", resource) when { principal.items.contains(context.item) && context.purpose == principal.purpose && ${CONSENT} };`)
await measure('Cedar, one policy with attributes', workload, q => {
  const s = workload.services[q.service]
  return call(q, [{ uid: entity('Service', q.service), attrs: { items: s.items, purpose: s.purpose }, parents: [] }], 'one')
})

prepare('each', workload.services.map((s, i) =>
  `permit(principal == Service::"${i}", action == Action::"use", resource) when { ${JSON.stringify(s.items)}.contains(context.item) && context.purpose == "${s.purpose}" && ${CONSENT} };`).join('\n'))
await measure('Cedar, a policy for each service', workload, q => call(q, [], 'each'))
