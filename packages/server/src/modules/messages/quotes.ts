import { AppError } from '@parley/contract'
import type { Database } from '../../storage/index.ts'
import { afterCleared, notHiddenFrom } from '../conversations/index.ts'

/** As much of a quoted message as a quote keeps. */
const SNAPSHOT_CHARACTERS_MAX = 1000

/** Quotes hold a snapshot of the text, so that showing a message needs no second look-up. */
export class Quotes {
  constructor(private readonly db: Database) {}

  /**
   * The text of a message to quote. It must be of the same conversation, and the sender must be able to see it.
   * @throws AppError quote_invalid
   */
  async snapshot(conversationId: number, uid: number, mid: number): Promise<string> {
    const message = await this.db.read
      .selectFrom('message')
      .select('content')
      .where('mid', '=', mid)
      .where('conversation_id', '=', conversationId)
      .where('removed', '=', 0)
      .where(notHiddenFrom(uid))
      .where(afterCleared(uid, conversationId))
      .executeTakeFirst()
    if (!message) throw new AppError('quote_invalid')
    return [...message.content].slice(0, SNAPSHOT_CHARACTERS_MAX).join('')
  }
}
