import { expect, test } from 'bun:test'
import { Turns } from './turns.ts'

test('work of one key runs in order, that of another beside it, and nothing is left behind', async () => {
  const turns = new Turns<string>()
  const done: string[] = []
  const first = Promise.withResolvers<void>()
  const all = [
    turns.take('a', () => first.promise.then(() => done.push('first'))),
    turns.take('a', async () => done.push('second')),
    turns.take('b', async () => done.push('beside')),
  ]
  await all[2]
  expect(done).toEqual(['beside'])
  first.resolve()
  await Promise.all(all)
  expect(done).toEqual(['beside', 'first', 'second'])
  await Promise.resolve()
  expect(turns.size).toBe(0)
})

test('a failure is the caller’s, and the next goes on', async () => {
  const turns = new Turns<number>()
  const failing = turns.take(1, () => Promise.reject(new Error('no')))
  const next = turns.take(1, async () => 'yes')
  expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
