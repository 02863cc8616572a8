// A phone with the app on it, as a native client on Android and iOS is to be written. It speaks the public API with bearer
// tokens only, asks the person before anything is read, and reads nothing that the server has not let it read.
//
//   const phone = new Phone({ base, platform: 'android', owner: { permission: () => true, consent: () => true } })
//   await phone.install()
//   await phone.firstEntry()
//   await phone.logIn({ method: 'password', login, password })
//   await phone.query('nearby_service_query', {}, ['location'])
//   await phone.uninstall()
import { randomUUID } from 'node:crypto'

export class Refusal extends Error {
  constructor(what, status, body) {
    super(`${what}: ${status} ${JSON.stringify(body)}`)
    Object.assign(this, { status, body, reason: body?.reason, next: body?.next ?? [] })
  }
}

// The person switched the app's network communication off: nothing is sent until it is switched on.
export class NetworkOff extends Error {}

// What each system gives an app; a real client takes these from the system's own interfaces.
const identifiers = {
  android: { imei: '129900000000015', mac: '02:00:00:12:99:01', android_id: 'a1b2c3d412990001', guid: '6f1c12990001', imsi: '460001299000001',
    android_serial: 'TB1299SERIAL', device_brand: 'Tongban', device_model: 'TB-1', os_version: 'Android 14', device_id: 'dev-android-1299' },
  ios: { idfa: 'AAAAAAAA-1299-4000-8000-000000000001', idfv: 'BBBBBBBB-1299-4000-8000-000000000001', openudid: 'c0ffee1299', guid: '6f1c12990002',
    mac: '02:00:00:12:99:02', udid: 'd00d1299', device_brand: 'Apple', device_model: 'iPhone15,2', os_version: 'iOS 17.4', device_id: 'dev-ios-1299' },
}

export class Phone {
  constructor({ base, platform, sensors = {}, owner = {}, states = [] }) {
    Object.assign(this, { base, platform, states, identifiers: identifiers[platform] })
    // What the sensors deliver. They are touched only through read().
    this.sensors = { location: '39.1200,117.2000', camera: Buffer.alloc(0), album: Buffer.alloc(0), microphone: Buffer.from('sound'), ...sensors }
    // How the person answers: permission({ key, name, why, for }), consent(step), sdk(entry of the register).
    this.owner = { permission: () => false, consent: () => false, sdk: () => false, ...owner }
    this.token = this.installation = null
    this.networkOn = true
    this.requests = []   // method and path of everything that was sent
    this.asked = []      // each permission question as it was shown
    this.touched = []    // each sensor that was read, and for what
    this.files = new Map()
    this.dialled = []
  }

  /* ---- the API ---- */

