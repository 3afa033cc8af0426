import { AppError, type GroupEntry } from '@parley/contract'
import { type Database, type Group, ReadCache } from '../../storage/index.ts'
import type { Conversations, Standing } from '../conversations/index.ts'

/** How many group rows are kept in memory. */
const CACHE_ENTRIES_MAX = 50_000

/** Opens a channel to a user or takes it away, on every socket and every node (the hub's `admit` and `evict`). */
export type ChangeAudience = (uid: number, channel: string) => void

interface Dependencies {
  db: Database
  conversations: Conversations
  invalidations: ConstructorParameters<typeof ReadCache>[3]
}

/** Which groups there are and who is in them. Rows are cached: sends and subscriptions ask on every call. */
export class Groups {
  readonly #db: Database
  readonly #conversations: Conversations
  readonly #rows: ReadCache<number, Group | undefined>

  constructor({ db, conversations, invalidations }: Dependencies) {
    this.#db = db
    this.#conversations = conversations
    this.#rows = new ReadCache('group', CACHE_ENTRIES_MAX, (gid) => this.#load(gid), invalidations)
  }

  find(gid: number): Promise<Group | undefined> {
    return this.#rows.get(gid)
  }

  /** @throws AppError group_not_found */
  async require(gid: number): Promise<Group> {
    const group = await this.find(gid)
    if (!group) throw new AppError('group_not_found')
    return group
  }

  /**
   * The group, if it is there and no administrator has disabled it.
   * @throws AppError group_gone
   */
  async requireOpen(gid: number): Promise<Group> {
    const group = await this.find(gid)
    if (!group || group.state === 'disabled') throw new AppError('group_gone')
    return group
  }

  /** What the user is in the group; undefined for strangers and for groups that do not exist. */
  async standing(gid: number, uid: number): Promise<Standing | undefined> {
    const group = await this.find(gid)
    return group && this.#conversations.standing(group.conversation_id, uid)
  }

  async isMember(gid: number, uid: number): Promise<boolean> {
    return (await this.standing(gid, uid)) !== undefined
  }

  /** All members' uids in the order of joining; empty for a group that does not exist. */
  async memberUids(gid: number): Promise<number[]> {
    const group = await this.find(gid)
    return group ? this.#conversations.memberUids(group.conversation_id) : []
  }

  /** The user's groups as `pop/get` shows them, in the order of joining, in one query. */
  listFor(uid: number): Promise<GroupEntry[]> {
    return this.#db.read
      .selectFrom('membership')
      .innerJoin('chat_group', 'chat_group.conversation_id', 'membership.conversation_id')
      .select(['chat_group.gid', 'chat_group.avatar', 'chat_group.owner_uid as uid'])
      .select((eb) =>
        eb
          .case()
          .when('membership.remark', '=', '')
          .then(eb.ref('chat_group.groupname'))
          .else(eb.ref('membership.remark'))
          .end()
          .as('name'),
      )
      .where('membership.uid', '=', uid)
      .orderBy('membership.id')
      .execute()
  }

  /** To be called after the commit of any change to a group's row. */
  forget(gid: number): void {
    this.#rows.forget(gid)
  }

  /** To be called after the commit of any change to what people are in a group, joining and leaving included. */
  forgetStandings(group: Pick<Group, 'conversation_id'>, uids: Iterable<number>): void {
    for (const uid of uids) this.#conversations.forgetStanding(group.conversation_id, uid)
  }

  #load(gid: number): Promise<Group | undefined> {
    return this.#db.read.selectFrom('chat_group').selectAll().where('gid', '=', gid).executeTakeFirst()
  }
}
