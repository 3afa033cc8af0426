import {
  AppError,
  type InputOf,
  type UserDetail,
  userAdd,
  userDetail,
  userDisableSubUser,
  userGet,
  userGetByName,
  userGetByUid,
  userMultiGet,
  userOpenUser,
  userResetSubUser,
  userSubUsers,
  userUpdate,
} from '@parley/contract'
import { type Actor, implement, type Operation } from '../../operation.ts'
import { type Account, detailOf, isSubUserPair, summaryOf } from './account.ts'
import { SubUsers } from './sub-users.ts'
import type { AccountPatch, Users } from './users.ts'

/** What the profiles need to know of friendships; `Profiles` and `Friends` of modules/friends fit. */
export interface ProfileRules {
  /** What `uid` calls a friend ('' when unset); undefined when the two are not friends. */
  remarkOf(uid: number, friendUid: number): Promise<string | undefined>
  /** Whether a request of `uid` to be friends waits for the other's answer. */
  hasAsked(uid: number, otherUid: number): Promise<boolean>
  /** Which of the accounts a user may open by uid (setting `member_detail`). */
  openable(viewerUid: number, accounts: readonly Account[]): Promise<ReadonlySet<number>>
  /** Notes that a user found an account by its exact name, and may open it for a while. */
  found(viewerUid: number, uid: number): void
}

/** What the user operations are made of. */
export interface UserOperationParts {
  users: Users
  profiles: ProfileRules
  hashPassword(password: string): Promise<string>
  /** @param username as stored; hashes of the original system are salted with it */
  verifyPassword(password: string, hash: string, username: string): Promise<boolean>
  /** Ends every session of a user, here and now. */
  endSessions(uid: number): Promise<unknown>
}

/** `user/*`, except what belongs to signing in (passwords and SMS are in modules/accounts). */
export function userOperations(parts: UserOperationParts): Operation[] {
  return [...accountOperations(parts), ...lookupOperations(parts), ...subUserOperations(parts)]
}

function accountOperations({ users, hashPassword }: UserOperationParts): Operation[] {
  return [
    implement(userAdd, async (_, { password, sign = '', ...input }) => {
      const password_hash = await hashPassword(password)
      const { uid } = await users.create({ ...input, sign, password_hash })
      return { uid }
    }),

    implement(userUpdate, async ({ actor }, input) => {
      if (actor.kind !== 'server') await users.requireActive(actor.uid)
      const patch = patchOf(actor, input)
      if (Object.keys(patch).length === 0)
        throw new AppError('missing_parameter', { name: 'nickname / avatar / sign / read_receipts' })
      await users.update(actor.uid, patch)
    }),
  ]
}

/** What a caller may change of an account. A session's own `account_state`, `is_member` and `phone` are ignored. */
function patchOf(actor: Actor, input: InputOf<typeof userUpdate>): AccountPatch {
  const { account_state, is_member, phone, ...own } = input
  const allowed = actor.kind === 'server' ? { ...own, account_state, is_member, phone } : own
  return Object.fromEntries(Object.entries(allowed).filter(([, value]) => value !== undefined))
}

function lookupOperations(parts: UserOperationParts): Operation[] {
  const { users } = parts
  const byUid = async (actor: Actor, uid: number) => openProfile(parts, actor, await users.require(uid))
  return [
    implement(userGet, async ({ actor }, input) => {
      const account = await findWanted(parts, actor, input)
      if (input.username) noteFound(parts, actor, account)
      return input.uid === undefined ? detailOf(account, actor.uid) : openProfile(parts, actor, account)
    }),

    implement(userDetail, ({ actor }, { uid }) => byUid(actor, uid)),
    implement(userGetByUid, ({ actor }, { uid }) => byUid(actor, uid)),

    implement(userGetByName, async ({ actor }, { username }) => {
      const account = (await users.findByUsername(username)) ?? (await findByNidText(users, username))
      if (!account) throw new AppError('user_not_found')
      noteFound(parts, actor, account)
      return detailOf(account, actor.uid)
    }),

    implement(userMultiGet, async ({ actor }, { uid: uids }) => {
      const accounts = [...(await users.findMany(uids)).values()]
      const openable = await openableTo(parts, actor, accounts)
      return accounts.filter(({ uid }) => openable.has(uid)).map(summaryOf)
    }),
  ]
}

