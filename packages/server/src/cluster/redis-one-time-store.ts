import type { Redis } from 'ioredis'
import { ClusterError } from './errors.ts'
import type { OneTimeStore } from './one-time-store.ts'

/** One for all nodes. Redis removes what has expired. */
export class RedisOneTimeStore implements OneTimeStore {
  /** @param prefix begins every key */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** @throws ClusterError when Redis does not answer */
  async put(key: string, value: string, lifeMs: number): Promise<void> {
    await answered(this.redis.set(this.prefix + key, value, 'PX', Math.ceil(lifeMs)))
  }

  /** @throws ClusterError when Redis does not answer */
  async take(key: string): Promise<string | undefined> {
    // GETDEL is why Redis has to be 6.2 or later.
    return (await answered(this.redis.getdel(this.prefix + key))) ?? undefined
  }
}

/** @throws ClusterError */
async function answered<Answer>(command: Promise<Answer>): Promise<Answer> {
  try {
    return await command
  } catch (error) {
    throw new ClusterError('Redis does not answer', error)
  }
}
