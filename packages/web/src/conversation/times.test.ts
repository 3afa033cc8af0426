import { describe, expect, test } from 'bun:test'
import { clockTime, countdown, dayOf, dividerTime } from './times.ts'

/** Unix seconds of a time on this device's clock. */
const at = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0) =>
  new Date(year, month - 1, day, hour, minute, second).getTime() / 1000

const now = at(2026, 3, 13, 15, 30) // a Friday

describe('the time above messages', () => {
  const zh = (seconds: number) => dividerTime(seconds, now, 'zh-CN')
  const en = (seconds: number) => dividerTime(seconds, now, 'en')

  test('is the clock today', () => {
    expect(zh(at(2026, 3, 13, 14, 2))).toBe('14:02')
    expect(zh(at(2026, 3, 13, 0, 0))).toBe('00:00')
    expect(en(at(2026, 3, 13, 9, 5))).toBe('09:05')
  })

  test('names yesterday, however few hours ago it was', () => {
    expect(dividerTime(at(2026, 3, 12, 23, 59), at(2026, 3, 13, 0, 1), 'zh-CN')).toBe('昨天 23:59')
    expect(en(at(2026, 3, 12, 14, 2))).toBe('Yesterday 14:02')
  })

  test('names the weekday within a week', () => {
    expect(zh(at(2026, 3, 11, 14, 2))).toBe('周三 14:02')
    expect(zh(at(2026, 3, 7, 14, 2))).toBe('周六 14:02')
    expect(en(at(2026, 3, 11, 14, 2))).toBe('Wed 14:02')
  })

  test('is the date before that, with the year when it is another', () => {
    expect(zh(at(2026, 3, 6, 14, 2))).toBe('3月6日 14:02')
    expect(zh(at(2025, 3, 1, 14, 2))).toBe('2025年3月1日 14:02')
    expect(en(at(2026, 3, 6, 14, 2))).toBe('Mar 6 14:02')
    expect(en(at(2025, 3, 1, 14, 2))).toBe('Mar 1, 2025 14:02')
  })

  test('of a server whose clock is ahead is the clock', () => {
    expect(dividerTime(at(2026, 3, 14, 0, 1), at(2026, 3, 13, 23, 59), 'zh-CN')).toBe('00:01')
  })
})

test('a day lasts from midnight to midnight', () => {
  expect(dayOf(at(2026, 3, 13, 23, 59, 59))).toBe(dayOf(at(2026, 3, 13)))
  expect(dayOf(at(2026, 3, 14)) - dayOf(at(2026, 3, 13, 23, 59, 59))).toBe(1)
  expect(dayOf(at(2026, 1, 1)) - dayOf(at(2025, 12, 31))).toBe(1)
})

test('the clock has two digits for each', () => {
  expect(clockTime(at(2026, 3, 13, 7, 5))).toBe('07:05')
})

test('what is left is counted in minutes and seconds', () => {
  expect([119.2, 60, 7, 0, -3].map(countdown)).toEqual(['2:00', '1:00', '0:07', '0:00', '0:00'])
})
