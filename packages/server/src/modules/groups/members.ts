import { AppError, type GroupInvitation, groupChannel, userChannel } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import type { Database, Group } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import type { Settings } from '../settings/index.ts'
import type { Account, Users } from '../users/index.ts'
import type { ChangeAudience, Groups } from './groups.ts'
import {
  countMembers,
  currentGroup,
  insertMembers,
  refreshAvatar,
  removeMembers,
  restoreSilences,
  startAtEnd,
} from './memberships.ts'
import { type Notices, noticeText } from './notices.ts'
import { type Caller, outranks, requireInvitable } from './rights.ts'

/**
 * Reads the token of a group's invitation link.
 * @returns the uid of the member who made it; undefined for a token that is wrong, expired or of another group
 */
export type VerifyInvite = (token: string, gid: number) => number | undefined

interface Dependencies {
  db: Database
  clock: Clock
  settings: Settings
  users: Users
  friends: Friends
  groups: Groups
  notices: Notices
  publish: Publish
  admit: ChangeAudience
  evict: ChangeAudience
  verifyInvite: VerifyInvite
}

/** The outcome of a change to who is in a group. */
interface Change {
  /** The group as it is afterwards. */
  group: Group
  /** The people whom it concerned, in the order given. */
  uids: number[]
  avatarChanged: boolean
}

/** Coming into groups and being sent away. */
export class GroupMembers {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Brings people into a group; any member may. Members among them are skipped, and when nobody is left nothing
   * happens.
   * @param keepAvatar leaves a composed picture as it is
   * @throws AppError account_disabled, group_gone, not_member_invite, members_unknown, group_full
   */
  async add(caller: Caller, gid: number, uids: readonly number[], keepAvatar: boolean): Promise<void> {
    const { users, groups } = this.dependencies
    const inviter = await users.requireActive(caller.uid)
    const group = await groups.requireOpen(gid)
    if (!(await groups.isMember(gid, inviter.uid))) throw new AppError('not_member_invite')
    const newcomers = await this.#absent(group, [...new Set(uids)])
    if (newcomers.length === 0) return
    const people = await requireInvitable(this.dependencies, caller, inviter, newcomers)
    const change = await this.#enter(group, newcomers, keepAvatar)
    const entered = people.filter(({ uid }) => change.uids.includes(uid))
    if (entered.length > 0) await this.#welcome(change, inviter, noticeText.invited(inviter, entered))
  }

  /**
   * What an invitation leads to, for somebody who may follow it.
   * @throws AppError account_disabled, group_gone, switched_off, invite_invalid
   */
  async invitation(caller: Caller, gid: number, token: string | undefined): Promise<GroupInvitation> {
    const { users, groups, db } = this.dependencies
    const guest = await users.requireActive(caller.uid)
    const group = await groups.requireOpen(gid)
    const isMember = await groups.isMember(gid, guest.uid)
    if (!isMember) await this.#requireWay(caller, gid, token)
    return {
      ...{ gid, groupname: group.groupname, avatar: group.avatar },
      member_count: await countMembers(db.read, group.conversation_id),
      is_member: isMember ? 1 : 0,
    }
  }

  /**
   * Lets the caller into a group. From a session it takes the token of an invitation by somebody who is still a
   * member, unless the site has opened its groups to everybody. Members may join again: nothing happens.
   * @throws AppError account_disabled, group_gone, switched_off, invite_invalid, group_full
   */
  async join(caller: Caller, gid: number, token: string | undefined): Promise<void> {
    const { users, groups } = this.dependencies
    const joiner = await users.requireActive(caller.uid)
    const group = await groups.requireOpen(gid)
    if (await groups.isMember(gid, joiner.uid)) return
    await this.#requireWay(caller, gid, token)
    const change = await this.#enter(group, [joiner.uid], false)
    if (change.uids.length > 0) await this.#welcome(change, joiner, noticeText.joined(joiner))
  }

  /**
   * Sends people away. The owner may; managers may, too, when the site lets them, but ordinary members only.
   * @param keepAvatar leaves a composed picture as it is
   * @throws AppError account_disabled, not_owner, cannot_remove_owner, illegal_operation (a manager by a manager),
   *   already_removed when none of them is a member
   */
  async remove(caller: Caller, gid: number, uids: readonly number[], keepAvatar: boolean): Promise<void> {
    const { users, groups, settings, evict } = this.dependencies
    const remover = await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    const role = (await groups.standing(gid, remover.uid))?.role
    const allowed = role === 'owner' || (role === 'manager' && settings.on('manager_remove'))
    if (!group || group.state === 'disabled' || !allowed) throw new AppError('not_owner')
    if (uids.includes(group.owner_uid)) throw new AppError('cannot_remove_owner')

    const change = await this.#expel(group, role, [...new Set(uids)], keepAvatar)
    groups.forgetStandings(group, change.uids)
    if (change.avatarChanged) groups.forget(gid)
    // From here on they hear nothing more, not even that they were sent away.
    for (const uid of change.uids) evict(uid, groupChannel(gid))
    await this.#sendAway(change, remover)
  }

