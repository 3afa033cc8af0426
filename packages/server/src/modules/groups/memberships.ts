import { AppError } from '@parley/contract'
import type { Transaction } from 'kysely'
import type { Group, Membership, Tables } from '../../storage/index.ts'
import { COMPOSED_MEMBERS_MAX, composedAddress, isComposed } from './addresses.ts'

/*
 * What several of the group services do inside their transactions. Nothing here loops over members with a query each.
 */

/** Rows of one INSERT; SQLite takes 32,766 values in a statement. */
const INSERT_ROWS_MAX = 200

export type GroupTransaction = Transaction<Tables>

/** Where a newcomer starts: what is in the log already counts as read. */
export type Start = Pick<Membership, 'read_seq' | 'read_counted' | 'hidden_seq' | 'joined_at'>

/**
 * Makes people members, in the order given; those who are members already stay as they are.
 * @returns the uids that were not members before
 */
export async function insertMembers(
  tx: GroupTransaction,
  conversationId: number,
  people: ReadonlyArray<Pick<Membership, 'uid' | 'role'>>,
  start: Start,
): Promise<number[]> {
  const entered = new Set<number>()
  for (let from = 0; from < people.length; from += INSERT_ROWS_MAX) {
    const rows = await tx
      .insertInto('membership')
      .values(
        people
          .slice(from, from + INSERT_ROWS_MAX)
          .map(({ uid, role }) => ({ conversation_id: conversationId, uid, role, ...start })),
      )
      .onConflict((oc) => oc.columns(['conversation_id', 'uid']).doNothing())
      .returning('uid')
      .execute()
    for (const { uid } of rows) entered.add(uid)
  }
  return people.map(({ uid }) => uid).filter((uid) => entered.has(uid))
}

/**
 * Takes people out of a group. Their mutes are put aside: who leaves and comes back is still muted.
 * @returns how many of them were members
 */
export async function removeMembers(
  tx: GroupTransaction,
  conversationId: number,
  uids: readonly number[],
  now: number,
): Promise<number> {
  await tx
    .insertInto('silence')
    .columns(['conversation_id', 'uid', 'until_at'])
    .expression((eb) =>
      eb
        .selectFrom('membership')
        .select(['conversation_id', 'uid', 'silenced_until'])
        .where('conversation_id', '=', conversationId)
        .where('uid', 'in', uids)
        .where('silenced_until', '>', now),
    )
    .onConflict((oc) =>
      oc.columns(['conversation_id', 'uid']).doUpdateSet((eb) => ({ until_at: eb.ref('excluded.until_at') })),
    )
    .execute()
  const { numDeletedRows } = await tx
    .deleteFrom('membership')
    .where('conversation_id', '=', conversationId)
    .where('uid', 'in', uids)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Puts the mutes of people who have just come back in force again. */
export async function restoreSilences(
  tx: GroupTransaction,
  conversationId: number,
  uids: readonly number[],
): Promise<void> {
  if (uids.length === 0) return
  const silences = await tx
    .deleteFrom('silence')
    .where('conversation_id', '=', conversationId)
    .where('uid', 'in', uids)
    .returning(['uid', 'until_at'])
    .execute()
  // A handful at most: only people who were muted when they went.
  for (const { uid, until_at } of silences) {
    await tx
      .updateTable('membership')
      .set({ silenced_until: until_at })
      .where('conversation_id', '=', conversationId)
      .where('uid', '=', uid)
      .execute()
  }
}

/** A group has ended, and with it the mutes of those who had left it, and what people had begun to write there. */
export async function forgetLeftovers(
  tx: GroupTransaction,
  { gid, conversation_id }: Pick<Group, 'gid' | 'conversation_id'>,
): Promise<void> {
  await tx.deleteFrom('silence').where('conversation_id', '=', conversation_id).execute()
  await tx.deleteFrom('draft').where('target_id', '=', gid).where('kind', '=', 'group').execute()
}

/**
 * The start of people who come into a group that has a history: everything is read, and the chat stays hidden until
 * the next message or notice.
 */
export async function startAtEnd(tx: GroupTransaction, conversationId: number, now: number): Promise<Start> {
  const { last_seq, counted } = await tx
    .selectFrom('conversation')
    .select(['last_seq', 'counted'])
    .where('id', '=', conversationId)
    .executeTakeFirstOrThrow()
  return { read_seq: last_seq, read_counted: counted, hidden_seq: last_seq, joined_at: now }
}

/** How many members a group has. */
export async function countMembers(
  tx: Pick<GroupTransaction, 'selectFrom'>,
  conversationId: number,
): Promise<number> {
  const { count } = await tx
    .selectFrom('membership')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('conversation_id', '=', conversationId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The group as it is inside the transaction. @throws AppError group_gone when it was dissolved meanwhile */
export async function currentGroup(tx: GroupTransaction, gid: number): Promise<Group> {
  const group = await tx.selectFrom('chat_group').selectAll().where('gid', '=', gid).executeTakeFirst()
  if (!group) throw new AppError('group_gone')
  return group
}

/** The address of the picture that is composed of the group's first members. */
export async function composedFor(
  tx: Pick<GroupTransaction, 'selectFrom'>,
  conversationId: number,
): Promise<string> {
  const first = await tx
    .selectFrom('membership')
    .select('uid')
    .where('conversation_id', '=', conversationId)
    .orderBy('id')
    .limit(COMPOSED_MEMBERS_MAX)
    .execute()
  return composedAddress(first.map(({ uid }) => uid))
}

/**
 * Brings a composed picture up to date after people came or went. A picture that somebody chose stays.
 * @returns the new address when it changed
 */
export async function refreshAvatar(tx: GroupTransaction, group: Group): Promise<string | undefined> {
  if (!isComposed(group.avatar)) return undefined
  const avatar = await composedFor(tx, group.conversation_id)
  if (avatar === group.avatar) return undefined
  await tx.updateTable('chat_group').set({ avatar }).where('gid', '=', group.gid).execute()
  return avatar
}

/** Makes a member the owner. Whoever was it before is the caller's business. */
export async function makeOwner(tx: GroupTransaction, group: Group, uid: number): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('membership')
    .set({ role: 'owner', silenced_until: 0 })
    .where('conversation_id', '=', group.conversation_id)
    .where('uid', '=', uid)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('not_member')
  await tx.updateTable('chat_group').set({ owner_uid: uid }).where('gid', '=', group.gid).execute()
}

/**
 * Who follows an owner who leaves: the longest-standing manager, else member. Accounts that are disabled come last,
 * because they could do nothing for the group.
 */
export async function heirOf(tx: GroupTransaction, conversationId: number): Promise<number | undefined> {
  const row = await tx
    .selectFrom('membership')
    .innerJoin('user', 'user.uid', 'membership.uid')
    .select('membership.uid')
    .where('membership.conversation_id', '=', conversationId)
    .orderBy((eb) => eb.case().when('user.account_state', '=', 'normal').then(0).else(1).end())
    .orderBy((eb) => eb.case().when('membership.role', '=', 'manager').then(0).else(1).end())
    .orderBy('membership.id')
    .limit(1)
    .executeTakeFirst()
  return row?.uid
}
