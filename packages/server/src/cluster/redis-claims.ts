import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import { log } from '../log.ts'
import { type ClaimCommands, claimCommands } from './claim-scripts.ts'
import type { ClaimObserver, Claims } from './claims.ts'

/** Times of the claims, in milliseconds. */
const CLAIM_TIMINGS = {
  /** How long a node that says nothing is believed to live. */
  leaseMs: 15_000,
  /**
   * How often a node renews its lease and looks for those that have ended. A node that dies has its subjects taken over
   * within both times together.
   */
  renewMs: 5000,
} as const
export type ClaimTimings = { readonly [Name in keyof typeof CLAIM_TIMINGS]: number }

export interface RedisClaimsOptions {
  /** For commands, which have to fail soon while Redis does not answer, and are not to be repeated. */
  readonly redis: Redis
  /** Begins every key; without a colon at the end. */
  readonly prefix: string
  readonly nodeId: string
  readonly clock: Clock
  readonly timings?: Partial<ClaimTimings>
}

const RETRY_MS = 500
/** Subjects in one script: Redis does nothing else meanwhile. */
const HELD_AT_ONCE = 500
/** Small enough that what follows for one lot is done before the next is inherited. */
const INHERITED_AT_ONCE = 200
const EPOCH_BYTES = 8
/** Enough for all nodes to be back, and for what they had put off to be done. */
const RENEWALS_UNTIL_REBUILT = 3

/**
 * Claims in Redis, under a lease that the node renews. Whoever finds a lease that has ended inherits what it held, in
 * lots, and several nodes may share the work. How the scripts do it is in `claim-scripts.ts`.
 *
 * Whenever the connection comes back or the lease was lost, the node begins a new lease and claims all it holds anew;
 * the old one is left to be inherited like a dead node's. So it does not matter what Redis has forgotten, or which
 * answers did not arrive. Until the lease was renewed once, that is until the other nodes had the same time to come
 * back, nobody's end is believed: releases wait, and nothing is inherited.
 */
