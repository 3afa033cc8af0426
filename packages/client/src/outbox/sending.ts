import { backoffMs } from '../backoff.ts'
import { NetworkError, ParleyError } from '../errors.ts'
import type { Timings } from '../timings.ts'

/** After so many failures a message waits for its writer. */
export const TRIES_MAX = 3
/** Trouble of the server's own; everything else it would refuse again. */
const SERVER_TROUBLE = new Set([500, 503])

/** What to do after a failure. */
export type Verdict =
  /** Try again after `ms`, or when the connection comes back; `counts` if it was a failure, and not just no network. */
  { readonly retry: true; readonly ms: number; readonly counts: boolean } | { readonly retry: false }

/**
 * Judges a failure to send a message.
 * @param isOnline whether the connection is up: without it a failure only says what is known
 * @param attempt failures before this one, counted or not
 */
export function judge(
  error: unknown,
  { isOnline, attempt, timings }: { isOnline: boolean; attempt: number; timings: Timings },
): Verdict {
  const ms = timings.resendMsMin / 2 + backoffMs(attempt, timings.resendMsMin, timings.resendMsMax)
  if (error instanceof ParleyError) {
    // Who writes faster than the site allows is late, not at fault.
    if (error.kind === 'too_many_requests') return { retry: true, ms: error.waitMs ?? ms, counts: false }
    // It waits for whoever wrote it to sign in again.
    if (error.isSignedOut) return { retry: true, ms: Number.POSITIVE_INFINITY, counts: false }
    return SERVER_TROUBLE.has(error.code)
      ? { retry: true, ms: Math.max(ms, error.waitMs ?? 0), counts: true }
      : { retry: false }
  }
  return { retry: true, ms, counts: isOnline || !(error instanceof NetworkError) }
}

/** The failure as the outbox shows it. */
export const describe = (error: unknown): { code: number; msg: string } =>
  error instanceof ParleyError
    ? { code: error.code, msg: error.msg }
    : { code: 0, msg: error instanceof Error ? error.message : String(error) }
