import { setImmediate } from 'node:timers/promises'
import { AppError, type GroupInfo, type GroupMember } from '@parley/contract'
import { type Clock, toSeconds } from '../../clock.ts'
import { initialOf } from '../../media/index.ts'
import type { Database, Group, Membership } from '../../storage/index.ts'
import type { Friends } from '../friends/index.ts'
import { pictureOf, type Users } from '../users/index.ts'
import type { Groups } from './groups.ts'
import { nameMatcher } from './member-search.ts'
import { countMembers } from './memberships.ts'
import { OnlineCounts } from './online.ts'
import { type Caller, leads } from './rights.ts'

/** How many members group/detail shows at most (document). */
const DETAIL_MEMBERS_MAX = 15
/** How many members a search looks at before others have their turn. */
const SEARCH_PAGE = 250

/** Which page of the members is wanted. */
export interface MembersPage {
  gid: number
  /** The place to go on after. */
  index: number
  limit: number
  /** Uids to leave out; `mine` stands for the caller. */
  exclude?: ReadonlyArray<number | 'mine'>
  /** Only members whose names contain it. */
  search?: string
}

type Seat = Pick<Membership, 'id' | 'uid' | 'role' | 'silenced_until'>
type Listed = GroupMember & { remark: string }

/** A member as group/detail shows it; `remark` is the caller's own name for them. */
export interface ShownMember {
  uid: number
  avatar: string
  nickname: string
  remark: string
}

interface Dependencies {
  db: Database
  clock: Clock
  users: Users
  friends: Friends
  groups: Groups
}

/** Looking at groups: only members may, and a site's backend that acts for nobody. */
export class GroupRoster {
  readonly #online: OnlineCounts

  constructor(private readonly dependencies: Dependencies) {
    this.#online = new OnlineCounts(dependencies)
  }

  /** A group without its members. @throws AppError group_not_found, not_member */
  async info(caller: Caller, gid: number): Promise<GroupInfo> {
    return this.#infoOf(await this.#visible(caller, gid), caller.uid)
  }

  /**
   * A group with its first members by uid.
   * @throws AppError group_not_found, not_member
   */
  async detail(
    caller: Caller,
    gid: number,
  ): Promise<{ info: GroupInfo; members: Record<string, ShownMember> }> {
    const group = await this.#visible(caller, gid)
    const rows = await this.#page(group, { index: 0, limit: DETAIL_MEMBERS_MAX }, caller.uid)
    const members = rows.map(({ uid, avatar, nickname, remark }) => [uid, { uid, avatar, nickname, remark }])
    return { info: await this.#infoOf(group, caller.uid), members: Object.fromEntries(members) }
  }

  /**
   * A page of the members by uid.
   * @throws AppError group_not_found, not_member
   */
  async members(caller: Caller, page: MembersPage): Promise<Record<string, GroupMember>> {
    const group = await this.#visible(caller, page.gid)
    const rows = await (page.search === undefined
      ? this.#page(group, page, caller.uid)
      : this.#found(group, { ...page, search: page.search }, caller.uid))
    return Object.fromEntries(rows.map(({ remark: _, ...member }) => [member.uid, member]))
  }

  /** The same page, arranged by the first letter of the names. @throws AppError group_not_found, not_member */
  async membersByInitial(
    caller: Caller,
    page: MembersPage,
  ): Promise<Record<string, Record<string, GroupMember>>> {
    const byInitial: Record<string, Record<string, GroupMember>> = {}
    for (const member of Object.values(await this.members(caller, page))) {
      const initial = initialOf(member.name)
      byInitial[initial] ??= {}
      byInitial[initial][member.uid] = member
    }
    return byInitial
  }

  /** Whether somebody leads a group, as its owner or a manager. @throws AppError group_not_found, not_member */
  async isManager(caller: Caller, gid: number, uid: number): Promise<boolean> {
    await this.#visible(caller, gid)
    return leads((await this.dependencies.groups.standing(gid, uid))?.role)
  }

  /** The group, if the caller may look at it. */
  async #visible(caller: Caller, gid: number): Promise<Group> {
    const { groups } = this.dependencies
    const group = await groups.require(gid)
    const fromOutside = caller.kind === 'server' && caller.uid === 0
    if (!fromOutside && !(await groups.isMember(gid, caller.uid))) throw new AppError('not_member')
    return group
  }

  async #infoOf(group: Group, uid: number): Promise<GroupInfo> {
    const { db, groups } = this.dependencies
    const standing = await groups.standing(group.gid, uid)
    const member_count = await countMembers(db.read, group.conversation_id)
    return {
      gid: group.gid,
      groupname: group.groupname,
      uid: group.owner_uid,
      avatar: group.avatar,
      state: group.state,
      timestamp: toSeconds(group.created_at),
      remark: standing?.remark ?? '',
      announcement: group.announcement,
      member_count,
      online_count: await this.#online.of(group.conversation_id, member_count),
      role: standing?.role ?? 'none',
      silenced_until: toSeconds(standing?.silenced_until ?? 0),
    }
  }

  /** Three queries at most, however long the page is. */
  async #page(
    group: Group,
    { index, limit, exclude = [] }: Omit<MembersPage, 'gid' | 'search'>,
    callerUid: number,
  ): Promise<Listed[]> {
    const excluded = exclude.map((uid) => (uid === 'mine' ? callerUid : uid))
    const seats = await this.dependencies.db.read
      .selectFrom('membership')
      .select(['id', 'uid', 'role', 'silenced_until'])
      .where('conversation_id', '=', group.conversation_id)
      .where('id', '>', index)
      .$if(excluded.length > 0, (query) => query.where('uid', 'not in', excluded))
      .orderBy('id')
      .limit(limit)
      .execute()
    return this.#listed(seats, callerUid)
  }

  /** As {@link #page}, of those whose names fit. Looks through the members in pages until the one that is wanted is full. */
  async #found(
    group: Group,
    { search, limit, ...page }: Required<Pick<MembersPage, 'search'>> & Omit<MembersPage, 'gid' | 'search'>,
    callerUid: number,
  ): Promise<Listed[]> {
    const fits = nameMatcher(search)
    const found: Listed[] = []
    let { index } = page
    while (found.length < limit) {
      const looked = await this.#page(group, { ...page, index, limit: SEARCH_PAGE }, callerUid)
      found.push(
        ...looked.filter(({ nickname, name }) => fits(name) || (name !== nickname && fits(nickname))),
      )
      if (looked.length === 0) break
      index = looked.at(-1)!.index
      // Names are compared here, not in the database: others have their turn in between.
      await setImmediate()
    }
    return found.slice(0, limit)
  }

  async #listed(seats: readonly Seat[], callerUid: number): Promise<Listed[]> {
    const { users, friends } = this.dependencies
    const uids = seats.map(({ uid }) => uid)
    const [accounts, remarks] = await Promise.all([users.findMany(uids), friends.remarksOf(callerUid, uids)])
    return seats.flatMap((seat) => {
      const account = accounts.get(seat.uid)
      if (!account) return []
      const remark = remarks.get(seat.uid) ?? ''
      return {
        uid: seat.uid,
        avatar: pictureOf(account),
        nickname: account.nickname,
        name: remark || account.nickname,
        index: seat.id,
        role: seat.role,
        silenced_until: toSeconds(seat.silenced_until),
        remark,
      }
    })
  }
}
