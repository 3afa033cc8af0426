import type { Database } from 'bun:sqlite'

/*
 * What a table consists of, and the text that stands for a row on both sides: checksums are made of it. The tables are
 * read from the database itself, so that a later version's are moved as well.
 */

export type Value = number | string | null
export type Row = Record<string, Value>

export interface Column {
  readonly name: string
  readonly type: 'integer' | 'text'
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly Column[]
  /** The primary key. */
  readonly key: readonly Column[]
  /** Columns by which rows are put in order, the same on both sides; no two rows are alike in all of them. */
  readonly order: readonly Column[]
}

/**
 * Tables whose key is text have no index that PostgreSQL could follow in SQLite's order, byte by byte. It is given other
 * columns before the key here where there may be many rows.
 */
const ORDERS: Readonly<Record<string, readonly string[]>> = { upload: ['uid', 'created_at', 'path'] }

interface ColumnRow {
  name: string
  type: string
  /** Place in the primary key, from 1; 0 for the others. */
  pk: number
}

/** All tables of a site. */
export function readShapes(db: Database): TableShape[] {
  const tables = db
    .query<{ name: string }, []>(
      "select name from sqlite_schema where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*'",
    )
    .all()
  return tables.map(({ name }) => readShape(db, name))
}

function readShape(db: Database, table: string): TableShape {
  const rows = db.query<ColumnRow, [string]>('select name, type, pk from pragma_table_info(?)').all(table)
  const columnOf = ({ name, type }: ColumnRow): Column => ({
    name,
    type: type.toLowerCase() === 'integer' ? 'integer' : 'text',
  })
  const key = rows
    .filter(({ pk }) => pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map(columnOf)
  const order = ORDERS[table]?.map((name) => columnOf(rows.find((row) => row.name === name)!)) ?? key
  return { name: table, columns: rows.map(columnOf), key, order }
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const columnList = (columns: readonly Column[]): string =>
  columns.map(({ name }) => quoted(name)).join(', ')

/** The text that stands for a row. {@link rowTextSql} gives the same. */
export function rowText({ columns }: TableShape, row: Row): string {
  let text = ''
  for (const { name } of columns) {
    const value = row[name]
    if (typeof value === 'string') text += `${Buffer.byteLength(value)}:${value},`
    else text += value === null ? '-,' : `${value},`
  }
  return text
}

/** PostgreSQL's expression for the text that stands for a row. */
export function rowTextSql({ columns }: TableShape): string {
  const parts = columns.map(({ name, type }) => {
    const column = quoted(name)
    const text = type === 'integer' ? `${column}::text` : `octet_length(${column}) || ':' || ${column}`
    return `coalesce(${text}, '-') || ','`
  })
  return parts.join(' || ')
}
