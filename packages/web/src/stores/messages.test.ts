import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { entry, JERRY, learn, message, SPIKE, server } from './chats.fixture.ts'
import { useMessages } from './messages.ts'

/** The chats that are marked as read from now on. */
function reads() {
  const ids: unknown[] = []
  server(async (path, { id }) => {
    if (path === 'message/updateLastReadTime') ids.push(id)
    return []
  })
  return ids
}

beforeEach(() => {
  setActivePinia(createPinia())
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  Object.assign(globalThis, { document })
  jest.useFakeTimers()
})
afterEach(() => void jest.useRealTimers())

test('what was seen is read, also when the next chat is opened at once', () => {
  const messages = useMessages()
  const ids = reads()
  learn(entry(JERRY, 10), entry(SPIKE, 20, { unread_count: 2 }))
  messages.look(JERRY, true)
  for (const seq of [2, 3]) messages.arrived(message(JERRY, seq))
  messages.look(SPIKE, true)
  expect(ids).toEqual([])
  jest.advanceTimersByTime(200)
  expect(ids).toEqual([50, 51])
})

test('what was seen is read before the page goes', () => {
  const messages = useMessages()
  const ids = reads()
  learn(entry(JERRY, 10))
  messages.look(JERRY, true)
  messages.arrived(message(JERRY, 2))
  window.dispatchEvent(new Event('pagehide'))
  expect(ids).toEqual([50])
})

test('an automatic answer of one’s own is read when it is seen', () => {
  const messages = useMessages()
  const ids = reads()
  learn(entry(JERRY, 10))
  messages.look(JERRY, true)
  const own = { from: '9', to: '50' }
  messages.arrived(message(JERRY, 2, own))
  expect(jest.getTimerCount()).toBe(0)
  messages.arrived(message(JERRY, 3, { ...own, auto: 1 }))
  jest.advanceTimersByTime(200)
  expect(ids).toEqual([50])
})
