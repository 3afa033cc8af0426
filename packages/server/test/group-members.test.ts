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
  await site.befriend(tom, jerry)
  await site.befriend(jerry, kitty)
})

afterAll(() => site.close())

const composed = (...users: TestUser[]) => `/h5/group/avatar?uid=${users.map(({ uid }) => uid).join(',')}`
const membersOf = (gid: number, parameters = {}) =>
  site.api(tom).ok<Record<string, any>>('group/members', { gid, ...parameters })

describe('group/memberadd', () => {
  test('brings people in and tells the group and each newcomer', async () => {
    const gid = await site.group(tom, jerry)
    const inside = await site.listen(tom, `group-${gid}`)
    const newcomer = await site.listen(kitty, `user-${kitty.uid}`)
    expect(await site.as(jerry).call('group/memberadd', { gid, members: [kitty.uid, tom.uid] })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    const avatar = composed(tom, jerry, kitty)
    const content = `${link(jerry)} 邀请 ${link(kitty)} 加入了群聊`
    expect(await inside.next('updateGroup')).toEqual({ gid, avatar })
    expect(await inside.next('message', `group-${gid}`)).toMatchObject({
      content,
      from_avatar: '',
      sub_type: 'notice',
    })
    const groupname = '群聊(猫猫,小老鼠)'
    expect(await newcomer.next('addGroup')).toEqual({
      gid,
      groupname,
      avatar,
      uid: String(jerry.uid),
      content,
    })
    expect(await newcomer.next('message')).toMatchObject({ to: String(gid), type: 'group', content })
  })

  test('newcomers find the chat read up to now, and hear what comes once they subscribe', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(tom).ok('message/send', { to: gid, type: 'group', content: 'before' })
    await site.api(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
    const entry = async () => (await site.as(kitty).ok('pop/get')).chatting[`group${gid}`]
    expect(await entry()).toMatchObject({ unread_count: 0 })
    const ear = await site.listen(kitty, `group-${gid}`)
    await site.as(tom).ok('message/send', { to: gid, type: 'group', content: 'after' })
    expect(await ear.next('message')).toMatchObject({ content: 'after' })
    expect(await entry()).toMatchObject({ unread_count: 1 })
  })

  test('a socket that asked for the channel too early hears everything once', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(kitty, `user-${kitty.uid}`)
    ear.send('pusher:subscribe', { channel: `group-${gid}` })
    await ear.barrier()
    await site.api(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
    await ear.next('pusher_internal:subscription_succeeded', `group-${gid}`)
    await site.as(tom).ok('message/send', { to: gid, type: 'group', content: 'hello' })
    expect((await ear.next('message')).sub_type).toBe('notice')
    expect((await ear.next('message')).content).toBe('hello')
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
  })

  test('nobody new is a silent success; not_change_avatar keeps the picture', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(tom, `group-${gid}`)
    expect(await site.as(tom).code('group/memberadd', { gid, members: [jerry.uid] })).toBe(0)
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
    await site.api(tom).ok('group/memberadd', { gid, members: `${kitty.uid}`, not_change_avatar: 1 })
    await ear.next('message')
    expect(ear.heard('updateGroup')).toBe(false)
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      avatar: composed(tom, jerry),
    })
  })

  test('a picture that somebody chose stays', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(tom).ok('group/update', { gid, avatar: '/upload/groups/1/1/x.png' })
    await site.api(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      avatar: '/upload/groups/1/1/x.png',
    })
  })

  test('members may invite friends; others may not, and nobody strangers', async () => {
    const gid = await site.group(tom, jerry)
    const code = (user: TestUser, member: number) =>
      site.as(user).code('group/memberadd', { gid, members: [member] })
    expect(await site.as(kitty).call('group/memberadd', { gid, members: [jerry.uid] })).toMatchObject({
      code: 2,
      msg: '参数非法，非本群人员不得拉人进群',
    })
    expect(await code(tom, kitty.uid)).toBe(2)
    expect(await code(tom, 999_999)).toBe(2)
    expect(await site.api(tom).code('group/memberadd', { gid, members: [999_999] })).toBe(2)
    expect(await code(jerry, kitty.uid)).toBe(0)
    expect(await site.api(kitty).code('group/memberadd', { gid, members: [stranger.uid] })).toBe(0)
  })

  test('missing and wrong parameters, missing and disabled groups, disabled callers', async () => {
    const gid = await site.group(tom, jerry)
    const code = (parameters: object) => site.api(tom).code('group/memberadd', { ...parameters })
    expect(await code({ gid })).toBe(1)
    expect(await code({ members: [kitty.uid] })).toBe(1)
    expect(await code({ gid, members: ['x'] })).toBe(2)
    expect(await code({ gid: 999_999, members: [kitty.uid] })).toBe(3)
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    expect(await site.api(tom).call('group/memberadd', { gid, members: [kitty.uid] })).toMatchObject({
      code: 3,
      msg: '群不存在或者已经解散',
    })
    expect(await site.api(999_999).code('group/memberadd', { gid, members: [kitty.uid] })).toBe(85)
  })

  test('a full group takes nobody more', async () => {
    const gid = await site.group(tom, jerry)
    await site.set({ group_limit: '3' })
    expect(await site.api(tom).code('group/memberadd', { gid, members: [kitty.uid, stranger.uid] })).toBe(2)
    expect(await site.api(tom).code('group/memberadd', { gid, members: [kitty.uid] })).toBe(0)
    await site.set({ group_limit: '5000' })
    expect(Object.keys(await membersOf(gid))).toHaveLength(3)
  })
})

