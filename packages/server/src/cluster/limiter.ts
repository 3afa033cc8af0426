import { type RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible'

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
export const memoryLimiter = ({ name, count, seconds }: LimiterOptions): Limiter =>
  new RateLimiterMemory({ keyPrefix: name, points: count, duration: seconds })
