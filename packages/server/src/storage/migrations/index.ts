import { DEFAULT_MIGRATION_TABLE, type Kysely, type Migration, Migrator, sql } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { initial } from './0001-initial.ts'
import { secrets } from './0002-secrets.ts'
import { oneRetry } from './0003-one-retry.ts'
import { readReceipts } from './0004-read-receipts.ts'
import { mentions } from './0005-mentions.ts'
import { clearedChats } from './0006-cleared-chats.ts'
import { drafts } from './0007-drafts.ts'

/** The name of the migration that an empty database begins with. */
export const FIRST_MIGRATION = '0001-initial'

/**
 * All migrations by name, in order. They only go forward. A version adds, and the one before goes on working with what it
 * added; only a later version removes what nobody uses any more, in a migration with `-remove-` in its name.
 */
function allMigrations(dialect: DialectName): Record<string, Migration> {
  const migrations: Record<string, Migration> = {
    [FIRST_MIGRATION]: initial(dialect),
    '0002-secrets': secrets,
    '0003-one-retry': oneRetry(dialect),
    '0004-read-receipts': readReceipts(dialect),
    '0005-mentions': mentions(dialect),
    '0006-cleared-chats': clearedChats(dialect),
    '0007-drafts': drafts(dialect),
  }
  if (dialect === 'sqlite') return migrations
  return Object.fromEntries(Object.entries(migrations).map(([name, one]) => [name, impatient(one)]))
}

const REMOVAL = /-remove-/

/**
 * A change of a table waits for those who use it, and everybody who comes after it waits behind it. So it gives up soon,
 * and is tried again when they have gone on (PostgreSQL; SQLite has one writer).
 */
const LOCK_MS_MAX = 2000

function impatient({ up }: Migration): Migration {
  return {
    async up(db) {
      await sql`set local lock_timeout = ${sql.lit(LOCK_MS_MAX)}`.execute(db)
      await up(db)
    },
  }
}

/** What a newer version has added already, as migrations that do nothing here: its nodes work beside this one. */
async function addedByNewerVersion(
  db: Kysely<Tables>,
  known: Record<string, Migration>,
): Promise<Record<string, Migration>> {
  const last = Object.keys(known).at(-1)!
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return {}
  const applied = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(
    db,
  )
  const later = applied.rows.map(({ name }) => name).filter((name) => name > last)
  if (later.some((name) => REMOVAL.test(name))) return {}
  return Object.fromEntries(later.map((name) => [name, { up: async () => {} }]))
}

/**
 * Brings the schema up to date inside the database's own lock, so that two processes starting at once do it once.
 * @returns the names of the migrations that were applied now
 * @throws the failing migration's error; nothing of it stays behind. An error that speaks of corrupted migrations when a
 *   newer version has removed what this one needs
 */
export async function migrate(db: Kysely<Tables>, dialect: DialectName): Promise<string[]> {
  try {
    return await bringUpToDate(db, allMigrations(dialect))
  } catch (error) {
    // A newer version may have added its own between our look and our turn; at the second look they are there.
    if (!/corrupted migrations/.test(String(error))) throw error
    return await bringUpToDate(db, allMigrations(dialect))
  }
}

async function bringUpToDate(db: Kysely<Tables>, known: Record<string, Migration>): Promise<string[]> {
  const migrations = { ...known, ...(await addedByNewerVersion(db, known)) }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
