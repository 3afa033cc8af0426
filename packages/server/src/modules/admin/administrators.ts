import type { Config } from '../../config.ts'
import { ConfigError } from '../../config.ts'
import type { Database } from '../../storage/index.ts'
import { hashPassword } from '../accounts/index.ts'
import type { Account, Users } from '../users/index.ts'

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

  /** Whether the site has an administrator, disabled ones included. */
  async exist(): Promise<boolean> {
    const row = await this.#db.read
      .selectFrom('user')
      .select('uid')
      .where('is_admin', '=', 1)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** @throws AppError username_invalid, username_taken */
  async create({ username, password, nickname }: NewAdministrator): Promise<Account> {
    const password_hash = await hashPassword(password)
    return this.#users.create({ username, nickname: nickname || username, password_hash, is_admin: 1 })
  }

  /**
   * Makes the administrator that `ADMIN_USERNAME` and `ADMIN_PASSWORD` name, unless it exists. A password that was
   * changed since stays as it is.
   * @throws ConfigError when the name belongs to an ordinary account: whoever registered it must not become
   *   administrator by it
   */
  async ensure(given: NonNullable<Config['admin']>): Promise<void> {
    const account = await this.#users.findByUsername(given.username)
    if (!account) await this.create(given)
    else if (account.is_admin !== 1) {
      throw new ConfigError(
        'ADMIN_USERNAME',
        `names an ordinary account: choose another, or make it an administrator with "parley admin add ${account.username}"`,
      )
    }
  }
}
