import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { AppError } from '@parley/contract'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { SmsCodes } from './codes.ts'
import type { SmsMessage } from './drivers/index.ts'

const PHONE = '13800000001'
const OTHER_PHONE = '13800000002'

let temp: TempDatabase
let now = 1_700_000_000_000
let codes: SmsCodes
let sent: SmsMessage[] = []
let refusing = false

beforeAll(async () => {
  temp = await openTempDatabase()
  const driver = {
    name: 'webhook' as const,
    real: true,
    async send(message: SmsMessage) {
      if (refusing) throw new AppError('sms_failed')
      sent.push(message)
    },
  }
  codes = new SmsCodes({ db: temp.db, clock: () => now, driver, secret: 'pepper' })
})
afterAll(() => temp.close())
beforeEach(() => {
  sent = []
  refusing = false
})

async function send(phone = PHONE): Promise<string> {
  await codes.send(phone, 'register')
  return sent.at(-1)!.code
}

const wrong = (code: string) => (code === '000000' ? '000001' : '000000')

test('a code of six digits goes out, and is stored as a hash only', async () => {
  const code = await send()
  expect(sent).toEqual([{ phone: PHONE, code: expect.stringMatching(/^\d{6}$/), type: 'register' }])
  const rows = await temp.db.read.selectFrom('sms_code').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(code)
})

test('the right code counts once', async () => {
  const code = await send()
  expect(await codes.check(PHONE, 'register', code)).toBe(true)
  expect(await codes.check(PHONE, 'register', code)).toBe(false)
})

test('of many that use it at the same time one succeeds', async () => {
  const code = await send()
  const results = await Promise.all(Array.from({ length: 4 }, () => codes.check(PHONE, 'register', code)))
  expect(results.filter(Boolean)).toHaveLength(1)
})

test('it fits one phone and one purpose', async () => {
  const code = await send()
  await send(OTHER_PHONE)
  const others = sent.at(-1)!.code
  if (others !== code) expect(await codes.check(OTHER_PHONE, 'register', code)).toBe(false)
  expect(await codes.check(PHONE, 'forget', code)).toBe(false)
  expect(await codes.check(PHONE, 'register', code)).toBe(true)
})

test('after five wrong tries the right code is wrong, too, also when they come at once', async () => {
  const code = await send()
  for (let count = 0; count < 4; count++) await codes.check(PHONE, 'register', wrong(code))
  expect(await codes.check(PHONE, 'register', code)).toBe(true)

  const second = await send()
  await Promise.all(Array.from({ length: 5 }, () => codes.check(PHONE, 'register', wrong(second))))
  expect(await codes.check(PHONE, 'register', second)).toBe(false)
})

test('it expires after five minutes', async () => {
  const code = await send()
  now += 5 * 60_000
  expect(await codes.check(PHONE, 'register', code)).toBe(false)
})

test('a new code replaces the old one and has all its tries', async () => {
  const first = await send()
  for (let count = 0; count < 5; count++) await codes.check(PHONE, 'register', wrong(first))
  let second = await send()
  while (second === first) second = await send()
  expect(await codes.check(PHONE, 'register', first)).toBe(false)
  expect(await codes.check(PHONE, 'register', second)).toBe(true)
})

test('a code that was not sent does not count', async () => {
  await codes.send(OTHER_PHONE, 'retrieve')
  refusing = true
  // Not with `expect().rejects`: that keeps the writer thread's answers from coming in.
  const failure = await codes.send(OTHER_PHONE, 'retrieve').catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'sms_failed' })
  const rows = await temp.db.read
    .selectFrom('sms_code')
    .selectAll()
    .where('purpose', '=', 'retrieve')
    .execute()
  expect(rows).toEqual([])
})

test('what has expired is removed, the rest stays', async () => {
  await send(OTHER_PHONE)
  now += 4 * 60_000
  const code = await send()
  now += 60_000
  await codes.removeExpired()
  const rows = await temp.db.read.selectFrom('sms_code').select('phone').execute()
  expect(rows).toEqual([{ phone: PHONE }])
  expect(await codes.check(PHONE, 'register', code)).toBe(true)
})
