import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Bus, LocalBus } from './bus.ts'
import { type Claims, LocalClaims } from './claims.ts'
import { type Limiter, type LimiterOptions, memoryLimiter } from './limiter.ts'
import { MemoryOneTimeStore, type OneTimeStore } from './one-time-store.ts'

/** What the nodes of a site share beside the database. */
export interface Cluster {
  /** Names this process among the nodes; new at every start. */
  readonly nodeId: string
  readonly bus: Bus
  readonly claims: Claims
  readonly oneTimeValues: OneTimeStore
  limiter(options: LimiterOptions): Limiter
  /** What between the nodes does not answer: `redis`, or nothing. The node serves on without it. */
  failing(): readonly string[]
  /** Sends what was published and ends. */
  close(): Promise<void>
}

const NODE_ID_BYTES = 8
const ONE_TIME_VALUES_MAX = 50_000

/** 16 hex digits. */
export const newNodeId = (): string => randomBytes(NODE_ID_BYTES).toString('hex')

/** A site of one node: everything is in this process. */
export class LocalCluster implements Cluster {
  readonly nodeId = newNodeId()
  readonly bus: Bus = new LocalBus()
  readonly claims: Claims = new LocalClaims()
  readonly oneTimeValues: OneTimeStore
  readonly limiter = memoryLimiter

  constructor(clock: Clock) {
    this.oneTimeValues = new MemoryOneTimeStore(ONE_TIME_VALUES_MAX, clock)
  }

  failing(): readonly string[] {
    return []
  }

  close(): Promise<void> {
    this.claims.close()
    return this.bus.close()
  }
}
