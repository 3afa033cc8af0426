import type { Timings } from '../timings.ts'
import { type Frame, isRecord, readFrame, writeFrame } from './frames.ts'

/** As much of a WebSocket as is needed: the browser's, Bun's, Node's from 22 on, and the package `ws`. */
export interface WebSocketLike {
  readonly readyState: number
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', handler: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', handler: (event: { code: number; reason: string }) => void): void
  addEventListener(type: 'error', handler: () => void): void
}
export type WebSocketConstructor = new (url: string) => WebSocketLike

/** What a socket tells. `closed` is the last thing, and comes once, unless it was dropped from this side. */
export interface SocketListener {
  opened(): void
  heard(frame: Frame): void
  /** @param code the close code; 1006 when the connection was lost */
  closed(code: number, reason: string): void
}

/** The close code for a connection that ended without one. */
export const LOST = 1006
const OPEN = 1
/** Where the server names none, s. */
const ACTIVITY_SECONDS = 25

/** One websocket from its handshake to its end: frames in and out, and the heartbeat. */
export class Socket {
  readonly #socket: WebSocketLike
  #timer: ReturnType<typeof setTimeout> | undefined
  #activityMs = ACTIVITY_SECONDS * 1000
  #isOpen = false
  #isOver = false
  /** While a ping is unanswered: when the connection counts as lost, ms of `performance.now()`. */
  #lostAt = Number.POSITIVE_INFINITY

  constructor(
    url: string,
    WebSocket: WebSocketConstructor,
    private readonly timings: Pick<Timings, 'openMs' | 'pongMs'>,
    private readonly listener: SocketListener,
  ) {
    this.#socket = new WebSocket(url)
    this.#wait(timings.openMs, () => this.#end(LOST, 'No greeting in time'))
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data))
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason))
    // Always followed by `close`; without a listener some implementations throw.
    this.#socket.addEventListener('error', () => {})
  }

  /** Greeted by the server, and not ended. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#isOver
  }

  /** @returns false when the frame certainly did not leave */
  send(event: string, data: unknown): boolean {
    if (!this.isOpen || this.#socket.readyState !== OPEN) return false
    this.#socket.send(writeFrame(event, data))
    return true
  }

  /** Asks for a sign of life; without one within `ms` the connection counts as lost. */
  probe(ms: number = this.timings.pongMs): void {
    // Whoever asks again while nothing is answered does not put it off.
    if (!this.isOpen || performance.now() + ms >= this.#lostAt) return
    this.send('pusher:ping', {})
    this.#wait(ms, () => this.#end(LOST, 'No answer to a ping'))
    this.#lostAt = performance.now() + ms
  }

  /** Ends the connection without telling the listener. */
  drop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket.close(1000)
  }

  #receive(text: unknown): void {
    if (this.#isOver) return
    // Any frame is a sign of life.
    this.#wait(this.#activityMs, () => this.probe())
    const frame = readFrame(text)
    if (!frame) return
    if (frame.event === 'pusher:connection_established') this.#greeted(frame.data)
    else if (frame.event !== 'pusher:pong') this.listener.heard(frame)
  }

  #greeted(data: unknown): void {
    const seconds = isRecord(data) ? Number(data.activity_timeout) : Number.NaN
    if (seconds > 0) this.#activityMs = seconds * 1000
    this.#wait(this.#activityMs, () => this.probe())
    this.#isOpen = true
    this.listener.opened()
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#lostAt = Number.POSITIVE_INFINITY
    this.#timer = setTimeout(then, ms)
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return
    // Told now: a dead network lets a closing handshake take a minute.
    this.drop()
    this.listener.closed(code, reason)
  }
}
