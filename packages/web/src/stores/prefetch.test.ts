import { beforeEach, expect, jest, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { entry, GROUP, JERRY, learn, SPIKE, server } from './chats.fixture.ts'
import { useChats } from './chats.ts'
import { useMessages } from './messages.ts'
import { prefetchChats } from './prefetch.ts'
import { useSession } from './session.ts'

beforeEach(() => setActivePinia(createPinia()))

/** The connection is there, and the list is the server's. */
function online(): void {
  useSession().status = { ...useSession().status, state: 'online' }
  useChats().fresh = true
}

/** The chats whose messages the server was asked for, once it has answered for so many. */
function asked(count: number): Promise<unknown[]> {
  const { promise, resolve } = Promise.withResolvers<unknown[]>()
  const chats: unknown[] = []
  server(async (path: string, { type, id, peek }) => {
    if (path !== 'message/get') return { seq: 0 }
    chats.push({ type, id, peek })
    if (chats.length === count) resolve(chats)
    return []
  })
  return promise
}

test('the first chats of the list are read before somebody opens them, newest first, and not marked as read', async () => {
  prefetchChats()
  learn(entry(JERRY, 10), entry(SPIKE, 30, { unread_count: 2 }), entry(GROUP, 20))
  const read = asked(3)
  online()
  expect(await read).toEqual([SPIKE, GROUP, JERRY].map((chat) => ({ ...chat, peek: 1 })))
  expect(useChats().byKey.get('friend51')?.unread).toBe(2)
})

test('not more than stand in the list at first, and none that is here already', async () => {
  prefetchChats()
  const many = Array.from({ length: 30 }, (_, at) => ({ type: 'friend' as const, id: 100 + at }))
  learn(...many.map((chat, at) => entry(chat, 100 - at)))
  const first = asked(1)
  await useMessages().prefetch(many[1]!)
  await first
  const read = asked(7)
  online()
  expect((await read).map((chat) => (chat as typeof JERRY).id)).toEqual([
    100, 102, 103, 104, 105, 106, 107,
  ] as never)
})

test('nothing is asked for while there is no connection, or none any more', async () => {
  jest.useFakeTimers()
  try {
    prefetchChats()
    learn(entry(JERRY, 10))
    const calls = server()
    useChats().fresh = true
    await Promise.resolve()
    jest.advanceTimersByTime(10_000)
    online()
    await Promise.resolve()
    useSession().status = { ...useSession().status, state: 'offline' }
    jest.advanceTimersByTime(10_000)
    await Promise.resolve()
    expect(calls).toEqual([])
  } finally {
    jest.useRealTimers()
  }
})

test('what is in memory does not give way to what may be opened', async () => {
  const calls = server()
  for (let id = 1; id <= 30; id++) useMessages().timeline({ type: 'friend', id })
  await useMessages().prefetch({ type: 'friend', id: 31 })
  expect(calls).toEqual([])
  expect(useMessages().timelines.has('friend1')).toBe(true)
})
