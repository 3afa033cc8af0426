import { randomBytes } from 'node:crypto'
import type { Language } from '@parley/contract'
import type { ServerWebSocket } from 'bun'
import type { Dialect } from './frames.ts'

/** Close codes: pusher-js gives up after 40xx, waits a second after 41xx, comes back at once after 42xx. */
export const CLOSE = {
  unknownApp: 4001,
  tooManySockets: 4004,
  /** The session ended, or the user may no longer be here. */
  signedOut: 4009,
  /** Too far behind, too busy, or the server cannot answer just now. */
  tooSlow: 4100,
  reconnect: 4200,
  silent: 4201,
} as const

/** Limits of the websocket side. */
export const LIMITS = {
  /** Larger frames from a client close its socket (1009). */
  frameBytesMax: 65_536,
  /** On each node: more in all, where a site has several. */
  socketsPerUserMax: 20,
  channelsPerSocketMax: 1000,
  callsPerSocketMax: 64,
  clientEventsPerSecondMax: 10,
  /** Frames in ten seconds that were for nothing much (`patience.ts`); a client that comes back subscribes 1000 times. */
  wastedFramesMax: 5000,
  /** A reader this far behind is closed with 4100. */
  backlogBytesMax: 1 << 20,
  /** Where the runtime itself cuts a connection, without a code: one turn of the loop wrote all of it. */
  backlogBytesHardMax: 8 << 20,
  /** Members of a presence channel that a new subscriber is told of. */
  membersListedMax: 100,
  /** A presence channel larger than this no longer announces who comes and goes. */
  membersAnnouncedMax: 1000,
} as const
export type Limits = { readonly [Name in keyof typeof LIMITS]: number }

/** Times of the websocket side, in milliseconds. */
export const TIMINGS = {
  /** Silence of a client after which it is pinged, and again after as much. */
  pingAfterMs: 25_000,
  /** Silence after which it is dropped. */
  dropAfterMs: 60_000,
  /** How often silence and backlogs are looked at. */
  sweepMs: 1000,
  /** How long after its last socket a user counts as offline. */
  offlineAfterMs: 10_000,
  /** How long after a user's state could not be stored it is tried again. */
  stateRetryMs: 5000,
  /** How long the other nodes may take to say who listens there. */
  censusMs: 500,
  /** How long webhook events are collected. */
  webhookBatchMs: 1000,
  /** First wait before a webhook is tried again; doubled each time. */
  webhookRetryMs: 1000,
} as const
export type Timings = { readonly [Name in keyof typeof TIMINGS]: number }

/** Who opened a socket, as proved at the handshake. Has the shape of an operation's caller. */
export interface SocketIdentity {
  readonly kind: 'visitor' | 'user' | 'server'
  /** 0 when nobody is signed in. */
  readonly uid: number
  readonly admin: boolean
  readonly sessionId: number
  readonly visitorToken: string
  readonly address: string
  readonly device: string
  readonly language: Language
  readonly origin: string
}

/** What a client shows for a private or presence channel. */
export interface Credentials {
  readonly auth?: string
  /** Presence channels: JSON text `{user_id, user_info?}`. */
  readonly channelData?: string
  /**
   * The server itself tries again for a user who was admitted: what `push/auth` once granted to this socket stands
   * in for the signature. The user's right is looked up all the same.
   */
  readonly retry?: boolean
}

/** `push/auth` let a user's session subscribe a socket to a channel. `uid` is -1 once that was taken back. */
export interface Vouch {
  readonly uid: number
  readonly sessionId: number
}

/** What is kept for each connection. The optional collections exist only where they are used: most sockets have none. */
export interface SocketData {
  readonly socketId: string
  readonly appKey: string
  readonly dialect: Dialect
  readonly identity: SocketIdentity
  /** Why it is turned away as soon as it opens, if it is. */
  readonly refusal?: { readonly code: number; readonly message: string }
  /** Place in the node's order of openings and evictions. */
  serial: number
  open: boolean
  /** When the client last sent anything, ms. */
  lastSeen: number
  /** Pings sent since then. */
  pings: number
  /** Channel → the user it was proved for; 0 where it is open to everybody or the signature named nobody. */
  readonly channels: Map<string, number>
  /** Subscriptions being decided → the latest request, or null when the client has unsubscribed meanwhile. */
  pending?: Map<string, Credentials | null>
  /** Channels asked for and refused or lost; subscribed when the user is admitted. */
  awaited?: Set<string>
  vouches?: Map<string, Vouch>
  /** Its member id in each presence channel. */
  memberIds?: Map<string, string>
  /** Users other than its own that it was vouched for or listens as. */
  proofs?: Set<number>
  /** Sessions other than its own that vouched for it. */
  vouchers?: Set<number>
  callsInFlight: number
  /** The second in which client events are being counted, and how many there were. */
  eventSecond: number
  eventCount: number
  /** When frames that were for nothing much began to be counted (ms), and how many there were. */
  wastingSince: number
  wasted: number
}

export type Socket = ServerWebSocket<SocketData>

const AWAITED_MAX = 100
/** Everybody can ask for a connection: the parts are 48 random bits each, so that no id can be guessed. */
const ID_PART_BYTES = 6

/** `digits.digits`, 96 random bits. */
function newSocketId(): string {
  const bytes = randomBytes(2 * ID_PART_BYTES)
  return `${bytes.readUIntBE(0, ID_PART_BYTES)}.${bytes.readUIntBE(ID_PART_BYTES, ID_PART_BYTES)}`
}

export function newSocketData(
  about: Pick<SocketData, 'appKey' | 'dialect' | 'identity' | 'refusal'>,
  now: number,
): SocketData {
  return {
    ...about,
    socketId: newSocketId(),
    serial: 0,
    open: false,
    lastSeen: now,
    pings: 0,
    channels: new Map(),
    callsInFlight: 0,
    eventSecond: 0,
    eventCount: 0,
    wastingSince: now,
    wasted: 0,
  }
}

/** Remembers that the client wants a channel it may not hear now; the oldest wish is forgotten when there are many. */
export function awaitChannel(data: SocketData, name: string): void {
  data.awaited ??= new Set()
  const { awaited } = data
  awaited.delete(name)
  awaited.add(name)
  if (awaited.size > AWAITED_MAX) awaited.delete(awaited.values().next().value!)
}
