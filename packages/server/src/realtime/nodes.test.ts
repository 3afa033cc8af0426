import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test'
import Pusher from 'pusher'
import { hasRedis, startRedis, uniqueName } from '../../test/services.ts'
import { RedisCluster } from '../cluster/redis-cluster.ts'
import { setLogLevel } from '../log.ts'
import type { RealtimeOptions } from './index.ts'
import type { PresenceState } from './presence.ts'
import { ANN, BEN, CID, event, PUSHER_APP, type Site, startSite, until, Wire } from './testing.ts'

setDefaultTimeout(300_000)
setLogLevel('silent')

const CHANNEL = 'presence-group-7'

const backend = ({ port }: Site) =>
  new Pusher({ appId: '1', ...PUSHER_APP, host: '127.0.0.1', port: String(port), useTLS: false })
const ask = async (site: Site, path: string, params: Record<string, string> = {}) =>
  (await backend(site).get({ path, params })).json()

const added = (uid: number): string =>
  event(
    'pusher_internal:member_added',
    { user_id: String(uid), user_info: { name: `user ${uid}`, avatar: `/avatar/${uid}.png` } },
    CHANNEL,
  )
const removed = (uid: number): string =>
  event('pusher_internal:member_removed', { user_id: String(uid) }, CHANNEL)

describe('two nodes on one wire', () => {
  let wire: Wire
  let one: Site
  let two: Site
  beforeEach(() => {
    wire = new Wire()
    one = startSite({ bus: wire.bus() })
    two = startSite({ bus: wire.bus() })
  })
  afterEach(() => Promise.all([one.stop(), two.stop()]))

  test('a presence channel has the members of both, and says so on both', async () => {
    const [ann, ben] = [await one.client(ANN), await two.client(BEN)]
    await ann.subscribe(CHANNEL)
    const frame = JSON.parse(await ben.subscribe(CHANNEL))
    expect(JSON.parse(frame.data).presence).toMatchObject({ count: 2, ids: ['2', '1'] })
    expect(await ann.settle()).toEqual([added(BEN)])
    const again = await one.client(BEN)
    await again.subscribe(CHANNEL)
    again.close()
    await again.closed
    expect([await ann.settle(), await ben.settle()]).toEqual([[], []])
    ben.send('pusher:unsubscribe', { channel: CHANNEL })
    await ben.settle()
    expect(await ann.settle()).toEqual([removed(BEN)])
    expect(two.hub.subscriptions.members.ids(CHANNEL)).toEqual(['1'])
  })

  test('a big channel tells of nobody, wherever they are', async () => {
    await Promise.all([one.stop(), two.stop()])
    const limits = { membersAnnouncedMax: 1 }
    one = startSite({ bus: wire.bus(), limits })
    two = startSite({ bus: wire.bus(), limits })
    const [ann, ben] = [await one.client(ANN), await two.client(BEN)]
    await ann.subscribe(CHANNEL)
    await ben.subscribe(CHANNEL)
    expect(await ann.settle()).toEqual([])
  })

  test('a stop of one node takes its members from the other', async () => {
    const [ann, ben] = [await one.client(ANN), await two.client(BEN)]
    await ann.subscribe(CHANNEL)
    await ben.subscribe(CHANNEL)
    await two.stop()
    expect(await ann.settle()).toEqual([added(BEN), removed(BEN)])
  })

  test('the backend is told of all sockets, whichever node it asks', async () => {
    for (const site of [one, two]) {
      const ann = await site.client(ANN)
      for (const name of [CHANNEL, 'group-7']) await ann.subscribe(name)
    }
    const ben = await two.client(BEN)
    await ben.subscribe(CHANNEL)
    await ben.subscribe('news')
    for (const site of [one, two]) {
      const { channels } = await ask(site, '/channels', { info: 'subscription_count' })
      expect(channels).toEqual({
        [CHANNEL]: { subscription_count: 3 },
        'group-7': { subscription_count: 2 },
        news: { subscription_count: 1 },
      })
      expect(await ask(site, '/channels', { filter_by_prefix: 'presence-', info: 'user_count' })).toEqual({
        channels: { [CHANNEL]: { user_count: 2 } },
      })
      expect(await ask(site, `/channels/${CHANNEL}`, { info: 'user_count,subscription_count' })).toEqual({
        occupied: true,
        user_count: 2,
        subscription_count: 3,
      })
      expect(await ask(site, '/channels/news')).toEqual({ occupied: true })
      expect(await ask(site, '/channels/nothing')).toEqual({ occupied: false })
      const { users } = await ask(site, `/channels/${CHANNEL}/users`)
      expect(users.map(({ id }: { id: string }) => id).toSorted()).toEqual(['1', '2'])
      const answer = await backend(site).trigger('group-7', 'hint', {}, { info: 'subscription_count' })
      expect(await answer.json()).toEqual({ channels: { 'group-7': { subscription_count: 2 } } })
    }
  })

  test('a node that does not answer is left out, one that has stopped is not waited for', async () => {
    await Promise.all([one.stop(), two.stop()])
    const timings = { censusMs: 100 }
    const silent = wire.bus()
    one = startSite({ bus: wire.bus(), timings })
    two = startSite({ bus: silent, timings })
    for (const site of [one, two]) await (await site.client(ANN)).subscribe('group-7')
    const count = async () =>
      (await ask(one, '/channels/group-7', { info: 'subscription_count' })).subscription_count
    expect(await count()).toBe(2)
    wire.cut(silent)
    expect(await count()).toBe(1)
    wire.mend(silent)
    await until(async () => (await count()) === 2)
    await two.stop()
    expect(await count()).toBe(1)
  })
})

