import { sql } from 'kysely'
import { log } from '../../log.ts'
import type { Database, DatabaseOptions, TransactionOptions } from '../database.ts'
import { migrate } from '../migrations/index.ts'
import { Appender } from './appender.ts'
import { PATIENCE_MS, Retries } from './conflicts.ts'
import { isLockTimeout } from './errors.ts'
import { readingKysely, writingKysely } from './kysely-driver.ts'
import { Pool } from './pool.ts'
import { beginTransaction } from './transactions.ts'

export interface PostgresOptions {
  /** `postgres://…` */
  readonly url: string
  /** Connections at most, 4 or more. */
  readonly connectionsMax: number
}

/**
 * How the connections are divided: most statements read, a batch of messages needs one at a time, and one more is for
 * conversations that are held.
 */
function divide(connectionsMax: number) {
  const lanes = Math.max(1, Math.min(4, Math.floor(connectionsMax / 6))) + (connectionsMax < 6 ? 0 : 1)
  const transactions = Math.max(1, Math.floor(connectionsMax / 4))
  const statements = Math.max(1, Math.floor(connectionsMax / 6))
  return { lanes, transactions, statements, reads: connectionsMax - lanes - transactions - statements }
}

/** A migration may take its time, and waits for another node that is at it. */
const MIGRATION_MS_MAX = 3600 * 1000

/** How long those who use a table are left alone before its change is tried again, ms. */
const LEFT_ALONE_MS = 1000

/** Tries a migration until nobody holds what it changes: a backup, a long read. */
async function whenNobodyHolds<Result>(migrateNow: () => Promise<Result>): Promise<Result> {
  for (const startedAt = performance.now(); ; ) {
    try {
      return await migrateNow()
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() - startedAt > MIGRATION_MS_MAX) throw error
      log.warn('migration_waits')
      await Bun.sleep(LEFT_ALONE_MS)
    }
  }
}

async function bringUpToDate(url: string): Promise<string[]> {
  const pool = new Pool(1, { url, isolation: 'read committed', statementMsMax: MIGRATION_MS_MAX })
  const deadline = () => performance.now() + MIGRATION_MS_MAX
  const kysely = writingKysely({
    run: (sql, parameters) => pool.run(sql, parameters, deadline()),
    begin: () => beginTransaction(pool, deadline()),
  })
  try {
    return await whenNobodyHolds(() => migrate(kysely, 'postgres'))
  } finally {
    await pool.close()
  }
}

/**
 * Opens a PostgreSQL database and brings its schema up to date; nodes that start at once take turns.
 * @throws DatabaseError when the server does not answer or refuses
 */
export async function openPostgres(
  { url, connectionsMax }: PostgresOptions,
  { onQuery }: DatabaseOptions = {},
): Promise<Database> {
  const migrated = await bringUpToDate(url)
  const share = divide(connectionsMax)
  const retries = new Retries()
  const reads = new Pool(share.reads, { url, isolation: 'read committed', readOnly: true })
  const statements = new Pool(share.statements, { url, isolation: 'read committed' })
  const transactions = new Pool(share.transactions, { url, isolation: 'serializable' })
  const appender = new Appender(share.lanes, { url, isolation: 'read committed' }, retries)
  const read = readingKysely(
    (sql, parameters) => reads.run(sql, parameters, performance.now() + PATIENCE_MS),
    onQuery,
  )
  const writing = (deadline: () => number, options?: TransactionOptions) =>
    writingKysely(
      {
        run: (sql, parameters) => retries.run((deadline) => statements.run(sql, parameters, deadline)),
        begin: () => beginTransaction(transactions, deadline(), options),
      },
      onQuery,
    )
  const open = [reads, statements, transactions, appender]
  return {
    dialect: 'postgres',
    migrated,
    read,
    write: writing(() => performance.now() + PATIENCE_MS),
    transaction: (work, options) =>
      retries.run((deadline) =>
        writing(() => deadline, options)
          .transaction()
          .execute(work),
      ),
    append: (draft) => appender.append(draft),
    waitingWrites: () => appender.waiting + statements.waiting + transactions.waiting,
    retriedWrites: () => retries.count,
    async ping() {
      await sql`select 1`.execute(read)
    },
    async close() {
      await Promise.all(open.map((one) => one.close()))
    },
  }
}
