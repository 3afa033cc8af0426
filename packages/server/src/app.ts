import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OPERATIONS } from '@parley/contract'
import manifest from '../package.json'
import type { Ground } from './assembly/ground.ts'
import { createLive } from './assembly/live.ts'
import { createOperations } from './assembly/operations.ts'
import { createPeople, type People } from './assembly/people.ts'
import { Resync } from './assembly/resync.ts'
import { createTalk, type Talk } from './assembly/talk.ts'
import { type Clock, systemClock } from './clock.ts'
import { openCluster, RELOAD_TOPIC } from './cluster/index.ts'
import type { Config } from './config.ts'
import { Dispatcher } from './faces/dispatch.ts'
import { HttpFaces } from './faces/http.ts'
import { Identity } from './faces/identity.ts'
import { Limits } from './faces/limits.ts'
import { Metrics } from './faces/metrics.ts'
import { createSite } from './faces/site.ts'
import { WebClient } from './faces/web-client/index.ts'
import { log } from './log.ts'
import { endpointOf, openFileStore } from './media/index.ts'
import type { Publish } from './modules/conversations/index.ts'
import { uploadName } from './modules/uploads/index.ts'
import type { Realtime, Timings } from './realtime/index.ts'
import { type DatabaseOptions, openDatabase } from './storage/index.ts'

/** Parley's version, as package.json has it. */
export const VERSION: string = manifest.version

/** Where the web client is when it is built. */
const CLIENT_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url))

const CLEANING_MS = 3600 * 1000

/** What tests may want to see or steer. */
export interface ServiceOptions extends DatabaseOptions {
  clock?: Clock
  timings?: Partial<Timings>
  /** Where the built web client is. */
  clientFolder?: string
}

/** Everything a running site consists of, put together; nothing listens yet. */
export type Services = Awaited<ReturnType<typeof createServices>>

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
}

/** What is done every hour: expired rows go, and sessions that only live on a websocket stay alive. */
async function clean({ sessions, codes }: People, realtime: Realtime): Promise<void> {
  await sessions.removeExpired()
  await codes.removeExpired()
  const open = new Set([...realtime.hub.sockets()].map(({ data }) => data.identity.sessionId))
  for (const sessionId of open) if (sessionId > 0) sessions.touch(sessionId)
}

/** The web client, if it is built. */
function loadClient(folder: string, { s3, mediaOrigins }: Config): Promise<WebClient | undefined> {
  const store = s3?.delivery === 'redirect' ? new URL(endpointOf(s3)).origin : undefined
  return WebClient.load(folder, { store, media: mediaOrigins })
}

/**
 * Opens the data folder and puts everything together.
 * @throws StoreError when the bucket cannot be used; Error when the data folder or the database cannot
 */
export async function createServices(
  config: Config,
  { clock = systemClock, timings, onQuery, clientFolder = CLIENT_FOLDER }: ServiceOptions = {},
) {
  const incoming = join(config.dataDir, 'incoming')
  await mkdir(incoming, { recursive: true })
  const client = await loadClient(clientFolder, config)
  // Before the database: a start that fails here leaves none behind.
  const files = await openFileStore(config)
  const db = await openDatabase(config, { onQuery })
  const cluster = await openCluster(config, clock).catch(async (error: unknown) => {
    await db.close()
    throw error
  })
  const publish: Publish = (channel, event, payload) => realtime.hub.publish(channel, event, payload)
  const clientOrigin = (fallback: string) => {
    const origins = [...realtime.hub.sockets()].map(({ data }) => data.identity.origin)
    return config.publicUrl ?? mostFrequent(origins) ?? fallback
  }
  const ground: Ground = { config, timings, clock, db, cluster, files, publish, clientOrigin }
  const people = await createPeople(ground)
  const talk: Talk = createTalk(ground, people, () => realtime)
  const realtime: Realtime = createLive(
    ground,
    people,
    () => talk,
    () => dispatcher,
  )
  const { settings, users, sessions, keys, setup } = people
  sessions.onEnd((sessionId) => realtime.hub.disconnectSession(sessionId))
  users.onDisabled(async (uid) => {
    await sessions.endAll(uid)
    realtime.hub.disconnectUser(uid)
  })

  const operations = createOperations(ground, people, talk, realtime)
  const resync = new Resync({ bus: cluster.bus, settings, realtime })
  const metrics = new Metrics({
    stats: () => realtime.stats(),
    waitingWrites: () => db.waitingWrites(),
    retriedWrites: () => db.retriedWrites(),
    redisLinked: config.redis && (() => cluster.failing().length === 0),
  })
  const dispatcher: Dispatcher = new Dispatcher({
    operations,
    limits: new Limits((name) => settings.rate(name), cluster.limiter),
    escapes: () => settings.on('html_escape'),
    observe: (path, code, ms) => metrics.observe(path, code, ms),
  })
  const identity = new Identity({
    sessions,
    keys,
    apiAllowed: config.apiAllowIps,
    legacySecret: config.legacyApiSecret,
    clock,
  })
  const faces = new HttpFaces({
    dispatcher,
    identity,
    temporaryDirectory: incoming,
    fileBytesMax: (path) =>
      settings.number(path === 'upload/file' ? 'file_megabytes' : 'image_megabytes') * 1024 * 1024,
  })
  const site = createSite({
    faces,
    files,
    uploadName: (path) => uploadName(db, path),
    metrics,
    operations: OPERATIONS,
    version: VERSION,
    siteName: () => settings.get('app_name'),
    setupUsable: (token) => setup.usable(token),
    trigger: (request, path, body) => realtime.trigger.handle(request, path, body),
    client,
    async health() {
      const failed = await db.ping().then(
        () => false,
        () => true,
      )
      return [...(failed ? ['database'] : []), ...cluster.failing()]
    },
  })
  const cleaning = setInterval(() => {
    clean(people, realtime).catch((error) => log.error({ error: String(error) }, 'cleaning_failed'))
  }, CLEANING_MS)
  cleaning.unref()

  return {
    ...people,
    ...talk,
    config,
    db,
    files,
    identity,
    realtime,
    site,
    /** Where uploads lie while they arrive. */
    incoming,
    /** Takes up, on every node, what another program has changed in the database: `parley user disable` … */
    async reload() {
      cluster.bus.publish(RELOAD_TOPIC, null)
      await resync.settled()
    },
    async close() {
      clearInterval(cleaning)
      resync.close()
      await cluster.close()
      await db.close()
    },
  }
}
