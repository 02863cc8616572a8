// Officers of a city: accounts as `tongban staff add` makes them, sessions as the console opens them.
import { join } from 'node:path'
import { Client, root } from './helpers.mjs'
import { totp } from './totp.mjs'

const now = async city => (await city.control('GET', 'clock?server=test-reader')).now_ms

// more: further arguments of `staff add`.
export function addOfficer(city, login, name, role = 'policy_officer', more = []) {
  const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', join(root, 'cities'), '--login', login, '--name', name, '--role', role, ...more, '--json'))
  return { login, name, role, password: made.password, secret: made.totp_secret }
}

// A session of its own; a code opens one session only, so open one for each account, or move the clock between.
export async function openOffice(city, officer, base = city.base) {
  const c = new Client({ ...city, base })
  const { body } = await c.ok('POST', '/staff/sessions', { login: officer.login, password: officer.password, totp: totp(officer.secret, await now(city)) })
  c.token = body.token
  return c
}

export const officerOf = async (city, login, name, role) => openOffice(city, addOfficer(city, login, name, role))
