import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { link, startGroupSite } from './group-cast.ts'
import type { TestSite, TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let kitty: TestUser
let stranger: TestUser

beforeAll(async () => {
  ;({ site, tom, jerry, kitty, stranger } = await startGroupSite())
})

afterAll(() => site.close())

const OK = { code: 0, msg: 'ok', data: [] }
const send = (user: TestUser, gid: number) =>
  site.as(user).code('message/send', { to: gid, type: 'group', content: 'hi' })

/** Tom's group, in which Jerry is a manager and Kitty a member. */
async function ledGroup(): Promise<number> {
  const gid = await site.group(tom, jerry, kitty)
  await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
  return gid
}

describe('group/manager', () => {
  test('appoints and dismisses, telling the group', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    expect(await site.as(tom).call('group/manager', { gid, uid: jerry.uid, value: 1 })).toEqual(OK)
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 将 ${link(jerry)} 设为管理员`)
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({ role: 'manager' })
    expect(await site.as(tom).call('group/manager', { gid, uid: jerry.uid, value: 1 })).toEqual(OK)
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 0 })
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 取消了 ${link(jerry)} 的管理员身份`)
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({ role: 'member' })
  })

  test('is the owner’s, for other members', async () => {
    const gid = await ledGroup()
    const code = (user: TestUser, uid: number, value: unknown = 1) =>
      site.as(user).code('group/manager', { gid, uid, value })
    expect(await code(jerry, kitty.uid)).toBe(2)
    expect(await code(stranger, kitty.uid)).toBe(2)
    expect(await code(tom, tom.uid, 0)).toBe(2)
    expect(await code(tom, stranger.uid)).toBe(2)
    expect(await code(tom, kitty.uid, 2)).toBe(2)
    expect(await site.as(tom).code('group/manager', { gid, uid: kitty.uid })).toBe(1)
    expect(await site.as(tom).code('group/manager', { gid: 999_999, uid: kitty.uid, value: 1 })).toBe(3)
    expect(await site.as(tom).ok('group/ismanager', { gid, uid: kitty.uid })).toEqual({ is_manager: 0 })
  })
})

describe('group/forbiddenuser', () => {
  test('leaving and coming back does not end a mute; nor does being removed', async () => {
    const owner = await site.user()
    const member = await site.user()
    await site.befriend(owner, member)
    const own = await site.group(owner, member)
    const say = () => site.as(member).code('message/send', { to: own, type: 'group', content: 'x' })
    await site.as(owner).ok('group/forbiddenuser', { gid: own, uid: member.uid, time: 600 })
    await site.as(member).ok('group/leave', { gid: own })
    await site.as(owner).ok('group/memberadd', { gid: own, members: [member.uid] })
    expect(await say()).toBe(4)
    await site.as(owner).ok('group/memberdel', { gid: own, members: [member.uid] })
    await site.as(owner).ok('group/memberadd', { gid: own, members: [member.uid] })
    expect(await say()).toBe(4)
    await site.as(owner).ok('group/forbiddenuser', { gid: own, uid: member.uid, time: 0 })
    await site.as(member).ok('group/leave', { gid: own })
    await site.as(owner).ok('group/memberadd', { gid: own, members: [member.uid] })
    expect(await say()).toBe(0)
  })

  test('mutes until a moment, for a time, and lets speak again', async () => {
    const gid = await ledGroup()
    const ear = await site.listen(kitty, `group-${gid}`)
    const now = Math.floor(Date.now() / 1000)
    expect(await site.as(tom).call('group/forbiddenuser', { gid, uid: kitty.uid, time: now + 3600 })).toEqual(
      OK,
    )
    expect(await ear.next('message')).toMatchObject({
      content: `${link(kitty)} 被禁言 1小时`,
      from: String(tom.uid),
      sub_type: 'notice',
    })
    expect(await send(kitty, gid)).toBe(4)
    const { silenced_until } = await site.as(kitty).ok('group/detail', { gid, simple: 1 })
    expect(silenced_until).toBe(now + 3600)

    await site.as(jerry).ok('group/forbiddenuser', { gid, uid: kitty.uid, time: 0 })
    expect((await ear.next('message')).content).toBe(`${link(kitty)} 被解除禁言`)
    expect(await send(kitty, gid)).toBe(0)

    await site.as(jerry).ok('group/forbiddenuser', { gid, uid: kitty.uid, time: 90_061 })
    await ear.next('message')
    expect((await ear.next('message')).content).toBe(`${link(kitty)} 被禁言 1天1小时2分钟`)
    expect(await send(kitty, gid)).toBe(4)
    await site.as(tom).ok('group/forbiddenuser', { gid, uid: kitty.uid, time: now - 10 })
    expect(await send(kitty, gid)).toBe(0)
  })

  test('is the owner’s and the managers’, downwards only', async () => {
    const gid = await ledGroup()
    const code = (user: TestUser, uid: number) =>
      site.as(user).code('group/forbiddenuser', { gid, uid, time: 60 })
    expect(await code(kitty, jerry.uid)).toBe(2)
    expect(await code(stranger, kitty.uid)).toBe(2)
    expect(await code(jerry, tom.uid)).toBe(2)
    expect(await code(jerry, jerry.uid)).toBe(2)
    expect(await code(tom, tom.uid)).toBe(2)
    expect(await code(tom, stranger.uid)).toBe(2)
    expect(await code(tom, 999_999)).toBe(2)
    expect(await send(jerry, gid)).toBe(0)
    expect(await code(jerry, kitty.uid)).toBe(0)
    expect(await code(tom, jerry.uid)).toBe(0)
    expect(await send(jerry, gid)).toBe(4)
    expect(await site.as(tom).code('group/forbiddenuser', { gid, uid: kitty.uid })).toBe(1)
    expect(await site.as(tom).code('group/forbiddenuser', { gid, uid: kitty.uid, time: -1 })).toBe(2)
    expect(await site.as(tom).code('group/forbiddenuser', { gid: 999_999, uid: kitty.uid, time: 60 })).toBe(2)
  })
})

