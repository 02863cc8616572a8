// Receivers of a transfer: a certificate and key of their own, made and used by openssl, which is none of our programs.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const openssl = (...args) => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

export function certificate(dir, name, ...kind) {
  const key = join(dir, `${name}.key`), cert = join(dir, `${name}.pem`)
  openssl('req', '-x509', '-newkey', ...(kind.length ? kind : ['rsa:2048']), '-nodes', '-days', '30', '-subj', `/O=${name}`, '-keyout', key, '-out', cert)
  return { key, cert, certificate: readFileSync(cert, 'utf8'), sign(text) {
    const file = join(dir, `${name}.txt`)
    writeFileSync(file, text)
    return openssl('cms', '-sign', '-binary', '-nodetach', '-in', file, '-signer', cert, '-inkey', key, '-outform', 'PEM')
  } }
}
