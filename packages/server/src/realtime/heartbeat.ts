import type { Clock } from '../clock.ts'
import type { Hub } from './hub.ts'
import { CLOSE, type Limits, type Socket, type Timings } from './socket.ts'

interface Dependencies {
  hub: Hub
  clock: Clock
  limits: Limits
  timings: Timings
}

/**
 * Ends connections that are of no use: silent ones, and readers that cannot follow.
 *
 * The runtime does not say who fell behind when a publish went to many, and asking every socket after every publish
 * would cost what publishing saves. But nobody can be N bytes behind before N bytes were written: so backlogs are
 * looked at, between two turns of the loop, each time a fraction of the limit has gone out, and now and then.
 */
export class Heartbeat {
  readonly #dependencies: Dependencies
  readonly #lookEvery: number
  #timer: Timer | undefined
  #written = 0
  #looking = false
  #sweptAt = 0
  #slowClosed = 0
  #silentClosed = 0

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#lookEvery = dependencies.limits.backlogBytesMax / 4
    dependencies.hub.observe({ wrote: (characters) => this.#wrote(characters) })
  }

  start(): void {
    this.#sweptAt = this.#dependencies.clock()
    this.#timer ??= setInterval(() => this.#sweep(), this.#dependencies.timings.sweepMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Connections closed since the start. */
  stats(): { slowClosed: number; silentClosed: number } {
    return { slowClosed: this.#slowClosed, silentClosed: this.#silentClosed }
  }

  #wrote(characters: number): void {
    this.#written += characters
    if (this.#written < this.#lookEvery || this.#looking) return
    this.#looking = true
    setImmediate(() => {
      this.#looking = false
      this.#written = 0
      for (const socket of this.#dependencies.hub.sockets()) this.#closeIfSlow(socket)
    })
  }

  #sweep(): void {
    const { hub, clock, timings } = this.#dependencies
    const now = clock()
    const sinceLastMs = now - this.#sweptAt
    this.#sweptAt = now
    // A laptop that slept, a process that was stopped: what the clients sent meanwhile has not been read yet.
    const pauseMs = sinceLastMs > timings.dropAfterMs - timings.pingAfterMs ? sinceLastMs : 0
    for (const socket of hub.sockets()) {
      if (pauseMs > 0) socket.data.lastSeen = Math.min(now, socket.data.lastSeen + pauseMs)
      if (!this.#closeIfSlow(socket)) this.#checkSilence(socket, now - socket.data.lastSeen)
    }
  }

  /**
   * The close frame stands behind what the reader has not read: it sees 4100 when it reads on, and the runtime cuts
   * it a few seconds later when it does not. Either way the hub forgets the socket at once.
   */
  #closeIfSlow(socket: Socket): boolean {
    if (socket.getBufferedAmount() <= this.#dependencies.limits.backlogBytesMax) return false
    this.#slowClosed++
    socket.close(CLOSE.tooSlow, 'Too far behind')
    return true
  }

  #checkSilence(socket: Socket, silenceMs: number): void {
    const { pingAfterMs, dropAfterMs } = this.#dependencies.timings
    const { data } = socket
    if (silenceMs >= dropAfterMs) {
      this.#silentClosed++
      socket.close(CLOSE.silent, 'No answer to pings')
    } else if (silenceMs >= pingAfterMs * (data.pings + 1)) {
      data.pings++
      socket.ping()
    }
  }
}
