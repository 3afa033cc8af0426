import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import type { Transaction } from 'kysely'
import type { Database, Tables } from '../../storage/index.ts'
import { createPrivateFile, hashToken, newToken, readPrivateFile } from '../accounts/index.ts'
import type { Account } from '../users/index.ts'
import type { Administrators, NewAdministrator } from './administrators.ts'

const TOKEN_FILE = 'setup.token'
/** What the names of the rows begin with that stand for links. */
const PREFIX = 'setup:'

interface Dependencies {
  db: Database
  dataDir: string
  administrators: Administrators
}

/**
 * The first administrator's way in: a token that the first start writes into `setup.token` (mode 0600) of the data
 * folder and prints as a link. Each node has one of its own; the database holds their hashes, so that any node takes the
 * link of any other. The first that is redeemed ends them all.
 */
export class Setup {
  readonly #db: Database
  readonly #path: string
  readonly #administrators: Administrators

  constructor({ db, dataDir, administrators }: Dependencies) {
    this.#db = db
    this.#path = join(dataDir, TOKEN_FILE)
    this.#administrators = administrators
  }

  /**
   * To be called at start, after `Administrators.ensure`.
   * @returns the token to print; undefined when the site has an administrator
   */
  async prepare(): Promise<string | undefined> {
    if (await this.#administrators.exist()) {
      await this.#finish()
      return undefined
    }
    // The link that an earlier start printed stays good.
    await createPrivateFile(this.#path, `${newToken('pa_')}\n`)
    const token = await readPrivateFile(this.#path)
    if (!token) return undefined
    await this.#db.write
      .insertInto('secret')
      .values({ name: rowName(token), value: '' })
      .onConflict((oc) => oc.column('name').doNothing())
      .execute()
    return token
  }

  /** Whether a token could be redeemed now. */
  async usable(token: string): Promise<boolean> {
    const row = await this.#db.read
      .selectFrom('secret')
      .select('name')
      .where('name', '=', rowName(token))
      .executeTakeFirst()
    return row !== undefined && !(await this.#administrators.exist())
  }

  /**
   * Makes the first administrator. A failure for another reason than the token leaves the token good.
   * @throws AppError forbidden (wrong token, or there is an administrator), username_invalid, username_taken
   */
  async redeem(token: string, person: NewAdministrator): Promise<Account> {
    // Asked here already to spare the hashing of the password; `#spend` asks again, inside the transaction.
    if (!(await this.usable(token))) {
      // Another way (the command line) may have made one since the start.
      if (await this.#administrators.exist()) await this.#finish()
      throw new AppError('forbidden')
    }
    const account = await this.#administrators.create(person, (tx) => this.#spend(tx, token))
    await this.#finish()
    return account
  }

  /** Takes the token out of use together with the account that it makes, or not at all. */
  async #spend(tx: Transaction<Tables>, token: string): Promise<void> {
    const { numDeletedRows } = await tx
      .deleteFrom('secret')
      .where('name', '=', rowName(token))
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n || (await this.#administrators.exist(tx))) throw new AppError('forbidden')
    await deleteLinks(tx)
  }

  async #finish(): Promise<void> {
    await deleteLinks(this.#db.write)
    await rm(this.#path, { force: true })
  }
}

const rowName = (token: string) => `${PREFIX}${hashToken(token)}`

const deleteLinks = (db: Database['write']) =>
  db.deleteFrom('secret').where('name', 'like', `${PREFIX}%`).execute()
