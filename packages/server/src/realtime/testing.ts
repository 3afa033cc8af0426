import type { Server } from 'bun'
import { LocalBus } from '../cluster/index.ts'
import { createRealtime, type Realtime, type RealtimeOptions } from './index.ts'
import type { App } from './signature.ts'
import type { SocketData, SocketIdentity } from './socket.ts'

export { until } from '../cluster/testing.ts'

/*
 * What the tests of this folder share: a site with a small cast, and a client that shows raw frames. Users prove who
 * they are with `?uid=9&session=3` at the handshake.
 */

export const PUSHER_APP: App = { key: 'test-key', secret: 'test-secret-0123456789', dialect: 'pusher' }
export const WOKER_APP: App = { key: 'old-key', secret: 'old-secret-0123456789', dialect: 'woker' }
const APPS = new Map([PUSHER_APP, WOKER_APP].map((app) => [app.key, app]))

/** Members of the groups: ann (1) and ben (2) are in group 7, ann alone in group 8; cid (3) is a stranger. */
export const ANN = 1
export const BEN = 2
export const CID = 3

export interface Site extends Realtime {
  readonly members: Map<number, Set<number>>
  /** What was stored about users: `[uid, state]`, in order. */
  readonly states: [number, string][]
  readonly port: number
  /** Opens a raw client of a user (0: nobody) and reads its first frame. */
  client(uid?: number, more?: ClientOptions): Promise<Client>
  stop(): Promise<void>
}

export interface ClientOptions {
  app?: App
  session?: number
  path?: string
  /** Does not wait for `connection_established`. */
  raw?: boolean
}

export function startSite(options: Partial<RealtimeOptions> = {}): Site {
  const members = new Map([
    [7, new Set([ANN, BEN])],
    [8, new Set([ANN])],
  ])
  const states: [number, string][] = []
  const realtime = createRealtime({
    apps: { find: (key) => APPS.get(key) },
    authorize: (uid, kind, id) => (kind === 'user' ? uid === id : (members.get(id)?.has(uid) ?? false)),
    describe: (uid) => ({ name: `user ${uid}`, avatar: `/avatar/${uid}.png` }),
    call: async (identity, path, params) => ({
      code: 0,
      msg: 'ok',
      data: { uid: identity.uid, path, params },
    }),
    setState: (uid, state) => void states.push([uid, state]),
    onlineUids: async () =>
      [...new Map(states)].filter(([, state]) => state === 'online').map(([uid]) => uid),
    ...options,
  })
  const server = Bun.serve<SocketData>({
    port: 0,
    hostname: '127.0.0.1',
    websocket: realtime.websocket,
    fetch: (request, self) => answer(realtime, request, self),
  })
  realtime.attach(server)
  const clients: Client[] = []
  const port = server.port as number
  return {
    ...realtime,
    members,
    states,
    port,
    async client(uid = 0, { app = PUSHER_APP, session = uid * 100, path, raw = false } = {}) {
      const target = path ?? `/app/${app.key}?protocol=7&uid=${uid}&session=${session}`
      const client = new Client(`ws://127.0.0.1:${port}${target}`)
      clients.push(client)
      if (!raw) await client.established()
      return client
    },
    async stop() {
      for (const client of clients) client.close()
      await realtime.drain(1000)
      await server.stop(true)
    },
  }
}

async function answer(
  realtime: Realtime,
  request: Request,
  server: Server<SocketData>,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/push/auth') {
    const form = new URLSearchParams(await request.text())
    const grant = await realtime.guard.grant(PUSHER_APP, {
      socketId: form.get('socket_id') ?? '',
      channelName: form.get('channel_name') ?? '',
      uid: Number(searchParams.get('uid')),
      sessionId: Number(searchParams.get('session')),
    })
    return grant ? Response.json(grant) : new Response('Forbidden', { status: 403 })
  }
  const triggered = await realtime.trigger.handle(request, pathname, await request.text())
  if (triggered) return triggered
  return realtime.upgrade(
    request,
    server,
    identityOf(Number(searchParams.get('uid')), Number(searchParams.get('session'))),
  )
}

