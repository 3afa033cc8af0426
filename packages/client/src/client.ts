import type { MissedMessages, PushEvents, UploadResult } from '@parley/contract'
import { Channels, plainName } from './channels.ts'
import { ServerClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ConnectionRefusedError } from './errors.ts'
import type { Chat, ClientEvents, Home } from './events.ts'
import type { CallPath, DataOf, ParamsOf } from './operations.ts'
import { type ClientOptions, type Settled, settle } from './options.ts'
import type { OutboxMessage } from './outbox/message.ts'
import { Outbox, type Stored } from './outbox/outbox.ts'
import { decode, type SharedSettings, Site } from './site.ts'
import { Gaps } from './sync/gaps.ts'
import { Messages } from './sync/messages.ts'
import { Synchronizer } from './sync/synchronizer.ts'
import { Caller } from './transport/caller.ts'
import type { SocketCalls } from './transport/calls.ts'
import { Connection, type Status } from './transport/connection.ts'
import type { Frame } from './transport/frames.ts'
import { Http } from './transport/http.ts'
import { type UploadKind, type UploadOptions, upload } from './upload.ts'

export interface CallOptions {
  /** Ends the wait; the call itself may be carried out all the same. */
  readonly signal?: AbortSignal
  /** How long it may take, ms; default `timings.callMs`. */
  readonly timeoutMs?: number
}

/** The parameters, which may be left out where none is needed. */
type CallArguments<P extends CallPath> =
  Record<never, never> extends ParamsOf<P>
    ? [params?: ParamsOf<P>, options?: CallOptions]
    : [params: ParamsOf<P>, options?: CallOptions]

/** The events of the contract. */
const PUSHED: Readonly<Record<keyof PushEvents, true>> = {
  ...{ message: true, revoke: true, message_delete: true, read: true, chatUpdate: true },
  ...{ state: true, settingChange: true, remark: true, profile: true, draft: true, replyUpdate: true },
  ...{ friendApply: true, friendApplyUpdate: true, addFriend: true, removeFriend: true, friendDelete: true },
  ...{ addGroup: true, removeGroup: true, updateGroup: true },
}

/** One user's connection to a site. Made by {@link createClient}. */
export class ParleyClient {
  readonly #options: Settled
  readonly #events = new Emitter<ClientEvents>()
  readonly #messages = new Messages()
  readonly #clock = new ServerClock()
  readonly #http: Http
  readonly #caller: Caller
  readonly #site: Site
  readonly #connection: Connection
  readonly #channels: Channels
  readonly #gaps: Gaps
  readonly #synchronizer: Synchronizer
  readonly #outbox: Outbox
  #token: string | undefined
  #uid: number | undefined
  #home: Home | undefined
  #refusedKey: string | undefined
  /** Counts the sessions of this client: what was asked in an earlier one is not taken in. */
  #era = 0

