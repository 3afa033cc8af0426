import { SQL } from 'bun'
import { type Database, DatabaseError, openPostgres } from '../../src/storage/index.ts'
import { newPostgresDatabase } from '../services.ts'

/**
 * Few connections, so that a test can use them up: a lane and the one aside, one for transactions, one for statements, two
 * for reads.
 */
const CONNECTIONS = 6
const WAIT_MS_MAX = 30_000

/** A PostgreSQL database of a test's own, and nodes that work on it. */
export interface PostgresStorage {
  readonly url: string
  /** What an administrator sees and does. */
  readonly sql: SQL
  /** Opens it as one more node does. */
  open(connectionsMax?: number): Promise<Database>
  close(): Promise<void>
}

/** Makes one. Close it in `afterAll`: the nodes and the database go with it. */
export async function newPostgresStorage(): Promise<PostgresStorage> {
  const { url, drop } = await newPostgresDatabase()
  const sql = new SQL(url, { max: 4 })
  const nodes: Database[] = []
  return {
    url,
    sql,
    async open(connectionsMax = CONNECTIONS) {
      const node = await openPostgres({ url, connectionsMax })
      nodes.push(node)
      return node
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()))
      await sql.close()
      await drop()
    },
  }
}

/** The failure of something that must fail in the database. */
export async function failureOf(doing: Promise<unknown>): Promise<DatabaseError> {
  const error = await doing.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  )
  if (error instanceof DatabaseError) return error
  throw error
}

/** Asks until the answer is yes; fails when that takes too long. */
export async function until(ask: () => Promise<boolean>): Promise<void> {
  const lateAt = performance.now() + WAIT_MS_MAX
  while (!(await ask())) if (performance.now() > lateAt) throw new Error('waited in vain')
}

/** Has the administrator hold a lock, which keeps everybody else waiting. */
export async function lock(sql: SQL, statement: string): Promise<{ release(): Promise<void> }> {
  const connection = await sql.reserve()
  await connection.unsafe('begin')
  await connection.unsafe(statement)
  return {
    async release() {
      await connection.unsafe('rollback')
      connection.release()
    },
  }
}

/** How many of the site's connections wait for a lock. */
async function lockedOf(sql: SQL): Promise<number> {
  const [{ count }] = await sql`
    select count(*) from pg_stat_activity
    where application_name = 'parley' and wait_event_type = 'Lock' and datname = current_database()`
  return Number(count)
}

/** Resolves when so many of the site's connections wait for a lock. */
export const whenLocked = (sql: SQL, connections: number): Promise<void> =>
  until(async () => (await lockedOf(sql)) >= connections)

/** Resolves when none of the site's connections waits for a lock any more: their callers may have gone before. */
export const whenUnlocked = (sql: SQL): Promise<void> => until(async () => (await lockedOf(sql)) === 0)
