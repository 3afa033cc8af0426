import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import Pusher from 'pusher'
import type { Listener, TestSite, TestUser } from '../harness.ts'
import { hasRedis, testRedis } from '../services.ts'
import { heardOf, listenOn, type Nodes, passed, soon, startNodes } from './two-nodes.ts'

/*
 * Who is there, seen from two nodes: a person with sockets on both is there once, and gone when the last socket is.
 */

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('who is there', () => {
  let nodes: Nodes
  let a: TestSite
  let b: TestSite

  beforeAll(async () => {
    nodes = await startNodes(await testRedis(), { timings: { offlineAfterMs: 100 } })
    ;({ a, b } = nodes)
  })
  afterAll(() => nodes.close())

  const stateOn = async (node: TestSite, { uid }: TestUser) =>
    (await node.api().ok('user/get', { uid })).state

  /** Closes a socket and waits until its node has taken the user's absence for real. */
  async function leave(node: TestSite, { uid }: TestUser, ear: Listener): Promise<void> {
    ear.close()
    await soon(() => !node.services.realtime.presence.isOnline(uid))
  }

  describe('online', () => {
    let ann: TestUser
    let ben: TestUser
    /** Ben's friend's sockets, one on each node. */
    let ears: Listener[]

    beforeAll(async () => {
      ;[ann, ben] = (await a.users(2)) as [TestUser, TestUser]
      await a.befriend(ann, ben)
      ears = await Promise.all([a, b].map((node) => listenOn(node, ann, `user-${ann.uid}`)))
    })

    test('with a socket on one node a user is online on both, and friends hear it once', async () => {
      const one = await listenOn(a, ben)
      for (const ear of ears) expect(await ear.next('state')).toEqual({ uid: ben.uid, state: 'online' })
      expect([await stateOn(a, ben), await stateOn(b, ben)]).toEqual(['online', 'online'])

      const other = await listenOn(b, ben)
      await leave(a, ben, one)
      // The node that lost him has nothing to say: another one has him.
      for (const ear of ears) {
        await passed(ear, a, b)
        expect(ear.heard('state')).toBe(false)
      }
      expect([await stateOn(a, ben), await stateOn(b, ben)]).toEqual(['online', 'online'])

      await leave(b, ben, other)
      for (const ear of ears) expect(await ear.next('state')).toEqual({ uid: ben.uid, state: 'offline' })
      expect([await stateOn(a, ben), await stateOn(b, ben)]).toEqual(['offline', 'offline'])
      for (const ear of ears) {
        await passed(ear, a, b)
        expect(ear.heard('state')).toBe(false)
      }
    })

    test('who comes to both nodes at the same moment, and leaves both, comes once and leaves once', async () => {
      for (let round = 1; round <= 5; round++) {
        const sockets = await Promise.all([listenOn(a, ben), listenOn(b, ben)])
        for (const ear of ears) expect((await ear.next('state')).state).toBe('online')
        await Promise.all([leave(a, ben, sockets[0]!), leave(b, ben, sockets[1]!)])
        for (const ear of ears) expect((await ear.next('state')).state).toBe('offline')
      }
      for (const ear of ears) {
        await passed(ear, a, b)
        expect(ear.heard('state')).toBe(false)
      }
      expect([await stateOn(a, ben), await stateOn(b, ben)]).toEqual(['offline', 'offline'])
    })
  })

  describe('presence channels', () => {
    test('list the members of both nodes; each comes and goes once', async () => {
      const [tom, jerry] = (await a.users(2)) as [TestUser, TestUser]
      await a.befriend(tom, jerry)
      const channel = `presence-group-${await a.group(tom, jerry)}`
      const ear = await listenOn(a, tom, channel)
      const one = await listenOn(b, jerry)
      await passed(one, a)
      one.send('pusher:subscribe', { channel })
      const { presence } = await one.next('pusher_internal:subscription_succeeded', channel)
      expect(presence.count).toBe(2)
      expect(presence.ids.toSorted()).toEqual([tom, jerry].map(({ uid }) => String(uid)).toSorted())
      expect(presence.hash[tom.uid].name).toBe(tom.nickname)
      const added = await ear.next('pusher_internal:member_added', channel)
      expect(added).toMatchObject({ user_id: String(jerry.uid), user_info: { name: jerry.nickname } })

      const other = await listenOn(a, jerry, channel)
      one.close()
      await soon(() => b.services.realtime.hub.subscriptions.count(channel) === 0)
      await passed(ear, b)
      expect(heardOf(ear, 'pusher_internal:member_added')).toEqual([])
      expect(heardOf(ear, 'pusher_internal:member_removed')).toEqual([])

      other.close()
      expect(await ear.next('pusher_internal:member_removed', channel)).toEqual({
        user_id: String(jerry.uid),
      })
      await passed(ear, a, b)
      expect(heardOf(ear, 'pusher_internal:member_removed')).toEqual([])
    })
  })

  describe('the trigger API', () => {
    const backend = (node: TestSite) => {
      const { key, secret } = node.services.apps.pusher
      const port = String(node.server.port)
      return new Pusher({ appId: '1', key, secret, host: '127.0.0.1', port, useTLS: false })
    }
    const ask = async (node: TestSite, path: string, info: string): Promise<any> =>
      (await backend(node).get({ path, params: { info } })).json()

    test('on either node it reaches the sockets of both', async () => {
      const ears = await Promise.all([a, b].map((node) => listenOn(node, undefined, 'weather')))
      for (const node of [a, b]) {
        await backend(node).trigger('weather', 'storm', { level: 3 })
        for (const ear of ears) expect(await ear.next('storm', 'weather')).toEqual({ level: 3 })
      }
    })

    test('it counts the sockets of both, and members once', async () => {
      const [tom, jerry] = (await a.users(2)) as [TestUser, TestUser]
      await a.befriend(tom, jerry)
      const channel = `presence-group-${await a.group(tom, jerry)}`
      for (const node of [a, b]) await listenOn(node, tom, channel, 'sports')
      const last = await listenOn(b, jerry, channel)
      for (const node of [a, b]) {
        await passed(last, a, b)
        const sports = await ask(node, '/channels/sports', 'subscription_count')
        expect(sports).toEqual({ occupied: true, subscription_count: 2 })
        const group = await ask(node, `/channels/${channel}`, 'subscription_count,user_count')
        expect(group).toEqual({ occupied: true, subscription_count: 3, user_count: 2 })
        const { users } = await ask(node, `/channels/${channel}/users`, '')
        const ids = users.map(({ id }: { id: string }) => id).toSorted()
        expect(ids).toEqual([tom, jerry].map(({ uid }) => String(uid)).toSorted())
        const { channels } = await ask(node, '/channels', '')
        expect(Object.keys(channels)).toEqual(expect.arrayContaining([channel, 'sports']))
      }
    })

    test('it ends a user’s sockets on both', async () => {
      const user = await a.user()
      const ears = await Promise.all([a, b].map((node) => listenOn(node, user)))
      await backend(a).terminateUserConnections(String(user.uid))
      for (const ear of ears) expect((await ear.whenClosed()).code).toBe(4009)
    })
  })
})
