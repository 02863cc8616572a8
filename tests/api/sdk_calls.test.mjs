// Foreign code in a client: each entry of both registers, on each platform. Exactly what the policy lists passes, before anything
// is handed over; every call about a person stands in the list of that person.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { agree, cities, login, startCity, register } from './helpers.mjs'
import { join } from 'node:path'
import { officerOf } from './officers.mjs'

const device = ['imei', 'android_serial', 'android_id', 'google_advertising_id', 'region_setting', 'device_model', 'battery_level', 'os_version', 'os_language']
const all = ['android', 'ios'], android = ['android']

// What the two policies say, written down a second time. asks: a word of the person first; user: only after logging in.
const register_of = {
  tianjin: [
    { key: 'certificate_library', clause: 'TJ-1.1.25.a', trigger: 'certificate', user: true },
    { key: 'alipay_face_certificate', clause: 'TJ-1.1.25.b', trigger: 'certificate', permissions: ['perm_camera'], items: ['face_image'], asks: true, user: true },
    { key: 'alipay_face', clause: 'TJ-1.1.25.c', trigger: 'face', permissions: ['perm_camera'], items: ['face_image', 'real_name', 'id_number'], asks: true, user: true },
    { key: 'alipay', clause: 'TJ-1.1.25.d', trigger: 'quick_login', items: ['alipay_nickname', 'alipay_avatar'] },
    { key: 'qq', clause: 'TJ-1.1.25.e', trigger: 'share' },
    { key: 'wechat', clause: 'TJ-1.1.25.f', trigger: 'share' },
    { key: 'social_security_card', clause: 'TJ-1.1.25.g', trigger: 'social_security_card', asks: true, user: true },
    { key: 'business_licence', clause: 'TJ-1.1.25.h', trigger: 'business_licence', user: true },
    { key: 'amap', clause: 'TJ-1.1.25.i', trigger: 'map', permissions: ['perm_location'], items: ['location'], asks: true },
    { key: 'umeng', clause: 'TJ-1.1.25.j', trigger: 'usage_statistics', items: ['usage_statistics', 'crash_log', 'mac'], refusable: true },
    { key: 'yuanjian_liveness', clause: 'TJ-1.1.25.k', trigger: 'company_opening', permissions: ['perm_camera'], items: ['face_image'], asks: true, user: true },
    { key: 'mobtech', clause: 'TJ-1.1.25.l', trigger: 'share', asks: true },
  ],
  nantong: [
    { key: 'pingan_push', reason: 'push', clause: 'NT-1.5.1', trigger: 'push', permissions: ['perm_push'], items: ['device_identifier', 'device_model'], refusable: true },
    { key: 'xiaomi_push', reason: 'push', clause: 'NT-1.5.2', trigger: 'push', items: [...device, 'app_package_name', 'app_version', 'app_running_state', 'app_foreground_state',
      'push_sdk_version', 'network_connection_result', 'network_type', 'push_send_result', 'notification_bar_state', 'lock_screen_state'], refusable: true },
    { key: 'huawei_push', reason: 'push', clause: 'NT-1.5.3', trigger: 'push', items: ['aaid', 'push_token', 'topic_subscription', 'push_delivery_record', 'token_request_record',
      'push_event_record', 'device_identifier', 'device_model'], refusable: true },
    { key: 'amap', reason: 'chosen', clause: 'NT-1.5.4', trigger: 'map', permissions: ['perm_location'], items: ['location'], asks: true },
    { key: 'baidu_map', reason: 'chosen', clause: 'NT-1.5.5', trigger: 'map', permissions: ['perm_location'], items: ['location'], asks: true },
    { key: 'pingan_face', reason: 'safety', clause: 'NT-1.5.6', trigger: 'face', permissions: ['perm_camera'], items: ['face_image'], asks: true },
    { key: 'wechat_share', reason: 'share', clause: 'NT-1.5.7', trigger: 'share' },
    { key: 'qq', reason: 'share', clause: 'NT-1.5.8', trigger: 'share' },
    { key: 'tencent_x5', reason: 'running', clause: 'NT-1.5.9', trigger: 'browser_engine', permissions: ['perm_storage', 'perm_device_info'], items: device, platforms: android, refusable: true },
    { key: 'kanyun', reason: 'running', clause: 'NT-1.5.10', trigger: 'fault_report', permissions: ['perm_device_info'], items: device, refusable: true },
    { key: 'police_face', reason: 'safety', clause: 'NT-1.5.11', trigger: 'face', permissions: ['perm_camera', 'perm_storage'], items: ['face_image'], asks: true },
    { key: 'social_security', reason: 'chosen', clause: 'NT-1.5.12', trigger: 'social_security_card', permissions: ['perm_camera'], items: ['real_name', 'resident_id_number'], asks: true, user: true },
    { key: 'ccb', reason: 'chosen', clause: 'NT-1.5.13', trigger: 'payment_jump', permissions: ['perm_storage'], items: ['payment_id'], asks: true, user: true },
    { key: 'unionpay', reason: 'login', clause: 'NT-1.5.14', trigger: 'quick_login', items: ['unionpay_id'], asks: true },
    { key: 'tianyan', reason: 'running', clause: 'NT-1.5.15', trigger: 'usage_statistics', permissions: ['perm_device_info'], items: device, refusable: true },
    { key: 'alipay', reason: 'chosen', clause: 'NT-1.5.16', trigger: 'payment_jump', items: ['payment_id'], asks: true, user: true },
    { key: 'umeng', reason: 'running', clause: 'NT-1.5.17', trigger: 'usage_statistics', permissions: ['perm_device_info'], items: device, refusable: true },
    { key: 'pingan_voice', reason: 'chosen', clause: 'NT-1.5.18', trigger: 'voice_search', permissions: ['perm_microphone'], items: ['voice_audio'], asks: true },
    { key: 'one_key_login', reason: 'login', clause: 'NT-1.5.19', trigger: 'carrier_check', permissions: ['perm_phone'], items: ['carrier_type'], state: 'two_sims' },
    { key: 'suning_pay', reason: 'chosen', clause: 'NT-1.5.20', trigger: 'payment_jump', items: ['payment_id'], asks: true, user: true },
    { key: 'yunjian', reason: 'safety', clause: 'NT-1.5.21', trigger: 'app_check', permissions: ['perm_network', 'perm_storage'], items: ['mobile_phone'], platforms: android, refusable: true },
  ],
}
// permissions that only one system knows
const of_android = { tianjin: [], nantong: ['perm_storage', 'perm_sms'] }
const head = { tianjin: 'TJ-1.1.25.0', nantong: 'NT-1.5.0' }
const refusedByRule = p => ({ status: p.status, reason: p.reason, clause: p.clause })

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, person, phones, clientOf
  const entries = register_of[name]
  const call = (c, s, more = {}) => c.call('POST', '/sdk-calls', { sdk: s.key, trigger: s.trigger, items: s.items ?? [],
    ...(s.state ? { state: s.state } : {}), ...(s.reason ? { reason: s.reason } : {}), ...more })
  const choose = (c, s, state) => c.ok('PUT', `/sdk-choices/${s.key}`, { state })
  const permit = (c, keys, state) => Promise.all((keys ?? []).map(k => c.ok('PUT', `/permissions/${k}`, { state })))
  const refused = async (c, s, reason, more, clause = s.clause) => {
    const r = await call(c, s, more)
    assert.deepEqual(refusedByRule(r.body), { status: 403, reason, clause }, `${s.key} ${JSON.stringify(more)}: ${JSON.stringify(r.body)}`)
    return r.body
  }
  const passes = async (c, s, more) => {
    const r = await call(c, s, more)
    assert.equal(r.status, 201, `${s.key} ${c.platform}: ${JSON.stringify(r.body)}`)
    return r.body
  }
  const state = async (c, key) => (await c.ok('GET', '/sdk-choices')).body.items.find(s => s.key === key)
  const used = async c => (await c.ok('GET', '/me/usage?limit=100')).body.items

  before(async () => {
    city = await startCity({ city: name })
    const first = await city.client()
    await register(first, await city.person())
    clientOf = async platform => {
      const c = await city.client({ platform })
      await login(c, first.username)
      return Object.assign(c, { platform })
    }
    phones = {}
    for (const platform of ['android', 'ios', 'web']) phones[platform] = await clientOf(platform)
    person = first
  })
  after(() => city?.stop())

  test(`[${head[name]}] the register says of each SDK when it is called and what it then gets`, async () => {
    const { items } = (await person.ok('GET', '/sdks')).body
    assert.deepEqual(items.map(s => s.key), entries.map(s => s.key))
    for (const s of entries) {
      const published = items.find(i => i.key === s.key)
      const use = published.uses.find(u => u.trigger === s.trigger)
      assert.deepEqual(use.permissions.map(p => p.key).sort(), [...(s.permissions ?? [])].sort(), s.key)
      const listed = use.items.map(i => i.key).filter(k => k !== 'space_id')
      assert.deepEqual(listed.sort(), [...(s.items ?? [])].sort(), s.key)
      assert.equal(published.platforms, s.platforms ? s.platforms.join(',') : 'all', s.key)
      assert.equal(published.clause, s.clause)
      assert.equal(published.reason?.key, s.reason)
    }
  })

  for (const platform of ['android', 'ios', 'web'])
    test(`on ${platform} exactly what is registered passes ${entries.map(s => `[${s.clause}]`).join(' ')}`, async () => {
      const c = phones[platform]
      for (const s of entries) {
        if (s.asks) await choose(c, s, 'allowed')
        const permissions = platform === 'web' ? [] : (s.permissions ?? []).filter(p => platform === 'android' || !of_android[name].includes(p))
        await permit(c, permissions, 'granted')
        if (!(s.platforms ?? all).includes(platform)) {
          await refused(c, s, 'not_declared')
          await refused(c, s, 'not_declared', { items: [] })
        } else {
          const { call_id, usage_n } = await passes(c, s)
          assert.match(call_id, /^\d+$/)
          assert.ok(usage_n > 0)
          await passes(c, s, { items: [] })
          // another item, another occasion, a permission that was taken back
          const other = ['home_address', 'imei', 'location'].find(k => !(s.items ?? []).includes(k))
          await refused(c, s, 'not_declared', { items: [...(s.items ?? []), other] })
          await refused(c, s, 'not_declared', { trigger: s.trigger === 'push' ? 'share' : 'push' })
          for (const p of permissions) {
            await permit(c, [p], 'denied')
            const told = await refused(c, s, 'permission_required')
            assert.deepEqual(told.next, [{ action: 'grant_permission', permission: p }], s.key)
            await permit(c, [p], 'granted')
          }
          if (s.state) await refused(c, s, 'not_declared', { state: undefined })
        }
        await permit(c, permissions, 'denied')
      }
    })

  test(`[${head[name]}] an SDK that is not in the register is refused, and nothing but the register decides`, async () => {
    const c = phones.android
    const p = await c.call('POST', '/sdk-calls', { sdk: 'tracker', trigger: 'share', items: [] })
    assert.deepEqual(refusedByRule(p.body), { status: 403, reason: 'not_declared', clause: head[name] })
    const wrong = await call(c, entries.find(s => s.key === 'qq'), { trigger: 'anything' })
    assert.equal(wrong.body.reason, 'not_declared')
  })

  test(`what is sensitive goes to nobody without the person's own word, and a word can be taken back ${name === 'tianjin' ? '[TJ-1.1.25.l] [TJ-1.1.25.m] [TJ-1.1.25.g]' : '[NT-1.5.4] [NT-1.5.6]'}`, async () => {
    const c = await city.client({ platform: 'android' })
    await register(c, await city.person())
    for (const s of entries.filter(e => e.asks)) {
      await permit(c, s.permissions, 'granted')
      const p = await refused(c, s, 'consent_required')
      assert.deepEqual(p.next, [{ action: 'allow_sdk', sdk: s.key }])
      await choose(c, s, 'allowed')
      await passes(c, s)
      await choose(c, s, 'refused')
      await refused(c, s, 'consent_required')
      assert.equal((await state(c, s.key)).state, 'refused')
    }
    const withdrawals = (await used(c)).filter(u => u.action === 'withdraw' && u.recipient?.startsWith('sdk:'))
    assert.ok(withdrawals.length >= 1)
  })

  test('what runs by itself can be refused for good; what runs only when picked cannot', async () => {
    const c = phones.android
    for (const s of entries) {
      const r = await c.call('PUT', `/sdk-choices/${s.key}`, { state: 'refused' })
      assert.equal(r.status, s.refusable || s.asks ? 204 : 409, s.key)
      if (s.refusable) {
        await permit(c, s.permissions, 'granted')
        await refused(c, s, 'consent_required')
        assert.ok((await state(c, s.key)).refusing, s.key)
        await choose(c, s, 'allowed')
        await passes(c, s)
      }
    }
    assert.equal((await c.call('PUT', '/sdk-choices/nobody', { state: 'refused' })).status, 404)
  })

  test('each call and each refusal stands in the list of the person, with the vendor in plain words', async () => {
    const c = phones.ios
    const s = entries.find(e => e.trigger === 'share' && !e.asks)
    const before = (await state(c, s.key)).calls
    const { usage_n, call_id } = await passes(c, s)
    await refused(c, s, 'not_declared', { items: ['imei'] })
    const [refusal, entry] = await used(c)
    const published = (await c.ok('GET', '/sdks')).body.items.find(i => i.key === s.key)
    assert.equal(entry.n, usage_n)
    assert.deepEqual([entry.action, entry.recipient, entry.decision, entry.ref_id, entry.clause], ['share', `sdk:${s.key}`, 'allowed', call_id, s.clause])
    assert.equal(entry.recipient_name, `${published.vendor}（${published.name}）`)
    assert.deepEqual([refusal.action, refusal.decision, refusal.items.map(i => i.key)], ['refuse', 'not_declared', ['imei']])
    const now = await state(c, s.key)
    assert.equal(now.calls, before + 1)
    assert.ok(Date.parse(now.last_call_at) > 0)
    const receipt = (await c.ok('GET', `/me/usage/${usage_n}/receipt`)).body
    assert.match(receipt.entry, new RegExp(`"recipient":"sdk:${s.key}"`))
  })

  test('a guest calls none before agreeing; after that what needs no account, and only its number is kept', async () => {
    const c = await city.client({ platform: 'android', agreed: false })
    const share = entries.find(e => e.trigger === 'share' && !e.asks)
    assert.equal((await call(c, share)).body.next[0].action, 'accept_policy')
    await agree(c)
    const { usage_n } = await passes(c, share)
    assert.equal(usage_n, undefined)
    for (const s of entries.filter(e => e.user)) assert.equal((await call(c, s)).body.reason, 'login_required', s.key)
    assert.deepEqual((await c.ok('GET', '/sdk-choices')).body.items.filter(s => s.calls || s.last_call_at), [])
  })

  if (name === 'nantong') {
    test('[NT-1.5.0.d] a safety SDK is called for that reason, on record, and for no other', async () => {
      const c = phones.android
      const reasons = [...new Set(entries.map(s => s.reason))]
      assert.deepEqual(reasons.slice(0, 4).sort(), ['chosen', 'push', 'safety', 'share'])
      for (const s of entries.filter(s => s.reason === 'safety')) {
        if (s.asks) await choose(c, s, 'allowed')
        await permit(c, s.permissions, 'granted')
        const { usage_n } = await passes(c, s)
        const [entry] = await used(c)
        assert.deepEqual([entry.n, entry.purpose, entry.purpose_name], [usage_n, 'sdk:safety', '保障账号安全'])
        for (const reason of reasons.filter(r => r !== 'safety')) {
          const told = await refused(c, s, 'not_declared', { reason }, 'NT-1.5.0.d')
          assert.match(told.detail, /保障账号安全/)
          const [refusal] = await used(c)
          assert.deepEqual([refusal.action, refusal.decision, refusal.purpose, refusal.clause], ['refuse', 'not_declared', `sdk:${reason}`, 'NT-1.5.0.d'])
        }
        for (const reason of [undefined, '', 'anything']) await refused(c, s, 'not_declared', { reason }, 'NT-1.5.0.d')
      }
    })

    test('[NT-1.5.0.b] a share goes out through a registered share SDK only, and carries nothing of the person', async () => {
      const c = phones.android
      for (const key of ['wechat_share', 'qq']) {
        const s = entries.find(e => e.key === key)
        const { usage_n } = await passes(c, s)
        const [entry] = await used(c)
        assert.deepEqual([entry.n, entry.recipient, entry.purpose_name, entry.items], [usage_n, `sdk:${key}`, '向第三方平台分享内容', []])
        for (const item of ['real_name', 'mobile_phone', 'device_id', 'push_token']) await refused(c, s, 'not_declared', { items: [item] })
      }
      for (const s of entries.filter(e => e.reason !== 'share')) {
        const p = (await call(c, s, { reason: 'share', trigger: 'share', items: [] })).body
        assert.deepEqual([p.status, p.reason], [403, 'not_declared'], s.key)
      }
      const p = await c.call('POST', '/sdk-calls', { sdk: 'weibo', reason: 'share', trigger: 'share', items: [] })
      assert.equal(p.body.reason, 'not_declared')
    })

    test('[NT-1.5.0.a] a push reaches the gateway through a registered push SDK only', async () => {
      const o = await officerOf(city, 'zhao9', '政策管理员 赵某', 'policy_officer')
      const tell = async title => { await o.ok('POST', '/staff/announcements', { title, text: title, promotional: false, mandatory: false }); await city.settle() }
      const got = async () => (await city.received('push')).map(r => [r.body.to, r.body.title, r.body.sdk]).reverse()
      const c = phones.android
      const register = (on, sdk) => on.call('PUT', '/installations/current/push', { token: 'device-token-1', ...(sdk ? { sdk } : {}) })
      const pushes = (await c.ok('GET', '/sdks')).body.items.filter(s => s.push).map(s => s.key)
      assert.deepEqual(pushes, entries.filter(s => s.reason === 'push').map(s => s.key))
      for (const x of [c, phones.web]) await permit(x, ['perm_push'], 'granted')
      for (const sdk of [undefined, 'jiguang', ...entries.filter(s => s.reason !== 'push').map(s => s.key)]) {
        const p = (await register(c, sdk)).body
        assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', 'NT-1.5.0.a'], `${sdk}`)
      }
      assert.equal((await register(phones.web, 'pingan_push')).body.reason, 'not_declared', 'a browser holds no foreign code')
      await tell('维护一')
      assert.deepEqual(await got(), [], 'no way, no push')

      assert.equal((await register(c, 'pingan_push')).status, 204)
      await tell('维护二')
      assert.deepEqual(await got(), [['device-token-1', '维护二', 'pingan_push']])
      const sent = (await used(c)).filter(u => u.recipient === 'push')
      assert.deepEqual(sent.map(u => [u.action, u.decision]), [['sent', 'sent'], ['share', 'allowed']])
      for (const u of sent) assert.match(u.note, /接收消息推送.*平安推送SDK/)

      await choose(c, { key: 'pingan_push' }, 'refused')
      await tell('维护三')
      await choose(c, { key: 'pingan_push' }, 'allowed')
      city.sql("UPDATE push_target SET sdk = 'qq'") // a route that is there for something else
      await tell('维护四')
      city.sql("UPDATE push_target SET sdk = ''") // … or tied to none, as rows of before are
      await tell('维护五')
      assert.equal((await got()).length, 1)
      const refusals = (await used(c)).filter(u => u.action === 'refuse' && u.service === 'push_message')
      assert.deepEqual(refusals.slice(0, 3).map(u => [u.decision, u.clause]), [['not_declared', 'NT-1.5.0.a'], ['not_declared', 'NT-1.5.0.a'], ['consent_required', 'NT-1.5.1']])
      assert.equal((await register(c, 'huawei_push')).status, 204)
      await tell('维护六')
      assert.deepEqual((await got()).map(r => r.slice(1)), [['维护二', 'pingan_push'], ['维护六', 'huawei_push']])
    })

    test('[NT-1.5.2.a] the push SDK of Xiaomi gets the Space ID only in a cloned space', async () => {
      const s = entries.find(e => e.key === 'xiaomi_push')
      await refused(phones.android, s, 'not_declared', { items: ['space_id'] })
      await refused(phones.android, s, 'not_declared', { items: ['space_id'], state: 'two_sims' })
      await passes(phones.android, s, { items: ['space_id'], state: 'cloned_space' })
    })

    test('[NT-1.5.2.b] of the two states only the four listed parts are handed over', async () => {
      const s = entries.find(e => e.key === 'xiaomi_push')
      await passes(phones.android, s, { items: ['notification_bar_state.allowed', 'notification_bar_state.clicked', 'lock_screen_state.locked', 'lock_screen_state.notices'] })
      for (const part of ['notification_bar_state.texts', 'lock_screen_state.password', 'device_model.colour'])
        await refused(phones.android, s, 'not_declared', { items: [part] })
    })

    test('[NT-1.5.4] [NT-1.5.5] sound goes to a map only with the microphone on, and nothing with the position off', async () => {
      for (const key of ['amap', 'baidu_map']) {
        const s = { ...entries.find(e => e.key === key), trigger: 'map_voice', items: ['voice_audio'] }
        await choose(phones.android, s, 'allowed')
        await permit(phones.android, ['perm_location'], 'granted')
        await refused(phones.android, s, 'permission_required')
        await permit(phones.android, ['perm_microphone'], 'granted')
        await passes(phones.android, s)
        await refused(phones.android, { ...s, trigger: 'map' }, 'not_declared')
        await permit(phones.android, ['perm_location'], 'denied')
        await refused(phones.android, s, 'permission_required')
        await permit(phones.android, ['perm_microphone'], 'denied')
      }
    })

    test('[NT-1.5.21] each of the three functions of the guard needs its own permission', async () => {
      const s = entries.find(e => e.key === 'yunjian')
      const needs = { app_check: ['perm_network', 'perm_storage'], call_warning: ['perm_phone'], message_warning: ['perm_sms'] }
      await permit(phones.android, Object.values(needs).flat(), 'denied')
      for (const [trigger, permissions] of Object.entries(needs)) {
        await refused(phones.android, s, 'permission_required', { trigger })
        await permit(phones.android, permissions, 'granted')
        await passes(phones.android, s, { trigger })
      }
      await refused(phones.android, s, 'not_declared', { trigger: 'app_protection' })
      await refused(phones.android, s, 'not_declared', { trigger: 'message_warning', items: ['mobile_phone', 'search_keyword'] })
    })
  } else {
    test('[TJ-1.1.25.0] where the register gives no reasons, a call that names one is not one of the register', async () => {
      const s = entries.find(e => e.key === 'qq')
      await refused(phones.android, s, 'not_declared', { reason: 'share' })
      const p = (await phones.android.call('PUT', '/installations/current/push', { token: 'device-token-1', sdk: 'qq' })).body
      assert.deepEqual([p.status, p.reason, p.clause], [403, 'not_declared', 'TJ-1.1.25.0'])
    })

    test('[TJ-1.1.25.m] the entry of MobTech leads to the policy of its vendor', async () => {
      const s = (await person.ok('GET', '/sdks')).body.items.find(i => i.key === 'mobtech')
      assert.equal(s.policy_url, 'www.mob.com/about/policy')
      for (const topic of ['种类', '用途', '保护规则', '退出']) assert.ok(s.condition.includes(topic), topic)
    })
  }
})
