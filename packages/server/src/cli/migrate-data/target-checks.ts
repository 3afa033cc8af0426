import type { Connection } from '../../storage/index.ts'
import { CommandError } from '../failure.ts'
import { isoTime } from '../times.ts'
import { type ImportRecord, readImport } from './import-record.ts'
import type { Source } from './source.ts'
import { quoted } from './table-shape.ts'

/** The lock that a run holds as long as its connection lasts; any number that nobody else would think of. */
const LOCK = 7_245_391_118

/**
 * Whether a database may be made the same as the source: nobody's data may be lost by it. Keeps other runs out.
 * @param connection stays locked until it ends
 * @param name the database as people know it
 * @throws CommandError with one line that says why not
 */
export async function requireFitting(connection: Connection, source: Source, name: string): Promise<void> {
  await requireUtf8(connection, name)
  await lock(connection, name)
  const record = await readImport(connection)
  if (record) requireSameAndUnused(record, source, name)
  else await requireEmpty(connection, source, name)
}

async function requireUtf8(connection: Connection, name: string): Promise<void> {
  const { rows } = await connection.run("select current_setting('server_encoding') as encoding", [])
  const { encoding } = rows[0] as { encoding: string }
  if (encoding === 'UTF8') return
  throw new CommandError({
    zh: `数据库 ${name} 的编码为 ${encoding}：请用 encoding 'UTF8' 创建数据库`,
    en: `the database ${name} has the encoding ${encoding}: create one with the encoding UTF8`,
  })
}

async function lock(connection: Connection, name: string): Promise<void> {
  const { rows } = await connection.run('select pg_try_advisory_lock($1::text::bigint) as free', [
    String(LOCK),
  ])
  if ((rows[0] as { free: boolean }).free) return
  throw new CommandError({
    zh: `另一个 parley migrate-data 正在写入 ${name}：请等它结束`,
    en: `another parley migrate-data is writing to ${name}: wait for it to end`,
  })
}

function requireSameAndUnused(record: ImportRecord, source: Source, name: string): void {
  if (record.source !== source.identity) throw otherSite(name)
  if (record.used_at === 0) return
  const since = isoTime(record.used_at)
  throw new CommandError({
    zh: `${name} 自 ${since} 起已作为站点的数据库使用，再次迁移会丢失此后的数据：如要重新开始，请给 --to 一个空数据库`,
    en: `${name} has been the site's own database since ${since}, and what came in since would be lost: to begin anew, give --to an empty database`,
  })
}

async function requireEmpty(connection: Connection, source: Source, name: string): Promise<void> {
  for (const table of source.tables.map((shape) => quoted(shape.name))) {
    const { rows: found } = await connection.run('select to_regclass($1::text) is not null as exists', [
      table,
    ])
    if (!(found[0] as { exists: boolean }).exists) continue
    const { rows } = await connection.run(`select 1 from ${table} limit 1`, [])
    if (rows.length > 0) throw otherSite(name)
  }
}

const otherSite = (name: string): CommandError =>
  new CommandError({
    zh: `${name} 中已有其他站点的数据：请给 --to 一个空数据库`,
    en: `${name} holds another site's data: give --to an empty database`,
  })
