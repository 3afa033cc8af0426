import { expect, test } from 'bun:test'
import { bundle } from './bundle.ts'

/** @param drawMs how long the page takes to draw what was handed on, each time */
function setUp(drawMs: () => number = () => 10) {
  const handled: number[] = []
  const timers: (() => void)[] = []
  const waits: number[] = []
  const bundler = bundle<number>((item) => handled.push(item), {
    later: (act, ms) => {
      timers.push(act)
      waits.push(ms)
    },
    drawn: (act) => act(drawMs()),
  })
  return { ...bundler, handled, timers, waits }
}

test('a single thing is handed on at once, what follows soon in one go', () => {
  const { push, handled, timers } = setUp()
  push(1)
  push(2)
  push(3)
  expect(handled).toEqual([1])
  timers.shift()!()
  expect(handled).toEqual([1, 2, 3])
})

test('in a stream everything is gathered, and after it the next comes at once', () => {
  const { push, handled, timers } = setUp()
  push(1)
  push(2)
  timers.shift()!()
  push(3)
  expect(handled).toEqual([1, 2])
  timers.shift()!()
  expect(handled).toEqual([1, 2, 3])
  timers.shift()!()
  expect(timers).toEqual([])
  push(4)
  expect(handled).toEqual([1, 2, 3, 4])
})

test('what has gathered can be asked for', () => {
  const { push, flush, handled } = setUp()
  push(1)
  push(2)
  flush()
  expect(handled).toEqual([1, 2])
  flush()
  expect(handled).toEqual([1, 2])
})

test('a page that is slow to draw is drawn less often, and never seldom', () => {
  const times = [10, 80, 5000, 10]
  const { push, timers, waits } = setUp(() => times.shift()!)
  push(1)
  for (let at = 2; at <= 4; at++) {
    push(at)
    timers.shift()!()
  }
  expect(waits).toEqual([100, 240, 600, 100])
})
