import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ReadEvent } from '@parley/contract'
import { type Listener, startSite, type TestSite, type TestUser } from './harness.ts'

/* How far a chat is read: what one's own devices are told of it, and the other person of a one-to-one chat. */

let site: TestSite
const statements: string[] = []

beforeAll(async () => {
  site = await startSite({ onQuery: (sql) => statements.push(sql) })
})
afterAll(() => site.close())

interface Pair {
  a: TestUser
  b: TestUser
  /** What each of them hears on the own channel. */
  ears: { a: Listener; b: Listener }
}

async function pairOf(areFriends = true): Promise<Pair> {
  const [a, b] = (await site.users(2)) as [TestUser, TestUser]
  if (areFriends) await site.befriend(a, b)
  const ears = { a: await site.listen(a, `user-${a.uid}`), b: await site.listen(b, `user-${b.uid}`) }
  return { a, b, ears }
}

const say = (from: TestUser, to: TestUser, content = '话') =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })
const read = (reader: TestUser, peer: TestUser) =>
  site.as(reader).ok('message/updateLastReadTime', { id: peer.uid, type: 'friend' })
const readState = async (user: TestUser, peer: TestUser): Promise<number> =>
  (await site.as(user).ok('message/readstate', { id: peer.uid, type: 'friend' })).seq
const setReceipts = (user: TestUser, read_receipts: 0 | 1) =>
  site.as(user).ok('user/update', { read_receipts })

/** Everything heard so far of how far chats are read. */
async function heard(ear: Listener): Promise<ReadEvent[]> {
  await ear.barrier()
  const events: ReadEvent[] = []
  while (ear.heard('read')) events.push(await ear.next('read'))
  return events
}

describe('a friend reads', () => {
  test('the other person hears how far, and the reader’s own devices that nothing is unread', async () => {
    const { a, b, ears } = await pairOf()
    await say(a, b)
    const { seq } = await say(a, b)
    await read(b, a)
    const move = { type: 'friend', uid: `${b.uid}`, seq, timestamp: expect.any(Number) } as const
    expect(await heard(ears.a)).toEqual([{ ...move, id: `${b.uid}` }])
    expect(await heard(ears.b)).toEqual([{ ...move, id: `${a.uid}`, unread_count: 0 }])
    expect(await readState(a, b)).toBe(seq)
    expect(await readState(b, a)).toBe(seq)
  })

  test('also with message/get and friend/update; the time is in seconds', async () => {
    const { a, b, ears } = await pairOf()
    const seqs = [await say(a, b), await say(a, b)].map(({ seq }) => seq)
    const before = Math.floor(Date.now() / 1000)
    await site.as(b).ok('message/get', { id: a.uid, type: 'friend' })
    const [event] = await heard(ears.a)
    expect(event!.seq).toBe(seqs[1]!)
    expect(event!.timestamp - before).toBeLessThan(60)
    const { seq } = await say(a, b)
    await site.as(b).ok('friend/update', { friend_uid: a.uid, last_read_time: before + 60 })
    expect((await heard(ears.a)).map((event) => event.seq)).toEqual([seq])
    const more = [await say(a, b), await say(a, b), await say(a, b)]
    await site.as(b).ok('friend/update', { friend_uid: a.uid, unread_count: 1 })
    expect((await heard(ears.a)).map((event) => event.seq)).toEqual([more[1]!.seq])
    expect((await heard(ears.b)).at(-1)).toMatchObject({ seq: more[1]!.seq, unread_count: 1 })
  })

  test('one push for each real move: nothing when there was nothing new, once when two devices read at once', async () => {
    const { a, b, ears } = await pairOf()
    await say(a, b)
    await Promise.all(Array.from({ length: 8 }, () => read(b, a)))
    await read(b, a)
    await site.as(b).ok('message/get', { id: a.uid, type: 'friend' })
    expect(await heard(ears.a)).toHaveLength(1)
    expect(await heard(ears.b)).toHaveLength(1)
  })

  test('reading when there is nothing new costs one look-up and no write', async () => {
    const { a, b } = await pairOf()
    await say(a, b)
    await read(b, a)
    statements.length = 0
    await read(b, a)
    expect(statements.filter((sql) => /membership/.test(sql))).toHaveLength(1)
    expect(statements.filter((sql) => /^(update|insert|delete)/i.test(sql))).toEqual([])
  })

  test('a message of theirs says it by itself: no push, but the position is known', async () => {
    const { a, b, ears } = await pairOf()
    await say(a, b)
    const { seq } = await say(b, a)
    expect(await heard(ears.a)).toEqual([])
    expect(await readState(a, b)).toBe(seq)
    await read(b, a)
    expect(await heard(ears.a)).toEqual([])
  })

  test('marking as unread is told to the own devices alone, and takes nothing back', async () => {
    const { a, b, ears } = await pairOf()
    await say(a, b)
    const { seq } = await say(a, b)
    await read(b, a)
    await heard(ears.a)
    await heard(ears.b)
    await site.as(b).ok('friend/update', { friend_uid: a.uid, unread_count: 1 })
    expect(await site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })).toBe(1)
    expect(await heard(ears.b)).toMatchObject([{ seq: seq - 1, unread_count: 1 }])
    expect(await readState(a, b)).toBe(seq)
    await read(b, a)
    expect(await heard(ears.b)).toMatchObject([{ seq, unread_count: 0 }])
    expect(await heard(ears.a)).toEqual([])
    const next = await say(a, b)
    await read(b, a)
    expect((await heard(ears.a)).map((event) => event.seq)).toEqual([next.seq])
  })
})

