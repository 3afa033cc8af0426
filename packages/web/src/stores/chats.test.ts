import { beforeEach, describe, expect, setSystemTime, test } from 'bun:test'
import { until } from '@vueuse/core'
import { createPinia, setActivePinia } from 'pinia'
import { storage } from '@/browser/page.fixture.ts'
import { entry, GROUP, JERRY, jerry, keys, learn, message, NEW, SPIKE, server } from './chats.fixture.ts'
import { useChats } from './chats.ts'
import { useDrafts } from './drafts.ts'
import { useGroups } from './groups.ts'
import { useMessages } from './messages.ts'
import { usePeople } from './people.ts'

beforeEach(() => {
  storage.removeItem('parley:draft:9:friend51')
  setActivePinia(createPinia())
  server()
})

describe('the list of chats', () => {
  test('has the pinned ones on top, then the newest, by draft or by message', () => {
    learn(entry(JERRY, 10), entry(SPIKE, 20), entry(GROUP, 30))
    expect(keys()).toEqual(['group7', 'friend51', 'friend50'])
    jerry().pinned = true
    expect(keys()).toEqual(['friend50', 'group7', 'friend51'])
    setSystemTime(1_700_000_040_000)
    useDrafts().set('friend51', { text: '写了一半' })
    expect(keys()).toEqual(['friend50', 'friend51', 'group7'])
    jerry().hidden = true
    expect(keys()).toEqual(['friend51', 'group7'])
  })

  test('has hidden and new chats in which something is written, until they are taken off it', async () => {
    setSystemTime(1_700_000_040_000)
    const chats = useChats()
    learn(entry(JERRY, 10), entry(SPIKE, 20))
    jerry().hidden = true
    expect(keys()).toEqual(['friend51'])
    const drafts = useDrafts()
    drafts.set('friend50', { text: '写了一半' })
    expect(keys()).toEqual(['friend50', 'friend51'])
    await chats.hide(JERRY)
    expect(keys()).toEqual(['friend51'])
    setActivePinia(createPinia())
    learn(entry(SPIKE, 20))
    usePeople().learn({ uid: 50, nickname: '小老鼠' })
    expect(keys()).toEqual(['friend51'])
    // Written on: it is no longer put aside. The list knows nothing of this chat but who it is with.
    useDrafts().set('friend50', { text: '写了一半多' })
    expect(keys()).toEqual(['friend50', 'friend51'])
    expect(useChats().list[0]).toMatchObject({ id: 50, type: 'friend', unread: 0 })
    useDrafts().set('friend50', { text: '' })
    expect(keys()).toEqual(['friend51'])
  })

  test('orders what was said in the same second by its place', () => {
    const chats = useChats()
    learn(entry(JERRY, 10), entry(SPIKE, 10))
    chats.arrived(message(JERRY, 2, { timestamp: 1_700_000_050 }), NEW)
    chats.arrived(message(GROUP, 1, { mid: 200, timestamp: 1_700_000_050 }), NEW)
    expect(keys()).toEqual(['group7', 'friend50', 'friend51'])
  })

  test('is what the server says after a connect', async () => {
    const chats = useChats()
    learn(entry(JERRY, 10), entry(SPIKE, 20))
    expect([chats.loaded, chats.cursor]).toEqual([true, undefined])
    learn(entry(JERRY, 10, { unread_count: '99+', muted: 1 }))
    expect([keys(), jerry().unread, jerry().muted]).toEqual([['friend50'], 100, true])
  })

  test('reads on where there are more', async () => {
    const chats = useChats()
    const many = Array.from({ length: 30 }, (_, index) => entry({ type: 'friend', id: 100 + index }, index))
    learn(...many)
    const calls = server(async () => ({ list: [entry(JERRY, 0)], next_cursor: '' }))
    await chats.loadMore()
    await chats.loadMore()
    expect(calls).toEqual([['pop/chats', { limit: 100, cursor: '' }]])
    expect([keys().length, chats.cursor]).toEqual([31, undefined])
  })

  test('calls people and groups as they are known', () => {
    const chats = useChats()
    learn(entry(JERRY, 10), entry(GROUP, 10))
    expect(chats.title(jerry())).toBe('聊天 50')
    usePeople().learn({ uid: 50, nickname: '小老鼠', avatar: '/new.png' })
    expect([chats.title(jerry()), chats.picture(jerry())]).toEqual(['小老鼠', '/new.png'])
    usePeople().learn({ uid: 50, remark: '杰瑞' })
    useGroups().learn({ gid: 7, name: '邻居', avatar: '' })
    expect([chats.title(jerry()), chats.title(chats.byKey.get('group7')!)]).toEqual(['杰瑞', '邻居'])
  })
})

