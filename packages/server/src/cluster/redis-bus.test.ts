import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Redis } from 'ioredis'
import { hasRedis, startRedis, uniqueName } from '../../test/services.ts'
import { setLogLevel } from '../log.ts'
import { RedisBus } from './redis-bus.ts'
import { readTelegram, telegramText } from './telegram.ts'
import { Inbox } from './testing.ts'

setDefaultTimeout(300_000)
setLogLevel('silent')

/** Quick, so that what takes seconds on a site takes less here. */
const BEAT_MS = 50

describe.skipIf(!hasRedis)('the bus over Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let raw: Redis
  const buses: RedisBus[] = []

  beforeAll(async () => {
    redis = await startRedis()
    raw = new Redis(redis.url)
    raw.on('error', () => {})
  })
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()))
  })
  afterAll(async () => {
    raw.disconnect()
    await redis.close()
  })

  async function join(prefix: string, nodeId: string): Promise<RedisBus> {
    const bus = new RedisBus({ url: redis.url, prefix, nodeId, beatMs: BEAT_MS })
    buses.push(bus)
    await bus.opened(30_000)
    return bus
  }

  /** Two nodes, and what the second hears on the topics `a` and `b`. */
  async function pair() {
    const prefix = uniqueName()
    const one = await join(prefix, 'one')
    const two = await join(prefix, 'two')
    const heard = new Inbox<unknown>()
    for (const topic of ['a', 'b']) two.subscribe(topic, (payload) => heard.add([topic, payload]))
    return { prefix, one, two, heard }
  }

  /** What becomes of `linked` from now on. */
  function linksOf(bus: RedisBus): Inbox<boolean> {
    const links = new Inbox<boolean>()
    bus.onLink(links.add)
    return links
  }

  test('own handlers run before publish returns, once', async () => {
    const prefix = uniqueName()
    const bus = await join(prefix, 'one')
    const travelled = new Inbox<unknown>()
    const heard: unknown[] = []
    bus.subscribe('a', (payload) => heard.push(payload))
    bus.publish('a', 1)
    expect(heard).toEqual([1])
    // Its echo has come back by the time that the echo of a later beat has.
    const listener = raw.duplicate()
    listener.on('message', (_, text) => travelled.add(text))
    await listener.subscribe(`${prefix}:bus`)
    await travelled.take(3)
    expect(heard).toEqual([1])
    listener.disconnect()
  })

  test('other nodes hear everything in order, across topics', async () => {
    const { one, heard } = await pair()
    const expected: unknown[] = []
    for (let serial = 0; serial < 500; serial++) {
      const topic = serial % 3 === 0 ? 'b' : 'a'
      one.publish(topic, { serial })
      expected.push([topic, { serial }])
      if (serial % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await heard.take(500)).toEqual(expected)
  })

  test('what is published in one turn travels as one message', async () => {
    const { prefix, one, heard } = await pair()
    const travelled = new Inbox<unknown>()
    const listener = raw.duplicate()
    listener.on('message', (_, text) => {
      const items = readTelegram(text)?.items ?? []
      if (items.length > 0) travelled.add(items.length)
    })
    await listener.subscribe(`${prefix}:bus`)
    one.publish('a', 1)
    await Promise.resolve()
    one.publish('b', 2)
    one.publish('unheard', 3)
    await heard.take(2)
    one.publish('a', 4)
    await heard.take(1)
    expect(await travelled.take(2)).toEqual([3, 1])
    listener.disconnect()
  })

  test('what cannot travel, and what no node has written, harms nothing', async () => {
    const { prefix, one, heard } = await pair()
    const circular: Record<string, unknown> = {}
    circular.self = circular
    one.publish('a', circular)
    for (const text of ['', 'nonsense', '{"node":"x"}', '{"node":"x","items":[[1]]}']) {
      await raw.publish(`${prefix}:bus`, text)
    }
    one.publish('a', 'good')
    expect(await heard.next()).toEqual(['a', 'good'])
  })

  test('sites with different prefixes do not hear each other', async () => {
    const { one, heard } = await pair()
    const stranger = await pair()
    stranger.one.publish('a', 'theirs')
    expect(await stranger.heard.next()).toEqual(['a', 'theirs'])
    one.publish('a', 'ours')
    expect(await heard.next()).toEqual(['a', 'ours'])
    expect(stranger.heard.rest()).toEqual([])
  })

  test('closing sends what was published in this turn, and worries nobody', async () => {
    const { prefix, one, two, heard } = await pair()
    const links = linksOf(two)
    one.publish('a', 'last')
    await one.close()
    expect(await heard.next()).toEqual(['a', 'last'])
    one.publish('a', 'too late')
    const three = await join(prefix, 'three')
    three.publish('b', 'other')
    expect(await heard.next()).toEqual(['b', 'other'])
    expect(links.rest()).toEqual([])
  })

  test('Redis goes and comes back: the bus comes back by itself and replays nothing', async () => {
    const { one, two, heard } = await pair()
    const links = [linksOf(one), linksOf(two)]
    await redis.stop()
    expect(await Promise.all(links.map((link) => link.next()))).toEqual([false, false])
    expect([one.linked, one.isUp]).toEqual([false, false])
    const own: unknown[] = []
    one.subscribe('a', (payload) => own.push(payload))
    one.publish('a', 'missed')
    expect(own).toEqual(['missed'])
    await redis.start()
    for (const link of links) while (!(await link.next()));
    one.publish('a', 'after')
    expect(await heard.next()).toEqual(['a', 'after'])
    expect(heard.rest()).toEqual([])
  })

  test('a Redis that is frozen is noticed, and nothing comes out of order', async () => {
    const { one, two, heard } = await pair()
    const links = [linksOf(one), linksOf(two)]
    redis.pause()
    one.publish('a', 'on its way')
    expect(await Promise.all(links.map((link) => link.next()))).toEqual([false, false])
    redis.resume()
    for (const link of links) while (!(await link.next()));
    one.publish('a', 'after')
    // It may come late, never after what was published later.
    const first = await heard.next()
    if ((first as unknown[])[1] === 'on its way') expect(await heard.next()).toEqual(['a', 'after'])
    else expect(first).toEqual(['a', 'after'])
  })

  test('a node that lost messages has the others look anew', async () => {
    const { prefix, one, two } = await pair()
    const [onesLinks, twosLinks] = [linksOf(one), linksOf(two)]
    one.onLink((linked) => {
      if (!linked) one.publish('a', 'lost')
    })
    const clients = String(await raw.client('LIST'))
    const [, id = ''] = new RegExp(`^id=(\\d+) .*name=${prefix}:one `, 'm').exec(clients) ?? []
    await raw.client('KILL', 'ID', id)
    expect(await onesLinks.take(2)).toEqual([false, true])
    expect(await twosLinks.take(2)).toEqual([false, true])
  })

  test('a node that falls silent without a farewell is doubted until it speaks or is given up', async () => {
    const prefix = uniqueName()
    const bus = await join(prefix, 'one')
    const links = linksOf(bus)
    const say = (signs: { beat?: number; bye?: boolean }) =>
      raw.publish(`${prefix}:bus`, telegramText({ node: 'ghost', ...signs }))
    await say({ beat: 1 })
    expect(await links.next()).toBe(false)
    expect([bus.linked, bus.isUp]).toEqual([false, true])
    await say({ beat: 2 })
    expect(await links.next()).toBe(true)
    expect(await links.next()).toBe(false)
    await say({ bye: true })
    expect(await links.next()).toBe(true)
    await say({ beat: 3 })
    expect(await links.next()).toBe(false)
    expect(await links.next()).toBe(true)
  })
})
