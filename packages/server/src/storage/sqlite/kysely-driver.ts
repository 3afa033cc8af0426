import type { Database as SqliteFile } from 'bun:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type LogEvent,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { log } from '../../log.ts'
import type { DatabaseOptions } from '../database.ts'
import { DatabaseError, sqliteFailure } from '../errors.ts'
import type { Tables } from '../tables.ts'
import { runStatement } from './connection.ts'
import type { Writer } from './writer.ts'
import type { StatementResult } from './writer-protocol.ts'

const queryResult = <Row>({ rows, changes }: StatementResult): QueryResult<Row> => ({
  rows: rows as Row[],
  numAffectedRows: BigInt(changes),
})

async function* noStream(): AsyncIterableIterator<never> {
  yield* []
  throw new Error('streaming queries are not supported')
}

/** Migrations run as one transaction, begun with the write lock held: SQLite can undo a changed schema. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true
  }
}

function kyselyWith(createDriver: () => Driver, onQuery: DatabaseOptions['onQuery']): Kysely<Tables> {
  const dialect: Dialect = {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
  const log = onQuery && (({ query }: LogEvent) => onQuery(query.sql, query.parameters))
  return new Kysely<Tables>({ dialect, log })
}

const nothing = async () => {}
const readsOnly = async () => {
  throw new Error('this connection only reads')
}

/** Kysely on the main thread's own connection: reads answer at once, from memory most of the time. */
export function readingKysely(file: SqliteFile, onQuery?: DatabaseOptions['onQuery']): Kysely<Tables> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
      try {
        return queryResult<Row>(runStatement(file, sql, parameters))
      } catch (error) {
        const { code, message } = error as { code?: string; message: string }
        throw new DatabaseError(sqliteFailure(code), message, error)
      }
    },
    streamQuery: noStream,
  }
  return kyselyWith(
    () => ({
      init: nothing,
      acquireConnection: async () => connection,
      beginTransaction: readsOnly,
      commitTransaction: readsOnly,
      rollbackTransaction: readsOnly,
      releaseConnection: nothing,
      destroy: async () => file.close(),
    }),
    onQuery,
  )
}

/**
 * A connection of the writing Kysely. A lone statement goes into the next batch; only when a transaction begins on
 * it does it take the writer for itself.
 */
class WriterConnection implements DatabaseConnection {
  #held: Awaited<ReturnType<Writer['acquire']>> | undefined

  constructor(private readonly writer: Writer) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const run = this.#held?.run ?? this.writer.statement.bind(this.writer)
    return queryResult<Row>(await run(sql, parameters))
  }

  streamQuery = noStream

  async begin() {
    this.#held = await this.writer.acquire()
    try {
      await this.#held.run('begin immediate', [])
    } catch (error) {
      this.#release()
      throw error
    }
  }

  /** A failed commit leaves the transaction open; Kysely rolls it back, so the writer stays held until then. */
  async commit() {
    await this.#held?.run('commit', [])
    this.#release()
  }

  /** Undoes what there is to undo: a full disk has ended the transaction by itself, and its own error is the one to tell. */
  async rollback() {
    await this.#held
      ?.run('rollback', [])
      .catch((error) => log.debug({ error: String(error) }, 'rollback_failed'))
    this.#release()
  }

  /** Last resort for a transaction whose rollback failed: the writer must not stay taken. */
  abandon() {
    this.#release()
  }

  #release() {
    this.#held?.release()
    this.#held = undefined
  }
}

/** Kysely on the writer thread: every write of the server goes through it, or through `Writer.append`. */
export function writingKysely(writer: Writer, onQuery?: DatabaseOptions['onQuery']): Kysely<Tables> {
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => new WriterConnection(writer),
    beginTransaction: (connection) => (connection as WriterConnection).begin(),
    commitTransaction: (connection) => (connection as WriterConnection).commit(),
    rollbackTransaction: (connection) => (connection as WriterConnection).rollback(),
    releaseConnection: async (connection) => (connection as WriterConnection).abandon(),
    destroy: () => writer.close(),
  }
  return kyselyWith(() => driver, onQuery)
}
