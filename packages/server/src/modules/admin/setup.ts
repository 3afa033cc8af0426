import { createHash, timingSafeEqual } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import { createPrivateFile, newToken, readPrivateFile } from '../accounts/index.ts'
import type { Account } from '../users/index.ts'
import type { Administrators, NewAdministrator } from './administrators.ts'

const TOKEN_FILE = 'setup.token'

interface Dependencies {
  dataDir: string
  administrators: Administrators
}

/**
 * The first administrator's way in: a token that the first start writes into `setup.token` (mode 0600) of the data
 * folder and prints as a link. It works once, and only while the site has no administrator.
 */
export class Setup {
  readonly #path: string
  readonly #administrators: Administrators
  #token: string | undefined
  #redeeming: Promise<unknown> = Promise.resolve()

  constructor({ dataDir, administrators }: Dependencies) {
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
    this.#token = await readPrivateFile(this.#path)
    return this.#token
  }

  /** Whether a token could be redeemed now. */
  usable(token: string): boolean {
    return this.#token !== undefined && isSame(token, this.#token)
  }

  /**
   * Makes the first administrator. A failure for another reason than the token leaves the token good.
   * @throws AppError forbidden (wrong token, or there is an administrator), username_invalid, username_taken
   */
  redeem(token: string, person: NewAdministrator): Promise<Account> {
    // One after the other: two calls with the good token must not make two administrators.
    const account = this.#redeeming.then(() => this.#redeem(token, person))
    this.#redeeming = account.catch(() => undefined)
    return account
  }

  async #redeem(token: string, person: NewAdministrator): Promise<Account> {
    if (!this.usable(token)) throw new AppError('forbidden')
    // Another way (the command line) may have made one since the start.
    if (await this.#administrators.exist()) {
      await this.#finish()
      throw new AppError('forbidden')
    }
    const account = await this.#administrators.create(person)
    await this.#finish()
    return account
  }

  async #finish(): Promise<void> {
    this.#token = undefined
    await rm(this.#path, { force: true })
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))
