import { log } from '../log.ts'
import { type StateDependencies, States, uidOf } from './states.ts'

export type { PresenceState } from './states.ts'

export interface PresenceDependencies extends StateDependencies {
  /** How long after the last socket a user counts as offline; who is back by then was never away. */
  offlineAfterMs: number
  /** Everybody who is stored as online. */
  onlineUids(): Promise<readonly number[]>
}

/** Users whose claims are looked up in one go. */
const RESUMED_AT_ONCE = 500

/**
 * Who is online: a user with a socket, and for a short while one without. What is said here is said of this node; for
 * the site a user is online while any node has the user, and `states.ts` stores the changes of that.
 */
export class Presence {
  readonly #dependencies: PresenceDependencies
  readonly #states: States
  readonly #online = new Set<number>()
  /** Users without a socket who still count as online → when the last one closed, in that order. */
  readonly #leaving = new Map<number, number>()
  #timer: Timer | undefined
  #closed = false

  constructor(dependencies: PresenceDependencies) {
    this.#dependencies = dependencies
    this.#states = new States(dependencies)
    dependencies.claims.observe({
      orphaned: (subject, at) => this.#orphaned(uidOf(subject), at),
      regained: (subject) => this.#regained(uidOf(subject)),
      rebuilt: () => void this.#rebuilt(),
    })
  }

  /** Users who count as online on this node. */
  get size(): number {
    return this.#online.size
  }

  isOnline(uid: number): boolean {
    return this.#online.has(uid)
  }

  /**
   * Compares with who is stored as online. Whom no node has is taken over: that is who was here when the server stopped,
   * and is set offline unless back in time. Call it before sockets open; with one node it has done its work when it
   * returns.
   * @param uids everybody who is stored as online
   */
  async resume(uids: readonly number[]): Promise<void> {
    const stored = new Set(uids)
    for (const uid of this.#online) if (!stored.has(uid)) this.#states.insist(uid)
    for (let start = 0; start < uids.length; start += RESUMED_AT_ONCE) {
      const some = uids.slice(start, start + RESUMED_AT_ONCE).filter((uid) => !this.#online.has(uid))
      const answer = this.#states.held(some)
      const held = answer instanceof Promise ? await answer : answer
      if (this.#closed) return
      const now = this.#dependencies.clock()
      for (const uid of some) {
        if (held.has(uid) || this.#online.has(uid)) continue
        this.#states.keep(uid)
        this.#online.add(uid)
        this.#leaving.set(uid, now)
      }
      this.#schedule()
    }
  }

  /** The user's first socket opened. */
  opened(uid: number): void {
    if (this.#closed) return
    this.#leaving.delete(uid)
    if (this.#online.has(uid)) return
    this.#online.add(uid)
    this.#states.come(uid)
  }

  /** The user's last socket closed. */
  closed(uid: number): void {
    if (this.#closed || !this.#online.has(uid)) return
    this.#leaving.delete(uid)
    this.#leaving.set(uid, this.#dependencies.clock())
    this.#schedule()
  }

  /**
   * Sets those offline who are leaving already, and hears nothing more of sockets. Call it before they are closed: their
   * users are still held by this node then, and come back to another one or to its next start. That takes over who does
   * not, with {@link resume}; or else another node does so when this node's lease has ended.
   * @returns when everything is stored
   */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      clearTimeout(this.#timer)
      for (const [uid, at] of this.#leaving) void this.#states.go(uid, at)
      this.#leaving.clear()
    }
    return this.#states.close()
  }

  /** One timer for all: everybody waits equally long, so the first to leave is the first to be due. */
  #schedule(): void {
    if (this.#timer !== undefined) return
    const next = this.#leaving.values().next()
    if (next.done) return
    const { offlineAfterMs, clock } = this.#dependencies
    this.#timer = setTimeout(() => this.#settle(), Math.max(next.value + offlineAfterMs - clock(), 0))
  }

  #settle(): void {
    this.#timer = undefined
    const due = this.#dependencies.clock() - this.#dependencies.offlineAfterMs
    for (const [uid, at] of this.#leaving) {
      if (at > due) break
      this.#leaving.delete(uid)
      this.#online.delete(uid)
      void this.#states.go(uid, at)
    }
    this.#schedule()
  }

  /** A node is gone, and with it the user: who wanted to come back has had longer than the usual time for it. */
  #orphaned(uid: number | undefined, at: number): Promise<void> | undefined {
    return uid === undefined ? undefined : this.#states.go(uid, at)
  }

  #regained(uid: number | undefined): void {
    if (uid !== undefined && this.#online.has(uid)) this.#states.insist(uid)
  }

  async #rebuilt(): Promise<void> {
    try {
      await this.resume(await this.#dependencies.onlineUids())
    } catch (error) {
      log.error({ error: String(error) }, 'presence_not_resumed')
    }
  }
}
