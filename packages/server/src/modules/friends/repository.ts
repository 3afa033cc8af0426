import { type Kysely, sql } from 'kysely'
import type { Database, FriendRequest, Tables } from '../../storage/index.ts'

/**
 * The remarks of many directions of friendship, as `uid:friend` → remark; pairs that are not friends are left out.
 * One query per distinct `uid`.
 */
export async function readRemarks(db: Database, keys: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Map<number, number[]>()
  for (const key of keys) {
    const [uid, friendUid] = key.split(':').map(Number) as [number, number]
    const friends = wanted.get(uid)
    if (friends) friends.push(friendUid)
    else wanted.set(uid, [friendUid])
  }
  const remarks = new Map<string, string>()
  for (const [uid, friends] of wanted) {
    const rows = await db.read
      .selectFrom('friendship')
      .select(['friend_uid', 'remark'])
      .where('uid', '=', uid)
      .where('friend_uid', 'in', friends)
      .execute()
    for (const { friend_uid, remark } of rows) remarks.set(`${uid}:${friend_uid}`, remark)
  }
  return remarks
}

/** The uids of all friends of a user. */
export async function friendUids(db: Database, uid: number): Promise<number[]> {
  const rows = await db.read.selectFrom('friendship').select('friend_uid').where('uid', '=', uid).execute()
  return rows.map(({ friend_uid }) => friend_uid)
}

/** All friends of a user with what the user calls them. */
export function friendsWithRemarks(
  db: Database,
  uid: number,
): Promise<Array<{ uid: number; remark: string }>> {
  return db.read
    .selectFrom('friendship')
    .select(['friend_uid as uid', 'remark'])
    .where('uid', '=', uid)
    .execute()
}

/** `already`: they were friends before. `decided`: the request was no longer open, so nothing was written. */
export type Connected = 'new' | 'already' | 'decided'

/**
 * Writes both directions of a friendship and marks the open requests between the two as agreed, in one transaction.
 * A half friendship is made whole.
 * @param nid the request that asks for it: it must still be open
 */
export function insertFriendship(
  db: Database,
  a: number,
  b: number,
  at: number,
  nid?: number,
): Promise<Connected> {
  // Whoever of the two begins, the rows are taken in the same order: nobody waits in a circle.
  const pairs = [
    { uid: Math.min(a, b), friend_uid: Math.max(a, b), created_at: at },
    { uid: Math.max(a, b), friend_uid: Math.min(a, b), created_at: at },
  ]
  return db.transaction(async (tx) => {
    if (nid !== undefined && !(await isOpen(tx, nid))) return 'decided'
    for (const { uid, friend_uid } of pairs) await agreeBetween(tx, uid, friend_uid)
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('friendship')
      .values(pairs)
      .onConflict((oc) => oc.columns(['uid', 'friend_uid']).doNothing())
      .executeTakeFirstOrThrow()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n ? 'new' : 'already'
  })
}

async function isOpen(tx: Kysely<Tables>, nid: number): Promise<boolean> {
  const row = await tx
    .selectFrom('friend_request')
    .select('nid')
    .where('nid', '=', nid)
    .where('operation', '=', 'not_operated')
    .executeTakeFirst()
  return row !== undefined
}

async function agreeBetween(tx: Kysely<Tables>, from: number, to: number): Promise<void> {
  await tx
    .updateTable('friend_request')
    .set({ operation: 'agree' })
    .where('to_uid', '=', to)
    .where('from_uid', '=', from)
    .where('operation', '=', 'not_operated')
    .execute()
}