/** Whether everybody is muted, as Kitty sees it. */
const stateOf = async (gid: number) => (await site.as(kitty).ok('group/detail', { gid, simple: 1 })).state

describe('group/forbiddenall', () => {
  test('mutes everybody but owner and managers', async () => {
    const gid = await ledGroup()
    const ear = await site.listen(kitty, `group-${gid}`)
    expect(await site.as(tom).call('group/forbiddenall', { gid, value: '1' })).toEqual(OK)
    expect(await ear.next('updateGroup')).toEqual({ gid, state: 'forbidden' })
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 设置全群禁言`)
    expect(await stateOf(gid)).toBe('forbidden')
    expect([await send(kitty, gid), await send(jerry, gid), await send(tom, gid)]).toEqual([200, 0, 0])
    expect(await site.as(tom).call('group/forbiddenall', { gid, value: 1 })).toEqual(OK)

    await site.as(jerry).ok('group/forbiddenall', { gid, value: 0 })
    expect(await ear.next('updateGroup')).toEqual({ gid, state: 'normal' })
    await ear.next('message')
    await ear.next('message')
    expect((await ear.next('message')).content).toBe(`管理员 ${link(jerry)} 解除全群禁言`)
    expect(await send(kitty, gid)).toBe(0)
  })

  test('is the owner’s and the managers’; an absent group is a soft success', async () => {
    const gid = await ledGroup()
    for (const user of [kitty, stranger]) {
      expect(await site.as(user).call('group/forbiddenall', { gid, value: 1 })).toMatchObject({
        code: 2,
        msg: '非法请求',
      })
    }
    expect(await site.as(tom).code('group/forbiddenall', { gid })).toBe(1)
    expect(await site.as(tom).call('group/forbiddenall', { gid: 999_999, value: 1 })).toMatchObject({
      code: 0,
      msg: '记录不存在',
    })
    expect(await stateOf(gid)).toBe('normal')
  })

  test('cannot touch what an administrator disabled', async () => {
    const gid = await ledGroup()
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    for (const value of [0, 1]) {
      expect(await site.as(tom).call('group/forbiddenall', { gid, value })).toMatchObject({
        code: 85,
        msg: '该群组已经被禁用',
      })
    }
    expect(await stateOf(gid)).toBe('disabled')
  })
})

describe('group/forbiddengroup', () => {
  test('mutes everybody, as old clients ask for it', async () => {
    const gid = await ledGroup()
    expect(await site.as(tom, 'h5').call('group/forbiddengroup', { gid })).toEqual(OK)
    expect(await stateOf(gid)).toBe('forbidden')
    expect(await send(kitty, gid)).toBe(200)
  })

  test('is the owner’s and the managers’; an absent group is a soft success', async () => {
    const gid = await ledGroup()
    expect(await site.as(kitty).call('group/forbiddengroup', { gid })).toMatchObject({
      code: 2,
      msg: '非法请求',
    })
    expect(await site.as(jerry).code('group/forbiddengroup', { gid })).toBe(0)
    expect(await site.as(tom).call('group/forbiddengroup', { gid: 999_999 })).toEqual({
      ...OK,
      msg: '记录不存在',
    })
    expect(await site.as(tom).code('group/forbiddengroup')).toBe(1)
  })
})

describe('group/chattinggroup', () => {
  test('lets everybody speak again, as old clients ask for it', async () => {
    const gid = await ledGroup()
    await site.as(tom).ok('group/forbiddengroup', { gid })
    expect(await site.as(tom, 'h5').call('group/chattinggroup', { gid })).toEqual(OK)
    expect(await send(kitty, gid)).toBe(0)
  })

  test('is the owner’s and the managers’, and undoes nothing that an administrator disabled', async () => {
    const gid = await ledGroup()
    expect(await site.as(kitty).call('group/chattinggroup', { gid })).toMatchObject({
      code: 2,
      msg: '非法请求',
    })
    expect(await site.as(tom).call('group/chattinggroup', { gid: 999_999 })).toEqual({
      ...OK,
      msg: '记录不存在',
    })
    expect(await site.as(tom).code('group/chattinggroup')).toBe(1)
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    expect(await site.as(tom).code('group/chattinggroup', { gid })).toBe(85)
    expect(await stateOf(gid)).toBe('disabled')
  })
})
