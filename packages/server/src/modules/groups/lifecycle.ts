import { randomInt } from 'node:crypto'
import { AppError, groupChannel, userChannel } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import type { Database, Group } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import type { Settings } from '../settings/index.ts'
import type { Account, Users } from '../users/index.ts'
import { composedAddress } from './addresses.ts'
import type { ChangeAudience, Groups } from './groups.ts'
import {
  currentGroup,
  forgetLeftovers,
  heirOf,
  insertMembers,
  makeOwner,
  refreshAvatar,
  removeMembers,
} from './memberships.ts'
import { type Notices, noticeText } from './notices.ts'
import { type Caller, requireInvitable } from './rights.ts'

/** The largest range that `randomInt` takes. */
const PLACEHOLDER_MAX = 2 ** 48 - 1

const GROUPNAME_CHARACTERS_MAX = 60
/** How many nicknames make up the name of a group that was given none. */
const NAMED_MEMBERS_MAX = 3

/** What a group begins with, besides its owner. */
export interface Beginning {
  members?: readonly number[]
  groupname?: string
  /** Counts only from a site's backend; a session uploads the picture once the group is there. */
  avatar?: string
}

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
}

/** How a leave ended. */
interface Departure {
  /** The group as it is afterwards; undefined when nobody is left and it was dissolved. */
  group: Group | undefined
  heirUid: number | undefined
  avatarChanged: boolean
}

