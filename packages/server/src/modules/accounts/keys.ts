import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import type { Transaction } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import { RELOAD_TOPIC } from '../../cluster/index.ts'
import { log } from '../../log.ts'
import type { Database, Invalidations, Tables } from '../../storage/index.ts'
import { createPrivateFile, readPrivateFile } from './private-files.ts'
import { hashToken, newToken } from './tokens.ts'

/** The name under which the key of the environment (`API_KEY`) is kept. */
const ENVIRONMENT_NAME = 'API_KEY'
/** The name of the key that the first start makes. */
const FIRST_NAME = 'first'
const KEY_FILE = 'server.key'
const NAME_PATTERN = /^[^\s\p{C}](?:[^\p{C}]{0,58}[^\s\p{C}])?$/u
const HINT_CHARACTERS = 4

const USED_EVERY_MS = 3600 * 1000
const CACHE_ENTRIES_MAX = 1000
/**
 * How long a verdict on a key is believed. Nodes tell each other of a revocation; on a site of one node the command
 * line is a process of its own that no bus reaches, so its revocations are noticed this way.
 */
const RECHECK_MS = 2000

const TOPIC = 'server-keys'

/** A server key as lists show it: never the key itself. Times are ms since the epoch, 0 for never. */
export interface ServerKeyInfo {
  id: number
  name: string
  /** Its last four characters. */
  hint: string
  created_at: number
  /** When it was last used, exact to an hour. */
  used_at: number
  /** 0 while the key is good. */
  revoked_at: number
}

interface KnownKey {
  id: number
  used_at: number
}

interface Verdict {
  at: number
  key: Promise<KnownKey | undefined>
}

interface Dependencies {
  db: Database
  invalidations: Invalidations
  clock: Clock
}

/**
 * The keys that open `/api`. They are stored hashed, have a name, and stop working on every node as soon as they are
 * revoked.
 */
export class ServerKeys {
  readonly #db: Database
  readonly #invalidations: Dependencies['invalidations']
  readonly #clock: Clock
  readonly #verdicts = new LRUCache<string, Verdict>({ max: CACHE_ENTRIES_MAX })

