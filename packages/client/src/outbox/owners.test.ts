import { expect, test } from 'bun:test'
import { type Locks, Owners } from './owners.ts'

/** Web Locks as the standard has them: each name is held by one at a time, the others wait in line. */
function locks(): Locks {
  const lines = new Map<string, Promise<void>>()
  return {
    request(name, work) {
      const turn = (lines.get(name) ?? Promise.resolve()).then(work)
      lines.set(
        name,
        turn.catch(() => {}),
      )
      return turn
    },
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('what a living owner has is left to it, and taken over once when it is gone', async () => {
  const shared = locks()
  const first = new Owners('first', shared)
  const second = new Owners('second', shared)
  const third = new Owners('third', shared)
  const taken: string[] = []
  const takeOver = (by: string) => async () => void taken.push(by)
  await settle()
  await second.inherit('first', takeOver('second'))
  await second.inherit('first', takeOver('second'))
  await third.inherit('first', takeOver('third'))
  await settle()
  expect(taken).toEqual([])
  first.release()
  await settle()
  // The second in line looks, too, and finds nothing left.
  expect(taken).toEqual(['second', 'third'])
})

test('nobody takes over from itself', async () => {
  const owners = new Owners('me', locks())
  await owners.inherit('me', () => Promise.reject(new Error('taken')))
})

test('without Web Locks everybody takes over at once', async () => {
  const owners = new Owners('me')
  let isTaken = false
  await owners.inherit('another', async () => {
    isTaken = true
  })
  expect(isTaken).toBe(true)
})