/** The beginning and the end of groups. */
export class GroupLifecycle {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Makes a group of the caller and the given people, and tells each of them.
   * @throws AppError create_group_off, account_disabled, members_unknown (repeated or unknown people, and strangers
   *   from a session), group_full
   */
  async create(caller: Caller, { members = [], groupname, avatar }: Beginning): Promise<Group> {
    const { settings, users, groups } = this.dependencies
    if (!settings.on('create_group')) throw new AppError('create_group_off')
    const owner = await users.requireActive(caller.uid)
    const uids = members.filter((uid) => uid !== owner.uid)
    if (new Set(uids).size !== uids.length) throw new AppError('members_unknown')
    const people = await requireInvitable(this.dependencies, caller, owner, uids)
    const limit = settings.number('group_limit')
    if (uids.length + 1 > limit) throw new AppError('group_full', { limit })

    const everybody = [owner, ...people]
    const group = await this.#insert(
      owner.uid,
      uids,
      groupname || defaultName(everybody),
      (caller.kind === 'server' && avatar) || composedAddress([owner.uid, ...uids]),
    )
    // Somebody may have asked for this gid before there was such a group.
    groups.forget(group.gid)
    await this.#announce(group, owner, people)
    return group
  }

  /**
   * Dissolves a group. Its messages stay in the database.
   * @returns false when there is no such group
   * @throws AppError account_disabled, illegal_operation unless the caller is the owner
   */
  async dissolve(caller: Caller, gid: number): Promise<boolean> {
    const { db, users, groups } = this.dependencies
    await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    if (!group) return false
    const uids = await db.transaction(
      async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('chat_group')
          .where('gid', '=', gid)
          .where('owner_uid', '=', caller.uid)
          .executeTakeFirst()
        if (numDeletedRows === 0n) throw new AppError('illegal_operation')
        const gone = await tx
          .deleteFrom('membership')
          .where('conversation_id', '=', group.conversation_id)
          .returning('uid')
          .execute()
        await forgetLeftovers(tx, group)
        return gone.map(({ uid }) => uid)
      },
      { conversation: group.conversation_id },
    )
    this.#close(group, uids)
    return true
  }

  /**
   * Takes the caller out of a group; not being in it is fine. An owner is followed by the longest-standing manager,
   * else member; with the last member the group ends.
   * @throws AppError account_disabled
   */
  async leave(caller: Caller, gid: number): Promise<void> {
    const { users, groups, notices, publish, evict } = this.dependencies
    const leaver = await users.requireActive(caller.uid)
    const before = await groups.find(gid)
    if (!before) return
    const departure = await this.#depart(before, leaver.uid)
    if (!departure) return
    const { group, heirUid, avatarChanged } = departure
    if (!group) return this.#close(before, [leaver.uid])

    groups.forgetStandings(group, heirUid === undefined ? [leaver.uid] : [leaver.uid, heirUid])
    groups.forget(gid)
    evict(leaver.uid, groupChannel(gid))
    const { avatar, groupname } = group
    await notices.post(group, leaver, noticeText.left(leaver), {
      first: () => {
        const changes = {
          ...(avatarChanged ? { avatar } : {}),
          ...(heirUid === undefined ? {} : { uid: heirUid }),
        }
        if (Object.keys(changes).length > 0) publish(groupChannel(gid), 'updateGroup', { gid, ...changes })
        // The leaver's other devices.
        publish(userChannel(leaver.uid), 'removeGroup', { gid, groupname, avatar, uid: String(leaver.uid) })
      },
    })
    const heir = heirUid === undefined ? undefined : await users.find(heirUid)
    if (heir) await notices.post(group, heir, noticeText.succeeded(heir))
  }

  async #insert(
    ownerUid: number,
    uids: readonly number[],
    groupname: string,
    avatar: string,
  ): Promise<Group> {
    const { db, clock } = this.dependencies
    const now = clock()
    return db.transaction(async (tx) => {
      // Group and conversation name each other. A number that no conversation has holds the place until it is there;
      // the column is unique, so two creations at once need different ones.
      const { gid } = await tx
        .insertInto('chat_group')
        .values({
          conversation_id: -randomInt(1, PLACEHOLDER_MAX),
          owner_uid: ownerUid,
          groupname,
          avatar,
          created_at: now,
        })
        .returning('gid')
        .executeTakeFirstOrThrow()
      const { id } = await tx
        .insertInto('conversation')
        .values({ kind: 'group', low: gid, high: 0, last_at: now })
        .returning('id')
        .executeTakeFirstOrThrow()
      await tx.updateTable('chat_group').set({ conversation_id: id }).where('gid', '=', gid).execute()
      const people = [
        { uid: ownerUid, role: 'owner' as const },
        ...uids.map((uid) => ({ uid, role: 'member' as const })),
      ]
      await insertMembers(tx, id, people, { read_seq: 0, read_counted: 0, hidden_seq: -1, joined_at: now })
      return currentGroup(tx, gid)
    })
  }

  /** Nobody listens to the new group's channel yet, so everything goes to the members' own (protocol, group/create). */
  async #announce(group: Group, owner: Account, people: readonly Account[]): Promise<void> {
    const { publish, notices, admit } = this.dependencies
    const { gid, groupname, avatar } = group
    const channels = [owner, ...people].map(({ uid }) => userChannel(uid))
    const tell = () => {
      for (const channel of channels)
        publish(channel, 'addGroup', { gid, groupname, avatar, uid: String(owner.uid) })
    }
    if (people.length === 0) tell()
    else await notices.post(group, owner, noticeText.invited(owner, people), { channels, first: tell })
    for (const { uid } of [owner, ...people]) admit(uid, groupChannel(gid))
  }

  #depart(before: Group, uid: number): Promise<Departure | undefined> {
    const { gid, conversation_id } = before
    return this.dependencies.db.transaction(
      async (tx) => {
        const removed = await removeMembers(tx, conversation_id, [uid], this.dependencies.clock())
        if (removed === 0) return undefined
        const group = await currentGroup(tx, gid)
        const heirUid = group.owner_uid === uid ? await heirOf(tx, conversation_id) : undefined
        if (group.owner_uid === uid && heirUid === undefined) {
          await tx.deleteFrom('chat_group').where('gid', '=', gid).execute()
          await forgetLeftovers(tx, before)
          return { group: undefined, heirUid, avatarChanged: false }
        }
        if (heirUid !== undefined) await makeOwner(tx, group, heirUid)
        const avatarChanged = (await refreshAvatar(tx, group)) !== undefined
        return { group: await currentGroup(tx, gid), heirUid, avatarChanged }
      },
      { conversation: conversation_id },
    )
  }

  /** Tells everybody that the group has ended, and then lets nobody listen to it any more. */
  #close(group: Group, uids: readonly number[]): void {
    const { groups, publish, evict } = this.dependencies
    groups.forget(group.gid)
    groups.forgetStandings(group, uids)
    publish(groupChannel(group.gid), 'removeGroup', { gid: group.gid })
    for (const uid of uids) evict(uid, groupChannel(group.gid))
  }
}

/** `群聊(` + the first nicknames + `)`, cut so that it fits a group's name. */
function defaultName(people: readonly Account[]): string {
  const [before, after] = ['群聊(', ')']
  const names = people
    .slice(0, NAMED_MEMBERS_MAX)
    .map(({ nickname }) => nickname)
    .join(',')
  const room = GROUPNAME_CHARACTERS_MAX - before.length - after.length
  return before + [...names].slice(0, room).join('') + after
}
