import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { newConversation } from '../../../test/conversation.ts'
import {
  failureOf,
  lock,
  newPostgresStorage,
  type PostgresStorage,
  whenLocked,
  whenUnlocked,
} from '../../../test/postgres/storage.ts'
import type { Database } from '../database.ts'

setDefaultTimeout(300_000)

/** The longest that anybody may wait on a busy machine, ms; without a bound it would be for ever. */
const PATIENCE_MS = 10_000

let storage: PostgresStorage
let nodes: [Database, Database, Database]
let db: Database

beforeAll(async () => {
  storage = await newPostgresStorage()
  nodes = [await storage.open(), await storage.open(), await storage.open(24)]
  db = nodes[0]
})
afterAll(() => storage.close())

const log = (id: number) =>
  db.read.selectFrom('message').selectAll().where('conversation_id', '=', id).orderBy('seq').execute()

const counters = (id: number) =>
  db.read.selectFrom('conversation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/** What every log must be, whoever has written it. */
async function expectSound(id: number, messages: number): Promise<void> {
  const rows = await log(id)
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: messages }, (_, i) => i + 1))
  const mids = rows.map(({ mid }) => mid)
  expect(mids).toEqual(mids.toSorted((a, b) => a - b))
  const times = rows.map(({ created_at }) => created_at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  let counted = 0
  for (const row of rows) {
    if (row.sub_type === 'message') counted++
    expect(row.counted).toBe(counted)
  }
  expect(await counters(id)).toMatchObject({ last_seq: messages, counted, last_at: times.at(-1) ?? 0 })
}

describe('several nodes', () => {
  test('put their messages into one log without a gap, each where it is acknowledged', async () => {
    const { id, draft } = await newConversation(db)
    const sends = Array.from({ length: 600 }, (_, i) =>
      nodes[i % 3]!.append(draft({ content: `${i}`, at: 1000 + ((i * 7) % 50), from: 1 + (i % 2) })),
    )
    const appended = await Promise.all(sends)
    await expectSound(id, 600)
    const rows = await log(id)
    for (const [i, { mid, seq, at }] of appended.entries())
      expect(rows[seq - 1]).toMatchObject({ mid, seq, created_at: at, content: `${i}` })
    // A node keeps the order in which it was given them.
    for (const node of [0, 1, 2]) {
      const seqs = appended.filter((_, i) => i % 3 === node).map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
    }
  })

  test('with batches across the same conversations in any order: nobody waits in a circle', async () => {
    const drafts = await Promise.all(Array.from({ length: 20 }, async () => newConversation(db)))
    const rounds = nodes.map(async (node, n) => {
      for (let round = 0; round < 15; round++) {
        const order = n === 0 ? drafts : drafts.toReversed()
        await Promise.all(order.map(({ draft }) => node.append(draft({ content: `${n} ${round}` }))))
      }
    })
    await Promise.all(rounds)
    for (const { id } of drafts) await expectSound(id, 45)
  })

  test('that are sent the same message at the same moment store it once', async () => {
    const { id, draft } = await newConversation(db)
    for (let n = 0; n < 30; n++) {
      const same = draft({ uniqueId: `retry ${n}`, content: `${n}` })
      const beside = nodes.map((node, i) => node.append(draft({ content: `beside ${n} ${i}` })))
      const appended = await Promise.all(nodes.map((node) => node.append(same)))
      expect(new Set(appended.map(({ mid }) => mid)).size).toBe(1)
      expect(new Set(appended.map(({ seq }) => seq)).size).toBe(1)
      expect(appended.map(({ repeated }) => repeated).toSorted()).toEqual([false, true, true])
      await Promise.all(beside)
    }
    await expectSound(id, 120)
  })

  test('property: any mix of drafts, retries and failures leaves seqs 1…n without a gap', async () => {
    const step = fc.record({
      node: fc.constantFrom(0, 1, 2),
      from: fc.constantFrom(1, 2),
      uniqueId: fc.option(fc.constantFrom('a', 'b', 'c')),
      content: fc.constantFrom('x', 'y', null),
      subType: fc.constantFrom('message' as const, 'notice' as const),
      at: fc.integer({ min: 0, max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { id, draft } = await newConversation(db)
        const results = await Promise.allSettled(
          steps.map(({ node, content, ...fields }) =>
            nodes[node]!.append(draft({ ...fields, content: content as string })),
          ),
        )
        const fresh = results.filter((result) => result.status === 'fulfilled' && !result.value.repeated)
        await expectSound(id, fresh.length)
        const keys = steps.filter((_, i) => results[i]!.status === 'fulfilled' && steps[i]!.uniqueId)
        const distinct = new Set(keys.map(({ from, uniqueId }) => `${from} ${uniqueId}`))
        const repeated = results.filter((result) => result.status === 'fulfilled' && result.value.repeated)
        expect(repeated).toHaveLength(keys.length - distinct.size)
      }),
      { numRuns: 40 },
    )
  })
})

test('a batch with bad drafts among many good ones stores the good ones in order', async () => {
  const { id, draft } = await newConversation(db)
  const bad = new Set([0, 77, 78, 199])
  const sends = Array.from({ length: 200 }, (_, i) =>
    db.append(draft({ content: bad.has(i) ? 'a\0b' : `${i}` })),
  )
  const results = await Promise.allSettled(sends)
  for (const [i, result] of results.entries())
    expect(result.status).toBe(bad.has(i) ? 'rejected' : 'fulfilled')
  expect((await failureOf(sends[77]!)).failure).toBe('other')
  await expectSound(id, 196)
  expect((await log(id)).map(({ content }) => Number(content))).toEqual(
    Array.from({ length: 200 }, (_, i) => i).filter((i) => !bad.has(i)),
  )
})

test('a conversation that somebody holds: unavailable in time, nothing is stored late, and it recovers', async () => {
  const { id, draft } = await newConversation(db)
  const holder = await lock(storage.sql, `select from conversation where id = ${id} for update`)
  const startedAt = performance.now()
  const first = failureOf(db.append(draft({ content: 'first' })))
  await whenLocked(storage.sql, 1)
  // The second waits for the first one's batch.
  const failures = await Promise.all([first, failureOf(db.append(draft({ content: 'second' })))])
  expect(failures.map(({ failure }) => failure)).toEqual(['unavailable', 'unavailable'])
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS)
  await whenUnlocked(storage.sql)
  await holder.release()
  await db.append(draft({ content: 'third' }))
  expect((await log(id)).map(({ seq, content }) => [seq, content])).toEqual([[1, 'third']])
})