  async call(method, path, body, { headers = {}, raw } = {}) {
    if (!this.networkOn) throw new NetworkOff('网络通讯已关闭')
    this.requests.push(`${method} ${path}`)
    const r = await fetch(this.base + '/api/v1' + path, {
      method, body: body === undefined || raw ? body : JSON.stringify(body),
      headers: { ...(body !== undefined && !raw ? { 'content-type': 'application/json' } : {}),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}), ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}), ...headers } })
    const text = await r.text()
    return { status: r.status, body: (r.headers.get('content-type') ?? '').includes('json') && text ? JSON.parse(text) : text }
  }

  async ok(method, path, body, options) {
    const r = await this.call(method, path, body, options)
    if (r.status >= 300) throw new Refusal(`${method} ${path}`, r.status, r.body)
    return r
  }

  // Calls; where the server names what is missing, asks the person for it, once each, and calls again. What the person
  // refuses stays refused: the refusal is thrown, with its next steps.
  async withPerson(method, path, body, options) {
    const answered = new Set()
    for (;;) {
      const r = await this.call(method, path, body, options)
      if (r.status < 300) return r.body
      const refusal = new Refusal(`${method} ${path}`, r.status, r.body)
      const steps = refusal.next.filter(n => n.action === 'grant_permission' || n.action === 'give_consent')
      const fresh = steps.filter(n => !answered.has(JSON.stringify(n)))
      if (!fresh.length) throw refusal
      for (const step of fresh) {
        answered.add(JSON.stringify(step))
        if (step.action === 'grant_permission' ? !await this.askPermission(step.permission, step.function) : !await this.askConsent(step)) throw refusal
      }
    }
  }

  async askConsent(step) {
    if (!await this.owner.consent(step)) return false
    await this.ok('POST', '/consents', { scope: step.scope, items: step.items, recipient: step.recipient ?? null, text_hash: step.text_hash })
    return true
  }

  /* ---- life of the installation ---- */

  async install() {
    const { body } = await this.ok('POST', '/installations', { platform: this.platform })
    this.installation = this.token = body.token
    this.city = (await this.ok('GET', '/city')).body
  }

  // wait(seconds): reading the policy, where the city demands it.
  async firstEntry(wait = seconds => new Promise(done => setTimeout(done, seconds * 1000))) {
    const policy = (await this.ok('GET', '/policy/current')).body
    if (policy.reading_required) await wait(this.city.features.reading_min_seconds + 1)
    await this.ok('POST', '/acceptances', { policy_version: policy.version, ...(policy.reading_token ? { reading_token: policy.reading_token } : {}) })
    if (this.city.features.permission_timing !== 'first_entry') return // asked at the function that needs it
    for (const p of await this.permissions())
      if (p.first_entry && p.available) await this.askPermission(p.key)
  }

  // Adopts a session that was opened elsewhere in the app, e.g. by registration.
  hold(token) { this.token = token }

  async logIn(credentials) { this.hold((await this.ok('POST', '/sessions', credentials)).body.token) }

  // The system tells an app nothing when it is removed; the app says goodbye from its own "停用本机" instead.
  async uninstall() {
    await this.ok('DELETE', '/installations/current')
    this.token = this.installation = null
    this.files.clear()
  }

  /* ---- permissions ---- */

  async permissions() { return (await this.ok('GET', '/permissions')).body.items }

  // The purpose stands in the question; the system's own dialog follows it. fn: for one function only.
  async askPermission(key, fn) {
    const p = (await this.permissions()).find(x => x.key === key)
    const question = { key, name: p.name, why: p.why, for: p.functions.find(f => f.key === fn)?.name ?? null }
    this.asked.push(question)
    const yes = await this.owner.permission(question)
    await this.setPermission(key, yes, fn)
    return yes
  }

  // Network communication switched off: this is the last request until it is switched on again (TJ-1.1.23.7).
  async setPermission(key, granted, fn) {
    if (key === 'perm_network' && granted) this.networkOn = true
    await this.ok('PUT', `/permissions/${key}`, { state: granted ? 'granted' : 'denied', ...(fn ? { function: fn } : {}) })
    if (key === 'perm_network' && !granted) this.networkOn = false
  }

  // The only way to a sensor: the server let the function read, then the sensor is read once.
  read(sensor, what) {
    this.touched.push({ sensor, for: what })
    return this.sensors[sensor]
  }

  // A function of the device. The server's word comes first; without it nothing is read.
  async useFunction(key, permission) {
    const allowed = await this.withPerson('POST', `/device-functions/${key}/uses`, { permission })
    const sensor = { perm_location: 'location', perm_camera: 'camera', perm_album: 'album', perm_microphone: 'microphone' }[permission]
    return { ...allowed, value: sensor ? this.read(sensor, key) : null }
  }

  // Saving to the device (TJ-1.1.23.5).
  async save(fn, name, content) {
    await this.useFunction(fn, 'perm_storage')
    this.files.set(name, content)
  }

  // Dialling; without the permission the number is shown only. No call record is read either way.
  async dial(fn, number) {
    try {
      await this.useFunction(fn, 'perm_phone')
      this.dialled.push(number)
      return { dialled: number }
    } catch (error) {
      if (error.reason !== 'permission_required') throw error
      return { shown: number }
    }
  }

  /* ---- services ---- */

  // sensed: items of the form that a sensor fills. Asked for before the sensor is touched, and left out when refused.
  async query(service, fields = {}, sensed = []) {
    for (const item of sensed) {
      const p = (await this.permissions()).find(x => x.functions.some(f => f.key === service) && x.key === `perm_${item}`)
      if (!p) continue
      const granted = p.state === 'granted' || p.functions.find(f => f.key === service).state === 'granted'
      if (granted || await this.askPermission(p.key, service)) fields = { ...fields, [item]: this.read(item, service) }
    }
    return this.withPerson('POST', `/services/${service}/queries`, { fields })
  }

  // One picture, the chosen one (NT-1.2.2.4.a): permission and consent come before the sensor is touched.
  async upload(service, source, permission) {
    const p = (await this.permissions()).find(x => x.key === permission)
    const granted = p.state === 'granted' || p.functions.some(f => f.key === service && f.state === 'granted')
    if (!granted && !await this.askPermission(permission, service)) return null
    const picture = this.read(source, service)
    return this.withPerson('POST', `/attachments?service=${service}&source=${source}`, picture, { raw: true, headers: { 'content-type': 'image/jpeg' } })
  }

  /* ---- the device itself ---- */

  // Exactly the identifiers that the city lists for this kind of device, and only while the permission stands.
  async linkDevice(purpose) {
    const { device_ids } = (await this.ok('GET', '/device-functions')).body
    const p = (await this.permissions()).find(x => x.key === 'perm_device_info')
    if (p.state !== 'granted' && !await this.askPermission(p.key)) return null
    const fields = Object.fromEntries(device_ids.map(key => [key, this.read('identifiers', key) ?? this.identifiers[key]]))
    return this.withPerson('POST', '/installations/current/device', { fields, ...(purpose ? { purpose } : {}) })
  }

  /* ---- foreign code ---- */

  // The server's word comes before anything is handed over; what asks the person first is asked about once.
  async mayCall(sdk, trigger) {
    const use = sdk.uses.find(u => u.trigger === trigger)
    const state = this.states.includes(sdk.state) ? sdk.state : undefined
    const items = use.items.map(i => i.key).filter(key => state || !sdk.state_items.includes(key))
    const ask = () => this.call('POST', '/sdk-calls', { sdk: sdk.key, trigger, items, ...(state ? { state } : {}), ...(sdk.reason ? { reason: sdk.reason.key } : {}) }, { headers: { 'idempotency-key': randomUUID() } })
    let r = await ask()
    if (r.body.next?.some(n => n.action === 'allow_sdk') && await this.owner.sdk(sdk)) {
      await this.ok('PUT', `/sdk-choices/${sdk.key}`, { state: 'allowed' })
      r = await ask()
    }
    return r.status === 201
  }

  // Messages to this phone: by an SDK that the register has for them (NT-1.5.0.a), after the server's word, or, where the
  // register has none for that, by the system's own service. deliver(sdk) is where a real client gets its token from.
  async wantPush(token, deliver = () => {}) {
    const { items } = (await this.ok('GET', '/sdks')).body
    const routes = items.filter(s => s.push)
    for (const sdk of routes) {
      if (!await this.mayCall(sdk, 'push')) continue
      await deliver(sdk)
      await this.withPerson('PUT', '/installations/current/push', { token, sdk: sdk.key })
      return sdk
    }
    if (!routes.length) await this.withPerson('PUT', '/installations/current/push', { token })
    return null
  }

  // An SDK starts at its trigger alone, after the server's word. start(sdk) is what the app does with it.
  async trigger(name, start) {
    const { items } = (await this.ok('GET', '/sdks')).body
    const started = []
    for (const sdk of items.filter(s => s.uses.some(u => u.trigger === name))) {
      if (!await this.mayCall(sdk, name)) continue
      await start(sdk)
      started.push(sdk.key)
    }
    return started
  }
}
