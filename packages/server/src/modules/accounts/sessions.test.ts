import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { LocalBus } from '../../cluster/index.ts'
import { Users } from '../users/index.ts'
import { SESSION_LIFE_MS, Sessions } from './sessions.ts'

const MINUTE_MS = 60_000
const PHONE = { device: 'phone', address: '10.0.0.1' }

let temp: TempDatabase
let now = 1_700_000_000_000
const clock = () => now
const bus = new LocalBus()
let users: Users
let sessions: Sessions
/** A second node of the same site. */
let elsewhere: Sessions
const ended: number[] = []
let serial = 0

async function newUser(): Promise<number> {
  const username = `tom${++serial}`
  return (await users.create({ username, nickname: username, password_hash: '' })).uid
}

/** What the database says, past every cache. */
async function storedExpiry(sessionId: number): Promise<number> {
  // Writes are done in order: once this one is, the session's own is too.
  await temp.db.write.deleteFrom('setting').where('name', '=', 'none').execute()
  const row = await temp.db.read
    .selectFrom('session')
    .select('expires_at')
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  return row.expires_at
}

beforeAll(async () => {
  temp = await openTempDatabase()
  const parts = { db: temp.db, invalidations: bus, clock }
  users = new Users(parts)
  sessions = new Sessions({ ...parts, users })
  elsewhere = new Sessions({ ...parts, users })
  elsewhere.onEnd((id) => ended.push(id))
})
afterAll(() => temp.close())

test('a token stands for its user, and is stored as a hash only', async () => {
  const uid = await newUser()
  const token = await sessions.start(uid, PHONE)
  expect(token).toMatch(/^ps_[\w-]{43}$/)
  expect(await sessions.identify(token)).toMatchObject({
    uid,
    admin: false,
    expiresAt: now + SESSION_LIFE_MS,
  })
  const rows = await temp.db.read.selectFrom('session').selectAll().where('uid', '=', uid).execute()
  expect(JSON.stringify(rows)).not.toContain(token.slice(3))
})

test('made-up tokens stand for nobody', async () => {
  for (const token of ['', 'ps_', 'pv_visitor', `ps_${'x'.repeat(43)}`]) {
    expect(await sessions.identify(token)).toBeUndefined()
  }
})

test('an administrator is known as such from the moment of becoming one', async () => {
  const uid = await newUser()
  const token = await sessions.start(uid, PHONE)
  expect((await sessions.identify(token))?.admin).toBe(false)
  await users.update(uid, { is_admin: 1 })
  expect((await sessions.identify(token))?.admin).toBe(true)
})

test('use extends a session by thirty days, with a write at most every ten minutes', async () => {
  const token = await sessions.start(await newUser(), PHONE)
  const { sessionId, expiresAt } = (await sessions.identify(token))!
  now += 9 * MINUTE_MS
  expect(await sessions.identify(token)).toMatchObject({ extended: false, expiresAt })
  expect(await storedExpiry(sessionId)).toBe(expiresAt)
  now += MINUTE_MS
  expect(await sessions.identify(token)).toMatchObject({ extended: true, expiresAt: now + SESSION_LIFE_MS })
  expect(await storedExpiry(sessionId)).toBe(now + SESSION_LIFE_MS)
  expect(await sessions.identify(token)).toMatchObject({ extended: false })
})

test('thirty days without use end it', async () => {
  const token = await sessions.start(await newUser(), PHONE)
  await sessions.identify(token)
  now += SESSION_LIFE_MS - 1
  const { sessionId } = (await elsewhere.identify(token))!
  expect(await storedExpiry(sessionId)).toBe(now + SESSION_LIFE_MS)
  // The other node has extended it: this one must not go by what it remembers.
  now += 2
  expect(await sessions.identify(token)).toBeDefined()
  now += SESSION_LIFE_MS
  expect(await sessions.identify(token)).toBeUndefined()
  expect(await elsewhere.identify(token)).toBeUndefined()
})

test('an open socket keeps a session alive', async () => {
  const token = await sessions.start(await newUser(), PHONE)
  const { sessionId } = (await sessions.identify(token))!
  now += SESSION_LIFE_MS - MINUTE_MS
  sessions.touch(sessionId)
  expect(await storedExpiry(sessionId)).toBe(now + SESSION_LIFE_MS)
  now += 2 * MINUTE_MS
  expect(await sessions.identify(token)).toBeDefined()
})

test('an ended session is dead on every node at once, and is announced', async () => {
  const uid = await newUser()
  const token = await sessions.start(uid, PHONE)
  const { sessionId } = (await elsewhere.identify(token))!
  expect(await sessions.end(uid, sessionId)).toBe(true)
  expect(ended).toContain(sessionId)
  expect(await elsewhere.identify(token)).toBeUndefined()
  expect(await sessions.end(uid, sessionId)).toBe(false)
})

test('nobody ends the session of somebody else', async () => {
  const token = await sessions.start(await newUser(), PHONE)
  const { sessionId } = (await sessions.identify(token))!
  expect(await sessions.end(await newUser(), sessionId)).toBe(false)
  expect(await sessions.identify(token)).toBeDefined()
})

test('all sessions end but the one that is kept', async () => {
  const uid = await newUser()
  const kept = await sessions.start(uid, PHONE)
  const others = [await sessions.start(uid, PHONE), await sessions.start(uid, PHONE)]
  for (const token of [kept, ...others]) await elsewhere.identify(token)
  await sessions.endAll(uid, (await sessions.identify(kept))!.sessionId)
  expect(await elsewhere.identify(kept)).toBeDefined()
  for (const token of others) expect(await elsewhere.identify(token)).toBeUndefined()
  await sessions.endAll(uid)
  expect(await elsewhere.identify(kept)).toBeUndefined()
})

test('a disabled account is nobody, even before its sessions are ended', async () => {
  const uid = await newUser()
  const token = await sessions.start(uid, PHONE)
  expect(await sessions.identify(token)).toBeDefined()
  await users.update(uid, { account_state: 'disabled' })
  expect(await sessions.identify(token)).toBeUndefined()
})

test('the list shows devices, the last used first', async () => {
  const uid = await newUser()
  await sessions.start(uid, PHONE)
  now += MINUTE_MS
  await sessions.start(uid, { device: 'desk', address: '10.0.0.2' })
  expect(await sessions.list(uid)).toEqual([
    { id: expect.any(Number), device: 'desk', address: '10.0.0.2', created_at: now, seen_at: now },
    { id: expect.any(Number), ...PHONE, created_at: now - MINUTE_MS, seen_at: now - MINUTE_MS },
  ])
})

test('beyond a hundred sessions the longest unused ends', async () => {
  const uid = await newUser()
  const tokens: string[] = []
  for (let count = 0; count < 101; count++) {
    now += 1
    tokens.push(await sessions.start(uid, PHONE))
  }
  expect(await sessions.list(uid)).toHaveLength(100)
  expect(await sessions.identify(tokens[0]!)).toBeUndefined()
  expect(await sessions.identify(tokens[1]!)).toBeDefined()
})

test('expired rows are removed and announced', async () => {
  const uid = await newUser()
  const token = await sessions.start(uid, PHONE)
  const { sessionId } = (await sessions.identify(token))!
  now += SESSION_LIFE_MS
  const live = await sessions.start(uid, PHONE)
  expect(await sessions.removeExpired()).toBeGreaterThan(0)
  expect(ended).toContain(sessionId)
  expect(await sessions.identify(live)).toBeDefined()
  expect(await sessions.removeExpired()).toBe(0)
})
