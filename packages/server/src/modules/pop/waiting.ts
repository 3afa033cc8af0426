import { type ExpressionBuilder, sql } from 'kysely'
import type { Database, Tables } from '../../storage/index.ts'
import type { Account } from '../users/index.ts'

type Chats = Tables & { m: Tables['membership']; c: Tables['conversation'] }

/**
 * Since when (ms) somebody waits for the user's answer, by conversation: strangers whose message is the newest, the longest
 * waiting first. Automatic answers do not count; a chat that the user has hidden is none, nor is one with a sub-user of
 * theirs or with the member whose sub-user they are.
 */
export async function waitingSince(
  db: Database,
  { uid, parent_uid }: Pick<Account, 'uid' | 'parent_uid'>,
  limit: number,
): Promise<Map<number, number>> {
  const visitor = sql<number>`case when c.low = ${uid} then c.high else c.low end`
  const rows = await db.read
    .selectFrom('membership as m')
    .innerJoin('conversation as c', 'c.id', 'm.conversation_id')
    .innerJoin('user as v', (join) => join.on('v.uid', '=', visitor))
    .leftJoin('friendship as f', (join) => join.on('f.uid', '=', uid).on('f.friend_uid', '=', visitor))
    .select('c.id')
    .select((eb) =>
      spoken(eb)
        .select('message.created_at')
        .where('message.from_uid', '!=', uid)
        .orderBy('message.seq')
        .limit(1)
        .as('since'),
    )
    .where('m.uid', '=', uid)
    .where('c.kind', '=', 'friend')
    .whereRef('c.last_seq', '>', 'm.hidden_seq')
    .whereRef('c.last_seq', '>', 'm.spoke_seq')
    .where('f.uid', 'is', null)
    .where('v.parent_uid', '!=', uid)
    // 0, which is nobody, for those who are no sub-user.
    .where('v.uid', '!=', parent_uid)
    .where((eb) =>
      eb(spoken(eb).select('message.from_uid').orderBy('message.seq', 'desc').limit(1), '=', visitor),
    )
    .orderBy('since')
    .orderBy('c.id')
    .limit(limit)
    .execute()
  return new Map(rows.map(({ id, since }) => [id, since!]))
}

/** What people have said in a chat themselves since the user did or put it away, and have not taken back. */
const spoken = (eb: ExpressionBuilder<Chats, 'm' | 'c'>) =>
  eb
    .selectFrom('message')
    .whereRef('message.conversation_id', '=', 'c.id')
    .where('message.sub_type', '=', 'message')
    .where('message.auto', '=', 0)
    .where('message.removed', '=', 0)
    .whereRef('message.seq', '>', 'm.spoke_seq')
    .whereRef('message.seq', '>', 'm.hidden_seq')
    .whereRef('message.seq', '>', 'm.cleared_seq')