describe('who may know', () => {
  test('either of the two switches it off for both, and on again; own devices go on hearing', async () => {
    const { a, b, ears } = await pairOf()
    for (const off of [a, b]) {
      await setReceipts(off, 0)
      await say(a, b)
      await read(b, a)
      await say(b, a)
      await read(a, b)
      expect((await heard(ears.a)).map(({ uid }) => uid)).toEqual([`${a.uid}`])
      expect((await heard(ears.b)).map(({ uid }) => uid)).toEqual([`${b.uid}`])
      expect([await readState(a, b), await readState(b, a)]).toEqual([0, 0])
      await setReceipts(off, 1)
    }
    const { seq } = await say(a, b)
    await read(b, a)
    expect((await heard(ears.a)).at(-1)).toMatchObject({ uid: `${b.uid}`, seq })
    expect(await readState(a, b)).toBe(seq)
  })

  test('strangers in a temporary chat do; who ended the friendship does not, until they talk again', async () => {
    const { a, b, ears } = await pairOf(false)
    const { seq } = await say(a, b)
    await read(b, a)
    expect(await heard(ears.a)).toMatchObject([{ seq, uid: `${b.uid}` }])
    await site.befriend(a, b)
    await say(a, b)
    await site.as(b).ok('friend/delete', { friend_uid: a.uid })
    await read(b, a)
    expect(await heard(ears.a)).toEqual([])
    expect(await readState(a, b)).toBe(0)
    const again = await say(a, b)
    await read(b, a)
    expect(await heard(ears.a)).toMatchObject([{ seq: again.seq }])
    expect(await readState(a, b)).toBe(again.seq)
  })

  test('nobody but friends where strangers may not talk, and nobody without private chats', async () => {
    const strangers = await pairOf(false)
    const friends = await pairOf()
    for (const { a, b } of [strangers, friends]) await say(a, b)
    await site.set({ stranger_chat: 'off' })
    for (const { a, b } of [strangers, friends]) await read(b, a)
    expect(await heard(strangers.ears.a)).toEqual([])
    expect(await heard(friends.ears.a)).toHaveLength(1)
    expect(await readState(strangers.a, strangers.b)).toBe(0)
    await site.set({ private_chat: 'off' })
    expect(await readState(friends.a, friends.b)).toBe(0)
    await site.set({ stranger_chat: 'on', private_chat: 'on' })
    expect(await readState(strangers.a, strangers.b)).toBe(1)
    expect(await readState(friends.a, friends.b)).toBe(1)
  })

  test('no third person hears it', async () => {
    const { a, b } = await pairOf()
    const third = await site.user()
    await site.befriend(third, a)
    await site.befriend(third, b)
    const ear = await site.listen(third, `user-${third.uid}`)
    await say(a, b)
    await read(b, a)
    expect(await heard(ear)).toEqual([])
    expect(await readState(third, a)).toBe(0)
  })
})

