import { Database } from 'bun:sqlite'
import { expect } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SQL } from 'bun'
import { newPostgresDatabase, type PostgresDatabase } from '../services.ts'

/* What tests of `parley migrate-data` look at: both databases of a site. */

const targets: PostgresDatabase[] = []

/** For `afterAll`. */
export const dropTargets = () => Promise.all(targets.splice(0).map((target) => target.drop()))

/** A database of its own to move to; {@link dropTargets} ends it. */
export async function newTarget(): Promise<string> {
  const target = await newPostgresDatabase()
  targets.push(target)
  return target.url
}

/** The database of a data folder. */
export const sqliteOf = (dataDir: string) => new Database(join(dataDir, 'parley.sqlite'))
/** What lies in a data folder, without what SQLite puts beside its file while that is open. */
export async function filesOf(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir, { recursive: true })
  return names.filter((name) => !/-(wal|shm)$/.test(name)).sort()
}

/** Asks a database beside whoever else works on it. */
export async function onPostgres<Result>(url: string, work: (sql: SQL) => Promise<Result>): Promise<Result> {
  const sql = new SQL(url, { max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.close()
  }
}

type Contents = Record<string, string[]>
export type AnyRow = Record<string, unknown>

/** A row as text that is the same for both databases: PostgreSQL's client hands out wide numbers as text. */
const asText = (row: AnyRow) =>
  JSON.stringify(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]))

/** Every row of every table. */
function contentsOf(dataDir: string): Contents {
  const db = sqliteOf(dataDir)
  try {
    const tables = db
      .query<{ name: string }, []>(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like 'kysely%'",
      )
      .all()
    return Object.fromEntries(
      tables.map(({ name }) => [
        name,
        db.query<AnyRow, []>(`select * from "${name}"`).all().map(asText).sort(),
      ]),
    )
  } finally {
    db.close()
  }
}

/** Every row of the tables that `like` has. */
function contentsOfTarget(url: string, like: Contents): Promise<Contents> {
  return onPostgres(url, async (sql) => {
    const contents: Contents = {}
    for (const name of Object.keys(like)) {
      const rows: AnyRow[] = await sql.unsafe(`select * from "${name}"`)
      contents[name] = [...rows].map(asText).sort()
    }
    return contents
  })
}

/** Fails unless both hold the same rows in all tables. */
export async function expectSame(dataDir: string, url: string): Promise<void> {
  const contents = contentsOf(dataDir)
  expect(Object.keys(contents).length).toBeGreaterThan(15)
  expect(await contentsOfTarget(url, contents)).toEqual(contents)
}

/** What the command printed about a table. */
export function lineOf(printed: string, table: string) {
  const [, rows, written, removed, , verdict] = printed
    .split('\n')
    .find((line) => line.startsWith(`${table} `))!
    .split(/ +/)
  return { rows: Number(rows), written: Number(written), removed: Number(removed), verdict }
}
