// What a call costs the server: the processor time of its process over a while, and the line that ./bench prints of it.
import { readFileSync } from 'node:fs'

const TICK = 100 // clock ticks a second on Linux

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICK
}

// µs of the server's CPU for one call; each of the callers calls, one call after the other, for so many seconds.
export async function cost(city, seconds, callers) {
  await Promise.all(callers.map(async call => { for (let i = 0; i < 5; i++) await call() }))
  const before = cpuSeconds(city.child.pid), end = Date.now() + seconds * 1000
  let n = 0
  await Promise.all(callers.map(async call => { while (Date.now() < end) { await call(); n++ } }))
  return (cpuSeconds(city.child.pid) - before) * 1e6 / n
}

export const line = (name, value, reference, referenceValue, aim = null, met = null) => console.log(JSON.stringify({
  name, value, unit: 'µs CPU', reference, reference_value: referenceValue, ratio: referenceValue ? value / referenceValue : null, aim, met }))
