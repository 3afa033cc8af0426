import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createServer } from 'node:net'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { hasRedis, startRedis, uniqueName } from '../../test/services.ts'
import { setLogLevel } from '../log.ts'
import { ClusterError } from './errors.ts'
import type { Limiter } from './limiter.ts'
import { RedisCluster } from './redis-cluster.ts'

setDefaultTimeout(300_000)
setLogLevel('silent')

const LIFE_MS = 60_000

/** How many of so many tries a limiter lets through, one after the other. */
async function passed(limiter: Limiter, subject: string, tries: number): Promise<number> {
  let passed = 0
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      await limiter.consume(subject)
      passed++
    } catch (refusal) {
      expect(refusal).toBeInstanceOf(RateLimiterRes)
    }
  }
  return passed
}

describe.skipIf(!hasRedis)('what nodes share through Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  const prefix = uniqueName()
  const clusters: RedisCluster[] = []
  let one: RedisCluster
  let two: RedisCluster
  let stranger: RedisCluster

  beforeAll(async () => {
    redis = await startRedis()
    const { url } = redis
    for (const own of [prefix, prefix, uniqueName()]) {
      clusters.push(await RedisCluster.connect({ url, prefix: own }, { beatMs: 100 }))
    }
    ;[one, two, stranger] = clusters as [RedisCluster, RedisCluster, RedisCluster]
  })
  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.close()))
    await redis.close()
  })

  /** Resolves when the node has lost Redis, or has it back. */
  const linked = (cluster: RedisCluster, wanted: boolean) =>
    new Promise<void>((resolve) => {
      if (cluster.bus.linked === wanted) resolve()
      cluster.bus.onLink((linked) => linked === wanted && resolve())
    })

  test('a limit counts on all nodes together, by name and subject', async () => {
    const options = { name: 'call/user', count: 5, seconds: 60 }
    const [first, second] = [one.limiter(options), two.limiter(options)]
    expect(await passed(first, 'u9', 3)).toBe(3)
    expect(await passed(second, 'u9', 5)).toBe(2)
    expect(await passed(first, 'u9', 2)).toBe(0)
    expect(await passed(second, 'u10', 1)).toBe(1)
    expect(await passed(one.limiter({ ...options, name: 'send/user' }), 'u9', 1)).toBe(1)
    expect(await passed(stranger.limiter(options), 'u9', 9)).toBe(5)
  })

  test('a refusal says when to come back', async () => {
    const limiter = one.limiter({ name: 'slow', count: 1, seconds: 60 })
    await limiter.consume('u9')
    const refusal = await limiter.consume('u9').catch((refused: RateLimiterRes) => refused)
    expect(refusal.msBeforeNext).toBeGreaterThan(50_000)
    expect(refusal.msBeforeNext).toBeLessThanOrEqual(60_000)
  })

  test('a one-time value is taken once, by whichever node', async () => {
    await one.oneTimeValues.put('captcha:x', 'first', LIFE_MS)
    await two.oneTimeValues.put('captcha:x', 'second', LIFE_MS)
    const taken = await Promise.all(
      [one, two, one, two].map(({ oneTimeValues }) => oneTimeValues.take('captcha:x')),
    )
    expect(taken.filter((value) => value !== undefined)).toEqual(['second'])
    expect(await one.oneTimeValues.take('captcha:x')).toBeUndefined()
    await one.oneTimeValues.put('captcha:x', 'ours', LIFE_MS)
    expect(await stranger.oneTimeValues.take('captcha:x')).toBeUndefined()
  })

  test('a one-time value lives as long as it should', async () => {
    await one.oneTimeValues.put('captcha:y', 'text', LIFE_MS)
    const leftMs = await one.redis.pttl(`${prefix}:once:captcha:y`)
    expect(leftMs).toBeGreaterThan(LIFE_MS - 10_000)
    expect(leftMs).toBeLessThanOrEqual(LIFE_MS)
    await two.redis.pexpire(`${prefix}:once:captcha:y`, 0)
    expect(await one.oneTimeValues.take('captcha:y')).toBeUndefined()
  })

  test('every key begins with the prefix; what is counted or kept for a while ends by itself', async () => {
    const keys = await one.redis.keys('*')
    expect(keys.filter((key) => key.startsWith(`${prefix}:`)).length).toBeGreaterThan(0)
    for (const key of keys) {
      const [, kind] = /^parley_test_[0-9a-f]+:([a-z]+)/.exec(key) ?? []
      expect(['rate', 'once', 'leases', 'lease', 'claim', 'epoch']).toContain(kind!)
      if (kind === 'rate' || kind === 'once') expect(await one.redis.pttl(key)).toBeGreaterThan(0)
    }
  })

  test('a frozen Redis keeps no call waiting, and limits neither block nor open up', async () => {
    const limiter = one.limiter({ name: 'frozen', count: 3, seconds: 60 })
    redis.pause()
    const started = performance.now()
    expect(await passed(limiter, 'u9', 1)).toBe(1)
    await expect(one.oneTimeValues.put('x', 'y', LIFE_MS)).rejects.toBeInstanceOf(ClusterError)
    expect(performance.now() - started).toBeLessThan(6000)
    await linked(one, false)
    const failingSince = performance.now()
    expect(await passed(limiter, 'u9', 9)).toBe(2)
    await expect(one.oneTimeValues.take('x')).rejects.toBeInstanceOf(ClusterError)
    expect(performance.now() - failingSince).toBeLessThan(1000)
    expect(one.failing()).toEqual(['redis'])
    redis.resume()
    await Promise.all([linked(one, true), linked(two, true)])
    expect(one.failing()).toEqual([])
  })

  test('after a restart of Redis everything works again', async () => {
    const limiter = one.limiter({ name: 'restart', count: 2, seconds: 60 })
    expect(await passed(limiter, 'u9', 1)).toBe(1)
    await redis.stop()
    await linked(one, false)
    expect(await passed(limiter, 'u9', 5)).toBe(2)
    await expect(one.oneTimeValues.take('x')).rejects.toBeInstanceOf(ClusterError)
    await redis.start()
    await Promise.all([linked(one, true), linked(two, true)])
    await one.oneTimeValues.put('x', 'y', LIFE_MS)
    expect(await two.oneTimeValues.take('x')).toBe('y')
    expect(await passed(two.limiter({ name: 'restart', count: 2, seconds: 60 }), 'u9', 1)).toBe(1)
    expect(await passed(limiter, 'u9', 5)).toBe(1)
  })
})

test('a start without Redis fails soon, and without the password', async () => {
  const silent = createServer(() => {})
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  silent.listen(0, '127.0.0.1', resolve)
  await listening
  const { port } = silent.address() as { port: number }
  for (const [address, reason] of [
    ['127.0.0.1:1', /ECONNREFUSED/],
    [`127.0.0.1:${port}`, /./],
  ] as const) {
    const started = performance.now()
    const url = `redis://somebody:pass-word@${address}`
    const failure = await RedisCluster.connect({ url, prefix: 'x' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ClusterError)
    const { message } = failure as ClusterError
    expect(message).toStartWith(`${address}: `)
    expect(message).toMatch(reason)
    expect(message).not.toContain('pass-word')
    expect(performance.now() - started).toBeLessThan(11_000)
  }
  silent.close()
})