/** Deletes both directions. @returns whether there was any */
export async function deleteFriendship(db: Database, a: number, b: number): Promise<boolean> {
  const { numDeletedRows } = await db.write
    .deleteFrom('friendship')
    .where(({ and, eb, or }) =>
      or([
        and([eb('uid', '=', a), eb('friend_uid', '=', b)]),
        and([eb('uid', '=', b), eb('friend_uid', '=', a)]),
      ]),
    )
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

/** Sets one direction's remark. @returns false when there is no such friendship */
export async function updateRemark(
  db: Database,
  uid: number,
  friendUid: number,
  remark: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db.write
    .updateTable('friendship')
    .set({ remark })
    .where('uid', '=', uid)
    .where('friend_uid', '=', friendUid)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Writes a friend request in place of an earlier one of the same pair: the new one has the newest `nid`. */
export function replaceRequest(
  db: Database,
  { from, to, postscript, at }: { from: number; to: number; postscript: string; at: number },
): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.deleteFrom('friend_request').where('to_uid', '=', to).where('from_uid', '=', from).execute()
    await tx
      .insertInto('friend_request')
      .values({ from_uid: from, to_uid: to, postscript, operation: 'not_operated', created_at: at })
      .execute()
  })
}

/** A request, if it is addressed to the user. */
export function findRequest(db: Database, toUid: number, nid: number): Promise<FriendRequest | undefined> {
  return db.read
    .selectFrom('friend_request')
    .selectAll()
    .where('nid', '=', nid)
    .where('to_uid', '=', toUid)
    .executeTakeFirst()
}

/** The requests that a user received, newest first. */
export function listRequests(db: Database, toUid: number, limit: number): Promise<FriendRequest[]> {
  return db.read
    .selectFrom('friend_request')
    .selectAll()
    .where('to_uid', '=', toUid)
    .orderBy('nid', 'desc')
    .limit(limit)
    .execute()
}

/** How many requests wait for the user's answer. */
export async function countOpenRequests(db: Database, toUid: number): Promise<number> {
  const { open } = await db.read
    .selectFrom('friend_request')
    .select(sql<number>`count(*)`.as('open'))
    .where('to_uid', '=', toUid)
    .where('operation', '=', 'not_operated')
    .executeTakeFirstOrThrow()
  return Number(open)
}

/** Who of `fromUids` waits for the user's answer to a request. */
export async function openRequestsFrom(
  db: Database,
  toUid: number,
  fromUids: readonly number[],
): Promise<number[]> {
  const rows = await db.read
    .selectFrom('friend_request')
    .select('from_uid')
    .where('to_uid', '=', toUid)
    .where('from_uid', 'in', fromUids)
    .where('operation', '=', 'not_operated')
    .execute()
  return rows.map(({ from_uid }) => from_uid)
}

/** Declines a request. @returns false when it was decided in between */
export async function refuseRequest(db: Database, nid: number): Promise<boolean> {
  const { numUpdatedRows } = await db.write
    .updateTable('friend_request')
    .set({ operation: 'refuse' })
    .where('nid', '=', nid)
    .where('operation', '=', 'not_operated')
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/**
 * The other side of each direct chat with messages that `uid` has not hidden and is no friend of: the newest chats
 * first, and no more than `limit` of them.
 */
export async function strangersInChats(db: Database, uid: number, limit: number): Promise<number[]> {
  const other = sql<number>`case when conversation.low = ${uid} then conversation.high else conversation.low end`
  const rows = await db.read
    .selectFrom('membership')
    .innerJoin('conversation', 'conversation.id', 'membership.conversation_id')
    .leftJoin('friendship', (join) =>
      join.on('friendship.uid', '=', uid).on('friendship.friend_uid', '=', other),
    )
    .select(other.as('uid'))
    .where('membership.uid', '=', uid)
    .where('conversation.kind', '=', 'friend')
    .where('conversation.last_seq', '>', 0)
    .whereRef('conversation.last_seq', '>', 'membership.hidden_seq')
    .where('friendship.uid', 'is', null)
    .orderBy('conversation.last_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => row.uid)
}

/** Who of `uids` is in a group that `uid` owns or manages. */
export async function managedBy(db: Database, uid: number, uids: readonly number[]): Promise<number[]> {
  const rows = await db.read
    .selectFrom('membership as mine')
    .innerJoin('membership as theirs', 'theirs.conversation_id', 'mine.conversation_id')
    .select('theirs.uid')
    .distinct()
    .where('mine.uid', '=', uid)
    .where('mine.role', 'in', ['owner', 'manager'])
    .where('theirs.uid', 'in', uids)
    .execute()
  return rows.map((row) => row.uid)
}
