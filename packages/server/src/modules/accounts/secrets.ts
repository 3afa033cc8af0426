import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Database } from '../../storage/index.ts'
import { readPrivateFile } from './private-files.ts'

/** The keys that the site signs and hashes with: 32 random bytes each, in hex. They never leave the server. */
export interface Secrets {
  /** Signs the tokens in invitation links and QR codes. */
  readonly invite: string
  /** Hashes SMS codes: six digits alone could be found by trying them all. */
  readonly sms: string
}

const NAMES = ['invite', 'sms'] as const satisfies readonly (keyof Secrets)[]

/** Where older versions kept the keys: one file for one process. */
const FORMER_FILE = 'secrets.json'
const FormerSecrets = z.partialRecord(z.enum(NAMES), z.string().regex(/^[0-9a-f]{64}$/))

const newKey = () => randomBytes(32).toString('hex')

/**
 * Reads the site's keys from the database. The first start makes them, and nodes that start at once agree: whoever
 * writes a key first has made it for all. A site that has them in `secrets.json` of the data folder, from an older
 * version, keeps those; the file is not looked at again.
 * @throws Error when that file is damaged: guessing new keys would silently invalidate what was signed with the old
 */
export async function loadSecrets(db: Database, dataDir: string): Promise<Secrets> {
  const known = await readStored(db)
  const missing = NAMES.filter((name) => known[name] === undefined)
  if (missing.length === 0) return known as Secrets
  const former = await readFormer(join(dataDir, FORMER_FILE))
  await db.write
    .insertInto('secret')
    .values(missing.map((name) => ({ name, value: former[name] ?? newKey() })))
    .onConflict((oc) => oc.column('name').doNothing())
    .execute()
  return (await readStored(db)) as Secrets
}

async function readStored(db: Database): Promise<Partial<Secrets>> {
  const rows = await db.read.selectFrom('secret').selectAll().where('name', 'in', NAMES).execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

async function readFormer(path: string): Promise<Partial<Secrets>> {
  const text = await readPrivateFile(path)
  if (text === undefined) return {}
  try {
    return FormerSecrets.parse(JSON.parse(text))
  } catch {
    // Without the parser's own message: it may quote the file.
    throw new Error(`${path} is damaged: restore it from a backup, or remove it to have new keys made`)
  }
}
