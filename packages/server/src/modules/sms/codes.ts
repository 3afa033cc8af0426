import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'
import type { SmsDriver, SmsMessage } from './drivers/index.ts'

/** What a code is for; one for joining does not open anything else. */
export type SmsPurpose = SmsMessage['type']

const LIFE_MS = 5 * 60 * 1000
const TRIES = 5
const DIGITS = 6

interface Dependencies {
  db: Database
  clock: Clock
  driver: SmsDriver
  /** Key of the hash under which codes are stored (`Secrets.sms`). */
  secret: string
}

/** The SMS codes that are out: six digits, for one phone and one purpose, good once, for five minutes and five tries. */
export class SmsCodes {
  readonly #db: Database
  readonly #clock: Clock
  readonly #driver: SmsDriver
  readonly #secret: string

  constructor({ db, clock, driver, secret }: Dependencies) {
    this.#db = db
    this.#clock = clock
    this.#driver = driver
    this.#secret = secret
  }

  /** Whether people really get the codes: only then may an operation demand one. */
  get required(): boolean {
    return this.#driver.real
  }

  /**
   * Sends a new code; an earlier one for the same phone and purpose no longer counts.
   * @throws AppError sms_failed when the provider did not take it
   */
  async send(phone: string, purpose: SmsPurpose): Promise<void> {
    const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')
    const row = {
      code_hash: this.#hash(phone, purpose, code),
      tries_left: TRIES,
      expires_at: this.#clock() + LIFE_MS,
    }
    await this.#db.write
      .insertInto('sms_code')
      .values({ phone, purpose, ...row })
      .onConflict((conflict) => conflict.columns(['phone', 'purpose']).doUpdateSet(row))
      .execute()
    try {
      await this.#driver.send({ phone, code, type: purpose })
    } catch (error) {
      await this.#remove(phone, purpose, row.code_hash)
      throw error
    }
  }

  /** Whether a code is right. Costs one of its tries; a right one is used up. */
  async check(phone: string, purpose: SmsPurpose, code: string): Promise<boolean> {
    // One statement, so that callers at the same time cannot share a try.
    const tried = await this.#db.write
      .updateTable('sms_code')
      .set((eb) => ({ tries_left: eb('tries_left', '-', 1) }))
      .where('phone', '=', phone)
      .where('purpose', '=', purpose)
      .where('tries_left', '>', 0)
      .where('expires_at', '>', this.#clock())
      .returning('code_hash')
      .executeTakeFirst()
    if (!tried) return false
    const given = this.#hash(phone, purpose, code.trim())
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(tried.code_hash))) return false
    // Of several that are right at the same time, the one that removes it has used it.
    return this.#remove(phone, purpose, given)
  }

  /** Removes what has expired. To be called now and then. */
  async removeExpired(): Promise<void> {
    await this.#db.write.deleteFrom('sms_code').where('expires_at', '<=', this.#clock()).execute()
  }

  async #remove(phone: string, purpose: SmsPurpose, hash: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.write
      .deleteFrom('sms_code')
      .where('phone', '=', phone)
      .where('purpose', '=', purpose)
      .where('code_hash', '=', hash)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  #hash(phone: string, purpose: SmsPurpose, code: string): string {
    return createHmac('sha256', this.#secret).update(`${purpose}:${phone}:${code}`).digest('hex')
  }
}
