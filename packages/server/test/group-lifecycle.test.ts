import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let kitty: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  kitty = await site.user({ nickname: '喵喵' })
  await site.befriend(tom, jerry)
  await site.befriend(tom, kitty)
})

afterAll(() => site.close())

const link = ({ uid, nickname }: TestUser) => `[${nickname}]({POPBASEURI}user/detail/${uid})`
const lastNotice = async (reader: TestUser, gid: number) =>
  (await site.as(reader).ok('message/get', { id: gid, type: 'group' })).at(-1)

describe('group/create', () => {
  test('answers as the document shows, with the default name and picture', async () => {
    const data = await site.api(tom).ok('group/create', { members: [jerry.uid, kitty.uid] })
    expect(data).toEqual({
      gid: expect.stringMatching(/^\d+$/),
      groupname: '群聊(猫猫,小老鼠,喵喵)',
      avatar: `/h5/group/avatar?uid=${tom.uid},${jerry.uid},${kitty.uid}`,
    })
  })

  test('without members makes a group of one, without a notice', async () => {
    const ears = await site.listen(tom, `user-${tom.uid}`)
    const { gid, groupname, avatar } = await site.as(tom).ok('group/create')
    expect(groupname).toBe('群聊(猫猫)')
    const added = await ears.next('addGroup')
    expect(added).toEqual({ gid: Number(gid), groupname, avatar, uid: String(tom.uid) })
    await ears.barrier()
    expect(ears.heard('message')).toBe(false)
    expect(await site.as(tom).ok('message/get', { id: gid, type: 'group' })).toEqual([])
  })

  test('tells every member on their own channel: the group first, then the notice', async () => {
    const ears = await Promise.all([tom, jerry].map((user) => site.listen(user, `user-${user.uid}`)))
    const { gid } = await site
      .as(tom, 'h5')
      .ok('group/create', { members: [jerry.uid], groupname: ' 老友记 ' })
    const avatar = `/h5/group/avatar?uid=${tom.uid},${jerry.uid}`
    for (const ear of ears) {
      const names = ear.frames.map(({ event }) => event)
      expect(await ear.next('addGroup')).toEqual({
        gid: Number(gid),
        groupname: '老友记',
        avatar,
        uid: String(tom.uid),
      })
      expect(await ear.next('message')).toEqual({
        from: String(tom.uid),
        from_name: '猫猫',
        from_avatar: '',
        to: gid,
        to_name: '老友记',
        to_avatar: avatar,
        content: `${link(tom)} 邀请 ${link(jerry)} 加入了群聊`,
        timestamp: expect.any(Number),
        type: 'group',
        sub_type: 'notice',
        mid: expect.any(Number),
        quote_mid: 0,
        quote_content: '',
        seq: 1,
      })
      expect(names.indexOf('addGroup')).toBeLessThanOrEqual(names.indexOf('message'))
    }
    const { chatting } = await site.as(jerry).ok('pop/get')
    expect(chatting[`group${gid}`]).toMatchObject({
      name: '老友记',
      unread_count: 0,
      items: [{ sub_type: 'notice' }],
    })
  })

  test('a session’s avatar is ignored, a server key’s is used', async () => {
    const own = '/upload/avatars/1/1/x.png'
    expect(await site.as(tom).ok('group/create', { avatar: own })).toMatchObject({
      avatar: `/h5/group/avatar?uid=${tom.uid}`,
    })
    expect(await site.api(tom).ok('group/create', { avatar: own })).toMatchObject({ avatar: own })
  })

  test('a long default name is cut to 60 characters and stays closed', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => site.user({ nickname: '很'.repeat(60) })))
    const { groupname } = await site.api(a).ok('group/create', { members: [b!.uid] })
    expect([...groupname]).toHaveLength(60)
    expect(groupname).toStartWith('群聊(很')
    expect(groupname).toEndWith('很)')
  })

  test('from a session only friends, and the accounts that one opened or that opened one', async () => {
    const stranger = await site.user()
    const child = await site.user()
    await site.services.db.write
      .updateTable('user')
      .set({ parent_uid: tom.uid })
      .where('uid', '=', child.uid)
      .execute()
    site.services.users.forget(child.uid)
    expect(await site.as(tom).code('group/create', { members: [jerry.uid, stranger.uid] })).toBe(2)
    expect(await site.as(tom).code('group/create', { members: [child.uid] })).toBe(0)
    expect(await site.as(child).code('group/create', { members: [tom.uid] })).toBe(0)
    expect(await site.api(tom).code('group/create', { members: [stranger.uid] })).toBe(0)
  })

  test('unknown and repeated people are error 2; oneself among them is fine', async () => {
    expect(await site.api(tom).call('group/create', { members: [jerry.uid, 999_999] })).toMatchObject({
      code: 2,
      msg: '参数非法，用户不存在',
    })
    expect(await site.api(tom).code('group/create', { members: [jerry.uid, jerry.uid] })).toBe(2)
    expect(await site.api(tom).code('group/create', { members: [tom.uid, jerry.uid] })).toBe(0)
  })

  test('obeys the switch, the limit and the account’s state', async () => {
    await site.set({ create_group: 'off' })
    expect(await site.as(tom).code('group/create')).toBe(702)
    await site.set({ create_group: 'on', group_limit: '2' })
    expect(await site.as(tom).code('group/create', { members: [jerry.uid, kitty.uid] })).toBe(2)
    expect(await site.as(tom).code('group/create', { members: [jerry.uid] })).toBe(0)
    await site.set({ group_limit: '5000' })
    const banned = await site.user()
    await site.services.users.update(banned.uid, { account_state: 'disabled' })
    expect(await site.api(banned).code('group/create')).toBe(85)
    expect(await site.api(999_999).code('group/create')).toBe(85)
    expect(await site.visitor().code('group/create')).toBe(-1)
  })
})

