import { sql } from 'kysely'
import type { Database, DatabaseOptions } from '../database.ts'
import { migrate } from '../migrations/index.ts'
import { openConnection } from './connection.ts'
import { readingKysely, writingKysely } from './kysely-driver.ts'
import { Writer } from './writer.ts'

/**
 * Opens the embedded database, creating and migrating it as needed.
 * @param file path of the SQLite file
 * @throws DatabaseError when the file cannot be opened or written
 */
export async function openSqlite(file: string, { onQuery }: DatabaseOptions = {}): Promise<Database> {
  const writer = await Writer.open(file)
  const write = writingKysely(writer, onQuery)
  let migrated: string[]
  try {
    migrated = await migrate(write, 'sqlite')
  } catch (error) {
    await write.destroy()
    throw error
  }
  const read = readingKysely(openConnection(file, 'read'), onQuery)
  return {
    dialect: 'sqlite',
    migrated,
    read,
    write,
    transaction: (work) => write.transaction().execute(work),
    append: (draft) => writer.append(draft),
    waitingWrites: () => writer.waiting,
    // One writer: nothing gets in its way.
    retriedWrites: () => 0,
    async ping() {
      if (writer.failure) throw writer.failure
      await sql`select 1`.execute(read)
    },
    async close() {
      await read.destroy()
      await write.destroy()
    },
  }
}