  constructor({ db, invalidations, clock }: Dependencies) {
    this.#db = db
    this.#invalidations = invalidations
    this.#clock = clock
    for (const topic of [TOPIC, RELOAD_TOPIC]) invalidations.subscribe(topic, () => this.#verdicts.clear())
    invalidations.onLink(() => this.#verdicts.clear())
  }

  /** Whether a key is good. Notes its use, which is not waited for. */
  async check(token: string): Promise<boolean> {
    const hash = hashToken(token)
    const now = this.#clock()
    let verdict = this.#verdicts.get(hash)
    // While a revocation on another node may be missed, no verdict is believed.
    if (!verdict || now - verdict.at >= RECHECK_MS || !this.#invalidations.linked) {
      verdict = { at: now, key: this.#find(hash) }
      this.#verdicts.set(hash, verdict)
      verdict.key.catch(() => this.#verdicts.delete(hash))
    }
    const key = await verdict.key
    if (!key) return false
    if (now - key.used_at >= USED_EVERY_MS) {
      key.used_at = now
      this.#noteUse(key.id, now)
    }
    return true
  }

  /**
   * Makes a key.
   * @param name what it is for; unique among the keys that are good
   * @returns the key, which is nowhere else
   * @throws AppError invalid_parameter when the name is bad or in use
   */
  async add(name: string): Promise<string> {
    if (name === ENVIRONMENT_NAME || !NAME_PATTERN.test(name)) {
      throw nameError(
        '应为 1–60 个可见字符，且不能是 API_KEY',
        'must have 1 to 60 visible characters and not be API_KEY',
      )
    }
    const token = newToken('pk_')
    await this.#db.transaction((tx) => this.#insert(tx, name, token))
    this.#forgetVerdicts()
    return token
  }

  /** All keys, revoked ones included, oldest first. */
  list(): Promise<ServerKeyInfo[]> {
    return this.#db.read
      .selectFrom('server_key')
      .select(['id', 'name', 'hint', 'created_at', 'used_at', 'revoked_at'])
      .orderBy('id')
      .execute()
  }

  /**
   * Revokes a key by its id or its name, for good.
   * @returns false when there is no such key that is still good
   */
  async revoke(which: number | string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.write
      .updateTable('server_key')
      .set({ revoked_at: this.#clock() })
      .where(typeof which === 'number' ? 'id' : 'name', '=', which)
      .where('revoked_at', '=', 0)
      .executeTakeFirst()
    this.#forgetVerdicts()
    return numUpdatedRows > 0n
  }

  /**
   * Brings the keys in line with the configuration, at start: the key of the environment is good exactly as long as
   * it is set. A site that never had a key gets one, written into `server.key` (mode 0600) of the data folder. Of
   * several nodes that start at once, one makes it.
   * @returns the path of that file while its key is good; undefined where there is none, as on the other nodes
   */
  async ensure({
    apiKey,
    dataDir,
  }: {
    apiKey: string | undefined
    dataDir: string
  }): Promise<string | undefined> {
    await this.#syncEnvironmentKey(apiKey)
    const path = join(dataDir, KEY_FILE)
    if (apiKey === undefined && !(await this.#hasAny(this.#db.read))) await this.#makeFirst(path)
    const stored = await readPrivateFile(path)
    return stored !== undefined && (await this.#find(hashToken(stored))) ? path : undefined
  }

  /** A crash between file and row is healed by the next start: the file's key is taken. */
  async #makeFirst(path: string): Promise<void> {
    const isOurs = await createPrivateFile(path, `${newToken('pk_')}\n`)
    const token = await readPrivateFile(path)
    if (!token) return
    const isFirst = await this.#db.transaction(async (tx) => {
      if (await this.#hasAny(tx)) return false
      await this.#insert(tx, FIRST_NAME, token)
      return true
    })
    if (isFirst) this.#forgetVerdicts()
    // Another node was faster: nobody should take this for a key.
    else if (isOurs) await unlink(path)
  }

  async #syncEnvironmentKey(apiKey: string | undefined): Promise<void> {
    const hash = apiKey === undefined ? '' : hashToken(apiKey)
    const isRevoked = await this.#db.transaction(async (tx) => {
      // A key that was set earlier was not revoked by anybody: its row goes, so that it may come back.
      await tx
        .deleteFrom('server_key')
        .where('name', '=', ENVIRONMENT_NAME)
        .where('revoked_at', '=', 0)
        .where('key_hash', '!=', hash)
        .execute()
      if (apiKey === undefined) return false
      const same = await tx
        .selectFrom('server_key')
        .select('revoked_at')
        .where('key_hash', '=', hash)
        .executeTakeFirst()
      if (!same) await this.#insert(tx, ENVIRONMENT_NAME, apiKey)
      return same !== undefined && same.revoked_at > 0
    })
    this.#forgetVerdicts()
    if (isRevoked) log.warn({ variable: ENVIRONMENT_NAME }, 'server_key_was_revoked')
  }

  async #hasAny(db: Database['read']): Promise<boolean> {
    return (await db.selectFrom('server_key').select('id').limit(1).executeTakeFirst()) !== undefined
  }

  async #insert(tx: Transaction<Tables>, name: string, token: string): Promise<void> {
    const taken = await tx
      .selectFrom('server_key')
      .select('id')
      .where('name', '=', name)
      .where('revoked_at', '=', 0)
      .executeTakeFirst()
    if (taken) throw nameError('已被使用', 'is in use')
    await tx
      .insertInto('server_key')
      .values({
        name,
        key_hash: hashToken(token),
        hint: token.slice(-HINT_CHARACTERS),
        created_at: this.#clock(),
      })
      .execute()
  }

  /** Has every node look keys up anew. */
  #forgetVerdicts(): void {
    this.#invalidations.publish(TOPIC, null)
  }

  #noteUse(id: number, at: number) {
    this.#db.write
      .updateTable('server_key')
      .set({ used_at: at })
      .where('id', '=', id)
      .execute()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'server_key_use_not_noted'))
  }

  #find(hash: string): Promise<KnownKey | undefined> {
    return this.#db.read
      .selectFrom('server_key')
      .select(['id', 'used_at'])
      .where('key_hash', '=', hash)
      .where('revoked_at', '=', 0)
      .executeTakeFirst()
  }
}

const nameError = (zh: string, en: string) =>
  new AppError('invalid_parameter', { name: 'name', expected: { zh, en } })
