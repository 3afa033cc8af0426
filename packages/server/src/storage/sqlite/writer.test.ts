import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { newConversation } from '../../../test/conversation.ts'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import type { Draft } from '../append.ts'
import { DatabaseError, isUniqueViolation } from '../errors.ts'
import { DATABASE_FILE } from '../open.ts'

let site: TempDatabase

beforeAll(async () => {
  site = await openTempDatabase()
})
afterAll(() => site.close())

const conversation = () => newConversation(site.db)

const log = (id: number) =>
  site.db.read.selectFrom('message').selectAll().where('conversation_id', '=', id).orderBy('seq').execute()

const counters = (id: number) =>
  site.db.read.selectFrom('conversation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('append', () => {
  test('numbers messages without a gap, in the order in which they were given', async () => {
    const { id, draft } = await conversation()
    const contents = Array.from({ length: 700 }, (_, i) => `message ${i}`)
    const appended = await Promise.all(contents.map((content) => site.db.append(draft({ content }))))
    expect(appended.map(({ seq }) => seq)).toEqual(contents.map((_, i) => i + 1))
    const mids = appended.map(({ mid }) => mid)
    expect(mids).toEqual(mids.toSorted((a, b) => a - b))
    expect(new Set(mids).size).toBe(mids.length)
    expect((await log(id)).map(({ content }) => content)).toEqual(contents)
  })

  test('is on disk and seen by the next read when it resolves', async () => {
    const { id, draft } = await conversation()
    await site.db.append(draft())
    expect(await log(id)).toHaveLength(1)
  })

  test('one that fails leaves its neighbours alone and no gap behind', async () => {
    const { id, draft } = await conversation()
    const results = await Promise.allSettled([
      site.db.append(draft({ content: 'a' })),
      site.db.append(draft({ conversationId: 999_999 })),
      // Fails in the middle: the counters are advanced by then, and must come back.
      site.db.append(draft({ content: null as never })),
      site.db.append(draft({ content: 'b' })),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect((await log(id)).map(({ seq, content }) => [seq, content])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(await counters(id)).toMatchObject({ last_seq: 2, counted: 2 })
  })

  test('a retry gets the first one’s place, also in the same batch', async () => {
    const { id, draft } = await conversation()
    const retry = draft({ uniqueId: 'k1' })
    const [first, second] = await Promise.all([site.db.append(retry), site.db.append(retry)])
    const third = await site.db.append(retry)
    expect(first).toMatchObject({ seq: 1, repeated: false })
    expect(second).toEqual({ ...first, repeated: true })
    expect(third).toEqual({ ...first, repeated: true })
    expect(await log(id)).toHaveLength(1)
  })

  test('the same key from somebody else or elsewhere is another message', async () => {
    const { id, draft } = await conversation()
    const elsewhere = await conversation()
    await site.db.append(draft({ uniqueId: 'k', content: 'one' }))
    for (const other of [
      draft({ uniqueId: 'k', content: 'one', from: 2 }),
      elsewhere.draft({ uniqueId: 'k', content: 'one' }),
    ]) {
      expect((await site.db.append(other)).repeated).toBe(false)
    }
    expect(await log(id)).toHaveLength(2)
  })

  test('time does not run backwards inside a conversation', async () => {
    const { id, draft } = await conversation()
    await site.db.append(draft({ at: 5000 }))
    await site.db.append(draft({ at: 4000 }))
    expect((await log(id)).map(({ created_at }) => created_at)).toEqual([5000, 5000])
  })

  test('counts messages, not notices; moves the sender’s read position, not the other’s', async () => {
    const { id, draft } = await conversation()
    await site.db.append(draft({ from: 2 }))
    await site.db.append(draft({ subType: 'notice', from: 2 }))
    await site.db.append(draft({ from: 2, auto: 1 }))
    const positions = await site.db.read
      .selectFrom('membership')
      .select(['uid', 'read_seq', 'read_counted'])
      .where('conversation_id', '=', id)
      .orderBy('uid')
      .execute()
    expect(await counters(id)).toMatchObject({ last_seq: 3, counted: 2 })
    expect(positions).toEqual([
      { uid: 1, read_seq: 0, read_counted: 0 },
      { uid: 2, read_seq: 1, read_counted: 1 },
    ])
  })

  test('writes the same few rows for a group of 5,000 as for two people', async () => {
    const { db } = site
    const { id, draft } = await conversation()
    for (let from = 3; from <= 5000; from += 1000) {
      const uids = Array.from({ length: Math.min(1000, 5001 - from) }, (_, i) => from + i)
      await db.write
        .insertInto('membership')
        .values(uids.map((uid) => ({ conversation_id: id, uid, joined_at: 0 })))
        .execute()
    }
    const changedRows = async () => {
      const { rows } = await sql<{ n: number }>`select total_changes() as n`.execute(db.write)
      return rows[0]!.n
    }
    const before = await changedRows()
    await db.append(draft())
    expect((await changedRows()) - before).toBe(3)
    // One more for everybody who is mentioned.
    await db.append(draft({ mentions: [0, 7] }))
    expect((await changedRows()) - before).toBe(3 + 5)
    const membership = db.read
      .selectFrom('membership')
      .select('read_counted')
      .where('conversation_id', '=', id)
    const { counted } = await counters(id)
    const reader = await membership.where('uid', '=', 4321).executeTakeFirstOrThrow()
    expect(counted - reader.read_counted).toBe(2)
  })

  test('property: any mix of drafts, retries and failures leaves seqs 1…n without a gap', async () => {
    const step = fc.record({
      from: fc.constantFrom(1, 2),
      uniqueId: fc.option(fc.constantFrom('a', 'b', 'c')),
      content: fc.constantFrom('x', 'y', null),
      subType: fc.constantFrom('message' as const, 'notice' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { id, draft } = await conversation()
        const results = await Promise.allSettled(
          steps.map((fields) => site.db.append(draft({ ...fields, content: fields.content as string }))),
        )
        const rows = await log(id)
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1))
        const fresh = results.filter((result) => result.status === 'fulfilled' && !result.value.repeated)
        expect(rows).toHaveLength(fresh.length)
        expect((await counters(id)).counted).toBe(
          rows.filter(({ sub_type }) => sub_type === 'message').length,
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('statements and transactions', () => {
  test('a lone failing statement says what it is and harms nothing', async () => {
    const { db } = site
    await db.write.insertInto('setting').values({ name: 'unique', value: '1' }).execute()
    const results = await Promise.allSettled([
      db.write.insertInto('setting').values({ name: 'before', value: '1' }).execute(),
      db.write.insertInto('setting').values({ name: 'unique', value: '2' }).execute(),
      db.write.insertInto('setting').values({ name: 'after', value: '1' }).execute(),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(isUniqueViolation((results[1] as PromiseRejectedResult).reason)).toBe(true)
  })

  test('a transaction that throws leaves nothing, and the writer goes on', async () => {
    const { db } = site
    const failing = db.transaction(async (tx) => {
      await tx.insertInto('setting').values({ name: 'undone', value: '1' }).execute()
      throw new Error('no')
    })
    expect(failing).rejects.toThrow('no')
    await failing.catch(() => undefined)
    expect(await db.read.selectFrom('setting').where('name', '=', 'undone').selectAll().execute()).toEqual([])
    await db.write.insertInto('setting').values({ name: 'goes on', value: '1' }).execute()
  })

  test('what is appended during a transaction is not part of it', async () => {
    const { db } = site
    const { id, draft } = await conversation()
    let appended: Promise<unknown> | undefined
    await db.write
      .transaction()
      .execute(async (tx) => {
        await tx.insertInto('setting').values({ name: 'held', value: '1' }).execute()
        appended = db.append(draft({ content: 'survives' }))
        // A second round trip: the append is in the queue by now and must wait.
        await tx.selectFrom('setting').selectAll().execute()
        throw new Error('rolled back')
      })
      .catch(() => undefined)
    await appended
    expect((await log(id)).map(({ content }) => content)).toEqual(['survives'])
    expect(await db.read.selectFrom('setting').where('name', '=', 'held').selectAll().execute()).toEqual([])
  })

  test('transactions run one after the other', async () => {
    const { db } = site
    await db.write.insertInto('setting').values({ name: 'counter', value: '0' }).execute()
    await Promise.all(
      Array.from({ length: 20 }, () =>
        db.transaction(async (tx) => {
          const row = await tx
            .selectFrom('setting')
            .select('value')
            .where('name', '=', 'counter')
            .executeTakeFirstOrThrow()
          await tx
            .updateTable('setting')
            .set({ value: String(Number(row.value) + 1) })
            .where('name', '=', 'counter')
            .execute()
        }),
      ),
    )
    const row = await db.read
      .selectFrom('setting')
      .select('value')
      .where('name', '=', 'counter')
      .executeTakeFirstOrThrow()
    expect(row.value).toBe('20')
  })

  test('the reading connection refuses to write', async () => {
    const writing = site.db.read.insertInto('setting').values({ name: 'no', value: '1' }).execute()
    expect(writing).rejects.toBeInstanceOf(DatabaseError)
    await writing.catch(() => undefined)
  })
})

describe('a full disk', () => {
  test('sends fail as unavailable, nothing is half written, and all is well when there is room again', async () => {
    const full = await openTempDatabase()
    const { db } = full
    try {
      const { id } = await db.write
        .insertInto('conversation')
        .values({ kind: 'friend', low: 1, high: 2 })
        .returning('id')
        .executeTakeFirstOrThrow()
      const draft = (content: string): Draft => ({
        conversationId: id,
        from: 1,
        content,
        subType: 'message',
        at: 1,
        quoteMid: 0,
        quoteContent: '',
        uniqueId: null,
        auto: 0,
      })
      await db.append(draft('before'))
      await sql`pragma max_page_count = 1`.execute(db.write)
      const sends = await Promise.allSettled(
        Array.from({ length: 8 }, () => db.append(draft('x'.repeat(20_000)))),
      )
      const acknowledged = sends.filter(({ status }) => status === 'fulfilled').length
      expect(acknowledged).toBeLessThan(8)
      for (const send of sends) {
        if (send.status === 'rejected') expect((send.reason as DatabaseError).failure).toBe('unavailable')
      }
      // A transaction of several steps fails in the same way, and lets go of the writer.
      const transaction = db.transaction(async (tx) => {
        const values = Array.from({ length: 50 }, (_, i) => ({ name: `full ${i}`, value: 'x'.repeat(5000) }))
        for (const value of values) await tx.insertInto('setting').values(value).execute()
      })
      const failure = await transaction.catch((error: unknown) => error)
      expect((failure as DatabaseError).failure).toBe('unavailable')
      await sql`pragma max_page_count = 1073741823`.execute(db.write)
      await db.append(draft('after'))
      const rows = await db.read.selectFrom('message').select(['seq', 'content']).orderBy('seq').execute()
      expect(rows).toHaveLength(acknowledged + 2)
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1))
      expect(rows.at(-1)!.content).toBe('after')
    } finally {
      await full.close()
    }
  })
})

test('a closed database refuses instead of hanging', async () => {
  const closed = await openTempDatabase()
  await closed.close()
  const write = closed.db.write.insertInto('setting').values({ name: 'late', value: '1' }).execute()
  expect(write).rejects.toThrow()
  await write.catch(() => undefined)
})

test('a file that another program holds: refused as unavailable after one wait, and all is well again', async () => {
  const held = await openTempDatabase()
  const other = new Database(join(held.dir, DATABASE_FILE))
  other.run('begin immediate')
  const started = performance.now()
  const write = held.db.write.insertInto('setting').values({ name: 'waits', value: '1' }).execute()
  const failure = await write.catch((error: unknown) => error)
  expect((failure as DatabaseError).failure).toBe('unavailable')
  expect(performance.now() - started).toBeLessThan(8000)
  other.run('rollback')
  other.close()
  await held.db.write.insertInto('setting').values({ name: 'goes on', value: '1' }).execute()
  await held.close()
}, 300_000)
