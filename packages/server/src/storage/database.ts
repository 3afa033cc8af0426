import type { Kysely, Transaction } from 'kysely'
import type { Appended, Draft } from './append.ts'
import type { DialectName } from './dialect.ts'
import type { Tables } from './tables.ts'

/**
 * The site's database as the modules see it. Reads and writes are apart because on SQLite they run on different
 * threads; a write is on disk, and seen by the next read, when its promise resolves.
 */
export interface Database {
  readonly dialect: DialectName
  /** The migrations that were applied when it was opened; all of them when it was empty. */
  readonly migrated: readonly string[]
  readonly read: Kysely<Tables>
  readonly write: Kysely<Tables>
  /**
   * Runs several statements that take effect together or not at all, as if nothing else ran meanwhile. On PostgreSQL
   * `work` is called again when another transaction got in the way, so it must do nothing but work on `tx`.
   * @throws what `work` throws, after undoing what it did
   */
  transaction<Result>(
    work: (tx: Transaction<Tables>) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
  /** Puts a message into its conversation's log. Messages that wait together share one commit. */
  append(draft: Draft): Promise<Appended>
  /** Resolves when the database answers; rejects with why it does not. */
  ping(): Promise<void>
  /** How many writes wait for a commit. */
  waitingWrites(): number
  /** How many writes were made again since it was opened, because another one got in their way. */
  retriedWrites(): number
  close(): Promise<void>
}

export interface TransactionOptions {
  /**
   * The conversation whose members, group or messages the transaction works on. Transactions that name the same one, and
   * messages that are put into its log, take turns, on PostgreSQL as well: nothing is tried again.
   */
  readonly conversation?: number
}

export interface DatabaseOptions {
  /** Hears every statement that modules run, on either connection; for tests of what queries cost. */
  onQuery?: (sql: string, parameters: readonly unknown[]) => void
}
