import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppError } from '@parley/contract'
import { LocalBus } from '../../cluster/index.ts'
import { LocalFileStore } from '../../media/index.ts'
import { type Database, openSqlite } from '../../storage/index.ts'
import { Conversations } from '../conversations/index.ts'
import { Friends } from '../friends/index.ts'
import { Settings } from '../settings/index.ts'
import { Users } from '../users/index.ts'
import { createGroups } from './index.ts'

/*
 * What cannot be seen through the doors: how much work big groups are, the order of effects, and calls that meet.
 */

interface Effect {
  what: string
  channel: string
  uid?: number
  payload?: unknown
}

let folder: string
let stage: Awaited<ReturnType<typeof openStage>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-groups-'))
  stage = await openStage(folder)
})

afterAll(async () => {
  await stage.db.close()
  await rm(folder, { recursive: true })
})

async function openStage(folder: string) {
  const effects: Effect[] = []
  const counts = { reads: 0 }
  const db = counting(await openSqlite(join(folder, 'parley.db')), counts)
  const invalidations = new LocalBus()
  const clock = () => 1_760_000_000_000
  const common = { db, invalidations, clock }
  const publish = (channels: string | readonly string[], what: string, payload: unknown) => {
    for (const channel of [channels].flat()) effects.push({ what, channel, payload })
  }
  const apps = { pusher: { key: 'p' }, woker: { key: 'w' } }
  const settings = new Settings({ ...common, publish, apps })
  const users = new Users(common)
  const conversations = new Conversations(common)
  const friends = new Friends({ ...common, users, conversations, publish })
  const groups = createGroups({
    ...common,
    publish,
    settings,
    users,
    friends,
    conversations,
    files: new LocalFileStore(folder),
    verifyInvite: () => undefined,
    admit: (uid, channel) => void effects.push({ what: 'admit', channel, uid }),
    evict: (uid, channel) => void effects.push({ what: 'evict', channel, uid }),
  })
  return { ...groups, db, users, conversations, effects, counts }
}

