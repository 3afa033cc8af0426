import type { Clock } from '../clock.ts'
import { log } from '../log.ts'

export type PresenceState = 'online' | 'offline'

export interface PresenceDependencies {
  /**
   * Stores a user's state and tells the friends. `at` (ms) is when the user came or left, not when it was noticed.
   * Called in the right order for each user.
   */
  setState(uid: number, state: PresenceState, at: number): void | Promise<void>
  clock: Clock
  /** How long after the last socket a user counts as offline; who is back by then was never away. */
  offlineAfterMs: number
}

/** Who is online: a user with a socket, and for a short while one without. */
export class Presence {
  readonly #online = new Set<number>()
  /** Users without a socket who still count as online → when the last one closed, in that order. */
  readonly #leaving = new Map<number, number>()
  #timer: Timer | undefined
  #closed = false

  constructor(private readonly dependencies: PresenceDependencies) {}

  /** Users who count as online. */
  get size(): number {
    return this.#online.size
  }

  isOnline(uid: number): boolean {
    return this.#online.has(uid)
  }

  /**
   * Takes over users who were stored as online when the server stopped: who is not back in time is set offline.
   * Call it before sockets open.
   */
  resume(uids: Iterable<number>): void {
    const now = this.dependencies.clock()
    for (const uid of uids) {
      this.#online.add(uid)
      this.#leaving.set(uid, now)
    }
    this.#schedule()
  }

  /** The user's first socket opened. */
  opened(uid: number): void {
    if (this.#closed) return
    this.#leaving.delete(uid)
    if (this.#online.has(uid)) return
    this.#online.add(uid)
    this.#set(uid, 'online', this.dependencies.clock())
  }

  /** The user's last socket closed. */
  closed(uid: number): void {
    if (this.#closed || !this.#online.has(uid)) return
    this.#leaving.delete(uid)
    this.#leaving.set(uid, this.dependencies.clock())
    this.#schedule()
  }

  /**
   * Sets those offline who are leaving already, and hears nothing more. Call it before the sockets are closed: their
   * users come back to the next start, which takes them over with {@link resume}.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    for (const [uid, at] of this.#leaving) this.#set(uid, 'offline', at)
    this.#leaving.clear()
  }

  /** One timer for all: everybody waits equally long, so the first to leave is the first to be due. */
  #schedule(): void {
    if (this.#timer !== undefined) return
    const next = this.#leaving.values().next()
    if (next.done) return
    const waitMs = next.value + this.dependencies.offlineAfterMs - this.dependencies.clock()
    this.#timer = setTimeout(() => this.#settle(), Math.max(waitMs, 0))
  }

  #settle(): void {
    this.#timer = undefined
    const due = this.dependencies.clock() - this.dependencies.offlineAfterMs
    for (const [uid, at] of this.#leaving) {
      if (at > due) break
      this.#leaving.delete(uid)
      this.#online.delete(uid)
      this.#set(uid, 'offline', at)
    }
    this.#schedule()
  }

  #set(uid: number, state: PresenceState, at: number): void {
    const failed = (error: unknown) => log.error({ uid, state, error: String(error) }, 'presence_not_stored')
    try {
      Promise.resolve(this.dependencies.setState(uid, state, at)).catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
