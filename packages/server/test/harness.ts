import { appendFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Envelope, OPERATIONS, type PushEvents, SETTING_NAMES } from '@parley/contract'
import { createServices, type ServiceOptions, type Services } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { setLogLevel } from '../src/log.ts'
import { type RunningServer, startServer } from '../src/serve.ts'
import { newPlace, type Place } from './place.ts'

/*
 * A real site for behaviour tests: the whole server on a free port with a database of its own, spoken to over HTTP and
 * websocket. Every successful answer is held against the operation's declared shape, so each test checks types too.
 */

/** The most that a test waits for something that should come at once; on a busy machine that may take seconds. */
const WAIT_MS_MAX = 30_000

export type Parameters = Record<string, unknown>

export interface TestUser {
  uid: number
  username: string
  nickname: string
  /** A session's token. */
  token: string
}

export interface SiteOptions {
  /** Environment variables, over the defaults of a test site. With a database the site gets none of its own. */
  env?: Record<string, string>
  /** Settings that differ; rate limits are out of the way unless set here. */
  settings?: Record<string, string>
  timings?: ServiceOptions['timings']
  /** A data folder that is there already; deleted in the end like one of our own. */
  dataDir?: string
  /** Where the built web client is, if not where the build puts it. */
  clientFolder?: string
  /** Hears every SQL statement. */
  onQuery?: (sql: string, parameters: readonly unknown[]) => void
}

const byPath = new Map(OPERATIONS.map((spec) => [spec.path.toLowerCase(), spec]))
let serial = 0
let keySerial = 0

/** Notes each call with its answer's code, for the check that every operation is tested (`scripts/test.mjs`). */
const callsFolder = process.env.PARLEY_TEST_CALLS
const calls = new Set<string>()

export async function noteCall(path: string, response: Response): Promise<void> {
  if (!callsFolder) return
  const isJson = response.headers.get('content-type')?.includes('json')
  const { code = 0 } = isJson ? ((await response.clone().json()) as { code?: number }) : {}
  const line = `${path.toLowerCase()}\t${code}\n`
  if (calls.has(line)) return
  calls.add(line)
  appendFileSync(join(callsFolder, `${process.pid}.txt`), line)
}

/** A form body as jQuery writes it: lists as `name[]=…`. */
function formOf(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) for (const item of value) form.append(`${name}[]`, String(item))
    else if (value !== undefined) form.append(name, String(value))
  }
  return form
}

function checkShape(path: string, envelope: Envelope): void {
  const spec = byPath.get(path.toLowerCase())
  if (!spec || envelope.code !== 0 || spec.answer) return
  // Soft successes carry no data whatever the operation.
  if (envelope.msg !== 'ok' && Array.isArray(envelope.data) && envelope.data.length === 0) return
  const result = spec.output.safeParse(envelope.data)
  if (!result.success) throw new Error(`${path} answered in the wrong shape: ${result.error.message}`)
}

/** Somebody who calls: a server key, a user, or nobody. */
export class Caller {
  constructor(
    private readonly url: string,
    private readonly face: 'api' | 'web' | 'h5',
    private readonly headers: Record<string, string>,
    private readonly fixed: Parameters = {},
  ) {}

  /** Calls an operation with its declared method; `lists` of parameters are sent as jQuery sends them. */
  async call<Data = unknown>(path: string, parameters: Parameters = {}): Promise<Envelope<Data>> {
    const response = await this.request(path, parameters)
    const envelope = (await response.json()) as Envelope<Data>
    checkShape(path, envelope)
    return envelope
  }

  /** As {@link call}, for the raw response. */
  async request(path: string, parameters: Parameters = {}): Promise<Response> {
    const form = formOf({ ...this.fixed, ...parameters })
    const address = `${this.url}/${this.face}/${path}`
    const response = await (byPath.get(path.toLowerCase())?.method === 'GET'
      ? fetch(`${address}?${form}`, { headers: this.headers })
      : fetch(address, { method: 'POST', body: form, headers: this.headers }))
    await noteCall(path, response)
    return response
  }

  /** Calls and insists on success; gives the data. */
  async ok<Data = any>(path: string, parameters: Parameters = {}): Promise<Data> {
    const { code, msg, data } = await this.call<Data>(path, parameters)
    if (code !== 0) throw new Error(`${path} answered ${code} ${msg}`)
    return data
  }

