import { expect, test } from 'bun:test'
import { LocalBus } from './bus.ts'

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
