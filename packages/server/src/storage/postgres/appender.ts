import type { Appended, Draft } from '../append.ts'
import { DatabaseError } from '../errors.ts'
import { appendBatch } from './append.ts'
import { PATIENCE_MS, type Retries } from './conflicts.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { isConflict, isUnavailable, violatedConstraint } from './errors.ts'

/** The most messages that share one commit; more wait for the next one. */
const BATCH_DRAFTS_MAX = 256
/** Above this many waiting messages in a lane the server says that it is busy instead of letting the queue grow. */
const QUEUE_DRAFTS_MAX = 10_000

/** The unique index on the idempotency key. */
const RETRY_INDEX = 'message_retry'

interface Queued {
  readonly draft: Draft
  /** The moment of `performance.now()` until which its sender waits. */
  readonly deadline: number
  resolve(appended: Appended): void
  reject(error: unknown): void
}

const keyOf = ({ conversationId, from, uniqueId }: Draft) => `${conversationId} ${from} ${uniqueId}`

/** Another node was storing the same message at the same moment: at the next try it is found. */
const isRepeatedElsewhere = (error: unknown) => violatedConstraint(error) === RETRY_INDEX

/** The drafts of one part of the conversations: one batch under way, the others waiting for the next. */
class Lane {
  readonly #connection: Connection
  readonly #queue: Queued[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(
    options: ConnectionOptions,
    private readonly retries: Retries,
  ) {
    this.#connection = new Connection(options)
  }

  get waiting(): number {
    return this.#queue.length
  }

  append(draft: Draft): Promise<Appended> {
    if (this.#closed) return Promise.reject(new DatabaseError('unavailable', 'the database is closed'))
    if (this.#queue.length >= QUEUE_DRAFTS_MAX) {
      return Promise.reject(new DatabaseError('unavailable', 'too many messages are waiting'))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft, deadline: performance.now() + PATIENCE_MS, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Ends the connection when what waits is in the logs. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    await this.#connection.close()
  }

  async #run(): Promise<void> {
    // Lets the current turn of the event loop put all its messages into one batch.
    await new Promise(setImmediate)
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch()
      await this.#write(batch).catch((error) => this.#fail(batch, error))
      await this.#connection.settled
    }
    this.#running = undefined
  }

  /** The next drafts, in order; a retry of one that is among them waits until that one is in the log. */
  #takeBatch(): Queued[] {
    const keys = new Set<string>()
    let size = 0
    while (size < this.#queue.length && size < BATCH_DRAFTS_MAX) {
      const { draft } = this.#queue[size]!
      if (draft.uniqueId !== null) {
        const key = keyOf(draft)
        if (keys.has(key)) break
        keys.add(key)
      }
      size++
    }
    return this.#queue.splice(0, size)
  }

  /** Answers all in one turn: what the callers publish now leaves as one write per socket. */
  async #write(batch: readonly Queued[]): Promise<void> {
    const drafts = batch.map(({ draft }) => draft)
    const placed = await this.retries.run(
      (deadline) => appendBatch(this.#connection, drafts, deadline),
      (error) => isConflict(error) || isRepeatedElsewhere(error),
      // The first has waited longest.
      batch[0]!.deadline,
    )
    batch.forEach(({ resolve, reject }, index) => {
      const appended = placed[index]
      if (appended) resolve(appended)
      else reject(new Error('conversation_gone'))
    })
  }

  /**
   * When one draft cannot be stored, the others of its batch are; it is found by halving. When the database is gone, nobody
   * waits for it.
   */
  async #fail(batch: readonly Queued[], error: unknown): Promise<void> {
    if (isUnavailable(error)) {
      for (const { reject } of [...batch, ...this.#queue.splice(0)]) reject(error)
    } else if (batch.length === 1) {
      batch[0]!.reject(error)
    } else {
      const half = Math.ceil(batch.length / 2)
      for (const part of [batch.slice(0, half), batch.slice(half)]) {
        await this.#write(part).catch((error) => this.#fail(part, error))
      }
    }
  }
}

/**
 * Group commit on PostgreSQL. Each conversation belongs to one lane of the node, so its messages keep their order, and
 * the lanes' batches never wait for each other's locks.
 */
export class Appender {
  readonly #lanes: Lane[]

  constructor(lanes: number, options: ConnectionOptions, retries: Retries) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane(options, retries))
  }

  /** Messages that wait for a commit. */
  get waiting(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0)
  }

  /** Puts a message into its log; resolves after the commit that holds it. */
  append(draft: Draft): Promise<Appended> {
    return this.#lanes[draft.conversationId % this.#lanes.length]!.append(draft)
  }

  /** Ends the connections when what waits is in the logs. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }
}
