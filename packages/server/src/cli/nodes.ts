import { systemClock } from '../clock.ts'
import { openCluster, RELOAD_TOPIC } from '../cluster/index.ts'
import type { Config } from '../config.ts'
import { say } from './language.ts'
import { remark } from './output.ts'
import { tellRunningServer } from './running.ts'

/**
 * Has every server of the site take up what a command changed in the database: the one in this data folder, and with
 * Redis all nodes. What was changed stays changed when they cannot be reached; a line on standard error says so.
 */
export async function tellServers(config: Pick<Config, 'dataDir' | 'redis'>): Promise<void> {
  await tellRunningServer(config.dataDir)
  if (!config.redis) return
  try {
    const cluster = await openCluster(config, systemClock)
    cluster.bus.publish(RELOAD_TOPIC, null)
    await cluster.close()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    remark(
      say({
        zh: `已保存，但未能通知其他节点：Redis 没有应答（${reason}）。它们恢复与 Redis 的连接后会自行更新；若只有本机无法连接 Redis，请重启它们`,
        en: `Saved, but the other nodes could not be told: Redis does not answer (${reason}). They find out by themselves when it is back; if only this machine cannot reach it, restart them`,
      }),
    )
  }
}
