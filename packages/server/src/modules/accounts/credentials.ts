import { AppError } from '@parley/contract'
import { log } from '../../log.ts'
import type { Database } from '../../storage/index.ts'
import type { Account, Users } from '../users/index.ts'
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts'
import type { Sessions } from './sessions.ts'

interface Dependencies {
  db: Database
  users: Users
  sessions: Sessions
}

/** What people prove themselves with: usernames and passwords. A new password ends the account's sessions. */
export class Credentials {
  readonly #db: Database
  readonly #users: Users
  readonly #sessions: Sessions

  constructor({ db, users, sessions }: Dependencies) {
    this.#db = db
    this.#users = users
    this.#sessions = sessions
  }

  /**
   * The account that a username and a password fit, and the hash that says so. Takes as long for an account that does
   * not exist. A hash that was made in an older way is made anew.
   * @throws AppError unavailable when too many are signing in
   */
  async check(username: string, password: string): Promise<{ account: Account; hash: string } | undefined> {
    const account = await this.#users.findByUsername(username)
    const hash = account ? await this.#users.passwordHashOf(account.uid) : ''
    const right = await verifyPassword(password, hash, account?.username)
    if (!account || !right) return undefined
    if (needsRehash(hash)) await this.#upgrade(account.uid, password, hash)
    return { account, hash }
  }

  /** Sets a password and ends all sessions of the account. */
  async set(uid: number, password: string): Promise<void> {
    await this.#users.update(uid, { password_hash: await hashPassword(password) })
    await this.#sessions.endAll(uid)
  }

  /** @throws AppError password_wrong when it is not the account's password */
  async require(account: Account, password: string): Promise<{ hash: string }> {
    const hash = await this.#users.passwordHashOf(account.uid)
    if (!(await verifyPassword(password, hash, account.username))) throw new AppError('password_wrong')
    return { hash }
  }

  /**
   * Replaces the password that {@link require} has found right, and ends the account's sessions but for one.
   * @throws AppError password_wrong when it was replaced by somebody else in the meantime
   */
  async replace(
    uid: number,
    checked: { hash: string },
    password: string,
    exceptSessionId: number,
  ): Promise<void> {
    const replaced = await this.#swap(uid, checked.hash, await hashPassword(password))
    if (!replaced) throw new AppError('password_wrong')
    await this.#sessions.endAll(uid, exceptSessionId)
  }

  /** Whether the password that {@link check} has found right is still the account's. */
  async stillFits(password: string, { account, hash }: { account: Account; hash: string }): Promise<boolean> {
    const current = await this.#users.passwordHashOf(account.uid)
    // The same password has another hash after an upgrade.
    return current === hash || verifyPassword(password, current, account.username)
  }

  /** Only a convenience for the site: signing in works without it. */
  async #upgrade(uid: number, password: string, oldHash: string): Promise<void> {
    try {
      await this.#swap(uid, oldHash, await hashPassword(password))
    } catch (error) {
      log.warn({ uid, error: String(error) }, 'password_not_rehashed')
    }
  }

  /** Replaces a hash unless it has changed since it was read. */
  async #swap(uid: number, oldHash: string, newHash: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.write
      .updateTable('user')
      .set({ password_hash: newHash })
      .where('uid', '=', uid)
      .where('password_hash', '=', oldHash)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
}