describe.skipIf(!hasRedis)('three nodes on Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let prefix: string
  let clusters: RedisCluster[] = []
  let sites: Site[] = []
  let hooks: string[] = []
  let receiver: ReturnType<typeof Bun.serve>
  /** What is stored about users, in order: `1 online`. */
  let stored: string[] = []
  let states: Map<number, PresenceState>
  const quick = { leaseMs: 600, renewMs: 150 }
  /** Where all have to be back within the same renewal: connections come back within a second. */
  const patient = { leaseMs: 6000, renewMs: 1500 }

  const setState = (uid: number, state: PresenceState) => {
    stored.push(`${uid} ${state}`)
    states.set(uid, state)
  }
  const onlineUids = async () => [...states].filter(([, state]) => state === 'online').map(([uid]) => uid)

  beforeAll(async () => {
    redis = await startRedis()
    receiver = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        const { events } = (await request.json()) as {
          events: { name: string; channel: string; user_id?: string }[]
        }
        hooks.push(...events.map(({ name, channel, user_id = '' }) => `${name} ${channel} ${user_id}`.trim()))
        return new Response()
      },
    })
  })
  afterAll(async () => {
    await redis.close()
    await receiver.stop(true)
  })

  async function start(
    prefix: string,
    more: Partial<RealtimeOptions> = {},
    claimTimings = quick,
  ): Promise<Site> {
    const cluster = await RedisCluster.connect({ url: redis.url, prefix }, { beatMs: 100, claimTimings })
    const { bus, claims, nodeId } = cluster
    await claims.held([])
    const site = startSite({
      bus,
      claims,
      nodeId,
      setState,
      onlineUids,
      webhook: { url: `http://127.0.0.1:${receiver.port}`, app: PUSHER_APP },
      timings: { offlineAfterMs: 30, webhookBatchMs: 1, webhookRetryMs: 10 },
      ...more,
    })
    clusters.push(cluster)
    sites.push(site)
    return site
  }

  async function startThree(claimTimings = quick): Promise<[Site, Site, Site]> {
    prefix = uniqueName()
    hooks = []
    stored = []
    states = new Map()
    const startOne = () => start(prefix, {}, claimTimings)
    return [await startOne(), await startOne(), await startOne()]
  }

  /** Ends a node's part in the cluster as if its process were killed. */
  function kill(index: number): void {
    clusters[index]!.claims.close()
    clusters[index]!.redis.disconnect()
  }

  afterEach(async () => {
    await Promise.all(sites.splice(0).map((site) => site.stop()))
    await Promise.all(clusters.splice(0).map((cluster) => cluster.close()))
    sites = []
    clusters = []
  })

  test('a user is online from the first socket to the last, on whichever nodes', async () => {
    const [one, two, three] = await startThree()
    const sockets = [await one.client(ANN), await two.client(ANN), await three.client(ANN)]
    await until(() => stored.length > 0)
    for (const socket of sockets) await socket.settle()
    sockets[0]!.close()
    sockets[2]!.close()
    await until(() => !one.presence.isOnline(ANN) && !three.presence.isOnline(ANN))
    expect(stored).toEqual(['1 online'])
    sockets[1]!.close()
    await until(() => stored.length > 1)
    expect(stored).toEqual(['1 online', '1 offline'])
  })

  test('a user who comes to one node while another stores the end is online in the end', async () => {
    const [one] = await startThree()
    const { promise: storable, resolve } = Promise.withResolvers<void>()
    let isStoring = false
    const slow = await start(prefix, {
      async setState(uid, state) {
        isStoring = state === 'offline'
        if (isStoring) await storable
        setState(uid, state)
      },
    })
    const ann = await slow.client(ANN)
    await until(() => stored.length === 1)
    ann.close()
    await until(() => isStoring)
    await one.client(ANN)
    await until(() => stored.length === 2)
    resolve()
    await until(() => stored.length === 4)
    expect(stored).toEqual(['1 online', '1 online', '1 offline', '1 online'])
  })

  test('webhooks tell the first coming and the last leaving on the site', async () => {
    const [one, two] = await startThree()
    const [ann, again, ben] = [await one.client(ANN), await two.client(ANN), await two.client(BEN)]
    await ann.subscribe(CHANNEL)
    await until(() => hooks.length === 2)
    for (const client of [again, ben]) await client.subscribe(CHANNEL)
    await until(() => hooks.length === 3)
    for (const client of [ann, again]) {
      client.close()
      await client.closed
    }
    await until(() => hooks.length === 4)
    ben.close()
    await until(() => hooks.length === 6)
    expect(hooks).toEqual([
      `channel_occupied ${CHANNEL}`,
      `member_added ${CHANNEL} 1`,
      `member_added ${CHANNEL} 2`,
      `member_removed ${CHANNEL} 1`,
      `member_removed ${CHANNEL} 2`,
      `channel_vacated ${CHANNEL}`,
    ])
  })

  test('a node that dies: its users are offline, its members gone, its channels vacated, each told once', async () => {
    const [one, two, three] = await startThree()
    const ann = await one.client(ANN)
    await ann.subscribe(CHANNEL)
    const ben = await three.client(BEN)
    await ben.subscribe(CHANNEL)
    await (await three.client(ANN)).subscribe(CHANNEL)
    await (await three.client(CID)).subscribe('news')
    await until(() => stored.length === 3 && hooks.length === 4)
    await until(() => two.hub.subscriptions.members.count(CHANNEL) === 2)
    stored.length = 0
    hooks.length = 0
    kill(2)
    await until(() => stored.length === 2 && hooks.length === 2)
    await until(() => two.hub.subscriptions.members.count(CHANNEL) === 1)
    expect(stored.toSorted()).toEqual(['2 offline', '3 offline'])
    expect(hooks.toSorted()).toEqual(['channel_vacated news', `member_removed ${CHANNEL} 2`])
    await until(() => one.hub.subscriptions.members.count(CHANNEL) === 1)
    expect(await ann.settle()).toEqual([added(BEN), removed(BEN)])
    expect(states.get(ANN)).toBe('online')
  })

  test('a node that stops: who comes back elsewhere was never away, who does not is offline later', async () => {
    const [one, , three] = await startThree()
    await three.client(ANN)
    await (await three.client(BEN)).subscribe('news')
    await until(() => stored.length === 2 && hooks.length === 1)
    await three.stop()
    expect(hooks.at(-1)).toBe('channel_vacated news')
    await clusters[2]!.close()
    const ann = await one.client(ANN)
    await until(() => states.get(BEN) === 'offline')
    await ann.settle()
    expect(stored.slice(2)).toEqual(['2 offline'])
    expect(one.presence.isOnline(ANN)).toBe(true)
  })

  test('a start takes over who is stored as online and on no node', async () => {
    const [one, two] = await startThree()
    await one.client(ANN)
    await until(() => stored.length === 1)
    states.set(BEN, 'online')
    states.set(CID, 'online')
    await two.presence.resume(await onlineUids())
    await one.client(CID)
    await until(() => states.get(BEN) === 'offline')
    expect(stored).toEqual(['1 online', '2 offline'])
  })

  test('Redis away, and back with nothing: nobody goes offline by it, who went meanwhile does', async () => {
    const [one, two] = await startThree(patient)
    const ann = await one.client(ANN)
    const ben = await two.client(BEN)
    await until(() => stored.length === 2)
    await redis.stop()
    await until(() => clusters.every(({ bus }) => !bus.isUp))
    ben.close()
    await until(() => !two.presence.isOnline(BEN))
    await two.client(CID)
    await until(() => states.get(CID) === 'online')
    expect(states.get(BEN)).toBe('online')
    await redis.start()
    await until(() => states.get(BEN) === 'offline')
    await ann.settle()
    expect(stored.toSorted()).toEqual(['1 online', '2 offline', '2 online', '3 online'])
  })
})
