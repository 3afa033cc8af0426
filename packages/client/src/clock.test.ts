import { expect, test } from 'bun:test'
import { ServerClock } from './clock.ts'

const SERVER_SECONDS = 1_700_000_000

/** A device whose clock is off by so many ms, and to which an answer takes a second. */
async function measured(offMs: number): Promise<number> {
  let now = SERVER_SECONDS * 1000 + offMs
  const clock = new ServerClock(() => now)
  await clock.measure(async () => {
    now += 1000
    return { timestamp: SERVER_SECONDS }
  })
  return clock.now() - now
}

test('a clock that is minutes off is put right, either way', async () => {
  expect(await measured(5 * 60_000)).toBe(-5 * 60_000)
  expect(await measured(-5 * 60_000)).toBe(5 * 60_000)
})

test('a clock that is right is left alone, also when the answer takes its time', async () => {
  expect(await measured(0)).toBe(0)
  expect(await measured(1500)).toBe(0)
})

test('before anything is known the device is right', () => {
  expect(new ServerClock(() => 7).now()).toBe(7)
})
