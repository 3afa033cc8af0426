import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ChatEntry } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* The whole list of chats, in pages: pop/get shows its top alone. */

let site: TestSite
let queries = 0

beforeAll(async () => {
  site = await startSite({ onQuery: () => queries++ })
})
afterAll(() => site.close())

interface Page {
  list: ChatEntry[]
  next_cursor: string
}

const page = (user: TestUser, parameters = {}) => site.as(user).ok<Page>('pop/chats', parameters)
const ids = ({ list }: Page) => list.map(({ type, id }) => `${type}${id}`)
const say = (from: TestUser, to: TestUser, content = '话') =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })

/** Reads the list to its end. */
async function allPages(user: TestUser, limit: number): Promise<Page[]> {
  const pages = [await page(user, { limit })]
  while (pages.at(-1)!.next_cursor !== '')
    pages.push(await page(user, { limit, cursor: pages.at(-1)!.next_cursor }))
  return pages
}

/** A user with a chat with each of so many strangers, who wrote one after the other; gives them newest first. */
async function withChats(count: number): Promise<{ me: TestUser; others: TestUser[] }> {
  const me = await site.user()
  const others = await site.users(count)
  for (const other of others) await say(other, me)
  return { me, others: others.toReversed() }
}

/** The same for many, past the door of sending. All messages have the same time. */
async function withManyChats(count: number): Promise<TestUser> {
  const { db, conversations, users } = site.services
  const me = await site.user()
  const rest = {
    subType: 'message' as const,
    quoteMid: 0,
    quoteContent: '',
    uniqueId: null,
    auto: 0 as const,
  }
  for (let i = 0; i < count; i++) {
    const other = await users.create({
      username: `list${me.uid}x${i}`,
      nickname: `第${i}位`,
      password_hash: '',
    })
    const conversationId = await conversations.ensureDirect(me.uid, other.uid)
    await db.append({ conversationId, from: other.uid, content: `${i}`, at: 1_700_000_000_000, ...rest })
  }
  return me
}

describe('pop/chats', () => {
  test('has the entries of pop/get, in its order', async () => {
    const { me, others } = await withChats(4)
    const gid = await site.group(others[0]!, me)
    await site.befriend(me, others[3]!)
    await site.as(me).ok('friend/update', { friend_uid: others[2]!.uid, top: 1 })
    await site.as(me).ok('friend/update', { friend_uid: others[1]!.uid, muted: 1 })
    const { list, next_cursor } = await page(me)
    expect(list).toEqual(Object.values((await site.as(me).ok('pop/get')).chatting))
    expect(list).toHaveLength(5)
    expect(list[0]).toMatchObject({ id: others[2]!.uid, top: 1, unread_count: 1, items: [{ content: '话' }] })
    expect(list.find(({ type }) => type === 'group')).toMatchObject({ id: gid, key: `group-${gid}` })
    expect(next_cursor).toBe('')
  })

  test('comes in pages without a gap or a repeat, also across the pinned ones', async () => {
    const { me, others } = await withChats(7)
    for (const index of [6, 3, 1])
      await site.as(me).ok('friend/update', { friend_uid: others[index]!.uid, top: 1 })
    const expected = [1, 3, 6, 0, 2, 4, 5].map((index) => `friend${others[index]!.uid}`)
    for (const limit of [1, 2, 3, 7, 100]) {
      const pages = await allPages(me, limit)
      expect(pages.flatMap(ids)).toEqual(expected)
      expect(pages).toHaveLength(Math.ceil(7 / limit))
    }
  })

  test('new messages between two pages put no chat on both, and leave out none that did not move', async () => {
    const { me, others } = await withChats(6)
    const first = await page(me, { limit: 3 })
    await say(others[0]!, me)
    await say(others[5]!, me)
    await say(await site.user(), me)
    const second = await page(me, { limit: 3, cursor: first.next_cursor })
    expect(ids(second)).toEqual([others[3]!, others[4]!].map(({ uid }) => `friend${uid}`))
    expect(second.next_cursor).toBe('')
  })

  test('leaves out what is hidden, and is empty for somebody new', async () => {
    const { me, others } = await withChats(3)
    await site.as(me).ok('pop/delchat', { id: others[1]!.uid, type: 'friend' })
    expect(ids(await page(me))).toEqual([others[0]!, others[2]!].map(({ uid }) => `friend${uid}`))
    expect(await page(await site.user())).toEqual({ list: [], next_cursor: '' })
  })

  test('500 chats of the same time are all there, and a page costs as many queries as one of a few', async () => {
    const me = await withManyChats(500)
    const pages = await allPages(me, 100)
    expect(pages.map(({ list }) => list.length)).toEqual([100, 100, 100, 100, 100])
    expect(new Set(pages.flatMap(ids)).size).toBe(500)
    const few = await withManyChats(3)
    const cost = async (user: TestUser, parameters: object) => {
      await site.services.reload()
      const before = queries
      await page(user, parameters)
      return queries - before
    }
    const least = await cost(few, {})
    expect(await cost(me, { limit: 100 })).toBe(least)
    expect(await cost(me, { limit: 100, cursor: pages[2]!.next_cursor })).toBe(least)
  }, 300_000)

  test('works for a server key and over the websocket', async () => {
    const { me, others } = await withChats(2)
    const expected = await page(me, { limit: 1 })
    expect(await site.api(me).ok('pop/chats', { limit: 1 })).toEqual(expected)
    const ear = await site.listen(me)
    const params = { limit: 1, cursor: expected.next_cursor }
    ear.send('parley:call', { id: 1, path: 'pop/chats', params })
    expect(ids((await ear.next('parley:result')).data)).toEqual([`friend${others[1]!.uid}`])
  })
})

describe('who may not', () => {
  test('visitors sign in; a key names its user; an unknown one is 101', async () => {
    expect(await site.visitor().code('pop/chats')).toBe(-1)
    expect(await site.api().code('pop/chats')).toBe(1)
    expect(await site.api(999_999).code('pop/chats')).toBe(101)
  })

  test.each([
    [{ limit: 0 }],
    [{ limit: 101 }],
    [{ limit: 'x' }],
    [{ cursor: 'x' }],
    [{ cursor: '!!!!' }],
    [{ cursor: Buffer.from('2.1.1').toString('base64url') }],
    [{ cursor: Buffer.from('1.1.1 or 1=1').toString('base64url') }],
    [{ cursor: Buffer.from('1.1').toString('base64url') }],
    [{ cursor: 'a'.repeat(101) }],
  ])('%j: code 2', async (parameters) => {
    expect(await site.as(await site.user()).code('pop/chats', parameters)).toBe(2)
  })
})
