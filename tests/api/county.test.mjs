// A third city made only of files: tests/cities/county is a county with five services, its own clauses, chapters and
// ways. Nothing in the program knows it, and everything works; and what is wrong in its files is refused with the place
// and what to write, while a running server keeps what it has.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { citizen, root, secondCheck, startCity, tongban, until, withConsents } from './helpers.mjs'

const folder = mkdtempSync(join(tmpdir(), 'tongban-county-'))
const cities = join(folder, 'cities')
let city, c, person

before(async () => {
  cpSync(join(root, 'tests/cities/county'), cities, { recursive: true })
  cpSync(join(root, 'cities/common/items.yaml'), join(cities, 'common/items.yaml'))
  city = await startCity({ city: 'qinghe', cities })
  // the county's people are those of any register: the sandbox knows no county
  city.people = async filter => (await city.control('GET', `people?${new URLSearchParams({ city: 'tianjin', ...filter })}`)).items
})
after(async () => { await city?.stop(); rmSync(folder, { recursive: true, force: true }) })

const run = (...args) => {
  const r = spawnSync(tongban, args, { encoding: 'utf8' })
  return { code: r.status, lines: r.stdout.trim().split('\n').filter(Boolean), error: r.stderr }
}
const rows = list => list.lines.map(l => JSON.parse(l))

test('a county of files alone is clean, and says what it is', async () => {
  assert.equal(run('check', 'qinghe', '--cities', cities).code, 0)
  const guest = await city.client({ agreed: false })
  const about = (await guest.ok('GET', '/city')).body
  assert.deepEqual([about.key, about.name, about.controller, about.theme.primary], ['qinghe', '清河办', '清河县政务服务局', '#7a3b12'])
  assert.deepEqual(about.features.register_fields.map(f => f.item), ['mobile_phone', 'sms_code', 'username', 'password'])
  assert.deepEqual(about.features.cancel_scopes.map(s => s.key), ['everything'])
  assert.equal(about.features.hotline_service, 'county_appeal')
})

test('people register and prove their name by the county\'s own way', async () => {
  c = await citizen(city, { insured: true })
  person = c.person
  assert.equal((await c.ok('GET', '/me')).body.realname_level, 1)
  const [asked] = await city.received('county_police')
  assert.deepEqual(Object.keys(asked.body).filter(k => !['ref', 'purpose'].includes(k)).sort(), ['id_number', 'id_type', 'real_name'])
  const other = await city.client()
  const someone = (await city.people({ age_gte: 18 })).at(-1)
  const refused = await other.refused('POST', '/realname/number', { real_name: someone.real_name, id_type: 'resident_card', id_number: person.resident_id_number })
  assert.equal(refused.reason, 'login_required')
})

test('the four queries send what the county declares to whom it declares, and nothing else', async () => {
  const ways = [
    ['insurance_query', 'county_insurance', ['real_name', 'resident_id_number'], 'social_security_payment'],
    ['water_bill_query', 'county_water', ['real_name', 'resident_id_number'], 'bill_detail'],
    ['estate_query', 'county_estate', ['real_name', 'resident_id_number'], 'property_certificate'],
    ['violation_query', 'county_traffic', ['plate_number', 'resident_id_number'], 'violation_record'],
  ]
  for (const [service, recipient, shared, result] of ways) {
    const form = (await c.ok('GET', `/services/${service}`)).body
    const fields = Object.fromEntries(form.fields.map(f => [f.item, person[f.item]]))
    const refused = await c.refused('POST', `/services/${service}/queries`, { fields })
    assert.equal(refused.reason, 'consent_required', service)
    assert.ok(['QH-4.1', 'QH-3.3'].includes(refused.clause), refused.clause)
    assert.equal((await city.received(recipient)).length, 0, `${recipient} got something before the consent`)
    const { body } = await withConsents(c, 'POST', `/services/${service}/queries`, { fields })
    assert.deepEqual(body.result.map(r => r.item), [result])
    const [got] = await city.received(recipient)
    assert.deepEqual(Object.keys(got.body.items).sort(), shared, service)
  }
})

test('an item that the county does not declare is refused, wherever it is tried', async () => {
  for (const item of ['mobile_phone', 'home_address', 'face_image', 'plate_number']) {
    const refused = await c.refused('POST', '/services/insurance_query/queries',
      { fields: { real_name: person.real_name, resident_id_number: person.resident_id_number, [item]: person[item] ?? 'x' } })
    assert.ok([400, 403].includes(refused.status), `${item}: ${refused.status}`)
  }
  assert.equal((await city.received('county_insurance')).length, 1, 'nothing more left')
  assert.equal((await c.refused('POST', '/services/social_insurance_query/queries', { fields: {} })).status, 404)
})

