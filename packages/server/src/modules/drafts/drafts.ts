import { AppError, type DraftRow, userChannel } from '@parley/contract'
import { sql } from 'kysely'
import { type Clock, toSeconds } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'
import type { ChatAddress, Publish } from '../conversations/index.ts'
import type { Groups } from '../groups/index.ts'
import type { Users } from '../users/index.ts'
import { Turns } from './turns.ts'

const DRAFTS_PER_USER_MAX = 200
/** Of all drafts of a user together: they travel in one answer. A single one is never too long. */
const CHARACTERS_PER_USER_MAX = 1_000_000

/** What is in the field of a chat: text in the form of a message's, and the message that it answers; 0 for none. */
type Writing = Pick<DraftRow, 'content' | 'quote_mid'>

const NOTHING: Writing = { content: '', quote_mid: 0 }

interface Dependencies {
  db: Database
  clock: Clock
  users: Users
  groups: Groups
  publish: Publish
}

/**
 * What people have begun to write, so that all their devices show it. Devices write at almost every pause, so each change
 * is one statement that joins the commit of others, and what changes nothing is none.
 */
export class Drafts {
  /** By uid: a text that is on its way must not come after the empty one that follows when it is sent. */
  readonly #turns = new Turns<number>()
  #lastAt = 0

  constructor(private readonly dependencies: Dependencies) {}

  /** A user's drafts, the newest first; none of groups that they are not in: whoever comes back finds theirs again. */
  async list(uid: number): Promise<DraftRow[]> {
    const rows = await this.dependencies.db.read
      .selectFrom('draft')
      .leftJoin('chat_group', (join) =>
        join.onRef('chat_group.gid', '=', 'draft.target_id').on('draft.kind', '=', 'group'),
      )
      .leftJoin('membership', (join) =>
        join
          .onRef('membership.conversation_id', '=', 'chat_group.conversation_id')
          .onRef('membership.uid', '=', 'draft.uid'),
      )
      .select(['draft.kind', 'draft.target_id', 'draft.content', 'draft.quote_mid', 'draft.updated_at'])
      .where('draft.uid', '=', uid)
      .where((eb) => eb.or([eb('draft.kind', '=', 'friend'), eb('membership.id', 'is not', null)]))
      .orderBy('draft.updated_at', 'desc')
      .limit(DRAFTS_PER_USER_MAX)
      .execute()
    return rows.map(({ kind, target_id, content, quote_mid, updated_at }) => ({
      type: kind,
      id: target_id,
      content,
      quote_mid,
      timestamp: toSeconds(updated_at),
    }))
  }

  /**
   * Puts a draft in the place of the one before; with neither text nor quote there is none afterwards, which may be asked
   * of any chat. The user's oldest ones go when there are too many. Pushes `draft` for each that changed.
   * @throws AppError account_disabled, illegal_parameter (oneself), user_not_found, not_member
   */
  set(uid: number, address: ChatAddress, writing: Writing): Promise<void> {
    const isEmpty = writing.content === '' && writing.quote_mid === 0
    return this.#turns.take(uid, () =>
      isEmpty ? this.#remove(uid, address) : this.#keep(uid, address, writing),
    )
  }

  async #keep(uid: number, address: ChatAddress, writing: Writing): Promise<void> {
    await this.#requireChat(uid, address)
    const at = this.#now()
    if (!(await this.#write(uid, address, writing, at))) return
    this.#tell(uid, address, writing, at)
    for (const { kind, target_id, updated_at } of await this.#surplus(uid))
      await this.#remove(uid, { type: kind, id: target_id }, updated_at)
  }

  async #requireChat(uid: number, { type, id }: ChatAddress): Promise<void> {
    const { users, groups } = this.dependencies
    await users.requireActive(uid)
    if (type === 'group') {
      if (!(await groups.isMember(id, uid))) throw new AppError('not_member')
      return
    }
    if (id === uid) throw new AppError('illegal_parameter')
    await users.require(id)
  }

  /** @returns false when the draft is so already */
  async #write(uid: number, { type, id }: ChatAddress, writing: Writing, at: number): Promise<boolean> {
    const { db } = this.dependencies
    const before = await db.read
      .selectFrom('draft')
      .select(['content', 'quote_mid'])
      .where('uid', '=', uid)
      .where('target_id', '=', id)
      .where('kind', '=', type)
      .executeTakeFirst()
    if (before?.content === writing.content && before.quote_mid === writing.quote_mid) return false
    const written = await db.write
      .insertInto('draft')
      .values({ uid, kind: type, target_id: id, ...writing, updated_at: at })
      .onConflict((oc) =>
        oc
          .columns(['uid', 'target_id', 'kind'])
          .doUpdateSet({ ...writing, updated_at: at })
          // Another device may have written the same meanwhile.
          .where((eb) =>
            eb.or([
              eb('draft.content', '<>', writing.content),
              eb('draft.quote_mid', '<>', writing.quote_mid),
            ]),
          ),
      )
      .returning('updated_at')
      .executeTakeFirst()
    return written !== undefined
  }

  /** @param unchangedSince when given, a draft that was written after it stays */
  async #remove(uid: number, { type, id }: ChatAddress, unchangedSince?: number): Promise<void> {
    const { db } = this.dependencies
    const found = await db.read
      .selectFrom('draft')
      .select('updated_at')
      .where('uid', '=', uid)
      .where('target_id', '=', id)
      .where('kind', '=', type)
      .executeTakeFirst()
    // Clients empty the draft with every message that they send: most of them never had one here.
    if (!found) return
    const { numDeletedRows } = await db.write
      .deleteFrom('draft')
      .where('uid', '=', uid)
      .where('target_id', '=', id)
      .where('kind', '=', type)
      .$if(unchangedSince !== undefined, (query) => query.where('updated_at', '<=', unchangedSince!))
      .executeTakeFirst()
    if (numDeletedRows > 0n) this.#tell(uid, { type, id }, NOTHING, this.#now())
  }

  /** The drafts that are beyond what a user may keep, which are the oldest. */
  async #surplus(uid: number) {
    const rows = await this.dependencies.db.read
      .selectFrom('draft')
      .select(['kind', 'target_id', 'updated_at', sql<number>`length(content)`.as('characters')])
      .where('uid', '=', uid)
      .orderBy('updated_at', 'desc')
      .execute()
    let characters = 0
    return rows.filter((row, index) => {
      characters += row.characters
      return index >= DRAFTS_PER_USER_MAX || characters > CHARACTERS_PER_USER_MAX
    })
  }

  #tell(uid: number, { type, id }: ChatAddress, writing: Writing, at: number): void {
    const { publish } = this.dependencies
    publish(userChannel(uid), 'draft', { type, id: String(id), ...writing, timestamp: toSeconds(at) })
  }

  /** Two drafts of one millisecond would be in no order. */
  #now(): number {
    this.#lastAt = Math.max(this.dependencies.clock(), this.#lastAt + 1)
    return this.#lastAt
  }
}
