import type { Clock } from '../../clock.ts'
import { type Conversation, type Database, type Membership, ReadCache } from '../../storage/index.ts'
import { batched } from '../users/index.ts'
import { type Position, positionAt, positionBefore } from './positions.ts'

/** How many conversations and memberships are kept in memory. */
const CACHE_ENTRIES_MAX = 100_000

/** What the send path needs to know of a membership; it changes rarely, so it is cached. */
export type Standing = Pick<Membership, 'id' | 'role' | 'silenced_until' | 'remark'>

/** Where a user reads from or writes to, in the words of the API: a friend's uid or a group's gid. */
export interface ChatAddress {
  type: 'friend' | 'group'
  id: number
}

/** What one user may change of their own view of a chat; absent fields stay. */
export interface ViewChange {
  /** False shows the chat in the list, true hides it until something new arrives. */
  hidden?: boolean
  pinned?: 0 | 1
  muted?: 0 | 1
  remark?: string
}

interface Dependencies {
  db: Database
  invalidations: ConstructorParameters<typeof ReadCache>[3]
  clock: Clock
}

/**
 * The shared logs and each user's view of them: who is in, what is read, hidden, pinned, muted. It knows nothing of
 * friendship or group rights; those modules ask it.
 */
export class Conversations {
  readonly #db: Database
  readonly #clock: Clock
  readonly #direct: ReadCache<string, number | undefined>
  readonly #standings: ReadCache<string, Standing | undefined>

