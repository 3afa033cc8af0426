/*
 * Times as a conversation shows them, in the time zone of this device. Everything is Unix seconds.
 */

const DAY_S = 24 * 3600

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format is slow, and a history shows thousands. */
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale, options)
  formats.set(key, made)
  return made
}

/** Days since the epoch on the calendar of this device. */
export function dayOf(seconds: number): number {
  const date = new Date(seconds * 1000)
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (DAY_S * 1000))
}

/** `14:02`, in every language. */
export function clockTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
}

/**
 * What stands above messages after a pause: `14:02`, `昨天 14:02`, `周三 14:02` (within a week), `3月1日 14:02`,
 * `2025年3月1日 14:02` (another year).
 */
export function dividerTime(seconds: number, nowSeconds: number, locale: string): string {
  const day = dayText(seconds, nowSeconds, locale)
  return day === '' ? clockTime(seconds) : `${day} ${clockTime(seconds)}`
}

/** The day alone; empty for today. */
function dayText(seconds: number, nowSeconds: number, locale: string): string {
  const days = dayOf(nowSeconds) - dayOf(seconds)
  const date = new Date(seconds * 1000)
  // A clock that is a little ahead makes nothing a message of tomorrow.
  if (days === 0 || (days < 0 && seconds - nowSeconds < DAY_S / 2)) return ''
  if (days === 1) return capital(new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-1, 'day'))
  if (days > 1 && days < 7) return format(locale, { weekday: 'short' }).format(date)
  const options: Intl.DateTimeFormatOptions = {
    month: locale.startsWith('zh') ? 'long' : 'short',
    day: 'numeric',
  }
  if (new Date(nowSeconds * 1000).getFullYear() !== date.getFullYear()) options.year = 'numeric'
  return format(locale, options).format(date)
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Everything about a time, for a tooltip: `2025年3月1日星期六 14:02:30`. */
export function wholeTime(seconds: number, locale: string): string {
  return format(locale, { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' }).format(
    new Date(seconds * 1000),
  )
}

/** What is left of a time, to be counted down: `1:59`, `0:07`. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
