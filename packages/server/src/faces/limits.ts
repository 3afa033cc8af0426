import { AppError, type OperationSpec, type RateName, type RateScope } from '@parley/contract'
import { RateLimiterRes } from 'rate-limiter-flexible'
import type { Cluster, Limiter } from '../cluster/index.ts'
import { countedAs } from '../networks.ts'
import type { Actor } from '../operation.ts'
import type { Parameters } from './parameters.ts'

type RateLimit = NonNullable<OperationSpec['rate']>

/** An amount in a time, as the settings `rate_*` hold it. */
export interface Rate {
  count: number
  seconds: number
}

/**
 * A whole office shares one address: where a limit counts by something else as well, the address may do this many
 * times as much.
 */
const ADDRESS_FACTOR = 5

/** The limit of every operation that names none of its own, counted per user or visitor's address. */
const DEFAULT_RATE: RateLimit = { name: 'call', by: ['user'] }

/** Each code allows five tries: with a new one every minute, somebody patient would guess one in the end. */
const SMS_DAY_RATE: RateLimit = { name: 'sms_day', by: ['field:phone'] }

/**
 * Limits how often users and visitors may call. Server keys are never limited. The figures come from the site's
 * settings and are looked at on every call, so a change acts at once.
 */
export class Limits {
  readonly #limiters = new Map<string, Limiter>()

  constructor(
    private readonly rateOf: (name: RateName) => Rate,
    private readonly createLimiter: Cluster['limiter'],
  ) {}

  /** Whether a caller is limited at all. */
  concern(actor: Actor): boolean {
    return actor.kind !== 'server'
  }

  /** @throws AppError too_many_requests with the seconds to wait */
  async check({ rate = DEFAULT_RATE }: OperationSpec, actor: Actor, parameters: Parameters): Promise<void> {
    const isMeant = rate.when === undefined || (parameters[rate.when] ?? '') !== ''
    await this.#checkOne(isMeant ? rate : DEFAULT_RATE, actor, parameters)
    if (rate.name === 'sms') await this.#checkOne(SMS_DAY_RATE, actor, parameters)
  }

  async #checkOne({ name, by }: RateLimit, actor: Actor, parameters: Parameters): Promise<void> {
    const rate = this.rateOf(name)
    for (const scope of by) {
      const subject = subjectOf(scope, actor, parameters)
      if (subject === undefined) continue
      const count = scope === 'address' && by.length > 1 ? rate.count * ADDRESS_FACTOR : rate.count
      await this.#consume(`${name}/${scope}/${count}/${rate.seconds}`, subject, count, rate.seconds)
    }
  }

  async #consume(limiterKey: string, subject: string, count: number, seconds: number) {
    let limiter = this.#limiters.get(limiterKey)
    if (!limiter) {
      limiter = this.createLimiter({ name: limiterKey, count, seconds })
      this.#limiters.set(limiterKey, limiter)
    }
    try {
      await limiter.consume(subject)
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      throw new AppError('too_many_requests', {
        seconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
      })
    }
  }
}

function subjectOf(scope: RateScope, actor: Actor, parameters: Parameters): string | undefined {
  if (scope === 'user') return actor.uid > 0 ? `u${actor.uid}` : `a${countedAs(actor.address)}`
  if (scope === 'address') return countedAs(actor.address)
  const value = parameters[scope.slice('field:'.length)]
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).toLowerCase().slice(0, 100)
    : undefined
}
