import { AppError, USERNAME_PATTERN } from '@parley/contract'
import { sql } from 'kysely'
import type { Clock } from '../../clock.ts'
import { type Database, isUniqueViolation, ReadCache, type User } from '../../storage/index.ts'
import { ACCOUNT_COLUMNS, type Account, type NewAccount } from './account.ts'
import { batched } from './batched.ts'
import { type AccountCondition, insertAccount } from './inserting.ts'

/** How many accounts are kept in memory. */
const CACHE_ENTRIES_MAX = 100_000

/** What may be changed of an account; absent fields stay. */
export type AccountPatch = Partial<
  Pick<
    User,
    | 'nickname'
    | 'avatar'
    | 'sign'
    | 'phone'
    | 'account_state'
    | 'is_member'
    | 'is_admin'
    | 'password_hash'
    | 'read_receipts'
  >
>

/** What an account shows of itself has changed. */
export interface ProfileChange {
  account: Account
  /** Whether it is something that others see. */
  isSeen: boolean
}

const SEEN = ['nickname', 'avatar', 'sign'] as const

interface Dependencies {
  db: Database
  invalidations: ConstructorParameters<typeof ReadCache>[3]
  clock: Clock
}

/** The accounts of the site: who exists, what they are called, whether they may act. */
export class Users {
  readonly #db: Database
  readonly #clock: Clock
  readonly #accounts: ReadCache<number, Account | undefined>
  readonly #whenDisabled: Array<(uid: number) => unknown> = []
  readonly #whenProfileChanged: Array<(change: ProfileChange) => unknown> = []

