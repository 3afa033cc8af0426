import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { WaitingChat } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* The member's queue: temporary chats in which somebody waits for an answer. */

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

const say = (from: TestUser, to: TestUser, content = '在吗') =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })
const waiting = (member: TestUser, parameters = {}) =>
  site.as(member).ok<WaitingChat[]>('pop/waiting', parameters)
const ids = async (member: TestUser, parameters = {}) =>
  (await waiting(member, parameters)).map(({ id }) => id)

async function cast(visitors: number): Promise<{ member: TestUser; visitors: TestUser[] }> {
  const member = await site.user({ is_member: 1 })
  return { member, visitors: await site.users(visitors) }
}

describe('pop/waiting', () => {
  test('has the entries of the list of chats, and since when', async () => {
    const { member, visitors } = await cast(1)
    expect(await waiting(member)).toEqual([])
    await say(visitors[0]!, member, '第一句')
    await say(visitors[0]!, member, '第二句')
    const [entry] = await waiting(member)
    const { chatting } = await site.as(member).ok('pop/get')
    expect(entry).toEqual({ ...chatting[`friend${visitors[0]!.uid}`], since: expect.any(Number) })
    expect(entry).toMatchObject({ unread_count: 2, items: [{ content: '第二句' }] })
    const rows = await site.as(member).ok('message/get', { id: visitors[0]!.uid, type: 'friend', peek: 1 })
    expect(entry!.since).toBe(rows[0].timestamp)
    expect(await site.api(member).ok('pop/waiting')).toEqual([entry!])
  })

  test('who waits longest comes first; writing once more changes nothing, an answer ends it', async () => {
    const { member, visitors } = await cast(3)
    const [a, b, c] = visitors as [TestUser, TestUser, TestUser]
    for (const visitor of visitors) await say(visitor, member)
    await say(a, member, '还在吗')
    expect(await ids(member)).toEqual([a.uid, b.uid, c.uid])
    expect(await ids(member, { limit: 2 })).toEqual([a.uid, b.uid])
    await say(member, a, '在的')
    expect(await ids(member)).toEqual([b.uid, c.uid])
    await say(a, member, '谢谢')
    expect(await ids(member)).toEqual([b.uid, c.uid, a.uid])
  })

  test('reading is no answer, automatic ones are none, and what was taken back is no question', async () => {
    const { member, visitors } = await cast(2)
    const [a, b] = visitors as [TestUser, TestUser]
    await site.as(member).ok('reply/add', { type: 1, title: '欢迎', content: '你好', is_default: 1 })
    await site.as(member).ok('reply/add', { type: 3, title: '价格', content: '十元' })
    await say(a, member, '价格')
    const rows = await site.as(member).ok('message/get', { id: a.uid, type: 'friend' })
    expect(rows.map(({ content }: { content: string }) => content)).toEqual(['价格', '你好', '十元'])
    expect(await ids(member)).toEqual([a.uid])
    const { mid } = await say(b, member)
    expect(await ids(member)).toEqual([a.uid, b.uid])
    await site.as(b).ok('message/revoke', { id: member.uid, type: 'friend', mid })
    expect(await ids(member)).toEqual([a.uid])
  })

  test('friends, groups, hidden chats and those whom the member wrote to are no part of it', async () => {
    const { member, visitors } = await cast(4)
    const [friend, hidden, written, visitor] = visitors as [TestUser, TestUser, TestUser, TestUser]
    await site.befriend(member, friend)
    await site.group(friend, member)
    await say(friend, member)
    await say(hidden, member)
    await site.as(member).ok('pop/delchat', { id: hidden.uid, type: 'friend' })
    await say(member, written)
    await say(visitor, member)
    expect(await ids(member)).toEqual([visitor.uid])
    await say(hidden, member)
    expect(await ids(member)).toEqual([visitor.uid, hidden.uid])
    await site.befriend(member, visitor)
    expect(await ids(member)).toEqual([hidden.uid])
  })

  test('a sub-user is no visitor of the member, nor is the member one of theirs', async () => {
    const { member, visitors } = await cast(1)
    const opened = await site
      .as(member)
      .ok('user/open_user', { username: `wait${member.uid}`, nickname: '分号', password: 'secret-1' })
    const sub: TestUser = { ...member, uid: opened.uid, username: `wait${member.uid}` }
    await site.services.users.update(sub.uid, { is_member: 1 })
    const send = (from: TestUser, to: TestUser) =>
      site.api(from).ok('message/send', { to: to.uid, type: 'friend', content: '在吗' })
    await send(sub, member)
    await send(visitors[0]!, member)
    expect(await ids(member)).toEqual([visitors[0]!.uid])
    await site.api(member).ok('message/send', { to: visitors[0]!.uid, type: 'friend', content: '在的' })
    expect(await ids(member)).toEqual([])
    await send(member, sub)
    await send(visitors[0]!, sub)
    const waitForSub = await site.api(sub).ok<WaitingChat[]>('pop/waiting')
    expect(waitForSub.map(({ id }) => id)).toEqual([visitors[0]!.uid])
  })

  test('is for members alone', async () => {
    const { member, visitors } = await cast(1)
    expect(await site.as(visitors[0]!).code('pop/waiting')).toBe(3)
    expect(await site.visitor().code('pop/waiting')).toBe(-1)
    expect(await site.as(member).code('pop/waiting', { limit: 0 })).toBe(2)
    expect(await site.as(member).code('pop/waiting', { limit: 101 })).toBe(2)
  })
})
