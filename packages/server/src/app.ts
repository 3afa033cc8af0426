import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { escapeAnswer, OPERATIONS } from '@parley/contract'
import manifest from '../package.json'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { Dispatcher } from './faces/dispatch.ts'
import { HttpFaces } from './faces/http.ts'
import { Identity } from './faces/identity.ts'
import { Limits } from './faces/limits.ts'
import { Metrics } from './faces/metrics.ts'
import { createSite } from './faces/site.ts'
import { callOverSocket } from './faces/socket.ts'
import { log } from './log.ts'
import { LocalFileStore } from './media/index.ts'
import {
  Apps,
  accountOperations,
  Captchas,
  Credentials,
  hashPassword,
  Login,
  loadSecrets,
  MemoryOneTimeStore,
  ServerKeys,
  Sessions,
  verifyPassword,
} from './modules/accounts/index.ts'
import { Administrators, adminOperations, Setup } from './modules/admin/index.ts'
import { Conversations, type Publish } from './modules/conversations/index.ts'
import { FriendRequests, Friends, friendOperations, Profiles } from './modules/friends/index.ts'
import { createGroups } from './modules/groups/index.ts'
import { createMessages } from './modules/messages/index.ts'
import { ChatList, popOperations } from './modules/pop/index.ts'
import { pushOperations } from './modules/push/index.ts'
import { Invites, qrcodeOperations } from './modules/qrcode/index.ts'
import { Replies, replyOperations } from './modules/replies/index.ts'
import { Settings, settingsOperations } from './modules/settings/index.ts'
import { createSmsDriver, SmsCodes, smsOperations } from './modules/sms/index.ts'
import { uploadName, uploadOperations } from './modules/uploads/index.ts'
import { pictureOf, Users, userOperations } from './modules/users/index.ts'
import type { Operation } from './operation.ts'
import { createRealtime, LocalBus, type Realtime, type Timings } from './realtime/index.ts'
import { clearCaches, type Database, type DatabaseOptions, openSqlite } from './storage/index.ts'

/** Parley's version, as package.json has it. */
export const VERSION: string = manifest.version

const GREETING = '我通过了你的好友请求，我们来聊天吧'
const CLEANING_MS = 3600 * 1000
const CAPTCHAS_MAX = 50_000

/** What the parts share: time, storage, and the line between nodes. */
interface Ground {
  config: Config
  timings: Partial<Timings> | undefined
  clock: Clock
  db: Database
  bus: LocalBus
  /** Pushes an event; the hub takes it over as soon as it is there. */
  publish: Publish
  /** The address by which most open sockets came; `fallback` when there are none. */
  clientOrigin: (fallback: string) => string
}

/** What tests may want to see or steer. */
export interface ServiceOptions extends DatabaseOptions {
  clock?: Clock
  timings?: Partial<Timings>
}

/** Everything a running site consists of, put together; nothing listens yet. */
export type Services = Awaited<ReturnType<typeof createServices>>

/** Accounts, sessions and what proves who is who. */
async function createPeople({ config, clock, db, bus, publish, clientOrigin }: Ground) {
  const common = { db, clock, invalidations: bus }
  const secrets = await loadSecrets(config.dataDir)
  const apps = await Apps.load(db, config.app)
  const settings = new Settings({ db, invalidations: bus, publish, apps, clientOrigin })
  await settings.load()
  const users = new Users(common)
  const sessions = new Sessions({ ...common, users })
  const keys = new ServerKeys(common)
  const credentials = new Credentials({ db, users, sessions })
  const codes = new SmsCodes({ db, clock, driver: createSmsDriver(config.sms), secret: secrets.sms })
  const captchas = new Captchas(new MemoryOneTimeStore(CAPTCHAS_MAX, clock))
  const login = new Login({ users, settings, sessions, credentials, captchas, codes })
  const administrators = new Administrators({ db, users })
  const setup = new Setup({ dataDir: config.dataDir, administrators })
  return {
    secrets,
    apps,
    settings,
    users,
    sessions,
    keys,
    credentials,
    codes,
    login,
    administrators,
    setup,
  }
}

type People = Awaited<ReturnType<typeof createPeople>>

/** Who talks where: friends, groups, messages. */
function createTalk(ground: Ground, people: People, files: LocalFileStore, realtime: () => Realtime) {
  const { db, clock, bus, publish } = ground
  const { settings, users, secrets } = people
  const common = { db, clock, invalidations: bus, publish, users }
  const conversations = new Conversations(common)
  const friends = new Friends({ ...common, conversations })
  const invites = new Invites({ secret: secrets.invite, clock })
  const groups = createGroups({
    ...common,
    settings,
    friends,
    conversations,
    files,
    verifyInvite: (token, gid) => invites.verify(token, gid),
    admit: (uid, channel) => realtime().hub.admit(uid, channel),
    evict: (uid, channel) => realtime().hub.evict(uid, channel),
  })
  const replies = new Replies(common)
  const messages = createMessages({
    ...common,
    settings,
    friends,
    groups: groups.groups,
    conversations,
    replies,
  })
  const requests = new FriendRequests({
    ...common,
    friends,
    settings,
    greet: (from, to) => messages.sending.send(from, { to, type: 'friend', content: GREETING }),
  })
  const profiles = new Profiles({ db, users, friends, settings })
  return { conversations, friends, requests, profiles, invites, groups, replies, messages }
}