  constructor({ db, invalidations, clock }: Dependencies) {
    this.#db = db
    this.#clock = clock
    const load = batched((uids: readonly number[]) => this.#load(uids))
    this.#accounts = new ReadCache('account', CACHE_ENTRIES_MAX, load, invalidations)
  }

  /** An account, from memory most of the time. */
  find(uid: number): Promise<Account | undefined> {
    return this.#accounts.get(uid)
  }

  /** Several accounts by uid; unknown uids are left out. Those that are not in memory cost one query per 512. */
  async findMany(uids: Iterable<number>): Promise<Map<number, Account>> {
    const wanted = [...new Set(uids)]
    const accounts = await Promise.all(wanted.map((uid) => this.#accounts.get(uid)))
    return new Map(accounts.flatMap((account) => (account ? [[account.uid, account] as const] : [])))
  }

  /** The account with a login name, in whatever case it is typed. */
  async findByUsername(username: string): Promise<Account | undefined> {
    return this.#db.read
      .selectFrom('user')
      .select(ACCOUNT_COLUMNS)
      .where('username_key', '=', username.toLowerCase())
      .executeTakeFirst()
  }

  /** The account with a public numeric id (`nid` in `user/get`). */
  async findByNid(nid: number): Promise<Account | undefined> {
    return this.#db.read.selectFrom('user').select(ACCOUNT_COLUMNS).where('nid', '=', nid).executeTakeFirst()
  }

  /** @throws AppError user_not_found */
  async require(uid: number): Promise<Account> {
    const account = await this.find(uid)
    if (!account) throw new AppError('user_not_found')
    return account
  }

  /**
   * An account that may act. Unknown callers count as disabled, as in the original.
   * @throws AppError account_disabled
   */
  async requireActive(uid: number): Promise<Account> {
    const account = await this.find(uid)
    if (account?.account_state !== 'normal') throw new AppError('account_disabled')
    return account
  }

  /** The stored password hash, '' when the account has none or does not exist. Never cached. */
  async passwordHashOf(uid: number): Promise<string> {
    const row = await this.#db.read
      .selectFrom('user')
      .select('password_hash')
      .where('uid', '=', uid)
      .executeTakeFirst()
    return row?.password_hash ?? ''
  }

  /**
   * Makes an account.
   * @param condition what must hold in the same transaction, if anything
   * @throws AppError username_invalid, username_taken, phone_taken, and what the condition throws
   */
  async create(input: NewAccount, condition?: AccountCondition): Promise<Account> {
    if (!USERNAME_PATTERN.test(input.username)) throw new AppError('username_invalid')
    const uid = await insertAccount(this.#db, { ...input, created_at: this.#clock() }, condition)
    // Somebody may have asked for this uid before it existed.
    this.forget(uid)
    return this.require(uid)
  }

  /**
   * Changes an account, as the site or the account's owner. One that becomes disabled is thrown out everywhere before
   * this resolves.
   * @throws AppError user_not_found, phone_taken
   */
  async update(uid: number, patch: AccountPatch): Promise<void> {
    if (Object.keys(patch).length === 0) return
    const { account_state } = patch
    const disabled_by = account_state && (account_state === 'disabled' ? ('site' as const) : ('' as const))
    const before = await this.find(uid)
    const result = await this.#db.write
      .updateTable('user')
      .set({ ...patch, disabled_by })
      .where('uid', '=', uid)
      .executeTakeFirst()
      .catch((error: unknown) => {
        throw patch.phone && isUniqueViolation(error) ? new AppError('phone_taken', {}, error) : error
      })
    if (result.numUpdatedRows === 0n) throw new AppError('user_not_found')
    this.forget(uid)
    if (account_state === 'disabled') await this.#throwOut(uid)
    if (before) await this.#tellProfile(before)
  }

  /**
   * Disables an account or enables it again, as the member that opened it.
   * @returns false when the site has disabled it: then it stays so
   */
  async setDisabledByParent(uid: number, disabled: boolean): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.write
      .updateTable('user')
      .set(
        disabled
          ? { account_state: 'disabled', disabled_by: 'parent' }
          : { account_state: 'normal', disabled_by: '' },
      )
      .where('uid', '=', uid)
      .where(({ eb, or }) => or([eb('account_state', '=', 'normal'), eb('disabled_by', '!=', 'site')]))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    this.forget(uid)
    if (disabled) await this.#throwOut(uid)
    return true
  }

  /** Has a callback run whenever an account was disabled, after the commit: to end its sessions and sockets. */
  onDisabled(react: (uid: number) => unknown): void {
    this.#whenDisabled.push(react)
  }

  /** Has a callback run after the commit whenever an account changed what it shows of itself. */
  onProfileChanged(react: (change: ProfileChange) => unknown): void {
    this.#whenProfileChanged.push(react)
  }

  /**
   * Notes that the first socket of a user opened or the last one closed.
   * @param atMs becomes `logout_timestamp` when going offline
   */
  async setState(uid: number, state: Account['state'], atMs: number): Promise<void> {
    await this.#db.write
      .updateTable('user')
      .set(state === 'offline' ? { state, logout_at: atMs } : { state })
      .where('uid', '=', uid)
      .execute()
    this.forget(uid)
  }

  /** Who is stored as online. At start that is who was here when the last process ended. */
  async onlineUids(): Promise<number[]> {
    const rows = await this.#db.read
      .selectFrom('user')
      .select('uid')
      .where(sql<boolean>`state = 'online'`) // literal: the partial index is used for this very text
      .execute()
    return rows.map(({ uid }) => uid)
  }

  /** The accounts that a member opened, oldest first. */
  async childrenOf(parentUid: number): Promise<Account[]> {
    return this.#db.read
      .selectFrom('user')
      .select(ACCOUNT_COLUMNS)
      .where('parent_uid', '=', parentUid)
      .where(sql<boolean>`parent_uid > 0`) // literal: the partial index is used for this very text only
      .orderBy('uid')
      .execute()
  }

  /** To be called after the commit of any change to the row that did not go through this class. */
  forget(uid: number): void {
    this.#accounts.forget(uid)
  }

  async #throwOut(uid: number): Promise<void> {
    await Promise.all(this.#whenDisabled.map((react) => react(uid)))
  }

  async #tellProfile(before: Account): Promise<void> {
    const account = await this.find(before.uid)
    if (!account) return
    const isSeen = SEEN.some((name) => account[name] !== before[name])
    if (!isSeen && account.read_receipts === before.read_receipts) return
    await Promise.all(this.#whenProfileChanged.map((react) => react({ account, isSeen })))
  }

  async #load(uids: readonly number[]): Promise<Map<number, Account>> {
    const rows = await this.#db.read
      .selectFrom('user')
      .select(ACCOUNT_COLUMNS)
      .where('uid', 'in', uids)
      .execute()
    return new Map(rows.map((row) => [row.uid, row]))
  }
}
