import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type ChatEntry, mentionLink } from '@parley/contract'
import { newChat } from './chat.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Deleting a chat for oneself: `clear` of pop/delchat. */

let site: TestSite
let queries = 0

beforeAll(async () => {
  site = await startSite({ onQuery: () => queries++ })
})
afterAll(() => site.close())

type Address = { id: number; type: 'friend' | 'group' }

const withUser = ({ uid }: TestUser): Address => ({ id: uid, type: 'friend' })
const say = (from: TestUser, { id, type }: Address, content: string, more = {}) =>
  site.as(from).ok('message/send', { to: id, type, content, ...more })
const clear = (user: TestUser, chat: Address) => site.as(user).ok('pop/delchat', { ...chat, clear: 1 })
const contents = (messages: { content: string }[]) => messages.map(({ content }) => content)
const read = async (user: TestUser, chat: Address, more = {}) =>
  contents(await site.as(user).ok('message/get', { ...chat, peek: 1, ...more }))
const since = (user: TestUser, chat: Address, more: { seq: number; limit?: number }) =>
  site.as(user).ok('message/since', { ...chat, ...more })

/** As pop/get tells it, which must be what pop/chats tells. */
async function entryOf(user: TestUser, { id, type }: Address): Promise<ChatEntry | undefined> {
  const entry: ChatEntry | undefined = (await site.as(user).ok('pop/get')).chatting[`${type}${id}`]
  const { list } = await site.as(user).ok<{ list: ChatEntry[] }>('pop/chats', { limit: 100 })
  expect(list.find((other) => other.id === id && other.type === type)).toEqual(entry!)
  return entry
}

describe('a chat that its user has deleted', () => {
  test('is gone with everything in it, for them alone', async () => {
    const { a, b } = await newChat(site, ['一', '二', '三'])
    await clear(b, withUser(a))
    expect(await entryOf(b, withUser(a))).toBeUndefined()
    expect(await read(b, withUser(a))).toEqual([])
    expect(await site.as(b).ok('message/unreadcount', withUser(a))).toBe(0)
    expect(await read(a, withUser(b))).toEqual(['一', '二', '三'])
    expect((await entryOf(a, withUser(b)))?.items[0]?.content).toBe('三')
  })

  test('comes back with its next message, and holds nothing else', async () => {
    const { a, b } = await newChat(site, ['一', '二'])
    await clear(b, withUser(a))
    const { mid } = await say(a, withUser(b), '三')
    expect(await entryOf(b, withUser(a))).toMatchObject({ unread_count: 1, items: [{ content: '三' }] })
    expect(await read(b, withUser(a))).toEqual(['三'])
    expect(await read(b, withUser(a), { mid })).toEqual([])
    const around = await site.as(b).ok('message/around', { ...withUser(a), mid })
    expect(around).toMatchObject({ messages: [{ content: '三' }], before: 0, after: 0 })
    await clear(b, withUser(a))
    expect(await read(b, withUser(a))).toEqual([])
  })

  test('shows no last message when it is taken into the list again', async () => {
    const { a, b } = await newChat(site, ['一'])
    await clear(b, withUser(a))
    await site.as(b).ok('friend/update', { friend_uid: a.uid, state: 'chatting' })
    expect(await entryOf(b, withUser(a))).toMatchObject({ items: [], unread_count: 0, last_seq: 1 })
  })

  test('jumps to nothing, and lets nothing be quoted; quotes that are there stay as text', async () => {
    const { a, b, mids } = await newChat(site, ['一'])
    await clear(b, withUser(a))
    const [mid] = mids as [number]
    expect(await site.as(b).code('message/around', { ...withUser(a), mid })).toBe(
      await site.as(b).code('message/around', { ...withUser(a), mid: 999_999 }),
    )
    const quote = { to: a.uid, type: 'friend', content: '引用', quote_mid: mid }
    const unknown = { ...quote, quote_mid: 999_999 }
    const refused = await site.as(b).code('message/send', quote)
    expect(refused).not.toBe(0)
    expect(refused).toBe(await site.as(b).code('message/send', unknown))
    await say(a, withUser(b), '看这个', { quote_mid: mid })
    const rows = await site.as(b).ok('message/get', withUser(a))
    expect(rows).toMatchObject([{ content: '看这个', quote_mid: mid, quote_content: '一' }])
  })

  test('leaves no gap to somebody who catches up', async () => {
    const { a, b } = await newChat(site, ['一', '二', '三'])
    await clear(b, withUser(a))
    expect(await since(b, withUser(a), { seq: 1 })).toEqual({
      messages: [],
      ...{ through_seq: 3, last_seq: 3, more: 0 },
    })
    await say(a, withUser(b), '四')
    await say(a, withUser(b), '五')
    const page = await since(b, withUser(a), { seq: 0, limit: 1 })
    expect(contents(page.messages)).toEqual(['四'])
    expect(page).toMatchObject({ through_seq: 4, last_seq: 5, more: 1 })
    const rest = await since(b, withUser(a), { seq: page.through_seq })
    expect(contents(rest.messages)).toEqual(['五'])
    expect(rest).toMatchObject({ through_seq: 5, last_seq: 5, more: 0 })
  })

  test('is not unread again when the read position goes back, and was not read by being deleted', async () => {
    const { a, b } = await newChat(site, ['一', '二'])
    await clear(b, withUser(a))
    expect((await site.as(a).ok('message/readstate', withUser(b))).seq).toBe(0)
    await say(a, withUser(b), '三')
    await site.as(b).ok('friend/update', { friend_uid: a.uid, last_read_time: 1 })
    expect(await entryOf(b, withUser(a))).toMatchObject({ unread_count: 1, read_seq: 2 })
  })

  test('in a group: no mention, no history, and the others keep it', async () => {
    const [tom, jerry] = (await site.users(2)) as [TestUser, TestUser]
    const group: Address = { id: await site.group(tom, jerry), type: 'group' }
    const call = () => say(tom, group, mentionLink(jerry.uid, jerry.nickname))
    await call()
    expect((await entryOf(jerry, group))?.mention_mid).toBeGreaterThan(0)
    await clear(jerry, group)
    await say(tom, group, '新的')
    expect(await entryOf(jerry, group)).toMatchObject({ mention_mid: 0, unread_count: 1 })
    await site.as(jerry).ok('group/memberupdate', { gid: group.id, unread_count: 3 })
    expect((await entryOf(jerry, group))?.mention_mid).toBe(0)
    expect(await read(jerry, group)).toEqual(['新的'])
    expect((await read(tom, group)).length).toBeGreaterThan(2)
    const { mid } = await call()
    expect((await entryOf(jerry, group))?.mention_mid).toBe(mid)
  })

  test('asks nothing of a member any more', async () => {
    const member = await site.user({ is_member: 1 })
    const visitor = await site.user()
    await say(visitor, withUser(member), '在吗')
    await clear(member, withUser(visitor))
    await site.as(member).ok('friend/update', { friend_uid: visitor.uid, state: 'chatting' })
    expect(await site.as(member).ok('pop/waiting')).toEqual([])
    await say(visitor, withUser(member), '还在吗')
    expect(await site.as(member).ok<{ id: number }[]>('pop/waiting')).toMatchObject([{ id: visitor.uid }])
  })
})

