import { expect, test } from 'bun:test'
import { presenceText } from './presence.ts'

const NOW = new Date(2025, 2, 20, 12, 0, 0).getTime()
const t = (key: string, values: Record<string, unknown> = {}) =>
  [key.replace('people.', ''), ...Object.values(values)].join(' ')
/** What is said of somebody who was last online so many seconds ago. */
const ago = (seconds: number, locale: 'zh-CN' | 'en' = 'zh-CN') =>
  presenceText({ state: 'offline', lastOnline: NOW / 1000 - seconds }, NOW, locale, t)

test('who is online is, whatever was before', () => {
  expect(presenceText({ state: 'online', lastOnline: 1 }, NOW, 'en', t)).toBe('online')
})

test('of who was never online, nothing more is known', () => {
  expect(presenceText({ state: 'offline' }, NOW, 'en', t)).toBe('offline')
  expect(presenceText({ state: 'offline', lastOnline: 0 }, NOW, 'en', t)).toBe('offline')
})

test('the last time is told in words that fit its distance', () => {
  expect([0, 59, 60, 119, 3599].map((seconds) => ago(seconds))).toEqual([
    'justNow',
    'justNow',
    'minutesAgo 1',
    'minutesAgo 1',
    'minutesAgo 59',
  ])
  expect([3600, 86_399, 86_400, 7 * 86_400 - 1].map((seconds) => ago(seconds))).toEqual([
    'hoursAgo 1',
    'hoursAgo 23',
    'daysAgo 1',
    'daysAgo 6',
  ])
  expect(ago(7 * 86_400)).toBe('lastOnline 2025年3月13日')
  expect(ago(7 * 86_400, 'en')).toBe('lastOnline Mar 13, 2025')
  // The server's clock may be a little ahead of this device's.
  expect(ago(-30)).toBe('justNow')
})
