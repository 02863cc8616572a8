// clamd itself, on a socket of the test's own, with one signature: the test file of the trade (EICAR), anywhere in a file.
import { spawn } from 'node:child_process'
import { createConnection } from 'node:net'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './helpers.mjs'

// in two halves: a scanner on this machine would report the test
export const testVirus = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND' + 'ARD-ANTIVIRUS-TEST-FILE!$H+H*')

const ping = socket => new Promise(done => {
  const s = createConnection(socket)
  let said = ''
  s.on('connect', () => s.write('zPING\0'))
  s.on('data', d => { said += d })
  s.on('error', () => done(false))
  s.on('close', () => done(said.startsWith('PONG')))
})

const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

// The place of the scanner; start() and stop() as often as one likes.
export function makeScanner() {
  const dir = mkdtempSync(join(tmpdir(), 'tongban-scanner-'))
  const self = {
    socket: join(dir, 'clamd.ctl'), child: null,
    async start() {
      mkdirSync(join(dir, 'signatures'), { recursive: true })
      writeFileSync(join(dir, 'signatures/test.ndb'), `Test-File:0:*:${testVirus.toString('hex')}\n`)
      writeFileSync(join(dir, 'clamd.conf'), [`LocalSocket ${self.socket}`, `DatabaseDirectory ${join(dir, 'signatures')}`,
        `LogFile ${join(dir, 'clamd.log')}`, 'Foreground yes', 'MaxThreads 2'].join('\n') + '\n')
      const child = self.child = spawn('/usr/sbin/clamd', ['--config-file', join(dir, 'clamd.conf')], { stdio: 'ignore' })
      running.add(child)
      child.on('error', error => { child.failed = error })
      child.on('exit', () => running.delete(child))
      await until(() => {
        if (child.failed || child.exitCode !== null) throw new Error(`clamd (tools/setup.sh test installs it): ${child.failed ?? (existsSync(join(dir, 'clamd.log')) ? readFileSync(join(dir, 'clamd.log'), 'utf8') : child.exitCode)}`)
        return ping(self.socket)
      }, 'answer of clamd', 60000)
    },
    async stop() {
      self.child?.kill('SIGKILL')
      await until(() => !running.has(self.child), 'end of clamd')
      rmSync(self.socket, { force: true })
    },
    async remove() {
      if (self.child) await self.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  return self
}
