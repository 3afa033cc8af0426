import type { Clock } from '../../clock.ts'
import { type Conversation, type Database, type Membership, ReadCache } from '../../storage/index.ts'
import { batched } from '../users/index.ts'
import { type Position, positionAt, positionBefore, positionOf } from './positions.ts'
import {
  clearing,
  findView,
  isHidden,
  type ReadMove,
  type View,
  type ViewChange,
  writePosition,
} from './views.ts'

/** How many conversations and memberships are kept in memory. */
const CACHE_ENTRIES_MAX = 100_000

/** What the send path needs to know of a membership; it changes rarely, so it is cached. */
export type Standing = Pick<Membership, 'id' | 'role' | 'silenced_until' | 'remark'>

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
  readonly #whenRead: Array<(move: ReadMove) => unknown> = []
  readonly #whenArranged: Array<(view: View) => unknown> = []

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

  /** The user's view of a chat and where the chat stands, read now. */
  view(conversationId: number, uid: number): Promise<View | undefined> {
    return findView(this.#db, conversationId, uid)
  }

  /** Has a callback run after the commit whenever a read position moved, but for that of who sends a message. */
  onRead(react: (move: ReadMove) => unknown): void {
    this.#whenRead.push(react)
  }

  /** Has a callback run after the commit whenever a user pinned, muted, hid or cleared a chat, or undid it. */
  onArranged(react: (view: View) => unknown): void {
    this.#whenArranged.push(react)
  }

  /** Marks everything as read. */
  async markRead(conversationId: number, uid: number): Promise<void> {
    const view = await this.view(conversationId, uid)
    // Most calls find nothing new: they should not cost a commit.
    if (!view || (view.read_seq >= view.last_seq && view.read_counted >= view.counted)) return
    await this.#move(view, { seq: view.last_seq, counted: view.counted }, 'forward')
  }

  /** Sets the read position to a time (ms), forwards or backwards (`last_read_time` of the document). */
  async setReadTime(conversationId: number, uid: number, timeMs: number): Promise<void> {
    const view = await this.view(conversationId, uid)
    if (!view) return
    const asked = await positionAt(this.#db, conversationId, view.last_seq, timeMs)
    // What the user has deleted is not unread again.
    const to =
      asked.seq < view.cleared_seq ? await positionOf(this.#db, conversationId, view.cleared_seq) : asked
    await this.#move(view, to, 'any')
  }

  /** Sets the read position so that `unread` messages count as unread (`unread_count` of the document). */
  async setUnread(conversationId: number, uid: number, unread: number): Promise<void> {
    const view = await this.view(conversationId, uid)
    if (!view) return
    const counted = Math.max(0, view.counted - unread)
    const seq = unread === 0 ? view.last_seq : Math.max(0, view.last_seq - unread)
    await this.#move(view, { seq, counted }, 'any')
  }

  /** Changes the user's own view of a chat. */
  async changeView(conversationId: number, uid: number, change: ViewChange): Promise<void> {
    const view = await this.view(conversationId, uid)
    if (!view) return
    const { hidden = isHidden(view), pinned = view.pinned, muted = view.muted, remark } = change
    const clears = change.cleared === true && view.cleared_seq < view.last_seq
    const isArranged = clears || hidden !== isHidden(view) || pinned !== view.pinned || muted !== view.muted
    if (!isArranged && remark === undefined) return
    const hidden_seq = hidden === isHidden(view) ? undefined : hidden ? view.last_seq : -1
    const now = await this.#db.write
      .updateTable('membership')
      .set({ hidden_seq, pinned: change.pinned, muted: change.muted, remark })
      .$if(clears, (query) => query.set(clearing(view)))
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      // Another device may have changed something else meanwhile.
      .returning(['hidden_seq', 'cleared_seq', 'pinned', 'muted'])
      .executeTakeFirst()
    if (remark !== undefined) this.forgetStanding(conversationId, uid)
    if (!isArranged || !now) return
    await Promise.all(this.#whenArranged.map((react) => react({ ...view, ...now })))
  }

  /** The position just before a mid, for paging backwards through history. */
  async positionBefore(conversationId: number, mid: number): Promise<Position> {
    const conversation = await this.find(conversationId)
    return positionBefore(this.#db, conversationId, conversation?.last_seq ?? 0, mid)
  }

  async #move(from: View, to: Position, direction: 'forward' | 'any'): Promise<void> {
    if (from.read_seq === to.seq && from.read_counted === to.counted) return
    if (!(await writePosition(this.#db, from, to, direction))) return
    await Promise.all(this.#whenRead.map((react) => react({ from, to })))
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
