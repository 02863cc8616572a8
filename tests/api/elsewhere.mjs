import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { agree, Client } from './helpers.mjs'

// A client whose requests come from another network.
export class Elsewhere extends Client {
  constructor(city, address = '127.9.9.9') { super(city); this.address = address }
  async call(method, path, body, { key } = {}) {
    const headers = { ...(this.token ? { authorization: `Bearer ${this.token}` } : {}), ...(body !== undefined ? { 'content-type': 'application/json' } : {}),
      ...(method === 'POST' ? { 'idempotency-key': key ?? randomUUID() } : {}) }
    const text = await new Promise((done, failed) => {
      const q = request({ host: '127.0.0.1', port: this.city.port, localAddress: this.address, method, path: '/api/v1' + path, headers: { ...headers, host: `localhost:${this.city.port}` } }, r => {
        const parts = []
        r.on('data', p => parts.push(p)).on('end', () => done({ status: r.statusCode, text: Buffer.concat(parts).toString() }))
      })
      q.on('error', failed).end(body === undefined ? undefined : JSON.stringify(body))
    })
    return { status: text.status, body: text.text ? JSON.parse(text.text) : '' }
  }
}
// An installation there, which agreed.
export async function elsewhere(city, { platform = 'web', address } = {}) {
  const c = new Elsewhere(city, address)
  c.installation = c.token = (await c.ok('POST', '/installations', { platform })).body.token
  await agree(c)
  return c
}