type Talk = ReturnType<typeof createTalk>

function createOperations(
  ground: Ground,
  people: People,
  talk: Talk,
  realtime: Realtime,
  files: LocalFileStore,
): Operation[] {
  const { db, clock } = ground
  const { settings, users, sessions, credentials, login, codes, setup, apps } = people
  const { conversations, friends, requests, profiles, invites, replies, messages } = talk
  const { groups } = talk.groups
  const { chats } = messages
  const endSessions = (uid: number) => sessions.endAll(uid)
  return [
    ...accountOperations({ users, sessions, credentials, login, codes }),
    ...smsOperations({ db, users, settings, codes }),
    ...adminOperations({ settings, setup, login }),
    ...settingsOperations({ settings }),
    ...userOperations({ users, profiles, hashPassword, verifyPassword, endSessions }),
    ...friendOperations({ friends, requests, users, conversations }),
    ...talk.groups.operations,
    ...replyOperations({ replies }),
    ...messages.operations,
    ...popOperations({
      users,
      friends,
      groups,
      chats,
      chatList: new ChatList({ db, users, friends }),
      conversations,
      settings,
    }),
    ...uploadOperations({ db, clock, settings, users, groups, files }),
    ...qrcodeOperations({ settings, users, groups, invites }),
    ...pushOperations({ app: apps.pusher, guard: realtime.guard, hub: realtime.hub }),
  ]
}

/** The live side, with the site's rules about who may listen to what. */
function createLive(
  ground: Ground,
  people: People,
  talk: () => Talk,
  dispatcher: () => Dispatcher,
): Realtime {
  const { config, timings, clock, bus } = ground
  const { apps, users, settings } = people
  const outgoing = <Data>(data: Data): Data => (settings.on('html_escape') ? escapeAnswer(data) : data)
  const live: Realtime = createRealtime({
    apps,
    clock,
    timings,
    bus,
    async authorize(uid, kind, id) {
      if (kind === 'group') return talk().groups.groups.isMember(id, uid)
      return uid === id && (await users.find(uid))?.account_state === 'normal'
    },
    async describe(uid) {
      const account = await users.find(uid)
      return outgoing({ name: account?.nickname ?? '', avatar: account ? pictureOf(account) : '' })
    },
    call: (identity, path, params) => callOverSocket(dispatcher(), identity, path, params),
    async setState(uid, state, at) {
      await users.setState(uid, state, at)
      const friends = await talk().friends.uidsOf(uid)
      if (friends.length > 0)
        live.hub.publish(
          friends.map((friend) => `user-${friend}`),
          'state',
          { uid, state },
        )
    },
    transform: (_, payload) => outgoing(payload),
    webhook: config.webhookUrl ? { url: config.webhookUrl, app: apps.pusher } : undefined,
  })
  return live
}

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

/**
 * Opens the data folder and puts everything together.
 * @throws Error when the data folder or the database cannot be used
 */
export async function createServices(
  config: Config,
  { clock = systemClock, timings, onQuery }: ServiceOptions = {},
) {
  const incoming = join(config.dataDir, 'incoming')
  await mkdir(incoming, { recursive: true })
  const db = await openSqlite(join(config.dataDir, 'parley.sqlite'), { onQuery })
  const bus = new LocalBus()
  const publish: Publish = (channel, event, payload) => realtime.hub.publish(channel, event, payload)
  const clientOrigin = (fallback: string) => {
    const origins = [...realtime.hub.sockets()].map(({ data }) => data.identity.origin)
    return config.publicUrl ?? mostFrequent(origins) ?? fallback
  }
  const ground: Ground = { config, timings, clock, db, bus, publish, clientOrigin }
  const people = await createPeople(ground)
  const files = new LocalFileStore(config.dataDir)
  const talk: Talk = createTalk(ground, people, files, () => realtime)
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

  const operations = createOperations(ground, people, talk, realtime, files)
  const metrics = new Metrics({ stats: () => realtime.stats(), waitingWrites: () => db.waitingWrites() })
  const dispatcher: Dispatcher = new Dispatcher({
    operations,
    limits: new Limits((name) => settings.rate(name)),
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
    async health() {
      const failed = await db.ping().then(
        () => false,
        () => true,
      )
      return failed ? ['database'] : []
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
    /** Takes up what another program has changed in the database: `parley user disable`, `parley key revoke` … */
    async reload() {
      clearCaches(bus)
      keys.forgetVerdicts()
      await settings.load()
      for (const { data } of realtime.hub.sockets()) {
        const { sessionId, visitorToken } = data.identity
        if (sessionId > 0 && !(await sessions.identify(visitorToken)))
          realtime.hub.disconnectSession(sessionId)
      }
    },
    async close() {
      clearInterval(cleaning)
      await bus.close()
      await db.close()
    },
  }
}
