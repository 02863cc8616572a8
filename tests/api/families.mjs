// Children and their parents: a family of the register, the code of the child's app, what the parent asks and agrees to.
import { register, verifyName, secondCheck, withConsents } from './helpers.mjs'

// A child of the given ages with a parent nobody took yet; both can be registered.
export async function family(city, { age_gte = 14, age_lt = 17 } = {}) {
  const children = await city.people({ age_gte, age_lt, limit: 500 })
  for (const child of children) {
    if (!child.mother_id_number || city.taken.has(child.resident_id_number) || city.taken.has(child.mother_id_number)) continue
    const [parent] = await city.people({ id_number: child.mother_id_number })
    if (!parent || parent.id_type !== 'resident_card') continue
    city.taken.add(child.resident_id_number).add(parent.resident_id_number)
    return { child, parent }
  }
  throw new Error('no family left')
}

export async function adult(city, person) {
  const c = await city.client()
  await register(c, person)
  await verifyName(c, person)
  return c
}

// The child's client as far as the city lets it: an installation in Tianjin, an account of unknown age in Nantong.
export async function childClient(city, child) {
  const c = await city.client()
  c.person = child
  if (city.city === 'nantong') await register(c, child)
  return c
}

export const told = child => ({ ward_name: child.real_name, ward_id_number: child.resident_id_number })
export const newCode = async c => (await c.ok('POST', '/guardianship/codes')).body.code

export async function ask(parent, code, child, path = '/wards') {
  return (await withConsents(parent, 'POST', path, { code, ...told(child) })).body
}

export async function decide(parent, ward) {
  const { text_hash } = (await parent.ok('GET', `/wards/${ward.id}/text`)).body
  await secondCheck(parent)
  return (await parent.ok('POST', `/wards/${ward.id}/agreement`, { text_hash })).body
}

// A child with an account whose guardian agreed.
export async function guarded(city, ages) {
  const { child, parent } = await family(city, ages)
  const p = await adult(city, parent), c = await childClient(city, child)
  const ward = await decide(p, await ask(p, await newCode(c), child))
  if (city.city === 'tianjin') await register(c, child)
  return { child, parent, p, c, ward }
}
