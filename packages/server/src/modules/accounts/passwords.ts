import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '@parley/contract'

/*
 * Passwords are kept as argon2id hashes. Hashing runs on the runtime's threads, a few at a time, so that a crowd that
 * signs in cannot take the processor from everybody else.
 */

const MEMORY_KIB = 19_456
const PASSES = 2
const HASHES_AT_ONCE = 2
/** At about 40 ms each, two at once, the last of them waits some four seconds. */
const WAITING_MAX = 200

const ARGON2ID = { algorithm: 'argon2id', memoryCost: MEMORY_KIB, timeCost: PASSES } as const

/** The hash of a password nobody knows: verified when there is no account, so that the answer takes as long. */
export const UNKNOWN_ACCOUNT_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$elAM+HEtMRKavma4egXu2dugU5wFnd/mszN/SOHFe14$AWW0f1Q7iA0kxNYWs7uM/RkARCWGxGCagn3QIDr1WVA'

/** How hashes of the original system are stored after a migration; see {@link verifyPassword}. */
const LEGACY_PREFIX = 'md5:'

let running = 0
const waiting: Array<() => void> = []

/** Runs the work when it is its turn. @throws AppError unavailable when too much is waiting */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= HASHES_AT_ONCE) {
    if (waiting.length >= WAITING_MAX) throw new AppError('unavailable')
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else {
    running++
  }
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    // The place goes straight to the next in line, so that no newcomer slips in between.
    if (next) next()
    else running--
  }
}

/**
 * Hashes a password for storing.
 * @returns argon2id in PHC form
 * @throws AppError unavailable when too many are waiting
 */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => Bun.password.hash(password, ARGON2ID))
}

/**
 * Whether a password fits a stored hash. Takes about the same time for every account, also for none: an empty hash
 * stands for an account without a password, or for no account, and fits nothing.
 * @param hash PHC form, or `md5:` and the hex of md5(`username-cpcccim-password`) as the original system stored it
 * @param username the account's username as stored; needed for the original's hashes only
 * @throws AppError unavailable when too many are waiting
 */
export async function verifyPassword(password: string, hash: string, username = ''): Promise<boolean> {
  if (hash === '' || hash.startsWith(LEGACY_PREFIX)) {
    await inTurn(() => Bun.password.verify(password, UNKNOWN_ACCOUNT_HASH))
    return hash !== '' && fitsLegacy(password, hash.slice(LEGACY_PREFIX.length), username)
  }
  return inTurn(() => Bun.password.verify(password, hash))
}

function fitsLegacy(password: string, hex: string, username: string): boolean {
  const stored = Buffer.from(hex, 'hex')
  const given = createHash('md5').update(`${username}-cpcccim-${password}`).digest()
  return stored.length === given.length && timingSafeEqual(stored, given)
}

/** Whether a hash was made in another way than {@link hashPassword} makes them now, and should be made anew. */
export function needsRehash(hash: string): boolean {
  return !hash.startsWith(`$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$`)
}
