import { DatabaseError } from '../errors.ts'
import { Connection, type ConnectionOptions, type StatementResult } from './connection.ts'

/** Above this many callers that wait for a connection the node says that it is busy instead of letting them pile up. */
const WAITING_MAX = 1000

interface Waiting {
  resolve(connection: Connection): void
  reject(error: Error): void
  timer: Timer
}

const refuse = (why: string) => new DatabaseError('unavailable', why)

/** Connections that are taken and given back, in the order of asking. */
export class Pool {
  readonly #all: readonly Connection[]
  readonly #free: Connection[]
  readonly #waiting = new Set<Waiting>()
  #closed: PromiseWithResolvers<void> | undefined

  constructor(size: number, options: ConnectionOptions) {
    this.#all = Array.from({ length: size }, () => new Connection(options))
    this.#free = [...this.#all]
  }

  /** Callers that wait for a connection. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Runs one statement on any of the connections.
   * @param deadline the moment of `performance.now()` until which its caller waits
   * @throws DatabaseError; `unavailable` when there is no answer in time
   */
  async run(sql: string, parameters: readonly unknown[], deadline: number): Promise<StatementResult> {
    const connection = await this.take(deadline)
    try {
      return await connection.run(sql, parameters, deadline)
    } finally {
      void connection.settled.then(() => this.giveBack(connection))
    }
  }

  /**
   * Takes a connection; to be given back.
   * @param deadline the moment of `performance.now()` until which its caller waits
   * @throws DatabaseError unavailable when none becomes free in time
   */
  async take(deadline: number): Promise<Connection> {
    if (this.#closed) throw refuse('the database is closed')
    const free = this.#free.pop()
    if (free) return free
    if (this.#waiting.size >= WAITING_MAX) throw refuse('too many are waiting for a connection')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting)
        reject(refuse('no connection became free in time'))
      }, deadline - performance.now())
      const waiting: Waiting = { resolve, reject, timer }
      this.#waiting.add(waiting)
    })
  }

  giveBack(connection: Connection): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next)
      clearTimeout(next.timer)
      next.resolve(connection)
      return
    }
    this.#free.push(connection)
    if (this.#free.length === this.#all.length) this.#closed?.resolve()
  }

  /** Lets those go on who have a connection or wait for one, and ends the connections. */
  async close(): Promise<void> {
    this.#closed ??= Promise.withResolvers()
    if (this.#free.length === this.#all.length) this.#closed.resolve()
    await this.#closed.promise
    await Promise.all(this.#all.map((connection) => connection.close()))
  }
}
