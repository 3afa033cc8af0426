import type { ColumnDataType, CreateTableBuilder } from 'kysely'

/*
 * The one place that knows in what the databases differ. Everything else is written once and runs on both.
 */

export type DialectName = 'sqlite' | 'postgres'

/** Adds a primary key that the database hands out in growing order and never uses twice. */
export function addAutoId<Table extends string, Columns extends string, Name extends string>(
  dialect: DialectName,
  table: CreateTableBuilder<Table, Columns>,
  name: Name,
): CreateTableBuilder<Table, Columns | Name> {
  return dialect === 'sqlite'
    ? table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement())
    : table.addColumn(name, 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity())
}

/** The type for ids, counters and times in ms: SQLite's integers are 64 bits wide whatever they are called. */
export function bigInteger(dialect: DialectName): ColumnDataType {
  return dialect === 'sqlite' ? 'integer' : 'bigint'
}
