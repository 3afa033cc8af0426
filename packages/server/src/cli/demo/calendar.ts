import type { Hours } from './clubs.ts'
import type { Random } from './random.ts'

export const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const OPEN: Readonly<Record<Hours, readonly [fromHour: number, toHour: number]>> = {
  office: [9, 18],
  awake: [8, 23],
}

function isOpen(at: number, hours: Hours): boolean {
  const time = new Date(at)
  const [from, to] = OPEN[hours]
  const isWeekend = time.getDay() === 0 || time.getDay() === 6
  return time.getHours() >= from && time.getHours() < to && !(hours === 'office' && isWeekend)
}

/** A moment at or before `at` (ms) when people talk: that one, or any hour of the last day before when they do. */
export function awakeAt(at: number, hours: Hours, random: Random): number {
  if (isOpen(at, hours)) return at
  let moment = at
  while (!isOpen(moment, hours)) moment -= HOUR_MS
  const [from, to] = OPEN[hours]
  const earlier = moment - random.between(0, to - from - 1) * HOUR_MS
  return Math.floor(isOpen(earlier, hours) ? earlier : moment - random.between(0, 0.5) * HOUR_MS)
}

/** When something happened that many days ago (ms), at a time of day when people are awake. */
export const daysAgo = (now: number, days: number, random: Random): number =>
  awakeAt(now - days * DAY_MS, 'awake', random)
