import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Finding people in a group: by what they are called, what the caller calls them, and how that is spelled. */

let site: TestSite
let tom: TestUser
let mouse: TestUser
let dog: TestUser
let stranger: TestUser
let gid: number

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: 'Tom Cat' })
  mouse = await site.user({ nickname: '小老鼠' })
  dog = await site.user({ nickname: '曾大狗' })
  stranger = await site.user({ nickname: '老虎' })
  await site.befriend(tom, dog)
  await site.as(tom).ok('friend/remark', { friend_uid: dog.uid, remark: '斯派克' })
  gid = await site.group(tom, mouse, dog)
})
afterAll(() => site.close())

type Members = Record<string, { uid: number; index: number; name: string }>

const membersOf = (parameters: object, caller = tom) =>
  site.as(caller).ok<Members>('group/members', { gid, ...parameters })
const found = async (search: string, caller = tom) =>
  Object.values(await membersOf({ search }, caller)).map(({ uid }) => uid)

describe('group/members with search', () => {
  test.each([
    ['小老鼠', () => [mouse.uid]],
    ['老', () => [mouse.uid]],
    ['xls', () => [mouse.uid]],
    ['laoshu', () => [mouse.uid]],
    ['XiaoL', () => [mouse.uid]],
    ["xiao'lao shu", () => [mouse.uid]],
    ['zdg', () => [dog.uid]],
    ['spk', () => [dog.uid]],
    ['斯派', () => [dog.uid]],
    ['大狗', () => [dog.uid]],
    ['cat', () => [tom.uid]],
    [' tom ', () => [tom.uid]],
    ['x', () => [mouse.uid]],
    ['老虎', () => []],
    ['xs', () => []],
    ['%', () => []],
    ['q'.repeat(60), () => []],
  ] as const)('%s', async (search, expected) => {
    expect(await found(search)).toEqual(expected())
  })

  test('a remark is its caller’s alone', async () => {
    expect(await found('spk', mouse)).toEqual([])
    expect(await found('zdg', mouse)).toEqual([dog.uid])
  })

  test('goes with pinyin and exclude; empty counts as absent', async () => {
    expect(Object.keys(await membersOf({ search: 'laoshu', pinyin: 1 }))).toEqual(['X'])
    expect(await membersOf({ search: 'o', exclude: 'mine' })).toEqual({})
    expect(Object.keys(await membersOf({ search: '' }))).toHaveLength(3)
    expect(Object.keys(await membersOf({ search: '  ' }))).toHaveLength(3)
  })

  test('strangers find nobody, visitors sign in, too long is 2', async () => {
    expect(await site.as(stranger).code('group/members', { gid, search: 'x' })).toBe(2)
    expect(await site.visitor().code('group/members', { gid, search: 'x' })).toBe(-1)
    expect(await site.as(tom).code('group/members', { gid, search: 'x'.repeat(61) })).toBe(2)
  })
})

describe('a group of 5,000', () => {
  test('is searched to its end, and what is found comes in pages', async () => {
    const big = await site.group(tom)
    const { db, groups } = site.services
    const { conversation_id } = await groups.groups.require(big)
    const rows = Array.from({ length: 5000 }, (_, n) => ({
      ...{ nid: 2_000_000_000 + n, username: `crowd${n}`, username_key: `crowd${n}` },
      ...{
        nickname: n % 100 === 99 ? `小老鼠${n}` : `路人${n}`,
        avatar: '',
        sign: '',
        phone: '',
        password_hash: '',
      },
      ...{
        account_state: 'normal' as const,
        is_member: 0,
        is_admin: 0,
        state: 'offline' as const,
        created_at: 1,
      },
    }))
    for (let from = 0; from < rows.length; from += 500) {
      const people = await db.write
        .insertInto('user')
        .values(rows.slice(from, from + 500))
        .returning('uid')
        .execute()
      await db.write
        .insertInto('membership')
        .values(people.map(({ uid }) => ({ conversation_id, uid, joined_at: 1 })))
        .execute()
    }
    const pages: number[] = []
    const names = new Set<string>()
    for (let index = 0, full = true; full; ) {
      const page = Object.values(
        await site.as(tom).ok<Members>('group/members', { gid: big, search: 'xls', index, limit: 20 }),
      )
      pages.push(page.length)
      for (const { name } of page) names.add(name)
      index = Math.max(index, ...page.map((member) => member.index))
      full = page.length === 20
    }
    expect(pages).toEqual([20, 20, 10])
    expect(names.size).toBe(50)
  }, 300_000)
})
