import { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import { log } from '../../log.ts'
import { type Database, type Invalidations, ReadCache, type Session } from '../../storage/index.ts'
import type { Users } from '../users/index.ts'
import { hashToken, newToken } from './tokens.ts'

export const SESSION_LIFE_MS = 30 * 24 * 3600 * 1000
/** How exact `last_seen` is: a session's row is written at most this often. */
const SEEN_EVERY_MS = 10 * 60 * 1000
/** A client that signs in at each start must not pile up sessions without end: beyond this the oldest ends. */
const SESSIONS_PER_USER_MAX = 100
const CACHE_ENTRIES_MAX = 100_000
/** Expired rows are removed in portions, so that other writes get their turn in between. */
const CLEANING_ROWS_MAX = 500
/** Sessions that one query looks up by their ids. */
const LOOKED_UP_MAX = 1000

/** Whom a token stands for. */
export interface Identity {
  readonly sessionId: number
  readonly uid: number
  readonly admin: boolean
  /** ms since the epoch. */
  readonly expiresAt: number
  /** True when the session was just extended (once in ten minutes): a cookie should be extended, too. */
  readonly extended: boolean
}

/** A signed-in device as its owner sees it. Times are ms since the epoch. */
export type SessionInfo = Pick<Session, 'id' | 'device' | 'address' | 'created_at' | 'seen_at'>

type CachedSession = Pick<Session, 'id' | 'uid' | 'seen_at' | 'expires_at'>

interface Dependencies {
  db: Database
  invalidations: Invalidations
  clock: Clock
  users: Pick<Users, 'find'>
}

const ENDED_TOPIC = 'sessions:ended'

/**
 * The signed-in devices. A session lives for 30 days after its last use; its token is stored as a hash only. Whatever
 * ends a session drops it from memory on every node and tells whoever listens (the hub closes its sockets).
 */
export class Sessions {
  readonly #db: Database
  readonly #clock: Clock
  readonly #users: Dependencies['users']
  readonly #invalidations: Dependencies['invalidations']
  readonly #byHash: ReadCache<string, CachedSession | undefined>
  /** Session id → when its row was last written from here. */
  readonly #seen = new LRUCache<number, number>({ max: CACHE_ENTRIES_MAX })
  readonly #whenEnded: Array<(sessionId: number) => void> = []

  constructor({ db, invalidations, clock, users }: Dependencies) {
    this.#db = db
    this.#clock = clock
    this.#users = users
    this.#invalidations = invalidations
    this.#byHash = new ReadCache('session', CACHE_ENTRIES_MAX, (hash) => this.#load(hash), invalidations)
    invalidations.subscribe(ENDED_TOPIC, (ids) => {
      for (const id of ids as number[]) {
        for (const react of this.#whenEnded) react(id)
      }
    })
  }

  /**
   * Signs a device in.
   * @returns the token, which is nowhere else
   */
  async start(uid: number, { device, address }: { device: string; address: string }): Promise<string> {
    const token = newToken('ps_')
    const token_hash = hashToken(token)
    const now = this.#clock()
    await this.#db.write
      .insertInto('session')
      .values({
        token_hash,
        uid,
        device,
        address,
        created_at: now,
        seen_at: now,
        expires_at: now + SESSION_LIFE_MS,
      })
      .execute()
    await this.#endSurplus(uid)
    return token
  }

  /**
   * Whom a token stands for; undefined for wrong, ended and expired ones and for accounts that are gone or disabled.
   * Extends the session, which is not waited for.
   */
  async identify(token: string): Promise<Identity | undefined> {
    // Visitors' tokens come in the same cookie: they need no look-up.
    if (!token.startsWith('ps_')) return undefined
    const session = await this.#live(hashToken(token))
    if (!session) return undefined
    const account = await this.#users.find(session.uid)
    if (account?.account_state !== 'normal') return undefined
    const now = this.#clock()
    const extended = now - session.seen_at >= SEEN_EVERY_MS
    if (extended) {
      session.seen_at = now
      session.expires_at = now + SESSION_LIFE_MS
      this.touch(session.id)
    }
    const { id: sessionId, uid, expires_at: expiresAt } = session
    return { sessionId, uid, admin: account.is_admin === 1, expiresAt, extended }
  }

  /**
   * Notes that a session is in use (a socket of it is open) and gives it 30 more days. Writes at most once in ten
   * minutes and is not waited for.
   */
  touch(sessionId: number): void {
    const now = this.#clock()
    if (now - (this.#seen.get(sessionId) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return
    this.#seen.set(sessionId, now)
    this.#db.write
      .updateTable('session')
      .set({ seen_at: now, expires_at: now + SESSION_LIFE_MS })
      .where('id', '=', sessionId)
      .execute()
      .catch((error: unknown) => {
        this.#seen.delete(sessionId)
        log.warn({ error: String(error) }, 'session_not_extended')
      })
  }

  /** The user's sessions, the last used first. */
  list(uid: number): Promise<SessionInfo[]> {
    return this.#db.read
      .selectFrom('session')
      .select(['id', 'device', 'address', 'created_at', 'seen_at'])
      .where('uid', '=', uid)
      .where('expires_at', '>', this.#clock())
      .orderBy('seen_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
  }

  /**
   * Ends one session of a user.
   * @returns false when the user has no such session
   */
  async end(uid: number, sessionId: number): Promise<boolean> {
    const rows = await this.#db.write
      .deleteFrom('session')
      .where('id', '=', sessionId)
      .where('uid', '=', uid)
      .returning(['id', 'token_hash'])
      .execute()
    this.#announceEnd(rows)
    return rows.length > 0
  }

  /** Ends the session of a token, if there is one. */
  async endToken(token: string): Promise<void> {
    const session = await this.#load(hashToken(token))
    if (session) await this.end(session.uid, session.id)
  }

  /** Ends all sessions of a user, but for the one given. */
  async endAll(uid: number, exceptId = 0): Promise<void> {
    const rows = await this.#db.write
      .deleteFrom('session')
      .where('uid', '=', uid)
      .where('id', '!=', exceptId)
      .returning(['id', 'token_hash'])
      .execute()
    this.#announceEnd(rows)
  }

  /** Which of these sessions live, as the database has it now: neither ended nor expired. */
  async living(sessionIds: readonly number[]): Promise<ReadonlySet<number>> {
    const living = new Set<number>()
    for (let from = 0; from < sessionIds.length; from += LOOKED_UP_MAX) {
      const rows = await this.#db.read
        .selectFrom('session')
        .select('id')
        .where('id', 'in', sessionIds.slice(from, from + LOOKED_UP_MAX))
        .where('expires_at', '>', this.#clock())
        .execute()
      for (const { id } of rows) living.add(id)
    }
    return living
  }

  /** Has a callback run for every session that ends, on every node and whatever ends it. */
  onEnd(react: (sessionId: number) => void): void {
    this.#whenEnded.push(react)
  }

  /** Removes expired sessions. To be called now and then. @returns how many there were */
  async removeExpired(): Promise<number> {
    let removed = 0
    for (;;) {
      const rows = await this.#db.write
        .deleteFrom('session')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('session')
            .select('id')
            .where('expires_at', '<=', this.#clock())
            .orderBy('expires_at')
            .limit(CLEANING_ROWS_MAX),
        )
        .returning(['id', 'token_hash'])
        .execute()
      this.#announceEnd(rows)
      removed += rows.length
      if (rows.length < CLEANING_ROWS_MAX) return removed
    }
  }

  async #endSurplus(uid: number): Promise<void> {
    const surplus = await this.#db.read
      .selectFrom('session')
      .select('id')
      .where('uid', '=', uid)
      .orderBy('seen_at', 'desc')
      .orderBy('id', 'desc')
      .limit(SESSIONS_PER_USER_MAX)
      .offset(SESSIONS_PER_USER_MAX)
      .execute()
    for (const { id } of surplus) await this.end(uid, id)
  }

  #announceEnd(rows: readonly { id: number; token_hash: string }[]) {
    if (rows.length === 0) return
    // Memory first: a socket that is closed now must not get back in with what is still remembered.
    for (const { token_hash } of rows) this.#byHash.forget(token_hash)
    this.#invalidations.publish(
      ENDED_TOPIC,
      rows.map(({ id }) => id),
    )
  }

  /** The session of a token hash while it lives. */
  async #live(hash: string): Promise<CachedSession | undefined> {
    const known = await this.#byHash.get(hash)
    if (!known || known.expires_at > this.#clock()) return known
    // Another node, or a socket, may have extended it since it was read.
    const current = await this.#load(hash)
    if (!current || current.expires_at <= this.#clock()) return undefined
    this.#byHash.forget(hash)
    return this.#byHash.get(hash)
  }

  #load(hash: string): Promise<CachedSession | undefined> {
    return this.#db.read
      .selectFrom('session')
      .select(['id', 'uid', 'seen_at', 'expires_at'])
      .where('token_hash', '=', hash)
      .executeTakeFirst()
  }
}