  constructor({ db, invalidations, clock }: Dependencies) {
    this.#db = db
    this.#clock = clock
    this.#direct = new ReadCache('direct', CACHE_ENTRIES_MAX, (key) => this.#loadDirect(key), invalidations)
    const loadStanding = batched((keys: readonly string[]) => this.#loadStandings(keys))
    this.#standings = new ReadCache('standing', CACHE_ENTRIES_MAX, loadStanding, invalidations)
  }

  /** The conversation of two users, if they ever had one. */
  direct(a: number, b: number): Promise<number | undefined> {
    return this.#direct.get(pairKey(a, b))
  }

  /** The conversation of two users, begun now when there is none. Safe to call at the same time twice. */
  async ensureDirect(a: number, b: number): Promise<number> {
    const known = await this.direct(a, b)
    if (known !== undefined) return known
    const [low, high] = a < b ? [a, b] : [b, a]
    const id = await this.#db.transaction(async (tx) => {
      await tx
        .insertInto('conversation')
        .values({ kind: 'friend', low, high })
        .onConflict((oc) => oc.columns(['kind', 'low', 'high']).doNothing())
        .execute()
      const { id } = await tx
        .selectFrom('conversation')
        .select('id')
        .where('kind', '=', 'friend')
        .where('low', '=', low)
        .where('high', '=', high)
        .executeTakeFirstOrThrow()
      await tx
        .insertInto('membership')
        .values([low, high].map((uid) => ({ conversation_id: id, uid, joined_at: this.#clock() })))
        .onConflict((oc) => oc.columns(['conversation_id', 'uid']).doNothing())
        .execute()
      return id
    })
    this.#direct.forget(pairKey(a, b))
    return id
  }

  /** The conversation as it stands now (its counters change with each message, so it is read, not cached). */
  find(id: number): Promise<Conversation | undefined> {
    return this.#db.read.selectFrom('conversation').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** The user's standing in the conversation; undefined for people who are not in it. */
  standing(conversationId: number, uid: number): Promise<Standing | undefined> {
    return this.#standings.get(`${conversationId}:${uid}`)
  }

  /** To be called after the commit of any change to a membership row's role, silence, remark or existence. */
  forgetStanding(conversationId: number, uid: number): void {
    this.#standings.forget(`${conversationId}:${uid}`)
  }

  /** The user's whole membership row, read now. */
  membership(conversationId: number, uid: number): Promise<Membership | undefined> {
    return this.#db.read
      .selectFrom('membership')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      .executeTakeFirst()
  }

  /** All members' uids, in the order in which they joined. */
  async memberUids(conversationId: number): Promise<number[]> {
    const rows = await this.#db.read
      .selectFrom('membership')
      .select('uid')
      .where('conversation_id', '=', conversationId)
      .orderBy('id')
      .execute()
    return rows.map(({ uid }) => uid)
  }

  /** Marks everything as read. */
  async markRead(conversationId: number, uid: number): Promise<void> {
    const conversation = await this.find(conversationId)
    if (!conversation) return
    const { last_seq: seq, counted } = conversation
    const behind = await this.membership(conversationId, uid)
    // Most calls find nothing new: they should not cost a commit.
    if (!behind || (behind.read_seq >= seq && behind.read_counted >= counted)) return
    await this.#db.write
      .updateTable('membership')
      .set({ read_seq: seq, read_counted: counted })
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      .where('read_counted', '<=', counted)
      .execute()
  }

  /** Sets the read position to a time (ms), forwards or backwards (`last_read_time` of the document). */
  async setReadTime(conversationId: number, uid: number, timeMs: number): Promise<void> {
    const conversation = await this.find(conversationId)
    if (!conversation) return
    const position = await positionAt(this.#db, conversationId, conversation.last_seq, timeMs)
    await this.#setPosition(conversationId, uid, position)
  }

  /** Sets the read position so that `unread` messages count as unread (`unread_count` of the document). */
  async setUnread(conversationId: number, uid: number, unread: number): Promise<void> {
    const conversation = await this.find(conversationId)
    if (!conversation) return
    const counted = Math.max(0, conversation.counted - unread)
    const seq = unread === 0 ? conversation.last_seq : Math.max(0, conversation.last_seq - unread)
    await this.#setPosition(conversationId, uid, { seq, counted })
  }

  /** Changes the user's own view of a chat. */
  async changeView(conversationId: number, uid: number, change: ViewChange): Promise<void> {
    const { hidden, ...fields } = change
    const lastSeq = hidden ? ((await this.find(conversationId))?.last_seq ?? 0) : -1
    const values = { ...fields, ...(hidden === undefined ? {} : { hidden_seq: lastSeq }) }
    if (Object.keys(values).length === 0) return
    await this.#db.write
      .updateTable('membership')
      .set(values)
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      .execute()
    if (fields.remark !== undefined) this.forgetStanding(conversationId, uid)
  }

  /** The position just before a mid, for paging backwards through history. */
  async positionBefore(conversationId: number, mid: number): Promise<Position> {
    const conversation = await this.find(conversationId)
    return positionBefore(this.#db, conversationId, conversation?.last_seq ?? 0, mid)
  }

  async #setPosition(conversationId: number, uid: number, { seq, counted }: Position) {
    await this.#db.write
      .updateTable('membership')
      .set({ read_seq: seq, read_counted: counted })
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      .execute()
  }

  async #loadDirect(key: string): Promise<number | undefined> {
    const [low, high] = key.split(':').map(Number) as [number, number]
    const row = await this.#db.read
      .selectFrom('conversation')
      .select('id')
      .where('kind', '=', 'friend')
      .where('low', '=', low)
      .where('high', '=', high)
      .executeTakeFirst()
    return row?.id
  }

  /** Many at once: the rights of thousands of sockets are looked up after a fault. @param keys `conversation:uid` */
  async #loadStandings(keys: readonly string[]): Promise<Map<string, Standing>> {
    const wanted = new Map<number, Set<number>>()
    for (const key of keys) {
      const [conversationId, uid] = key.split(':').map(Number) as [number, number]
      wanted.set(conversationId, (wanted.get(conversationId) ?? new Set()).add(uid))
    }
    const rows = await this.#db.read
      .selectFrom('membership')
      .select(['conversation_id', 'uid', 'id', 'role', 'silenced_until', 'remark'])
      .where((eb) =>
        eb.or(
          [...wanted].map(([conversationId, uids]) =>
            eb('conversation_id', '=', conversationId).and('uid', 'in', [...uids]),
          ),
        ),
      )
      .execute()
    return new Map(
      rows.map(({ conversation_id, uid, ...standing }) => [`${conversation_id}:${uid}`, standing]),
    )
  }
}

const pairKey = (a: number, b: number) => (a < b ? `${a}:${b}` : `${b}:${a}`)
