import { Redis } from 'ioredis'
import { redisLimiter } from '../../packages/server/src/cluster/limiter.ts'
import { type Meter, redisItself, spent } from './machine.ts'

/** The node id under which the bench speaks. */
const NODE = 'bench'
const CHANNEL = 'parley:bus'
const SUBSCRIBERS = [1, 8, 32] as const
const PUBLICATIONS = 10_000
const TURN_OF = 20

const CONTENT = '明天上午十点在三楼会议室开会，请带上材料。'

/** A message as nodes tell each other of it, on the channels given. */
export const messageItem = (channels: readonly string[], mid: number): [string, unknown] => [
  'realtime',
  {
    op: 'publish',
    channels,
    event: 'message',
    data: JSON.stringify({
      type: 'friend',
      to: '1234567',
      from_name: '压测1234',
      from_avatar: '/avatar/1234567.svg?t=%E5%8E%8B',
      to_name: '压测5678',
      to_avatar: '/avatar/7654321.svg?t=%E5%8E%8B',
      from: '7654321',
      content: CONTENT,
      timestamp: 1_790_000_000,
      sub_type: 'message',
      mid,
      seq: 1234,
      quote_mid: 0,
      quote_content: '',
      uniqueId: 'c0ffee00-0000-4000-8000-000000000000',
    }),
  },
]

/** One more node, as far as the others can tell. */
export class GhostNode {
  readonly #redis: Redis

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl)
  }

  /** Tells the nodes of some events in one telegram. */
  async tell(items: readonly [string, unknown][]): Promise<void> {
    await this.#redis.publish(CHANNEL, JSON.stringify({ node: NODE, items }))
  }

  /** Takes its leave: a node that falls silent would worry the others. */
  async close(): Promise<void> {
    await this.#redis.publish(CHANNEL, JSON.stringify({ node: NODE, bye: true, items: [] }))
    this.#redis.disconnect()
  }
}

/** What Redis spends on a PUBLISH of one message, and on each subscriber. */
export async function measurePublish(redisUrl: string): Promise<{ publishUs: number; deliverUs: number }> {
  const redis = new Redis(redisUrl)
  const meter = redisItself(redis)
  const text = JSON.stringify({ node: NODE, items: [messageItem(['user-1', 'private-user-1'], 1)] })
  const listeners = await Promise.all(
    Array.from({ length: Math.max(...SUBSCRIBERS) }, () => listen(redisUrl)),
  )
  const points: [number, number][] = []
  for (const count of SUBSCRIBERS) {
    for (const [index, { subscribe }] of listeners.entries()) if (index < count) await subscribe()
    points.push([count, await perPublication(redis, meter, text)])
  }
  for (const { close } of listeners) close()
  redis.disconnect()
  const { fixed, each } = line(points)
  return { publishUs: fixed, deliverUs: each }
}

async function perPublication(redis: Redis, meter: Meter, text: string): Promise<number> {
  const { us } = await spent({ redis: meter }, async () => {
    for (let sent = 0; sent < PUBLICATIONS; sent += TURN_OF)
      await Promise.all(Array.from({ length: TURN_OF }, () => redis.publish('bench', text)))
  })
  return us.redis / PUBLICATIONS
}

/** What Redis spends on a rate limit of a node. */
export async function measureLimit(redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl)
  const limiter = redisLimiter(redis, 'bench:')({ name: 'rate', count: PUBLICATIONS, seconds: 1 })
  const { us } = await spent({ redis: redisItself(redis) }, async () => {
    for (let asked = 0; asked < PUBLICATIONS; asked += TURN_OF)
      await Promise.all(Array.from({ length: TURN_OF }, (_, i) => limiter.consume(`u${asked + i}`)))
  })
  redis.disconnect()
  return us.redis / PUBLICATIONS
}

/** A connection that throws away what it hears. */
async function listen(redisUrl: string) {
  const { hostname, port } = new URL(redisUrl)
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
  let isSubscribed = false
  return {
    async subscribe() {
      if (!isSubscribed) socket.write('SUBSCRIBE bench\r\n')
      isSubscribed = true
      await Bun.sleep(1)
    },
    close: () => socket.end(),
  }
}

/** The straight line through points, by least squares: what is spent anyway, and for each one more. */
export function line(points: readonly (readonly [number, number])[]): { fixed: number; each: number } {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const up = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const across = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  const slope = up / across
  return { fixed: Math.max(0, meanY - slope * meanX), each: slope }
}
