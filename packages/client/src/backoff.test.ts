import { expect, test } from 'bun:test'
import { backoffMs } from './backoff.ts'

test('grows with each attempt up to the bound, and is never the same for all', () => {
  const longest = (attempt: number) =>
    Math.max(...Array.from({ length: 2000 }, () => backoffMs(attempt, 100, 1000)))
  expect(longest(0)).toBeLessThanOrEqual(100)
  expect(longest(0)).toBeGreaterThan(50)
  expect(longest(2)).toBeLessThanOrEqual(400)
  expect(longest(2)).toBeGreaterThan(200)
  expect(longest(2000)).toBeLessThanOrEqual(1000)
  expect(new Set(Array.from({ length: 20 }, () => backoffMs(3, 100, 1000))).size).toBeGreaterThan(1)
})
