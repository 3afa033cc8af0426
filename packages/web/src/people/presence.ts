import type { Locale } from '@/i18n/index.ts'
import type { Person } from '@/stores/people.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
/** Longer ago than that is a date. */
const DAYS_MAX = 7

type Translate = (key: string, values?: Record<string, unknown>) => string

/** Whether somebody is online, and when they last were. `now`: ms. */
export function presenceText(
  { state, lastOnline = 0 }: Pick<Person, 'state' | 'lastOnline'>,
  now: number,
  locale: Locale,
  t: Translate,
): string {
  if (state === 'online') return t('people.online')
  if (lastOnline === 0) return t('people.offline')
  const age = now - lastOnline * 1000
  if (age < MINUTE) return t('people.justNow')
  if (age < HOUR) return t('people.minutesAgo', { count: Math.floor(age / MINUTE) })
  if (age < DAY) return t('people.hoursAgo', { count: Math.floor(age / HOUR) })
  if (age < DAY * DAYS_MAX) return t('people.daysAgo', { count: Math.floor(age / DAY) })
  const date = new Date(lastOnline * 1000).toLocaleDateString(locale, { dateStyle: 'medium' })
  return t('people.lastOnline', { date })
}