  /** @throws AppError switched_off, invite_invalid unless the caller may join the group in this way */
  async #requireWay(caller: Caller, gid: number, token: string | undefined): Promise<void> {
    const { settings } = this.dependencies
    settings.requireOn('qrcode_group')
    if (caller.kind === 'server' || settings.get('group_join') === 'open') return
    // From a session an invitation is what comes out of a scanned code.
    settings.requireOn('qrcode_scan')
    await this.#requireInvite(gid, token)
  }

  async #requireInvite(gid: number, token: string | undefined): Promise<void> {
    const { verifyInvite, groups } = this.dependencies
    const inviterUid = token ? verifyInvite(token, gid) : undefined
    if (inviterUid === undefined || !(await groups.isMember(gid, inviterUid)))
      throw new AppError('invite_invalid')
  }

  /** Those of the given people who are not in the group. */
  async #absent(group: Group, uids: readonly number[]): Promise<number[]> {
    const present = await this.dependencies.db.read
      .selectFrom('membership')
      .select('uid')
      .where('conversation_id', '=', group.conversation_id)
      .where('uid', 'in', uids)
      .execute()
    const known = new Set(present.map(({ uid }) => uid))
    return uids.filter((uid) => !known.has(uid))
  }

  async #enter(
    { gid, conversation_id }: Group,
    uids: readonly number[],
    keepAvatar: boolean,
  ): Promise<Change> {
    const { db, clock, settings, groups } = this.dependencies
    const limit = settings.number('group_limit')
    const change = await db.transaction(
      async (tx) => {
        const group = await currentGroup(tx, gid)
        const start = await startAtEnd(tx, conversation_id, clock())
        const people = uids.map((uid) => ({ uid, role: 'member' as const }))
        const entered = await insertMembers(tx, conversation_id, people, start)
        if (entered.length > 0 && (await countMembers(tx, conversation_id)) > limit) {
          throw new AppError('group_full', { limit })
        }
        await restoreSilences(tx, conversation_id, entered)
        const avatar = keepAvatar ? undefined : await refreshAvatar(tx, group)
        return {
          group: { ...group, avatar: avatar ?? group.avatar },
          uids: entered,
          avatarChanged: avatar !== undefined,
        }
      },
      { conversation: conversation_id },
    )
    groups.forgetStandings(change.group, change.uids)
    if (change.avatarChanged) groups.forget(gid)
    return change
  }

  /** Tells the group and the newcomers. They do not listen to the group's channel yet, so they get the notice on their own. */
  async #welcome({ group, uids, avatarChanged }: Change, actor: Account, content: string): Promise<void> {
    const { publish, notices, admit } = this.dependencies
    const { gid, groupname, avatar } = group
    const channels = uids.map(userChannel)
    await notices.post(group, actor, content, {
      channels: [groupChannel(gid), ...channels],
      first: () => {
        if (avatarChanged) publish(groupChannel(gid), 'updateGroup', { gid, avatar })
        const invitation = { gid, groupname, avatar, uid: String(actor.uid), content }
        for (const channel of channels) publish(channel, 'addGroup', invitation)
      },
    })
    // After the notice, which they have heard: it must not reach them a second time.
    for (const uid of uids) admit(uid, groupChannel(gid))
  }

  #expel(
    { gid, conversation_id }: Group,
    remover: 'owner' | 'manager',
    uids: readonly number[],
    keepAvatar: boolean,
  ): Promise<Change> {
    return this.dependencies.db.transaction(
      async (tx) => {
        const group = await currentGroup(tx, gid)
        const targets = await tx
          .selectFrom('membership')
          .select(['uid', 'role'])
          .where('conversation_id', '=', conversation_id)
          .where('uid', 'in', uids)
          .execute()
        if (targets.length === 0) throw new AppError('already_removed')
        if (targets.some(({ role }) => !outranks(remover, role))) throw new AppError('illegal_operation')
        const present = new Set(targets.map(({ uid }) => uid))
        await removeMembers(tx, conversation_id, [...present], this.dependencies.clock())
        const avatar = keepAvatar ? undefined : await refreshAvatar(tx, group)
        return {
          group: { ...group, avatar: avatar ?? group.avatar },
          uids: uids.filter((uid) => present.has(uid)),
          avatarChanged: avatar !== undefined,
        }
      },
      { conversation: conversation_id },
    )
  }

  async #sendAway({ group, uids, avatarChanged }: Change, remover: Account): Promise<void> {
    const { publish, notices, users } = this.dependencies
    const { gid, groupname, avatar } = group
    const accounts = await users.findMany(uids)
    const people = uids.flatMap((uid) => accounts.get(uid) ?? [])
    await notices.post(group, remover, noticeText.removed(remover, people), {
      first: () => {
        if (avatarChanged) publish(groupChannel(gid), 'updateGroup', { gid, avatar })
        const farewell = { gid, groupname, avatar, uid: String(remover.uid) }
        for (const uid of uids) publish(userChannel(uid), 'removeGroup', farewell)
      },
    })
  }
}
