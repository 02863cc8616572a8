// In what the two cities differ: every row of tests/data/city_differences.tsv has its settings in both cities, and shows
// in what a running city does (`acts`, `renewals`) or in its published registers and its policy as people read it
// (`reads`). settings.test.mjs turns those round that describe a register or a way of acting.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agree, startCity, citizen, login, secondCheck, until, root, withConsents } from './helpers.mjs'
import { adult, childClient, family, newCode, told } from './families.mjs'
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
  // two phones of one person, as the second one is told of them
  'device linking': () => both(async c => {
    let phone
    for (const imei of ['129900000000021', '129900000000022']) {
      phone = await c.city.client({ platform: 'android' })
      await login(phone, c.person.username)
      await phone.ok('PUT', '/permissions/perm_device_info', { state: 'granted' })
      await withConsents(phone, 'POST', '/installations/current/device', { fields: { imei } })
    }
    const devices = (await phone.ok('GET', '/me/devices')).body.items
    assert.equal(c.info.features.device_link, devices.length > 1)
    return devices.map(d => d.current).sort()
  }, [true], [false, true]),
  // under which clause a query is shared: that of a listed case, or of a case only for whoever is no authority
  'sharing model': async () => {
    const clause = async (c, service) => {
      await withConsents(c.person, 'POST', `/services/${service}/queries`, { fields: {} })
      return (await c.person.all('/me/usage')).find(u => u.action === 'share' && u.service === service).clause
    }
    const listed = (c, k) => settings(c.city.city).get('share.cases').includes(k)
    assert.ok(listed(n, await clause(n, 'real_estate_query')))
    assert.ok(!listed(t, await clause(t, 'real_estate_query')))
    assert.ok(listed(t, await clause(t, 'metro_trip_query')))
    const { items } = (await t.person.all('/me/usage')).find(u => u.action === 'share' && u.service === 'metro_trip_query')
    assert.ok(items.map(i => i.key).every(k => ['real_name', 'id_type', 'id_number', 'device_info', 'mobile_phone', 'location'].includes(k)))
  },
  // a number that is typed into another's form: given to it by that, or under the consent like everything else
  'third-party data given by user': () => both(async c => {
    const p = await citizen(c.city), service = c === t ? 'metro_trip_query' : 'phone_recharge'
    await withConsents(p, 'POST', `/services/${service}/queries`, { fields: { mobile_phone: p.person.mobile_phone } })
    return (await p.all('/me/usage')).some(u => u.service === service && u.basis === 'given_by_user')
  }, true, false),
  'publication': () => both(async c => {
    const officer = await officerOf(c.city, 'publish', '专员 丁某', 'privacy_officer')
    const until = new Date(Date.now() + 60 * 86400000).toISOString().slice(0, 10), { real_name, mobile_phone } = c.person.person
    const propose = more => officer.call('POST', '/staff/exceptions', { context: 'publish', items: ['real_name'], purpose: '公示违规行为',
      person: { real_name, mobile_phone }, evidence: {}, ...more })
    const breach = await propose({ ground: 'publish_breach', scope: '违规行为公示', scope_until: until, measures: '暂停账号三个月',
      evidence: { document: '处罚决定〔2026〕7号', event: '冒用他人证件办理业务' } })
    const asked = await propose({ ground: 'publish_consent' })
    return [breach.status, breach.body.reason ?? breach.body.state, asked.status]
  }, [201, 'waiting', 201], [403, 'not_declared', 201]),
  // a parent whom the register knows says that nobody agreed
  'minors': () => both(async c => {
    const { child, parent } = await family(c.city), p = await adult(c.city, parent), k = await childClient(c.city, child)
    return (await withConsents(p, 'POST', '/guardian-reports', { code: await newCode(k), ...told(child) })).body.state === 'proof_needed'
  }, false, true),
  'effect on held data': () => both(async c => (await c.get('/consents/centre')).held_data, 'anonymise', 'stop'),
}

// Two further versions: one in which a query is for another purpose, one that makes people wait longer for an answer.
const purpose = text => text.replace('purposes:\n', 'purposes:\n  - key: assess\n    name: 评定享受待遇的资格\n    clause: CLAUSE\n')
  .replace(/(name: (?:社保医保|住房保障类)\n[^]*?purposes: \[query)\]/, '$1, assess]')
const another = { tianjin: ['housing_fund_query', 'TJ-1.1.6.a'], nantong: ['real_estate_query', 'NT-2.1.11.1'] }
const newer = [
  ['2098.1', 'services/social_medical.yaml', 'services/housing.yaml', text => text.replace(/(key: (?:housing_fund|real_estate)_query\n[^]*?purpose: )query/, '$1assess'), purpose],
  ['2098.2', 'city.yaml', 'city.yaml', text => text.replace(/(reply:\n {2}days: )15/, '$130'), text => text],
]
async function renew(c, step) {
  const [version, inTianjin, inNantong, change, policy] = newer[step], from = step ? newer[0][0] : { tianjin: '2026.1', nantong: '2021.6.2' }[c.city.city]
  await publish(c.city, version, { from, days: 1, edit: { POLICY: text => policy(text).replace('CLAUSE', another[c.city.city][1]) + '\n# newer\n', [c === t ? inTianjin : inNantong]: change } })
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
  'purpose change': async () => {
    const word = c => c.notice.changes.find(k => k.text.includes('评定享受待遇的资格'))
    await both(c => word(c).major ?? false, false, true)
    const goOn = async c => {
      await c.person.ok('PUT', '/notice', { version: newer[0][0] })
      return status(c.person, 'POST', '/acceptances', { policy_version: newer[0][0], kind: 'continued' })
    }
    await both(goOn, 201, 403)
    // whoever went on is not asked about what was told before, and what is new stays closed until an express act
    const next = async (c, service) => (await c.person.refused('POST', `/services/${service}/queries`, { fields: {} })).next[0].action
    for (const c of [t, n]) assert.equal(await next(c, another[c.city.city][0]), 'accept_policy')
    assert.equal(await next(t, 'social_insurance_query'), 'give_consent')
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
  'legal-entity accounts': texts([says(/单位注册适用于企业和其他组织/)], [lacks(/单位注册/)]),
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

test('who is responsible and where stands on the page of the policy and among the contacts, as the city is set up [TJ-9.a] [NT-0.3.a]', async () => {
  for (const c of [t, n]) {
    const set = settings(c.city.city), [name, controller, unit, address] = ['name', 'controller', 'contact.unit', 'contact.address'].map(k => set.get(k))
    assert.ok(name && controller && unit && /[市区].*[路道]\d+号$/.test(address), c.city.city)
    assert.deepEqual([c.info.name, c.info.controller, c.info.contacts.unit, c.info.contacts.address], [name, controller, unit, address])
    const contact = c.page.slice(c.page.lastIndexOf('联系'))
    for (const text of [name, controller, unit, address]) assert.ok(c.page.includes(text), text)
    assert.ok(contact.includes(address), 'where it says how to reach it')
  }
})

test('every difference is known here, once', () => {
  assert.equal(rows.length, 62)
  const known = [...Object.keys(acts), ...Object.keys(reads), ...Object.keys(renewals)]
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
