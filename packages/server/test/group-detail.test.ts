import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startGroupSite } from './group-cast.ts'
import type { TestSite, TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let kitty: TestUser
let stranger: TestUser

beforeAll(async () => {
  ;({ site, tom, jerry, kitty, stranger } = await startGroupSite())
  await site.befriend(tom, jerry)
})

afterAll(() => site.close())

const chatOf = async (user: TestUser, gid: number) =>
  (await site.as(user).ok('pop/get')).chatting[`group${gid}`]
const say = (user: TestUser, gid: number, content: string) =>
  site.as(user).ok('message/send', { to: gid, type: 'group', content })

const membersOf = (gid: number, parameters = {}) =>
  site.api(tom).ok<Record<string, any>>('group/members', { gid, ...parameters })

describe('group/detail', () => {
  const info = (gid: number) => ({
    gid,
    groupname: '群聊(猫猫,小老鼠)',
    uid: tom.uid,
    avatar: `/h5/group/avatar?uid=${tom.uid},${jerry.uid}`,
    state: 'normal',
    timestamp: expect.any(Number),
    remark: '',
    announcement: '',
    member_count: 2,
    online_count: 0,
    role: 'owner',
    silenced_until: 0,
  })

  test('answers as the document shows, with the members', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '杰瑞' })
    for (const simple of [undefined, '0', '']) {
      expect(await site.api(tom).ok('group/detail', { gid, simple })).toEqual({
        info: info(gid),
        members: {
          [tom.uid]: {
            uid: tom.uid,
            avatar: `/avatar/${tom.uid}.svg?t=${encodeURIComponent('猫')}`,
            nickname: '猫猫',
            remark: '',
          },
          [jerry.uid]: {
            uid: jerry.uid,
            avatar: `/avatar/${jerry.uid}.svg?t=${encodeURIComponent('小')}`,
            nickname: '小老鼠',
            remark: '杰瑞',
          },
        },
      })
    }
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '' })
  })

  test('simple is the row alone', async () => {
    const gid = await site.group(tom, jerry)
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toEqual(info(gid))
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 'true', at: 1 })).toEqual({
      ...info(gid),
      role: 'member',
    })
  })

  test('counts who is online', async () => {
    const gid = await site.group(tom, jerry, kitty)
    expect((await site.as(tom).ok('group/detail', { gid })).info.online_count).toBe(0)
    const ear = await site.listen(tom, `user-${tom.uid}`)
    // Friends are told of each other when it is stored.
    const friend = await site.listen(jerry, `user-${jerry.uid}`)
    expect((await ear.next('state')).state).toBe('online')
    expect((await site.as(kitty).ok('group/detail', { gid, simple: 1 })).online_count).toBe(2)
    for (const device of [ear, friend]) device.close()
  })

  test('shows fifteen members at most and counts all', async () => {
    const gid = await site.group(tom, ...(await site.users(17)))
    const { info, members } = await site.as(tom).ok('group/detail', { gid })
    expect(Object.keys(members)).toHaveLength(15)
    expect(info.member_count).toBe(18)
  })

  test('is for members only; an absent group is 701', async () => {
    const gid = await site.group(tom)
    expect(await site.as(stranger).call('group/detail', { gid })).toMatchObject({ code: 2, data: [] })
    expect(await site.api(stranger).code('group/detail', { gid, simple: 1 })).toBe(2)
    expect(await site.as(tom).call('group/detail', { gid: 999_999 })).toMatchObject({
      code: 701,
      msg: '群组不存在',
    })
    expect(await site.as(tom).code('group/detail')).toBe(1)
    expect(await site.visitor('h5').code('group/detail', { gid })).toBe(-1)
  })
})

