import { AppError } from '@parley/contract'
import type { Config } from '../../config.ts'
import { ConfigError } from '../../config.ts'
import type { Database } from '../../storage/index.ts'
import { hashPassword } from '../accounts/index.ts'
import type { Account, AccountCondition, Users } from '../users/index.ts'

/** Whom an administrator's account is made for. */
export interface NewAdministrator {
  username: string
  password: string
  /** The username when missing or empty. */
  nickname?: string | undefined
}

interface Dependencies {
  db: Database
  users: Users
}

/** The accounts that may change the site's settings. */
export class Administrators {
  readonly #db: Database
  readonly #users: Users

  constructor({ db, users }: Dependencies) {
    this.#db = db
    this.#users = users
  }

  /**
   * Whether the site has an administrator, disabled ones included.
   * @param db a transaction that the answer is to hold in
   */
  async exist(db: Database['read'] = this.#db.read): Promise<boolean> {
    const row = await db
      .selectFrom('user')
      .select('uid')
      .where('is_admin', '=', 1)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /**
   * @param condition what must hold in the same transaction, if anything
   * @throws AppError username_invalid, username_taken, and what the condition throws
   */
  async create(
    { username, password, nickname }: NewAdministrator,
    condition?: AccountCondition,
  ): Promise<Account> {
    const password_hash = await hashPassword(password)
    const account = { username, nickname: nickname || username, password_hash, is_admin: 1 as const }
    return this.#users.create(account, condition)
  }

  /**
   * Makes the administrator that `ADMIN_USERNAME` and `ADMIN_PASSWORD` name, unless it exists. A password that was
   * changed since stays as it is. Several nodes may do it at once.
   * @throws ConfigError when the name belongs to an ordinary account: whoever registered it must not become
   *   administrator by it
   */
  async ensure(given: NonNullable<Config['admin']>): Promise<void> {
    const account = (await this.#users.findByUsername(given.username)) ?? (await this.#createOrFind(given))
    if (account.is_admin !== 1) {
      throw new ConfigError(
        'ADMIN_USERNAME',
        `names an ordinary account: choose another, or make it an administrator with "parley admin add ${account.username}"`,
      )
    }
  }

  async #createOrFind(given: NewAdministrator): Promise<Account> {
    try {
      return await this.create(given)
    } catch (error) {
      // Another node was faster.
      const isTaken = error instanceof AppError && error.kind === 'username_taken'
      const account = isTaken ? await this.#users.findByUsername(given.username) : undefined
      if (!account) throw error
      return account
    }
  }
}
