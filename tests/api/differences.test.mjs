// In what the two cities differ: every row of tests/data/city_differences.tsv has its settings in both cities, and shows
// in what a running city does (`acts`), in its published registers and its policy as people read it (`reads`), or in the
// release alone (`declared`: no code reads it yet).
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agree, startCity, citizen, secondCheck, until, root } from './helpers.mjs'
import { officerOf } from './officers.mjs'
import { publish } from './versions.mjs'

const tsv = name => readFileSync(join(root, 'tests/data', name), 'utf8').trim().split('\n').map(l => l.split('\t'))
const rows = tsv('city_differences.tsv').slice(1).map(([topic, keys, tianjin, nantong, clauses]) => ({ topic, keys: keys.split(','), tianjin, nantong, clauses }))
// the register of rules is what both releases hold; the test `rules` compares it with them
const rules = tsv('rules.tsv')
const settings = city => new Map(rules.filter(([c, kind]) => c === city && kind === 'setting').map(([, , key, , value]) => [key, value]))
// how many grounds hold in all of these contexts: a bit each, see exception_context in policy.h
const grounds = (city, contexts) => rules.filter(([c, kind, , , value]) => {
  const held = c === city && kind === 'exception' ? parseInt(/contexts ([0-9a-f]+)/.exec(value)[1], 16) : 0
  return (held & contexts) === contexts
}).length

// Settings of one row that are alike in both cities, and why the row differs nevertheless.
const alike = {
  'reply.days': 'the days are counted by reply.calendar', 'delete.days': 'Tianjin has none of its own: that of replies', 'delete.calendar': 'as delete.days',
  'realname.face': 'both by connector; the vendors stand in the register of SDKs', 'login.methods': 'the other ways are not connected; the names differ (login.names)',
  'minor.age': 'Tianjin says no number; the Civil Code does', 'refusal.limits': '', 'retention.backup': '',
}

let t, n
async function open(name) {
  const city = await startCity({ city: name })
  const guest = await city.client()
  const html = await (await fetch(city.base + '/policy')).text()
  return {
    city, guest, page: html.replace(/<style[^]*?<\/style>/g, '').replace(/<[^>]*>/g, '').replace(/&gt;/g, '>').replace(/\s+/g, ''),
    info: (await guest.ok('GET', '/city')).body, person: await citizen(city), phone: await city.client({ platform: 'android' }),
    get: async path => (await guest.ok('GET', path)).body,
  }
}
before(async () => { [t, n] = await Promise.all([open('tianjin'), open('nantong')]) })
after(async () => { await t?.city.stop(); await n?.city.stop() })

const texts = (inTianjin, inNantong) => () => {
  for (const [c, patterns] of [[t, inTianjin], [n, inNantong]])
    for (const [pattern, there] of patterns) assert.equal(pattern.test(c.page), there, `${c.city.city}: ${pattern}`)
}
const says = pattern => [pattern, true], lacks = pattern => [pattern, false]
const both = async (of, inTianjin, inNantong) => {
  assert.deepEqual(await of(t), inTianjin)
  assert.deepEqual(await of(n), inNantong)
}
const status = async (c, method, path, body) => (await c.call(method, path, body)).status
const missing = async (c, path) => (await c.refused('POST', path, {})).errors.map(e => e.field).sort()

