import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Pinning, muting and hiding a chat: the user's other devices follow, nobody else hears of it. */

let site: TestSite
let tom: TestUser
let jerry: TestUser
let stranger: TestUser

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry, stranger] = (await site.users(3)) as [TestUser, TestUser, TestUser]
  await site.befriend(tom, jerry)
  for (const other of [jerry, stranger])
    await site.as(other).ok('message/send', { to: tom.uid, type: 'friend', content: '话' })
})
afterAll(() => site.close())

const ownEar = (user: TestUser) => site.listen(user, `user-${user.uid}`)
const entryOf = async (key: string) => (await site.as(tom).ok('pop/get')).chatting[key]

/** What can be done to a chat, by kind. */
const CHATS = [
  ['a friend', () => ({ type: 'friend' as const, id: jerry.uid })],
  ['a stranger', () => ({ type: 'friend' as const, id: stranger.uid })],
] as const

describe.each(CHATS)('the chat with %s', (_, address) => {
  const update = (change: object) => site.as(tom).ok('friend/update', { friend_uid: address().id, ...change })

  test('is pinned, muted and hidden, and other devices are told what it is now', async () => {
    const ear = await ownEar(tom)
    const { type, id } = address()
    const now = { type, id: `${id}`, top: 0, muted: 0, hidden: 0, last_seq: expect.any(Number) as number }
    await update({ top: 1 })
    expect(await ear.next('chatUpdate')).toEqual({ ...now, top: 1 })
    await update({ muted: 1 })
    expect(await ear.next('chatUpdate')).toEqual({ ...now, top: 1, muted: 1 })
    expect(await entryOf(`friend${id}`)).toMatchObject({ top: 1, muted: 1 })
    await update({ top: 0, muted: 0, state: 'hidden' })
    expect(await ear.next('chatUpdate')).toEqual({ ...now, hidden: 1 })
    expect(await entryOf(`friend${id}`)).toBeUndefined()
    await update({ state: 'chatting' })
    expect(await ear.next('chatUpdate')).toEqual(now)
    await site.as(tom).ok('pop/delchat', { id, type })
    expect(await ear.next('chatUpdate')).toEqual({ ...now, hidden: 1 })
    await update({ state: 'chatting' })
    await ear.next('chatUpdate')
  })

  test('nobody else hears it, and nothing comes when nothing changed', async () => {
    const [own, others] = [await ownEar(tom), await site.listen(jerry, `user-${jerry.uid}`)]
    await update({ top: 0, muted: 0, state: 'chatting' })
    await own.barrier()
    expect(own.heard('chatUpdate')).toBe(false)
    await update({ top: 1 })
    await update({ top: 0 })
    await others.barrier()
    expect(others.heard('chatUpdate')).toBe(false)
  })

  test('is marked as unread', async () => {
    await update({ unread_count: 1 })
    expect(await entryOf(`friend${address().id}`)).toMatchObject({ unread_count: 1 })
    await update({ unread_count: 0 })
    expect(await entryOf(`friend${address().id}`)).toMatchObject({ unread_count: 0 })
  })
})

describe('a group', () => {
  test('is pinned, muted, hidden and marked as unread, for its member alone', async () => {
    const gid = await site.group(tom, jerry)
    const [own, others] = [await ownEar(tom), await site.listen(jerry, `user-${jerry.uid}`, `group-${gid}`)]
    const update = (change: object) => site.as(tom).ok('group/memberupdate', { gid, ...change })
    const now = { type: 'group' as const, id: `${gid}`, top: 0, muted: 0, hidden: 0, last_seq: 1 }
    await update({ top: 1, muted: 1 })
    expect(await own.next('chatUpdate')).toEqual({ ...now, top: 1, muted: 1 })
    await site.as(tom).ok('pop/delchat', { id: gid, type: 'group' })
    expect(await own.next('chatUpdate')).toEqual({ ...now, top: 1, muted: 1, hidden: 1 })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '话' })
    await update({ unread_count: 0 })
    expect(await entryOf(`group${gid}`)).toMatchObject({ top: 1, muted: 1, unread_count: 0 })
    await update({ unread_count: 1, top: 0 })
    expect(await own.next('chatUpdate')).toEqual({ ...now, muted: 1, last_seq: 2 })
    expect(await entryOf(`group${gid}`)).toMatchObject({ top: 0, unread_count: 1 })
    await others.barrier()
    expect(others.heard('chatUpdate')).toBe(false)
    expect(await site.as(stranger).code('group/memberupdate', { gid, unread_count: 1 })).toBe(2)
    expect(await site.as(tom).code('group/memberupdate', { gid, unread_count: -1 })).toBe(2)
    expect(await site.as(tom).code('group/memberupdate', { gid })).toBe(1)
  })

  test('two devices that change different things at once undo nothing of each other', async () => {
    const gid = await site.group(tom, jerry)
    const own = await ownEar(tom)
    const update = (change: object) => site.as(tom).ok('group/memberupdate', { gid, ...change })
    await Promise.all([
      update({ top: 1 }),
      update({ muted: 1 }),
      site.as(tom).ok('group/remark', { gid, remark: '家' }),
    ])
    expect(await entryOf(`group${gid}`)).toMatchObject({ top: 1, muted: 1, name: '家' })
    const told = [await own.next('chatUpdate'), await own.next('chatUpdate')]
    expect(told).toContainEqual(expect.objectContaining({ top: 1, muted: 1 }))
  })
})

test('the end of a friendship takes the chat out of the lists of both, on every device', async () => {
  const [a, b] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(a, b)
  const ears = [await ownEar(a), await ownEar(b)]
  await site.as(a).ok('friend/delete', { friend_uid: b.uid })
  for (const ear of ears) expect((await ear.next('chatUpdate')).hidden).toBe(1)
  await site.befriend(a, b)
  for (const ear of ears) expect((await ear.next('chatUpdate')).hidden).toBe(0)
})
