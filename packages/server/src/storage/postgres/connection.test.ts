import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'kysely'
import { failureOf, newPostgresStorage, type PostgresStorage, until } from '../../../test/postgres/storage.ts'
import { startTestPostgres } from '../../../test/services.ts'
import type { Database } from '../database.ts'
import { isUniqueViolation } from '../errors.ts'
import { openPostgres } from './index.ts'

setDefaultTimeout(300_000)

/** The longest that anybody may wait on a busy machine, ms; without a bound it would be for ever. */
const PATIENCE_MS = 10_000

let storage: PostgresStorage
let db: Database

beforeAll(async () => {
  storage = await newPostgresStorage()
  db = await storage.open()
})
afterAll(() => storage.close())

/** What a query gives in its only row. */
async function answerOf(expression: string): Promise<unknown> {
  const { rows } = await sql<{ value: unknown }>`select ${sql.raw(expression)} as value`.execute(db.read)
  return rows[0]!.value
}

describe('values', () => {
  test.each([
    ['int', '7::int', 7],
    ['bigint', '1764000000000::bigint', 1764000000000],
    ['the largest id', `${Number.MAX_SAFE_INTEGER}::bigint`, Number.MAX_SAFE_INTEGER],
    ['a negative bigint', '(-1)::bigint', -1],
    ['count', '(select count(*) from (values (1), (2)) v)', 2],
    ['sum of bigint, a numeric', '(select sum(x) from (values (1::bigint), (2)) v(x))', 3],
    ['max of bigint', '(select max(x) from (values (1::bigint), (2)) v(x))', 2],
    ['no bigint', 'null::bigint', null],
    ['text of digits', `'12'::text`, '12'],
    ['text with signs of all kinds', `'汉😀''"\\'::text`, `汉😀'"\\`],
  ])('%s', async (_, expression, value) => {
    expect(await answerOf(expression)).toBe(value as never)
  })

  test('written and read again they are the same, in every kind of column', async () => {
    const row = { name: '名\n"\\', key_hash: 'k', hint: '', created_at: 2 ** 52 }
    const { id } = await db.write
      .insertInto('server_key')
      .values(row)
      .returning('id')
      .executeTakeFirstOrThrow()
    expect(
      await db.read.selectFrom('server_key').selectAll().where('id', '=', id).executeTakeFirst(),
    ).toEqual({ ...row, id, used_at: 0, revoked_at: 0 })
  })

  test('statements say how many rows they changed', async () => {
    await db.write
      .insertInto('setting')
      .values(['a', 'b', 'c'].map((name) => ({ name: `count ${name}`, value: '1' })))
      .execute()
    const { numUpdatedRows } = await db.write
      .updateTable('setting')
      .set({ value: '2' })
      .where('name', 'like', 'count %')
      .executeTakeFirst()
    expect(numUpdatedRows).toBe(3n)
  })
})

describe('failures', () => {
  test('a row that is there already is told from other failures', async () => {
    const insert = (value: string | null) =>
      db.write
        .insertInto('setting')
        .values({ name: 'there', value: value as string })
        .execute()
    await insert('1')
    expect(isUniqueViolation(await failureOf(insert('2')))).toBe(true)
    expect((await failureOf(insert(null))).failure).toBe('other')
    expect((await failureOf(answerOf('1/0'))).failure).toBe('other')
  })

  test('reading refuses to write', async () => {
    const writing = db.read.insertInto('setting').values({ name: 'no', value: '1' }).execute()
    expect((await failureOf(writing)).failure).toBe('unavailable')
    expect(await db.read.selectFrom('setting').where('name', '=', 'no').selectAll().execute()).toEqual([])
  })

  test('a statement that takes too long is ended, and others go on meanwhile', async () => {
    const startedAt = performance.now()
    const slow = failureOf(answerOf('pg_sleep(60)'))
    expect(await answerOf('1')).toBe(1)
    expect((await slow).failure).toBe('unavailable')
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
    expect(await answerOf('2')).toBe(2)
  })

  test('more slow statements than connections: all are answered in time, and it recovers', async () => {
    const startedAt = performance.now()
    const slow = await Promise.all(Array.from({ length: 30 }, () => failureOf(answerOf('pg_sleep(60)'))))
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
    expect(new Set(slow.map(({ failure }) => failure))).toEqual(new Set(['unavailable']))
    // What nobody waits for any more may still be on its way to the end that the server sets it.
    await until(() =>
      answerOf('1').then(
        () => true,
        () => false,
      ),
    )
  })

  test('lost connections fail what runs on them; the next statements open others', async () => {
    const lost = Array.from({ length: 6 }, () => failureOf(answerOf('pg_sleep(60)')))
    const killed = () =>
      storage.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'parley' and query like '%pg_sleep(60)%' and state = 'active'
        and datname = current_database()`.values()
    let count = 0
    await until(async () => {
      count += (await killed()).length
      return count >= 3
    })
    for (const failure of await Promise.all(lost)) expect(failure.failure).toBe('unavailable')
    expect(await answerOf('1')).toBe(1)
  })

  test('what asks for a closed database is refused', async () => {
    const closed = await storage.open()
    const running = failureOf(sql`select pg_sleep(60)`.execute(closed.read))
    await closed.close()
    expect((await running).failure).toBe('unavailable')
    expect((await failureOf(closed.ping())).failure).toBe('unavailable')
    const write = closed.write.insertInto('setting').values({ name: 'late', value: '1' }).execute()
    expect((await failureOf(write)).failure).toBe('unavailable')
    expect((await failureOf(closed.transaction(async () => 1))).failure).toBe('unavailable')
  })
})

describe('a server that', () => {
  test('does not let one in, or is not there: says so at once', async () => {
    const wrong = new URL(storage.url)
    wrong.password = 'wrong'
    const nobody = new URL(storage.url)
    nobody.port = '1'
    const missing = new URL(storage.url)
    missing.pathname = '/parley_no_such_database'
    for (const { href } of [wrong, nobody, missing]) {
      const startedAt = performance.now()
      const failure = await failureOf(openPostgres({ url: href, connectionsMax: 4 }))
      expect(failure.failure).toBe('unavailable')
      expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
      expect(failure.message).not.toContain(wrong.password)
    }
  })

  test('is frozen: nobody waits for it for long, and all is well when it goes on', async () => {
    const server = await startTestPostgres()
    const frozen = await openPostgres({ url: server.url, connectionsMax: 6 })
    const ask = () => sql`select 1`.execute(frozen.read)
    const write = (name: string) => frozen.write.insertInto('setting').values({ name, value: '1' }).execute()
    try {
      await Promise.all([ask(), write('before')])
      server.pause()
      for (let round = 0; round < 2; round++) {
        const startedAt = performance.now()
        const failures = [
          ...Array.from({ length: 10 }, ask),
          write(`frozen ${round}`),
          frozen.transaction((tx) => tx.selectFrom('setting').selectAll().execute()),
          frozen.ping(),
        ].map(failureOf)
        for (const { failure } of await Promise.all(failures)) expect(failure).toBe('unavailable')
        expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
      }
      server.resume()
      let tries = 0
      await until(() =>
        // A name is taken even if the question beside it has failed.
        Promise.all([ask(), write(`after ${++tries}`)]).then(
          () => true,
          () => false,
        ),
      )
      expect(await frozen.transaction(async () => 'works')).toBe('works')
    } finally {
      server.resume()
      await frozen.close()
      await server.close()
    }
  })
})
