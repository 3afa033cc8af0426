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
  if (!('append' in job)) {
    // A single statement undoes itself when it fails.
    return { result: runStatement(db, job.sql, job.parameters) }
  }
  runStatement(db, 'savepoint job', [])
  try {
    const appended = appendMessage((sql, parameters) => runStatement(db, sql, parameters).rows, job.append)
    runStatement(db, 'release job', [])
    return { appended }
  } catch (error) {
    if (db.inTransaction) {
      runStatement(db, 'rollback to job', [])
      runStatement(db, 'release job', [])
    }
    throw error
  }
}

/**
 * One transaction for all jobs. A job that fails leaves its neighbours alone, unless the failure ended the whole
 * transaction (a full disk does), in which case none of them happened.
 */
function runBatch(db: Database, jobs: WriteJob[]): JobResult[] {
  const results: JobResult[] = []
  try {
    runStatement(db, 'begin immediate', [])
    for (const job of jobs) {
      try {
        results.push(runJob(db, job))
      } catch (error) {
        if (!db.inTransaction) throw error
        results.push({ error: wireError(error) })
      }
    }
    runStatement(db, 'commit', [])
    return results
  } catch (error) {
    if (db.inTransaction) runStatement(db, 'rollback', [])
    return jobs.map(() => ({ error: wireError(error) }))
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
