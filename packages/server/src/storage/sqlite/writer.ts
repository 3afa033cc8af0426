import type { Appended, Draft } from '../append.ts'
import { DatabaseError, sqliteFailure } from '../errors.ts'
import type {
  AppendedRow,
  StatementResult,
  WireError,
  WriteJob,
  WriterAnswer,
  WriterRequest,
} from './writer-protocol.ts'

/** The most jobs that share one commit; more wait for the next one. */
const BATCH_JOBS_MAX = 512
/** Above this many waiting writes the server says that it is busy instead of letting the queue grow. */
const QUEUE_JOBS_MAX = 20_000

interface Waiting<Result> {
  resolve(result: Result): void
  reject(error: Error): void
}

interface QueuedJob extends Waiting<Appended | StatementResult> {
  job: WriteJob
}

const appendedOf = ([mid, seq, at, repeated]: AppendedRow): Appended => ({ mid, seq, at, repeated })

const databaseError = (error: WireError) => new DatabaseError(sqliteFailure(error.code), error.message)

/**
 * The main thread's end of the writer thread. Writes that are waiting at the same time share one transaction and
 * one flush to disk (group commit), and each is answered after the commit. A transaction of several steps has the
 * writer to itself until it ends.
 */
export class Writer {
  readonly #worker: Worker
  readonly #queue: QueuedJob[] = []
  /** Transactions that wait for their turn; they go before the next batch, so neither starves the other. */
  readonly #exclusive: Array<() => void> = []
  #answer: ((answer: WriterAnswer) => void) | undefined
  #busy = false
  #scheduled = false
  #broken: DatabaseError | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.onmessage = (event: MessageEvent<string>) => this.#answer?.(JSON.parse(event.data) as WriterAnswer)
    const broken = (event: Event) => this.#break(event)
    worker.addEventListener('error', broken)
    worker.addEventListener('close', broken)
  }

  /**
   * Starts the writer thread on a database file, which it creates when missing.
   * @throws DatabaseError when the file cannot be opened
   */
  static async open(file: string): Promise<Writer> {
    const writer = new Writer(new Worker(new URL('./writer-thread.ts', import.meta.url)))
    const answer = await writer.#ask({ kind: 'open', file })
    if (answer.kind !== 'ready') {
      writer.#worker.terminate()
      throw new DatabaseError(
        'unavailable',
        answer.kind === 'failed' ? answer.error.message : 'the writer did not start',
      )
    }
    return writer
  }

  /** Why the writer no longer works, if so. */
  get failure(): DatabaseError | undefined {
    return this.#broken
  }

  /** How many writes are waiting for a commit. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Puts a message into its log; resolves after the commit that holds it. */
  append(draft: Draft): Promise<Appended> {
    return this.#enqueue({ append: draft }) as Promise<Appended>
  }

  /** Runs one writing statement; resolves after the commit that holds it. */
  statement(sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
    return this.#enqueue({ sql, parameters }) as Promise<StatementResult>
  }

  /**
   * Waits until the writer is free and takes it. Nothing else is written until `release` is called.
   * @returns a way to run statements one by one, and the release
   */
  async acquire(): Promise<{ run: Writer['statement']; release: () => void }> {
    if (this.#broken) throw this.#broken
    if (this.#busy) await new Promise<void>((resolve) => this.#exclusive.push(resolve))
    this.#busy = true
    return {
      run: async (sql, parameters) => {
        const answer = await this.#ask({ kind: 'statement', sql, parameters })
        if (answer.kind !== 'statement')
          throw this.#broken ?? new DatabaseError('other', `unexpected ${answer.kind}`)
        if ('error' in answer.result) throw databaseError(answer.result.error)
        return (answer.result as { result: StatementResult }).result
      },
      release: () => this.#next(),
    }
  }

  /** Finishes what waits, writes the log back into the file and ends the thread. */
  async close(): Promise<void> {
    if (this.#broken) return
    const { release } = await this.acquire()
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch()
      this.#settle(batch, await this.#write(batch))
    }
    await this.#ask({ kind: 'close' })
    this.#broken = new DatabaseError('unavailable', 'the database is closed')
    this.#worker.terminate()
    release()
  }

  #enqueue(job: WriteJob): Promise<Appended | StatementResult> {
    if (this.#broken) return Promise.reject(this.#broken)
    if (this.#queue.length >= QUEUE_JOBS_MAX) {
      return Promise.reject(new DatabaseError('unavailable', 'too many writes are waiting'))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
      this.#schedule()
    })
  }

  /** Lets the current turn of the event loop put all its writes into one batch. */
  #schedule() {
    if (this.#busy || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#busy || this.#queue.length === 0) return
      this.#busy = true
      void this.#runBatches()
    })
  }

  /** Hands the writer to the next transaction, or to the next batch. */
  #next() {
    const waiting = this.#exclusive.shift()
    if (waiting) return waiting()
    this.#busy = false
    if (this.#queue.length > 0 && !this.#broken) this.#schedule()
  }

  /**
   * Writes until nothing waits, or a transaction wants the writer. What came while a batch was being written is on its
   * way to the thread before that batch is answered: the two threads work at the same time.
   */
  async #runBatches(): Promise<void> {
    let batch = this.#takeBatch()
    let writing = this.#write(batch)
    for (;;) {
      const answer = await writing
      const written = batch
      const goesOn = this.#queue.length > 0 && this.#exclusive.length === 0 && !this.#broken
      if (goesOn) {
        batch = this.#takeBatch()
        writing = this.#write(batch)
      }
      this.#settle(written, answer)
      if (!goesOn) return this.#next()
    }
  }

  #takeBatch(): QueuedJob[] {
    return this.#queue.splice(0, BATCH_JOBS_MAX)
  }

  #write(batch: readonly QueuedJob[]): Promise<WriterAnswer> {
    return this.#ask({ kind: 'batch', jobs: batch.map(({ job }) => job) })
  }

  /** Answers all in one turn: what the callers publish now leaves as one write per socket. */
  #settle(batch: readonly QueuedJob[], answer: WriterAnswer) {
    for (let index = 0; index < batch.length; index++) {
      const { resolve, reject } = batch[index]!
      const result = answer.kind === 'batch' ? answer.results[index]! : undefined
      if (!result) reject(this.#broken ?? new DatabaseError('other', `unexpected ${answer.kind}`))
      else if ('error' in result) reject(databaseError(result.error))
      else resolve('appended' in result ? appendedOf(result.appended) : result.result)
    }
  }

  #ask(request: WriterRequest): Promise<WriterAnswer> {
    if (this.#broken) return Promise.resolve({ kind: 'failed', error: { message: this.#broken.message } })
    return new Promise((resolve) => {
      this.#answer = resolve
      this.#worker.postMessage(JSON.stringify(request))
    })
  }

  /** The thread is gone: everything that waits fails, and so does everything that comes. */
  #break(event: Event) {
    if (this.#broken) return
    const message = (event as ErrorEvent).message ?? 'the writer thread ended'
    this.#broken = new DatabaseError('unavailable', message)
    this.#answer?.({ kind: 'failed', error: { message } })
    for (const { reject } of this.#queue.splice(0)) reject(this.#broken)
    for (const wake of this.#exclusive.splice(0)) wake()
  }
}
