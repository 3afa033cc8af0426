import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'kysely'
import {
  failureOf,
  lock,
  newPostgresStorage,
  type PostgresStorage,
  whenLocked,
} from '../../../test/postgres/storage.ts'
import type { Database } from '../database.ts'

setDefaultTimeout(300_000)

/** The longest that anybody may wait on a busy machine, ms; without a bound it would be for ever. */
const PATIENCE_MS = 10_000

let storage: PostgresStorage
let db: Database
let other: Database

beforeAll(async () => {
  storage = await newPostgresStorage()
  db = await storage.open()
  other = await storage.open()
})
afterAll(() => storage.close())

const insert = (node: Database, name: string, value = '0') =>
  node.write.insertInto('setting').values({ name, value }).execute()

const settingOf = async (name: string) =>
  (await db.read.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst())?.value

/** Reads a number and writes the next one. */
const increment = (node: Database, name: string) =>
  node.transaction(async (tx) => {
    const { value } = await tx
      .selectFrom('setting')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
    await tx
      .updateTable('setting')
      .set({ value: String(Number(value) + 1) })
      .where('name', '=', name)
      .execute()
  })

/** Ends the connection on which somebody has begun a transaction. */
const cutOff = (pid: number) => storage.sql`select pg_terminate_backend(${pid}, 5000)`

async function ownPid(tx: Database['write']): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
  return rows[0]!.pid
}

test('two nodes that count with the same row lose nothing', async () => {
  await insert(db, 'counter')
  const before = db.retriedWrites() + other.retriedWrites()
  await Promise.all(Array.from({ length: 40 }, (_, i) => increment(i % 2 === 0 ? db : other, 'counter')))
  expect(await settingOf('counter')).toBe('40')
  // They did get in each other's way.
  expect(db.retriedWrites() + other.retriedWrites()).toBeGreaterThan(before)
})

test('of two nodes that look first and then write, one sees what the other has written', async () => {
  const takeLastPlace = (node: Database, name: string) =>
    node.transaction(async (tx) => {
      const taken = await tx.selectFrom('setting').select('name').where('name', 'like', 'place %').execute()
      if (taken.length > 0) return false
      await tx
        .insertInto('setting')
        .values({ name: `place ${name}`, value: '' })
        .execute()
      return true
    })
  const places = await Promise.all([takeLastPlace(db, 'a'), takeLastPlace(other, 'b')])
  expect(places.filter((taken) => taken)).toHaveLength(1)
})

test('a transaction that throws leaves nothing and throws the same', async () => {
  const problem = new Error('no')
  const failing = db.transaction(async (tx) => {
    await tx.insertInto('setting').values({ name: 'undone', value: '1' }).execute()
    throw problem
  })
  expect(await failing.catch((error) => error)).toBe(problem)
  expect(await settingOf('undone')).toBeUndefined()
})

test('a failing statement fails the whole transaction', async () => {
  const failing = db.transaction(async (tx) => {
    await tx.insertInto('setting').values({ name: 'half', value: '1' }).execute()
    await tx.insertInto('setting').values({ name: 'half', value: '2' }).execute()
  })
  expect((await failureOf(failing)).failure).toBe('unique')
  expect(await settingOf('half')).toBeUndefined()
})

test('a connection lost between two statements: nothing stays, and nothing runs outside of the transaction', async () => {
  for (const early of [true, false]) {
    const name = `cut off ${early}`
    const failing = db.transaction(async (tx) => {
      await tx
        .insertInto('setting')
        .values({ name: `${name} before`, value: '1' })
        .execute()
      const pid = await ownPid(tx)
      const cut = cutOff(pid)
      // Either way: the node may know already, or be about to find out.
      if (!early) await cut
      await tx
        .insertInto('setting')
        .values({ name: `${name} after`, value: '1' })
        .execute()
      await cut
      await tx
        .insertInto('setting')
        .values({ name: `${name} later`, value: '1' })
        .execute()
    })
    expect((await failureOf(failing)).failure).toBe('unavailable')
    const rows = await db.read
      .selectFrom('setting')
      .select('name')
      .where('name', 'like', `${name}%`)
      .execute()
    expect(rows).toEqual([])
  }
  await increment(db, 'counter')
})

test('work that goes on after its connection was lost can do nothing', async () => {
  const failing = db.transaction(async (tx) => {
    await cutOff(await ownPid(tx))
    for (let n = 0; n < 3; n++) {
      await tx
        .insertInto('setting')
        .values({ name: `stubborn ${n}`, value: '1' })
        .execute()
        .catch(() => undefined)
    }
  })
  expect((await failureOf(failing)).failure).toBe('unavailable')
  const rows = await db.read.selectFrom('setting').select('name').where('name', 'like', 'stubborn%').execute()
  expect(rows).toEqual([])
})

test('a row that somebody holds: unavailable in time, and it recovers', async () => {
  await insert(db, 'held')
  const holder = await lock(storage.sql, `update setting set value = 'x' where name = 'held'`)
  const startedAt = performance.now()
  const waiting = [increment(db, 'held'), db.write.deleteFrom('setting').where('name', '=', 'held').execute()]
  const failures = await Promise.all(waiting.map(failureOf))
  expect(failures.map(({ failure }) => failure)).toEqual(['unavailable', 'unavailable'])
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
  await holder.release()
  await increment(db, 'held')
  expect(await settingOf('held')).toBe('1')
})

test('all connections taken: who waits is refused in time or too many at once, and it recovers', async () => {
  await insert(db, 'crowded')
  const holder = await lock(storage.sql, `update setting set value = 'x' where name = 'crowded'`)
  const first = failureOf(increment(db, 'crowded'))
  await whenLocked(storage.sql, 1)
  const startedAt = performance.now()
  const others = Array.from({ length: 1200 }, () => failureOf(increment(db, 'crowded')))
  // Those come first: nobody's patience has ended yet.
  const atOnce = await Promise.race(others)
  expect(atOnce.message).toContain('too many')
  for (const { failure } of await Promise.all([first, ...others])) expect(failure).toBe('unavailable')
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
  await holder.release()
  await increment(db, 'crowded')
  expect(await settingOf('crowded')).toBe('1')
})

test('several waits add up to no more than one caller’s patience', async () => {
  await insert(db, 'slow')
  const startedAt = performance.now()
  const slow = db.transaction(async (tx) => {
    for (;;) await sql`select pg_sleep(1)`.execute(tx)
  })
  expect((await failureOf(slow)).failure).toBe('unavailable')
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
  await increment(db, 'slow')
})

test('what runs beside a transaction is not part of it', async () => {
  const failing = db.transaction(async (tx) => {
    await tx.insertInto('setting').values({ name: 'inside', value: '1' }).execute()
    await insert(db, 'beside')
    throw new Error('no')
  })
  expect(failing).rejects.toThrow('no')
  await failing.catch(() => undefined)
  expect(await settingOf('inside')).toBeUndefined()
  expect(await settingOf('beside')).toBe('0')
})
