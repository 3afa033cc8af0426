import type { Appended, Draft } from '../append.ts'
import { DatabaseError } from '../errors.ts'
import { appendBatch, type Outcome } from './append.ts'
import { PATIENCE_MS, type Retries } from './conflicts.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { isConflict, isLockTimeout, isUnavailable, violatedConstraint } from './errors.ts'

/** The most messages that share one commit; more wait for the next one. */
const BATCH_DRAFTS_MAX = 256
/** Above this many waiting messages in a lane the server says that it is busy instead of letting the queue grow. */
const QUEUE_DRAFTS_MAX = 10_000

/**
 * How long a batch waits for its conversations, ms. Nobody holds one for so long who is well: then it is left aside, so that
 * it keeps up no other.
 */
const HELD_MS_MAX = 1000
/**
 * How long a batch aside may take, with all that it waits for. It and another one before it, in the own lane or aside, end
 * before the callers' patience does, unless they begin late: what was refused must not be stored afterwards.
 */
const ASIDE_MS_MAX = 2000

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
  #queue: Queued[] = []
  /** How many of its drafts have no answer yet, by conversation. */
  readonly #pending = new Map<number, number>()
  #running: Promise<void> | undefined
  #closed = false

  /** @param aside the lane of conversations that somebody else holds; without one, all wait for them */
  constructor(
    options: ConnectionOptions,
    private readonly retries: Retries,
    private readonly aside?: Lane,
  ) {
    this.#connection = new Connection(options)
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Whether it has drafts of a conversation that have no answer yet. */
  hasPending(conversationId: number): boolean {
    return this.#pending.has(conversationId)
  }

  append(draft: Draft): Promise<Appended> {
    if (this.#closed) return Promise.reject(new DatabaseError('unavailable', 'the database is closed'))
    if (this.waiting + (this.aside?.waiting ?? 0) >= QUEUE_DRAFTS_MAX) {
      return Promise.reject(new DatabaseError('unavailable', 'too many messages are waiting'))
    }
    return new Promise((resolve, reject) =>
      this.take({ draft, deadline: performance.now() + PATIENCE_MS, resolve, reject }),
    )
  }

  /** Ends the connection when what waits is in the logs. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    await this.#connection.close()
  }

  /** What comes after a draft that was left aside goes the same way, so that a conversation keeps its order. */
  take(queued: Queued): void {
    const { aside } = this
    const { conversationId } = queued.draft
    if (aside?.hasPending(conversationId)) {
      aside.take(queued)
      return
    }
    this.#pending.set(conversationId, (this.#pending.get(conversationId) ?? 0) + 1)
    this.#queue.push(queued)
    this.#running ??= this.#run()
  }

  #leave({ draft: { conversationId } }: Queued): void {
    const left = this.#pending.get(conversationId)! - 1
    if (left > 0) this.#pending.set(conversationId, left)
    else this.#pending.delete(conversationId)
  }

  #reject(queued: Queued, error: unknown): void {
    this.#leave(queued)
    queued.reject(error)
  }

  #leaveAside(held: readonly Queued[]): void {
    const later = this.#queue
    this.#queue = []
    for (const queued of held) {
      this.#leave(queued)
      this.aside?.take(queued)
    }
    for (const queued of later) {
      this.#leave(queued)
      this.take(queued)
    }
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
    const outcomes = await this.#appendBatch(batch)
    const held = batch.filter((_, index) => outcomes[index] === 'held')
    if (held.length > 0) this.#leaveAside(held)
    batch.forEach((queued, index) => {
      const outcome = outcomes[index]
      if (outcome === 'held') return
      this.#leave(queued)
      if (outcome) queued.resolve(outcome)
      else queued.reject(new Error('conversation_gone'))
    })
  }

  async #appendBatch(batch: readonly Queued[]): Promise<Outcome[]> {
    const drafts = batch.map(({ draft }) => draft)
    const append = (held: 'wait' | 'pass over') =>
      this.retries.run(
        (deadline) => appendBatch(this.#connection, drafts, deadline, held),
        (error) => isConflict(error) || isRepeatedElsewhere(error),
        // The first has waited longest.
        batch[0]!.deadline,
      )
    try {
      return await append('wait')
    } catch (error) {
      if (!this.aside || !isLockTimeout(error)) throw error
      return append('pass over')
    }
  }

  /**
   * When one draft cannot be stored, the others of its batch are; it is found by halving. When the database is gone, nobody
   * waits for it.
   */
  async #fail(batch: readonly Queued[], error: unknown): Promise<void> {
    if (isUnavailable(error)) {
      for (const queued of [...batch, ...this.#queue.splice(0)]) this.#reject(queued, error)
    } else if (batch.length === 1) {
      this.#reject(batch[0]!, error)
    } else {
      const half = Math.ceil(batch.length / 2)
      for (const part of [batch.slice(0, half), batch.slice(half)]) {
        // The first half may have been left aside.
        const isAside = ({ draft }: Queued) => this.aside?.hasPending(draft.conversationId) ?? false
        const rest = part.filter((queued) => !isAside(queued))
        this.#leaveAside(part.filter(isAside))
        if (rest.length > 0) await this.#write(rest).catch((error) => this.#fail(rest, error))
      }
    }
  }
}

/**
 * Group commit on PostgreSQL. Each conversation belongs to one lane of the node, so its messages keep their order, and
 * the lanes' batches never wait for each other's locks. One more lane takes the conversations that somebody holds for long,
 * so that the others of their lane go on.
 */
export class Appender {
  readonly #aside: Lane | undefined
  readonly #lanes: Lane[]

  /** @param connections one for each lane; of two or more the last is the one aside */
  constructor(connections: number, options: ConnectionOptions, retries: Retries) {
    this.#aside =
      connections > 1 ? new Lane({ ...options, statementMsMax: ASIDE_MS_MAX }, retries) : undefined
    const own = this.#aside ? { ...options, lockMsMax: HELD_MS_MAX } : options
    const lanes = Math.max(1, connections - 1)
    this.#lanes = Array.from({ length: lanes }, () => new Lane(own, retries, this.#aside))
  }

  /** Messages that wait for a commit. */
  get waiting(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.waiting, this.#aside?.waiting ?? 0)
  }

  /** Puts a message into its log; resolves after the commit that holds it. */
  append(draft: Draft): Promise<Appended> {
    return this.#lanes[draft.conversationId % this.#lanes.length]!.append(draft)
  }

  /** Ends the connections when what waits is in the logs. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
    await this.#aside?.close()
  }
}
