import { expect, test } from 'bun:test'
import { waitTime } from './wait-time.ts'

test.each([
  [1, 1, 'seconds'],
  [119, 119, 'seconds'],
  [120, 2, 'minutes'],
  [121, 3, 'minutes'],
  [7199, 120, 'minutes'],
  [7200, 2, 'hours'],
  [43_210, 13, 'hours'],
] as const)('%i s are %i %s', (seconds, count, unit) => {
  expect(waitTime(seconds)).toEqual({ count, unit })
})
