import type { Server, WebSocketHandler } from 'bun'
import { type Clock, systemClock } from '../clock.ts'
import { type Bus, LocalBus } from '../cluster/index.ts'
import { type CallHandler, Calls } from './calls.ts'
import { type Authorize, type Describe, Guard } from './guard.ts'
import { Heartbeat } from './heartbeat.ts'
import { Hub } from './hub.ts'
import { Patience } from './patience.ts'
import { Presence, type PresenceDependencies } from './presence.ts'
import { Protocol } from './pusher.ts'
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
  bus?: Bus
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
  const { apps, clock = systemClock, bus = new LocalBus(), transform, webhook } = options
  const limits = { ...LIMITS, ...options.limits }
  const timings = { ...TIMINGS, ...options.timings }
  const hub = new Hub({ bus, limits, transform })
  const guard = new Guard({ apps, authorize: options.authorize, describe: options.describe, hub })
  const patience = new Patience(clock, limits)
  const calls = new Calls(options.call, limits.callsPerSocketMax, patience)
  const subscribing = new Subscribing(hub, guard, limits)
  const protocol = new Protocol({ hub, subscribing, calls, patience, clock, limits, timings })
  const heartbeat = new Heartbeat({ hub, clock, limits, timings })
  const presence = new Presence({ setState: options.setState, clock, offlineAfterMs: timings.offlineAfterMs })
  hub.observe({ userOpened: (uid) => presence.opened(uid), userClosed: (uid) => presence.closed(uid) })
  const { webhookBatchMs: batchMs, webhookRetryMs: retryMs } = timings
  const webhooks = webhook && new Webhooks({ ...webhook, clock, batchMs, retryMs })
  if (webhooks) hub.observe(webhooks)

  return {
    hub,
    guard,
    presence,
    trigger: new Trigger({ hub, apps, clock }),
    websocket: websocketHandler(protocol, limits),
    attach(server) {
      hub.attach(server)
      heartbeat.start()
    },
    upgrade: (request, server, identity) => upgrade({ apps, clock }, request, server, identity),
    stats: () => ({
      ...hub.stats(),
      ...heartbeat.stats(),
      online: presence.size,
      callsInFlight: calls.inFlight,
    }),
    async drain(graceMs) {
      presence.close()
      const { promise: patienceEnded, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      await Promise.race([calls.stop(), patienceEnded])
      clearTimeout(timer)
      await hub.drain()
      heartbeat.stop()
      await webhooks?.close(WEBHOOK_GRACE_MS)
    },
  }
}
