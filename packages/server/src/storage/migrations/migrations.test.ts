import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_MIGRATION_TABLE, sql } from 'kysely'
import { newPostgresDatabase } from '../../../test/services.ts'
import type { Database } from '../database.ts'
import { openPostgres } from '../postgres/index.ts'
import { openSqlite } from '../sqlite/index.ts'
import { FIRST_MIGRATION } from './index.ts'

/** A place for a database of its own, empty at first. */
interface Place {
  open(): Promise<Database>
  remove(): Promise<void>
}

const PLACES: ReadonlyArray<readonly [name: string, make: () => Promise<Place>]> = [
  [
    'SQLite',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
      return {
        open: () => openSqlite(join(folder, 'test.sqlite')),
        remove: () => rm(folder, { recursive: true }),
      }
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { url, drop } = await newPostgresDatabase()
      return { open: () => openPostgres({ url, connectionsMax: 4 }), remove: drop }
    },
  ],
]

/** Does what a newer version's migration does: changes the schema and notes its name. */
async function migrateFurther(db: Database, name: string, change: string): Promise<void> {
  await sql.raw(change).execute(db.write)
  await sql`insert into ${sql.table(DEFAULT_MIGRATION_TABLE)} (name, timestamp) values (${name}, ${'2030-01-01'})`.execute(
    db.write,
  )
}

const add = (db: Database, name: string) =>
  db.write.insertInto('setting').values({ name, value: '1' }).execute()

describe.each(PLACES)('%s', (_, make) => {
  let place: Place

  beforeAll(async () => {
    place = await make()
  })
  afterAll(() => place.remove())

  test('nodes that open an empty database at the same time bring it up to date once', async () => {
    const nodes = await Promise.all(Array.from({ length: 4 }, () => place.open()))
    const applied = nodes.flatMap(({ migrated }) => migrated)
    expect(applied[0]).toBe(FIRST_MIGRATION)
    expect(new Set(applied).size).toBe(applied.length)
    // One of them has done all of it.
    expect(nodes.filter(({ migrated }) => migrated.length > 0)).toHaveLength(1)
    await Promise.all(nodes.map((node, n) => add(node, `node ${n}`)))
    const rows = await nodes[0]!.read.selectFrom('setting').select('name').orderBy('name').execute()
    expect(rows.map(({ name }) => name)).toEqual(['node 0', 'node 1', 'node 2', 'node 3'])
    await Promise.all(nodes.map((node) => node.close()))
  })

  test('a database that is up to date stays as it is', async () => {
    const node = await place.open()
    expect(node.migrated).toEqual([])
    await node.close()
  })

  test('what a newer version has added is let be: this one starts and works beside it', async () => {
    const running = await place.open()
    await migrateFurther(running, '9998-mood', `alter table setting add column mood text default 'good'`)
    const started = await place.open()
    expect(started.migrated).toEqual([])
    await Promise.all([add(running, 'runs on'), add(started, 'starts')])
    const rows = await started.read
      .selectFrom('setting')
      .select('name')
      .where('name', 'in', ['runs on', 'starts'])
      .orderBy('name')
      .execute()
    expect(rows.map(({ name }) => name)).toEqual(['runs on', 'starts'])
    await Promise.all([running.close(), started.close()])
  })

  test('when a newer version has removed something, this one does not start, and changes nothing', async () => {
    const running = await place.open()
    await migrateFurther(running, '9999-remove-mood', 'alter table setting drop column mood')
    expect(place.open()).rejects.toThrow('9998-mood')
    await place.open().catch(() => undefined)
    const { rows } = await sql<{ name: string }>`
      select name from ${sql.table(DEFAULT_MIGRATION_TABLE)} order by name desc limit 1`.execute(running.read)
    expect(rows).toEqual([{ name: '9999-remove-mood' }])
    await running.close()
  })
})
