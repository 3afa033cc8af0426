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

describe('group/update', () => {
  test('renames: the notice carries the old name, the event the new one', async () => {
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

  test('an empty picture is the composed one again', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(tom).ok('group/update', { gid, avatar: '/upload/groups/1/1/x.png' })
    await site.api(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
    const ear = await site.listen(jerry, `group-${gid}`)
    await site.as(tom).ok('group/update', { gid, avatar: '' })
    const uids = [tom, jerry, kitty].map(({ uid }) => uid).join(',')
    expect(await ear.next('updateGroup')).toMatchObject({ avatar: `/h5/group/avatar?uid=${uids}` })
  })

  test('changes the announcement, for owner and managers; what is as it was is no change', async () => {
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

  test('several changes are several notices and one event', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    await site.as(tom).ok('group/update', { gid, groupname: '新名', announcement: '新公告' })
    expect(await ear.next('updateGroup')).toMatchObject({ groupname: '新名', announcement: '新公告' })
    expect((await ear.next('message')).content).toEndWith('修改为 新名')
    expect((await ear.next('message')).content).toEndWith('更新了群公告')
    expect(ear.heard('updateGroup')).toBe(false)
  })

  test('is the owner’s', async () => {
    const gid = await ledGroup()
    for (const user of [jerry, kitty, stranger]) {
      expect(await site.as(user).call('group/update', { gid, groupname: 'x' })).toMatchObject({
        code: 2,
        msg: '非法请求',
      })
    }
    expect(await site.as(jerry).code('group/update', { gid, groupname: 'x', announcement: 'y' })).toBe(2)
    expect(await site.as(kitty).code('group/update', { gid, announcement: 'y' })).toBe(2)
    expect(await site.api(999_999).code('group/update', { gid, groupname: 'x' })).toBe(85)
  })

  test('the state is the site’s: no session sets it, and none undoes it', async () => {
    const gid = await ledGroup()
    expect(await site.as(kitty).code('group/update', { gid, state: 'disabled' })).toBe(2)
    expect(await site.as(tom).code('group/update', { gid, state: 'disabled' })).toBe(0)
    expect(await send(tom, gid)).toBe(0)

    const ear = await site.listen(kitty, `group-${gid}`)
    await site.api(stranger).ok('group/update', { gid, state: 'disabled' })
    expect(await ear.next('updateGroup')).toMatchObject({ gid, state: 'disabled' })
    expect(await site.as(tom).code('group/update', { gid, state: 'normal', groupname: 'x' })).toBe(85)
    expect(await site.as(tom).code('group/update', { gid, state: 'normal' })).toBe(0)
    expect(await send(tom, gid)).toBe(85)
    expect(await site.api(stranger).code('group/update', { gid, state: 'normal', groupname: 'x' })).toBe(2)
    await site.api(stranger).ok('group/update', { gid, state: 'normal' })
    expect(await send(tom, gid)).toBe(0)
  })

  test('wants something to change, of the right form; an absent group is a soft success', async () => {
    const gid = await site.group(tom)
    expect(await site.as(tom).code('group/update', { gid })).toBe(1)
    expect(await site.as(tom).code('group/update', { gid, groupname: '' })).toBe(1)
    expect(await site.as(tom).code('group/update', { gid, groupname: '很'.repeat(61) })).toBe(2)
    expect(await site.as(tom).call('group/update', { gid: 999_999, groupname: 'x' })).toEqual({
      ...OK,
      msg: '记录不存在',
    })
  })
})

describe('group/guaUpdate', () => {
  test('changes the picture; the notice carries the old one', async () => {
    const gid = await site.group(tom, jerry)
    const ear = await site.listen(jerry, `group-${gid}`)
    const avatar = '/upload/groups/1/1/x.png'
    expect(await site.as(tom, 'h5').call('group/guaUpdate', { gid, avatar })).toEqual(OK)
    expect(await ear.next('updateGroup')).toEqual({ gid, avatar, groupname: '群聊(猫猫,小老鼠)' })
    expect(await ear.next('message')).toMatchObject({
      content: `群主 ${link(tom)} 更换了群头像`,
      to_avatar: `/h5/group/avatar?uid=${tom.uid},${jerry.uid}`,
    })
    expect(await site.as(jerry).ok('group/detail', { gid, simple: 1 })).toMatchObject({ avatar })
  })

  test('is the owner’s, and takes addresses only', async () => {
    const gid = await ledGroup()
    expect(await site.as(jerry).call('group/guaUpdate', { gid, avatar: '/a.png' })).toMatchObject({
      code: 2,
      msg: '非法请求',
    })
    expect(await site.as(tom).code('group/guaUpdate', { gid })).toBe(1)
    expect(await site.as(tom).code('group/guaUpdate', { gid, avatar: 'javascript:alert(1)' })).toBe(2)
    expect(await site.as(tom).call('group/guaUpdate', { gid: 999_999, avatar: '/a.png' })).toEqual({
      ...OK,
      msg: '记录不存在',
    })
  })
})
