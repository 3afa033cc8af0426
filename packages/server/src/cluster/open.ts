import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { type Cluster, LocalCluster } from './cluster.ts'

/**
 * Joins the nodes of the site that the configuration names; with no Redis in it, this node is the whole site.
 * @throws ClusterError when Redis does not answer within 5 s
 */
export async function openCluster({ redis }: Pick<Config, 'redis'>, clock: Clock): Promise<Cluster> {
  if (!redis) return new LocalCluster(clock)
  // Most sites are one node: they need not load the client.
  const { RedisCluster } = await import('./redis-cluster.ts')
  return RedisCluster.connect(redis, { clock })
}