describe('group/remark', () => {
  test('names the group for the caller alone', async () => {
    const gid = await site.group(tom, jerry)
    expect(await site.as(jerry).call('group/remark', { gid, remark: '猫鼠' })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    const { group } = await site.as(jerry).ok('pop/get')
    expect(group).toContainEqual({ gid, avatar: expect.any(String), uid: tom.uid, name: '猫鼠' })
    expect(await chatOf(jerry, gid)).toMatchObject({ name: '猫鼠' })
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({ remark: '猫鼠' })
    expect(await site.as(tom).ok('group/detail', { gid, simple: 1 })).toMatchObject({ remark: '' })
    await site.as(jerry).ok('group/remark', { gid, remark: '' })
    expect(await chatOf(jerry, gid)).toMatchObject({ name: '群聊(猫猫,小老鼠)' })
  })

  test('takes 255 bytes, from members', async () => {
    const gid = await site.group(tom)
    const remark = (user: TestUser, text?: string) =>
      site.api(user).call('group/remark', { gid, remark: text })
    expect(await remark(tom, '很'.repeat(85))).toMatchObject({ code: 0 })
    expect(await remark(tom, '很'.repeat(86))).toMatchObject({ code: 2, msg: '长度不能大于255个字节' })
    expect(await remark(stranger, 'x')).toMatchObject({ code: 2, msg: '参数非法，不是该群成员' })
    expect(await remark(tom)).toMatchObject({ code: 1 })
    expect(await site.api(999_999).code('group/remark', { gid, remark: 'x' })).toBe(85)
  })
})

describe('group/memberupdate', () => {
  test('hides and shows the chat, for the caller alone', async () => {
    const gid = await site.group(tom, jerry)
    expect(await site.as(jerry).call('group/memberupdate', { gid, state: 'hidden' })).toEqual({
      code: 0,
      msg: 'ok',
      data: [],
    })
    expect(await chatOf(jerry, gid)).toBeUndefined()
    expect(await chatOf(tom, gid)).toBeDefined()
    await site.as(jerry).ok('group/memberupdate', { gid, state: 'chatting' })
    expect(await chatOf(jerry, gid)).toBeDefined()
    await site.as(jerry).ok('group/memberupdate', { gid, state: 'hidden' })
    await say(tom, gid, 'back')
    expect(await chatOf(jerry, gid)).toMatchObject({ unread_count: 1 })
  })

  test('sets the read time, in seconds', async () => {
    const gid = await site.group(tom, jerry)
    await say(tom, gid, 'one')
    await site.as(jerry).ok('group/memberupdate', { gid, last_read_time: 0 })
    expect(await chatOf(jerry, gid)).toMatchObject({ unread_count: 1 })
    const { timestamp } = (await chatOf(jerry, gid)).items[0]
    await site.as(jerry).ok('group/memberupdate', { gid, last_read_time: timestamp })
    expect(await chatOf(jerry, gid)).toMatchObject({ unread_count: 0 })
  })

  test('pins and mutes', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(jerry).ok('group/memberupdate', { gid, top: 1, muted: '1' })
    expect(await chatOf(jerry, gid)).toMatchObject({ top: 1, muted: 1 })
    expect(await chatOf(tom, gid)).toMatchObject({ top: 0, muted: 0 })
    await site.as(jerry).ok('group/memberupdate', { gid, top: 0 })
    expect(await chatOf(jerry, gid)).toMatchObject({ top: 0, muted: 1 })
  })

  test('wants at least one thing, a known one, and a member', async () => {
    const gid = await site.group(tom)
    expect(await site.as(tom).code('group/memberupdate', { gid })).toBe(1)
    expect(await site.as(tom).code('group/memberupdate', { state: 'hidden' })).toBe(1)
    expect(await site.as(tom).code('group/memberupdate', { gid, state: 'gone' })).toBe(2)
    expect(await site.as(stranger).code('group/memberupdate', { gid, state: 'hidden' })).toBe(2)
    expect(await site.as(tom).code('group/memberupdate', { gid: 999_999, state: 'hidden' })).toBe(2)
  })
})

describe('group/ismanager', () => {
  test('is 1 for owner and managers, by GET and POST', async () => {
    const gid = await site.group(tom, jerry)
    const ask = (uid: number) => site.as(jerry).ok('group/ismanager', { gid, uid })
    expect(await ask(tom.uid)).toEqual({ is_manager: 1 })
    expect(await ask(jerry.uid)).toEqual({ is_manager: 0 })
    expect(await ask(stranger.uid)).toEqual({ is_manager: 0 })
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    expect(await ask(jerry.uid)).toEqual({ is_manager: 1 })
    const response = await fetch(`${site.url}/api/group/ismanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.key}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: `login_uid=${tom.uid}&gid=${gid}&uid=${jerry.uid}`,
    })
    expect(await response.json()).toEqual({ code: 0, msg: 'ok', data: { is_manager: 1 } })
  })

  test('is told to members only', async () => {
    const gid = await site.group(tom)
    expect(await site.as(stranger).code('group/ismanager', { gid, uid: tom.uid })).toBe(2)
    expect(await site.as(tom).code('group/ismanager', { gid: 999_999, uid: tom.uid })).toBe(701)
    expect(await site.as(tom).code('group/ismanager', { gid })).toBe(1)
  })
})

describe('group/members', () => {
  test('answers as the document shows, in pages by index', async () => {
    const gid = await site.group(tom, jerry, kitty)
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '杰瑞' })
    const all = await membersOf(gid)
    expect(all[jerry.uid]).toEqual({
      uid: jerry.uid,
      avatar: `/avatar/${jerry.uid}.svg?t=${encodeURIComponent('小')}`,
      nickname: '小老鼠',
      name: '杰瑞',
      index: expect.any(Number),
      role: 'member',
      silenced_until: 0,
    })
    expect(all[tom.uid]).toMatchObject({ name: '猫猫', role: 'owner' })
    const first = Object.values(await membersOf(gid, { limit: 2 }))
    const index = Math.max(...first.map((member) => member.index))
    const rest = await membersOf(gid, { limit: 2, index })
    expect([...first.map(({ uid }) => uid), ...Object.keys(rest).map(Number)].sort()).toEqual(
      [tom.uid, jerry.uid, kitty.uid].sort(),
    )
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '' })
  })

  test('by first letter, without oneself, and empty as a map', async () => {
    const gid = await site.group(tom, jerry, kitty, stranger)
    const tree = await membersOf(gid, { pinyin: 'true', exclude: 'mine' })
    expect(Object.keys(tree).sort()).toEqual(['M', 'S', 'X'])
    expect(Object.keys(tree.M!)).toEqual([String(kitty.uid)])
    expect(Object.keys(await membersOf(gid, { exclude: `${jerry.uid},${kitty.uid}` }))).toEqual(
      [tom.uid, stranger.uid].map(String),
    )
    expect(await membersOf(gid, { index: 9_999_999 })).toEqual({})
  })

  test('are for members only, also through a server key', async () => {
    const gid = await site.group(tom)
    expect(await site.as(jerry).call('group/members', { gid })).toMatchObject({
      code: 2,
      msg: '参数非法，不是该群成员',
    })
    expect(await site.api(jerry).code('group/members', { gid })).toBe(2)
    expect(await site.api(tom).code('group/members', { gid: 999_999 })).toBe(701)
    expect(await site.api(tom).code('group/members', { gid, limit: 101 })).toBe(2)
    expect(await site.api(tom).code('group/members')).toBe(1)
    expect(await site.visitor().code('group/members', { gid })).toBe(-1)
  })
})
