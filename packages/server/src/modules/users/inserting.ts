import { randomInt } from 'node:crypto'
import { AppError } from '@parley/contract'
import { type Kysely, sql, type Transaction } from 'kysely'
import { type Database, isUniqueViolation, type NewUser, type Tables } from '../../storage/index.ts'
import type { NewAccount } from './account.ts'

const NID_MIN = 1_000_000
const NID_END = 1_000_000_000
/** Each try picks another nid; with a million accounts one in a thousand tries meets a taken one. */
const TRIES_MAX = 10
const NID_TEXT = /^[1-9]\d{6,8}$/

/**
 * What must hold at the very moment at which an account comes to be: it runs in the same transaction, and what it writes
 * takes effect with the account. It throws to refuse.
 */
export type AccountCondition = (tx: Transaction<Tables>) => Promise<void>

const randomNid = () => randomInt(NID_MIN, NID_END)

/**
 * Writes a new account with a public id of its own: a random number of 7 to 9 digits.
 * @param condition what must hold besides, if anything
 * @param pickNid proposes one; a taken one is given up for the next
 * @returns its uid
 * @throws AppError username_taken, phone_taken, and what the condition throws
 */
export async function insertAccount(
  db: Database,
  input: NewAccount & { created_at: number },
  condition?: AccountCondition,
  pickNid = randomNid,
): Promise<number> {
  // People search by username and by nid alike: a username that reads like somebody's nid could pass for them.
  if (NID_TEXT.test(input.username) && (await hasNid(db, Number(input.username))))
    throw new AppError('username_taken')
  let cause: unknown
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const nid = pickNid()
    if (await hasUsername(db, String(nid))) continue
    try {
      return await insertOnce(db, rowOf(input, nid), condition)
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      if (await hasUsername(db, input.username)) throw new AppError('username_taken', {}, error)
      if (input.phone && (await hasPhone(db, input.phone))) throw new AppError('phone_taken', {}, error)
      cause = error
    }
  }
  throw cause ?? new Error('no free nid was found')
}

function rowOf(input: NewAccount & { created_at: number }, nid: number): NewUser {
  return {
    nid,
    username: input.username,
    username_key: input.username.toLowerCase(),
    nickname: input.nickname,
    avatar: input.avatar ?? '',
    sign: input.sign ?? '',
    phone: input.phone ?? '',
    password_hash: input.password_hash,
    account_state: 'normal',
    is_member: input.is_member ?? 0,
    is_admin: input.is_admin ?? 0,
    parent_uid: input.parent_uid ?? 0,
    state: 'offline',
    created_at: input.created_at,
  }
}

function insertOnce(db: Database, row: NewUser, condition: AccountCondition | undefined): Promise<number> {
  if (!condition) return insertRow(db.write, row)
  return db.transaction(async (tx) => {
    await condition(tx)
    return insertRow(tx, row)
  })
}

/**
 * The condition that a parent has fewer than `max` accounts: of two that open an account at the same time only one takes
 * the last place.
 */
export const fewerChildren =
  (parentUid: number, max: number): AccountCondition =>
  async (tx) => {
    const { children } = await tx
      .selectFrom('user')
      .select(sql<number>`count(*)`.as('children'))
      .where('parent_uid', '=', parentUid)
      .where(sql<boolean>`parent_uid > 0`)
      .executeTakeFirstOrThrow()
    if (Number(children) >= max) throw new AppError('limit_reached', { limit: max })
  }

async function insertRow(db: Kysely<Tables>, row: NewUser): Promise<number> {
  const { uid } = await db.insertInto('user').values(row).returning('uid').executeTakeFirstOrThrow()
  return uid
}

async function hasUsername(db: Database, username: string): Promise<boolean> {
  const key = username.toLowerCase()
  const query = db.read.selectFrom('user').select('uid').where('username_key', '=', key)
  return (await query.executeTakeFirst()) !== undefined
}

async function hasPhone(db: Database, phone: string): Promise<boolean> {
  const query = db.read
    .selectFrom('user')
    .select('uid')
    .where('phone', '=', phone)
    .where(sql<boolean>`phone <> ''`)
  return (await query.executeTakeFirst()) !== undefined
}

async function hasNid(db: Database, nid: number): Promise<boolean> {
  const query = db.read.selectFrom('user').select('uid').where('nid', '=', nid)
  return (await query.executeTakeFirst()) !== undefined
}
