import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

const DONE = { code: 0, msg: 'ok', data: [] }
const GREETING = '我通过了你的好友请求，我们来聊天吧'

async function pair(): Promise<[TestUser, TestUser]> {
  return [await site.user(), await site.user()]
}

/** `from` asks `to`; gives the request's nid. */
async function ask(from: TestUser, to: TestUser, postscript?: string): Promise<number> {
  await site.as(from).ok('friend/apply', { friend_uid: to.uid, postscript })
  const list = await site.as(to).ok('friend/applylist')
  return list[0].nid
}

const listen = (user: TestUser) => site.listen(user, `user-${user.uid}`)
const isFriend = async (me: TestUser, other: TestUser): Promise<boolean> =>
  (await site.as(me).ok('user/get', { uid: other.uid })).is_friend

describe('asking', () => {
  test('reaches the other at once, in the list, the count and the detail', async () => {
    const [cat, me] = [await site.user({ nickname: '喵喵' }), await site.user()]
    const socket = await listen(me)
    const before = Math.floor(Date.now() / 1000)
    expect(await site.as(cat).call('friend/apply', { friend_uid: me.uid, postscript: '我是cat' })).toEqual(
      DONE,
    )
    expect(await socket.next('friendApply', `user-${me.uid}`)).toEqual({ uid: String(cat.uid) })

    const row = {
      nid: expect.any(Number),
      from: cat.uid,
      to: me.uid,
      type: 'add_friend',
      data: JSON.stringify({ postscript: '我是cat' }),
      operation: 'not_operated',
      timestamp: expect.any(Number),
      nickname: '喵喵',
      avatar: expect.any(String),
    }
    const list = await site.api(me).ok('friend/applylist')
    expect(list).toEqual([row])
    expect(list[0].timestamp).toBeWithin(before, before + 60)
    expect(await site.as(me, 'h5').ok('friend/applycount')).toBe(1)
    const detail = await site.as(me).ok('friend/applydetail', { nid: list[0].nid })
    expect(detail).toEqual({ ...row, username: cat.username })
    expect((await site.as(me).ok('pop/get')).mine.unread_friend_apply_count).toBe(1)
  })

  test('the profile of who was asked says so, to who asked alone, until there is an answer', async () => {
    const [a, b] = await pair()
    const look = (me: TestUser, other: TestUser) => site.as(me).ok('user/detail', { uid: other.uid })
    expect(await look(a, b)).not.toHaveProperty('is_asked')
    const nid = await ask(a, b)
    expect(await look(a, b)).toMatchObject({ is_friend: false, is_asked: true })
    expect(await site.as(a).ok('user/get', { uid: b.uid })).toMatchObject({ is_asked: true })
    expect(await look(b, a)).not.toHaveProperty('is_asked')
    await site.as(b).ok('friend/refuse', { nid })
    expect(await look(a, b)).not.toHaveProperty('is_asked')
    await site.as(b).ok('friend/agree', { nid: await ask(a, b) })
    expect(await look(a, b)).toMatchObject({ is_friend: true })
    expect(await look(a, b)).not.toHaveProperty('is_asked')
  })

  test('a second request replaces the first', async () => {
    const [a, b] = await pair()
    const first = await ask(a, b)
    const second = await ask(a, b, '再试一次')
    expect(second).toBeGreaterThan(first)
    expect(await site.as(b).ok('friend/applylist')).toHaveLength(1)
    expect(await site.as(b).ok('friend/applydetail', { nid: first })).toEqual({})
  })

  test('refusals: the switch, oneself, unknown and disabled people, friends, missing and too long', async () => {
    const [a, b] = await pair()
    const gone = await site.user()
    await site.api(gone).ok('user/update', { account_state: 'disabled' })
    const apply = (friend_uid: unknown, rest = {}) => site.as(a).call('friend/apply', { friend_uid, ...rest })
    expect(await apply(a.uid)).toEqual({ code: 2, msg: '参数非法', data: [] })
    expect((await apply(999_999)).code).toBe(101)
    expect((await apply(gone.uid)).code).toBe(101)
    expect((await apply(undefined)).code).toBe(1)
    expect((await apply('x')).code).toBe(2)
    expect((await apply(b.uid, { postscript: '长'.repeat(256) })).code).toBe(2)
    expect(await site.api(gone).code('friend/apply', { friend_uid: a.uid })).toBe(101)
    expect(await site.visitor().code('friend/apply', { friend_uid: a.uid })).toBe(-1)
    expect(await site.api().code('friend/apply', { friend_uid: a.uid })).toBe(1)
    await site.befriend(a, b)
    const socket = await listen(b)
    expect(await apply(b.uid)).toEqual({ code: 0, msg: '已经是好友', data: [] })
    await socket.barrier()
    expect(socket.heard('friendApply')).toBe(false)
    await site.set({ add_friend: 'off' })
    try {
      expect(await apply(999_999)).toEqual({ code: 202, msg: '系统禁用了加好友', data: [] })
    } finally {
      await site.set({ add_friend: 'on' })
    }
  })

  test('the list is newest first and takes a limit', async () => {
    const [a, b] = await pair()
    const me = await site.user()
    await ask(a, me)
    await ask(b, me)
    const from = (list: Array<{ from: number }>) => list.map((row) => row.from)
    expect(from(await site.as(me).ok('friend/applylist'))).toEqual([b.uid, a.uid])
    expect(from(await site.as(me).ok('friend/applylist', { limit: 1 }))).toEqual([b.uid])
    expect(await site.as(me).code('friend/applylist', { limit: 501 })).toBe(2)
    expect(await site.visitor().code('friend/applylist')).toBe(-1)
    expect(await site.visitor().code('friend/applycount')).toBe(-1)
    expect(await site.visitor().code('friend/applydetail', { nid: 1 })).toBe(-1)
    expect(await site.as(me).code('friend/applydetail')).toBe(1)
  })
})