describe('a chat', () => {
  test('is pinned, muted and hidden at once, and as before when the server refuses', async () => {
    const chats = useChats()
    learn(entry(JERRY, 10), entry(GROUP, 20))
    const calls = server()
    await chats.pin(JERRY, true)
    await chats.mute(GROUP, true)
    await chats.hide(JERRY)
    expect(calls).toEqual([
      ['friend/update', { friend_uid: 50, top: 1 }],
      ['group/memberupdate', { gid: 7, muted: 1 }],
      ['pop/delchat', { id: 50, type: 'friend' }],
    ])
    expect([jerry().pinned, chats.byKey.get('group7')!.muted, keys()]).toEqual([true, true, ['group7']])
    server(() => Promise.reject(new Error('no')))
    await expect(chats.pin(JERRY, false)).rejects.toThrow()
    await expect(chats.show(JERRY)).rejects.toThrow()
    expect([jerry().pinned, jerry().hidden]).toEqual([true, true])
  })

  test('that is hidden comes back with its next message', async () => {
    const chats = useChats()
    learn(entry(JERRY, 10))
    await chats.hide(JERRY)
    chats.arrived(message(JERRY, 2), NEW)
    expect([keys(), jerry().unread, jerry().last?.content]).toEqual([['friend50'], 1, '第 2 句'])
  })

  test('that another device has hidden before its newest message stays', () => {
    const chats = useChats()
    learn(entry(JERRY, 10))
    chats.arrived(message(JERRY, 2), NEW)
    const hidden = { type: 'friend', id: '50', top: 0, muted: 0, hidden: 1 } as const
    chats.updated({ ...hidden, last_seq: 1 } as never)
    expect(keys()).toEqual(['friend50'])
    chats.updated({ ...hidden, last_seq: 2, top: 1 } as never)
    expect([keys(), jerry().pinned]).toEqual([[], true])
  })

  test('that is deleted has nothing left, here or from another device', async () => {
    const chats = useChats()
    learn(
      entry(JERRY, 10, { unread_count: 1, mention_mid: 11 }),
      entry(GROUP, 20, { unread_count: 5, last_seq: 9 }),
    )
    await chats.remove(JERRY)
    expect([jerry().last, jerry().unread, jerry().mentionMid, jerry().hidden]).toEqual([
      undefined,
      0,
      0,
      true,
    ])
    const group = chats.byKey.get('group7')!
    chats.updated({
      type: 'group',
      id: '7',
      top: 0,
      muted: 0,
      hidden: 0,
      last_seq: 9,
      cleared_seq: 7,
    } as never)
    expect([group.last, group.unread]).toEqual([undefined, 2])
  })

  test('shows a revoked message as such', () => {
    const chats = useChats()
    chats.arrived(message(JERRY, 1), NEW)
    chats.changed(JERRY, 999, 'gone')
    chats.changed(JERRY, 101, { content: '撤回了一条消息', notice: true })
    expect(jerry().last).toMatchObject({ content: '撤回了一条消息', notice: true, mid: 101 })
  })

  test('keeps its place when its newest message is deleted, and shows the one before it', async () => {
    learn(entry(JERRY, 50), entry(SPIKE, 60))
    useMessages().arrived(message(JERRY, 2))
    expect(keys()).toEqual(['friend50', 'friend51'])
    const row = { mid: 51, seq: 1, from: '50', name: '', content: '你好', timestamp: 1_700_000_050 }
    const calls = server(async () => [{ ...row, sub_type: 'message', quote_mid: 0, quote_content: '' }])
    useMessages().deleted({ type: 'friend', id: '50', mid: 102, uid: '9', ty: 1 })
    expect(keys()).toEqual(['friend50', 'friend51'])
    await until(() => jerry().last !== undefined).toBe(true)
    expect(jerry().last).toMatchObject({ mid: 51, content: '你好' })
    expect(calls).toEqual([['message/get', { type: 'friend', id: 50, limit: 1, peek: 1 }]])
    expect(keys()).toEqual(['friend50', 'friend51'])
  })

  test('has no line when nothing is left in it, and one again with the next message', async () => {
    learn(entry(JERRY, 50), entry(SPIKE, 40))
    const calls = server()
    useMessages().deleted({ type: 'friend', id: '50', mid: 51, uid: '9', ty: 1 })
    await until(() => calls.length).toBe(1)
    expect([keys(), jerry().last]).toEqual([['friend50', 'friend51'], undefined])
    useMessages().arrived(message(JERRY, 2))
    expect(jerry().last).toMatchObject({ mid: 102 })
  })

  test('of a stranger gets name and picture from the message', () => {
    useChats().arrived(message(JERRY, 1), NEW)
    expect([jerry().name, jerry().avatar, keys()]).toEqual(['小老鼠', '/50.png', ['friend50']])
  })
})
