import type { Database, Draft } from '../src/storage/index.ts'

let pairs = 0

/** A conversation of users 1 and 2 with a log of its own, and drafts for it. */
export async function newConversation(db: Database) {
  const { id } = await db.write
    .insertInto('conversation')
    .values({ kind: 'friend', low: ++pairs, high: 1_000_000 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.write
    .insertInto('membership')
    .values([1, 2].map((uid) => ({ conversation_id: id, uid, joined_at: 0 })))
    .execute()
  const draft = (fields: Partial<Draft> = {}): Draft => ({
    conversationId: id,
    from: 1,
    content: 'hello',
    subType: 'message',
    at: 1000,
    quoteMid: 0,
    quoteContent: '',
    uniqueId: null,
    auto: 0,
    ...fields,
  })
  return { id, draft }
}