test('an appeal goes to the office that the county\'s centre chooses, with the county\'s names', async () => {
  const fields = { real_name: person.real_name, contact_phone: person.mobile_phone, appeal_content: '村口的水务设施坏了，水管一直漏，请水务部门来看看。' }
  const { body } = await withConsents(c, 'POST', '/services/county_appeal/cases', { fields })
  const filed = await until(async () => {
    await city.advance('PT1M')
    await city.settle()
    const k = (await c.ok('GET', `/cases/${body.id}`)).body
    return k.follow_up ? k : null
  }, 'the call back')
  assert.equal(filed.department.key, 'water_office')
  assert.match(filed.reply, /清河县水务局/)
  const [triage] = await city.received('county_centre')
  assert.deepEqual(triage.body.departments, [{ key: 'road_office', name: '清河县公路管理站' }, { key: 'water_office', name: '清河县水务局' }])
  assert.ok(!JSON.stringify(triage.body).includes(person.real_name), 'the centre reads the text alone')
  assert.equal((await city.received('road_office')).length, 0)
  assert.deepEqual(Object.keys((await city.received('water_office'))[0].body.items).sort(), ['contact_phone', 'real_name'])
})

test('the policy page has the county\'s chapters in its order, and its tables', async () => {
  const page = await (await fetch(`${city.base}/policy`)).text()
  const places = ['一、怎样找到我们', '二、怎样保管', '三、需要什么信息', '四、交给谁', '五、您的权利'].map(t => page.indexOf(t, page.indexOf('<main')))
  assert.ok(places.every(p => p > 0) && places.every((p, i) => i === 0 || p > places[i - 1]), String(places))
  for (const word of ['清河县自来水公司', '社保缴费查询', '违章查询', '工作人员培训', '法律要求保存'])
    assert.ok(page.includes(word), word)
  assert.ok(!/天津|南通/.test(page))
  assert.match(page, /40\s*(日|天)/)
})

test('the user agreement is the county\'s own file, with its facts, and the rows that forms link to [NT-3.3.1.b]', async () => {
  const [policy, agreement] = await Promise.all(['/policy', '/agreement'].map(async p => (await fetch(city.base + p)).text()))
  for (const word of ['<h1>清河办用户服务协议</h1>', '本协议由您与清河县政务服务局订立', '有事请打<a href="tel:0319-12345">']) assert.ok(agreement.includes(word), word)
  assert.ok(!agreement.includes('投诉电话：'), 'a fact that the county has not set')
  const uses = html => [...html.matchAll(/ id="((?:category|service|permission|recipient)-[^"]+)"/g)].map(m => m[1]).sort()
  assert.deepEqual(uses(agreement), uses(policy))
  for (const { key } of await c.all('/services'))
    for (const { policy: p, agreement: a } of (await c.ok('GET', `/services/${key}`)).body.paragraphs)
      assert.ok(policy.includes(` id="${p.url.split('#')[1]}"`) && agreement.includes(` id="${a.url.split('#')[1]}"`), key)
})

test('everything used stands in the person\'s list with the county\'s clauses, and leaving ends it', async () => {
  const usage = await c.all('/me/usage')
  assert.ok(usage.length > 8 && usage.every(u => !u.clause || u.clause.startsWith('QH-')), 'other clauses')
  assert.deepEqual(usage.map(u => u.n), usage.map((_, i) => usage.length - i), 'a hole')
  const preview = (await c.ok('GET', '/me/cancellation?scope=everything')).body
  assert.match(JSON.stringify(preview), /诉求的办理记录/)
  await secondCheck(c)
  const done = (await c.ok('DELETE', `/me?scope=everything&preview_token=${encodeURIComponent(preview.preview_token)}`)).body
  assert.ok(done.certificate_id)
  assert.equal((await c.refused('GET', '/me')).status, 401)
})

// ---- what is wrong in the files -------------------------------------------------------------------------------------
// [what, file, from, to, marker that stands on the line named, text of the complaint]

