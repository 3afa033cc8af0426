import { AppError, type ReplyRow, userChannel } from '@parley/contract'
import { type Kysely, sql } from 'kysely'
import type { Clock } from '../../clock.ts'
import { type Database, ReadCache, type Reply, type Tables } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import type { Users } from '../users/index.ts'
import { matchFaq } from './matching.ts'

/** How many members' replies are kept in memory. */
const CACHE_ENTRIES_MAX = 500
const REPLIES_PER_USER_MAX = 200
/** A visitor is welcomed once in this time. */
const WELCOME_INTERVAL_MS = 24 * 3600_000

const WELCOME = 1
const FAQ = 3

/** A reply as its owner writes it. Optional fields: 0, not the default one, no keyword, shown. */
export interface ReplyInput {
  type: number
  title: string
  content: string
  weights?: number | undefined
  is_default?: 0 | 1 | undefined
  keyword?: string | undefined
  is_show?: 0 | 1 | undefined
}

interface Dependencies {
  db: Database
  users: Users
  invalidations: ConstructorParameters<typeof ReadCache>[3]
  clock: Clock
  publish: Publish
}

/**
 * Canned replies: 1 welcome, 2 quick reply, 3 FAQ. Everybody keeps their own; those of members answer by themselves. Each
 * change pushes `replyUpdate` to its owner's devices.
 */
export class Replies {
  readonly #db: Database
  readonly #users: Users
  readonly #clock: Clock
  readonly #publish: Publish
  readonly #byOwner: ReadCache<number, readonly Reply[]>

