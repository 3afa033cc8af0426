import type { Clock } from '../clock.ts'
import type { Calls } from './calls.ts'
import { isEncrypted, readChannel } from './channel.ts'
import { errorFrame, establishedFrame, pongFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Patience } from './patience.ts'
import { CLOSE, type Limits, type Socket, type Timings } from './socket.ts'
import type { Subscribing } from './subscribing.ts'

export interface ProtocolDependencies {
  hub: Hub
  subscribing: Subscribing
  calls: Calls
  patience: Patience
  clock: Clock
  limits: Limits
  timings: Timings
}

/** What pusher-js and its like send most, as they write it: answered without being parsed. */
const PINGS = new Set(['{"event":"pusher:ping","data":{}}', '{"event":"woker:ping","data":{}}'])
const EVENT_CHARACTERS_MAX = 200
/** Clients ping this much before the server would, so that one exchange serves both. */
const ACTIVITY_LEAD_MS = 1000

/**
 * The Pusher Channels protocol, version 7: what arrives on a socket and what it is answered. Both dialects are
 * understood on every socket; answers come in the dialect of its application.
 */
export class Protocol {
  readonly #activityTimeoutSeconds: number

  constructor(private readonly dependencies: ProtocolDependencies) {
    const { pingAfterMs } = dependencies.timings
    this.#activityTimeoutSeconds = Math.max(1, Math.floor((pingAfterMs - ACTIVITY_LEAD_MS) / 1000))
  }

  open(socket: Socket): void {
    const { hub } = this.dependencies
    const { data } = socket
    const refusal = data.refusal ?? this.#refusalOf(socket)
    if (refusal) {
      socket.send(errorFrame(data.dialect, refusal.code, refusal.message))
      socket.close(refusal.code, refusal.message)
      return
    }
    this.heard(socket)
    socket.send(establishedFrame(data.dialect, data.socketId, this.#activityTimeoutSeconds))
    hub.add(socket)
  }

  message(socket: Socket, message: string | Buffer): void {
    if (!socket.data.open) return
    this.heard(socket)
    if (typeof message === 'string' && PINGS.has(message)) {
      socket.send(pongFrame(socket.data.dialect))
      return
    }
    const frame = readFrame(message)
    const isCall = typeof frame !== 'string' && frame.event === 'parley:call'
    if (!isCall && !this.dependencies.patience.spend(socket)) return
    if (typeof frame === 'string') this.#complain(socket, frame)
    else this.#dispatch(socket, frame)
  }

  close(socket: Socket): void {
    this.dependencies.hub.remove(socket)
  }

  /** Notes a sign of life: any frame, pings and pongs of the websocket itself included. */
  heard({ data }: Socket): void {
    data.lastSeen = this.dependencies.clock()
    data.pings = 0
  }

  #dispatch(socket: Socket, frame: ClientFrame): void {
    const { hub, subscribing, calls } = this.dependencies
    switch (frame.event) {
      case 'pusher:subscribe':
      case 'woker:subscribe':
        subscribing.subscribe(socket, recordOf(frame.data))
        break
      case 'pusher:unsubscribe':
      case 'woker:unsubscribe':
        subscribing.unsubscribe(socket, recordOf(frame.data).channel)
        break
      case 'pusher:ping':
      case 'woker:ping':
        socket.send(pongFrame(socket.data.dialect))
        break
      case 'parley:call':
        calls.receive(socket, recordOf(frame.data))
        break
      default: {
        // Anything else is harmless (`pusher:pong`, later versions' frames), and old clients throw on errors.
        if (!frame.event.startsWith('client-')) return
        const rejection = this.#rejectionOf(socket, frame)
        if (rejection) socket.send(errorFrame(socket.data.dialect, ...rejection))
        else hub.relay(socket, frame.channel as string, frame.event, jsonText(frame.data))
      }
    }
  }

  /** Why a client's own event is not passed on: private and presence channels only, and only where it listens. */
  #rejectionOf(socket: Socket, { event, channel: name }: ClientFrame): [number | null, string] | undefined {
    const channel = readChannel(name)
    // Everybody hears `global`, visitors too: nobody but the site speaks there.
    if (
      !channel ||
      channel.visibility === 'public' ||
      channel.kind === 'global' ||
      isEncrypted(channel.name)
    ) {
      return [null, 'Client event rejected - only supported on private and presence channels']
    }
    if (!socket.data.channels.has(channel.name)) {
      return [null, `Client event rejected - not subscribed to ${channel.name}`]
    }
    if (event.length > EVENT_CHARACTERS_MAX) return [null, 'Client event rejected - name too long']
    if (!this.#mayEmit(socket)) return [4301, 'Client event rejected due to rate limit']
    return undefined
  }

  #mayEmit({ data }: Socket): boolean {
    const second = Math.floor(this.dependencies.clock() / 1000)
    if (data.eventSecond !== second) {
      data.eventSecond = second
      data.eventCount = 0
    }
    return ++data.eventCount <= this.dependencies.limits.clientEventsPerSecondMax
  }

  /** Why a socket cannot stay although its handshake was good. */
  #refusalOf({ data }: Socket): { code: number; message: string } | undefined {
    const { hub, limits, timings, clock } = this.dependencies
    if (hub.draining) return { code: CLOSE.reconnect, message: 'Server restarting' }
    const { uid, sessionId } = data.identity
    if (uid === 0) return undefined
    if (hub.hasEnded(sessionId)) return { code: CLOSE.signedOut, message: 'Signed out' }
    const others = hub.socketsOpenedBy(uid)
    if (others.length < limits.socketsPerUserMax) return undefined
    // A phone that lost its network leaves sockets behind: one that did not answer a ping makes room. A living one
    // stays, and the newcomer is told not to come back (40xx), or two windows would throw each other out for ever.
    const stalest = others.reduce((one, other) => (other.data.lastSeen < one.data.lastSeen ? other : one))
    if (clock() - stalest.data.lastSeen > timings.pingAfterMs + 2 * timings.sweepMs) {
      stalest.close(CLOSE.silent, 'No answer to pings')
      return undefined
    }
    return {
      code: CLOSE.tooManySockets,
      message: `Too many connections: at most ${limits.socketsPerUserMax}`,
    }
  }

  #complain(socket: Socket, message: string): void {
    socket.send(errorFrame(socket.data.dialect, null, message))
  }
}

interface ClientFrame {
  readonly event: string
  readonly channel?: unknown
  readonly data?: unknown
}

/** A client's frame, or what is wrong with it. */
function readFrame(message: string | Buffer): ClientFrame | string {
  if (typeof message !== 'string') return 'Only text frames are understood'
  let frame: unknown
  try {
    frame = JSON.parse(message)
  } catch {
    return 'Invalid JSON'
  }
  if (!isRecord(frame)) return 'Empty event'
  const { event, channel, data } = frame
  return typeof event === 'string' && event !== '' ? { event, channel, data } : 'Empty event'
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The `data` of a frame: an object, or one as JSON text. */
function recordOf(data: unknown): Record<string, unknown> {
  if (typeof data !== 'string') return isRecord(data) ? data : {}
  try {
    const value: unknown = JSON.parse(data)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

/** A client event's data as JSON text: text that is JSON already goes on as it is. */
function jsonText(data: unknown): string {
  if (typeof data !== 'string') return JSON.stringify(data ?? {})
  try {
    JSON.parse(data)
    return data
  } catch {
    return JSON.stringify(data)
  }
}
