import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ChatView } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* One chat by itself: what the list tells of it, also while the list does not show it. */

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(tom, jerry)
  await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '话' })
})
afterAll(() => site.close())

const view = (user: TestUser, type: 'friend' | 'group', id: number) =>
  site.as(user).ok<ChatView>('pop/chat', { type, id })

describe('pop/chat', () => {
  test('has the entry of the list, for friends and groups', async () => {
    const gid = await site.group(jerry, tom)
    const { chatting } = await site.as(tom).ok('pop/get')
    expect(await view(tom, 'friend', jerry.uid)).toEqual({ ...chatting[`friend${jerry.uid}`], hidden: 0 })
    expect(await view(tom, 'group', gid)).toEqual({ ...chatting[`group${gid}`], hidden: 0 })
  })

  test('tells of a hidden chat how it is set, each side its own', async () => {
    await site.as(tom).ok('friend/update', { friend_uid: jerry.uid, muted: 1, top: 1 })
    await site.as(tom).ok('pop/delchat', { type: 'friend', id: jerry.uid })
    expect(await view(tom, 'friend', jerry.uid)).toMatchObject({ hidden: 1, muted: 1, top: 1, last_seq: 1 })
    expect(await view(jerry, 'friend', tom.uid)).toMatchObject({ hidden: 0, muted: 0, top: 0 })
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '还在吗' })
    const back = await view(tom, 'friend', jerry.uid)
    expect(back).toMatchObject({ hidden: 0, muted: 1, unread_count: 2, items: [{ content: '还在吗' }] })
  })

  test('is empty with somebody to whom nobody has spoken yet', async () => {
    const stranger = await site.user({ nickname: '斯派克' })
    expect(await view(tom, 'friend', stranger.uid)).toEqual({
      ...{ type: 'friend', id: stranger.uid, name: '斯派克', avatar: expect.any(String), items: [] },
      ...{ unread_count: 0, top: 0, muted: 0, last_seq: 0, read_seq: 0, mention_mid: 0, hidden: 1 },
    })
  })

  test('works over the websocket', async () => {
    const ear = await site.listen(jerry)
    ear.send('parley:call', { id: 1, path: 'pop/chat', params: { type: 'friend', id: tom.uid } })
    expect((await ear.next('parley:result')).data).toMatchObject({ id: tom.uid, hidden: 0 })
  })

  test('refusals: nobody there, a group of others, missing and bad parameters, visitors', async () => {
    const [spike, tyke] = (await site.users(2)) as [TestUser, TestUser]
    const gid = await site.group(spike, tyke)
    const code = (parameters: Record<string, unknown>) => site.as(tom).code('pop/chat', parameters)
    expect(await code({ type: 'friend', id: 999_999 })).toBe(101)
    const outside = await code({ type: 'group', id: gid })
    expect([outside, await code({ type: 'group', id: 999_999 })]).toEqual([2, 2])
    expect(await code({ type: 'friend' })).toBe(1)
    expect(await code({ id: jerry.uid })).toBe(1)
    expect(await code({ type: 'x', id: jerry.uid })).toBe(2)
    expect(await site.visitor().code('pop/chat', { type: 'friend', id: jerry.uid })).toBe(-1)
    expect(await site.api().code('pop/chat', { type: 'friend', id: jerry.uid })).toBe(1)
  })
})
