import type { Database } from 'bun:sqlite'
import { appendMessage } from './append.ts'
import { openConnection, runStatement } from './connection.ts'
import type { JobResult, WireError, WriteJob, WriterAnswer, WriterRequest } from './writer-protocol.ts'

/*
 * The writer thread: the only connection that writes. It is started by `writer.ts`; each request gets exactly one answer,
 * in order.
 */

declare const self: Worker

let db: Database | undefined

const wireError = (error: unknown): WireError => ({
  message: error instanceof Error ? error.message : String(error),
  code: (error as { code?: string }).code,
})

function runJob(db: Database, job: WriteJob): JobResult {
  if (!('append' in job)) return { result: runStatement(db, job.sql, job.parameters) }
  const run = (sql: string, parameters: unknown[]) => runStatement(db, sql, parameters).rows
  const { mid, seq, at, repeated } = appendMessage(run, job.append)
  return { appended: [mid, seq, at, repeated] }
}

/** As {@link runJob}; when the job fails, what it did is undone and the transaction goes on. */
function runGuardedJob(db: Database, job: WriteJob): JobResult {
  runStatement(db, 'savepoint job', [])
  try {
    const result = runJob(db, job)
    runStatement(db, 'release job', [])
    return result
  } catch (error) {
    // A full disk ends the whole transaction, and the savepoint with it.
    if (!db.inTransaction) throw error
    runStatement(db, 'rollback to job', [])
    runStatement(db, 'release job', [])
    return { error: wireError(error) }
  }
}

const isLocked = (error: unknown): boolean =>
  /^SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? '')

function inTransaction<Result>(db: Database, run: () => Result): Result {
  runStatement(db, 'begin immediate', [])
  try {
    const result = run()
    runStatement(db, 'commit', [])
    return result
  } catch (error) {
    if (db.inTransaction) runStatement(db, 'rollback', [])
    throw error
  }
}

/**
 * One transaction for all jobs. Nearly always all of them succeed, so they run unguarded first; if one fails, the
 * batch is undone and run again with each job guarded, so that a failure leaves its neighbours alone. Unless the failure
 * is the whole transaction's (a full disk), in which case none of them happened.
 */
function runBatch(db: Database, jobs: WriteJob[]): JobResult[] {
  try {
    return inTransaction(db, () => jobs.map((job) => runJob(db, job)))
  } catch (error) {
    // Another program holds the file, and it was waited for: trying again would only double the wait.
    if (isLocked(error)) return jobs.map(() => ({ error: wireError(error) }))
    try {
      return inTransaction(db, () => jobs.map((job) => runGuardedJob(db, job)))
    } catch (error) {
      return jobs.map(() => ({ error: wireError(error) }))
    }
  }
}

function open(file: string): WriterAnswer {
  try {
    db = openConnection(file, 'write')
    return { kind: 'ready' }
  } catch (error) {
    return { kind: 'failed', error: wireError(error) }
  }
}

function runAlone(db: Database, sql: string, parameters: readonly unknown[]): JobResult {
  try {
    return { result: runStatement(db, sql, parameters) }
  } catch (error) {
    return { error: wireError(error) }
  }
}

function close(db: Database): WriterAnswer {
  try {
    db.run('pragma wal_checkpoint(truncate)')
  } catch {
    // A reader holds the log: it stays, and the next start takes it up.
  }
  db.close()
  return { kind: 'closed' }
}

function answerTo(request: WriterRequest): WriterAnswer {
  switch (request.kind) {
    case 'open':
      return open(request.file)
    case 'batch':
      return { kind: 'batch', results: runBatch(db!, request.jobs) }
    case 'statement':
      return { kind: 'statement', result: runAlone(db!, request.sql, request.parameters) }
    case 'close':
      return close(db!)
  }
}

self.onmessage = (event: MessageEvent<string>) => {
  self.postMessage(JSON.stringify(answerTo(JSON.parse(event.data) as WriterRequest)))
}
