import type { Clock } from '../clock.ts'
import type { Claims } from '../cluster/index.ts'
import { log } from '../log.ts'

export type PresenceState = 'online' | 'offline'

export interface StateDependencies {
  /**
   * Stores a user's state and tells the friends. `at` (ms) is when the user came or left, not when it was noticed.
   * Called once at a time for each user, in the right order.
   */
  setState(uid: number, state: PresenceState, at: number): void | Promise<void>
  claims: Claims
  clock: Clock
  /** How long after a failure it is looked into what should be stored now. */
  stateRetryMs: number
}

interface Change {
  readonly state: PresenceState
  readonly at: number
  /** Whether another node may store the opposite at the same time. */
  readonly isDoubtful: boolean
  /** It has been stored, has failed, or was overtaken by a newer one. */
  done(): void
}

/** All users of a node may come or go at once, and the database has other things to do, too. */
const STORED_AT_ONCE_MAX = 100

const subjectOf = (uid: number): string => `user:${uid}`

/** The uid of a claim about a user's presence; nothing for claims about something else. */
export function uidOf(subject: string): number | undefined {
  const uid = /^user:(\d+)$/.exec(subject)?.[1]
  return uid === undefined ? undefined : Number(uid)
}

/**
 * What is stored about users being online. All nodes together store one change when the first of them has the user, and
 * one when the last has not. Two nodes may do so at the same moment and in the wrong order; so whoever has stored that
 * a user is gone looks once more at whether some node has the user now.
 */
export class States {
  /** The newest change of each user that is still to be stored. */
  readonly #changes = new Map<number, Change>()
  /** The users for whom one is being stored. */
  readonly #storing = new Set<number>()
  #underWay = 0
  readonly #settled: (() => void)[] = []
  #closed = false

  constructor(private readonly dependencies: StateDependencies) {}

  /** This node has the user. */
  come(uid: number): void {
    const { claims, clock } = this.dependencies
    void this.#follow(claims.take(subjectOf(uid)), uid, 'online', clock())
  }

  /** As {@link come}, for a user who is stored as online. */
  keep(uid: number): void {
    void this.dependencies.claims.take(subjectOf(uid))
  }

  /** This node has not had the user since `at`. @returns when what followed from it is done */
  go(uid: number, at: number): Promise<void> {
    return this.#follow(this.dependencies.claims.release(subjectOf(uid)), uid, 'offline', at)
  }

  /** Stores that a user is online whom this node has, though others may have said otherwise. */
  insist(uid: number): void {
    void this.#follow(true, uid, 'online', this.dependencies.clock())
  }

  /** Those of the users whom some node has; with one node it is known at once. */
  held(uids: readonly number[]): ReadonlySet<number> | Promise<ReadonlySet<number>> {
    const known = (held: ReadonlySet<string>) => new Set(uids.filter((uid) => held.has(subjectOf(uid))))
    const answer = this.dependencies.claims.held(uids.map(subjectOf))
    return answer instanceof Promise ? answer.then(known) : known(answer)
  }

  /** Repeats nothing any more. @returns when everything under way is done */
  close(): Promise<void> {
    this.#closed = true
    if (this.#underWay === 0) return Promise.resolve()
    return new Promise((resolve) => this.#settled.push(resolve))
  }

  /** Stores a change if the answer is that it is one for the site. What is known at once is begun at once. */
  async #follow(
    answer: boolean | Promise<boolean>,
    uid: number,
    state: PresenceState,
    at: number,
    isDoubtful = state === 'offline',
  ): Promise<void> {
    this.#underWay++
    if (typeof answer === 'boolean' ? answer : await answer) {
      const { promise, resolve: done } = Promise.withResolvers<void>()
      this.#changes.get(uid)?.done()
      this.#changes.set(uid, { state, at, isDoubtful, done })
      this.#pump()
      await promise
    }
    this.#underWay--
    if (this.#underWay === 0) for (const resolve of this.#settled.splice(0)) resolve()
  }

  #pump(): void {
    for (const uid of this.#changes.keys()) {
      if (this.#storing.size >= STORED_AT_ONCE_MAX) return
      if (!this.#storing.has(uid)) void this.#store(uid)
    }
  }

  async #store(uid: number): Promise<void> {
    const change = this.#changes.get(uid)!
    this.#changes.delete(uid)
    this.#storing.add(uid)
    const isStored = await this.#attempt(uid, change)
    this.#storing.delete(uid)
    if (!isStored) this.#lookLater(uid, change)
    else if (change.isDoubtful) void this.#look(uid, change.state, change.at)
    change.done()
    this.#pump()
  }

  async #attempt(uid: number, { state, at }: Change): Promise<boolean> {
    try {
      await this.dependencies.setState(uid, state, at)
      return true
    } catch (error) {
      log.error({ uid, state, error: String(error) }, 'presence_not_stored')
      return false
    }
  }

  #lookLater(uid: number, { state, at }: Change): void {
    setTimeout(() => void this.#look(uid, undefined, at, state), this.dependencies.stateRetryMs).unref()
  }

  /**
   * Compares what was stored with who has the user, and stores what is right if it is not the same.
   * @param stored nothing when storing failed
   * @param at when the user came or left if the state is `tried`
   */
  async #look(uid: number, stored: PresenceState | undefined, at: number, tried = stored): Promise<void> {
    const answer = this.held([uid])
    const held = answer instanceof Promise ? await answer : answer
    if (this.#closed || this.#changes.has(uid) || this.#storing.has(uid)) return
    const state = held.has(uid) ? 'online' : 'offline'
    if (state === stored) return
    await this.#follow(true, uid, state, state === tried ? at : this.dependencies.clock(), true)
  }
}
