import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import { LocalBus } from '../../cluster/index.ts'
import { type Database, openSqlite } from '../../storage/index.ts'
import { Users } from '../users/index.ts'
import { Replies } from './replies.ts'

const DAY_MS = 24 * 3600_000

let folder: string
let db: Database
let users: Users
let replies: Replies
let now = 1_700_000_000_000
let member: number
let serial = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-replies-'))
  db = await openSqlite(join(folder, 'parley.db'))
  const invalidations = new LocalBus()
  const clock = () => now
  users = new Users({ db, invalidations, clock })
  replies = new Replies({ db, users, invalidations, clock, publish: () => {} })
})

beforeEach(async () => {
  member = await person(1)
})

afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

async function person(is_member: 0 | 1 = 0): Promise<number> {
  const account = await users.create({
    username: `r${++serial}`,
    nickname: 'R',
    password_hash: '',
    is_member,
  })
  return account.uid
}

const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error) => (error instanceof AppError ? error.kind : String(error)),
  )

/** All replies of a user, as `reply/get` gives them, without the types. */
const all = async (uid: number) => Object.values(await replies.get(uid)).flat()
const idOf = async (uid: number, title: string) => (await all(uid)).find((reply) => reply.title === title)!.id

describe('keeping replies', () => {
  test('come by type, larger weights first, then in the order of writing', async () => {
    for (const [title, weights] of [
      ['low', 1],
      ['first', 5],
      ['second', 5],
    ] as const) {
      await replies.add(member, { type: 2, title, content: 'c', weights })
    }
    await replies.add(member, { type: 3, title: 'faq', content: 'c', keyword: 'k', is_show: 0 })
    const got = await replies.get(member)
    expect(Object.keys(got)).toEqual(['2', '3'])
    expect(got['2']!.map(({ title }) => title)).toEqual(['first', 'second', 'low'])
    expect(got['3']).toEqual([
      {
        id: expect.any(Number),
        type: 3,
        title: 'faq',
        content: 'c',
        keyword: 'k',
        is_show: 0,
        weights: 0,
        is_default: 0,
      },
    ])
    expect(await replies.get(await person())).toEqual({})
  })

  test('a type has one default at most, whichever way a reply becomes it', async () => {
    const defaults = async () =>
      (await all(member))
        .filter((reply) => reply.is_default === 1)
        .map(({ type, title }) => `${type} ${title}`)
    await replies.add(member, { type: 1, title: 'a', content: 'c', is_default: 1 })
    await replies.add(member, { type: 2, title: 'q', content: 'c', is_default: 1 })
    await replies.add(member, { type: 1, title: 'b', content: 'c', is_default: 1 })
    expect(await defaults()).toEqual(['1 b', '2 q'])
    await replies.update(member, await idOf(member, 'a'), {
      type: 1,
      title: 'a',
      content: 'c',
      is_default: 1,
    })
    expect(await defaults()).toEqual(['1 a', '2 q'])
    // Moving a default one to another type displaces the default there.
    await replies.update(member, await idOf(member, 'q'), { type: 1, title: 'q', content: 'c' })
    expect(await defaults()).toEqual(['1 q'])
    await replies.update(member, await idOf(member, 'q'), {
      type: 1,
      title: 'q',
      content: 'c',
      is_default: 0,
    })
    expect(await defaults()).toEqual([])
  })

  test('a default of somebody else is left alone', async () => {
    const other = await person(1)
    await replies.add(other, { type: 1, title: 'theirs', content: 'c', is_default: 1 })
    await replies.add(member, { type: 1, title: 'mine', content: 'c', is_default: 1 })
    expect((await all(other))[0]).toMatchObject({ title: 'theirs', is_default: 1 })
  })

  test('what an update leaves out stays', async () => {
    await replies.add(member, { type: 3, title: 't', content: 'c', weights: 7, keyword: 'k', is_show: 0 })
    const id = await idOf(member, 't')
    await replies.update(member, id, { type: 3, title: 't2', content: 'c2' })
    expect(await all(member)).toEqual([
      { id, type: 3, title: 't2', content: 'c2', weights: 7, keyword: 'k', is_show: 0, is_default: 0 },
    ])
  })

  test('nobody changes or deletes what is not theirs', async () => {
    await replies.add(member, { type: 3, title: 't', content: 'c' })
    const id = await idOf(member, 't')
    const stranger = await person(1)
    const input = { type: 3, title: 'x', content: 'x' }
    expect(await kindOf(replies.update(stranger, id, input))).toBe('record_not_found')
    expect(await kindOf(replies.delete(stranger, id))).toBe('record_not_found')
    expect(await kindOf(replies.delete(member, 999_999))).toBe('record_not_found')
    expect(await all(member)).toHaveLength(1)
    await replies.delete(member, id)
    expect(await replies.get(member)).toEqual({})
  })

  test('refuses the 201st, and disabled owners', async () => {
    for (let index = 0; index < 200; index++)
      await replies.add(member, { type: 2, title: `t${index}`, content: 'c' })
    expect(await kindOf(replies.add(member, { type: 2, title: 'one more', content: 'c' }))).toBe(
      'limit_reached',
    )
    const other = await person()
    await users.update(other, { account_state: 'disabled' })
    expect(await kindOf(replies.add(other, { type: 2, title: 't', content: 'c' }))).toBe('account_disabled')
  })
})

