import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'

/** Counting among so many takes a tenth of a millisecond; among 5,000 it takes a whole one, of everybody's time. */
const MEMBERS_COUNTED_ANEW_MAX = 500
/** How old the figure of a larger group may be. */
const KEPT_MS = 5000
const KEPT_MAX = 1000

interface Dependencies {
  db: Database
  clock: Clock
}

interface Kept {
  readonly at: number
  readonly count: Promise<number>
}

/** How many members of a group are online: as it is now, in a large group some seconds old. */
export class OnlineCounts {
  readonly #kept = new LRUCache<number, Kept>({ max: KEPT_MAX })

  constructor(private readonly dependencies: Dependencies) {}

  /** @param members how many there are in all */
  async of(conversationId: number, members: number): Promise<number> {
    if (members <= MEMBERS_COUNTED_ANEW_MAX) return this.#count(conversationId)
    const now = this.dependencies.clock()
    const known = this.#kept.get(conversationId)
    // Some may have left meanwhile.
    if (known && now - known.at < KEPT_MS) return Math.min(await known.count, members)
    const count = this.#count(conversationId)
    this.#kept.set(conversationId, { at: now, count })
    count.catch(() => this.#kept.delete(conversationId))
    return count
  }

  async #count(conversationId: number): Promise<number> {
    const { count } = await this.dependencies.db.read
      .selectFrom('membership')
      .innerJoin('user', 'user.uid', 'membership.uid')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('membership.conversation_id', '=', conversationId)
      .where(sql<boolean>`"user".state = 'online'`) // literal: the partial index is used for this very text
      .executeTakeFirstOrThrow()
    return Number(count)
  }
}
