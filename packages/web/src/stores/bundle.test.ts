import { expect, test } from 'bun:test'
import { bundle } from './bundle.ts'

function setUp() {
  const handled: number[] = []
  const timers: (() => void)[] = []
  const bundler = bundle<number>(
    (item) => handled.push(item),
    (act) => timers.push(act),
  )
  return { ...bundler, handled, timers }
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
