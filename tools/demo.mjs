#!/usr/bin/env node
// Prints where everything is, and makes demo accounts the first time: a citizen who registers through the API as anybody would, and
// staff through the command line. Writes run.json.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client, agree, register, verifyName, password, sleep, until } from '../tests/api/helpers.mjs'

const { values: o } = parseArgs({ options: {
  server: { type: 'string' }, data: { type: 'string' }, port: { type: 'string' }, 'sandbox-port': { type: 'string' } } })
const app = `http://localhost:${o.port}`, sandbox = `http://localhost:${o['sandbox-port']}`
const kept = join(o.data, 'demo.json')

async function control(path) {
  const r = await fetch(`${sandbox}/control/${path}`)
  if (!r.ok) throw new Error(`sandbox: ${r.status} for ${path}`)
  return r.json()
}

// A city as the tests' client sees it, on the wall clock.
const city = {
  base: app,
  advance: () => sleep(7000), // the time that reading the policy takes
  async code(phone) {
    const items = await until(async () => {
      const list = (await control(`sms?phone=${encodeURIComponent(phone)}`)).items
      return list.length ? list : null
    }, 'the short message')
    return /(?<!\d)\d{6}(?!\d)/.exec(items[0].text)[0]
  },
}

async function makeCitizen(key) {
  const { items } = await control(`people?${new URLSearchParams({ city: key, age_gte: '18', insured: 'true', limit: '5' })}`)
  const person = items[4]
  const c = new Client(city)
  c.token = (await c.ok('POST', '/installations', { platform: 'web' })).body.token
  await agree(c)
  await register(c, person)
  await verifyName(c)
  return { role: 'citizen', login: c.username, password, phone: person.mobile_phone }
}

// A parent with an account, and the child's papers to register with: the child's part is tried by hand, in a second browser.
async function makeParent(key) {
  for (const child of (await control(`people?${new URLSearchParams({ city: key, age_gte: '9', age_lt: '17', limit: '50' })}`)).items) {
    const [parent] = (await control(`people?${new URLSearchParams({ city: key, id_number: child.mother_id_number ?? '' })}`)).items
    if (parent?.id_type !== 'resident_card') continue
    const c = new Client(city)
    c.token = (await c.ok('POST', '/installations', { platform: 'web' })).body.token
    await agree(c)
    await register(c, parent)
    await verifyName(c)
    const { real_name, resident_id_number, id_expiry, mobile_phone } = child
    return { role: 'parent', login: c.username, password, phone: parent.mobile_phone, child: { real_name, resident_id_number, id_expiry, phone: mobile_phone } }
  }
  throw new Error('the register has no family')
}

function makeStaff(department) {
  const made = (login, name, role, ...more) => {
    const text = execFileSync(o.server, ['staff', 'add', '--data', o.data, '--cities', 'cities', '--login', login, '--name', name,
      '--role', role, ...more, '--json'], { encoding: 'utf8' })
    const { password, totp_secret } = JSON.parse(text)
    return { role, login, password, totp_secret, ...(department && more.length ? { department } : {}) }
  }
  const list = [
    made('policy1', '陈某', 'policy_officer'), made('policy2', '林某', 'policy_officer'),
    made('complaints', '冯某', 'complaint_handler', '--duties-done', new Date().toISOString().slice(0, 10)),
    made('privacy1', '赵某', 'privacy_officer'), made('privacy2', '孙某', 'privacy_officer'),
    made('auditor', '周某', 'auditor'),
  ]
  if (department) list.unshift(made('agent', '王某', 'hotline_agent', '--department', department, '--duties-done',
      new Date(Date.now() - 86400000).toISOString().slice(0, 10)))
  return list
}

async function main() {
  const about = await (await fetch(`${app}/api/v1/city`)).json()
  if (!existsSync(kept)) {
    let department = null
    if (about.features.hotline_service) {
      const service = await (await fetch(`${app}/api/v1/services/${about.features.hotline_service}`)).json()
      department = service.recipients.at(-1).key
    }
    process.stderr.write('\x1b[36m==>\x1b[0m making demo accounts\n')
    writeFileSync(kept, JSON.stringify([await makeCitizen(about.key), await makeParent(about.key), ...makeStaff(department)], null, 2), { mode: 0o600 })
  }
  const demo = JSON.parse(readFileSync(kept, 'utf8'))
  writeFileSync('run.json', JSON.stringify({ app, console: `${app}/console/`, sandbox, vision: null, demo }, null, 2) + '\n')

  const lines = [
    '', `  ${about.name} 已启动 · ${about.name} is running`, '',
    `  App      ${app}`,
    `  Console  ${app}/console/`,
    `  SMS      ${sandbox}/sms      (short messages that were "sent", and people to register as)`, '',
    '  Demo accounts:',
    ...demo.map(d => `    ${d.role.padEnd(16)} ${d.login}  ${d.password}` + (d.totp_secret ? `  TOTP ${d.totp_secret}` : '') + (d.department ? `  (${d.department})` : '') +
      (d.child ? `\n    ${''.padEnd(16)} child: ${d.child.real_name} ${d.child.resident_id_number} until ${d.child.id_expiry}, phone ${d.child.phone}` : '')),
    '', '  Ctrl-C stops all of it. The addresses also stand in run.json.', '',
  ]
  console.log(lines.join('\n'))
}

main().catch(e => { console.error(String(e.stack ?? e)); process.exit(1) })
