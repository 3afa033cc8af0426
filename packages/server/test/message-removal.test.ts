import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let spike: TestUser
let stranger: TestUser
let gid: number

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry, spike, stranger] = (await site.users(4)) as [TestUser, TestUser, TestUser, TestUser]
  await site.befriend(tom, jerry)
  await site.befriend(tom, spike)
  gid = await site.group(tom, jerry, spike)
})
afterAll(() => site.close())

const inChat = async (from: TestUser, to: TestUser, content = '话') => ({
  id: to.uid,
  type: 'friend',
  mid: (await site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })).mid as number,
})
const inGroup = async (from: TestUser, content = '话', id = gid) => ({
  id,
  type: 'group',
  mid: (await site.as(from).ok('message/send', { to: id, type: 'group', content })).mid as number,
})
const rowOf = async (reader: TestUser, at: { id: number; type: string; mid: number }) =>
  (await site.as(reader).ok('message/get', { id: at.id, type: at.type, limit: 100 })).find(
    (row: { mid: number }) => row.mid === at.mid,
  )

describe('message/revoke', () => {
  test('the message becomes a notice with the same mid for both, and both devices hear it', async () => {
    const at = await inChat(tom, jerry, '说错了')
    const ears = await Promise.all([tom, jerry].map((user) => site.listen(user, `user-${user.uid}`)))
    const { msg, data } = await site.as(tom).call('message/revoke', at)
    expect([msg, data]).toEqual(['ok', []])
    for (const ear of ears) {
      expect(await ear.next('revoke')).toEqual({
        type: 'friend',
        id: String(jerry.uid),
        mid: at.mid,
        uid: String(tom.uid),
      })
    }
    for (const [reader, other] of [
      [tom, jerry],
      [jerry, tom],
    ] as const) {
      expect(await rowOf(reader, { ...at, id: other.uid })).toMatchObject({
        sub_type: 'notice',
        content: '此消息已撤回',
      })
    }
  })

  test('the words are gone from quotes as well', async () => {
    const at = await inGroup(jerry, '秘密')
    const { mid } = await site
      .as(spike)
      .ok('message/send', { to: gid, type: 'group', content: '什么？', quote_mid: at.mid })
    await site.as(jerry).ok('message/revoke', at)
    expect(await rowOf(tom, { id: gid, type: 'group', mid })).toMatchObject({
      quote_mid: at.mid,
      quote_content: '此消息已撤回',
    })
    const stored = await site.services.db.read
      .selectFrom('message')
      .select('mid')
      .where((eb) => eb.or([eb('content', 'like', '%秘密%'), eb('quote_content', 'like', '%秘密%')]))
      .execute()
    expect(stored).toEqual([])
  })

  test('in a group: one’s own, and anybody’s by the owner; heard on the group’s channel', async () => {
    const ear = await site.listen(spike, `group-${gid}`)
    const at = await inGroup(jerry)
    expect(await site.as(spike).code('message/revoke', at)).toBe(2)
    await site.as(tom).ok('message/revoke', at)
    await ear.next('message')
    expect(await ear.next('revoke')).toEqual({
      type: 'group',
      id: String(gid),
      mid: at.mid,
      uid: String(tom.uid),
    })
  })

  test('not another’s, not twice, not what is not there, not from another conversation', async () => {
    const at = await inChat(jerry, tom)
    expect(await site.as(tom).code('message/revoke', { ...at, id: jerry.uid })).toBe(2)
    await site.as(jerry).ok('message/revoke', at)
    expect(await site.as(jerry).code('message/revoke', at)).toBe(404)
    expect(await site.as(jerry).code('message/revoke', { ...at, mid: 999_999 })).toBe(404)
    // The owner of group N must not reach private messages sent to user N.
    const privately = await inChat(jerry, spike)
    expect(await site.as(tom).code('message/revoke', { id: gid, type: 'group', mid: privately.mid })).toBe(
      404,
    )
    expect(
      await site.as(stranger).code('message/revoke', { id: gid, type: 'group', mid: privately.mid }),
    ).toBe(2)
  })

  test('only within revoke_seconds; 0 lifts the limit', async () => {
    const at = await inChat(tom, jerry)
    await site.services.db.write
      .updateTable('message')
      .set({ created_at: Date.now() - 301_000 })
      .where('mid', '=', at.mid)
      .execute()
    const { code, msg } = await site.as(tom).call('message/revoke', at)
    expect([code, msg]).toEqual([505, '只能撤回5分钟内的消息'])
    await site.set({ revoke_seconds: '0' })
    expect(await site.as(tom).code('message/revoke', at)).toBe(0)
    await site.set({ revoke_seconds: '300' })
  })

  test('muted members cannot', async () => {
    const at = await inGroup(spike)
    await site.as(tom).ok('group/forbiddenuser', { gid, uid: spike.uid, time: 600 })
    expect(await site.as(spike).code('message/revoke', at)).toBe(4)
    await site.as(tom).ok('group/forbiddenuser', { gid, uid: spike.uid, time: 0 })
  })

  test('missing 1, wrong type 2, visitor -1', async () => {
    expect(await site.as(tom).code('message/revoke', { type: 'friend', mid: 1 })).toBe(1)
    expect(await site.as(tom).code('message/revoke', { id: 1, type: 'friend' })).toBe(1)
    expect(await site.as(tom).code('message/revoke', { id: 1, type: 'x', mid: 1 })).toBe(2)
    expect(await site.visitor().code('message/revoke', { id: 1, type: 'friend', mid: 1 })).toBe(-1)
  })
})

