import type { Database } from '../../storage/index.ts'

/** A place in a conversation's log: the message at `seq`, and how many countable messages there are up to it. */
export interface Position {
  seq: number
  counted: number
}

const START: Position = { seq: 0, counted: 0 }

/** The place of one message; the beginning where there is none. */
export async function positionOf(db: Database, conversationId: number, seq: number): Promise<Position> {
  const message = await db.read
    .selectFrom('message')
    .select(['seq', 'counted'])
    .where('conversation_id', '=', conversationId)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return message ?? START
}

/**
 * The last message of a conversation for which `precedes` holds, found in about log2(last_seq) look-ups: seqs have no
 * gap, and mid and time grow with them.
 */
async function lastWhere(
  db: Database,
  conversationId: number,
  lastSeq: number,
  precedes: (message: { mid: number; created_at: number }) => boolean,
): Promise<Position> {
  let low = 0
  let high = lastSeq
  let found = START
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const message = await db.read
      .selectFrom('message')
      .select(['seq', 'mid', 'created_at', 'counted'])
      .where('conversation_id', '=', conversationId)
      .where('seq', '=', middle)
      .executeTakeFirst()
    if (message && precedes(message)) {
      low = middle
      found = { seq: message.seq, counted: message.counted }
    } else {
      high = middle - 1
    }
  }
  return found
}

/** The last message sent at or before a time (ms). */
export const positionAt = (
  db: Database,
  conversationId: number,
  lastSeq: number,
  timeMs: number,
): Promise<Position> => lastWhere(db, conversationId, lastSeq, (message) => message.created_at <= timeMs)

/** The last message whose mid is smaller than the given one, which need not be of this conversation. */
export const positionBefore = (
  db: Database,
  conversationId: number,
  lastSeq: number,
  mid: number,
): Promise<Position> => lastWhere(db, conversationId, lastSeq, (message) => message.mid < mid)
