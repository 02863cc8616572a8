// The gate against policy engines, all on one workload file: 200 services, 12 items, 4 purposes, 1000 people, 2000 questions; then
// against Node's own maps with each city as it ships, asked for all that its services declare. Each engine's every answer is
// compared before it is timed; the unit is decisions per second of its process's CPU time.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCityWorkload } from './peers/city.mjs'
import { writeWorkload } from './peers/workload.mjs'

const AIM = 10e6
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const peers = join(here, 'peers'), build = process.env.TB_BUILD ?? join(here, '../../build-bench')
const folder = mkdtempSync(join(tmpdir(), 'tongban-bench-gate-'))

const output = (command, args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 })
const run = (command, args) => output(command, args).trim().split('\n').map(line => JSON.parse(line))
const benchGate = (...args) => [join(build, 'tests/bench/bench_gate'), args]

function compare(name, workload, engines) {
  const [ours] = run(...benchGate(workload))
  for (const engine of engines)
    for (const other of run(process.execPath, [join(peers, `${engine}.mjs`), workload]))
      console.log(JSON.stringify({
        name, value: ours.per_cpu_second, unit: 'decisions/CPU s', reference: other.name,
        reference_value: other.per_cpu_second, ratio: ours.per_cpu_second / other.per_cpu_second,
        aim: '10M/s', met: ours.per_cpu_second >= AIM,
      }))
}

try {
  if (!existsSync(join(peers, 'node_modules')))
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peers, stdio: ['ignore', 2, 'inherit'] })
  const workload = join(folder, 'workload.json')
  writeWorkload(workload)
  compare('gate', workload, ['casbin', 'cedar', 'map'])
  for (const city of ['tianjin', 'nantong']) {
    writeCityWorkload(workload, output(...benchGate(join(here, '../../cities'), city)))
    compare(`gate, ${city} as shipped`, workload, ['city'])
  }
} finally {
  rmSync(folder, { recursive: true })
}
