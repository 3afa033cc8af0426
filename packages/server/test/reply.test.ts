import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

const DONE = { code: 0, msg: 'ok', data: [] }

const say = (from: TestUser, to: TestUser, content: string) =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })

/** What the visitor sees of the chat: who said what. */
async function heard(visitor: TestUser, member: TestUser): Promise<string[]> {
  const rows = await site.as(visitor).ok('message/get', { id: member.uid, type: 'friend' })
  return rows.map((row: { from: string; content: string; auto?: number }) =>
    row.from === String(member.uid) ? `${row.auto === 1 ? 'auto' : 'member'}: ${row.content}` : row.content,
  )
}

describe('keeping replies', () => {
  test('answers the document’s shape, by type, larger weights first', async () => {
    const me = site.as(await site.user())
    expect(await me.ok('reply/get')).toEqual({})
    expect(await me.call('reply/add', { type: 1, title: '欢迎', content: '你好', weights: 1 })).toEqual(DONE)
    await me.ok('reply/add', { type: 1, title: '欢迎2', content: '7269454', weights: 100, is_default: 1 })
    await me.ok('reply/add', {
      type: 3,
      title: '怎么退款',
      content: '联系我们',
      keyword: '退款,退货',
      is_show: 0,
    })
    const row = { id: expect.any(Number), keyword: '', is_show: 1, weights: 0, is_default: 0 }
    expect(await me.ok('reply/get')).toEqual({
      '1': [
        { ...row, type: 1, title: '欢迎2', content: '7269454', weights: 100, is_default: 1 },
        { ...row, type: 1, title: '欢迎', content: '你好', weights: 1 },
      ],
      '3': [{ ...row, type: 3, title: '怎么退款', content: '联系我们', keyword: '退款,退货', is_show: 0 }],
    })
  })

  test('are changed and deleted by their owner; a type has one default', async () => {
    const me = site.as(await site.user())
    await me.ok('reply/add', { type: 2, title: 'a', content: '1', is_default: 1 })
    await me.ok('reply/add', { type: 2, title: 'b', content: '2', weights: 5 })
    const {
      '2': [b, a],
    } = await me.ok('reply/get')
    expect(
      await me.call('reply/update', { rid: b.id, type: 2, title: 'B', content: '3', is_default: 1 }),
    ).toEqual(DONE)
    expect((await me.ok('reply/get'))['2']).toEqual([
      { ...b, title: 'B', content: '3', is_default: 1 },
      { ...a, is_default: 0 },
    ])
    expect(await me.call('reply/delete', { rid: a.id })).toEqual(DONE)
    expect((await me.ok('reply/get'))['2']).toHaveLength(1)
    expect(await me.call('reply/delete', { rid: a.id })).toEqual({ code: 3, msg: '记录不存在', data: [] })
  })

  test('are put into an order: those that are named first, the others as they were', async () => {
    const me = site.as(await site.user())
    for (const [title, weights] of [
      ['a', 9],
      ['b', 5],
      ['c', 5],
      ['d', 0],
    ])
      await me.ok('reply/add', { type: 2, title, content: '1', weights })
    await me.ok('reply/add', { type: 3, title: 'faq', content: '1', weights: 7 })
    const titles = async () => (await me.ok('reply/get'))['2'].map(({ title }: { title: string }) => title)
    const [a, b, c, d] = (await me.ok('reply/get'))['2'].map(({ id }: { id: number }) => id)
    expect(await titles()).toEqual(['a', 'b', 'c', 'd'])
    expect(await me.call('reply/sort', { type: 2, ids: [d, b, a, c] })).toEqual(DONE)
    expect(await titles()).toEqual(['d', 'b', 'a', 'c'])
    await me.ok('reply/sort', { type: 2, ids: `${c}` })
    expect(await titles()).toEqual(['c', 'd', 'b', 'a'])
    const all = await me.ok('reply/get')
    expect(all['2'].map(({ weights }: { weights: number }) => weights)).toEqual([4, 3, 2, 1])
    expect(all['3'][0].weights).toBe(7)
    // A new one comes last.
    await me.ok('reply/add', { type: 2, title: 'e', content: '1' })
    expect(await titles()).toEqual(['c', 'd', 'b', 'a', 'e'])

    const [faq] = all['3']
    const other = site.as(await site.user())
    await other.ok('reply/add', { type: 2, title: 'x', content: '1' })
    const foreign = (await other.ok('reply/get'))['2'][0].id
    for (const ids of [[a, faq.id], [foreign], [999_999]])
      expect(await me.code('reply/sort', { type: 2, ids })).toBe(3)
    expect(await me.code('reply/sort', { type: 2, ids: [a, a] })).toBe(2)
    expect(await me.code('reply/sort', { type: 4, ids: [a] })).toBe(2)
    expect(await me.code('reply/sort', { type: 2 })).toBe(1)
    expect(await site.visitor().code('reply/sort', { type: 2, ids: [a] })).toBe(-1)
    expect(await titles()).toEqual(['c', 'd', 'b', 'a', 'e'])
  })

  test('other devices of their owner hear of each change, and of nothing else; nobody else does', async () => {
    const [owner, other] = [await site.user(), await site.user()]
    const me = site.as(owner)
    const own = await site.listen(owner, `user-${owner.uid}`)
    const others = await site.listen(other, `user-${other.uid}`)
    const change = async (path: string, parameters: object, ...types: number[]) => {
      await me.ok(path, { ...parameters })
      for (const type of types) expect(await own.next('replyUpdate')).toEqual({ type })
    }
    const input = { title: 'a', content: '1' }
    await change('reply/add', { ...input, type: 2 }, 2)
    await change('reply/add', { ...input, type: 3 }, 3)
    const {
      '2': [quick],
    } = await me.ok('reply/get')
    await change('reply/update', { ...input, rid: quick.id, type: 2, weights: 5 }, 2)
    await change('reply/sort', { type: 2, ids: [quick.id] }, 2)
    // It goes from one list to the other.
    await change('reply/update', { ...input, rid: quick.id, type: 1 }, 2, 1)
    await change('reply/delete', { rid: quick.id }, 1)

    expect(await me.code('reply/delete', { rid: quick.id })).toBe(3)
    expect(await me.code('reply/update', { ...input, rid: quick.id, type: 2 })).toBe(3)
    expect(await me.code('reply/sort', { type: 2, ids: [quick.id] })).toBe(3)
    expect(await me.code('reply/add', { ...input, type: 4 })).toBe(2)
    for (const ear of [own, others]) {
      await ear.barrier()
      expect(ear.heard('replyUpdate')).toBe(false)
    }
  })

  test('what visitors are shown follows the order at once', async () => {
    const member = await site.user({ is_member: 1 })
    const me = site.as(member)
    for (const title of ['a', 'b']) await me.ok('reply/add', { type: 3, title, content: '1' })
    const shown = async () =>
      (await site.as(await site.user()).ok('reply/show', { uid: member.uid })).map(
        ({ title }: { title: string }) => title,
      )
    expect(await shown()).toEqual(['a', 'b'])
    const [, b] = (await me.ok('reply/get'))['3']
    await me.ok('reply/sort', { type: 3, ids: [b.id] })
    expect(await shown()).toEqual(['b', 'a'])
  })

  test('nobody sees, changes or deletes those of somebody else', async () => {
    const [owner, other] = [site.as(await site.user()), site.as(await site.user())]
    await owner.ok('reply/add', { type: 2, title: 'a', content: '1' })
    const rid = (await owner.ok('reply/get'))['2'][0].id
    expect(await other.ok('reply/get')).toEqual({})
    expect(await other.code('reply/update', { rid, type: 2, title: 'x', content: 'x' })).toBe(3)
    expect(await other.code('reply/delete', { rid })).toBe(3)
    expect((await owner.ok('reply/get'))['2'][0].title).toBe('a')
  })

  test('refusals', async () => {
    const user = await site.user()
    const me = site.as(user)
    const input = { type: 2, title: 't', content: 'c' }
    for (const missing of ['type', 'title', 'content']) {
      expect(await me.code('reply/add', { ...input, [missing]: undefined })).toBe(1)
      expect(await me.code('reply/update', { rid: 1, ...input, [missing]: undefined })).toBe(1)
    }
    expect(await me.code('reply/update', input)).toBe(1)
    expect(await me.code('reply/delete')).toBe(1)
    expect(await me.code('reply/add', { ...input, type: 4 })).toBe(2)
    expect(await me.code('reply/add', { ...input, title: '长'.repeat(256) })).toBe(2)
    expect(await me.code('reply/add', { ...input, keyword: '长'.repeat(256) })).toBe(2)
    expect(await me.code('reply/add', { ...input, content: '长'.repeat(2001) })).toBe(2)
    expect(await me.code('reply/add', { ...input, content: '😀'.repeat(2000) })).toBe(0)
    expect(await me.code('reply/add', { ...input, is_default: 2 })).toBe(2)
    for (const path of ['reply/get', 'reply/add', 'reply/update', 'reply/delete', 'reply/show']) {
      expect(await site.visitor().code(path, { ...input, rid: 1, uid: 1 })).toBe(-1)
    }
    for (let index = 0; index < 199; index++) await me.ok('reply/add', input)
    expect(await me.call('reply/add', input)).toEqual({ code: 2, msg: '已达上限（200）', data: [] })
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(user).code('reply/add', input)).toBe(85)
  })
})

