import type { Draft } from '../append.ts'

/*
 * What travels between the main thread and the writer thread, as JSON text: handing over one text costs the main
 * thread a third less than having the same objects cloned.
 */

/** One unit of work of a batch: it succeeds or fails on its own, but is durable only with the whole batch. */
export type WriteJob = { append: Draft } | { sql: string; parameters: readonly unknown[] }

/** What a statement gave. */
export interface StatementResult {
  rows: unknown[]
  changes: number
}

export interface WireError {
  message: string
  code?: string
}

/** An `Appended` as a list, which is half as long as text: mid, seq, at, repeated. */
export type AppendedRow = readonly [mid: number, seq: number, at: number, repeated: boolean]

export type JobResult = { appended: AppendedRow } | { result: StatementResult } | { error: WireError }

export type WriterRequest =
  /** The first request: opens the file, creating it when missing. */
  | { kind: 'open'; file: string }
  /** Runs the jobs in one transaction and commits it. */
  | { kind: 'batch'; jobs: WriteJob[] }
  /** Runs one statement outside of any batch: `begin`, `commit`, and what is between them. */
  | { kind: 'statement'; sql: string; parameters: readonly unknown[] }
  /** Writes the log back into the database file and closes it. */
  | { kind: 'close' }

export type WriterAnswer =
  | { kind: 'batch'; results: JobResult[] }
  | { kind: 'statement'; result: JobResult }
  | { kind: 'closed' }
  | { kind: 'ready' }
  | { kind: 'failed'; error: WireError }
