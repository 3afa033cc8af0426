import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { openPostgres } from './postgres/index.ts'
import { openSqlite } from './sqlite/index.ts'

/** The name of the SQLite file in the data folder. */
export const DATABASE_FILE = 'parley.sqlite'

/**
 * Opens the database that the configuration names, creating and migrating it as needed.
 * @throws DatabaseError when it cannot be opened
 */
export function openDatabase(
  { postgres, dataDir }: Pick<Config, 'postgres' | 'dataDir'>,
  options: DatabaseOptions = {},
): Promise<Database> {
  return postgres ? openPostgres(postgres, options) : openSqlite(join(dataDir, DATABASE_FILE), options)
}