  /** Calls and gives the code alone. */
  async code(path: string, parameters: Parameters = {}): Promise<number> {
    return (await this.call(path, parameters)).code
  }

  /** Sends a file (and fields) as a browser's form does. */
  async upload<Data = any>(
    path: string,
    file: File | undefined,
    parameters: Parameters = {},
  ): Promise<Envelope<Data>> {
    const body = new FormData()
    for (const [name, value] of formOf({ ...this.fixed, ...parameters })) body.append(name, value)
    if (file) body.append('file', file)
    const response = await fetch(`${this.url}/${this.face}/${path}`, {
      method: 'POST',
      body,
      headers: this.headers,
    })
    await noteCall(path, response)
    const envelope = (await response.json()) as Envelope<Data>
    checkShape(path, envelope)
    return envelope
  }
}

interface Frame {
  event: string
  channel?: string
  data: any
}

/** The runtime's WebSocket takes handshake headers; the DOM's types do not know. */
const SocketWithHeaders = WebSocket as unknown as new (
  url: string,
  options: { headers: Record<string, string> },
) => WebSocket

/** An open websocket that keeps what it hears, so that a test can ask before or after the event. */
export class Listener {
  readonly frames: Frame[] = []
  readonly #waiting = new Set<() => void>()
  closed: { code: number; reason: string } | undefined
  /** The data of the first event. */
  greeting: unknown

  constructor(readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data) as Frame
      if (typeof frame.data === 'string') {
        try {
          frame.data = JSON.parse(frame.data)
        } catch {
          // Some event data is plain text.
        }
      }
      this.frames.push(frame)
      this.#wake()
    })
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason }
      this.#wake()
    })
  }

  #wake() {
    for (const wake of [...this.#waiting]) wake()
  }

  async #until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
    const found = look()
    if (found !== undefined) return found
    return new Promise((resolve, reject) => {
      const wake = () => {
        const found = look()
        if (found === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(wake)
        reject(
          new Error(`${what} did not come; heard ${JSON.stringify(this.frames.map((frame) => frame.event))}`),
        )
      }, WAIT_MS_MAX)
      this.#waiting.add(wake)
    })
  }

  /** Takes the next event of a name (and channel) that has not been taken; gives its payload. */
  async next<Event extends string>(
    event: Event,
    channel?: string,
  ): Promise<Event extends keyof PushEvents ? PushEvents[Event] : any> {
    const frame = await this.#until(
      () => {
        const index = this.frames.findIndex(
          (frame) => frame.event === event && (channel === undefined || frame.channel === channel),
        )
        return index === -1 ? undefined : this.frames.splice(index, 1)[0]
      },
      `${event}${channel ? ` on ${channel}` : ''}`,
    )
    return frame.data
  }

  /** Whether an event is among those heard and not taken. To be asked after a {@link barrier}. */
  heard(event: string, channel?: string): boolean {
    return this.frames.some(
      (frame) => frame.event === event && (channel === undefined || frame.channel === channel),
    )
  }

  /** Resolves when everything that was published before has arrived: the socket answers in order. */
  async barrier(): Promise<void> {
    this.send('pusher:ping', {})
    await this.next('pusher:pong')
  }

  send(event: string, data: unknown): void {
    this.socket.send(JSON.stringify({ event, data }))
  }

  async subscribe(channel: string): Promise<void> {
    this.send('pusher:subscribe', { channel })
    await this.next('pusher_internal:subscription_succeeded', channel)
  }

  async whenClosed(): Promise<{ code: number; reason: string }> {
    return this.#until(() => this.closed, 'the close')
  }

  close(): void {
    this.socket.close()
  }
}

/** One running site and the people who use it. */
export class TestSite {
  readonly #listeners: Listener[] = []

