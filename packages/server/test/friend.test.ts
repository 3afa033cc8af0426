import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

const DONE = { code: 0, msg: 'ok', data: [] }

async function pair(): Promise<[TestUser, TestUser]> {
  return [await site.user(), await site.user()]
}

async function friends(): Promise<[TestUser, TestUser]> {
  const [a, b] = await pair()
  await site.befriend(a, b)
  return [a, b]
}

const listen = (user: TestUser) => site.listen(user, `user-${user.uid}`)
const isFriend = async (me: TestUser, other: TestUser): Promise<boolean> =>
  (await site.as(me).ok('user/get', { uid: other.uid })).is_friend

describe('friend/add', () => {
  test('makes friends at once and tells both; their chat is in the list', async () => {
    const [a, b] = await pair()
    const sockets = [await listen(a), await listen(b)]
    expect(await site.api(a).call('friend/add', { friend_uid: b.uid })).toEqual(DONE)
    expect((await sockets[0]!.next('addFriend')).uid).toBe(b.uid)
    expect((await sockets[1]!.next('addFriend')).uid).toBe(a.uid)
    expect(await site.api(b).call('friend/add', { friend_uid: a.uid })).toMatchObject({
      code: 0,
      msg: '已经是好友',
    })
    const { chatting } = await site.as(b).ok('pop/get')
    expect(chatting[`friend${a.uid}`]).toMatchObject({ unread_count: 0, items: [] })
  })

  test('needs a server key and two people who exist', async () => {
    const [a, b] = await pair()
    expect(await site.as(a).code('friend/add', { friend_uid: b.uid })).toBe(3)
    expect(await site.as(a, 'h5').code('friend/add', { friend_uid: b.uid })).toBe(3)
    expect(await site.visitor().code('friend/add', { friend_uid: b.uid })).toBe(-1)
    expect(await site.api(a).code('friend/add', { friend_uid: a.uid })).toBe(2)
    expect(await site.api(a).code('friend/add', { friend_uid: 999_999 })).toBe(101)
    expect(await site.api(999_999).code('friend/add', { friend_uid: a.uid })).toBe(101)
    expect(await site.api(a).code('friend/add')).toBe(1)
    expect(await site.api().code('friend/add', { friend_uid: a.uid })).toBe(1)
    expect(await isFriend(a, b)).toBe(false)
  })
})

describe('the address book', () => {
  test('is the document’s tree of letters and uids', async () => {
    const me = await site.user()
    const mao = await site.user({ nickname: '猫猫', is_member: 1 })
    const shu = await site.user({ nickname: '小老鼠' })
    await site.befriend(me, mao)
    await site.befriend(me, shu)
    const person = (uid: number, name: string, initials: string, is_member: number) => ({
      uid,
      avatar: expect.any(String),
      state: 'offline',
      name,
      nickname: name,
      initials,
      is_member,
    })
    expect(await site.as(me).ok('friend/getlist')).toEqual({
      M: { [mao.uid]: person(mao.uid, '猫猫', 'M', 1) },
      X: { [shu.uid]: person(shu.uid, '小老鼠', 'X', 0) },
    })
    await site.as(me).ok('friend/remark', { friend_uid: shu.uid, remark: '123' })
    expect((await site.api(me).ok('friend/getlist'))['#']).toEqual({
      [shu.uid]: { ...person(shu.uid, '123', '#', 0), nickname: '小老鼠' },
    })
    expect(await site.as(await site.user()).ok('friend/getlist')).toEqual({})
    expect(await site.visitor().code('friend/getlist')).toBe(-1)
  })

  test('temporary chats are there until the two are friends or the chat is deleted', async () => {
    const me = await site.user()
    const [shu, mao] = [await site.user({ nickname: '小老鼠' }), await site.user({ nickname: '猫猫' })]
    expect(await site.as(me).ok('friend/get_temp_list')).toEqual({})
    for (const visitor of [shu, mao]) {
      await site.as(visitor).ok('message/send', { to: me.uid, type: 'friend', content: '在吗' })
    }
    const tree = await site.as(me).ok('friend/get_temp_list')
    expect(Object.keys(tree)).toEqual(['M', 'X'])
    expect(tree.X[shu.uid]).toEqual({
      uid: shu.uid,
      avatar: expect.any(String),
      state: 'offline',
      name: '小老鼠',
      nickname: '小老鼠',
      initials: 'X',
      is_member: 0,
    })
    await site.befriend(me, shu)
    await site.as(me).ok('pop/delchat', { id: mao.uid, type: 'friend' })
    expect(await site.as(me).ok('friend/get_temp_list')).toEqual({})
    expect(Object.keys(await site.as(mao).ok('friend/get_temp_list'))).toHaveLength(1)
    expect(await site.visitor().code('friend/get_temp_list')).toBe(-1)
  })
})