describe('group/join', () => {
  const invite = async (inviter: TestUser, gid: number): Promise<string> =>
    new URL((await site.as(inviter).ok('qrcode/group', { gid })).content).searchParams.get('t')!

  test('with the token of a QR code, telling the group', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    const joiner = await site.listen(stranger, `user-${stranger.uid}`)
    const token = await invite(tom, gid)
    expect(await site.as(stranger).call('group/join', { gid, token })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    const content = `${link(stranger)} 通过扫描二维码加入了群聊`
    expect(await ear.next('updateGroup')).toEqual({ gid, avatar: composed(tom, jerry, stranger) })
    expect((await ear.next('message')).content).toBe(content)
    expect(await joiner.next('addGroup')).toMatchObject({ gid, uid: String(stranger.uid), content })
    expect(await site.as(stranger).code('group/join', { gid })).toBe(0)
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
  })

  test('from a session without a token, with another group’s, or with one whose maker has left, joins nothing', async () => {
    const [gid, other] = [await site.group(tom, jerry), await site.group(tom, jerry)]
    const code = (token?: string) => site.as(kitty).code('group/join', { gid, token })
    expect(await code()).toBe(2)
    expect(await code('x.y')).toBe(2)
    expect(await code(await invite(tom, other))).toBe(2)
    const token = await invite(jerry, gid)
    await site.as(jerry).ok('group/leave', { gid })
    expect(await code(token)).toBe(2)
    expect(Object.keys(await membersOf(gid))).toEqual([String(tom.uid)])
  })

  test('with a server key only the gid; from a session when the site is open', async () => {
    const gid = await site.group(tom)
    expect(await site.api(kitty).code('group/join', { gid })).toBe(0)
    await site.set({ group_join: 'open' })
    expect(await site.as(stranger).code('group/join', { gid })).toBe(0)
    await site.set({ group_join: 'closed' })
    expect(Object.keys(await membersOf(gid))).toHaveLength(3)
  })

  test('obeys the switch, the limit and the group’s state', async () => {
    const gid = await site.group(tom)
    const code = () => site.api(kitty).code('group/join', { gid })
    await site.set({ qrcode_group: 'off' })
    expect(await code()).toBe(86)
    await site.set({ qrcode_group: 'on', group_limit: '2' })
    await site.api(jerry).ok('group/join', { gid })
    expect(await code()).toBe(2)
    await site.set({ group_limit: '5000' })
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    expect(await code()).toBe(3)
    expect(await site.api(kitty).code('group/join', { gid: 999_999 })).toBe(3)
    expect(await site.api(999_999).code('group/join', { gid })).toBe(85)
  })

  test('with scanning switched off no invitation counts, unless groups are open to everybody', async () => {
    const gid = await site.group(tom)
    const { content } = await site.as(tom).ok('qrcode/group', { gid })
    const token = new URL(content).searchParams.get('t')
    await site.set({ qrcode_scan: 'off' })
    const refused = await site.as(kitty).call('group/join', { gid, token })
    expect(refused).toEqual({ code: 86, msg: '系统已关闭该功能：扫一扫', data: [] })
    await site.set({ group_join: 'open' })
    expect(await site.as(kitty).code('group/join', { gid })).toBe(0)
    await site.set({ qrcode_scan: 'on', group_join: 'closed' })
  })
})