const policy = 'qinghe/policy/2026.3.yaml', services = 'qinghe/services/five.yaml', settings = 'qinghe/city.yaml', items = 'common/items.yaml'
const bad = [
  ['unknown key', policy, 'updated: 2026-01-05', 'updated: 2026-01-05\nupdatet: 2026-01-05', 'updatet:', /unknown key 'updatet' in the policy; did you mean 'updated'\?/],
  ['unknown key of a service', services, 'level: realname', 'level: realname\n    color: red', 'color: red', /unknown key 'color' in a service/],
  ['unknown item', policy, 'collect: {items: [real_name, resident_id_number], clause: QH-3.5}', 'collect: {items: [real_nam, resident_id_number], clause: QH-3.5}', 'real_nam,', /unknown item 'real_nam'; write 'real_name'/],
  ['unknown clause', policy, 'clause: QH-3.4', 'clause: QH-9.9', 'QH-9.9', /unknown clause 'QH-9\.9'; write an id that stands in common\/clauses\.txt/],
  ['no clause at all', policy, ', clause: QH-3.4', '', 'perm_camera, name', /a permission has no 'clause'; write clause: …/],
  ['unknown purpose', policy, 'purposes: [handle]', 'purposes: [advertise]', 'advertise', /unknown purpose 'advertise'; declare it in purposes/],
  ['purpose of another category', services, 'purpose: handle', 'purpose: appeal', 'purpose: appeal', /does not have the purpose 'appeal'; add it to its purposes/],
  ['unknown recipient', services, 'recipient: county_water', 'recipient: county_gas', 'county_gas', /unknown recipient 'county_gas'/],
  ['overlapping names', policy, 'name: 住房与用水', 'name: 社保', 'key: home', /category 'home' overlaps 'insurance': both have the name '社保'; join them, or tell them apart/],
  ['overlapping grounds', policy, 'definitions:', '  - {key: keep_more, contexts: [keep, share], ground: 法律要求保存, needs: [officer], clause: QH-2.1}\n\ndefinitions:', 'keep_more', /exception 'keep_more' overlaps 'keep_law': both name this ground for the same act/],
  ['overlapping periods', policy, 'exceptions:', '  - {class: other_record, name: 诉求的办理记录, rule: 自办结之日起, days: 10, clause: QH-4.2}\n\nexceptions:', 'other_record', /legal retention 'other_record' overlaps 'hotline_record': both have the name/],
  ['overlapping definitions', policy, 'duties:', '  - {key: user2, term: 您, meaning: 任何人, clause: QH-1.1}\n\nduties:', 'user2', /definition 'user2' overlaps 'user': both have the term '您'/],
  ['more than its category', services, '      - {item: plate_number, required: true}', '      - {item: plate_number, required: true}\n      - {item: mobile_phone}', '{item: mobile_phone}', /service 'violation_query' asks for 'mobile_phone', which category 'driving' may not take \(QH-3\.5\); remove the field/],
  ['shares more than its category', services, 'shared: [resident_id_number, plate_number]', 'shared: [resident_id_number, plate_number, real_name]', 'plate_number, real_name]', /service 'violation_query' shares 'real_name', which category 'driving' does not allow \(QH-4\.1\); remove it/],
  ['sharing without recipient', policy, '    recipients: [county_traffic]\n', '', 'share: {items: [resident_id_number, plate_number]', /category 'driving' shares without a recipient; write recipients: \[…\]/],
  ['service shares without recipient', services, '    recipient: county_estate\n', '', 'shared: [real_name, resident_id_number]', /service 'estate_query' shares without a recipient; write recipient: its key/, 3],
  ['period without unit', policy, 'retention: {rule: 自最近一次使用之日起, days: 20}', 'retention: 20', 'retention: 20', /a period needs its unit and its start; write retention: \{rule: …, days: 30\}/],
  ['period with a unit that is none', policy, 'rule: 自最近一次使用之日起, days: 20', 'rule: 自最近一次使用之日起, months: 2', 'months: 2', /unknown key 'months' in a retention/],
  ['no chapters', policy, /^chapters:[^]*$/m, '', 'version:', /the policy has no 'chapters'/],
  ['missing chapter', policy, /  - key: rights\n    title: 五[^]*$/, '', 'key: contact\n    title', /chapter 'rights' is missing, which policy\.chapters of city\.yaml lists; write - \{key: rights, title: …, sections: \[…\]\}/],
  ['chapters in another order', settings, 'chapters: [contact, protect,', 'chapters: [protect, contact,', [policy, 'key: contact\n    title'], /chapter 'contact' stands in another place than policy\.chapters of city\.yaml says; move it/],
  ['duplicate key', policy, 'updated: 2026-01-05', 'updated: 2026-01-05\nupdated: 2026-01-06', 'updated: 2026-01-06', /'updated' stands twice \(first on line \d+\); keep one of them/],
  ['category twice', policy, '  - key: home', '  - key: insurance', 'key: insurance', /category 'insurance' stands twice/, 2],
  ['anchor', policy, 'purposes: [handle]', 'purposes: &p [handle]', '&p', /anchors are refused; remove the '&' and its name/],
  ['alias', policy, 'purposes: [handle]', 'purposes: *p', '*p', /aliases are refused; write the value out here/],
  ['wrong type: list for a text', services, 'name: 水费查询', 'name: [水费查询]', 'name: [', /'name' must be text; write name: some text/],
  ['wrong type: text for a list', policy, 'purposes: [handle]', 'purposes: handle', 'purposes: handle', /'purposes' must be a list; write purposes: \[a, b\], or one '- ' line each/],
  ['wrong type: text for a number', policy, 'every_days: 180', 'every_days: half a year', 'half a year', /'every_days' must be a whole number; write digits without unit or quotes/],
  ['wrong type: number below zero', policy, 'days: 400', 'days: -4', 'days: -4', /'days' must be a whole number/],
  ['a day that does not exist', policy, 'effective: 2026-01-10', 'effective: 2026-13-10', 'effective:', /'effective' must be a day that exists; write it as 2026-01-31/],
  ['no effective date', policy, 'effective: 2026-01-10\n', '', 'version:', /the policy has no 'effective'; write effective: 2026-01-31/],
  ['unknown word', services, 'shape: case', 'shape: form', 'shape: form', /'shape' is 'form'; write one of: info, query, case, internal/],
  ['unknown service in a setting', settings, 'service: county_appeal', 'service: county_appeals', 'county_appeals', /unknown service 'county_appeals'; write 'county_appeal'/],
  ['unknown item in a setting', settings, 'fields: [mobile_phone, sms_code', 'fields: [mobile_phon, sms_code', 'mobile_phon,', /unknown item 'mobile_phon'; write 'mobile_phone'/],
  ['recipient abroad', policy, 'key: county_water, name: 清河县自来水公司, kind: authorised, region: CN', 'key: county_water, name: 清河县自来水公司, kind: authorised, region: SG', [settings, 'mode: never'], /recipient 'county_water' stands in SG, but border\.mode is never; remove the recipient/],
]

