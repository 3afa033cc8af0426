/** Times of the client, in milliseconds. `createClient({ timings })` changes them; the defaults suit people's clients. */
export const TIMINGS = {
  /** How long a call may take. */
  callMs: 15_000,
  /** How long an upload of a browser may stand still on its way before it counts as lost. */
  stallMs: 30_000,
  /** How long the server may take with what has arrived: as long as a proxy usually waits for it. */
  storeMs: 120_000,
  /** How long a call over the websocket may wait for its answer before that is asked for a sign of life. */
  doubtMs: 4000,
  /** How long the websocket may take to open and greet. */
  openMs: 10_000,
  /** How long the answer to a ping may take, and half of it when somebody is looking. */
  pongMs: 10_000,
  /** Bounds of the wait before the next attempt to connect, with full jitter. */
  retryMsMin: 500,
  retryMsMax: 30_000,
  /** The shortest wait where the server asked for one (close codes 4100–4199). */
  pauseMs: 1000,
  /** How long a message may overtake the one before it until that one is fetched. */
  gapPatienceMs: 100,
  /** Bounds of the wait before a message is sent again. */
  resendMsMin: 1000,
  resendMsMax: 30_000,
} as const
export type Timings = { readonly [Name in keyof typeof TIMINGS]: number }
