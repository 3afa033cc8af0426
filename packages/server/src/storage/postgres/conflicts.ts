import { isConflict } from './errors.ts'

/** How long a caller waits for one statement, message or transaction, over all attempts, ms. */
export const PATIENCE_MS = 4500

const ATTEMPTS_MAX = 20
const WAIT_MS_FIRST = 2
const WAIT_MS_MAX = 200

/** Does things again that lost against other transactions, and counts how often. */
export class Retries {
  /** How many attempts were made again. */
  count = 0

  /**
   * Does something again, after a moment that grows and is never the same, as long as other transactions get in its way.
   * @param attempt gets the moment of `performance.now()` by which it must be done
   * @param isRetried says which failures are such conflicts
   * @throws the last failure
   */
  async run<Result>(
    attempt: (deadline: number) => Promise<Result>,
    isRetried: (error: unknown) => boolean = isConflict,
    deadline: number = performance.now() + PATIENCE_MS,
  ): Promise<Result> {
    for (let tried = 1; ; tried++) {
      try {
        return await attempt(deadline)
      } catch (error) {
        const waitMs = Math.min(WAIT_MS_FIRST * 2 ** (tried - 1), WAIT_MS_MAX) * (0.5 + Math.random())
        const isLast = tried === ATTEMPTS_MAX || performance.now() + waitMs >= deadline
        if (isLast || !isRetried(error)) throw error
        this.count++
        await Bun.sleep(waitMs)
      }
    }
  }
}
