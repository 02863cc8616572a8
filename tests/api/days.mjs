// The working days of a city, counted from its file by another way than the server's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './helpers.mjs'

// The days that the city's calendar lists under a key.
export const listed = (name, key) => new RegExp(`^  ${key}: \\[([^\\]]*)`, 'm').exec(readFileSync(join(root, 'cities', name, 'city.yaml'), 'utf8'))[1].match(/\d{4}-\d\d-\d\d/g)
// Counted anew, day by day: the last day, as the person reads it.
export function lastDay(name, from, days, working) {
  const holidays = listed(name, 'holidays'), workdays = listed(name, 'workdays')
  const d = new Date(new Date(from).getTime() + 8 * 3600000)
  while (days > 0) {
    d.setUTCDate(d.getUTCDate() + 1)
    const day = d.toISOString().slice(0, 10)
    if (!working || workdays.includes(day) || (d.getUTCDay() % 6 !== 0 && !holidays.includes(day))) days--
  }
  return d.toISOString().slice(0, 10)
}