const acts = {
  'deletion channel': () => both(async c => (await c.person.refused('DELETE', '/me/items')).reason, 'second_check_required', 'not_declared'),
  'deletion deadline': async () => {
    assert.match((await n.person.refused('DELETE', '/me/items')).detail, /15 个工作日/)
    assert.match(n.page, /十五个工作日内办理/)
  },
  'cancellation scope': async () => {
    await both(c => c.info.features.cancel_scopes.map(s => s.key), ['account'], ['app', 'unified'])
    await both(c => status(c.person, 'GET', '/me/cancellation?scope=unified'), 400, 200)
  },
  'cancellation checks': async () => {
    const end = async c => {
      const p = await citizen(c.city), scope = c.info.features.cancel_scopes[0].key
      await secondCheck(p)
      await p.ok('PUT', '/me/password', { password: 'Other-word2026', current_password: 'Tong-ban2026' })
      const { preview_token } = (await p.ok('GET', `/me/cancellation?scope=${scope}`)).body
      return status(p, 'DELETE', `/me?scope=${scope}&preview_token=${preview_token}`)
    }
    await both(end, 409, 200)
  },
  'real-name ways': async () => {
    await both(c => c.info.features.realname_methods.includes('number'), true, false)
    await both(c => c.info.features.realname_methods.includes('bankcard'), false, true)
    await both(async c => await status(c.person, 'POST', '/realname/bankcard', {}) === 404, true, false)
  },
  'mobile number in real-name': async () => {
    const asked = await missing(n.person, '/realname/bankcard')
    assert.ok(asked.includes('bank_reserved_mobile') && !asked.includes('mobile_phone'))
    assert.ok(!(await missing(t.person, '/realname/number')).includes('bank_reserved_mobile'))
  },
  'registration minimum': () => both(async c => (await missing(await c.city.client(), '/accounts')).length >= 3 && (await missing(await c.city.client(), '/accounts')).includes('id_number'), true, false),
  'password at registration': () => both(async c => (await missing(await c.city.client(), '/accounts')).includes('password'), false, true),
  'device ids': () => both(async c => (await c.phone.ok('GET', '/device-functions')).body.device_ids.includes('android_serial'), true, false),
  'MAC': () => both(async c => (await c.phone.ok('GET', '/device-functions')).body.device_ids.includes('mac'), true, false),
  'album permission per platform': () => both(async c => /all|android|全部|安卓/.test((await c.phone.ok('GET', '/permissions')).body.items.find(p => p.key === 'perm_album')?.platforms ?? ''), true, false),
  'search history and favourites': () => both(c => status(c.person, 'GET', '/me/search-history').then(s => s < 300), false, true),
  '12345': async () => {
    await both(c => c.info.features.hotline_service, null, 'hotline_12345')
    await both(async c => await status(c.person, 'GET', '/services/hotline_12345') === 404, true, false)
  },
  'withdrawal ways': () => both(async c => (await c.get('/consents/centre')).ways.map(w => w.key), ['cancel', 'delete_all', 'uninstall', 'system_settings'], ['contact', 'sensor_switches']),
  'refusal for effort': async () => {
    const grounds = async c => (await (await officerOf(c.city, 'effort', '专员 丙某', 'privacy_officer')).ok('GET', '/staff/request-grounds')).body.grounds
    await both(async c => (await grounds(c)).some(g => g.key === 'refuse_effort' && g.sort === 'discretion'), true, false)
  },
  personalisation: () => both(async c => (await c.person.ok('GET', '/preferences')).body.personal.declared, true, false),
  unsubscribe: () => both(c => status(c.person, 'PUT', '/me/subscriptions/policy', { subscribed: false }), 403, 204),
  'effect on held data': () => both(async c => (await c.get('/consents/centre')).held_data, 'anonymise', 'stop'),
}

// Two further versions: one that names a service otherwise, one that makes people wait longer for an answer.
const newer = [
  ['2098.1', 'services/social_medical.yaml', 'services/housing.yaml', text => text.replace(/^( {2}- key: \w+\n {4}name: )(.*)$/m, '$1新版$2')],
  ['2098.2', 'city.yaml', 'city.yaml', text => text.replace(/(reply:\n {2}days: )15/, '$130')],
]
async function renew(c, step) {
  const [version, inTianjin, inNantong, change] = newer[step], from = step ? newer[0][0] : { tianjin: '2026.1', nantong: '2021.6.2' }[c.city.city]
  await publish(c.city, version, { from, days: 1, edit: { POLICY: text => text + '\n# newer\n', [c === t ? inTianjin : inNantong]: change } })
  if (step) await agree(c.person)
  const pending = async () => { const { body } = await c.person.ok('GET', '/notice'); return body.pending && body.version === version && body }
  await until(pending, `the notice of ${version}`)
  await c.city.advance('P2D')
  c.person.token = c.person.installation
  c.person.token = (await c.person.ok('POST', '/sessions', { method: 'password', login: c.person.username, password: 'Tong-ban2026' })).body.token
  c.notice = await pending()
}
// What follows a version; these come last, because the clock moves.
const renewals = {
  'consent on going on': async () => {
    for (const c of [t, n]) await renew(c, 0)
    await both(c => c.notice.may_continue, true, false)
  },
  'reduction of rights': async () => {
    for (const c of [t, n]) await renew(c, 1)
    await both(c => [c.notice.reduces_rights, c.notice.may_continue], [true, false], [true, false])
  },
  'major change list': () => both(c => c.notice.major, false, true),
}

