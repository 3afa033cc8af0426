import { Database as SqliteFile } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { say } from './language.ts'
import { print } from './output.ts'
import { tellRunningServer } from './running.ts'
import { commandConfig, databaseFailure, databaseFile, openDatabase, prepareDataFolder } from './site.ts'

/** `parley migrate`: what every start does, for those who want to do it beforehand. */
export async function migrate(): Promise<void> {
  const config = commandConfig()
  await prepareDataFolder(config.dataDir)
  const file = databaseFile(config.dataDir)
  const before = appliedMigrations(file)
  await (await openDatabase(config)).close()
  const applied = appliedMigrations(file).filter((name) => !before.includes(name))
  if (applied.length === 0) return print(say({ zh: '数据库结构已是最新', en: 'The database is up to date' }))
  await tellRunningServer(config.dataDir)
  const names = applied.join(', ')
  print(say({ zh: `已升级数据库结构：${names}`, en: `The database was brought up to date: ${names}` }))
}

/** The migrations that a database has seen; none for a database that is not there yet. */
function appliedMigrations(file: string): string[] {
  if (!existsSync(file)) return []
  try {
    const db = new SqliteFile(file, { readonly: true })
    try {
      const known = db.query("select 1 from sqlite_master where name = 'kysely_migration'").get()
      if (!known) return []
      return db
        .query<{ name: string }, []>('select name from kysely_migration order by name')
        .all()
        .map(({ name }) => name)
    } finally {
      db.close()
    }
  } catch (error) {
    throw databaseFailure(file, error)
  }
}
