import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { AppError } from '@parley/contract'
import { hashPassword, needsRehash, UNKNOWN_ACCOUNT_HASH, verifyPassword } from './passwords.ts'

const legacyHash = (username: string, password: string) =>
  `md5:${createHash('md5').update(`${username}-cpcccim-${password}`).digest('hex')}`

test('a hash fits its password and no other', async () => {
  const hash = await hashPassword('correct horse')
  expect(await verifyPassword('correct horse', hash)).toBe(true)
  expect(await verifyPassword('correct Horse', hash)).toBe(false)
})

test('the same password never has the same hash twice', async () => {
  expect(await hashPassword('same')).not.toBe(await hashPassword('same'))
})

test('an account without a password is never entered', async () => {
  expect(await verifyPassword('', '')).toBe(false)
  expect(await verifyPassword('anything', '')).toBe(false)
})

test("the original's hashes fit, with the username they were made with", async () => {
  const hash = legacyHash('tom', 'secret1')
  expect(await verifyPassword('secret1', hash, 'tom')).toBe(true)
  expect(await verifyPassword('secret1', hash, 'jerry')).toBe(false)
  expect(await verifyPassword('secret2', hash, 'tom')).toBe(false)
  expect(await verifyPassword('secret1', 'md5:00', 'tom')).toBe(false)
})

test('hashes of today stay, older ones are made anew', async () => {
  expect(needsRehash(await hashPassword('x'))).toBe(false)
  // Otherwise an unknown account would be told by its answer's time.
  expect(needsRehash(UNKNOWN_ACCOUNT_HASH)).toBe(false)
  expect(needsRehash(legacyHash('tom', 'x'))).toBe(true)
  const weaker = await Bun.password.hash('x', { algorithm: 'argon2id', memoryCost: 8192, timeCost: 2 })
  expect(needsRehash(weaker)).toBe(true)
  expect(await verifyPassword('x', weaker)).toBe(true)
})

test('a crowd is turned away instead of piling up, and those in line are served', async () => {
  const cheap = await Bun.password.hash('x', { algorithm: 'bcrypt', cost: 4 })
  const results = await Promise.allSettled(Array.from({ length: 260 }, () => verifyPassword('x', cheap)))
  const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
  expect(refused).toHaveLength(260 - 202)
  for (const { reason } of refused) expect((reason as AppError).kind).toBe('unavailable')
  expect(await verifyPassword('x', cheap)).toBe(true)
})
