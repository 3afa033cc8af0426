import type { Redis } from 'ioredis'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'

/** How often something may happen. */
export interface LimiterOptions {
  /** Tells the limit from others; the subjects are counted under it. */
  readonly name: string
  readonly count: number
  readonly seconds: number
}

/** Counts by subject; `consume` rejects with a `RateLimiterRes` when there is nothing left. */
export type Limiter = Pick<RateLimiterAbstract, 'consume'>

/** Counts in this process. */
export const memoryLimiter = ({ name, count, seconds }: LimiterOptions): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: name, points: count, duration: seconds })

/**
 * Counts for all nodes together. While Redis does not answer, each node counts for itself.
 * @param prefix begins every key
 */
export function redisLimiter(redis: Redis, prefix: string): (options: LimiterOptions) => Limiter {
  return (options) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: prefix + options.name,
      points: options.count,
      duration: options.seconds,
      // Who has been refused is refused from memory until the time is over: a flood does not reach Redis.
      inMemoryBlockOnConsumed: options.count + 1,
      rejectIfRedisNotReady: true,
      insuranceLimiter: memoryLimiter(options),
    })
}
