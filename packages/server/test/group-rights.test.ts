import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let kitty: TestUser
let stranger: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  kitty = await site.user({ nickname: '喵喵' })
  stranger = await site.user({ nickname: 'Spike' })
})

afterAll(() => site.close())

const OK = { code: 0, msg: 'ok', data: [] }
const link = ({ uid, nickname }: TestUser) => `[${nickname}]({POPBASEURI}user/detail/${uid})`
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

describe('group/forbiddenall, group/forbiddengroup and group/chattinggroup', () => {
  test('mute everybody but owner and managers', async () => {
    const gid = await ledGroup()
    const ear = await site.listen(kitty, `group-${gid}`)
    const state = async () => (await site.as(kitty).ok('group/detail', { gid, simple: 1 })).state
    expect(await site.as(tom).call('group/forbiddenall', { gid, value: '1' })).toEqual(OK)
    expect(await ear.next('updateGroup')).toEqual({ gid, state: 'forbidden' })
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 设置全群禁言`)
    expect(await state()).toBe('forbidden')
    expect([await send(kitty, gid), await send(jerry, gid), await send(tom, gid)]).toEqual([200, 0, 0])

    await site.as(jerry).ok('group/forbiddenall', { gid, value: 0 })
    expect(await ear.next('updateGroup')).toEqual({ gid, state: 'normal' })
    expect(await send(kitty, gid)).toBe(0)
    expect(await site.as(tom, 'h5').call('group/forbiddengroup', { gid })).toEqual(OK)
    expect(await state()).toBe('forbidden')
    expect(await site.as(tom, 'h5').call('group/chattinggroup', { gid })).toEqual(OK)
    expect(await state()).toBe('normal')
  })

  test('are the owner’s and the managers’; an absent group is a soft success', async () => {
    const gid = await ledGroup()
    for (const user of [kitty, stranger]) {
      expect(await site.as(user).call('group/forbiddenall', { gid, value: 1 })).toMatchObject({
        code: 2,
        msg: '非法请求',
      })
      expect(await site.as(user).code('group/forbiddengroup', { gid })).toBe(2)
      expect(await site.as(user).code('group/chattinggroup', { gid })).toBe(2)
    }
    for (const path of ['group/forbiddengroup', 'group/chattinggroup']) {
      expect(await site.as(tom).call(path, { gid: 999_999 })).toEqual({
        code: 0,
        msg: '记录不存在',
        data: [],
      })
    }
    expect(await site.as(tom).code('group/forbiddenall', { gid })).toBe(1)
  })

  test('cannot undo what an administrator disabled', async () => {
    const gid = await ledGroup()
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    expect(await site.as(tom).call('group/chattinggroup', { gid })).toMatchObject({
      code: 85,
      msg: '该群组已经被禁用',
    })
    expect(await site.as(tom).code('group/update', { gid, state: 'normal', groupname: 'x' })).toBe(85)
    expect(await site.as(tom).code('group/update', { gid, state: 'normal' })).toBe(0)
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({ state: 'disabled' })
    expect(await send(tom, gid)).toBe(85)
    await site.api(stranger).ok('group/update', { gid, state: 'normal' })
    expect(await send(tom, gid)).toBe(0)
  })
})

describe('group/update and group/guaUpdate', () => {
  test('rename: the notice carries the old name, the event the new one', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    expect(await site.as(tom).call('group/update', { gid, groupname: ' 老[友]记 ' })).toEqual(OK)
    const avatar = `/h5/group/avatar?uid=${tom.uid},${jerry.uid}`
    expect(await ear.next('updateGroup')).toEqual({ gid, avatar, groupname: '老[友]记', name: '老[友]记' })
    expect(await ear.next('message')).toMatchObject({
      content: `群主 ${link(tom)} 将群名称修改为 老［友］记`,
      to_name: '群聊(猫猫,小老鼠)',
    })
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      groupname: '老[友]记',
    })
  })

  test('a new picture: the notice carries the old one; an empty one is the composed again', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    const own = '/upload/groups/1/1/x.png'
    const composed = `/h5/group/avatar?uid=${tom.uid},${jerry.uid}`
    expect(await site.as(tom).call('group/guaUpdate', { gid, avatar: own })).toEqual(OK)
    expect(await ear.next('updateGroup')).toEqual({ gid, avatar: own, groupname: '群聊(猫猫,小老鼠)' })
    expect(await ear.next('message')).toMatchObject({
      content: `群主 ${link(tom)} 更换了群头像`,
      to_avatar: composed,
    })
    await site.as(tom).ok('group/update', { gid, avatar: '' })
    expect(await ear.next('updateGroup')).toMatchObject({ avatar: composed })
  })

  test('an announcement, by owner or manager', async () => {
    const gid = await ledGroup()
    const ear = await site.listen(kitty, `group-${gid}`)
    await site.as(jerry).ok('group/update', { gid, announcement: '周五聚餐' })
    expect(await ear.next('updateGroup')).toMatchObject({ gid, announcement: '周五聚餐' })
    expect((await ear.next('message')).content).toBe(`管理员 ${link(jerry)} 更新了群公告`)
    expect(await site.as(kitty).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      announcement: '周五聚餐',
    })
    await site.as(jerry).ok('group/update', { gid, announcement: '周五聚餐' })
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
    await site.as(tom).ok('group/update', { gid, announcement: '' })
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 清空了群公告`)
  })

  test('are the owner’s', async () => {
    const gid = await ledGroup()
    for (const user of [jerry, kitty, stranger]) {
      expect(await site.as(user).call('group/update', { gid, groupname: 'x' })).toMatchObject({
        code: 2,
        msg: '非法请求',
      })
      expect(await site.as(user).code('group/guaUpdate', { gid, avatar: '/a.png' })).toBe(2)
    }
    expect(await site.as(jerry).code('group/update', { gid, groupname: 'x', announcement: 'y' })).toBe(2)
    expect(await site.as(kitty).code('group/update', { gid, announcement: 'y' })).toBe(2)
    expect(await site.as(kitty).code('group/update', { gid, state: 'disabled' })).toBe(2)
    expect(await site.as(tom).code('group/update', { gid, state: 'disabled' })).toBe(0)
    expect(await send(tom, gid)).toBe(0)
  })

  test('want something to change, of the right form; an absent group is a soft success', async () => {
    const gid = await site.group(tom)
    expect(await site.as(tom).code('group/update', { gid })).toBe(1)
    expect(await site.as(tom).code('group/guaUpdate', { gid })).toBe(1)
    expect(await site.as(tom).code('group/update', { gid, groupname: '' })).toBe(1)
    expect(await site.as(tom).code('group/update', { gid, groupname: '很'.repeat(61) })).toBe(2)
    expect(await site.as(tom).code('group/guaUpdate', { gid, avatar: 'javascript:alert(1)' })).toBe(2)
    expect(await site.as(tom).call('group/update', { gid: 999_999, groupname: 'x' })).toMatchObject({
      code: 0,
      msg: '记录不存在',
    })
    expect(await site.as(tom).code('group/guaUpdate', { gid: 999_999, avatar: '/a.png' })).toBe(0)
  })
})
