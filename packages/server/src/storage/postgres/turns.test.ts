import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { newConversation } from '../../../test/conversation.ts'
import {
  failureOf,
  lock,
  newPostgresStorage,
  type PostgresStorage,
  whenLocked,
} from '../../../test/postgres/storage.ts'
import type { Database } from '../database.ts'

setDefaultTimeout(300_000)

/** The longest that anybody may wait on a busy machine, ms; without a bound it would be for ever. */
const PATIENCE_MS = 10_000

let storage: PostgresStorage
let nodes: [Database, Database]

beforeAll(async () => {
  storage = await newPostgresStorage()
  nodes = [await storage.open(12), await storage.open(12)]
})
afterAll(() => storage.close())

const retried = () => nodes.reduce((sum, node) => sum + node.retriedWrites(), 0)

/** Lets somebody in unless there are `limit` already, as the transactions of a group do. */
const enter = (node: Database, conversation: number, uid: number, limit: number) =>
  node.transaction(
    async (tx) => {
      const members = await tx
        .selectFrom('membership')
        .select('uid')
        .where('conversation_id', '=', conversation)
        .execute()
      if (members.length >= limit) return false
      await tx.insertInto('membership').values({ conversation_id: conversation, uid, joined_at: 0 }).execute()
      return true
    },
    { conversation },
  )

test('transactions that name a conversation see what those before them have done, and none is tried again', async () => {
  const { id } = await newConversation(nodes[0])
  const before = retried()
  const entered = await Promise.all(
    Array.from({ length: 40 }, (_, i) => enter(nodes[i % 2]!, id, 100 + i, 12)),
  )
  // Two were in it from the beginning.
  expect(entered.filter((isIn) => isIn)).toHaveLength(10)
  expect(retried()).toBe(before)
})

test('messages and transactions of the same conversations wait in turn, never in a circle', async () => {
  const chats = await Promise.all(Array.from({ length: 6 }, () => newConversation(nodes[0])))
  const before = retried()
  const senders = nodes.map(async (node) => {
    for (let round = 0; round < 20; round++) await Promise.all(chats.map(({ draft }) => node.append(draft())))
  })
  // The sender's membership is what each message changes, too.
  const pin = (node: Database, conversation: number) =>
    node.transaction(
      async (tx) => {
        for (const uid of [2, 1]) {
          await tx
            .updateTable('membership')
            .set({ pinned: 1 })
            .where('conversation_id', '=', conversation)
            .where('uid', '=', uid)
            .execute()
        }
      },
      { conversation },
    )
  const members = nodes.map(async (node) => {
    for (let round = 0; round < 20; round++)
      await Promise.all(chats.toReversed().map(({ id }) => pin(node, id)))
  })
  await Promise.all([...senders, ...members])
  expect(retried()).toBe(before)
  for (const { id } of chats) {
    const rows = await nodes[0].read
      .selectFrom('message')
      .select('seq')
      .where('conversation_id', '=', id)
      .orderBy('seq')
      .execute()
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  }
})

test('a conversation that somebody holds: the transaction is refused in time and has done nothing', async () => {
  const { id } = await newConversation(nodes[0])
  const holder = await lock(storage.sql, `select from conversation where id = ${id} for update`)
  const startedAt = performance.now()
  let began = false
  const waiting = failureOf(
    nodes[0].transaction(
      async () => {
        began = true
      },
      { conversation: id },
    ),
  )
  await whenLocked(storage.sql, 1)
  expect((await waiting).failure).toBe('unavailable')
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
  expect(began).toBe(false)
  await holder.release()
  expect(await enter(nodes[0], id, 3, 3)).toBe(true)
})

test('a conversation that is gone is no lock and no failure', async () => {
  expect(await nodes[0].transaction(async () => 'done', { conversation: 999_999 })).toBe('done')
})