// The line of the n-th place where the marker stands.
function lineOf(text, marker, nth = 1) {
  let at = -1
  for (let i = 0; i < nth; i++) at = text.indexOf(marker, at + 1)
  assert.ok(at >= 0, `the marker ${marker} stands nowhere`)
  return text.slice(0, at).split('\n').length
}

test(`${bad.length} wrong edits are each refused with file, line, what is wrong and what to write`, async () => {
  const wrong = join(folder, 'wrong'), missed = []
  for (const [what, file, from, to, marker, text, nth] of bad) {
    cpSync(cities, wrong, { recursive: true })
    const path = join(wrong, file), whole = readFileSync(path, 'utf8')
    const edited = whole.replace(from, to)
    assert.notEqual(edited, whole, `${what}: the edit changed nothing`)
    writeFileSync(path, edited)
    const [place, mark] = Array.isArray(marker) ? marker : [file, marker]
    const { code, lines } = run('check', 'qinghe', '--cities', wrong)
    const expected = `${place}:${lineOf(readFileSync(join(wrong, place), 'utf8'), mark, nth)}: `
    if (code !== 1 || !lines.some(l => l.startsWith(expected) && text.test(l)))
      missed.push(`${what} (exit ${code}): expected ${expected}${text}\n  ${lines.join('\n  ')}`)
  }
  assert.equal(missed.length, 0, missed.join('\n'))
})

test('a running server keeps its release, whatever wrong file is offered as a draft', async () => {
  const guest = await city.client({ agreed: false })
  const now = (await guest.ok('GET', '/policy/current')).body
  const offered = join(folder, 'offered')
  for (const [what, file, from, to] of [bad[0], bad[8], bad[12], bad[16], bad[19], bad[22]]) {
    cpSync(cities, offered, { recursive: true })
    const path = join(offered, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    const draft = run('release', 'draft', '--data', city.data, '--cities', offered)
    assert.notEqual(draft.code, 0, what)
    assert.match(draft.error + draft.lines.join('\n'), /qinghe\/[a-z0-9./]+:\d+: /, what)
  }
  assert.equal(rows(run('release', 'list', '--data', city.data, '--cities', cities, '--json')).length, 1)
  const after = (await guest.ok('GET', '/policy/current')).body
  assert.deepEqual([after.version, after.hash], [now.version, now.hash])
  const again = await citizen(city)
  assert.equal((await again.ok('GET', '/me')).body.realname_level, 1, 'and it still serves')
})