const identityOf = (uid: number, sessionId: number): SocketIdentity => ({
  kind: uid === 0 ? 'visitor' : 'user',
  uid,
  sessionId,
  admin: false,
  visitorToken: '',
  address: '127.0.0.1',
  device: 'test',
  language: 'en',
  origin: 'http://localhost',
})

/** Joins the buses of several nodes within this process; what is published arrives at once, or never. */
export class Wire {
  readonly #buses = new Set<WiredBus>()
  /** What has travelled so far. */
  count = 0

  /** A new node's end of it. */
  bus(): WiredBus {
    const bus = new WiredBus((topic, payload) => {
      if (!this.#buses.has(bus)) return
      this.count++
      const text = JSON.stringify(payload)
      for (const other of this.#buses) if (other !== bus) other.deliver(topic, JSON.parse(text))
    })
    this.#buses.add(bus)
    return bus
  }

  cut(bus: WiredBus): void {
    this.#buses.delete(bus)
  }

  /** Joins it again. @param isTold whether its node notices */
  mend(bus: WiredBus, { isTold = true } = {}): void {
    this.#buses.add(bus)
    if (isTold) bus.tellLinked()
  }
}

class WiredBus extends LocalBus {
  override readonly isLocal = false
  readonly #linkHandlers: ((linked: boolean) => void)[] = []

  constructor(private readonly send: (topic: string, payload: unknown) => void) {
    super()
  }

  override publish(topic: string, payload: unknown): void {
    super.publish(topic, payload)
    this.send(topic, payload)
  }

  deliver(topic: string, payload: unknown): void {
    super.publish(topic, payload)
  }

  override onLink(handler?: (linked: boolean) => void): () => void {
    if (handler) this.#linkHandlers.push(handler)
    return () => {}
  }

  tellLinked(): void {
    for (const handler of this.#linkHandlers) handler(true)
  }
}

/** A websocket that keeps the frames it gets, as text, in order. */
export class Client {
  readonly #socket: WebSocket
  readonly #frames: string[] = []
  readonly #waiting: ((frame: string) => void)[] = []
  /** Resolves when the connection ends. */
  readonly closed: Promise<{ code: number; reason: string }>
  socketId = ''

  constructor(url: string) {
    this.#socket = new WebSocket(url)
    this.#socket.onmessage = ({ data }) => {
      const waiting = this.#waiting.shift()
      if (waiting) waiting(data)
      else this.#frames.push(data)
    }
    this.closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code, reason }) => resolve({ code, reason })
    })
  }

  async established(): Promise<void> {
    const frame = JSON.parse(await this.next())
    this.socketId = JSON.parse(frame.data).socket_id
  }

  /** The next frame, as it came. */
  next(): Promise<string> {
    const frame = this.#frames.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  sendText(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text)
  }

  send(event: string, data: unknown, channel?: string): void {
    this.sendText(JSON.stringify({ event, data, channel }))
  }

  /** Subscribes and returns what the server has to say. */
  async subscribe(channel: string, more: { auth?: string; channel_data?: string } = {}): Promise<string> {
    this.send('pusher:subscribe', { channel, ...more })
    return this.next()
  }

  /**
   * The frames that have come until the server has seen everything sent so far: a ping is answered in order, so
   * silence can be observed without waiting for a time.
   */
  async settle(): Promise<string[]> {
    const frames: string[] = []
    this.send('pusher:ping', {})
    for (let frame = await this.next(); !frame.includes(':pong"'); frame = await this.next())
      frames.push(frame)
    return frames
  }

  close(): void {
    this.#socket.close()
  }
}

/** What a frame of the test says, as the server has to write it. */
export const event = (name: string, payload: unknown, channel: string): string =>
  `{"event":"${name}","data":${JSON.stringify(JSON.stringify(payload))},"channel":"${channel}"}`

export const succeeded = (channel: string): string =>
  `{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"${channel}"}`

export const refused = (channel: string): string =>
  event(
    'pusher:subscription_error',
    { type: 'AuthError', error: `Not authorised to subscribe to ${channel}`, status: 403 },
    channel,
  )
