// RFC 6238 codes, as an authenticator app makes them.
import { createHmac } from 'node:crypto'

function base32(text) {
  const bits = [...text.replace(/=+$/, '')].map(ch => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(ch).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)))
}

export function totp(secret, nowMs = Date.now()) {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30000)))
  const mac = createHmac('sha1', base32(secret)).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0')
}
