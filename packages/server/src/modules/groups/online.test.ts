import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { OnlineCounts } from './online.ts'

let temp: TempDatabase
let now = 1_000_000

beforeAll(async () => {
  temp = await openTempDatabase()
})
afterAll(() => temp.close())

let people = 0

/** Puts an account into a conversation, online. */
async function enter(conversation_id: number): Promise<number> {
  const name = `online${++people}`
  const { uid } = await temp.db.write
    .insertInto('user')
    .values({
      ...{ nid: 1_000_000 + people, username: name, username_key: name, nickname: name },
      ...{ avatar: '', sign: '', phone: '', password_hash: '', account_state: 'normal', state: 'online' },
      ...{ is_member: 0, is_admin: 0, created_at: 0 },
    })
    .returning('uid')
    .executeTakeFirstOrThrow()
  await temp.db.write.insertInto('membership').values({ conversation_id, uid, joined_at: 0 }).execute()
  return uid
}

const setOffline = (uid: number) =>
  temp.db.write.updateTable('user').set({ state: 'offline' }).where('uid', '=', uid).execute()

test('a small group is counted anew each time', async () => {
  const counts = new OnlineCounts({ db: temp.db, clock: () => now })
  const [uid] = [await enter(1), await enter(1), await enter(2)]
  expect(await counts.of(1, 500)).toBe(2)
  await setOffline(uid)
  expect(await counts.of(1, 500)).toBe(1)
  expect(await counts.of(3, 0)).toBe(0)
})

test('a large one once in five seconds, for itself, and never more than there are', async () => {
  const counts = new OnlineCounts({ db: temp.db, clock: () => now })
  const [uid] = [await enter(11), await enter(11), await enter(12)]
  expect(await Promise.all([counts.of(11, 501), counts.of(12, 501)])).toEqual([2, 1])
  await setOffline(uid)
  now += 4999
  expect(await counts.of(11, 501)).toBe(2)
  now += 1
  expect(await counts.of(11, 501)).toBe(1)
  await enter(11)
  expect(await counts.of(11, 501)).toBe(1)
})