describe('in a group', () => {
  test('only the reader’s own devices hear it', async () => {
    const { a, b, ears } = await pairOf()
    const gid = await site.group(a, b)
    const inside = await site.listen(a, `group-${gid}`)
    const { seq } = await site.as(a).ok('message/send', { to: gid, type: 'group', content: '话' })
    await site.as(b).ok('message/updateLastReadTime', { id: gid, type: 'group' })
    expect(await heard(ears.b)).toEqual([
      ...[
        { type: 'group', id: `${gid}`, uid: `${b.uid}`, seq, timestamp: expect.any(Number), unread_count: 0 },
      ],
    ] as ReadEvent[])
    expect(await heard(ears.a)).toEqual([])
    expect(await heard(inside)).toEqual([])
  })

  test('notices alone are nothing to tell; a group can be marked as unread', async () => {
    const { a, b, ears } = await pairOf()
    const gid = await site.group(a, b)
    await site.as(b).ok('message/get', { id: gid, type: 'group' })
    expect(await heard(ears.b)).toEqual([])
    for (const content of ['一', '二', '三'])
      await site.as(a).ok('message/send', { to: gid, type: 'group', content })
    await site.as(b).ok('message/get', { id: gid, type: 'group' })
    await site.as(b).ok('group/memberupdate', { gid, unread_count: 2 })
    expect(await site.as(b).ok('message/unreadcount', { id: gid, type: 'group' })).toBe(2)
    expect((await heard(ears.b)).map(({ unread_count }) => unread_count)).toEqual([0, 2])
    await site.as(b).ok('group/memberupdate', { gid, unread_count: 2 })
    expect(await heard(ears.b)).toEqual([])
  })
})

describe('message/readstate', () => {
  test('is 0 for who has not read, where no chat has begun, and for nobody', async () => {
    const { a, b } = await pairOf()
    expect(await readState(a, b)).toBe(0)
    await say(a, b)
    expect(await readState(a, b)).toBe(0)
    expect(await readState(a, await site.user())).toBe(0)
    expect(await readState(a, a)).toBe(0)
    expect(await readState(a, { ...b, uid: 999_999 })).toBe(0)
  })

  test.each([
    [{ type: 'friend' }, 1],
    [{ id: 1 }, 1],
    [{ id: 1, type: 'group' }, 2],
    [{ id: 'x', type: 'friend' }, 2],
  ])('%j: code %d', async (parameters, code) => {
    expect(await site.as(await site.user()).code('message/readstate', parameters)).toBe(code)
  })

  test('visitors sign in', async () => {
    expect(await site.visitor().code('message/readstate', { id: 1, type: 'friend' })).toBe(-1)
  })
})

describe('the switch of a person', () => {
  test('is on at first, changed by the own session or a key, and shown to its owner alone', async () => {
    const { a, b } = await pairOf()
    const shown = async (viewer: TestUser, path = 'user/get') =>
      (await site.as(viewer).ok(path, { uid: a.uid })).read_receipts
    expect(await shown(a)).toBe(1)
    await setReceipts(a, 0)
    expect([await shown(a), await shown(a, 'user/detail')]).toEqual([0, 0])
    expect(await shown(b)).toBeUndefined()
    expect(await site.api().ok('user/get', { uid: a.uid })).not.toHaveProperty('read_receipts')
    expect((await site.as(a).ok('user/get', { username: a.username })).read_receipts).toBe(0)
    expect((await site.as(b).ok('user/getbyname', { username: a.username })).read_receipts).toBeUndefined()
    expect((await site.as(b).ok('user/multiGet', { uid: [a.uid] }))[0]).not.toHaveProperty('read_receipts')
    await site.api(a).ok('user/update', { read_receipts: 1 })
    expect(await shown(a)).toBe(1)
    expect(await site.as(a).code('user/update', { read_receipts: 2 })).toBe(2)
  })
})
