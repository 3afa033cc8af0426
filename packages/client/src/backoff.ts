/**
 * A wait with full jitter, so that clients who lost the same server do not come back in step: anything up to a bound
 * that doubles with each attempt.
 * @param attempt 0 for the first
 * @returns ms
 */
export function backoffMs(attempt: number, minMs: number, maxMs: number): number {
  return Math.random() * Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30))
}
