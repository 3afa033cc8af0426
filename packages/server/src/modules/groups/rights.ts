import { AppError } from '@parley/contract'
import type { Actor } from '../../operation.ts'
import type { Membership } from '../../storage/index.ts'
import type { Friends } from '../friends/index.ts'
import { type Account, isSubUserPair, type Users } from '../users/index.ts'

/** Who calls: a user's own session, or a site's backend that acts for a user. */
export type Caller = Pick<Actor, 'kind' | 'uid'>

type Role = Membership['role']

/** Owner and managers. */
export const leads = (role: Role | undefined): boolean => role === 'owner' || role === 'manager'

/** Whether somebody of the first role stands above somebody of the second: owner over manager over member. */
export const outranks = (role: Role | undefined, other: Role): boolean =>
  role === 'owner' ? other !== 'owner' : role === 'manager' && other === 'member'

interface Dependencies {
  users: Users
  friends: Friends
}

/**
 * The accounts that somebody wants to bring into a group, in the order given. A site's backend may bring in anybody;
 * a person only friends, the member that opened their account, and accounts that they opened: nobody is put into a
 * group by strangers.
 *
 * @throws AppError members_unknown for strangers and for uids that nobody has, alike
 */
export async function requireInvitable(
  { users, friends }: Dependencies,
  caller: Caller,
  inviter: Account,
  uids: readonly number[],
): Promise<Account[]> {
  if (uids.length === 0) return []
  const found = await users.findMany(uids)
  const remarks = caller.kind === 'server' ? undefined : await friends.remarksOf(inviter.uid, uids)
  return uids.map((uid) => {
    const person = found.get(uid)
    const invitable = person && (!remarks || remarks.has(uid) || isSubUserPair(inviter, person))
    if (!invitable) throw new AppError('members_unknown')
    return person
  })
}
