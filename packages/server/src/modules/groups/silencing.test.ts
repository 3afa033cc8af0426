import { describe, expect, test } from 'bun:test'
import { silencedUntil } from './silencing.ts'

const NOW_SECONDS = 1_760_000_000
const now = NOW_SECONDS * 1000 + 250

describe('the time of group/forbiddenuser', () => {
  test('later than now is the moment itself', () => {
    expect(silencedUntil(NOW_SECONDS + 60, now)).toBe((NOW_SECONDS + 60) * 1000)
  })

  test('too small for a moment is a number of seconds from now', () => {
    expect(silencedUntil(60, now)).toBe(now + 60_000)
    expect(silencedUntil(999_999_999, now)).toBe(now + 999_999_999_000)
  })

  test('0, and a moment that has passed, end the muting', () => {
    expect(silencedUntil(0, now)).toBe(0)
    expect(silencedUntil(NOW_SECONDS, now)).toBe(0)
    expect(silencedUntil(1_000_000_000, now)).toBe(0)
  })
})
