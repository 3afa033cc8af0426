import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openSqlite } from '../src/storage/index.ts'

/** A real database in a folder of its own, for the tests of one file. */
export interface TempDatabase {
  readonly db: Database
  readonly dir: string
  close(): Promise<void>
}

/** Opens it, migrated and empty. Close it in `afterAll`: the folder goes with it. */
export async function openTempDatabase(): Promise<TempDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-unit-'))
  const db = await openSqlite(join(dir, 'test.sqlite'))
  return {
    db,
    dir,
    async close() {
      await db.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
