import { Database } from 'bun:sqlite'
import { CommandError } from '../failure.ts'

/*
 * The database's own means for backups. They run in the command's process, beside a server that keeps writing.
 */

/** How long a copy may wait for the lock of a moment that the writer holds. */
const BUSY_TIMEOUT_MS = 10_000

/**
 * Copies a database as it is at one moment, with everything that was committed before. Neither readers nor the writer
 * wait for it.
 * @param target a path where nothing is yet
 */
export function copyDatabase(source: string, target: string): void {
  const db = new Database(source, { readonly: true })
  try {
    db.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    db.run('vacuum into ?', [target])
  } finally {
    db.close()
  }
}

/**
 * Reads a whole database file and checks that it is sound.
 * @throws CommandError when it is not, or is no database
 */
export function checkDatabase(file: string, name: string): void {
  let problem: string
  try {
    const db = new Database(file, { readonly: true })
    try {
      problem = db.query<{ integrity_check: string }, []>('pragma integrity_check(1)').get()!.integrity_check
      const isOurs = db.query("select 1 from sqlite_master where type = 'table' and name = 'message'").get()
      if (problem === 'ok' && !isOurs) problem = 'it has no messages'
    } finally {
      db.close()
    }
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  if (problem === 'ok') return
  throw new CommandError({
    zh: `${name} 中的数据库已损坏（${problem}）`,
    en: `the database in ${name} is damaged (${problem})`,
  })
}