describe('friend/remark', () => {
  test('is seen by the one who set it only', async () => {
    const [a, b] = await friends()
    expect(await site.as(a).call('friend/remark', { friend_uid: b.uid, remark: '老板' })).toEqual(DONE)
    expect(await site.as(a).ok('user/get', { uid: b.uid })).toMatchObject({ remark: '老板' })
    expect(await site.as(b).ok('user/get', { uid: a.uid })).toMatchObject({ remark: '' })
    await site.as(a).ok('friend/remark', { friend_uid: b.uid, remark: '' })
    expect(await site.as(a).ok('user/get', { uid: b.uid })).toMatchObject({ remark: '' })
  })

  test('names the sender in what the one who set it hears', async () => {
    const [a, b] = await friends()
    await site.as(a).ok('friend/remark', { friend_uid: b.uid, remark: '老板' })
    const socket = await listen(a)
    await site.as(b).ok('message/send', { to: a.uid, type: 'friend', content: 'hi' })
    expect((await socket.next('message')).from_name).toBe('老板')
  })

  test('refusals', async () => {
    const [a, b] = await friends()
    const stranger = await site.user()
    const code = (friend_uid: unknown, remark?: string) =>
      site.as(a).code('friend/remark', { friend_uid, remark })
    expect(await code(b.uid, '好'.repeat(85))).toBe(0)
    expect(
      await site.as(a).call('friend/remark', { friend_uid: b.uid, remark: '好'.repeat(86) }),
    ).toMatchObject({
      code: 2,
      msg: '长度不能大于255个字节',
    })
    expect(await code(a.uid, 'x')).toBe(2)
    expect(await code(999_999, 'x')).toBe(101)
    expect(await code(stranger.uid, 'x')).toBe(2)
    expect(await code(b.uid)).toBe(1)
    expect(await code(undefined, 'x')).toBe(1)
    expect(await site.visitor().code('friend/remark', { friend_uid: b.uid, remark: 'x' })).toBe(-1)
    await site.api(a).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(a).code('friend/remark', { friend_uid: b.uid, remark: 'x' })).toBe(85)
  })
})

