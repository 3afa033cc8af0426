import { AppError } from '@parley/contract'
import type { Database } from '../../storage/index.ts'
import { afterCleared, notHiddenFrom } from '../conversations/index.ts'

/** As much of a quoted message as a quote keeps. */
const SNAPSHOT_CHARACTERS_MAX = 1000

/** A quoted message, as a new one takes it along. */
export interface Quoted {
  mid: number
  content: string
  /** Who wrote it. */
  from: number
}

/** Quotes hold a snapshot of the text: what is quoted may be deleted later for one of those who read the quote. */
export class Quotes {
  constructor(private readonly db: Database) {}

  /**
   * What is quoted by a message. It must be of the same conversation, and the sender must be able to see it.
   * @throws AppError quote_invalid
   */
  async snapshot(conversationId: number, uid: number, mid: number): Promise<Quoted> {
    const message = await this.db.read
      .selectFrom('message')
      .select(['content', 'from_uid'])
      .where('mid', '=', mid)
      .where('conversation_id', '=', conversationId)
      .where('removed', '=', 0)
      .where(notHiddenFrom(uid))
      .where(afterCleared(uid, conversationId))
      .executeTakeFirst()
    if (!message) throw new AppError('quote_invalid')
    const content = [...message.content].slice(0, SNAPSHOT_CHARACTERS_MAX).join('')
    return { mid, content, from: message.from_uid }
  }

  /** Who wrote the messages that are quoted, by mid. */
  async writers(mids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (mids.length === 0) return new Map()
    const rows = await this.db.read
      .selectFrom('message')
      .select(['mid', 'from_uid'])
      .where('mid', 'in', mids)
      .execute()
    return new Map(rows.map((row) => [row.mid, row.from_uid]))
  }
}
