import { beforeEach, describe, expect, test } from 'bun:test'
import { NetworkError, ParleyError } from '@parley/client'
import { createPinia, setActivePinia } from 'pinia'
import {
  entry,
  GROUP,
  JERRY,
  jerry,
  keys,
  learn,
  message,
  NEW,
  SPIKE,
  server,
  view,
} from './chats.fixture.ts'
import { useChats } from './chats.ts'

beforeEach(() => {
  setActivePinia(createPinia())
  server()
})

const person = (id: number) => ({ type: 'friend', id }) as const
/** So many chats, the newest first; those of `pop/get` are 30. */
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => entry(person(from + index), 1000 - from - index))
const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('a list that was read far down', () => {
  /** A list of 50 chats, all of them here. */
  async function longList() {
    const chats = useChats()
    learn(...many(100, 30))
    server(async () => ({ list: many(100, 50), next_cursor: '' }))
    await chats.loadMore()
    expect(keys()).toHaveLength(50)
    return chats
  }

  test('stays as it is after a reconnect, while it is read again', async () => {
    const chats = await longList()
    const before = keys()
    const answer = Promise.withResolvers<unknown>()
    const calls = server(() => answer.promise)
    learn(...many(100, 30))
    expect(keys()).toEqual(before)
    expect(calls).toEqual([['pop/chats', { limit: 100, cursor: '' }]])
    answer.resolve({ list: many(100, 49), next_cursor: '' })
    await settled()
    // What is in it no more goes, and is known no more.
    expect(keys()).toEqual(before.slice(0, 49))
    expect(chats.byKey.get('friend149')).toMatchObject({ hidden: true, known: false })
    expect(chats.cursor).toBeUndefined()
  })

  test('keeps a chat that something new has brought back meanwhile', async () => {
    const chats = await longList()
    const answer = Promise.withResolvers<unknown>()
    server(() => answer.promise)
    learn(...many(100, 30))
    chats.arrived(message(person(149) as never, 2), NEW)
    answer.resolve({ list: many(100, 49), next_cursor: '' })
    await settled()
    expect(keys()).toContain('friend149')
  })

  test('is read no further than it was, and not at all when everything is there', async () => {
    const chats = await longList()
    const calls = server(async () => ({ list: many(99, 50), next_cursor: 'on' }))
    learn(...many(100, 30))
    await settled()
    expect([calls.length, keys().length, chats.cursor]).toEqual([1, 50, 'on'])
    calls.length = 0
    learn(...many(99, 50))
    await settled()
    expect(calls).toEqual([])
  })

  test('stays when it cannot be read', async () => {
    await longList()
    server(() => Promise.reject(new NetworkError('closed', 'pop/chats', true)))
    learn(...many(100, 30))
    await settled()
    expect(keys()).toHaveLength(50)
  })
})

describe('a chat that the list does not have', () => {
  test('is asked for at its first message, once, and counts and rings only as it is set', async () => {
    const chats = useChats()
    learn(entry(SPIKE, 10))
    const answer = Promise.withResolvers<unknown>()
    const calls = server(() => answer.promise)
    chats.arrived(message(JERRY, 4), NEW)
    chats.arrived(message(JERRY, 5), NEW)
    expect([jerry().known, jerry().last?.content, chats.unread]).toEqual([false, '第 5 句', 0])
    expect(calls).toEqual([['pop/chat', { type: 'friend', id: 50 }]])
    answer.resolve(view(JERRY, 20, { last_seq: 5, read_seq: 2, unread_count: 3, muted: 1, top: 1 }))
    expect(await chats.load(JERRY)).toMatchObject({ known: true, muted: true, pinned: true, unread: 3 })
    expect([chats.unread, keys()]).toEqual([0, ['friend50', 'friend51']])
    expect(calls).toHaveLength(1)
  })

  test('is asked for again when more has come meanwhile', async () => {
    const chats = useChats()
    const answers = [
      view(JERRY, 20, { last_seq: 4, unread_count: 1 }),
      view(JERRY, 21, { last_seq: 5, unread_count: 2 }),
    ]
    const calls = server(async () => answers.shift())
    chats.arrived(message(JERRY, 4), NEW)
    chats.arrived(message(JERRY, 5), NEW)
    await chats.load(JERRY)
    expect([calls.length, jerry().unread]).toEqual([2, 2])
  })

  test('does not become unread again by an answer that is older than its reading', async () => {
    const chats = useChats()
    const answer = Promise.withResolvers<unknown>()
    server(() => answer.promise)
    chats.arrived(message(JERRY, 4), NEW)
    chats.readElsewhere({ type: 'friend', id: '50', uid: '9', seq: 4, unread_count: 0 } as never)
    answer.resolve(view(JERRY, 20, { last_seq: 4, read_seq: 3, unread_count: 1, muted: 1 }))
    await chats.load(JERRY)
    expect([jerry().unread, jerry().readSeq, jerry().muted]).toEqual([0, 4, true])
  })

  test('that is hidden stays so', async () => {
    const chats = useChats()
    server(async () => view(JERRY, 20, { hidden: 1, muted: 1 }))
    await chats.load(JERRY)
    expect([keys(), jerry().muted]).toEqual([[], true])
  })

  test('stays unknown without a network, and is asked for again; where there is none, nothing is', async () => {
    const chats = useChats()
    const calls = server(() => Promise.reject(new NetworkError('closed', 'pop/chat', true)))
    await expect(chats.load(JERRY)).rejects.toThrow()
    expect(chats.ensure(JERRY).known).toBe(false)
    expect(calls).toHaveLength(2)
    await settled()
    server(() => Promise.reject(new ParleyError(2, 'no', 'pop/chat')))
    await expect(chats.load(GROUP)).rejects.toThrow('no')
    expect(chats.ensure(GROUP).known).toBe(true)
  })
})