  constructor(options: ClientOptions) {
    const settled = settle(options)
    const { timings } = settled
    this.#options = settled
    this.#token = options.token
    this.#http = new Http({ ...settled, token: () => this.#token })
    this.#connection = new Connection({
      ...settled,
      address: () => this.#socketAddress(),
      addressRefused: () => this.#forgetAddress(),
      welcome: (calls) => this.#synchronizer.welcome(calls),
      heard: (frame) => this.#heard(frame),
      changed: (status) => this.#changed(status),
    })
    this.#caller = new Caller(this.#http, () => this.#connection.calls)
    this.#site = new Site(async () => {
      const settings = (await this.#raw('pop/getsetting', {})) as SharedSettings
      return decode(settings, settings) as SharedSettings
    })
    this.#channels = new Channels((event, data) => void this.#connection.send(event, data))
    this.#gaps = new Gaps({
      ...settled,
      since: (chat, seq, limit) => this.#since(chat, seq, limit),
      messages: this.#messages,
      deliver: (message) => this.#events.emit('message', message),
      gap: (gap) => this.#events.emit('gap', gap),
    })
    this.#synchronizer = new Synchronizer({
      channels: this.#channels,
      gaps: this.#gaps,
      readHome: (calls) => this.#readHome(calls),
      uid: () => this.#uid,
      accept: (home) => this.#accept(home),
      patienceMs: timings.callMs,
    })
    this.#outbox = new Outbox({
      ...settled,
      deliver: (message) => this.#deliver(message),
      isOnline: () => this.status.state === 'online',
      changed: (message) => this.#events.emit('outbox', message),
    })
    if (options.uid !== undefined) this.#become(options.uid)
  }

  /** The connection's state. */
  get status(): Status {
    return this.#connection.status
  }

  /** The user; undefined before it is known. */
  get uid(): number | undefined {
    return this.#uid
  }

  /** What `home` told last. */
  get home(): Home | undefined {
    return this.#home
  }

  /** What time it is for the server, ms since 1970, whatever the device says; before `home` is known, the device's own. */
  now(): number {
    return this.#clock.now()
  }

  /**
   * Connects, and stays connected until `close`, the end of the session, or a final refusal.
   * While it waits for its next attempt, it makes it at once.
   * @returns when it is online for the first time: everything about the user
   * @throws ConnectionRefusedError without a session, or where the server does not want the websocket
   */
  connect(): Promise<Home> {
    const online = new Promise<Home>((resolve, reject) => {
      const off = this.on('connection', ({ state, error }) => {
        if (state === 'online') resolve(this.#home!)
        else if (state === 'idle') reject(new ConnectionRefusedError('refused', 0, 'Closed'))
        else if (error) reject(error)
        else return
        off()
      })
    })
    if (this.status.state === 'online') return Promise.resolve(this.#home!)
    this.#connection.start()
    return online
  }

  /**
   * Brings the application up to date without a websocket, where there is none (`refused`, or `offline` although calls work):
   * tells `home`, and the messages since the last time. It is `unauthorised` when the session has ended.
   * @returns false when a websocket was quicker: nothing was told
   * @throws ParleyError, NetworkError
   */
  async catchUp(): Promise<boolean> {
    const era = this.#era
    const isWanted = () => era === this.#era && this.status.state !== 'online'
    try {
      return await this.#synchronizer.catchUp(isWanted)
    } catch (error) {
      if (isWanted()) this.#connection.refused(error)
      throw error
    }
  }

  /** Disconnects. The outbox keeps what is unsent. A closed client is not used again. */
  close(): void {
    this.#era++
    this.#connection.stop()
    this.#outbox.close()
    this.#gaps.clear()
  }

  /** Uses another session from now on, and opens a new websocket with it. */
  setToken(token: string | undefined): void {
    this.#token = token
    this.#era++
    this.#connection.restart()
  }

  /**
   * Calls an operation: over the open websocket, otherwise by HTTP.
   * @throws ParleyError when the server refuses it; NetworkError when no answer came; the signal's reason
   */
  async call<P extends CallPath>(
    path: P,
    ...[params = {} as ParamsOf<P>, options]: CallArguments<P>
  ): Promise<DataOf<P>> {
    const [data, settings] = await Promise.all([
      this.#raw(path, params, options),
      // Asked for once, at the same time; an answer can be read without them on every site but those with old clients.
      this.#site.known ?? this.#site.settings().catch(() => undefined),
    ])
    return decode(data, settings) as DataOf<P>
  }

  /** Calls the handler at each event of that name. @returns what ends it */
  on<Name extends keyof ClientEvents>(
    name: Name,
    handler: (payload: ClientEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, handler)
  }

  /**
   * Listens to a channel beside those of the user, which are listened to anyway (`user-{uid}`, `global` and
   * `group-{gid}` of each group). Events that the contract does not know come as `custom`.
   * @returns what ends it
   */
  subscribe(channel: string): () => void {
    return this.#channels.subscribe(channel)
  }

  /**
   * Says that the application has everything of a chat up to `seq`: messages after it are handed out, those up to it
   * are not. Without this, handing out begins with what is written after the first connect.
   */
  track(chat: Chat, seq: number): void {
    this.#gaps.track(chat, seq)
  }

  /**
   * Sends a message, as soon as it can be sent; the event `outbox` tells how it fares.
   * @returns the message as it waits in the outbox
   */
  send(chat: Chat, content: string, { quote_mid }: { quote_mid?: number } = {}): OutboxMessage {
    return this.#outbox.send(chat, content, quote_mid)
  }

  /** The messages that are being sent or have failed, in the order in which they were written. */
  unsent(): OutboxMessage[] {
    return this.#outbox.list()
  }

  /** Tries a failed message again. @returns undefined when there is no failed message with that id */
  resend(id: string): OutboxMessage | undefined {
    return this.#outbox.resend(id)
  }

  /** Takes a message out of the outbox. */
  discard(id: string): void {
    this.#outbox.discard(id)
  }

  /**
   * Uploads a file for a message (`img`, `file`) or a profile (`avatar`, `groupavatar`). Never repeated by itself.
   * @throws ParleyError, NetworkError; the signal's reason when it was aborted
   */
  upload(kind: UploadKind, file: Blob, options: UploadOptions = {}): Promise<UploadResult> {
    return upload(this.#http, kind, file, options, this.#options.timings)
  }

  /** An answer as it came. */
  #raw(path: string, params: object, options: CallOptions = {}): Promise<unknown> {
    const { signal = new AbortController().signal, timeoutMs = this.#options.timings.callMs } = options
    return this.#caller.call(path, params, signal, timeoutMs)
  }

  async #since({ type, id }: Chat, seq: number, limit: number): Promise<MissedMessages> {
    return this.call('message/since', { type, id, seq, limit })
  }

  async #deliver({ id, chat, content, quote_mid }: OutboxMessage): Promise<Stored> {
    return this.call('message/send', {
      to: chat.id,
      type: chat.type,
      content,
      quote_mid: quote_mid || undefined,
      uniqueId: id,
    })
  }

  async #readHome(calls: SocketCalls | undefined): Promise<Home> {
    const { callMs } = this.#options.timings
    const caller = calls ?? this.#http
    const { signal } = new AbortController()
    const home = await this.#clock.measure(
      async () => (await caller.call('pop/get', {}, signal, callMs)) as Home,
    )
    return decode(home, home.setting) as Home
  }

  #accept(home: Home): void {
    if (this.#uid !== undefined && this.#uid !== home.mine.uid) this.#gaps.clear()
    this.#become(home.mine.uid)
    this.#home = home
    this.#site.learn(home.setting)
    this.#messages.learn(home)
    this.#events.emit('home', home)
  }

  #become(uid: number): void {
    this.#uid = uid
    this.#outbox.open(`${this.#options.url}:${uid}`)
  }

  async #socketAddress(): Promise<string> {
    const { pusher_key } = await this.#site.settings()
    const { url } = this.#options
    const language = this.#options.language()
    // A browser sends its own language with a handshake, whatever the user has chosen here.
    const query = new URLSearchParams({
      ...(this.#token === undefined ? {} : { token: this.#token }),
      ...(language === undefined ? {} : { lang: language }),
    })
    return `${url.replace(/^http/, 'ws')}/app/${pusher_key}${query.size > 0 ? `?${query}` : ''}`
  }

  /** The app key may have changed: asks for it anew, unless that brought the same one. */
  #forgetAddress(): boolean {
    const key = this.#site.known?.pusher_key
    if (key === this.#refusedKey) return false
    this.#refusedKey = key
    this.#site.forget()
    return true
  }

  #heard({ event, channel, data }: Frame): void {
    if (this.#channels.receive(event, channel) || event === 'pusher:error') return
    if (event === 'parley:resync') {
      const { calls } = this.#connection
      if (calls && this.status.state === 'online') this.#synchronizer.resync(calls)
    } else if (Object.hasOwn(PUSHED, event)) this.#pushed(event as keyof PushEvents, data)
    else this.#events.emit('custom', { event, channel: channel && plainName(channel), data })
  }

  #pushed(name: keyof PushEvents, data: unknown): void {
    if (name === 'settingChange') this.#site.learn(data as SharedSettings)
    const payload = decode(data, this.#site.known) as PushEvents[typeof name]
    if (name === 'message') {
      // Handed out in its turn, and only once.
      const message = this.#messages.pushed(payload as PushEvents['message'])
      this.#outbox.confirm(message.uniqueId, message)
      this.#gaps.push(message)
      return
    }
    this.#synchronizer.follow(name, payload)
    this.#events.emit(name as 'state', payload as PushEvents['state'])
  }

  #changed(status: Status): void {
    if (status.state === 'online') this.#outbox.wake()
    this.#events.emit('connection', status)
  }
}

/** Makes a client; {@link ParleyClient.connect} connects it. Calls work without that, by HTTP. */
export const createClient = (options: ClientOptions = {}): ParleyClient => new ParleyClient(options)
