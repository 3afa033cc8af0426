import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Language } from '@parley/contract'
import type { Server } from 'bun'
import type { Services } from './app.ts'
import { failureEnvelope } from './faces/dispatch.ts'
import { type CallOrigin, deviceOf, requestLanguage } from './faces/identity.ts'
import { isCrossSite, originOf } from './faces/network.ts'
import { appKeyOf, type SocketData } from './realtime/index.ts'

/** How long a stop waits for all that is under way, calls over sockets and over HTTP together. */
const GRACE_MS = 5000
/** How long the last frames may take when that time is used up. */
const FAREWELL_MS = 500
/** Uploads are counted while they stream; this only keeps the runtime from refusing them first. */
const BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER
const IDLE_SECONDS = 60
const LOOPBACK = new Set(['127.0.0.1', '::1'])

const unaddressed = (language: Language): Response => {
  const reason = { zh: 'Host 无效', en: 'its Host is not valid' }
  return Response.json(failureEnvelope(new AppError('bad_request', { reason }), language, ''), {
    status: 400,
  })
}

/** A listening site. */
export interface RunningServer {
  /** `http://host:port` for people on this machine. */
  readonly url: string
  readonly port: number
  /** Where the generated server key lies; undefined when it is not in force. */
  readonly serverKeyFile: string | undefined
  /** The token of the first administrator's one-time link; undefined once there is an administrator. */
  readonly setupToken: string | undefined
  /**
   * Stops: no new calls, running ones finish, sockets are told to reconnect (4200), everything is written, the
   * database is closed. Takes 10 s at most.
   */
  close(): Promise<void>
}

/** What a start owes, before anybody comes. */
async function prepare({ config, keys, administrators, setup, incoming, realtime, users }: Services) {
  const serverKeyFile = await keys.ensure({ apiKey: config.apiKey, dataDir: config.dataDir })
  if (config.admin) await administrators.ensure(config.admin)
  const setupToken = await setup.prepare()
  // Uploads that a killed process left half way.
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { recursive: true, force: true })
  // Who was online when the last process ended is given the usual time to come back. Where other nodes have to be asked,
  // nobody waits for it.
  void realtime.presence.resume(await users.onlineUids())
  return { serverKeyFile, setupToken }
}

/**
 * Does what a start owes (the server key, the administrator, the setup link) and listens on the configured address.
 * HTTP, websocket and trigger API share the one port.
 * @throws ConfigError when ADMIN_USERNAME names an ordinary account; Error with `code` EADDRINUSE when the port is taken
 */
export async function startServer(services: Services): Promise<RunningServer> {
  const { config, site, identity, keys, realtime } = services
  const trust = { trusted: config.trustProxy, publicUrl: config.publicUrl }

  /** `/metrics` is for this machine, and for those who carry a server key. */
  const mayObserve = async (request: Request, address: string): Promise<boolean> => {
    if (LOOPBACK.has(address) && !request.headers.has('x-forwarded-for')) return true
    return keys.check(request.headers.get('authorization')?.replace(/^bearer /i, '') ?? '')
  }

  const upgrade = async (request: Request, server: Server<SocketData>, origin: CallOrigin) => {
    const sameSite = !isCrossSite(request, origin.origin)
    return realtime.upgrade(request, server, await identity.socket(request, origin, sameSite))
  }

  const { serverKeyFile, setupToken } = await prepare(services)

  const server = Bun.serve<SocketData>({
    hostname: config.host,
    port: config.port,
    idleTimeout: IDLE_SECONDS,
    // Else an answer that breaks off prints a stack trace.
    development: false,
    maxRequestBodySize: BODY_BYTES_MAX,
    websocket: realtime.websocket,
    fetch(request, server) {
      // A Host that is none, or none at all.
      if (!URL.canParse(request.url)) return unaddressed(requestLanguage(request))
      const peer = server.requestIP(request)?.address ?? ''
      const url = new URL(request.url)
      const origin = originOf(request, url, peer, trust)
      if (request.headers.has('upgrade') && appKeyOf(url.pathname) !== undefined) {
        return upgrade(request, server, {
          ...origin,
          device: deviceOf(request),
          language: requestLanguage(request, url.searchParams.get('lang') ?? undefined),
        })
      }
      return site.fetch(request, { url, origin, mayObserve: () => mayObserve(request, origin.address) })
    },
    error: (error) => Response.json(failureEnvelope(error, 'zh', ''), { status: 500 }),
  })
  realtime.attach(server)

  const host = ['0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    port: server.port!,
    serverKeyFile,
    setupToken,
    async close() {
      // Listening ends first; answers that are being made still go out. With the last webhooks all this stays well below
      // the time after which the process is ended (`cli/stopping.ts`): the database is yet to be closed.
      const stopped = server.stop()
      const graceEndsAt = performance.now() + GRACE_MS
      await realtime.drain(GRACE_MS)
      await Promise.race([stopped, Bun.sleep(Math.max(FAREWELL_MS, graceEndsAt - performance.now()))])
      await server.stop(true)
      await services.close()
    },
  }
}
