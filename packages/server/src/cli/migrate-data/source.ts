import { Database } from 'bun:sqlite'
import { readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_MIGRATION_TABLE } from 'kysely'
import type { Config } from '../../config.ts'
import { openSqlite } from '../../storage/index.ts'
import { copyDatabase } from '../backup/snapshot.ts'
import { CommandError } from '../failure.ts'
import { databaseFailure, databaseFile } from '../site.ts'
import {
  type Column,
  columnList,
  quoted,
  type Row,
  readShapes,
  type TableShape,
  type Value,
} from './table-shape.ts'

const PRIVATE_MODE = 0o600
/** Rows that are compared and written at once. */
const RANGE_ROWS_MAX = 1000
/** Their characters: a message may have 100,000. The row with which they are reached is still taken. */
const RANGE_CHARACTERS_MAX = 1_000_000

/** PostgreSQL's texts cannot hold this character. */
const NUL = '\0'
const REPLACEMENT = '\ufffd'

/** Neighbouring rows: those after one place in the table's order, up to another. */
export interface Range {
  /** The values of the order's columns; undefined: from the first row on. */
  readonly after: readonly Value[] | undefined
  /** Undefined: to the last row. */
  readonly upTo: readonly Value[] | undefined
}

export interface Rows {
  readonly range: Range
  readonly rows: readonly Row[]
}

/** The copy in the data folder, while it is there. */
const copyFile = ({ dataDir }: Config) => join(dataDir, `.migrate-data.${process.pid}.sqlite`)
const COPY_NAME = /^\.migrate-data\.(\d+)\.sqlite/

/** Removes the copy that {@link Source.open} made. Waits for nothing. */
export function removeCopy(config: Config): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copyFile(config) + suffix, { force: true })
}

