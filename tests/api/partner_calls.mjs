// What a partner does to the server, played by the sandbox: it signs, the test carries.
import { randomUUID } from 'node:crypto'

// A call of `partner` with a number of its own; headers: instead of the sandbox's.
export async function partnerCall(city, partner, what, body, { request = randomUUID(), headers, signer = partner } = {}) {
  const path = `/api/v1/partners/${partner}/${what}`
  const bytes = JSON.stringify({ request, ...body })
  const signed = await fetch(`${city.sandbox}/control/authorities/${signer}/signature?path=${encodeURIComponent(path)}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: bytes })
  const r = await fetch(city.base + path, { method: 'POST', headers: { 'content-type': 'application/json', ...(headers ?? (await signed.json()).headers) }, body: bytes })
  const text = await r.text()
  return { status: r.status, body: text ? JSON.parse(text) : null }
}
