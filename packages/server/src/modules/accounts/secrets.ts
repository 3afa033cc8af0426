import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { createPrivateFile, readPrivateFile, replacePrivateFile } from './private-files.ts'

/** The keys that the site signs and hashes with: 32 random bytes each, in hex. They never leave the server. */
export interface Secrets {
  /** Signs the tokens in invitation links and QR codes. */
  readonly invite: string
  /** Hashes SMS codes: six digits alone could be found by trying them all. */
  readonly sms: string
}

const NAMES = ['invite', 'sms'] as const satisfies readonly (keyof Secrets)[]
const StoredSecrets = z.partialRecord(z.enum(NAMES), z.string().regex(/^[0-9a-f]{64}$/))

function complete(stored: Partial<Secrets>): Secrets {
  return Object.fromEntries(
    NAMES.map((name) => [name, stored[name] ?? randomBytes(32).toString('hex')]),
  ) as unknown as Secrets
}

const fileText = (secrets: Secrets) => `${JSON.stringify(secrets, null, 2)}\n`

/**
 * Reads `secrets.json` of the data folder, which is created with random keys (mode 0600) at the first start. Keys that
 * a later version needs are added to it.
 * @throws Error when the file is damaged: guessing new keys would silently invalidate what was signed with the old
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, 'secrets.json')
  if ((await readPrivateFile(path)) === undefined) await createPrivateFile(path, fileText(complete({})))
  const stored = parseStored(path, (await readPrivateFile(path)) ?? '')
  const secrets = complete(stored)
  if (NAMES.some((name) => stored[name] === undefined)) await replacePrivateFile(path, fileText(secrets))
  return secrets
}

function parseStored(path: string, text: string): Partial<Secrets> {
  try {
    return StoredSecrets.parse(JSON.parse(text))
  } catch {
    // Without the parser's own message: it may quote the file.
    throw new Error(`${path} is damaged: restore it from a backup, or remove it to have new keys made`)
  }
}