/** The same database, counting its reads. */
function counting(db: Database, counts: { reads: number }): Database {
  const read = db.read.withPlugin({
    transformQuery: ({ node }) => {
      counts.reads++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { ...db, read }
}

let serial = 0

async function person(): Promise<number> {
  const account = await stage.users.create({
    username: `g${++serial}`,
    nickname: `P${serial}`,
    password_hash: '',
  })
  return account.uid
}

/** Many accounts at once, as rows: making them one by one would be what takes the time. */
async function crowd(count: number): Promise<number[]> {
  const rows = Array.from({ length: count }, () => {
    const name = `c${++serial}`
    const texts = { username: name, username_key: name, nickname: name, avatar: '', sign: '', phone: '' }
    const flags = { account_state: 'normal', is_member: 0, is_admin: 0, state: 'offline' } as const
    return { ...texts, ...flags, nid: 2_000_000_000 + serial, password_hash: '', created_at: 0 }
  })
  const uids: number[] = []
  for (let from = 0; from < count; from += 500) {
    const inserted = await stage.db.write
      .insertInto('user')
      .values(rows.slice(from, from + 500))
      .returning('uid')
      .execute()
    uids.push(...inserted.map(({ uid }) => uid))
  }
  return uids
}

const membershipsOf = (conversationId: number) =>
  stage.db.read
    .selectFrom('membership')
    .select(['uid', 'role'])
    .where('conversation_id', '=', conversationId)
    .execute()

const site = (uid: number) => ({ kind: 'server', uid }) as const
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: AppError) => error.kind,
  )

describe('a group of 5,000', () => {
  test('is filled, read and dissolved without a query or a row for each member', async () => {
    const { lifecycle, members, roster, groups, conversations, counts, effects } = stage
    const owner = await person()
    const people = await crowd(4999)
    const { gid, conversation_id } = await lifecycle.create(site(owner), { members: people.slice(0, 499) })
    for (let from = 499; from < people.length; from += 500) {
      counts.reads = 0
      await members.add(site(owner), gid, people.slice(from, from + 500), false)
      expect(counts.reads).toBeLessThan(8)
    }
    expect(await groups.memberUids(gid)).toEqual([owner, ...people])
    expect(await kindOf(members.add(site(owner), gid, [await person()], false))).toBe('group_full')

    counts.reads = 0
    const { info, members: shown } = await roster.detail(site(owner), gid)
    expect([info.member_count, Object.keys(shown).length]).toEqual([5000, 15])
    await roster.members(site(owner), { gid, index: 0, limit: 100 })
    await roster.membersByInitial(site(owner), { gid, index: 0, limit: 100, exclude: ['mine'] })
    expect(counts.reads).toBeLessThan(12)
    // One notice for each of the ten calls above.
    expect((await conversations.find(conversation_id))?.last_seq).toBe(10)

    effects.length = 0
    await lifecycle.dissolve(site(owner), gid)
    expect(effects[0]).toEqual({ what: 'removeGroup', channel: `group-${gid}`, payload: { gid } })
    expect(new Set(effects.slice(1).map(({ what, uid }) => `${what} ${uid}`)).size).toBe(5000)
    expect(await membershipsOf(conversation_id)).toEqual([])
  })
})

describe('the list of groups', () => {
  test('is one query, however many there are', async () => {
    const { lifecycle, groups, counts } = stage
    const uid = await person()
    const gids: number[] = []
    for (let count = 0; count < 5; count++) gids.push((await lifecycle.create(site(uid), {})).gid)
    counts.reads = 0
    expect((await groups.listFor(uid)).map(({ gid }) => gid)).toEqual(gids)
    expect(counts.reads).toBe(1)
  })
})

describe('a gid that was asked for before there was such a group', () => {
  test('is found once there is', async () => {
    const { lifecycle, groups } = stage
    const uid = await person()
    const { gid } = await lifecycle.create(site(uid), {})
    expect(await groups.isMember(gid + 1, uid)).toBe(false)
    expect((await lifecycle.create(site(uid), {})).gid).toBe(gid + 1)
    expect(await groups.isMember(gid + 1, uid)).toBe(true)
  })
})

describe('a group seen from outside', () => {
  test('is shown to a site’s backend that acts for nobody, and to no stranger', async () => {
    const { lifecycle, roster } = stage
    const [owner, stranger] = [await person(), await person()]
    const { gid } = await lifecycle.create(site(owner), {})
    expect(await roster.info(site(0), gid)).toMatchObject({ gid, uid: owner, role: 'none', remark: '' })
    expect(await kindOf(roster.info({ kind: 'user', uid: stranger }, gid))).toBe('not_member')
    expect(await kindOf(roster.info(site(stranger), gid))).toBe('not_member')
  })
})

describe('removal', () => {
  test('ends the hearing before anything is pushed, and after everybody knows', async () => {
    const { lifecycle, members, groups, effects } = stage
    const [owner, one, two] = [await person(), await person(), await person()]
    const { gid } = await lifecycle.create(site(owner), { members: [one, two] })
    for (const [leaver, leave] of [
      [one, () => members.remove(site(owner), gid, [one], false)],
      [two, () => lifecycle.leave(site(two), gid)],
    ] as const) {
      expect(await groups.isMember(gid, leaver)).toBe(true)
      effects.length = 0
      const leaving = leave()
      while (effects.length === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(effects[0]).toEqual({ what: 'evict', channel: `group-${gid}`, uid: leaver })
      expect(await groups.isMember(gid, leaver)).toBe(false)
      await leaving
      expect(effects.map(({ what }) => what)).toEqual(['evict', 'updateGroup', 'removeGroup', 'message'])
    }
  })
})

describe('calls that meet', () => {
  test('two groups begun at once are two groups', async () => {
    const [a, b] = [await person(), await person()]
    const made = await Promise.all([a, b, a].map((uid) => stage.lifecycle.create(site(uid), {})))
    expect(new Set(made.map(({ gid }) => gid)).size).toBe(3)
    expect(new Set(made.map(({ conversation_id }) => conversation_id)).size).toBe(3)
    expect(made.every(({ conversation_id }) => conversation_id > 0)).toBe(true)
  })

  test('somebody brought in twice at once comes in once', async () => {
    const { lifecycle, members, groups, effects } = stage
    const [owner, friend] = [await person(), await person()]
    const { gid } = await lifecycle.create(site(owner), {})
    effects.length = 0
    await Promise.all([1, 2].map(() => members.add(site(owner), gid, [friend], false)))
    expect(await groups.memberUids(gid)).toEqual([owner, friend])
    expect(effects.filter(({ what }) => what === 'addGroup')).toHaveLength(1)
  })

  test('an owner who hands the group over and leaves at once leaves one owner behind', async () => {
    const { lifecycle, members, offices, groups } = stage
    for (const first of ['leave', 'transfer'] as const) {
      const [owner, one, two] = [await person(), await person(), await person()]
      const { gid, conversation_id } = await lifecycle.create(site(owner), { members: [one, two] })
      await offices.setManager(site(owner), gid, one, true)
      const calls = [() => lifecycle.leave(site(owner), gid), () => offices.transfer(site(owner), gid, two)]
      if (first === 'transfer') calls.reverse()
      await Promise.allSettled(calls.map((call) => call()))
      const { owner_uid } = await groups.require(gid)
      const owners = (await membershipsOf(conversation_id)).filter(({ role }) => role === 'owner')
      expect(owners).toEqual([{ uid: owner_uid, role: 'owner' }])
      expect([one, two]).toContain(owner_uid)
      expect(await kindOf(members.add(site(owner), gid, [owner], false))).toBe('not_member_invite')
    }
  })

  test('the last two who leave at once leave nothing behind', async () => {
    const { lifecycle, groups } = stage
    const [owner, other] = [await person(), await person()]
    const { gid, conversation_id } = await lifecycle.create(site(owner), { members: [other] })
    await Promise.all([owner, other].map((uid) => lifecycle.leave(site(uid), gid)))
    expect(await groups.find(gid)).toBeUndefined()
    expect(await membershipsOf(conversation_id)).toEqual([])
  })

  test('a group that filled up meanwhile takes nobody more, and keeps nobody half', async () => {
    const { lifecycle, members, groups } = stage
    const owner = await person()
    const { gid } = await lifecycle.create(site(owner), { members: await crowd(499) })
    for (let calls = 0; calls < 8; calls++) await members.add(site(owner), gid, await crowd(500), false)
    const [rest, more] = [await crowd(300), await crowd(300)]
    const outcomes = await Promise.all(
      [rest, more].map((uids) => kindOf(members.add(site(owner), gid, uids, false))),
    )
    expect(outcomes.sort()).toEqual(['group_full', 'ok'])
    expect(await groups.memberUids(gid)).toHaveLength(4800)
  })
})

describe('the heir of a group', () => {
  test('is an account that can act, when there is one', async () => {
    const { lifecycle, offices, users, groups } = stage
    const [owner, manager, member] = [await person(), await person(), await person()]
    const { gid } = await lifecycle.create(site(owner), { members: [manager, member] })
    await offices.setManager(site(owner), gid, manager, true)
    await users.update(manager, { account_state: 'disabled' })
    await lifecycle.leave(site(owner), gid)
    expect(await groups.require(gid)).toMatchObject({ owner_uid: member })
    await lifecycle.leave(site(member), gid)
    expect(await groups.require(gid)).toMatchObject({ owner_uid: manager })
  })
})
