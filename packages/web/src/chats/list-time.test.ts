import { describe, expect, test } from 'bun:test'
import { listTime } from './list-time.ts'

/** A Tuesday, half past two in the afternoon. */
const NOW = new Date(2026, 10, 24, 14, 30).getTime()
const at = (...date: [number, number, number, number, number]) => new Date(...date).getTime() / 1000
const both = (seconds: number) => [listTime(seconds, NOW, 'zh-CN'), listTime(seconds, NOW, 'en')]

describe('the time in the list of chats', () => {
  test('is a word for what has just come, also when the clocks differ a little', () => {
    expect(both(NOW / 1000 - 20)).toEqual(['刚刚', 'now'])
    expect(both(NOW / 1000 + 20)).toEqual(['刚刚', 'now'])
  })

  test('is the hour for today, and for a clock that is ahead', () => {
    expect(both(at(2026, 10, 24, 9, 5))).toEqual(['09:05', '09:05'])
    expect(both(at(2026, 10, 24, 0, 0))).toEqual(['00:00', '00:00'])
    expect(both(at(2026, 10, 24, 16, 0))).toEqual(['16:00', '16:00'])
  })

  test('is a day for this week', () => {
    expect(both(at(2026, 10, 23, 23, 59))).toEqual(['昨天', 'Yesterday'])
    expect(both(at(2026, 10, 18, 0, 0))).toEqual(['周三', 'Wed'])
  })

  test('is a date for what is older', () => {
    expect(both(at(2026, 10, 17, 12, 0))).toEqual(['11/17', '11/17'])
    expect(both(at(2025, 2, 1, 12, 0))).toEqual(['2025/3/1', '2025/3/1'])
  })

  test('is nothing for a chat without messages', () => {
    expect(both(0)).toEqual(['', ''])
  })
})