/** Removes copies that runs have left which were killed: they are as large as the database. */
function removeLeftCopies({ dataDir }: Config): void {
  for (const name of readdirSync(dataDir)) {
    const pid = Number(COPY_NAME.exec(name)?.[1] ?? 0)
    if (pid > 0 && (pid === process.pid || !isAlive(pid))) rmSync(join(dataDir, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** A site in SQLite as it was at one moment: a copy, of this version's schema. */
export class Source {
  readonly tables: readonly TableShape[]
  /** When the site's database was made, which no other site shares and which never changes. */
  readonly identity: string
  #textsReplaced = 0

  private constructor(private readonly db: Database) {
    this.tables = readShapes(db)
    const made = db.query<{ timestamp: string }, []>(
      `select timestamp from ${DEFAULT_MIGRATION_TABLE} order by name limit 1`,
    )
    this.identity = made.get()!.timestamp
  }

  /**
   * Copies the site's database beside it; a server may go on writing there. {@link removeCopy} takes the copy away.
   * @throws CommandError when that is not possible, or there is no site in the file
   */
  static async open(config: Config): Promise<Source> {
    const file = copyFile(config)
    try {
      removeLeftCopies(config)
      // SQLite would make the file readable for everybody; an empty one it takes as it is.
      await writeFile(file, '', { flag: 'wx', mode: PRIVATE_MODE })
      copyDatabase(databaseFile(config.dataDir), file)
      requireSite(config, file)
      const upToDate = await openSqlite(file)
      await upToDate.close()
      return new Source(new Database(file, { readonly: true }))
    } catch (error) {
      throw error instanceof CommandError ? error : databaseFailure(config, error)
    }
  }

  /** How many texts that were read by {@link ranges} held U+0000; they are given with U+FFFD instead. */
  get textsReplaced(): number {
    return this.#textsReplaced
  }

  count({ name }: TableShape): number {
    const query = this.db.query<{ rows: number }, []>(`select count(*) as rows from ${quoted(name)}`)
    return query.get()!.rows
  }

  /** The highest id that a table has handed out, also to rows that are gone; 0 when it hands out none. */
  lastId({ name }: TableShape): number {
    const query = this.db.query<{ seq: number }, [string]>('select seq from sqlite_sequence where name = ?')
    return query.get(name)?.seq ?? 0
  }

  /** All rows of a table, in order. */
  *ranges(shape: TableShape): Generator<Rows> {
    const statement = this.db.prepare<Row, []>(
      `select ${columnList(shape.columns)} from ${quoted(shape.name)} order by ${columnList(shape.order)}`,
    )
    let rows: Row[] = []
    let characters = 0
    let after: Value[] | undefined
    for (const row of statement.iterate()) {
      const { length, replaced } = makeStorable(shape, row)
      this.#textsReplaced += replaced
      characters += length
      rows.push(row)
      if (rows.length < RANGE_ROWS_MAX && characters < RANGE_CHARACTERS_MAX) continue
      const upTo = placeOf(shape, row)
      yield { range: { after, upTo }, rows }
      after = upTo
      rows = []
      characters = 0
    }
    if (rows.length > 0) yield { range: { after, upTo: placeOf(shape, rows.at(-1)!) }, rows }
  }

  /** The rows of a range once more. */
  rows(shape: TableShape, { after, upTo }: Range): Row[] {
    const order = columnList(shape.order)
    const places = shape.order.map(() => '?').join(', ')
    const conditions = [after && `(${order}) > (${places})`, upTo && `(${order}) <= (${places})`]
    const query = this.db.query<Row, Value[]>(
      `select ${columnList(shape.columns)} from ${quoted(shape.name)}
       where ${conditions.filter(Boolean).join(' and ') || 'true'} order by ${order}`,
    )
    const rows = query.all(...(after ?? []), ...(upTo ?? []))
    for (const row of rows) makeStorable(shape, row)
    return rows
  }

  close(): void {
    this.db.close()
  }
}

/** An empty or foreign file would be made a site by opening it. */
function requireSite(config: Config, file: string): void {
  const db = new Database(file, { readonly: true })
  try {
    const tables = db.query("select 1 from sqlite_schema where type = 'table' and name in (?, 'message')")
    if (tables.all(DEFAULT_MIGRATION_TABLE).length === 2) return
  } finally {
    db.close()
  }
  const name = databaseFile(config.dataDir)
  throw new CommandError({
    zh: `${name} 中没有 Parley 站点：请把 DATA_DIR 设为服务器所用的文件夹`,
    en: `${name} holds no site of Parley: set DATA_DIR to the folder of the server`,
  })
}

const placeOf = ({ order }: TableShape, row: Row): Value[] => order.map(({ name }) => row[name]!)

/**
 * Checks that PostgreSQL can store a row, and replaces what it cannot in texts.
 * @returns characters of its texts, and how many texts were changed
 * @throws CommandError for values that do not belong there, which SQLite takes in any column
 */
function makeStorable(shape: TableShape, row: Row): { length: number; replaced: number } {
  let length = 0
  let replaced = 0
  for (const column of shape.columns) {
    const value = row[column.name]
    if (value === null) continue
    if (column.type === 'integer' && Number.isSafeInteger(value)) continue
    if (column.type === 'integer' || typeof value !== 'string') throw unfit(shape, column, row)
    length += value.length
    if (!value.includes(NUL)) continue
    row[column.name] = value.replaceAll(NUL, REPLACEMENT)
    replaced++
  }
  return { length, replaced }
}

function unfit(shape: TableShape, { name, type }: Column, row: Row): CommandError {
  const place = shape.key.map((key) => `${key.name} ${row[key.name]}`).join(', ')
  return new CommandError({
    zh: `表 ${shape.name} 中 ${place} 的 ${name} 不是${type === 'integer' ? '整数' : '文字'}，无法迁移`,
    en: `in the table ${shape.name}, ${name} of ${place} is no ${type === 'integer' ? 'whole number' : 'text'}: it cannot be moved`,
  })
}