describe('other devices', () => {
  test('are told up to where it is gone, and nobody else is; nothing comes when nothing is new', async () => {
    const { a, b } = await newChat(site, ['一', '二'])
    const own = await site.listen(b, `user-${b.uid}`)
    const others = await site.listen(a, `user-${a.uid}`)
    const told = { type: 'friend' as const, id: `${a.uid}`, top: 0 as const, muted: 0 as const, last_seq: 2 }
    await clear(b, withUser(a))
    expect(await own.next('chatUpdate')).toEqual({ ...told, hidden: 1, cleared_seq: 2 })
    await clear(b, withUser(a))
    await own.barrier()
    expect(own.heard('chatUpdate')).toBe(false)
    await site.as(b).ok('friend/update', { friend_uid: a.uid, state: 'chatting' })
    expect(await own.next('chatUpdate')).toEqual({ ...told, hidden: 0, cleared_seq: 2 })
    await others.barrier()
    expect(others.heard('chatUpdate')).toBe(false)
    expect(others.heard('read')).toBe(false)
  })

  test('a chat that is hidden already is deleted, too', async () => {
    const { a, b } = await newChat(site, ['一'])
    await site.as(b).ok('pop/delchat', withUser(a))
    expect(await read(b, withUser(a))).toEqual(['一'])
    await clear(b, withUser(a))
    expect(await read(b, withUser(a))).toEqual([])
  })
})

test('clear 0 and an empty one hide only; anything else is refused', async () => {
  const { a, b } = await newChat(site, ['一'])
  for (const value of [0, '']) {
    await site.as(b).ok('pop/delchat', { ...withUser(a), clear: value })
    expect(await read(b, withUser(a))).toEqual(['一'])
  }
  expect(await site.as(b).code('pop/delchat', { ...withUser(a), clear: 'x' })).toBe(2)
})

test('the list costs as many queries with many deleted chats as with one', async () => {
  const count = async (chats: number): Promise<number> => {
    const me = await site.user()
    for (const other of await site.users(chats)) {
      await say(other, withUser(me), '旧')
      await clear(me, withUser(other))
      await say(other, withUser(me), '新')
    }
    await site.services.reload()
    const before = queries
    const { chatting } = await site.as(me).ok('pop/get')
    const used = queries - before
    expect(Object.values<ChatEntry>(chatting).map(({ items }) => items[0]?.content)).toEqual(
      Array(chats).fill('新'),
    )
    return used
  }
  const one = await count(1)
  expect(await count(12)).toBe(one)
})