describe('group/invitation', () => {
  const invite = async (gid: number): Promise<string> =>
    new URL((await site.as(tom).ok('qrcode/group', { gid })).content).searchParams.get('t')!

  test('tells who holds one what it leads to, and changes nothing', async () => {
    const gid = await site.group(tom, jerry)
    const { info } = await site.as(tom).ok('group/detail', { gid })
    const seen = { gid, groupname: info.groupname, avatar: composed(tom, jerry), member_count: 2 }
    const token = await invite(gid)
    expect(await site.as(kitty).ok('group/invitation', { gid, token })).toEqual({ ...seen, is_member: 0 })
    expect(await site.as(jerry).ok('group/invitation', { gid })).toEqual({ ...seen, is_member: 1 })
    expect(Object.keys(await membersOf(gid))).toHaveLength(2)
  })

  test('tells nobody else, nor where the group or the way to it is closed', async () => {
    const gid = await site.group(tom)
    const token = await invite(gid)
    const code = (parameters: object) => site.as(kitty).code('group/invitation', { gid, ...parameters })
    expect(await code({})).toBe(2)
    expect(await code({ token: 'x.y' })).toBe(2)
    expect(await site.visitor().code('group/invitation', { gid, token })).toBe(-1)
    expect(await site.as(kitty).code('group/invitation')).toBe(1)
    expect(await code({ gid: 999_999, token })).toBe(3)
    for (const name of ['qrcode_group', 'qrcode_scan']) {
      await site.set({ [name]: 'off' })
      expect(await code({ token })).toBe(86)
      await site.set({ [name]: 'on' })
    }
    expect(await code({ token })).toBe(0)
  })
})

describe('group/memberdel', () => {
  test('sends people away; they hear nothing more, even on an open socket', async () => {
    const gid = await site.group(tom, jerry, kitty)
    const removed = await site.listen(jerry, `user-${jerry.uid}`, `group-${gid}`)
    const inside = await site.listen(kitty, `group-${gid}`)
    expect(await site.as(tom).call('group/memberdel', { gid, members: [jerry.uid, stranger.uid] })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    const avatar = composed(tom, kitty)
    const groupname = '群聊(猫猫,小老鼠,喵喵)'
    expect(await removed.next('removeGroup', `user-${jerry.uid}`)).toEqual({
      gid,
      groupname,
      avatar,
      uid: String(tom.uid),
    })
    expect(await inside.next('updateGroup')).toEqual({ gid, avatar })
    const notice = await inside.next('message')
    expect(notice).toMatchObject({ content: `${link(tom)} 将 ${link(jerry)} 移出了群聊`, from_avatar: '' })
    await site.as(tom).ok('message/send', { to: gid, type: 'group', content: 'secret' })
    await inside.next('message')
    await removed.barrier()
    expect(removed.heard('message')).toBe(false)
    expect(removed.heard('updateGroup')).toBe(false)
    expect(await site.as(jerry).code('group/members', { gid })).toBe(2)
    expect(await site.as(jerry).code('message/get', { id: gid, type: 'group' })).toBe(2)
  })

  test('is the owner’s; managers may with manager_remove, and only ordinary members', async () => {
    const gid = await site.group(tom, jerry, kitty, stranger)
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    await site.as(tom).ok('group/manager', { gid, uid: kitty.uid, value: 1 })
    const remove = (user: TestUser, target: TestUser) =>
      site.as(user).call('group/memberdel', { gid, members: [target.uid] })
    const notOwner = { code: 2, msg: '参数非法，群不存在或者非群创建人' }
    expect(await remove(jerry, stranger)).toMatchObject(notOwner)
    await site.set({ manager_remove: 'on' })
    expect(await remove(jerry, kitty)).toMatchObject({ code: 2, msg: '非法请求' })
    expect(await remove(jerry, tom)).toMatchObject({ code: 2, msg: '参数非法，不能删除创建人自己' })
    expect(await remove(stranger, kitty)).toMatchObject(notOwner)
    expect(await remove(jerry, stranger)).toMatchObject({ code: 0 })
    await site.set({ manager_remove: 'off' })
    expect(await remove(tom, stranger)).toMatchObject({ code: 2, msg: '该用户已经被移出群' })
    expect(await remove(tom, tom)).toMatchObject({ code: 2, msg: '参数非法，不能删除创建人自己' })
    expect(await site.as(tom).code('group/memberdel', { gid: 999_999, members: [jerry.uid] })).toBe(2)
    expect(await site.as(tom).code('group/memberdel', { gid })).toBe(1)
  })
})
