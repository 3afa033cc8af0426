import { beforeEach, describe, expect, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { entry, GROUP, JERRY, jerry, learn, ME, message, NEW, server, view } from './chats.fixture.ts'
import { useChats } from './chats.ts'

beforeEach(() => {
  setActivePinia(createPinia())
  server()
})

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('unread messages', () => {
  test('are counted, but not notices, those that are seen, or those that came already', () => {
    const chats = useChats()
    learn(entry(JERRY, 10))
    chats.arrived(message(JERRY, 2), NEW)
    chats.arrived(message(JERRY, 2), NEW)
    chats.arrived(message(JERRY, 3, { sub_type: 'notice' }), NEW)
    chats.arrived(message(JERRY, 4), { seen: true, mentionsMe: false })
    expect([jerry().unread, jerry().readSeq, jerry().lastSeq]).toEqual([1, 1, 4])
  })

  test('are read when the user writes, on whichever device; an automatic answer reads nothing', () => {
    const chats = useChats()
    const own = { from: String(ME), to: '50' }
    const positions = () => [jerry().unread, jerry().mentionMid, jerry().readSeq]
    learn(entry(JERRY, 10, { unread_count: 3, mention_mid: 7, last_seq: 4 }))
    chats.arrived(message(JERRY, 5, { ...own, sub_type: 'notice' }), NEW)
    expect(positions()).toEqual([3, 7, 1])
    // As the server counts it.
    chats.arrived(message(JERRY, 6, { ...own, auto: 1 }), NEW)
    expect(positions()).toEqual([4, 7, 1])
    chats.arrived(message(JERRY, 7, own), NEW)
    expect(positions()).toEqual([0, 0, 7])
  })

  test('are more than 99 at most, and those of muted and hidden chats are not in the sum', () => {
    const chats = useChats()
    learn(entry(JERRY, 10, { unread_count: 99 }), entry(GROUP, 20, { unread_count: 5 }))
    for (const seq of [2, 3, 4]) chats.arrived(message(JERRY, seq), NEW)
    expect([jerry().unread, chats.unread]).toEqual([100, 105])
    jerry().muted = true
    expect(chats.unread).toBe(5)
    chats.byKey.get('group7')!.hidden = true
    expect(chats.unread).toBe(0)
  })

  test('remember the first that calls the user, until it is read', () => {
    const chats = useChats()
    const group = () => chats.byKey.get('group7')!
    const called = { seen: false, mentionsMe: true }
    chats.arrived(message(GROUP, 1), called)
    chats.arrived(message(GROUP, 2), called)
    expect(group().mentionMid).toBe(101)
    chats.arrived(message(GROUP, 3), called)
    chats.readElsewhere({ type: 'group', id: '7', uid: ME, seq: 3, unread_count: 0 } as never)
    expect([group().mentionMid, group().unread, group().readSeq]).toEqual([0, 0, 3])
  })

  test('have another one that calls the user when the first is gone: the server says which', async () => {
    const chats = useChats()
    const group = () => chats.byKey.get('group7')!
    learn(entry(GROUP, 10, { unread_count: 3, mention_mid: 102, read_seq: 1, last_seq: 4 }))
    const left = view(GROUP, 10, { unread_count: 2, mention_mid: 104, read_seq: 1, last_seq: 4 })
    const calls = server(async () => left)
    chats.changed(GROUP, 103, 'gone')
    expect(group().mentionMid).toBe(102)
    chats.changed(GROUP, 102, 'gone')
    expect(group()).toMatchObject({ mentionMid: 0, known: true })
    await settled()
    expect(group()).toMatchObject({ mentionMid: 104, unread: 2 })
    expect(calls).toEqual([['pop/chat', { type: 'group', id: 7 }]])
    // Where all is read there is none.
    group().unread = 0
    chats.changed(GROUP, 104, { content: '撤回了', notice: true })
    expect(group().mentionMid).toBe(0)
    expect(calls).toHaveLength(1)
  })

  test('are read, or marked, on another device; positions of others say nothing about it', () => {
    const chats = useChats()
    learn(entry(JERRY, 10, { unread_count: 3 }))
    const read = (seq: number, unread_count?: number | '99+') =>
      chats.readElsewhere({ type: 'friend', id: '50', uid: ME, seq, unread_count } as never)
    read(2)
    expect([jerry().unread, jerry().readSeq]).toEqual([3, 1])
    read(2, '99+')
    expect([jerry().unread, jerry().readSeq]).toEqual([100, 2])
    read(4, 0)
    expect([jerry().unread, jerry().readSeq]).toEqual([0, 4])
  })

  test('are read at once here, and unread again when the server refuses', async () => {
    const chats = useChats()
    learn(entry(JERRY, 10, { unread_count: 3, mention_mid: 5, last_seq: 8 }))
    let answer = Promise.withResolvers<unknown>()
    const calls = server(() => answer.promise)
    const reading = chats.markRead(JERRY)
    expect([jerry().unread, jerry().mentionMid, jerry().readSeq]).toEqual([0, 0, 8])
    answer.reject(new Error('no'))
    await expect(reading).rejects.toThrow('no')
    expect([jerry().unread, jerry().mentionMid, jerry().readSeq]).toEqual([3, 5, 1])
    answer = Promise.withResolvers()
    answer.resolve([])
    await chats.markRead(JERRY)
    await chats.markUnread(JERRY)
    expect(jerry().unread).toBe(1)
    expect(calls.at(-1)).toEqual(['friend/update', { friend_uid: 50, unread_count: 1 }])
  })
})
