import type { ErrorName } from '@parley/contract'

/** Codes that stand for one kind of error only; the others (1, 2, 3 …) are shared by many. */
export const KINDS: Readonly<Record<number, ErrorName>> = {
  84: 'not_friends',
  111: 'username_taken',
  112: 'username_invalid',
  113: 'phone_taken',
  200: 'all_silenced',
  202: 'add_friend_off',
  210: 'already_decided',
  400: 'file_illegal',
  405: 'method_not_allowed',
  413: 'too_large',
  429: 'too_many_requests',
  501: 'image_failed',
  503: 'unavailable',
  505: 'revoke_too_late',
  701: 'group_not_found',
  702: 'create_group_off',
}

/** How long to wait after code 503, which names no time, ms. */
const UNAVAILABLE_WAIT_MS = 2000
const TOO_MANY_REQUESTS = 429
const UNAVAILABLE = 503
/** What says that the caller has no session, or no longer may have one: not signed in, disabled, deleted. */
const SESSION_CODES = new Set([-1, 85, 101])

/** The server's refusal: an answer whose `code` is not 0. */
export class ParleyError extends Error {
  /** Which error it is, where the code alone tells. */
  readonly kind: ErrorName | undefined
  /** After how many ms another try makes sense; undefined where the same call would be refused again. */
  readonly waitMs: number | undefined

  /**
   * @param code the number on the wire
   * @param msg the server's text for people, in the caller's language
   * @param path the operation that was called
   */
  constructor(
    readonly code: number,
    readonly msg: string,
    readonly path: string,
  ) {
    super(`${path}: ${code} ${msg}`)
    this.name = 'ParleyError'
    this.kind = KINDS[code]
    this.waitMs = waitOf(code, msg)
  }

  /** True when the session has ended or was none. */
  get isSignedOut(): boolean {
    return this.code === -1
  }
}

/** The seconds to wait are named in the text alone: “… 12 秒后 …”, “… in 12 s”. */
function waitOf(code: number, msg: string): number | undefined {
  if (code === UNAVAILABLE) return UNAVAILABLE_WAIT_MS
  if (code === TOO_MANY_REQUESTS) return 1000 * Number(/\d+/.exec(msg)?.[0] ?? 1)
  return undefined
}

/**
 * What went wrong on the way: `unreachable` – nobody answered; `timeout` – not in time; `closed` – the connection
 * ended first; `unexpected` – somebody else answered (a proxy's error page).
 */
export type NetworkReason = 'unreachable' | 'timeout' | 'closed' | 'unexpected'

/** The call did not come back. */
export class NetworkError extends Error {
  /**
   * @param mayHaveArrived false when the server certainly did not see the call
   */
  constructor(
    readonly reason: NetworkReason,
    readonly path: string,
    readonly mayHaveArrived: boolean,
    cause?: unknown,
  ) {
    super(`${path}: ${reason}`, { cause })
    this.name = 'NetworkError'
  }
}

/** There is no session (any more), or the websocket was refused for good: {@link Status.state} tells which. */
export class ConnectionRefusedError extends Error {
  /**
   * @param state the connection's state now
   * @param code the close code, or the code of the answer that said so
   */
  constructor(
    readonly state: 'unauthorised' | 'refused',
    readonly code: number,
    message: string,
  ) {
    super(message)
    this.name = 'ConnectionRefusedError'
  }
}

/** Whether an answer means that this user has no business here (any more). */
export const endsSession = (error: unknown): error is ParleyError =>
  error instanceof ParleyError && SESSION_CODES.has(error.code)
