import { beforeEach, describe, expect, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { entry, GROUP, JERRY, jerry, learn, ME, message, NEW, server } from './chats.fixture.ts'
import { useChats } from './chats.ts'

beforeEach(() => {
  setActivePinia(createPinia())
  server()
})

describe('unread messages', () => {
  test('are counted, but not one’s own, notices, those that are seen, or those that came already', () => {
    const chats = useChats()
    learn(entry(JERRY, 10))
    chats.arrived(message(JERRY, 2), NEW)
    chats.arrived(message(JERRY, 2), NEW)
    chats.arrived(message(JERRY, 3, { sub_type: 'notice' }), NEW)
    chats.arrived(message(JERRY, 4), { seen: true, mentionsMe: false })
    expect([jerry().unread, jerry().readSeq, jerry().lastSeq]).toEqual([1, 1, 4])
    chats.arrived(message(JERRY, 5, { from: String(ME), to: '50' }), NEW)
    expect([jerry().unread, jerry().readSeq]).toEqual([1, 5])
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

  test('remember the first that calls the user, until it is read or gone', () => {
    const chats = useChats()
    const group = () => chats.byKey.get('group7')!
    const called = { seen: false, mentionsMe: true }
    chats.arrived(message(GROUP, 1), called)
    chats.arrived(message(GROUP, 2), called)
    expect(group().mentionMid).toBe(101)
    chats.changed(GROUP, 101, 'gone')
    expect(group().mentionMid).toBe(0)
    chats.arrived(message(GROUP, 3), called)
    chats.readElsewhere({ type: 'group', id: '7', uid: ME, seq: 3, unread_count: 0 } as never)
    expect([group().mentionMid, group().unread, group().readSeq]).toEqual([0, 0, 3])
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
