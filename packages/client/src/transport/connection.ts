import { backoffMs } from '../backoff.ts'
import { watchEnvironment } from '../environment.ts'
import { ConnectionRefusedError, endsSession } from '../errors.ts'
import type { Timings } from '../timings.ts'
import { SocketCalls } from './calls.ts'
import type { Frame } from './frames.ts'
import { LOST, Socket, type WebSocketConstructor } from './socket.ts'

/**
 * - `idle`: not connected, and not trying (before `connect`, after `close`);
 * - `connecting`: opening the websocket, finding out who we are, subscribing;
 * - `online`: everything that happens is heard;
 * - `offline`: the connection was lost, and the next attempt is waited for;
 * - `unauthorised`: there is no session, or it has ended; nothing is tried until `connect` is called again;
 * - `refused`: the server does not want this websocket (too many of this user, an app key that it does not know).
 *   Calls still work, by HTTP.
 */
export type ConnectionState = 'idle' | 'connecting' | 'online' | 'offline' | 'unauthorised' | 'refused'

/** The connection's state, with what is known about it. */
export interface Status {
  readonly state: ConnectionState
  /** `offline`: when the next attempt comes, ms since 1970. */
  readonly retryAt?: number
  /** `unauthorised` and `refused`: why. */
  readonly error?: ConnectionRefusedError
}

export interface ConnectionOptions {
  readonly WebSocket: WebSocketConstructor | undefined
  readonly timings: Timings
  /** The websocket's address, the proof of the session included. */
  address(): Promise<string>
  /** The server does not know the app key of that address. @returns true when it was worth asking for another one */
  addressRefused(): boolean
  /** A websocket is open: subscribes and finds out who we are. The connection is online when it resolves. */
  welcome(calls: SocketCalls): Promise<void>
  heard(frame: Frame): void
  changed(status: Status): void
}

/** The close codes of the protocol (docs/protocol.md): what a client does next is in the hundreds. */
const CLOSE = { unknownApp: 4001, signedOut: 4009, final: 4000, later: 4100, now: 4200, end: 4300 } as const
const isFinal = (code: number) => code >= CLOSE.final && code < CLOSE.later
const isLater = (code: number) => code >= CLOSE.later && code < CLOSE.now
const isNow = (code: number) => code >= CLOSE.now && code < CLOSE.end

/** A websocket and the calls over it. */
interface Line {
  readonly socket: Socket
  readonly calls: SocketCalls
}

/** Keeps one websocket open: connects, notices when it is lost, and comes back after a wait that grows. */
export class Connection {
  #status: Status = { state: 'idle' }
  #line: Line | undefined
  #turn = 0
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #unwatch: (() => void) | undefined

  constructor(private readonly options: ConnectionOptions) {}

  get status(): Status {
    return this.#status
  }

  /** The calls over the open websocket, while there is one. */
  get calls(): SocketCalls | undefined {
    return this.#line?.socket.isOpen ? this.#line.calls : undefined
  }

  /** Sends a frame of the protocol. @returns false without an open websocket */
  send(event: string, data: unknown): boolean {
    return this.#line?.socket.send(event, data) ?? false
  }

