import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import { LocalBus } from '../../cluster/index.ts'
import { type Database, openSqlite } from '../../storage/index.ts'
import { detailOf, pictureOf } from './account.ts'
import { insertAccount } from './inserting.ts'
import { SUB_USERS_MAX, SubUsers } from './sub-users.ts'
import { Users } from './users.ts'

let folder: string
let db: Database
let users: Users
const now = 1_700_000_000_000

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-users-'))
  db = await openSqlite(join(folder, 'parley.db'))
  users = new Users({ db, invalidations: new LocalBus(), clock: () => now })
})

afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

let serial = 0
const add = (fields: Partial<Parameters<Users['create']>[0]> = {}) =>
  users.create({
    username: `person${++serial}`,
    nickname: `Person ${serial}`,
    password_hash: 'hash',
    ...fields,
  })

const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error) => (error instanceof AppError ? error.kind : String(error)),
  )

/** The same database, counting its reads. */
function counting(): { db: Database; reads: () => number } {
  let reads = 0
  const read = db.read.withPlugin({
    transformQuery: ({ node }) => {
      reads++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { db: { ...db, read }, reads: () => reads }
}

describe('creating', () => {
  test('gives a public id of 7 to 9 digits that is not the uid', async () => {
    const account = await add()
    expect(String(account.nid)).toMatch(/^[1-9]\d{6,8}$/)
    expect(account).toMatchObject({
      state: 'offline',
      account_state: 'normal',
      is_member: 0,
      created_at: now,
    })
    expect(account).not.toHaveProperty('password_hash')
    expect(await users.passwordHashOf(account.uid)).toBe('hash')
  })

  test.each(['', 'a b', '用户', 'a-b', 'a'.repeat(61)])('refuses the username %p', async (username) => {
    expect(await kindOf(add({ username }))).toBe('username_invalid')
  })

  test('refuses a username that is taken, in whatever case', async () => {
    await add({ username: 'Tom' })
    expect(await kindOf(add({ username: 'tOM' }))).toBe('username_taken')
    expect((await users.findByUsername('TOM'))?.username).toBe('Tom')
  })

  test('refuses a phone number that is taken; having none is no clash', async () => {
    await add({ phone: '13800000001' })
    expect(await kindOf(add({ phone: '13800000001' }))).toBe('phone_taken')
    await add({ phone: '' })
    await add({ phone: '' })
  })

  test('a username cannot be the public id of somebody else', async () => {
    const { nid } = await add()
    expect(await kindOf(add({ username: String(nid) }))).toBe('username_taken')
  })

  test('picks another public id when one is taken, or is a username', async () => {
    const { nid } = await add()
    await add({ username: '7654321' })
    const picks = [nid, 7_654_321, 7_000_007]
    const row = { username: 'unlucky', nickname: 'Unlucky', password_hash: '', created_at: now }
    const uid = await insertAccount(db, row, undefined, () => picks.shift()!)
    expect(await users.findByNid(7_000_007)).toMatchObject({ uid, username: 'unlucky' })
  })

  test('of two at the same time with one username, one wins', async () => {
    const kinds = await Promise.all([1, 2, 3].map(() => kindOf(add({ username: 'racer' }))))
    expect(kinds.sort()).toEqual(['ok', 'username_taken', 'username_taken'])
  })

  test('an account is found by a uid that was asked for before it existed', async () => {
    const { uid } = await add()
    expect(await users.find(uid + 1)).toBeUndefined()
    expect((await add()).uid).toBe(uid + 1)
    expect((await users.find(uid + 1))?.uid).toBe(uid + 1)
  })
})

describe('looking up', () => {
  test('many accounts cost one query for those that are not in memory, and none after that', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => add()))
    const uids = made.map(({ uid }) => uid)
    const counted = counting()
    const fresh = new Users({ db: counted.db, invalidations: new LocalBus(), clock: () => now })
    const found = await fresh.findMany([...uids, uids[0]!, 999_999])
    expect([...found.keys()].sort()).toEqual(uids.sort())
    expect(counted.reads()).toBe(1)
    expect((await fresh.findMany(uids)).size).toBe(20)
    expect(counted.reads()).toBe(1)
  })

  test('more accounts than one query asks for are all found', async () => {
    const [first, last] = [await add(), await add()]
    const wanted = [first.uid, ...Array.from({ length: 1100 }, (_, index) => 5_000_000 + index), last.uid]
    expect([...(await users.findMany(wanted)).keys()]).toEqual([first.uid, last.uid])
  })

  test('unknown and disabled callers may not act; unknown users are not found', async () => {
    const { uid } = await add()
    await users.update(uid, { account_state: 'disabled' })
    expect(await kindOf(users.requireActive(uid))).toBe('account_disabled')
    expect(await kindOf(users.requireActive(888_888))).toBe('account_disabled')
    expect(await kindOf(users.require(888_888))).toBe('user_not_found')
    expect(await kindOf(users.require(uid))).toBe('ok')
  })
})

