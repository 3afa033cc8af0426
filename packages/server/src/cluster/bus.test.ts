import { beforeAll, expect, test } from 'bun:test'
import { setLogLevel } from '../log.ts'
import { LocalBus } from './bus.ts'

beforeAll(() => setLogLevel('silent'))

test('handlers of a topic run before publish returns, in order, until they unsubscribe', async () => {
  const bus = new LocalBus()
  const heard: unknown[] = []
  const stop = bus.subscribe('a', (payload) => heard.push(['one', payload]))
  bus.subscribe('a', (payload) => heard.push(['two', payload]))
  bus.subscribe('b', (payload) => heard.push(['other', payload]))
  bus.publish('a', 1)
  expect(heard.splice(0)).toEqual([
    ['one', 1],
    ['two', 1],
  ])
  stop()
  stop()
  bus.publish('a', 2)
  bus.publish('c', 3)
  expect(heard.splice(0)).toEqual([['two', 2]])
  await bus.close()
  bus.publish('a', 4)
  expect(heard).toEqual([])
})

test('a handler that fails keeps neither the others nor the publisher from going on', () => {
  const bus = new LocalBus()
  const heard: unknown[] = []
  bus.subscribe('a', () => {
    throw new Error('a mistake')
  })
  bus.subscribe('a', (payload) => heard.push(payload))
  bus.publish('a', 1)
  expect(heard).toEqual([1])
})