describe('friend/delete', () => {
  test('ends it on both sides, hides the chat and tells the other, and the own devices by another name', async () => {
    const [a, b] = await friends()
    await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content: 'hi' })
    const [aSocket, bSocket] = [await listen(a), await listen(b)]
    expect(await site.as(a).call('friend/delete', { friend_uid: b.uid })).toEqual(DONE)
    expect(await bSocket.next('removeFriend', `user-${b.uid}`)).toEqual({ uid: String(a.uid) })
    expect(await aSocket.next('friendDelete', `user-${a.uid}`)).toEqual({ uid: String(b.uid) })
    await Promise.all([aSocket.barrier(), bSocket.barrier()])
    expect([aSocket.heard('removeFriend'), bSocket.heard('friendDelete')]).toEqual([false, false])
    for (const [me, other] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(await isFriend(me, other)).toBe(false)
      const { chatting, friend } = await site.as(me).ok('pop/get')
      expect([chatting, friend]).toEqual([{}, {}])
      expect(await site.as(me).ok('friend/get_temp_list')).toEqual({})
    }
    expect(await site.as(b).ok('message/get', { id: a.uid, type: 'friend' })).toHaveLength(1)
  })

  test('of somebody who is no friend is fine and unheard', async () => {
    const [a, b] = await pair()
    const socket = await listen(b)
    expect(await site.as(a).call('friend/delete', { friend_uid: b.uid })).toEqual(DONE)
    expect(await site.as(a).call('friend/delete', { friend_uid: 999_999 })).toEqual(DONE)
    await socket.barrier()
    expect(socket.heard('removeFriend')).toBe(false)
    expect(await site.as(a).code('friend/delete')).toBe(1)
    expect(await site.visitor().code('friend/delete', { friend_uid: b.uid })).toBe(-1)
    await site.api(a).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(a).code('friend/delete', { friend_uid: b.uid })).toBe(85)
  })
})

describe('friend/update', () => {
  const chatOf = async (me: TestUser, other: TestUser) =>
    (await site.as(me).ok('pop/get')).chatting[`friend${other.uid}`]

  test('hides, shows, pins and mutes the caller’s view', async () => {
    const [a, b] = await friends()
    const update = (fields: object) => site.as(a).call('friend/update', { friend_uid: b.uid, ...fields })
    expect(await update({ top: 1, muted: 1 })).toEqual(DONE)
    expect(await chatOf(a, b)).toMatchObject({ top: 1, muted: 1 })
    expect(await chatOf(b, a)).toMatchObject({ top: 0, muted: 0 })
    await update({ state: 'hidden' })
    expect(await chatOf(a, b)).toBeUndefined()
    expect(await chatOf(b, a)).toBeDefined()
    await update({ state: 'chatting', top: 0 })
    expect(await chatOf(a, b)).toMatchObject({ top: 0, muted: 1 })
  })

  test('sets what counts as unread', async () => {
    const [a, b] = await friends()
    for (const content of ['1', '2', '3']) {
      await site.as(b).ok('message/send', { to: a.uid, type: 'friend', content })
    }
    const unread = async () => (await chatOf(a, b)).unread_count
    const update = (fields: object) => site.as(a).ok('friend/update', { friend_uid: b.uid, ...fields })
    expect(await unread()).toBe(3)
    await update({ unread_count: 1 })
    expect(await unread()).toBe(1)
    await update({ last_read_time: 0 })
    expect(await unread()).toBe(3)
    await update({ last_read_time: Math.ceil(Date.now() / 1000) })
    expect(await unread()).toBe(0)
  })

  test('refusals', async () => {
    const [a, b] = await friends()
    const stranger = await site.user()
    const code = (fields: Record<string, unknown>) => site.as(a).code('friend/update', fields)
    expect(await code({ friend_uid: b.uid })).toBe(1)
    expect(await code({ top: 1 })).toBe(1)
    expect(await code({ friend_uid: a.uid, top: 1 })).toBe(2)
    expect(await code({ friend_uid: 999_999, top: 1 })).toBe(101)
    expect(await code({ friend_uid: stranger.uid, top: 1 })).toBe(3)
    expect(await code({ friend_uid: b.uid, state: 'gone' })).toBe(2)
    expect(await code({ friend_uid: b.uid, top: 2 })).toBe(2)
    expect(await code({ friend_uid: b.uid, unread_count: -1 })).toBe(2)
    expect(await site.visitor().code('friend/update', { friend_uid: b.uid, top: 1 })).toBe(-1)
    await site.as(stranger).ok('message/send', { to: a.uid, type: 'friend', content: 'hi' })
    expect(await code({ friend_uid: stranger.uid, top: 1 })).toBe(0)
    await site.api(a).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(a).code('friend/update', { friend_uid: b.uid, top: 1 })).toBe(85)
  })
})
