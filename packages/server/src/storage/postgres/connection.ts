import { SQL } from 'bun'
import { DatabaseError } from '../errors.ts'
import { postgresError } from './errors.ts'

/** How long a statement may run on the server, ms. */
const STATEMENT_MS_MAX = 4000
/** How much longer the server may take to say that it was too long, ms. */
const GRACE_MS = 500
/** How long opening a connection may take, s: the unit of Bun's option. */
const CONNECT_SECONDS_MAX = 4
/** A transaction whose node has died gives its locks back after so long, ms. */
const IDLE_TRANSACTION_MS_MAX = 10_000

/** A statement's outcome. */
export interface StatementResult {
  rows: unknown[]
  changes: number
}

/** Runs a statement somewhere. */
export type Run = (sql: string, parameters: readonly unknown[]) => Promise<StatementResult>

export interface ConnectionOptions {
  /** `postgres://…` */
  readonly url: string
  readonly isolation: 'read committed' | 'serializable'
  /** Refuses to write. */
  readonly readOnly?: boolean
  /** How long a statement may run on the server, ms; 4 s unless said otherwise. */
  readonly statementMsMax?: number
  /** How long a statement waits for what another one holds, ms; as long as it may run unless said otherwise. */
  readonly lockMsMax?: number
}

/** What Bun's client tells of a result besides its rows. */
interface ClientRows extends Array<Record<string, unknown>> {
  count: number
  columns?: ReadonlyArray<{ name: string; type: number }>
}

/** The object ids of PostgreSQL's types for whole numbers of 64 bits and for sums of them. */
const INT8 = 20
const NUMERIC = 1700

/** Ids, counters and times in ms are below 2^53, but the client hands out 64-bit integers as text. */
function plainRows(result: ClientRows): unknown[] {
  // The client's own kind of array carries more than its rows.
  const rows = Array.from(result)
  const wide = result.columns?.filter(({ type }) => type === INT8 || type === NUMERIC)
  if (!wide || wide.length === 0) return rows
  for (const row of rows) {
    for (const { name } of wide) {
      const value = row[name]
      if (typeof value === 'string') row[name] = Number(value)
    }
  }
  return rows
}

const nothing = () => {}

/**
 * One connection to PostgreSQL, for one statement at a time: the client could have several on their way, but then a quick
 * one waits behind a slow one, and what nobody waits for any more could not be called back.
 *
 * The server ends a slow statement by itself. When it does not even do that (it is frozen, or the network swallows
 * packets) the connection is given up; the next statement opens another one.
 */
export class Connection {
  #client: SQL
  readonly #answerMsMax: number
  #settled: Promise<void> = Promise.resolve()
  #losses = 0

  constructor(private readonly options: ConnectionOptions) {
    this.#answerMsMax = (options.statementMsMax ?? STATEMENT_MS_MAX) + GRACE_MS
    this.#client = this.#open()
  }

  /** How often the connection ended, so that a transaction can tell that it is not on the one it began on. */
  get losses(): number {
    return this.#losses
  }

  /** Resolves when the last statement has come to its end, which may be after its caller has ceased to wait. */
  get settled(): Promise<void> {
    return this.#settled
  }

  /**
   * Runs one statement.
   * @param deadline the moment of `performance.now()` until which its caller waits, if that is earlier than usual
   * @throws DatabaseError; `unavailable` when there is no answer in time
   */
  async run(
    sql: string,
    parameters: readonly unknown[],
    deadline = Number.POSITIVE_INFINITY,
  ): Promise<StatementResult> {
    const waitMs = Math.min(this.#answerMsMax, deadline - performance.now())
    if (waitMs <= 0) throw new DatabaseError('unavailable', 'there is no time left')
    const { promise: late, reject } = Promise.withResolvers<never>()
    const stopWaiting = setTimeout(
      () => reject(new DatabaseError('unavailable', `no answer within ${Math.round(waitMs)} ms`)),
      waitMs,
    )
    try {
      const rows = await Promise.race([this.#ask(sql, parameters), late])
      return { rows: plainRows(rows), changes: rows.count }
    } catch (error) {
      throw error instanceof DatabaseError ? error : postgresError(error)
    } finally {
      clearTimeout(stopWaiting)
    }
  }

  /** Ends the connection at once; the next statement opens another one. */
  reset(): void {
    const client = this.#client
    this.#client = this.#open()
    this.#losses++
    client.close({ timeout: 0 }).catch(nothing)
  }

  /** Ends the connection for good. */
  async close(): Promise<void> {
    await this.#client.close({ timeout: 0 })
  }

  #ask(sql: string, parameters: readonly unknown[]): Promise<ClientRows> {
    const client = this.#client
    const answer = client.unsafe(sql, parameters as unknown[]) as Promise<ClientRows>
    const { promise: given, resolve: giveUp } = Promise.withResolvers<void>()
    const silent = setTimeout(() => {
      if (client === this.#client) this.reset()
      giveUp()
    }, this.#answerMsMax)
    this.#settled = Promise.race([answer.then(nothing, nothing), given]).then(() => clearTimeout(silent))
    return answer
  }

  #open(): SQL {
    const {
      url,
      isolation,
      readOnly = false,
      statementMsMax = STATEMENT_MS_MAX,
      lockMsMax = 0,
    } = this.options
    return new SQL({
      url,
      max: 1,
      connectionTimeout: CONNECT_SECONDS_MAX,
      idleTimeout: 0,
      connection: {
        application_name: 'parley',
        statement_timeout: statementMsMax,
        lock_timeout: lockMsMax,
        idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS_MAX,
        default_transaction_isolation: isolation,
        default_transaction_read_only: readOnly,
      },
      onclose: () => {
        this.#losses++
      },
    })
  }
}