describe('changing', () => {
  test('is seen by the next look-up', async () => {
    const { uid } = await add()
    await users.update(uid, { nickname: 'New', is_member: 1 })
    expect(await users.find(uid)).toMatchObject({ nickname: 'New', is_member: 1 })
  })

  test('refuses a phone of somebody else and an unknown user', async () => {
    await add({ phone: '13800000002' })
    const { uid } = await add()
    expect(await kindOf(users.update(uid, { phone: '13800000002' }))).toBe('phone_taken')
    expect(await kindOf(users.update(777_777, { nickname: 'x' }))).toBe('user_not_found')
    expect(await kindOf(users.update(uid, {}))).toBe('ok')
  })

  test('disabling tells the listeners once it is written, enabling does not', async () => {
    const fresh = new Users({ db, invalidations: new LocalBus(), clock: () => now })
    const { uid } = await add()
    const heard: unknown[] = []
    fresh.onDisabled(async (gone) => heard.push([gone, (await fresh.find(gone))?.account_state]))
    await fresh.update(uid, { account_state: 'normal' })
    expect(heard).toEqual([])
    await fresh.update(uid, { account_state: 'disabled' })
    expect(heard).toEqual([[uid, 'disabled']])
  })

  test('presence is kept with the time of leaving, and healed after a crash', async () => {
    const [a, b] = [await add(), await add()]
    await users.setState(a.uid, 'online', now)
    await users.setState(b.uid, 'online', now)
    expect(detailOf(await users.require(a.uid))).toMatchObject({ state: 'online', logout_timestamp: 0 })
    await users.setState(a.uid, 'offline', now + 1999)
    expect(detailOf(await users.require(a.uid))).toMatchObject({
      state: 'offline',
      logout_timestamp: now / 1000 + 1,
    })
    expect(await users.onlineUids()).toEqual([b.uid])
    expect((await users.require(a.uid)).logout_at).toBe(now + 1999)
  })
})

describe('on the wire', () => {
  test('phone, password and parent never leave the server', async () => {
    const account = await add({ phone: '13800000003', parent_uid: 1 })
    expect(Object.keys(detailOf(account)).sort()).toEqual(
      'account_state avatar is_member logout_timestamp nickname nid sign state uid username'.split(' '),
    )
  })

  test.each([
    ['', '小老鼠', '/avatar/7.svg?t=%E5%B0%8F'],
    ['', '👨‍👩‍👧 family', '/avatar/7.svg?t=%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7'],
    ['', `a${'\u0301'.repeat(50)}`, `/avatar/7.svg?t=a${'%CC%81'.repeat(15)}`],
    ['', '', '/avatar/7.svg?t='],
    ['//host/upload/a.jpg', 'Tom', '//host/upload/a.jpg'],
  ])('the picture of %p %p', (avatar, nickname, expected) => {
    expect(pictureOf({ uid: 7, avatar, nickname })).toBe(expected)
  })
})

describe('sub-users', () => {
  const hash = async () => 'hash'
  const input = () => ({ username: `sub${++serial}`, nickname: 'Sub' })

  test('only a member opens them, and nothing is hashed for others', async () => {
    const subUsers = new SubUsers(users)
    const { uid } = await add()
    let hashed = 0
    const open = () => subUsers.open(uid, input(), async () => `hash${++hashed}`)
    expect(await kindOf(open())).toBe('forbidden')
    expect(hashed).toBe(0)
    await users.update(uid, { is_member: 1 })
    expect(await open()).toMatchObject({ parent_uid: uid, is_member: 0 })
    await users.update(uid, { account_state: 'disabled' })
    expect(await kindOf(open())).toBe('account_disabled')
    expect(hashed).toBe(1)
  })

  test('a member has at most 100, also when opening the last two at the same time', async () => {
    const subUsers = new SubUsers(users)
    const { uid } = await add({ is_member: 1 })
    for (let index = 0; index < SUB_USERS_MAX - 1; index++) await subUsers.open(uid, input(), hash)
    const kinds = await Promise.all([input(), input()].map((each) => kindOf(subUsers.open(uid, each, hash))))
    expect(kinds.sort()).toEqual(['limit_reached', 'ok'])
    expect(await kindOf(subUsers.open(uid, input(), hash))).toBe('limit_reached')
    expect(await subUsers.list(uid)).toHaveLength(SUB_USERS_MAX)
  })

  test('a member manages its own only; a stranger and a typo get the same answer', async () => {
    const subUsers = new SubUsers(users)
    const [mine, theirs] = [await add({ is_member: 1 }), await add({ is_member: 1 })]
    const child = await subUsers.open(mine.uid, input(), hash)
    expect(await kindOf(subUsers.setDisabled(theirs.uid, child.uid, true))).toBe('user_not_found')
    expect(await kindOf(subUsers.setPassword(theirs.uid, child.uid, hash))).toBe('user_not_found')
    expect(await kindOf(subUsers.setDisabled(theirs.uid, 666_666, true))).toBe('user_not_found')
    await subUsers.setPassword(mine.uid, child.uid, async () => 'new hash')
    expect(await users.passwordHashOf(child.uid)).toBe('new hash')
    await subUsers.setDisabled(mine.uid, child.uid, true)
    expect((await users.require(child.uid)).account_state).toBe('disabled')
    await subUsers.setDisabled(mine.uid, child.uid, false)
    expect((await users.require(child.uid)).account_state).toBe('normal')
  })
})
