import type { Server, WebSocketHandler } from 'bun'
import { type Clock, systemClock } from '../clock.ts'
import { type Bus, type Claims, LocalBus, LocalClaims, newNodeId } from '../cluster/index.ts'
import { type CallHandler, Calls } from './calls.ts'
import { Census } from './census.ts'
import { type Authorize, type Describe, Guard } from './guard.ts'
import { Heartbeat } from './heartbeat.ts'
import { Hub } from './hub.ts'
import { MemberExchange } from './member-exchange.ts'
import { Patience } from './patience.ts'
import { Presence, type PresenceDependencies } from './presence.ts'
import { Protocol } from './pusher.ts'
import { tellToResync } from './resync.ts'
import { RightsCheck } from './rights-check.ts'
import type { App, Apps } from './signature.ts'
import { LIMITS, type Limits, type SocketData, type SocketIdentity, TIMINGS, type Timings } from './socket.ts'
import { Subscribing } from './subscribing.ts'
import { Trigger } from './trigger.ts'
import { Webhooks } from './webhooks.ts'
import { upgrade, websocketHandler } from './websocket.ts'

export type { CallHandler } from './calls.ts'
export type { Authorize, Describe, Guard } from './guard.ts'
export type { Hub } from './hub.ts'
export type { Presence } from './presence.ts'
export type { App, Apps } from './signature.ts'
export type { SocketData, SocketIdentity, Timings } from './socket.ts'
export { TRIGGER_BODY_BYTES_MAX } from './trigger.ts'
export { appKeyOf } from './websocket.ts'

export interface RealtimeOptions {
  apps: Apps
  authorize: Authorize
  describe: Describe
  call: CallHandler
  setState: PresenceDependencies['setState']
  onlineUids: PresenceDependencies['onlineUids']
  /** Which of these sessions live, as the database has it now; all of them when not given. */
  livingSessions?: (ids: readonly number[]) => Promise<ReadonlySet<number>>
  /** The way to the other nodes, and what this one is called there; a node alone without. */
  bus?: Bus
  claims?: Claims
  nodeId?: string
  /** Changes the payload of product events before they become text (the setting `html_escape`). */
  transform?: (event: string, payload: unknown) => unknown
  /** Where channel and member events are posted (`WEBHOOK_URL`), and the application that signs them. */
  webhook?: { url: string; app: Pick<App, 'key' | 'secret'> }
  clock?: Clock
  limits?: Partial<Limits>
  timings?: Partial<Timings>
}

export type RealtimeStats = ReturnType<Hub['stats']> &
  ReturnType<Heartbeat['stats']> & {
    /** Users who count as online. */
    online: number
    callsInFlight: number
  }

/** The push side of the server, put together. */
export interface Realtime {
  readonly hub: Hub
  readonly guard: Guard
  readonly presence: Presence
  readonly trigger: Trigger
  /** For `Bun.serve({ websocket })`. */
  readonly websocket: WebSocketHandler<SocketData>
  /** Gives it the server as soon as there is one, and starts the heartbeat. */
  attach(server: Server<SocketData>): void
  /** See `upgrade` in websocket.ts. */
  upgrade(request: Request, server: Server<SocketData>, identity: SocketIdentity): Response | undefined
  /** Ends what this node's sockets may no longer hear; see `RightsCheck.run`. */
  checkRights(options: { isReturn: boolean }): Promise<void>
  /** Tells the clients of this node that they may have missed events. */
  tellToResync(): Promise<void>
  /** Figures for the metrics of this node. */
  stats(): RealtimeStats
  /**
   * Ends it all for a stop of the server: calls under way are answered (for `graceMs` at most), clients are told to
   * reconnect, waiting webhooks are sent.
   */
  drain(graceMs: number): Promise<void>
}

/** How long the last webhooks may take when the server stops. */
const WEBHOOK_GRACE_MS = 2000

export function createRealtime(options: RealtimeOptions): Realtime {
  const { apps, clock = systemClock, transform, webhook } = options
  const { bus = new LocalBus(), claims = new LocalClaims(), nodeId = newNodeId() } = options
  const limits = { ...LIMITS, ...options.limits }
  const timings = { ...TIMINGS, ...options.timings }
  const hub = new Hub({ bus, limits, transform })
  const guard = new Guard({ apps, authorize: options.authorize, describe: options.describe, hub })
  const { livingSessions = async (ids) => new Set(ids) } = options
  const rights = new RightsCheck({ hub, guard, livingSessions })
  const patience = new Patience(clock, limits)
  const calls = new Calls(options.call, limits.callsPerSocketMax, patience)
  const subscribing = new Subscribing(hub, guard, limits)
  const protocol = new Protocol({ hub, subscribing, calls, patience, clock, limits, timings })
  const heartbeat = new Heartbeat({ hub, clock, limits, timings })
  const presence = new Presence({
    setState: options.setState,
    onlineUids: options.onlineUids,
    claims,
    clock,
    ...timings,
  })
  hub.observe({ userOpened: (uid) => presence.opened(uid), userClosed: (uid) => presence.closed(uid) })
  const { webhookBatchMs: batchMs, webhookRetryMs: retryMs } = timings
  const webhooks = webhook && new Webhooks({ ...webhook, claims, clock, batchMs, retryMs })
  if (webhooks) hub.observe(webhooks)
  const exchange = new MemberExchange({ bus, claims, nodeId, members: hub.subscriptions.members })
  hub.observe(exchange)
  const census = new Census({ bus, nodeId, hub, others: exchange, answerMs: timings.censusMs })

  return {
    hub,
    guard,
    presence,
    trigger: new Trigger({ hub, census, apps, clock }),
    websocket: websocketHandler(protocol, limits),
    attach(server) {
      hub.attach(server)
      heartbeat.start()
      exchange.start()
    },
    upgrade: (request, server, identity) => upgrade({ apps, clock }, request, server, identity),
    checkRights: (options) => rights.run(options),
    tellToResync: () => tellToResync(hub),
    stats: () => ({
      ...hub.stats(),
      ...heartbeat.stats(),
      online: presence.size,
      callsInFlight: calls.inFlight,
    }),
    async drain(graceMs) {
      const { promise: patienceEnded, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      await Promise.race([Promise.all([presence.close(), calls.stop()]), patienceEnded])
      clearTimeout(timer)
      await hub.drain()
      heartbeat.stop()
      exchange.stop()
      census.stop()
      await webhooks?.close(WEBHOOK_GRACE_MS)
    },
  }
}
