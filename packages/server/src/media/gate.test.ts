import { expect, test } from 'bun:test'
import { WorkGate } from './gate.ts'

function pieces(gate: WorkGate, count: number) {
  const started: number[] = []
  const finish: Array<() => void> = []
  const results = Array.from({ length: count }, (_, index) => {
    const { promise, resolve } = Promise.withResolvers<number>()
    finish.push(() => resolve(index))
    const result = gate.run(() => {
      started.push(index)
      return promise
    })
    result.catch(() => undefined)
    return result
  })
  return { started, finish, results }
}

test('as many as allowed run at once, the rest follow in order', async () => {
  const { started, finish, results } = pieces(new WorkGate(2, 10), 5)
  expect(started).toEqual([0, 1])
  finish[1]!()
  await results[1]
  expect(started).toEqual([0, 1, 2])
  for (const end of finish) end()
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4])
  expect(started).toEqual([0, 1, 2, 3, 4])
})

test('when too many wait the next is refused, and a place that becomes free is given again', async () => {
  const gate = new WorkGate(1, 1)
  const { finish, results } = pieces(gate, 3)
  expect(results[2]).rejects.toMatchObject({ kind: 'unavailable' })
  finish[0]!()
  finish[1]!()
  expect(await Promise.all(results.slice(0, 2))).toEqual([0, 1])
  expect(await gate.run(async () => 'again')).toBe('again')
})

test('work that fails gives its place back', async () => {
  const gate = new WorkGate(1, 0)
  expect(gate.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await Promise.resolve()
  await new Promise(setImmediate)
  expect(await gate.run(async () => 'next')).toBe('next')
})