describe('reply/show', () => {
  test('gives a member’s visible FAQs to anybody who is signed in', async () => {
    const [member, visitor] = [await site.user({ is_member: 1 }), await site.user()]
    const mine = site.as(member)
    await mine.ok('reply/add', { type: 3, title: 'low', content: '1', keyword: 'k' })
    await mine.ok('reply/add', { type: 3, title: 'high', content: '2', weights: 9 })
    await mine.ok('reply/add', { type: 3, title: 'hidden', content: '3', is_show: 0 })
    await mine.ok('reply/add', { type: 2, title: 'quick', content: '4' })
    expect(await site.as(visitor).ok('reply/show', { uid: member.uid })).toEqual([
      { id: expect.any(Number), title: 'high', content: '2', weights: 9 },
      { id: expect.any(Number), title: 'low', content: '1', weights: 0 },
    ])
    await site.api(member).ok('user/update', { is_member: 0 })
    expect(await site.as(visitor).ok('reply/show', { uid: member.uid })).toEqual([])
    expect(await site.as(visitor).code('reply/show', { uid: 999_999 })).toBe(101)
    expect(await site.as(visitor).code('reply/show')).toBe(1)
  })
})

describe('answers that a member gives by itself', () => {
  async function member(): Promise<TestUser> {
    const user = await site.user({ is_member: 1 })
    const mine = site.as(user)
    await mine.ok('reply/add', { type: 1, title: 'w', content: '欢迎光临', is_default: 1 })
    await mine.ok('reply/add', {
      type: 3,
      title: '怎么退款？',
      content: '七天内可退',
      keyword: '退款，refund',
    })
    return user
  }

  test('a stranger is welcomed once, and gets FAQs by title and keyword', async () => {
    const [shop, visitor] = [await member(), await site.user()]
    const socket = await site.listen(visitor, `user-${visitor.uid}`)
    await say(visitor, shop, '你好')
    await socket.next('message')
    expect(await socket.next('message')).toMatchObject({
      from: String(shop.uid),
      to: String(visitor.uid),
      content: '欢迎光临',
      auto: 1,
    })
    await say(visitor, shop, '怎么退款?')
    await say(visitor, shop, 'any REFUND?')
    await say(visitor, shop, '谢谢')
    expect(await heard(visitor, shop)).toEqual([
      '你好',
      'auto: 欢迎光临',
      '怎么退款?',
      'auto: 七天内可退',
      'any REFUND?',
      'auto: 七天内可退',
      '谢谢',
    ])
  })

  test('everybody is welcomed for themselves; ordinary accounts do not answer', async () => {
    const shop = await member()
    const [first, second] = await site.users(2)
    await say(first!, shop, 'a')
    await say(second!, shop, 'b')
    expect(await heard(second!, shop)).toEqual(['b', 'auto: 欢迎光临'])
    await site.api(shop).ok('user/update', { is_member: 0 })
    const third = await site.user()
    await say(third, shop, 'refund')
    expect(await heard(third, shop)).toEqual(['refund'])
  })

  test('friends are not welcomed', async () => {
    const [shop, friend] = [await member(), await site.user()]
    await site.befriend(shop, friend)
    await say(friend, shop, '你好')
    expect(await heard(friend, shop)).toEqual(['你好'])
  })
})
