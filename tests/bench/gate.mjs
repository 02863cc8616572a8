// The gate against policy engines, all on one workload file: 200 services, 12 items, 4 purposes, 1000 people, 2000 questions. Each
// engine's every answer is compared before it is timed; the unit is decisions per second of its process's CPU time.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeWorkload } from './peers/workload.mjs'

const AIM = 10e6
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const peers = join(here, 'peers'), build = process.env.TB_BUILD ?? join(here, '../../build-bench')
const folder = mkdtempSync(join(tmpdir(), 'tongban-bench-gate-'))
const workload = join(folder, 'workload.json')

const run = (command, args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  .trim().split('\n').map(line => JSON.parse(line))

try {
  if (!existsSync(join(peers, 'node_modules')))
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peers, stdio: ['ignore', 2, 'inherit'] })
  writeWorkload(workload)
  const [ours] = run(join(build, 'tests/bench/bench_gate'), [workload])
  for (const peer of ['casbin', 'cedar', 'map'])
    for (const other of run(process.execPath, [join(peers, `${peer}.mjs`), workload]))
      console.log(JSON.stringify({
        name: 'gate', value: ours.per_cpu_second, unit: 'decisions/CPU s', reference: other.name,
        reference_value: other.per_cpu_second, ratio: ours.per_cpu_second / other.per_cpu_second,
        aim: '10M/s', met: ours.per_cpu_second >= AIM,
      }))
} finally {
  rmSync(folder, { recursive: true })
}
