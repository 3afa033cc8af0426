import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let stranger: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  stranger = await site.user({ nickname: '路人' })
  await site.befriend(tom, jerry)
})
afterAll(() => site.close())

interface Row {
  mid: number
  seq: number
  content: string
}

/** A fresh pair of friends with so many messages from the first to the second. */
async function pair(count: number): Promise<{ a: TestUser; b: TestUser; mids: number[] }> {
  const [a, b] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(a, b)
  const mids: number[] = []
  for (let i = 1; i <= count; i++) {
    mids.push((await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content: `${i}` })).mid)
  }
  return { a, b, mids }
}

const page = (reader: TestUser, peer: TestUser, more = {}): Promise<Row[]> =>
  site.as(reader).ok('message/get', { id: peer.uid, type: 'friend', ...more })
const contents = (rows: Row[]) => rows.map((row) => row.content)

describe('message/get', () => {
  test('has the document’s shape, oldest first', async () => {
    await site.as(tom).ok('message/send', { to: jerry.uid, type: 'friend', content: '一' })
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '二' })
    const rows = await site.api(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    expect(rows.at(-2)).toEqual({
      mid: expect.any(Number),
      from: String(tom.uid),
      avatar: expect.stringMatching(/^\//),
      timestamp: expect.any(Number),
      content: '一',
      sub_type: 'message',
      quote_mid: 0,
      quote_content: '',
      seq: expect.any(Number),
    })
    expect(rows.at(-1)).toMatchObject({ from: String(jerry.uid), content: '二' })
  })

  test('in a group each row has a name: the reader’s remark, or the nickname', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '吱' })
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '杰瑞' })
    expect((await site.as(tom).ok('message/get', { id: gid, type: 'group' })).at(-1).name).toBe('杰瑞')
    expect((await site.as(jerry).ok('message/get', { id: gid, type: 'group' })).at(-1).name).toBe('小老鼠')
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '' })
  })

  test('pages backwards by mid without a gap or a repeat; also by a mid of somewhere else', async () => {
    const { a, b, mids } = await pair(7)
    expect(contents(await page(b, a, { limit: 3 }))).toEqual(['5', '6', '7'])
    expect(contents(await page(b, a, { limit: 3, mid: mids[4] }))).toEqual(['2', '3', '4'])
    expect(contents(await page(b, a, { limit: 3, mid: mids[1] }))).toEqual(['1'])
    expect(contents(await page(b, a, { limit: 3, mid: mids[0] }))).toEqual([])
    expect(contents(await page(b, a, { limit: 2, mid: mids.at(-1)! + 1000 }))).toEqual(['6', '7'])
  })

  test('what was deleted is left out before the page is cut', async () => {
    const { a, b, mids } = await pair(6)
    await site.as(b).ok('message/delete', { id: a.uid, type: 'friend', mid: mids[4]!, ty: 1 })
    await site.as(a).ok('message/delete', { id: b.uid, type: 'friend', mid: mids[3]!, ty: 2 })
    expect(contents(await page(b, a, { limit: 4 }))).toEqual(['1', '2', '3', '6'])
    expect(contents(await page(a, b, { limit: 4 }))).toEqual(['2', '3', '5', '6'])
  })

  test('marks the chat as read', async () => {
    const { a, b } = await pair(2)
    const unread = () => site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })
    expect(await unread()).toBe(2)
    await page(b, a)
    expect(await unread()).toBe(0)
  })

  test('peeking marks nothing as read, on any page', async () => {
    const { a, b, mids } = await pair(3)
    const ear = await site.listen(a, `user-${a.uid}`)
    const unread = () => site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })
    expect(contents(await page(b, a, { peek: 1 }))).toEqual(['1', '2', '3'])
    expect(contents(await page(b, a, { peek: 'true', mid: mids[1] }))).toEqual(['1'])
    expect(await unread()).toBe(3)
    await ear.barrier()
    expect(ear.heard('read')).toBe(false)
    await page(b, a, { peek: 0 })
    expect(await unread()).toBe(0)
    expect(await site.as(b).code('message/get', { id: a.uid, type: 'friend', peek: 2 })).toBe(2)
    const gid = await site.group(a, b)
    await site.as(a).ok('message/send', { to: gid, type: 'group', content: 'x' })
    await site.as(b).ok('message/get', { id: gid, type: 'group', peek: 1 })
    expect(await site.as(b).ok('message/unreadcount', { id: gid, type: 'group' })).toBe(1)
  })

  test('nobody reads a group that they are not in, nor a chat of others', async () => {
    const gid = await site.group(tom, jerry)
    expect(await site.as(stranger).code('message/get', { id: gid, type: 'group' })).toBe(2)
    expect(await site.as(stranger).code('message/get', { id: 999_999, type: 'group' })).toBe(2)
    expect(await page(stranger, jerry)).toEqual([])
    expect(await page(stranger, tom)).toEqual([])
  })

  test.each([
    [{ type: 'friend' }, 1],
    [{ id: 0, type: 'friend' }, 1],
    [{ id: 1 }, 1],
    [{ id: 1, type: 'x' }, 2],
    [{ id: 'abc', type: 'friend' }, 2],
    [{ id: 1, type: 'friend', limit: 101 }, 2],
    [{ id: 1, type: 'friend', limit: 0 }, 2],
    [{ id: 1, type: 'friend', mid: -1 }, 2],
  ])('%j: code %d', async (parameters, code) => {
    expect(await site.as(tom).code('message/get', parameters)).toBe(code)
  })
})

