import { type Kysely, type Migration, Migrator } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { initial } from './0001-initial.ts'

/** All migrations by name, in order. They only go forward: a release adds, a later one removes. */
function allMigrations(dialect: DialectName): Record<string, Migration> {
  return { '0001-initial': initial(dialect) }
}

/**
 * Brings the schema up to date inside the database's own lock, so that two processes starting at once do it once.
 * @returns the names of the migrations that were applied now
 * @throws the failing migration's error; nothing of it stays behind
 */
export async function migrate(db: Kysely<Tables>, dialect: DialectName): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => allMigrations(dialect) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
