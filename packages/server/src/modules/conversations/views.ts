import type { ExpressionBuilder } from 'kysely'
import type { Conversation, Database, Membership, Tables } from '../../storage/index.ts'
import type { Position } from './positions.ts'

/** Where a user reads from or writes to, in the words of the API: a friend's uid or a group's gid. */
export interface ChatAddress {
  type: 'friend' | 'group'
  id: number
}

/** One user's view of a chat, together with where the chat itself stands. */
export type View = Pick<
  Membership,
  | 'conversation_id'
  | 'uid'
  | 'read_seq'
  | 'read_counted'
  | 'seen_seq'
  | 'hidden_seq'
  | 'cleared_seq'
  | 'pinned'
  | 'muted'
> &
  Pick<Conversation, 'kind' | 'low' | 'high' | 'last_seq' | 'counted'>

/** What one user may change of their own view of a chat; absent fields stay. */
export interface ViewChange {
  /** False shows the chat in the list, true hides it until something new arrives. */
  hidden?: boolean
  /** With `hidden`: everything that is in the chat now is gone for this user, too. */
  cleared?: true
  pinned?: 0 | 1
  muted?: 0 | 1
  remark?: string
}

/** A user's read position has moved, forwards or (marking as unread) backwards. */
export interface ReadMove {
  /** The view as it was before. */
  from: View
  to: Position
}

/** The user's view of a conversation, read now; undefined for people who are not in it. */
export function findView(db: Database, conversationId: number, uid: number): Promise<View | undefined> {
  return db.read
    .selectFrom('membership as m')
    .innerJoin('conversation as c', 'c.id', 'm.conversation_id')
    .select(['m.conversation_id', 'm.uid', 'm.read_seq', 'm.read_counted', 'm.seen_seq', 'm.hidden_seq'])
    .select(['m.cleared_seq', 'm.pinned', 'm.muted', 'c.kind', 'c.low', 'c.high', 'c.last_seq', 'c.counted'])
    .where('m.conversation_id', '=', conversationId)
    .where('m.uid', '=', uid)
    .executeTakeFirst()
}

/** The chat as its user calls it. */
export const addressOf = ({ kind, low, high, uid }: View): ChatAddress => ({
  type: kind,
  id: kind === 'friend' && low === uid ? high : low,
})

/** Whether the chat is left out of its user's list until something new arrives. */
export const isHidden = ({ hidden_seq, last_seq }: Pick<View, 'hidden_seq' | 'last_seq'>): boolean =>
  hidden_seq >= last_seq

/** How far its user has ever read: marking a chat as unread takes nothing back from the other side. */
export const furthestRead = ({ read_seq, seen_seq }: Pick<View, 'read_seq' | 'seen_seq'>): number =>
  Math.max(read_seq, seen_seq)

/**
 * Writes a read position.
 * @param direction `forward`: one that is behind the stored one changes nothing
 * @returns whether it changed anything: of two devices that set the same position at once, one is told so
 */
export async function writePosition(
  db: Database,
  { conversation_id, uid }: View,
  { seq, counted }: Position,
  direction: 'forward' | 'any',
): Promise<boolean> {
  const { numUpdatedRows } = await db.write
    .updateTable('membership')
    .set(({ ref, eb }) => ({
      read_seq: seq,
      read_counted: counted,
      seen_seq: eb
        .case()
        .when('seen_seq', '<', ref('read_seq'))
        .then(ref('read_seq'))
        .else(ref('seen_seq'))
        .end(),
    }))
    .where('conversation_id', '=', conversation_id)
    .where('uid', '=', uid)
    .where(({ eb, and, or }) =>
      direction === 'forward'
        ? or([
            eb('read_counted', '<', counted),
            and([eb('read_counted', '=', counted), eb('read_seq', '<', seq)]),
          ])
        : or([eb('read_seq', '!=', seq), eb('read_counted', '!=', counted)]),
    )
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** The columns that a clearing of the chat moves, each no further back than it is: another device may have been quicker. */
export const clearing =
  ({ last_seq, counted }: Pick<View, 'last_seq' | 'counted'>) =>
  (eb: ExpressionBuilder<Tables, 'membership'>) => ({
    cleared_seq: eb
      .case()
      .when('cleared_seq', '<', last_seq)
      .then(last_seq)
      .else(eb.ref('cleared_seq'))
      .end(),
    // `read_seq` stays: deleting is not reading, and the other person is told of reading.
    read_counted: eb
      .case()
      .when('read_counted', '<', counted)
      .then(counted)
      .else(eb.ref('read_counted'))
      .end(),
  })