const reads = {
  'reply deadline': texts([says(/十五个工作日/)], [says(/十五(日|天|个自然日)/)]),
  'cancellation screen': texts([says(/个人中心/)], [says(/依次点击设置、账户安全、账号注销/)]),
  'collect/use exceptions': () => assert.deepEqual([grounds('tianjin', 0x1), grounds('nantong', 0x1)], [9, 0]),
  'share/transfer/publish exceptions': () => assert.deepEqual([grounds('tianjin', 0xe), grounds('nantong', 0xe)], [7, 8]),
  'request refusal grounds': () => assert.deepEqual([grounds('tianjin', 0x10), grounds('nantong', 0x10)], [11, 5 + 2]), // the fourth of five stands with its two examples
  'face vendors': () => both(async c => (await c.get('/sdks')).items.some(s => /平安.*人脸|警.*人脸/.test(s.name)), false, true),
  'browsing without account': () => both(c => c.info.features.guest_browse, 'catalogue', 'main'),
  'login methods': () => both(c => c.info.features.login_names.includes('resident_id_number'), true, false),
  'update notice ways': texts([says(/主页会先弹窗/)], [says(/弹窗、推送、红点、邮件或短信/)]),
  'version dates': texts([lacks(/更新日期/), lacks(/生效日期/)], [says(/更新日期/), says(/生效日期/)]),
  'wording of first three grounds': texts([says(/涉及国家安全、国防安全/)], [lacks(/涉及国家安全、国防安全/), says(/直接关系国家安全、国防安全/)]),
  'permission timing': () => both(c => [c.info.features.permission_timing, c.info.features.permission_first_entry.length > 0], ['first_entry', true], ['at_use', false]),
  'voice': texts([says(/语音阅读/)], [says(/语音搜索/)]),
  'SDK list': () => both(async c => (await c.get('/sdks')).items.length, 12, 21),
  'cookies': () => both(async c => (await c.get('/cookies')).items.some(k => k.use === 'analysis'), true, false),
  'service categories': async () => assert.ok(t.info.categories.length > n.info.categories.length && n.info.categories.length >= 11),
  'indirect data': texts([], [says(/关联方、合作方在您授权之后/)]),
  'joint promotions': texts([lacks(/联合推广/)], [says(/联合推广/)]),
  'transfer': texts([], [says(/除南通百通自己的关联方外/)]),
  'merger': texts([], [says(/受本政策约束或者重新征得同意/)]),
  'cross-border': texts([], [says(/如需向境外传送，会事先征得您的同意/)]),
  'after end of period': texts([says(/删除或者匿名/)], [says(/只能匿名后使用/)]),
  'backups': texts([lacks(/备份更新时一并删除/)], [says(/备份更新时一并删除/)]),
  'end of service notice': texts([lacks(/提前三十日/)], [says(/提前三十日/)]),
  'incident notice': texts([lacks(/四个方面/)], [says(/四个方面/)]),
  'protection level': texts([says(/等级保护第三级/)], [lacks(/等级保护第三级/)]),
  'staff safeguards': texts([lacks(/背景审查/)], [says(/背景审查/)]),
  'written proof': texts([says(/必要时请您提交书面请求/)], [says(/需要书面申请/)]),
  'disputes': texts([lacks(/仲裁/)], [says(/仲裁，裁决是终局的/)]),
  'definitions': () => both(async c => (await c.get('/definitions')).items.length, 0, 10),
  'meaning of the country': texts([], [says(/大陆地区/)]),
  'final reading of the policy': texts([says(/负责解释/)], [lacks(/负责解释/)]),
  'hotlines and addresses': () => both(c => c.info.contacts.hotlines, ['022-12345', '022-88355251'], ['0513-85216336']),
  'name of screens': () => both(c => [c.info.features.my_info_title, c.info.tabs.find(x => x.key === 'me').name], ['我的信息', '个人中心'], ['用户资料', '我的']),
}

// No code reads these yet, or the part that will do so shows it in tests of its own.
const declared = ['legal-entity accounts', 'device linking', 'sharing model', 'third-party data given by user', 'publication', 'minors', 'purpose change']

test('every difference is known here, once', () => {
  assert.equal(rows.length, 62)
  const known = [...Object.keys(acts), ...Object.keys(reads), ...Object.keys(renewals), ...declared]
  assert.deepEqual([...known].sort(), rows.map(r => r.topic).sort())
})

test('every difference is a setting of both cities, whose values differ', () => {
  const [a, b] = [settings('tianjin'), settings('nantong')]
  for (const row of rows) {
    const keys = row.keys.flatMap(k => { // "exception.share" is a map of settings
      const under = [...new Set([...a.keys(), ...b.keys()])].filter(x => x === k || x.startsWith(k + '.'))
      assert.ok(under.length > 0, `${row.topic}: no setting ${k}`)
      return under
    })
    for (const k of row.keys.filter(k => !(k === 'hotline.service' || alike[k] !== undefined)))
      assert.ok([...a.keys()].some(x => x === k || x.startsWith(k + '.')) && [...b.keys()].some(x => x === k || x.startsWith(k + '.')), `${k} stands in both cities`)
    const differs = keys.some(k => a.get(k) !== b.get(k))
    assert.ok(differs || row.keys.every(k => alike[k] !== undefined), `${row.topic}: ${keys.map(k => `${k} ${a.get(k)} | ${b.get(k)}`)}`)
  }
})

for (const [topic, shows] of [...Object.entries(acts), ...Object.entries(reads), ...Object.entries(renewals)]) {
  const row = rows.find(r => r.topic === topic)
  const clauses = row.clauses.split(';').map(s => s.trim()).filter(s => /^(TJ|NT)-[\dA.]+[a-z]?$/.test(s)).map(s => `[${s}]`).join(' ')
  test(`${topic}: ${row.tianjin} | ${row.nantong} ${clauses}`, shows)
}
