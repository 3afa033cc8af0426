import { EVERYBODY } from '@parley/contract'
import type { ExpressionBuilder } from 'kysely'
import type { Database, Tables } from '../../storage/index.ts'
import { notHiddenFrom } from '../conversations/index.ts'
import type { Chat } from './chat-entries.ts'

/**
 * The first unread message (its mid) of each chat that mentions the user. One query for all chats, and none when no
 * group has anything unread.
 */
export async function unreadMentions(
  db: Database,
  uid: number,
  chats: readonly Chat[],
): Promise<Map<number, number>> {
  const unread = chats.filter((chat) => chat.kind === 'group' && chat.counted > chat.read_counted)
  if (unread.length === 0) return new Map()
  const rows = await db.read
    .selectFrom('membership as m')
    .select('m.conversation_id')
    // Apart, so that each is the first hit of an index.
    .select((eb) => firstMention(eb, uid, uid).as('own'))
    .select((eb) => firstMention(eb, uid, EVERYBODY).as('everybody'))
    .where('m.uid', '=', uid)
    .where(
      'm.conversation_id',
      'in',
      unread.map((chat) => chat.conversation_id),
    )
    .execute()
  const found = rows.flatMap(({ conversation_id, own, everybody }): Array<[number, number]> => {
    // Within a conversation mids grow with seqs.
    const mids = [own, everybody].filter((mid) => mid !== null)
    return mids.length > 0 ? [[conversation_id, Math.min(...mids)]] : []
  })
  return new Map(found)
}

/** Marking as unread may go back behind the day of joining: what was said to others before is no mention of the user. */
const firstMention = (
  eb: ExpressionBuilder<Tables & { m: Tables['membership'] }, 'm'>,
  uid: number,
  mentioned: number,
) =>
  eb
    .selectFrom('mention')
    .innerJoin('message', 'message.mid', 'mention.mid')
    .select('mention.mid')
    .whereRef('mention.conversation_id', '=', 'm.conversation_id')
    .where('mention.uid', '=', mentioned)
    .whereRef('mention.seq', '>', 'm.read_seq')
    .whereRef('mention.seq', '>', 'm.cleared_seq')
    .whereRef('message.created_at', '>=', 'm.joined_at')
    .where('message.from_uid', '!=', uid)
    .where(notHiddenFrom(uid))
    .orderBy('mention.seq')
    .limit(1)
