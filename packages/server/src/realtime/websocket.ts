import type { Server, WebSocketHandler } from 'bun'
import type { Clock } from '../clock.ts'
import { log } from '../log.ts'
import type { Protocol } from './pusher.ts'
import type { Apps } from './signature.ts'
import {
  CLOSE,
  type Limits,
  newSocketData,
  type Socket,
  type SocketData,
  type SocketIdentity,
} from './socket.ts'

/** `/app/{key}` and `/{anything}/app/{key}`. */
const SOCKET_PATH = /^(?:\/.*)?\/app\/([^/]+)\/?$/

/** The app key in the path of a websocket handshake; nothing when the path is not one. */
export const appKeyOf = (path: string): string | undefined => SOCKET_PATH.exec(path)?.[1]

/** The handlers that `Bun.serve` takes as `websocket`. */
export function websocketHandler(protocol: Protocol, limits: Limits): WebSocketHandler<SocketData> {
  return {
    open: (socket) => guarded(socket, () => protocol.open(socket)),
    message: (socket, message) => guarded(socket, () => protocol.message(socket, message)),
    ping: (socket) => protocol.heard(socket),
    pong: (socket) => protocol.heard(socket),
    close: (socket) => guarded(socket, () => protocol.close(socket)),
    maxPayloadLength: limits.frameBytesMax,
    backpressureLimit: limits.backlogBytesHardMax,
    // Otherwise frames beyond the limit are dropped, and nobody notices.
    closeOnBackpressureLimit: true,
    // The runtime counts its own writes as signs of life; `heartbeat.ts` counts what the client sends.
    idleTimeout: 0,
    sendPings: false,
    perMessageDeflate: { compress: 'shared', decompress: 'shared' },
  }
}

/** What is thrown here, the runtime would end the process for: nobody's frame may throw everybody out. */
function guarded(socket: Socket, handle: () => void): void {
  try {
    handle()
  } catch (error) {
    log.error({ error: String(error) }, 'socket_failed')
    socket.close(CLOSE.tooSlow, 'Try again')
  }
}

export interface UpgradeDependencies {
  apps: Apps
  clock: Clock
}

/**
 * Makes a websocket of a handshake to `/app/{key}`.
 * @param identity who opens it. A cookie proves nobody when the handshake comes from another site's page (its Origin
 *   is foreign): the caller passes a visitor then.
 * @returns the answer when it does not become a websocket
 */
export function upgrade(
  { apps, clock }: UpgradeDependencies,
  request: Request,
  server: Pick<Server<SocketData>, 'upgrade'>,
  identity: SocketIdentity,
): Response | undefined {
  const key = appKeyOf(new URL(request.url).pathname)
  if (key === undefined) return new Response('Not found', { status: 404 })
  const app = apps.find(key)
  const data = newSocketData(
    {
      appKey: app?.key ?? '',
      dialect: app?.dialect ?? 'pusher',
      identity,
      // Told on the socket itself: browsers hide the answer to a failed handshake from the page.
      refusal: app ? undefined : { code: CLOSE.unknownApp, message: 'Application does not exist' },
    },
    clock(),
  )
  if (server.upgrade(request, { data })) return undefined
  return new Response('Expected a websocket handshake', { status: 426, headers: { upgrade: 'websocket' } })
}