export class RedisClaims implements Claims {
  readonly #redis: Redis
  readonly #commands: ClaimCommands
  readonly #nodeId: string
  readonly #clock: Clock
  readonly #timings: ClaimTimings
  readonly #observers: ClaimObserver[] = []
  /** What this node wants to hold. */
  readonly #held = new Set<string>()
  /** Held, but Redis may not know. */
  readonly #due = new Set<string>()
  /** No longer held, but Redis may not know → tells whether no node holds it. */
  readonly #leaving = new Map<string, (isLast: boolean | Promise<boolean>) => void>()
  /** Those who wait for a time when Redis can be believed. */
  #waiting: (() => void)[] = []
  #lease = ''
  #leases = 0
  /** Earlier leases of this node that others may still believe in. */
  #former: string[] = []
  #epoch: string | undefined
  #joined = false
  /** Back since a moment: the others may not be yet. */
  #patient = false
  /** Renewals until all that was lost should have been put together again; 0 when nothing was. */
  #untilRebuilt = 0
  #beating = false
  #inheriting = false
  #closed = false
  #timer: Timer | undefined
  /** The other nodes when last seen. */
  #nodes: ReadonlySet<string> = new Set()
  readonly #ready = () => void this.#beat()
  readonly #broken = () => {
    this.#joined = false
  }

  constructor({ redis, prefix, nodeId, clock, timings }: RedisClaimsOptions) {
    this.#redis = redis
    this.#commands = claimCommands(redis, prefix)
    this.#nodeId = nodeId
    this.#clock = clock
    this.#timings = { ...CLAIM_TIMINGS, ...timings }
    redis.on('ready', this.#ready)
    redis.on('close', this.#broken)
    void this.#beat()
  }

  observe(observer: ClaimObserver): void {
    this.#observers.push(observer)
  }

  take(subject: string): boolean | Promise<boolean> {
    if (this.#held.has(subject)) return false
    this.#held.add(subject)
    const leave = this.#leaving.get(subject)
    if (leave) {
      // As far as anybody knows, it was held all the time.
      this.#leaving.delete(subject)
      leave(false)
      this.#due.add(subject)
      if (this.#joined) void this.#hold([subject]).catch(() => {})
      return false
    }
    this.#due.add(subject)
    return this.#joined ? this.#isFirst(subject) : true
  }

  release(subject: string): boolean | Promise<boolean> {
    if (!this.#held.delete(subject)) return false
    this.#due.delete(subject)
    return this.#isSure ? this.#drop(subject) : this.#leaveLater(subject)
  }

  async held(subjects: readonly string[]): Promise<ReadonlySet<string>> {
    while (!this.#closed) {
      try {
        if (this.#isSure) return new Set(await this.#commands.held(...subjects))
      } catch (error) {
        log.debug({ error: String(error) }, 'claims_unanswered')
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    // Nobody is to be thought gone because this node stops.
    return new Set(subjects)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#joined = false
    clearTimeout(this.#timer)
    this.#redis.off('ready', this.#ready)
    this.#redis.off('close', this.#broken)
    for (const leave of this.#leaving.values()) leave(false)
    this.#leaving.clear()
    this.#wake()
  }

  /** Whether the answers of Redis can be believed. */
  get #isSure(): boolean {
    return this.#joined && !this.#patient
  }

  async #isFirst(subject: string): Promise<boolean> {
    try {
      const alone = await this.#hold([subject])
      return alone.length > 0
    } catch {
      return true
    }
  }

  /** @returns those of the subjects that no other lease holds @throws when they are still due */
  async #hold(subjects: readonly string[]): Promise<readonly string[]> {
    const lease = this.#lease
    const alone = await this.#commands.hold(lease, ...subjects)
    if (!alone) {
      if (lease === this.#lease) void this.#beat()
      throw new Error('lease lost')
    }
    if (lease === this.#lease) for (const subject of subjects) this.#due.delete(subject)
    return alone
  }

  async #drop(subject: string): Promise<boolean> {
    try {
      return (await this.#commands.drop(subject, this.#lease, ...this.#former)) === 1
    } catch {
      return this.#held.has(subject) || this.#closed ? false : this.#leaveLater(subject)
    }
  }

  #leaveLater(subject: string): Promise<boolean> {
    this.#leaving.get(subject)?.(false)
    return new Promise((resolve) => this.#leaving.set(subject, resolve))
  }

  /** Does what is due, one at a time, and sees to it that it is done again. */
  async #beat(): Promise<void> {
    if (this.#beating || this.#closed || this.#redis.status !== 'ready') return
    this.#beating = true
    clearTimeout(this.#timer)
    let waitMs = this.#timings.renewMs
    try {
      await (this.#joined ? this.#renew() : this.#join())
      if (this.#isSure) this.#wake()
    } catch (error) {
      waitMs = Math.min(waitMs, RETRY_MS)
      log.warn({ error: String(error) }, 'lease_not_renewed')
    }
    this.#beating = false
    if (this.#closed) return
    this.#timer = setTimeout(this.#ready, waitMs)
    this.#timer.unref()
  }

  async #join(): Promise<void> {
    const lease = `${this.#nodeId}.${++this.#leases}`
    const newEpoch = randomBytes(EPOCH_BYTES).toString('hex')
    const epoch = await this.#commands.begin(lease, this.#timings.leaseMs, newEpoch)
    const isReturn = this.#epoch !== undefined
    const isSameEpoch = epoch === this.#epoch
    if (isReturn) this.#former.push(this.#lease)
    this.#lease = lease
    this.#epoch = epoch
    this.#patient = isReturn
    if (isReturn && !isSameEpoch) this.#untilRebuilt = RENEWALS_UNTIL_REBUILT
    this.#joined = true
    try {
      await this.#holdAll(isSameEpoch)
    } catch (error) {
      this.#joined = false
      // What was regained in vain cannot be told from what was never lost any more.
      if (isReturn) this.#untilRebuilt = RENEWALS_UNTIL_REBUILT
      throw error
    }
  }

  /** @param mayRegain whether what only this lease holds can only be so because it was taken for dead */
  async #holdAll(mayRegain: boolean): Promise<void> {
    const holdLot = async (lot: readonly string[]) => {
      const unheard = new Set(lot.filter((subject) => this.#due.has(subject)))
      for (const subject of await this.#hold(lot)) {
        if (!mayRegain || unheard.has(subject) || !this.#held.has(subject)) continue
        for (const observer of this.#observers) observer.regained?.(subject)
      }
    }
    let lot: string[] = []
    // Nothing comes between the choice of a lot and its way to Redis: what is released later is dropped after it.
    for (const subject of this.#held) {
      if (lot.push(subject) < HELD_AT_ONCE) continue
      await holdLot(lot)
      lot = []
    }
    if (lot.length > 0) await holdLot(lot)
  }

  async #renew(): Promise<void> {
    const [verdict, inForce, ended] = await this.#commands.renew(this.#lease, this.#timings.leaseMs)
    if (verdict === 'kept') {
      this.#patient = false
      await this.#catchUp()
      this.#notice(inForce)
      if (!this.#inheriting) void this.#inheritAll(ended)
      return
    }
    log.warn({ verdict }, 'lease_late')
    // This node stood still, or all of them did: nobody is to be inherited before the others had time to come back.
    if (verdict === 'lost') await this.#join()
  }

  /** Does what has waited until Redis can be believed. */
  async #catchUp(): Promise<void> {
    const leaving = [...this.#leaving]
    this.#leaving.clear()
    for (const [subject, leave] of leaving) leave(this.#drop(subject))
    const due = [...this.#due]
    for (let start = 0; start < due.length; start += HELD_AT_ONCE) {
      const lot = due.slice(start, start + HELD_AT_ONCE).filter((subject) => this.#held.has(subject))
      if (lot.length > 0) await this.#hold(lot)
    }
    while (this.#former.length > 0) {
      await this.#commands.retire(this.#former[0]!)
      this.#former = this.#former.slice(1)
    }
    if (this.#untilRebuilt === 0 || --this.#untilRebuilt > 0) return
    for (const observer of this.#observers) observer.rebuilt?.()
  }

  #notice(inForce: readonly string[]): void {
    const nodes = new Set(inForce.map((lease) => lease.slice(0, lease.lastIndexOf('.'))))
    nodes.delete(this.#nodeId)
    const gone = [...this.#nodes].filter((node) => !nodes.has(node))
    this.#nodes = nodes
    for (const node of gone) for (const observer of this.#observers) observer.nodeGone?.(node)
  }

  async #inheritAll(ended: readonly string[]): Promise<void> {
    this.#inheriting = true
    try {
      for (const lease of ended) {
        let hasMore = true
        while (hasMore && this.#isSure) hasMore = await this.#inherit(lease)
      }
    } catch (error) {
      log.warn({ error: String(error) }, 'claims_not_inherited')
      // What was handed over without this node's knowledge is found again under the former lease.
      this.#joined = false
    }
    this.#inheriting = false
  }

  /** @returns whether there is more */
  async #inherit(ended: string): Promise<boolean> {
    const lot = await this.#commands.inherit(this.#lease, ended, INHERITED_AT_ONCE)
    if (!lot) return false
    const [hasMore, agoMs, orphans] = lot
    // What this node has taken meanwhile, it holds for itself.
    const strays = orphans.filter((subject) => !this.#held.has(subject))
    if (strays.length > 0) log.info({ lease: ended, subjects: strays.length }, 'claims_inherited')
    const at = this.#clock() - agoMs - this.#timings.leaseMs
    for (const subject of strays) this.#held.add(subject)
    await Promise.all(strays.map((subject) => this.#entrust(subject, at)))
    return hasMore === 1
  }

  async #entrust(subject: string, at: number): Promise<void> {
    const trustees = this.#observers.map((observer) => observer.orphaned?.(subject, at))
    if (trustees.every((trustee) => trustee === undefined)) await this.release(subject)
    else await Promise.all(trustees)
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