describe('group/delete', () => {
  test('ends the group for everybody at once and keeps the messages', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    expect(await site.as(tom).call('group/delete', { gid })).toEqual({ code: 0, msg: 'ok', data: [] })
    expect(await ear.next('removeGroup', `group-${gid}`)).toEqual({ gid })
    await site.api().ok('push/emit', { channel: `group-${gid}`, event: 'after', data: '{}' })
    await ear.barrier()
    expect(ear.heard('after')).toBe(false)
    expect(await site.as(jerry).code('group/detail', { gid })).toBe(701)
    expect(
      (await site.as(jerry).ok('pop/get')).group.map((group: { gid: number }) => group.gid),
    ).not.toContain(gid)
    const { count } = await site.services.db.read
      .selectFrom('message')
      .innerJoin('conversation', 'conversation.id', 'message.conversation_id')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('conversation.low', '=', gid)
      .where('conversation.kind', '=', 'group')
      .executeTakeFirstOrThrow()
    expect(count).toBe(1)
  })

  test('is the owner’s alone; an absent group is a soft success', async () => {
    const gid = await site.group(tom, jerry)
    expect(await site.as(jerry).call('group/delete', { gid })).toMatchObject({ code: 2, msg: '非法请求' })
    expect(await site.as(kitty).code('group/delete', { gid })).toBe(2)
    expect(await site.as(tom).call('group/delete', { gid: 999_999 })).toEqual({
      code: 0,
      msg: '记录不存在',
      data: [],
    })
    expect(await site.as(tom).code('group/delete')).toBe(1)
    expect(await site.as(jerry).code('group/detail', { gid })).toBe(0)
  })
})

describe('group/leave', () => {
  test('takes a member out, on all devices, and tells the others', async () => {
    const gid = await site.group(tom, jerry, kitty)
    const other = await site.listen(kitty, `group-${gid}`)
    const device = await site.listen(jerry, `user-${jerry.uid}`, `group-${gid}`)
    expect(await site.as(jerry).call('group/leave', { gid })).toEqual({ code: 0, msg: 'ok', data: [] })
    const avatar = `/h5/group/avatar?uid=${tom.uid},${kitty.uid}`
    expect(await other.next('updateGroup')).toEqual({ gid, avatar })
    expect(await other.next('message')).toMatchObject({
      content: `${link(jerry)} 退出了群聊`,
      sub_type: 'notice',
    })
    expect(await device.next('removeGroup')).toMatchObject({ gid, uid: String(jerry.uid) })
    await site.as(tom).ok('message/send', { to: gid, type: 'group', content: 'psst' })
    await other.next('message')
    await device.barrier()
    expect(device.heard('message')).toBe(false)
    expect(await site.as(jerry).code('message/send', { to: gid, type: 'group', content: 'x' })).toBe(2)
  })

  test('of the owner hands the group to the longest-standing manager, else member', async () => {
    const gid = await site.group(tom, jerry, kitty)
    await site.as(tom).ok('group/manager', { gid, uid: kitty.uid, value: 1 })
    const ear = await site.listen(jerry, `group-${gid}`)
    await site.as(tom).ok('group/leave', { gid })
    expect(await ear.next('updateGroup')).toMatchObject({ gid, uid: kitty.uid })
    expect((await lastNotice(jerry, gid)).content).toBe(`${link(kitty)} 成为新的群主`)
    expect(await site.as(kitty).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      uid: kitty.uid,
      role: 'owner',
    })
    await site.as(kitty).ok('group/leave', { gid })
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      uid: jerry.uid,
      role: 'owner',
    })
  })

  test('of the last one dissolves it', async () => {
    const gid = await site.group(tom)
    const ear = await site.listen(tom, `group-${gid}`)
    await site.as(tom).ok('group/leave', { gid })
    expect(await ear.next('removeGroup')).toEqual({ gid })
    expect(await site.api(tom).code('group/detail', { gid })).toBe(701)
  })

  test('a group that one is not in, or that is not there, is left already', async () => {
    const gid = await site.group(tom)
    expect(await site.as(jerry).code('group/leave', { gid })).toBe(0)
    expect(await site.as(jerry).code('group/leave', { gid: 999_999 })).toBe(0)
    expect(await site.as(jerry).code('group/leave')).toBe(1)
  })
})

describe('group/transfer', () => {
  test('makes a member the owner and the owner a member', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    expect(await site.as(tom).call('group/transfer', { gid, uid: jerry.uid })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    expect(await ear.next('updateGroup')).toEqual({ gid, uid: jerry.uid })
    expect((await ear.next('message')).content).toBe(`群主 ${link(tom)} 将群主转让给 ${link(jerry)}`)
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({
      uid: jerry.uid,
      role: 'owner',
    })
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({ role: 'member' })
    expect(await site.as(tom).code('group/transfer', { gid, uid: tom.uid })).toBe(2)
  })

  test('only by the owner, only to another member', async () => {
    const gid = await site.group(tom, jerry)
    const code = (user: TestUser, uid: number) => site.as(user).code('group/transfer', { gid, uid })
    expect(await code(jerry, jerry.uid)).toBe(2)
    expect(await code(tom, tom.uid)).toBe(2)
    expect(await code(tom, kitty.uid)).toBe(2)
    expect(await site.as(tom).code('group/transfer', { gid: 999_999, uid: jerry.uid })).toBe(3)
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({ uid: tom.uid })
  })
})