  constructor(
    public services: Services,
    public server: RunningServer,
    readonly dataDir: string,
    readonly key: string,
    private readonly place: Place | undefined,
    private readonly again: (port: number) => Promise<[Services, RunningServer]>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`
  }

  /** A server key's caller, acting for `uid` when given. */
  api(actor?: TestUser | number): Caller {
    const uid = typeof actor === 'object' ? actor.uid : actor
    return new Caller(this.url, 'api', { authorization: `Bearer ${this.key}` }, uid ? { login_uid: uid } : {})
  }

  /** A user's caller with the session cookie, on `/web` unless said otherwise. */
  as(user: TestUser, face: 'web' | 'h5' = 'web'): Caller {
    return new Caller(this.url, face, { cookie: `parley_session=${user.token}` })
  }

  /** Nobody's caller. */
  visitor(face: 'web' | 'h5' | 'api' = 'web', headers: Record<string, string> = {}): Caller {
    return new Caller(this.url, face, headers)
  }

  /** Creates an account with a session. No password unless the test gives a hash. */
  async user(
    fields: Partial<{ username: string; nickname: string; password_hash: string; is_member: 0 | 1 }> = {},
  ): Promise<TestUser> {
    const username = fields.username ?? `user${++serial}x${process.pid}`
    const account = await this.services.users.create({
      username,
      nickname: fields.nickname ?? `用户${serial}`,
      password_hash: fields.password_hash ?? '',
    })
    if (fields.is_member === 1) await this.services.users.update(account.uid, { is_member: 1 })
    const token = await this.services.sessions.start(account.uid, { device: 'test', address: '127.0.0.1' })
    return { uid: account.uid, username, nickname: account.nickname, token }
  }

  /** Creates several accounts. */
  async users(count: number): Promise<TestUser[]> {
    return Promise.all(Array.from({ length: count }, () => this.user()))
  }

  /** Makes two users friends, as the site's backend does. */
  async befriend(a: TestUser, b: TestUser): Promise<void> {
    await this.api(a).ok('friend/add', { friend_uid: b.uid })
  }

  /** Creates a group with everybody given, the first being the owner. Gives its gid. */
  async group(owner: TestUser, ...members: TestUser[]): Promise<number> {
    const { gid } = await this.api(owner).ok('group/create', { members: members.map(({ uid }) => uid) })
    return Number(gid)
  }

  async set(settings: Record<string, string>): Promise<void> {
    await this.api().ok('admin/setsettings', settings)
  }

  /** Opens a websocket for a user (or nobody) and subscribes it to the channels. */
  async listen(user: TestUser | undefined, ...channels: string[]): Promise<Listener> {
    const token = user ? `?token=${user.token}` : ''
    const listener = await this.open(`/app/${this.services.apps.pusher.key}${token}`, {})
    for (const channel of channels) await listener.subscribe(channel)
    return listener
  }

  /** Opens a websocket at a path, with handshake headers; resolves with its first event, which must be `greeting`. */
  async open(
    path: string,
    headers: Record<string, string>,
    greeting = 'pusher:connection_established',
  ): Promise<Listener> {
    const listener = new Listener(
      new SocketWithHeaders(`${this.url.replace('http', 'ws')}${path}`, { headers }),
    )
    this.#listeners.push(listener)
    listener.greeting = await listener.next(greeting)
    return listener
  }

  /** Stops the server alone, as a restart does: everybody is sent away, what is stored stays. */
  async halt(): Promise<void> {
    await this.server.close()
  }

  /** Starts it again after `halt`, on the same port and data. */
  async resume(): Promise<void> {
    const [services, server] = await this.again(this.server.port)
    Object.assign(this, { services, server })
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.close()
    await this.server.close()
    await this.place?.remove()
    await rm(this.dataDir, { recursive: true, force: true })
  }
}

/** Starts a site of its own for a test file. Close it in `afterAll`. */
export async function startSite({
  env = {},
  settings = {},
  timings,
  clientFolder,
  onQuery,
  ...options
}: SiteOptions = {}): Promise<TestSite> {
  setLogLevel('silent')
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'parley-test-')))
  const place = env.DATABASE_URL ? undefined : await newPlace()
  const variables = {
    ...{ PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'silent' },
    ...place?.env,
    ...env,
  }
  const assemble = (more: Record<string, string> = {}) =>
    createServices(loadConfig({ ...variables, ...more }), { timings, clientFolder, onQuery })
  const services = await assemble()
  // Several nodes of one site have one list of keys.
  const key = await services.keys.add(`tests ${++keySerial}`)
  const server = await startServer(services)
  const site = new TestSite(services, server, dataDir, key, place, async (port) => {
    const next = await assemble({ PORT: String(port) })
    return [next, await startServer(next)]
  })
  const rates = SETTING_NAMES.filter((name) => name.startsWith('rate_')).map((name) => [name, '100000/1'])
  await site.set({ ...Object.fromEntries(rates), ...settings })
  return site
}