  /** Connects, unless it is connected or connecting already; an attempt that is waited for is made at once. */
  start(): void {
    const { state } = this.#status
    if (state === 'connecting' || state === 'online') return
    this.#unwatch ??= watchEnvironment({
      hopeful: () => this.#encourage(),
      hopeless: () => this.#despair(),
    })
    if (state !== 'offline') this.#attempt = 0
    void this.#open()
  }

  /** Disconnects, and tries no more. */
  stop(): void {
    this.#leave({ state: 'idle' })
  }

  /** Opens a new websocket now: the proof of the session has changed. */
  restart(): void {
    if (this.#status.state === 'idle') return
    this.#hangUp()
    this.#status = { state: 'idle' }
    this.start()
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer)
    const turn = ++this.#turn
    this.#set({ state: 'connecting' })
    try {
      const line = await this.#dial(turn)
      if (turn !== this.#turn) return
      await this.options.welcome(line.calls)
      if (turn !== this.#turn) return
      this.#attempt = 0
      this.#set({ state: 'online' })
    } catch (error) {
      // The websocket's own end has been seen to already; `turn` has moved on then.
      if (turn === this.#turn) this.#failed(error)
    }
  }

  /** Resolves when the server has greeted. */
  async #dial(turn: number): Promise<Line> {
    const { WebSocket, timings } = this.options
    if (!WebSocket) throw new ConnectionRefusedError('refused', 0, 'No WebSocket here: pass one as an option')
    const url = await this.options.address()
    return new Promise((resolve) => {
      if (turn !== this.#turn) return
      const socket = new Socket(url, WebSocket, timings, {
        opened: () => resolve(line),
        heard: (frame) => {
          if (frame.event === 'parley:result') line.calls.receive(frame.data)
          else this.options.heard(frame)
        },
        closed: (code, reason) => {
          if (turn === this.#turn) this.#lost(code, reason)
        },
      })
      const calls = new SocketCalls(
        (data) => socket.send('parley:call', data),
        // What is asked for at the beginning may be large, and the answer to a ping waits behind it.
        () => this.#status.state === 'online' && socket.probe(timings.pongMs / 2),
        timings.doubtMs,
      )
      const line: Line = { socket, calls }
      this.#line = line
    })
  }

  /** What a call by HTTP was refused with: without a websocket nothing else tells that the session has ended. */
  refused(error: unknown): void {
    if (endsSession(error)) this.#refuse(new ConnectionRefusedError('unauthorised', error.code, error.msg))
  }

  #failed(error: unknown): void {
    if (error instanceof ConnectionRefusedError) this.#refuse(error)
    else if (endsSession(error)) this.refused(error)
    else this.#lost(LOST, String(error))
  }

  #lost(code: number, reason: string): void {
    const wasOnline = this.#status.state === 'online'
    this.#hangUp()
    if (isFinal(code) && !(code === CLOSE.unknownApp && this.options.addressRefused())) {
      const state = code === CLOSE.signedOut ? 'unauthorised' : 'refused'
      this.#refuse(new ConnectionRefusedError(state, code, reason))
      return
    }
    // At once only after a connection that worked: a server that sends everybody away must not be run down.
    const waitMs = wasOnline && isNow(code) ? 0 : this.#waitMs(code)
    this.#set({ state: 'offline', retryAt: Date.now() + waitMs })
    this.#timer = setTimeout(() => void this.#open(), waitMs)
  }

  #waitMs(code: number): number {
    const { retryMsMin, retryMsMax, pauseMs } = this.options.timings
    const waitMs = backoffMs(this.#attempt++, retryMsMin, retryMsMax)
    return isLater(code) ? pauseMs + waitMs : waitMs
  }

  /** A good moment to try again, or to see whether the connection is still one. */
  #encourage(): void {
    if (this.#status.state === 'offline') void this.#open()
    else this.#line?.socket.probe(this.options.timings.pongMs / 2)
  }

  /** A websocket would not notice for a while, and a wrong alarm costs one attempt. */
  #despair(): void {
    const { state } = this.#status
    if (state === 'online' || state === 'connecting') this.#lost(LOST, 'The device has no network')
  }

  #hangUp(): void {
    this.#turn++
    clearTimeout(this.#timer)
    this.#line?.socket.drop()
    this.#line?.calls.fail()
    this.#line = undefined
  }

  #refuse(error: ConnectionRefusedError): void {
    this.#leave({ state: error.state, error })
  }

  #leave(status: Status): void {
    this.#hangUp()
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#set(status)
  }

  #set(status: Status): void {
    const isSame = status.state === this.#status.state && status.retryAt === this.#status.retryAt
    this.#status = status
    if (!isSame) this.options.changed(status)
  }
}