describe('answering by itself', () => {
  beforeEach(async () => {
    await replies.add(member, {
      type: 3,
      title: '怎么退款？',
      content: 'refund',
      keyword: '退款，Refund, 退货 ,',
      weights: 1,
    })
    await replies.add(member, { type: 3, title: '退货地址', content: 'address', keyword: 'ship', weights: 9 })
    await replies.add(member, { type: 3, title: 'hidden', content: 'hidden', keyword: 'secret', is_show: 0 })
    await replies.add(member, { type: 2, title: 'quick', content: 'quick', keyword: 'quick' })
  })

  test.each([
    ['the title', '怎么退款？', 'refund'],
    ['the title with other punctuation and blanks', '  怎么退款? ', 'refund'],
    ['a keyword in the middle', '请问可以退款吗', 'refund'],
    ['a keyword in another case', 'how do I get a REFUND please', 'refund'],
    ['a keyword after blanks', '我要退货', 'refund'],
    ['a title, though it also holds a keyword of another', '退货地址', 'address'],
    ['two keywords: the one with more weight', 'ship and refund', 'address'],
    ['nothing that is known', '你好', undefined],
    ['a FAQ that is not shown', 'hidden secret', undefined],
    ['a quick reply', 'quick', undefined],
    ['blanks only', '   ', undefined],
  ])('%s', async (_, text, content) => {
    expect((await replies.answerFor(member, text))?.content).toBe(content)
  })

  test('a change is heard at once', async () => {
    expect((await replies.answerFor(member, 'ship'))?.content).toBe('address')
    await replies.delete(member, await idOf(member, '退货地址'))
    expect(await replies.answerFor(member, 'ship')).toBeUndefined()
  })

  test('only members that are not disabled answer or show anything', async () => {
    expect((await replies.show(member)).map(({ title }) => title)).toEqual(['退货地址', '怎么退款？'])
    await users.update(member, { is_member: 0 })
    expect(await replies.answerFor(member, 'ship')).toBeUndefined()
    expect(await replies.show(member)).toEqual([])
    await users.update(member, { is_member: 1, account_state: 'disabled' })
    expect(await replies.show(member)).toEqual([])
    expect(await kindOf(replies.show(999_999))).toBe('user_not_found')
  })
})

describe('welcoming', () => {
  test('goes out once in 24 hours for each visitor, also when they write at the same time', async () => {
    await replies.add(member, { type: 1, title: 't', content: 'not this' })
    await replies.add(member, { type: 1, title: 't', content: 'welcome', is_default: 1 })
    const [visitor, another] = [await person(), await person()]
    const welcomes = await Promise.all(Array.from({ length: 10 }, () => replies.welcomeFor(member, visitor)))
    expect(welcomes.flatMap((reply) => reply?.content ?? [])).toEqual(['welcome'])
    expect((await replies.welcomeFor(member, another))?.content).toBe('welcome')
    now += DAY_MS - 1
    expect(await replies.welcomeFor(member, visitor)).toBeUndefined()
    now += 1
    const again = await Promise.all(Array.from({ length: 10 }, () => replies.welcomeFor(member, visitor)))
    expect(again.flatMap((reply) => reply?.content ?? [])).toEqual(['welcome'])
  })

  test('needs a default; asking before there is one takes nothing', async () => {
    const visitor = await person()
    await replies.add(member, { type: 1, title: 't', content: 'c' })
    expect(await replies.welcomeFor(member, visitor)).toBeUndefined()
    await replies.add(member, { type: 1, title: 't', content: 'welcome', is_default: 1 })
    expect((await replies.welcomeFor(member, visitor))?.content).toBe('welcome')
  })
})
