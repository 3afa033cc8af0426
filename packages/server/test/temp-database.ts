import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../src/config.ts'
import { type Database, openDatabase } from '../src/storage/index.ts'
import { newPlace } from './place.ts'

/** A real database of its own, for the tests of one file. */
export interface TempDatabase {
  readonly db: Database
  /** A folder of its own. */
  readonly dir: string
  close(): Promise<void>
}

/**
 * Opens it, migrated and empty: SQLite, or PostgreSQL when the tests run on it. Close it in `afterAll`: the folder and
 * the database go with it.
 */
export async function openTempDatabase(): Promise<TempDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-unit-'))
  const place = await newPlace()
  const db = await openDatabase(loadConfig({ DATA_DIR: dir, ...place.env }))
  return {
    db,
    dir,
    async close() {
      await db.close()
      await place.remove()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