test('a conversation that somebody holds for a while: the others go on, and its messages keep their order', async () => {
  const [held, free] = [await newConversation(db), await newConversation(db)]
  const holder = await lock(storage.sql, `select from conversation where id = ${held.id} for update`)
  const wait = (content: string) => db.append(held.draft({ content }))
  // These are in one batch; what comes later is told apart at once.
  const waiting = [wait('1'), wait('2')]
  const beside = [db.append(free.draft()), db.append(free.draft())]
  waiting.push(wait('3'))
  await whenLocked(storage.sql, 1)
  waiting.push(wait('4'))
  await Promise.all(beside)
  waiting.push(wait('5'))
  const startedAt = performance.now()
  for (let n = 0; n < 5; n++) await db.append(free.draft())
  expect(performance.now() - startedAt).toBeLessThan(1000)
  await expectSound(free.id, 7)
  await holder.release()
  waiting.push(wait('6'))
  await Promise.all(waiting)
  await wait('7')
  await expectSound(held.id, 7)
  expect((await log(held.id)).map(({ content }) => content).join('')).toBe('1234567')
})

test('of a batch that passes over what is held, retries are found and what is gone is told', async () => {
  const [held, free] = [await newConversation(db), await newConversation(db)]
  const known = await db.append(held.draft({ uniqueId: 'known' }))
  const holder = await lock(storage.sql, `select from conversation where id = ${held.id} for update`)
  const late = failureOf(db.append(held.draft()))
  const retried = db.append(held.draft({ uniqueId: 'known' }))
  const gone = db.append(free.draft({ conversationId: 1_000_000_000 })).catch((error) => error.message)
  const beside = db.append(free.draft({ mentions: [0, 7] }))
  expect(await retried).toEqual({ ...known, repeated: true })
  expect(await gone).toBe('conversation_gone')
  expect(await beside).toMatchObject({ seq: 1 })
  expect((await late).failure).toBe('unavailable')
  await whenUnlocked(storage.sql)
  await holder.release()
  await expectSound(held.id, 1)
  const { mid } = await beside
  const mentions = await db.read.selectFrom('mention').selectAll().where('mid', '=', mid).execute()
  expect(mentions.toSorted((a, b) => a.uid - b.uid)).toEqual(
    [0, 7].map((uid) => ({ conversation_id: free.id, uid, seq: 1, mid })),
  )
})

test('when the connection is lost, the batch fails, and the next one has another connection', async () => {
  const { id, draft } = await newConversation(db)
  const holder = await lock(storage.sql, `select from conversation where id = ${id} for update`)
  const lost = failureOf(db.append(draft({ content: 'lost' })))
  await whenLocked(storage.sql, 1)
  await storage.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'parley' and wait_event_type = 'Lock' and datname = current_database()`
  expect((await lost).failure).toBe('unavailable')
  await holder.release()
  expect(await db.append(draft({ content: 'found' }))).toMatchObject({ seq: 1 })
  await expectSound(id, 1)
})

test('closing stores what waits and refuses what comes', async () => {
  const closing = await storage.open()
  const { id, draft } = await newConversation(db)
  const sends = Array.from({ length: 300 }, (_, i) => closing.append(draft({ content: `${i}` })))
  const closed = closing.close()
  expect((await failureOf(closing.append(draft({ content: 'late' })))).failure).toBe('unavailable')
  await closed
  await Promise.all(sends)
  await expectSound(id, 300)
})