describe('deciding', () => {
  test('agreeing makes friends, tells both and greets the applicant', async () => {
    const [a, me] = [await site.user({ nickname: '猫猫' }), await site.user({ nickname: '小老鼠' })]
    const nid = await ask(a, me)
    const [aSocket, mySocket] = [await listen(a), await listen(me)]
    expect(await site.as(me).call('friend/agree', { nid })).toEqual(DONE)
    const avatar = expect.any(String)
    expect(await aSocket.next('addFriend', `user-${a.uid}`)).toEqual({ uid: me.uid, name: '小老鼠', avatar })
    expect(await mySocket.next('addFriend', `user-${me.uid}`)).toEqual({ uid: a.uid, name: '猫猫', avatar })
    for (const socket of [aSocket, mySocket]) {
      const message = await socket.next('message')
      expect(message).toMatchObject({
        from: String(me.uid),
        to: String(a.uid),
        content: GREETING,
        type: 'friend',
      })
    }
    expect(await isFriend(a, me)).toBe(true)
    expect(await isFriend(me, a)).toBe(true)
    expect(await site.as(me).ok('friend/applycount')).toBe(0)
    expect(await site.as(me).ok('friend/applydetail', { nid })).toMatchObject({ operation: 'agree' })

    expect(await site.as(me).call('friend/agree', { nid })).toEqual({
      code: 0,
      msg: '已经操作成功',
      data: [],
    })
    expect(await site.as(me).call('friend/refuse', { nid })).toEqual({ code: 210, msg: '非法操作', data: [] })
    await aSocket.barrier()
    expect(aSocket.heard('message')).toBe(false)
  })

  test('the greeting obeys private_chat; the friendship stands', async () => {
    const [a, me] = await pair()
    const nid = await ask(a, me)
    const socket = await listen(a)
    await site.set({ private_chat: 'off' })
    try {
      await site.as(me).ok('friend/agree', { nid })
    } finally {
      await site.set({ private_chat: 'on' })
    }
    await socket.next('addFriend')
    await socket.barrier()
    expect(socket.heard('message')).toBe(false)
    expect(await isFriend(a, me)).toBe(true)
  })

  test('agreeing settles the request in the other direction', async () => {
    const [a, b] = await pair()
    const nid = await ask(a, b)
    await ask(b, a)
    await site.as(b).ok('friend/agree', { nid })
    expect(await site.as(a).ok('friend/applycount')).toBe(0)
  })

  test('either decision is told to the own devices, once, and refusing to nobody else', async () => {
    const [a, b] = await pair()
    const me = await site.user()
    const [asker, own] = [await listen(a), await listen(me)]
    const [first, second] = [await ask(a, me), await ask(b, me)]
    for (let time = 0; time < 2; time++) await site.as(me).ok('friend/refuse', { nid: first })
    expect(await own.next('friendApplyUpdate')).toEqual({
      nid: first,
      uid: String(a.uid),
      operation: 'refuse',
    })
    await site.as(me).ok('friend/agree', { nid: second })
    expect(await own.next('friendApplyUpdate')).toEqual({
      nid: second,
      uid: String(b.uid),
      operation: 'agree',
    })
    await asker.barrier()
    expect(asker.heard('friendApplyUpdate')).toBe(false)
  })

  test('refusing makes no friends and stands', async () => {
    const [a, me] = await pair()
    const nid = await ask(a, me)
    expect(await site.as(me).call('friend/refuse', { nid })).toEqual(DONE)
    expect(await site.as(me).call('friend/refuse', { nid })).toEqual({
      code: 0,
      msg: '已经操作成功',
      data: [],
    })
    expect(await site.as(me).code('friend/agree', { nid })).toBe(210)
    expect(await isFriend(a, me)).toBe(false)
    expect(await site.as(me).ok('friend/applydetail', { nid })).toMatchObject({ operation: 'refuse' })
  })

  test('nobody decides what was not addressed to them', async () => {
    const [a, me] = await pair()
    const nid = await ask(a, me)
    for (const path of ['friend/agree', 'friend/refuse']) {
      expect(await site.as(a).call(path, { nid })).toEqual({ code: 3, msg: '记录不存在', data: [] })
      expect(await site.as(me).code(path, { nid: 999_999 })).toBe(3)
      expect(await site.as(me).code(path)).toBe(1)
      expect(await site.as(me).code(path, { nid: 0 })).toBeGreaterThan(0)
      expect(await site.visitor().code(path, { nid })).toBe(-1)
    }
    expect(await site.as(a).ok('friend/applydetail', { nid })).toEqual({})
    await site.api(me).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(me).code('friend/agree', { nid })).toBe(85)
    expect(await site.api(me).code('friend/refuse', { nid })).toBe(85)
  })
})
