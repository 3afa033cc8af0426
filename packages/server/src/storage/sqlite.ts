import { sql } from 'kysely'
import { openConnection } from './connection.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { readingKysely, writingKysely } from './kysely-driver.ts'
import { migrate } from './migrations/index.ts'
import { Writer } from './writer.ts'

/**
 * Opens the embedded database, creating and migrating it as needed.
 * @param file path of the SQLite file
 * @throws DatabaseError when the file cannot be opened or written
 */
export async function openSqlite(file: string, { onQuery }: DatabaseOptions = {}): Promise<Database> {
  const writer = await Writer.open(file)
  const write = writingKysely(writer, onQuery)
  try {
    await migrate(write, 'sqlite')
  } catch (error) {
    await write.destroy()
    throw error
  }
  const read = readingKysely(openConnection(file, 'read'), onQuery)
  return {
    dialect: 'sqlite',
    read,
    write,
    append: (draft) => writer.append(draft),
    waitingWrites: () => writer.waiting,
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
