import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { hashPassword } from '../../src/modules/accounts/index.ts'
import type { Listener, TestSite, TestUser } from '../harness.ts'
import { hasRedis, startRedis } from '../services.ts'
import { heardOf, listenOn, msOf, type Nodes, passed, soon, startNodes } from './two-nodes.ts'

/*
 * Two nodes whose Redis stops, freezes and comes back. All times are those of a real site.
 */

const PASSWORD = 'secret1'
/** The longest that any call may take. */
const CALL_MS_MAX = 5000
/** Rights are looked up every five seconds while nodes cannot hear each other. */
const CHECK_MS_MAX = 8000
/** Who left while nothing could be known is offline a while after it can. */
const LEFT_MS_MAX = 20_000

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('two nodes and one Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let nodes: Nodes
  let a: TestSite
  let b: TestSite
  let tom: TestUser
  let jerry: TestUser
  /** Taken out of the group while Redis is away. */
  let kitty: TestUser
  /** Taken in meanwhile. */
  let spike: TestUser
  let gid: number
  /** On node A. */
  let tomsEar: Listener
  /** On node B. */
  let jerrysEar: Listener
  let kittysEar: Listener
  let spikesEar: Listener
  /** Leaves while Redis is away. */
  let leaver: TestUser
  let leaversEar: Listener
  /** Nobody's own, on node B; signed by node A for jerry while Redis is away. */
  let signedEar: Listener

  beforeAll(async () => {
    redis = await startRedis()
    nodes = await startNodes(redis.url)
    ;({ a, b } = nodes)
    const password_hash = await hashPassword(PASSWORD)
    tom = await a.user({ password_hash })
    ;[jerry, kitty, spike, leaver] = (await a.users(4)) as [TestUser, TestUser, TestUser, TestUser]
    for (const friend of [jerry, kitty, spike]) await a.befriend(tom, friend)
    gid = await a.group(tom, jerry, kitty)
    tomsEar = await listenOn(a, tom, `user-${tom.uid}`, `group-${gid}`)
    jerrysEar = await listenOn(b, jerry, `user-${jerry.uid}`, `group-${gid}`)
    kittysEar = await listenOn(b, kitty, `user-${kitty.uid}`, `group-${gid}`)
    leaversEar = await listenOn(b, leaver)
    spikesEar = await listenOn(b, spike)
    spikesEar.send('pusher:subscribe', { channel: `group-${gid}` })
    // Both remember who is in the group.
    for (const node of [a, b]) await say(node, tom, '开始')
    await passed(jerrysEar, a, b)
  })
  afterAll(async () => {
    await nodes.close()
    await redis.close()
  })

  const say = (node: TestSite, user: TestUser, content: string): Promise<{ seq: number }> =>
    node.as(user).ok('message/send', { to: gid, type: 'group', content })
  const contentsOf = (ear: Listener) => heardOf(ear, 'message').map(({ content }) => content)

  const stateOn = async (node: TestSite, { uid }: TestUser) =>
    (await node.api().ok('user/get', { uid })).state

  async function health(node: TestSite) {
    const response = await fetch(`${node.url}/healthz`)
    return { httpStatus: response.status, ...((await response.json()) as any) }
  }
  const DEGRADED = { httpStatus: 200, status: 'degraded', failing: ['redis'] }
  const WELL = { httpStatus: 200, status: 'ok', failing: [] }
  const allAre = (wanted: object) => async () =>
    (await Promise.all([a, b].map(health))).every((answer) => Bun.deepEquals(answer, wanted))

  describe('Redis is gone', () => {
    beforeAll(() => redis.stop())

    test('both say that they are degraded, and are not taken out of service', async () => {
      await soon(allAre(DEGRADED))
    })

    test('sends are acknowledged, and each node serves its own sockets', async () => {
      expect(await msOf(say(a, tom, '由甲'))).toBeLessThan(CALL_MS_MAX)
      expect(await msOf(say(b, jerry, '由乙'))).toBeLessThan(CALL_MS_MAX)
      await Promise.all([tomsEar.barrier(), jerrysEar.barrier()])
      expect(contentsOf(tomsEar).slice(-1)).toEqual(['由甲'])
      expect(contentsOf(jerrysEar).slice(-1)).toEqual(['由乙'])
    })

    test('people sign in; what needs a shared value says that it cannot be had now', async () => {
      const { username } = tom
      const input = { username, password: PASSWORD }
      for (const node of [a, b]) {
        const { token } = await node.visitor().ok('login/check', input)
        expect(await node.as({ ...tom, token }).code('login/sessions')).toBe(0)
        expect(await node.visitor().code('login/logincaptcha')).toBe(503)
      }
    })

    test('who comes is online on both; who leaves stays so until it can be known', async () => {
      leaversEar.close()
      const visitor = await b.user()
      await listenOn(b, visitor)
      await soon(async () => (await stateOn(a, visitor)) === 'online')
      expect(await stateOn(a, leaver)).toBe('online')
    })

    test('who is removed on one node reads nothing on the other from then on', async () => {
      const read = () => b.as(kitty).code('message/get', { id: gid, type: 'group' })
      expect(await read()).toBe(0)
      await a.as(tom).ok('group/memberdel', { gid, members: [kitty.uid] })
      expect(await read()).toBe(2)
      expect(await b.as(kitty).code('message/send', { to: gid, type: 'group', content: '喂' })).toBe(2)
    })

    test('and hears nothing any more once the node has looked her rights up', async () => {
      let round = 0
      await soon(async () => {
        const content = `还在吗 ${++round}`
        await say(b, jerry, content)
        await Promise.all([kittysEar.barrier(), jerrysEar.barrier()])
        expect(contentsOf(jerrysEar)).toContain(content)
        return !contentsOf(kittysEar).includes(content)
      }, CHECK_MS_MAX)
      await a.as(tom).ok('message/send', { to: kitty.uid, type: 'friend', content: '抱歉' })
      await b.as(tom).ok('message/send', { to: kitty.uid, type: 'friend', content: '再见' })
      expect((await kittysEar.next('message', `user-${kitty.uid}`)).content).toBe('再见')
    })

    test('an ended session, a disabled account and a revoked key are refused on the other at once', async () => {
      const [user, other] = (await a.users(2)) as [TestUser, TestUser]
      const key = await a.services.keys.add('outage')
      const withKey = b.visitor('api', { 'x-api-key': key })
      const codes = async () => [
        await b.as(user).code('login/sessions'),
        await b.as(other).code('login/sessions'),
        await withKey.code('pop/getsetting'),
      ]
      expect(await codes()).toEqual([0, 0, 0])
      const ears = [await listenOn(b, user), await listenOn(b, other)]
      await a.as(user).ok('login/logout')
      await a.api(other).ok('user/update', { account_state: 'disabled' })
      await a.services.keys.revoke('outage')
      expect(await codes()).toEqual([-1, -1, -1])
      await soon(() => ears.every(({ closed }) => closed?.code === 4009), CHECK_MS_MAX)
    })

    test('what one signs for a socket of the other is good, as far as anybody knows', async () => {
      const token = await a.services.sessions.start(jerry.uid, { device: 'app', address: '127.0.0.1' })
      signedEar = await listenOn(b, undefined)
      const { socket_id } = signedEar.greeting as { socket_id: string }
      const channel = `private-user-${jerry.uid}`
      const signing = await a
        .as({ ...jerry, token })
        .request('push/auth', { channel_name: channel, socket_id })
      signedEar.send('pusher:subscribe', { channel, ...((await signing.json()) as object) })
      await signedEar.next('pusher_internal:subscription_succeeded', channel)
      await a.as({ ...jerry, token }).ok('login/logout')
    })

    test('a setting changed on one node is taken up by the other', async () => {
      await a.set({ register: 'off' })
      await soon(() => !b.services.settings.on('register'), CHECK_MS_MAX)
    })
  })

  describe('Redis is back', () => {
    let lastHeard: number
    beforeAll(async () => {
      await a.as(tom).ok('group/memberadd', { gid, members: [spike.uid] })
      lastHeard = Math.max(...heardOf(jerrysEar, 'message').map(({ seq }) => seq))
      await say(a, tom, '错过了')
      await redis.start()
    })

    test('both are well again by themselves, and clients are told that they may have missed something', async () => {
      await soon(allAre(WELL))
      for (const ear of [tomsEar, jerrysEar, kittysEar]) await ear.next('parley:resync')
    })

    test('what was signed meanwhile has to be signed anew, by a session that lives', async () => {
      expect((await signedEar.whenClosed()).code).toBe(4200)
    })

    test('what was missed is there by its seq, and nothing came late', async () => {
      expect(contentsOf(jerrysEar)).not.toContain('错过了')
      const { messages } = await b.as(jerry).ok('message/since', { id: gid, type: 'group', seq: lastHeard })
      expect(messages.at(-1)).toMatchObject({ content: '错过了' })
    })

    test('events flow between the nodes again, to those who may hear them now', async () => {
      await spikesEar.next('pusher_internal:subscription_succeeded', `group-${gid}`)
      await say(a, tom, '都在吗')
      for (const ear of [jerrysEar, spikesEar]) {
        await passed(ear, a)
        expect(contentsOf(ear)).toContain('都在吗')
      }
      await say(b, jerry, '在')
      await passed(tomsEar, b)
      expect(contentsOf(tomsEar)).toContain('在')
      await passed(kittysEar, a, b)
      expect(contentsOf(kittysEar)).not.toContain('都在吗')
    })
  })

  test('who left while Redis was away is offline when it is back, and those who are here are not', async () => {
    await soon(async () => (await stateOn(a, leaver)) === 'offline', LEFT_MS_MAX)
    for (const user of [tom, jerry]) expect(await stateOn(a, user)).toBe('online')
  })

  describe('Redis freezes', () => {
    afterAll(() => redis.resume())

    test('nobody waits for it: sends, sign-ins and new sockets take less than 5 s', async () => {
      redis.pause()
      const input = { username: tom.username, password: PASSWORD }
      const works = [a, b].flatMap((node) => [
        () => say(node, tom, '冻住了'),
        () => node.visitor().ok('login/check', input),
        () => node.api().ok('pop/getsetting'),
        () => listenOn(node, jerry, `user-${jerry.uid}`),
        () => node.visitor().request('login/logincaptcha'),
      ])
      const times = await Promise.all(works.map((work) => msOf(work())))
      expect(Math.max(...times)).toBeLessThan(CALL_MS_MAX)
      await soon(allAre(DEGRADED))
      const laterTimes = await Promise.all(works.map((work) => msOf(work())))
      expect(Math.max(...laterTimes)).toBeLessThan(CALL_MS_MAX)
      await jerrysEar.barrier()
      expect(contentsOf(jerrysEar)).toContain('冻住了')
    })

    test('when it goes on, so do the nodes', async () => {
      jerrysEar.frames.length = 0
      redis.resume()
      await soon(allAre(WELL))
      await jerrysEar.next('parley:resync')
      await say(a, tom, '化了')
      await passed(jerrysEar, a)
      expect(contentsOf(jerrysEar)).toContain('化了')
    })
  })
})
