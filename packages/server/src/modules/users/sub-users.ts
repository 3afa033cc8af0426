import { AppError } from '@parley/contract'
import type { Account } from './account.ts'
import { fewerChildren } from './inserting.ts'
import type { Users } from './users.ts'

/** How many accounts a member may open, disabled ones included. */
export const SUB_USERS_MAX = 100

/** What a member says about the account that it opens. */
export interface SubUserInput {
  username: string
  nickname: string
  avatar?: string | undefined
  sign?: string | undefined
}

/**
 * The accounts that members open below their own (`user/open_user`). A sub-user is an account like any other; its
 * parent can talk to it without being its friend, and may disable it or reset its password.
 */
export class SubUsers {
  constructor(private readonly users: Users) {}

  /**
   * Opens an account below a member. Parent and sub-user do not become friends.
   * @param hashPassword hashes the chosen password; not called when the caller may not open an account
   * @throws AppError account_disabled, forbidden (not a member), username_invalid, username_taken, limit_reached
   */
  async open(parentUid: number, input: SubUserInput, hashPassword: () => Promise<string>): Promise<Account> {
    await this.#requireMember(parentUid)
    const children = await this.users.childrenOf(parentUid)
    // Asked here already to spare the hashing; `create` counts again, inside its transaction.
    if (children.length >= SUB_USERS_MAX) throw new AppError('limit_reached', { limit: SUB_USERS_MAX })
    const { username, nickname, avatar = '', sign = '' } = input
    const password_hash = await hashPassword()
    return this.users.create(
      { username, nickname, avatar, sign, password_hash, parent_uid: parentUid },
      fewerChildren(parentUid, SUB_USERS_MAX),
    )
  }

  /** @throws AppError account_disabled, forbidden */
  async list(parentUid: number): Promise<Account[]> {
    await this.#requireMember(parentUid)
    return this.users.childrenOf(parentUid)
  }

  /**
   * @throws AppError account_disabled, forbidden, user_not_found (also for accounts of somebody else), disabled_by_site:
   *   what the site has disabled, only the site enables again
   */
  async setDisabled(parentUid: number, uid: number, disabled: boolean): Promise<void> {
    await this.#requireOwn(parentUid, uid)
    const done = await this.users.setDisabledByParent(uid, disabled)
    if (!done && !disabled) throw new AppError('disabled_by_site')
  }

  /** @throws AppError account_disabled, forbidden, user_not_found (also for accounts of somebody else) */
  async setPassword(parentUid: number, uid: number, hashPassword: () => Promise<string>): Promise<void> {
    await this.#requireOwn(parentUid, uid)
    await this.users.update(uid, { password_hash: await hashPassword() })
  }

  async #requireMember(uid: number): Promise<void> {
    const account = await this.users.requireActive(uid)
    if (account.is_member !== 1) throw new AppError('forbidden')
  }

  /** A stranger and a typo get the same answer. */
  async #requireOwn(parentUid: number, uid: number): Promise<void> {
    await this.#requireMember(parentUid)
    const account = await this.users.require(uid)
    if (account.parent_uid !== parentUid) throw new AppError('user_not_found')
  }
}
