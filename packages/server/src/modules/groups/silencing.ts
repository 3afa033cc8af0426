import { AppError, groupChannel } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import { pictureOf, type Users } from '../users/index.ts'
import type { Groups } from './groups.ts'
import { type Notices, noticeText } from './notices.ts'
import { type Caller, leads, outranks } from './rights.ts'

/** Below this, `time` cannot be meant as a Unix time, so it is a number of seconds from now (protocol, 7.28). */
const DURATION_SECONDS_MAX = 1_000_000_000

interface Dependencies {
  db: Database
  clock: Clock
  users: Users
  groups: Groups
  notices: Notices
  publish: Publish
}

/**
 * Until when somebody is muted (ms), from the `time` (s) of group/forbiddenuser: a Unix time in the document, a
 * duration in old clients. 0 for a time that has passed, which ends the muting.
 */
export function silencedUntil(timeSeconds: number, nowMs: number): number {
  const timeMs = timeSeconds * 1000
  if (timeMs > nowMs) return timeMs
  return timeSeconds > 0 && timeSeconds < DURATION_SECONDS_MAX ? nowMs + timeMs : 0
}

/** Muting one member, and everybody. */
export class GroupSilencing {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Mutes a member or lets them speak again. The owner may, and managers for ordinary members; never for the owner.
   * @throws AppError members_unknown, account_disabled, not_owner, not_member, illegal_operation
   */
  async silence(caller: Caller, gid: number, uid: number, timeSeconds: number): Promise<void> {
    const { db, clock, users, groups, notices } = this.dependencies
    const person = await users.find(uid)
    if (!person) throw new AppError('members_unknown')
    const leader = await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    const role = (await groups.standing(gid, leader.uid))?.role
    if (!group || group.state === 'disabled' || !leads(role)) throw new AppError('not_owner')
    const standing = await groups.standing(gid, uid)
    if (!standing) throw new AppError('not_member')
    if (!outranks(role, standing.role)) throw new AppError('illegal_operation')

    const now = clock()
    const until = silencedUntil(timeSeconds, now)
    if (until === 0 && standing.silenced_until <= now) return
    await db.write
      .updateTable('membership')
      .set({ silenced_until: until })
      .where('conversation_id', '=', group.conversation_id)
      .where('uid', '=', uid)
      .execute()
    groups.forgetStandings(group, [uid])
    const text = until === 0 ? noticeText.unsilenced(person) : noticeText.silenced(person, until - now)
    await notices.post(group, leader, text, { fromAvatar: pictureOf(leader) })
  }

  /**
   * Mutes everybody but the owner and the managers, or ends that. Owner and managers may.
   * @returns false when there is no such group
   * @throws AppError account_disabled, illegal_operation, group_disabled
   */
  async silenceAll(caller: Caller, gid: number, silent: boolean): Promise<boolean> {
    const { db, users, groups, notices, publish } = this.dependencies
    const leader = await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    if (!group) return false
    const role = (await groups.standing(gid, leader.uid))?.role
    if (role !== 'owner' && role !== 'manager') throw new AppError('illegal_operation')
    const state = silent ? 'forbidden' : 'normal'
    if (group.state === state) return true
    const { numUpdatedRows } = await db.write
      .updateTable('chat_group')
      .set({ state })
      .where('gid', '=', gid)
      // What an administrator has disabled stays so.
      .where('state', '!=', 'disabled')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new AppError('group_disabled')
    groups.forget(gid)
    const text = silent ? noticeText.allSilenced(leader, role) : noticeText.allUnsilenced(leader, role)
    await notices.post(group, leader, text, {
      fromAvatar: pictureOf(leader),
      first: () => publish(groupChannel(gid), 'updateGroup', { gid, state }),
    })
    return true
  }
}
