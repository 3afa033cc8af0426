import type { Locale } from '@/i18n/index.ts'

const MINUTE = 60_000
const DAY = 86_400_000

const startOfDay = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)

/**
 * The time of a chat's last message in the list: 刚刚, 14:02, 昨天, 周三, 3/1, 2025/3/1.
 * @param seconds Unix seconds
 * @param now ms since 1970
 */
export function listTime(seconds: number, now: number, locale: Locale): string {
  if (seconds === 0) return ''
  const at = seconds * 1000
  const date = new Date(at)
  if (Math.abs(now - at) < MINUTE) return locale === 'en' ? 'now' : '刚刚'
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY)
  if (days <= 0) return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (days === 1) return locale === 'en' ? 'Yesterday' : '昨天'
  if (days < 7) return date.toLocaleDateString(locale, { weekday: 'short' })
  const day = `${date.getMonth() + 1}/${date.getDate()}`
  return date.getFullYear() === new Date(now).getFullYear() ? day : `${date.getFullYear()}/${day}`
}
