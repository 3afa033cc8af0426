import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startParley } from '../../../../scripts/services/parley.mjs'
import { Listener, type TestSite, type TestUser } from '../harness.ts'
import { hasRedis, testRedis } from '../services.ts'
import { heardOf, listenOn, type Nodes, passed, soon, startNodes } from './two-nodes.ts'

/*
 * Nodes that go for good, one without warning and one in good order: who was there and does not come back is offline within
 * 30 s for those who stay; who comes back to another node was never away. All times are those of a real site.
 */

const GONE_MS_MAX = 30_000

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('nodes go', () => {
  let nodes: Nodes
  let a: TestSite
  let b: TestSite
  const others: Awaited<ReturnType<typeof startParley>>[] = []

  beforeAll(async () => {
    nodes = await startNodes(await testRedis())
    ;({ a, b } = nodes)
    const environment = { ...nodes.env, LOG_LEVEL: 'error' }
    others.push(...(await Promise.all([startParley(environment), startParley(environment)])))
  })
  afterAll(async () => {
    await Promise.all(others.map((node) => node.close()))
    await nodes.close()
  })

  const stateOn = async (node: TestSite, { uid }: TestUser) =>
    (await node.api().ok('user/get', { uid })).state

  /** Opens a user's socket on a node in a process of its own. */
  async function listenAt(url: string, user: TestUser, channel: string): Promise<Listener> {
    const { key } = a.services.apps.pusher
    const address = `${url.replace('http', 'ws')}/app/${key}?token=${user.token}`
    const ear = new Listener(new WebSocket(address))
    await ear.next('pusher:connection_established')
    await ear.subscribe(channel)
    return ear
  }

  test('their users are offline within 30 s, but for those who have come to another node', async () => {
    const [ann, ben, cid, dot] = (await a.users(4)) as [TestUser, TestUser, TestUser, TestUser]
    for (const friend of [ben, cid, dot]) await a.befriend(ann, friend)
    const channel = `presence-group-${await a.group(ann, ben, cid, dot)}`
    const ear = await listenOn(a, ann, `user-${ann.uid}`, channel)
    const [killed, stopped] = others as [(typeof others)[0], (typeof others)[0]]
    await listenAt(killed.url, ben, channel)
    await listenAt(killed.url, cid, channel)
    const dots = await listenAt(stopped.url, dot, channel)
    await soon(() => heardOf(ear, 'state').length === 3)
    await soon(() => heardOf(ear, 'pusher_internal:member_added').length === 3)
    ear.frames.length = 0

    const start = performance.now()
    await Promise.all([killed.kill(), stopped.stop()])
    expect((await dots.whenClosed()).code).toBe(4200)
    await listenOn(b, cid, channel)

    const offline = () => heardOf(ear, 'state').map(({ uid }) => uid)
    const removed = () => heardOf(ear, 'pusher_internal:member_removed').map(({ user_id }) => Number(user_id))
    await soon(
      () => [ben, dot].every(({ uid }) => offline().includes(uid) && removed().includes(uid)),
      GONE_MS_MAX,
    )
    expect(performance.now() - start).toBeLessThan(GONE_MS_MAX)
    await passed(ear, a, b)
    const gone = [ben.uid, dot.uid].sort((one, other) => one - other)
    expect(offline().toSorted((one, other) => one - other)).toEqual(gone)
    expect(heardOf(ear, 'state').every(({ state }) => state === 'offline')).toBe(true)
    expect(removed().toSorted((one, other) => one - other)).toEqual(gone)
    for (const node of [a, b]) {
      expect([await stateOn(node, ben), await stateOn(node, dot)]).toEqual(['offline', 'offline'])
      expect([await stateOn(node, cid), await stateOn(node, ann)]).toEqual(['online', 'online'])
    }
  })
})
