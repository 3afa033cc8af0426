import { Database } from 'bun:sqlite'
import { closeSync, existsSync, openSync } from 'node:fs'
import type { StatementResult } from './writer-protocol.ts'

/** The most pages that the write-ahead log collects before it is written back (4 KiB each). */
const CHECKPOINT_PAGES = 4000
/** How long a write waits for another program (the command line) to let go of the file. */
const BUSY_TIMEOUT_MS = 4000

/** Messages and keys are nobody's business but the server's own user's; the log beside the file gets the same mode. */
const FILE_MODE = 0o600

/**
 * Opens the SQLite file. `synchronous=FULL` is the durability promise: a commit returns when it is on the disk.
 * @param mode `write` for the one writing connection, `read` for connections that only look
 */
export function openConnection(file: string, mode: 'read' | 'write'): Database {
  // SQLite would make the file readable for everybody; an empty one it takes as it is.
  if (mode === 'write' && !existsSync(file)) closeSync(openSync(file, 'a', FILE_MODE))
  const db = new Database(file, { create: mode === 'write', readwrite: true })
  db.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
  if (mode === 'write') {
    db.run('pragma journal_mode = wal')
    db.run('pragma synchronous = full')
    db.run(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  } else {
    db.run('pragma query_only = 1')
  }
  db.run('pragma cache_size = -32000')
  db.run('pragma temp_store = memory')
  return db
}

type Prepared = ReturnType<Database['query']>

/** Which statements give rows: asking a statement for its columns on every run costs more than some runs. */
const givesRows = new WeakMap<Prepared, boolean>()

/** Runs one statement on a connection; rows when it gives any, else the number of changed rows. */
export function runStatement(db: Database, sql: string, parameters: readonly unknown[]): StatementResult {
  const statement = db.query(sql)
  let hasRows = givesRows.get(statement)
  if (hasRows === undefined) {
    hasRows = statement.columnNames.length > 0
    givesRows.set(statement, hasRows)
  }
  const values = parameters as never[]
  if (hasRows) {
    const rows = statement.all(...values)
    return { rows, changes: rows.length }
  }
  return { rows: [], changes: statement.run(...values).changes }
}
