const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** The server notes the use of a session once in ten minutes: anything less is now. */
const NOW_MS = 10 * MINUTE_MS
const RELATIVE_MS = 7 * DAY_MS

/**
 * How long ago a device was in use: “25 minutes ago”, “yesterday”, and a date after a week.
 * @param atMs,nowMs since the epoch
 * @returns undefined for what is as good as now
 */
export function pastTime(atMs: number, nowMs: number, locale: string): string | undefined {
  const ago = nowMs - atMs
  if (ago < NOW_MS) return undefined
  if (ago >= RELATIVE_MS) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(atMs)
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (ago < HOUR_MS) return format.format(-Math.floor(ago / MINUTE_MS), 'minute')
  if (ago < DAY_MS) return format.format(-Math.floor(ago / HOUR_MS), 'hour')
  return format.format(-Math.floor(ago / DAY_MS), 'day')
}
