import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type LogEvent,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { log } from '../../log.ts'
import type { DatabaseOptions } from '../database.ts'
import type { Tables } from '../tables.ts'
import type { Run } from './connection.ts'
import type { HeldConnection } from './transactions.ts'

async function* noStream(): AsyncIterableIterator<never> {
  yield* []
  throw new Error('streaming queries are not supported')
}

const nothing = async () => {}

function kyselyWith(driver: Driver, onQuery: DatabaseOptions['onQuery']): Kysely<Tables> {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
  const log = onQuery && (({ query }: LogEvent) => onQuery(query.sql, query.parameters))
  return new Kysely<Tables>({ dialect, log })
}

const executeWith =
  (run: Run) =>
  async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
    const { rows, changes } = await run(sql, parameters)
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) }
  }

/** Kysely for reading: each statement sees everything that was committed when it began. */
export function readingKysely(run: Run, onQuery?: DatabaseOptions['onQuery']): Kysely<Tables> {
  const connection: DatabaseConnection = {
    executeQuery: executeWith(run),
    streamQuery: noStream,
  }
  const readsOnly = async () => {
    throw new Error('this connection only reads')
  }
  return kyselyWith(
    {
      init: nothing,
      acquireConnection: async () => connection,
      beginTransaction: readsOnly,
      commitTransaction: readsOnly,
      rollbackTransaction: readsOnly,
      releaseConnection: nothing,
      destroy: nothing,
    },
    onQuery,
  )
}

/** What a writing Kysely runs on. */
export interface Writing {
  /** Runs a statement that is no part of a transaction. */
  run: Run
  /** Begins a transaction on a connection of its own. */
  begin: () => Promise<HeldConnection>
}

/** A connection of the writing Kysely: only when a transaction begins does it take a connection for itself. */
class WritingConnection implements DatabaseConnection {
  #held: HeldConnection | undefined

  constructor(private readonly writing: Writing) {}

  executeQuery = executeWith((sql, parameters) => (this.#held ?? this.writing).run(sql, parameters))

  streamQuery = noStream

  async begin(): Promise<void> {
    this.#held = await this.writing.begin()
  }

  async commit(): Promise<void> {
    await this.#held?.run('commit', [])
    this.end('clean')
  }

  async rollback(): Promise<void> {
    try {
      await this.#held?.run('rollback', [])
      this.end('clean')
    } catch (error) {
      // The transaction's own failure is what the caller hears; the server undoes it when the connection goes.
      log.warn({ error: String(error) }, 'rollback_failed')
      this.end('broken')
    }
  }

  end(state: 'clean' | 'broken'): void {
    this.#held?.release(state)
    this.#held = undefined
  }
}

/** Kysely for writing. */
export function writingKysely(writing: Writing, onQuery?: DatabaseOptions['onQuery']): Kysely<Tables> {
  const own = (connection: DatabaseConnection) => connection as WritingConnection
  return kyselyWith(
    {
      init: nothing,
      acquireConnection: async () => new WritingConnection(writing),
      beginTransaction: (connection) => own(connection).begin(),
      commitTransaction: (connection) => own(connection).commit(),
      rollbackTransaction: (connection) => own(connection).rollback(),
      releaseConnection: async (connection) => own(connection).end('broken'),
      destroy: nothing,
    },
    onQuery,
  )
}
