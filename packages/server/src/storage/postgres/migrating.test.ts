import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'kysely'
import { lock, newPostgresStorage, type PostgresStorage, until } from '../../../test/postgres/storage.ts'

/** The last one that changes a table which is there already, and those after it. */
const [CHANGING, ...LATER] = ['0006-cleared-chats', '0007-drafts']

setDefaultTimeout(300_000)

let storage: PostgresStorage
beforeAll(async () => {
  storage = await newPostgresStorage()
})
afterAll(() => storage.close())

test('a migration leaves a table to those who use it, and comes through when they have gone', async () => {
  const running = await storage.open()
  // The schema as the version before had it.
  for (const undo of [
    'drop table draft',
    'alter table membership drop column cleared_seq',
    `delete from kysely_migration where name >= '${CHANGING}'`,
  ]) {
    await storage.sql.unsafe(undo)
  }
  // As a dump does.
  const backup = await lock(storage.sql, 'lock table membership in access share mode')
  const starting = storage.open()
  const isWaiting = async () => {
    const [{ waiting }] = await storage.sql.unsafe(
      'select count(*)::int as waiting from pg_locks where not granted',
    )
    return waiting > 0
  }
  await until(isWaiting)
  // It stands behind the change of the table, which gives up.
  const { rows } = await sql<{ count: number }>`select count(*) from membership`.execute(running.read)
  expect(rows).toEqual([{ count: 0 }])
  await until(isWaiting)
  await backup.release()
  expect((await starting).migrated).toEqual([CHANGING, ...LATER])
})
