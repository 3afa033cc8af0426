import type { PostgresConfig } from '../../config.ts'
import { Connection } from '../../storage/index.ts'
import { databaseAddress } from '../database-address.ts'
import { CommandError } from '../failure.ts'

/*
 * A database that `parley migrate-data` writes to says so in a table of one row: whether it is whole, and whether a
 * server has made it the site's own since. The table stays; a database that began on PostgreSQL has none.
 */

const TABLE = 'parley_import'
const STATEMENT_MS_MAX = 60_000

/** What a database knows of its import. Times are ms since the epoch. */
export interface ImportRecord {
  /** The source's identity. */
  readonly source: string
  readonly started_at: number
  /** 0 while the database is not whole: a run is under way or was interrupted. */
  readonly finished_at: number
  /** When a server first worked on it; 0 for never. From then on another run would undo what people do there. */
  readonly used_at: number
}

/** @returns undefined for a database that no run has written to */
export async function readImport(connection: Connection): Promise<ImportRecord | undefined> {
  const { rows: tables } = await connection.run(`select to_regclass('${TABLE}') is not null as exists`, [])
  if (!(tables[0] as { exists: boolean }).exists) return undefined
  const { rows } = await connection.run(`select * from ${TABLE}`, [])
  return rows[0] as ImportRecord | undefined
}

/** Notes that the database is not whole from now on. */
export async function beginImport(connection: Connection, source: string): Promise<void> {
  await connection.run(
    `create table if not exists ${TABLE} (
       source text primary key,
       started_at bigint not null,
       finished_at bigint not null default 0,
       used_at bigint not null default 0
     )`,
    [],
  )
  await connection.run(
    `insert into ${TABLE} (source, started_at) values ($1::text, $2::text::bigint)
     on conflict (source) do update set started_at = excluded.started_at, finished_at = 0`,
    [source, String(Date.now())],
  )
}

/** Notes that the database is whole. */
export async function finishImport(connection: Connection): Promise<void> {
  await connection.run(`update ${TABLE} set finished_at = $1::text::bigint`, [String(Date.now())])
}

async function withImport(
  { url }: PostgresConfig,
  work: (connection: Connection, record: ImportRecord | undefined) => unknown,
): Promise<void> {
  const connection = new Connection({
    url,
    isolation: 'read committed',
    statementMsMax: STATEMENT_MS_MAX,
  })
  try {
    await work(connection, await readImport(connection))
  } finally {
    await connection.close()
  }
}

/**
 * To be called before a site's database is used.
 * @throws CommandError when it holds a part of a site only; DatabaseError when it cannot be asked
 */
export async function requireWholeImport(postgres: PostgresConfig | undefined): Promise<void> {
  if (!postgres) return
  await withImport(postgres, (_, record) => {
    if (!record || record.finished_at > 0) return
    const name = databaseAddress(postgres.url)
    throw new CommandError({
      zh: `数据库 ${name} 的数据尚不完整：parley migrate-data 正在运行或被中断，请等它结束，或重新运行`,
      en: `the database ${name} is not whole: parley migrate-data is at work or was interrupted; wait for it, or run it again`,
    })
  })
}

/** Notes that what the database holds is the site's own from now on, so that no run overwrites it. */
export async function markUsed(postgres: PostgresConfig | undefined): Promise<void> {
  if (!postgres) return
  await withImport(postgres, async (connection, record) => {
    if (!record || record.used_at > 0) return
    await connection.run(`update ${TABLE} set used_at = $1::text::bigint`, [String(Date.now())])
  })
}