  constructor({ db, users, invalidations, clock, publish }: Dependencies) {
    this.#db = db
    this.#users = users
    this.#clock = clock
    this.#publish = publish
    this.#byOwner = new ReadCache<number, readonly Reply[]>(
      'replies',
      CACHE_ENTRIES_MAX,
      (uid) => this.#load(uid),
      invalidations,
    )
  }

  /** A user's replies by type, larger weights first. Only types that have any. */
  async get(uid: number): Promise<Record<string, ReplyRow[]>> {
    const byType: Record<string, ReplyRow[]> = {}
    for (const reply of await this.#load(uid)) {
      byType[reply.type] ??= []
      byType[reply.type]!.push(rowOf(reply))
    }
    return byType
  }

  /** @throws AppError account_disabled, limit_reached */
  async add(uid: number, input: ReplyInput): Promise<void> {
    await this.#users.requireActive(uid)
    const { type, title, content, weights = 0, is_default = 0, keyword = '', is_show = 1 } = input
    await this.#change(uid, async (tx) => {
      const { count } = await tx
        .selectFrom('reply')
        .select(sql<number>`count(*)`.as('count'))
        .where('uid', '=', uid)
        .executeTakeFirstOrThrow()
      if (Number(count) >= REPLIES_PER_USER_MAX)
        throw new AppError('limit_reached', { limit: REPLIES_PER_USER_MAX })
      if (is_default === 1) await clearDefault(tx, uid, type)
      await tx
        .insertInto('reply')
        .values({ uid, type, title, content, weights, is_default, keyword, is_show })
        .execute()
      return [type]
    })
  }

  /**
   * Changes a reply of the user; optional fields that are left out stay.
   * @throws AppError account_disabled, record_not_found (also for replies of somebody else)
   */
  async update(uid: number, id: number, input: ReplyInput): Promise<void> {
    await this.#users.requireActive(uid)
    const values = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    await this.#change(uid, async (tx) => {
      const old = await tx
        .selectFrom('reply')
        .select(['type', 'is_default'])
        .where('id', '=', id)
        .where('uid', '=', uid)
        .executeTakeFirst()
      if (!old) throw new AppError('record_not_found')
      // A default one that moves to another type takes the place of the default there.
      if ((input.is_default ?? old.is_default) === 1) await clearDefault(tx, uid, input.type, id)
      await tx.updateTable('reply').set(values).where('id', '=', id).execute()
      return [old.type, input.type]
    })
  }

  /**
   * Gives the user's replies of a type weights that put the named ones first, in their order; the others follow as they
   * were.
   * @throws AppError account_disabled, illegal_parameter (an id twice), record_not_found (also for replies of somebody
   *   else, or of another type)
   */
  async sort(uid: number, type: number, ids: readonly number[]): Promise<void> {
    await this.#users.requireActive(uid)
    if (new Set(ids).size !== ids.length) throw new AppError('illegal_parameter')
    await this.#change(uid, async (tx) => {
      const rows = await tx
        .selectFrom('reply')
        .select('id')
        .where('uid', '=', uid)
        .where('type', '=', type)
        .orderBy('weights', 'desc')
        .orderBy('id')
        .execute()
      const known = rows.map(({ id }) => id)
      if (ids.some((id) => !known.includes(id))) throw new AppError('record_not_found')
      const sorted = [...ids, ...known.filter((id) => !ids.includes(id))]
      const cases = sorted.map((id, index) => sql`when ${id} then ${sql.lit(sorted.length - index)}`)
      await tx
        .updateTable('reply')
        .set({ weights: sql<number>`case id ${sql.join(cases, sql` `)} end` })
        .where('uid', '=', uid)
        .where('id', 'in', sorted)
        .execute()
      return [type]
    })
  }

  /** @throws AppError account_disabled, record_not_found (also for replies of somebody else) */
  async delete(uid: number, id: number): Promise<void> {
    await this.#users.requireActive(uid)
    await this.#change(uid, async (tx) => {
      const deleted = await tx
        .deleteFrom('reply')
        .where('id', '=', id)
        .where('uid', '=', uid)
        .returning('type')
        .executeTakeFirst()
      if (!deleted) throw new AppError('record_not_found')
      return [deleted.type]
    })
  }

  /**
   * The FAQs that a member shows to whoever talks to it, larger weights first; none for accounts that are no members.
   * @throws AppError user_not_found
   */
  async show(memberUid: number): Promise<Reply[]> {
    await this.#users.require(memberUid)
    return (await this.forMember(memberUid)).filter(isShownFaq)
  }

  /** All replies of a member, from memory most of the time; none for accounts that are no members, or disabled. */
  async forMember(memberUid: number): Promise<readonly Reply[]> {
    const account = await this.#users.find(memberUid)
    const serves = account?.is_member === 1 && account.account_state === 'normal'
    return serves ? this.#byOwner.get(memberUid) : []
  }

  /** The FAQ with which a member answers a message by itself: by title, else by keyword. */
  async answerFor(memberUid: number, text: string): Promise<Reply | undefined> {
    return matchFaq((await this.forMember(memberUid)).filter(isShownFaq), text)
  }

  /**
   * The member's default welcome, if this visitor was not welcomed within the last 24 hours. Whoever gets it must
   * send it: the next call finds it taken.
   */
  async welcomeFor(memberUid: number, visitorUid: number): Promise<Reply | undefined> {
    const replies = await this.forMember(memberUid)
    const welcome = replies.find(({ type, is_default }) => type === WELCOME && is_default === 1)
    if (!welcome) return undefined
    const now = this.#clock()
    if (await this.#wasWelcomed(memberUid, visitorUid, now)) return undefined
    const taken = await this.#db.write
      .insertInto('welcome')
      .values({ member_uid: memberUid, visitor_uid: visitorUid, sent_at: now })
      .onConflict((oc) =>
        oc
          .columns(['member_uid', 'visitor_uid'])
          .doUpdateSet({ sent_at: now })
          .where('welcome.sent_at', '<=', now - WELCOME_INTERVAL_MS),
      )
      .returning('sent_at')
      .executeTakeFirst()
    return taken && welcome
  }

  /** Most messages come from somebody who was welcomed: they should not cost a commit. */
  async #wasWelcomed(memberUid: number, visitorUid: number, now: number): Promise<boolean> {
    const row = await this.#db.read
      .selectFrom('welcome')
      .select('sent_at')
      .where('member_uid', '=', memberUid)
      .where('visitor_uid', '=', visitorUid)
      .executeTakeFirst()
    return row !== undefined && row.sent_at > now - WELCOME_INTERVAL_MS
  }

  /** @param write changes a user's replies, and gives the types of those that it changed */
  async #change(uid: number, write: (tx: Kysely<Tables>) => Promise<number[]>): Promise<void> {
    const types = await this.#db.transaction(write)
    this.#byOwner.forget(uid)
    for (const type of new Set(types)) this.#publish(userChannel(uid), 'replyUpdate', { type })
  }

  #load(uid: number): Promise<Reply[]> {
    return this.#db.read
      .selectFrom('reply')
      .selectAll()
      .where('uid', '=', uid)
      .orderBy('type')
      .orderBy('weights', 'desc')
      .orderBy('id')
      .execute()
  }
}

const isShownFaq = ({ type, is_show }: Reply) => type === FAQ && is_show === 1

/** At most one reply of a type is the default. */
async function clearDefault(tx: Kysely<Tables>, uid: number, type: number, exceptId = 0): Promise<void> {
  await tx
    .updateTable('reply')
    .set({ is_default: 0 })
    .where('uid', '=', uid)
    .where('type', '=', type)
    .where('is_default', '=', 1)
    .where('id', '<>', exceptId)
    .execute()
}

const rowOf = (reply: Reply): ReplyRow => ({
  id: reply.id,
  type: reply.type,
  title: reply.title,
  keyword: reply.keyword,
  content: reply.content,
  is_show: reply.is_show === 1 ? 1 : 0,
  weights: reply.weights,
  is_default: reply.is_default === 1 ? 1 : 0,
})