describe('message/unreadcount', () => {
  test('counts messages, not notices; sending reads; 99+ above 99', async () => {
    const { a, b } = await pair(3)
    const unread = (who: TestUser, other: TestUser) =>
      site.as(who).ok('message/unreadcount', { id: other.uid, type: 'friend' })
    expect(await unread(b, a)).toBe(3)
    expect(await unread(a, b)).toBe(0)
    await site.as(b).ok('message/send', { to: a.uid, type: 'friend', content: 'x' })
    expect(await unread(b, a)).toBe(0)
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        site.as(a).ok('message/send', { to: b.uid, type: 'friend', content: `n${i}` }),
      ),
    )
    expect(await unread(b, a)).toBe('99+')
    const gid = await site.group(a, b)
    expect(await site.as(b).ok('message/unreadcount', { id: gid, type: 'group' })).toBe(0)
  })

  test('0 where no chat has begun; a group of others is refused', async () => {
    expect(await site.as(stranger).ok('message/unreadcount', { id: tom.uid, type: 'friend' })).toBe(0)
    const gid = await site.group(tom, jerry)
    expect(await site.as(stranger).code('message/unreadcount', { id: gid, type: 'group' })).toBe(2)
    expect(await site.as(tom).code('message/unreadcount', { type: 'group' })).toBe(1)
    expect(await site.as(tom).code('message/unreadcount', { id: gid, type: 'x' })).toBe(2)
    expect(await site.visitor().code('message/unreadcount', { id: gid, type: 'group' })).toBe(-1)
  })
})

describe('message/updateLastReadTime', () => {
  test('marks a chat as read, in whatever case the path is written', async () => {
    const { a, b } = await pair(2)
    expect((await site.as(b).call('message/updatelastreadtime', { id: a.uid, type: 'friend' })).code).toBe(0)
    expect(await site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })).toBe(0)
    const gid = await site.group(a, b)
    await site.as(a).ok('message/send', { to: gid, type: 'group', content: 'x' })
    expect(await site.as(b).ok('message/unreadcount', { id: gid, type: 'group' })).toBe(1)
    await site.as(b).ok('message/updateLastReadTime', { id: gid, type: 'group' })
    expect(await site.as(b).ok('message/unreadcount', { id: gid, type: 'group' })).toBe(0)
  })

  test('a disabled account cannot', async () => {
    const user = await site.user()
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(user).code('message/updateLastReadTime', { id: tom.uid, type: 'friend' })).toBe(85)
  })

  test('errors: missing 1, wrong type 2, oneself 2, a group of others 2', async () => {
    const code = (who: TestUser, parameters: Record<string, unknown>) =>
      site.as(who).code('message/updateLastReadTime', parameters)
    const gid = await site.group(tom, jerry)
    expect(await code(tom, { type: 'friend' })).toBe(1)
    expect(await code(tom, { id: jerry.uid, type: 'x' })).toBe(2)
    expect(await code(tom, { id: tom.uid, type: 'friend' })).toBe(2)
    expect(await code(stranger, { id: gid, type: 'group' })).toBe(2)
    expect(await site.visitor().code('message/updateLastReadTime', { id: gid, type: 'group' })).toBe(-1)
  })
})
