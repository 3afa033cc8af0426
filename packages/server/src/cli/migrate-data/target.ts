import { type Connection, openPostgres } from '../../storage/index.ts'
import type { Range } from './source.ts'
import {
  type Column,
  columnList,
  quoted,
  type Row,
  rowTextSql,
  type TableShape,
  type Value,
} from './table-shape.ts'

/** The fewest that the migrations need. */
const MIGRATION_CONNECTIONS = 4

const sqlType = ({ type }: Column): string => (type === 'integer' ? 'bigint' : 'text')

/** The columns of a table's order, compared byte by byte as SQLite does, whatever language the database is in. */
const orderSql = ({ order }: TableShape): string =>
  order.map(({ name, type }) => quoted(name) + (type === 'text' ? ' collate "C"' : '')).join(', ')

/** Collects the values of a statement. */
class Parameters {
  readonly values: string[] = []

  /** @returns the value's place in the statement */
  add(value: Value, type: string): string {
    this.values.push(String(value))
    return `$${this.values.length}::text::${type}`
  }
}

/** The condition for rows of a range. */
function within(shape: TableShape, { after, upTo }: Range, parameters: Parameters): string {
  const bound = (operator: string, place: readonly Value[]) => {
    const values = shape.order.map((column, index) => parameters.add(place[index]!, sqlType(column)))
    return `(${orderSql(shape)}) ${operator} (${values.join(', ')})`
  }
  const conditions = [after && bound('>', after), upTo && bound('<=', upTo)]
  return conditions.filter((condition) => condition !== undefined).join(' and ') || 'true'
}

const sha256Sql = (text: string): string => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`

/** A PostgreSQL database on its way to be the same as a site in SQLite. Each method is one statement and one transaction. */
export class Target {
  constructor(private readonly connection: Connection) {}

  /** Creates the tables, or brings those of an earlier run up to date. */
  static async migrate(url: string): Promise<void> {
    const db = await openPostgres({ url, connectionsMax: MIGRATION_CONNECTIONS })
    await db.close()
  }

  /** The checksum of a range: SHA-256 in hex of its rows' texts, in order. */
  async checksum(shape: TableShape, range: Range): Promise<string> {
    const parameters = new Parameters()
    const texts = `coalesce(string_agg(${rowTextSql(shape)}, '' order by ${orderSql(shape)}), '')`
    const [row] = await this.#rows<{ checksum: string }>(
      `select ${sha256Sql(texts)} as checksum from ${quoted(shape.name)}
       where ${within(shape, range, parameters)}`,
      parameters.values,
    )
    return row!.checksum
  }

  /**
   * Removes the rows of a range that the source does not have, or has otherwise.
   * @param checksums SHA-256 in hex of the text of each row that the source has there
   * @returns how many
   */
  async removeOthers(shape: TableShape, range: Range, checksums: readonly string[]): Promise<number> {
    const parameters = new Parameters()
    const condition = within(shape, range, parameters)
    const known = parameters.add(JSON.stringify(checksums), 'json')
    const { changes } = await this.connection.run(
      `delete from ${quoted(shape.name)} where ${condition}
       and ${sha256Sql(rowTextSql(shape))} not in (select json_array_elements_text(${known}))`,
      parameters.values,
    )
    return changes
  }

  /** Adds those of the rows that are not there. @returns how many */
  async add(shape: TableShape, rows: readonly Row[]): Promise<number> {
    const columns = columnList(shape.columns)
    const types = shape.columns.map((column) => `${quoted(column.name)} ${sqlType(column)}`)
    const { changes } = await this.connection.run(
      `insert into ${quoted(shape.name)} (${columns})
       select ${columns} from json_to_recordset($1::text::json) as row(${types.join(', ')})
       on conflict (${columnList(shape.key)}) do nothing`,
      [JSON.stringify(rows)],
    )
    return changes
  }

  /** Has a table that hands out ids go on after the last one; does nothing for other tables. */
  async continueIds({ name, key }: TableShape, lastId: number): Promise<void> {
    const [id] = key
    if (key.length !== 1 || id?.type !== 'integer') return
    await this.connection.run(
      `with last as (
         select greatest($3::text::bigint, max(${quoted(id.name)})) as id from ${quoted(name)}
       )
       select setval(ids, greatest(id, 1), id > 0) from last, pg_get_serial_sequence($1::text, $2::text) as ids
       where ids is not null`,
      [quoted(name), id.name, String(lastId)],
    )
  }

  /** Tells the planner of what has come; it would learn by itself only some minutes later. */
  async analyze({ name }: TableShape): Promise<void> {
    await this.connection.run(`analyze ${quoted(name)}`, [])
  }

  async #rows<Result>(sql: string, parameters: readonly string[]): Promise<Result[]> {
    const { rows } = await this.connection.run(sql, parameters)
    return rows as Result[]
  }
}
