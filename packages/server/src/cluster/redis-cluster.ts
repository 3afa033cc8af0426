import type { Redis } from 'ioredis'
import { type Clock, systemClock } from '../clock.ts'
import type { RedisConfig } from '../config.ts'
import { type Cluster, newNodeId } from './cluster.ts'
import { ClusterError } from './errors.ts'
import { type LimiterOptions, redisLimiter } from './limiter.ts'
import { RedisBus } from './redis-bus.ts'
import { type ClaimTimings, RedisClaims } from './redis-claims.ts'
import { RedisOneTimeStore } from './redis-one-time-store.ts'

/** How long Redis may take to answer when a node starts. */
const START_MS_MAX = 4500

interface Options {
  readonly clock: Clock
  /** How often the node shows on the bus that it lives; for tests. */
  readonly beatMs?: number
  /** For tests. */
  readonly claimTimings?: Partial<ClaimTimings>
}

/** A site of several nodes, which meet at a Redis or Valkey server. */
export class RedisCluster implements Cluster {
  readonly nodeId: string
  readonly bus: RedisBus
  readonly claims: RedisClaims
  readonly oneTimeValues: RedisOneTimeStore
  readonly limiter: (options: LimiterOptions) => ReturnType<Cluster['limiter']>

  private constructor(bus: RedisBus, nodeId: string, prefix: string, { clock, claimTimings }: Options) {
    this.bus = bus
    this.nodeId = nodeId
    this.oneTimeValues = new RedisOneTimeStore(bus.commands, `${prefix}:once:`)
    this.claims = new RedisClaims({ redis: bus.commands, prefix, nodeId, clock, timings: claimTimings })
    this.limiter = redisLimiter(bus.commands, `${prefix}:rate:`)
  }

  /**
   * Joins the other nodes.
   * @throws ClusterError when Redis does not answer within 5 s; the message is for people and has no password
   */
  static async connect(
    { url, prefix }: RedisConfig,
    { clock = systemClock, beatMs, claimTimings }: Partial<Options> = {},
  ): Promise<RedisCluster> {
    const nodeId = newNodeId()
    const bus = new RedisBus({ url, prefix, nodeId, beatMs })
    try {
      await bus.opened(START_MS_MAX)
    } catch (error) {
      await bus.close()
      const reason = error instanceof Error ? error.message : String(error)
      throw new ClusterError(`${new URL(url).host}: ${reason}`, error)
    }
    return new RedisCluster(bus, nodeId, prefix, { clock, claimTimings })
  }

  /** For commands; they fail within a second while Redis does not answer. */
  get redis(): Redis {
    return this.bus.commands
  }

  failing(): readonly string[] {
    return this.bus.isUp ? [] : ['redis']
  }

  close(): Promise<void> {
    this.claims.close()
    return this.bus.close()
  }
}