describe('message/delete', () => {
  test('ty 1 hides it from the caller alone and tells only their own devices', async () => {
    const at = await inChat(tom, jerry)
    const own = await site.listen(tom, `user-${tom.uid}`)
    const other = await site.listen(jerry, `user-${jerry.uid}`)
    await site.as(tom).ok('message/delete', { ...at, ty: 1 })
    await site.as(tom).ok('message/delete', { ...at, ty: 1 })
    expect(await own.next('message_delete')).toEqual({
      type: 'friend',
      id: String(jerry.uid),
      mid: at.mid,
      uid: String(tom.uid),
      ty: 1,
    })
    await other.barrier()
    expect(other.heard('message_delete')).toBe(false)
    expect(await rowOf(tom, at)).toBeUndefined()
    expect(await rowOf(jerry, { ...at, id: tom.uid })).toMatchObject({ content: '话' })
  })

  test('the last visible message stands in the chat list after it', async () => {
    const before = await inChat(tom, jerry, '倒数第二')
    const at = await inChat(tom, jerry, '最后')
    await site.as(tom).ok('message/delete', { ...at, ty: 1 })
    const chat = (await site.as(tom).ok('pop/get')).chatting[`friend${jerry.uid}`]
    expect(chat.items[0].mid).toBe(before.mid)
  })

  test('ty 2 takes it from everybody and tells everybody', async () => {
    const at = await inGroup(jerry)
    const ear = await site.listen(spike, `group-${gid}`)
    expect(await site.as(spike).code('message/delete', { ...at, ty: 2 })).toBe(2)
    await site.as(jerry).ok('message/delete', { ...at, ty: 2 })
    expect(await ear.next('message_delete')).toEqual({
      type: 'group',
      id: String(gid),
      mid: at.mid,
      uid: String(jerry.uid),
      ty: 2,
    })
    for (const reader of [tom, jerry, spike]) expect(await rowOf(reader, at)).toBeUndefined()
    expect(await site.as(jerry).code('message/delete', { ...at, ty: 2 })).toBe(404)
  })

  test('ty 2 of others’ messages: the owner and managers of a group, nobody in private', async () => {
    const at = await inGroup(spike)
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    await site.as(jerry).ok('message/delete', { ...at, ty: 2 })
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 0 })
    await site.as(tom).ok('message/delete', { ...(await inGroup(spike)), ty: 2 })
    const privately = await inChat(jerry, tom)
    expect(await site.as(tom).code('message/delete', { ...privately, id: jerry.uid, ty: 2 })).toBe(2)
  })

  test('a disabled account deletes nothing, not even for itself', async () => {
    const user = await site.user()
    const { mid } = await site.as(user).ok('message/send', { to: tom.uid, type: 'friend', content: 'x' })
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    const message = { id: tom.uid, type: 'friend', mid }
    expect(await site.api(user).code('message/delete', { ...message, ty: 1 })).toBe(85)
    expect(await site.api(user).code('message/delete', { ...message, ty: 2 })).toBe(85)
  })

  test('who is not in the chat: 2 or 404; missing 1; wrong ty 2; visitor -1', async () => {
    const at = await inGroup(tom)
    expect(await site.as(stranger).code('message/delete', { ...at, ty: 1 })).toBe(2)
    expect(await site.as(stranger).code('message/delete', { ...at, ty: 2 })).toBe(2)
    expect(await site.as(stranger).code('message/delete', { ...(await inChat(tom, jerry)), ty: 1 })).toBe(404)
    expect(await site.as(tom).code('message/delete', { ...at })).toBe(1)
    expect(await site.as(tom).code('message/delete', { ...at, ty: 3 })).toBe(2)
    expect(await site.visitor().code('message/delete', { ...at, ty: 1 })).toBe(-1)
  })
})