/** The account that `user/get` asks for: all given conditions must fit. */
async function findWanted(
  { users, verifyPassword }: UserOperationParts,
  actor: Actor,
  { uid, username, password }: InputOf<typeof userGet>,
): Promise<Account> {
  if (password !== undefined && !username) throw new AppError('missing_parameter', { name: 'username' })
  // Anybody else could guess passwords here, past the captcha and the limits of signing in.
  if (password !== undefined && actor.kind !== 'server') throw new AppError('illegal_operation')
  if (uid === undefined && !username) throw new AppError('missing_parameter', { name: 'uid / username' })
  const account = username ? await users.findByUsername(username) : await users.find(uid!)
  const fits = account !== undefined && (uid === undefined || account.uid === uid)
  if (password === undefined) {
    if (fits) return account
    throw new AppError('user_not_found')
  }
  const hash = fits ? await users.passwordHashOf(account.uid) : ''
  if ((await verifyPassword(password, hash, account?.username ?? '')) && fits) return account
  throw new AppError('credentials_wrong')
}

/** A number that people tell each other finds an account, too. */
async function findByNidText(users: Users, text: string): Promise<Account | undefined> {
  return /^\d{7,9}$/.test(text) ? users.findByNid(Number(text)) : undefined
}

function noteFound({ profiles }: UserOperationParts, actor: Actor, account: Account): void {
  if (actor.kind === 'user') profiles.found(actor.uid, account.uid)
}

/** `user/get` by uid: with a caller it tells whether the two are friends, or may become so. */
async function openProfile(parts: UserOperationParts, actor: Actor, account: Account): Promise<UserDetail> {
  if (actor.uid === 0) return detailOf(account, actor.uid)
  const viewer = await parts.users.requireActive(actor.uid)
  const openable = await openableTo(parts, actor, [account])
  if (!openable.has(account.uid)) throw new AppError('forbidden')
  const remark = await parts.profiles.remarkOf(actor.uid, account.uid)
  const isAsked = remark === undefined && (await parts.profiles.hasAsked(actor.uid, account.uid))
  return {
    ...detailOf(account, actor.uid),
    ...{ is_friend: remark !== undefined, remark: remark ?? '' },
    ...(isSubUserPair(viewer, account) ? { is_family: true } : {}),
    ...(isAsked ? { is_asked: true } : {}),
  }
}

/** Server keys and administrators see everybody. */
async function openableTo(
  { profiles }: UserOperationParts,
  actor: Actor,
  accounts: readonly Account[],
): Promise<ReadonlySet<number>> {
  if (actor.kind === 'server' || actor.admin) return new Set(accounts.map(({ uid }) => uid))
  return profiles.openable(actor.uid, accounts)
}

function subUserOperations({ users, hashPassword, endSessions }: UserOperationParts): Operation[] {
  const subUsers = new SubUsers(users)
  return [
    implement(userOpenUser, async ({ actor }, { password, ...input }) => {
      const { uid } = await subUsers.open(actor.uid, input, () => hashPassword(password))
      return { uid }
    }),

    implement(userSubUsers, async ({ actor }) => {
      const accounts = await subUsers.list(actor.uid)
      return accounts.map((account) => {
        const { account_state, disabled_by } = account
        return { ...summaryOf(account), account_state, disabled_by }
      })
    }),

    implement(userDisableSubUser, async ({ actor }, { uid, value }) => {
      await subUsers.setDisabled(actor.uid, uid, value === 1)
    }),

    implement(userResetSubUser, async ({ actor }, { uid, newpass }) => {
      await subUsers.setPassword(actor.uid, uid, () => hashPassword(newpass))
      await endSessions(uid)
    }),
  ]
}
