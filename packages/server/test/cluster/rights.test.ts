import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import PusherClient from 'pusher-js'
import type { Listener, TestSite, TestUser } from '../harness.ts'
import { hasRedis, testRedis } from '../services.ts'
import { heardOf, listenOn, type Nodes, passed, soon, startNodes } from './two-nodes.ts'

/*
 * A right that ends on one node ends on all, on sockets too: nobody hears what is no longer theirs for longer than a
 * tenth of a second.
 */

const HEARD_MS_MAX = 100
/** Messages through each node after that time that others have to hear, before it is looked at who did not. */
const LATER = 5
/** A socket may say ten things of its own in a second. */
const CLIENT_EVENT_EVERY_MS = 110

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('rights that end on one node', () => {
  let nodes: Nodes
  let a: TestSite
  let b: TestSite
  let tom: TestUser
  let kitty: TestUser
  const clients: PusherClient[] = []

  beforeAll(async () => {
    nodes = await startNodes(await testRedis())
    ;({ a, b } = nodes)
    ;[tom, kitty] = (await a.users(2)) as [TestUser, TestUser]
    await a.befriend(tom, kitty)
  })
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await nodes.close()
  })

  /** A friend of tom's, and a group of tom, kitty and the friend. */
  async function newMember(): Promise<{ member: TestUser; gid: number }> {
    const member = await a.user()
    await a.befriend(tom, member)
    return { member, gid: await a.group(tom, kitty, member) }
  }

  /**
   * Talks in a group through both nodes, in messages and clients' own events, each with the time before it is said, while
   * something else is done.
   */
  async function talkDuring(gid: number, mouths: readonly Listener[], work: () => Promise<void>) {
    const channel = `private-group-${gid}`
    let stopped = false
    let emittedAt = Number.NEGATIVE_INFINITY
    const sayOnce = async () => {
      const at = performance.now()
      const sends = [a, b].map((node, index) =>
        node.as(tom).ok('message/send', { to: gid, type: 'group', content: `${index} ${at}` }),
      )
      if (at - emittedAt >= CLIENT_EVENT_EVERY_MS) {
        emittedAt = at
        for (const { socket } of mouths)
          socket.send(JSON.stringify({ event: 'client-typing', channel, data: { at } }))
      }
      await Promise.all(sends)
    }
    const talking = (async () => {
      while (!stopped) await sayOnce()
    })()
    try {
      await work()
    } finally {
      stopped = true
      await talking
    }
  }

  /** When the messages (of a node) and the clients' events that a socket heard were said. */
  const said = (ear: Listener, node?: '0' | '1'): number[] => [
    ...heardOf(ear, 'message')
      .filter(({ sub_type, content }) => sub_type === 'message' && (!node || content.startsWith(node)))
      .map(({ content }) => Number(content.split(' ')[1])),
    ...(node ? [] : heardOf(ear, 'client-typing').map(({ at }) => at)),
  ]

  test('who is removed on one node stops hearing on the other within 100 ms, on every form of the channel', async () => {
    const { member, gid } = await newMember()
    const forms = [`group-${gid}`, `private-group-${gid}`, `presence-group-${gid}`]
    const ear = await listenOn(b, member, `user-${member.uid}`, ...forms)
    const other = await listenOn(b, kitty, `private-group-${gid}`)
    const mouths = [await listenOn(a, kitty, `private-group-${gid}`), other]
    let end = Number.POSITIVE_INFINITY
    const isLater = (at: number) => at > end
    await talkDuring(gid, mouths, async () => {
      await soon(() => said(ear, '0').length > LATER && said(ear, '1').length > LATER)
      await soon(() => heardOf(ear, 'client-typing').length > 1)
      await a.as(tom).ok('group/memberdel', { gid, members: [member.uid] })
      const promised = performance.now() + HEARD_MS_MAX
      // On a busy machine the way through Redis takes longer: what node A says now comes right after the end of the right.
      await passed(other, a)
      end = Math.max(promised, performance.now())
      await soon(() =>
        (['0', '1'] as const).every((node) => said(other, node).filter(isLater).length > LATER),
      )
      await soon(() => heardOf(other, 'client-typing').some(({ at }) => isLater(at)))
    })
    await passed(ear, a, b)
    expect(said(ear).filter(isLater)).toEqual([])
    expect(await ear.next('removeGroup', `user-${member.uid}`)).toMatchObject({ gid })
    // Nor can it be had back, or be read.
    for (const channel of forms) ear.send('pusher:subscribe', { channel })
    await ear.barrier()
    expect(heardOf(ear, 'pusher_internal:subscription_succeeded')).toEqual([])
    expect(await b.as(member).code('message/get', { id: gid, type: 'group' })).toBe(2)
  })

  test('a dissolved group falls silent on both nodes', async () => {
    const { member, gid } = await newMember()
    const ear = await listenOn(b, member, `user-${member.uid}`, `group-${gid}`)
    await a.as(tom).ok('group/delete', { gid })
    await ear.next('removeGroup', `group-${gid}`)
    await passed(ear, a)
    for (const node of [a, b]) await node.api().ok('push/emit', { channel: `group-${gid}`, event: 'late' })
    await passed(ear, a, b)
    expect(ear.heard('late')).toBe(false)
    expect(await b.as(member).code('message/send', { to: gid, type: 'group', content: '喂' })).not.toBe(0)
  })

  /** pusher-js with its socket on node B, which proves itself at node A. */
  const across = (user: TestUser): PusherClient => {
    const client = new PusherClient(b.services.apps.pusher.key, {
      wsHost: '127.0.0.1',
      wsPort: b.server.port,
      forceTLS: false,
      enabledTransports: ['ws'],
      cluster: 'none',
      channelAuthorization: {
        transport: 'ajax',
        endpoint: `${a.url}/web/push/auth`,
        headers: { authorization: `Bearer ${user.token}` },
      },
    })
    clients.push(client)
    return client
  }

  test('what one node signed for a socket of the other ends with the membership, and with the session', async () => {
    const { member, gid } = await newMember()
    const client = across(member)
    const heard: string[] = []
    const [own, group] = [`private-user-${member.uid}`, `presence-group-${gid}`].map((name) => {
      const channel = client.subscribe(name)
      channel.bind('message', ({ content }: { content: string }) => heard.push(content))
      return new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve))
    })
    await Promise.all([own, group])
    const ear = await listenOn(b, kitty, `group-${gid}`)
    const sayInGroup = async (content: string) => {
      await a.as(tom).ok('message/send', { to: gid, type: 'group', content })
      await soon(() => heardOf(ear, 'message').some((message) => message.content === content))
    }
    await sayInGroup('一')
    await a.as(tom).ok('group/memberdel', { gid, members: [member.uid] })
    await sayInGroup('二')
    await a.as(tom).ok('message/send', { to: member.uid, type: 'friend', content: '三' })
    await soon(() => heard.includes('三'))
    expect(heard.filter((content) => ['一', '二', '三'].includes(content))).toEqual(['一', '三'])

    const gone = new Promise((resolve) => client.connection.bind('disconnected', resolve))
    await a.as(member).ok('login/logout')
    await gone
  })

  test('a session ended on one node is out on the other, with its sockets', async () => {
    const user = await a.user()
    const ear = await listenOn(b, user, `user-${user.uid}`)
    expect(await b.as(user).code('login/sessions')).toBe(0)
    const [{ id }] = await a.as(user).ok('login/sessions')
    await a.api(user).ok('login/end', { id })
    expect((await ear.whenClosed()).code).toBe(4009)
    expect(await b.as(user).code('login/sessions')).toBe(-1)
  })

  test('an account disabled on one node is out on the other', async () => {
    const user = await a.user()
    const ear = await listenOn(b, user, `user-${user.uid}`)
    await a.api(user).ok('user/update', { account_state: 'disabled' })
    expect((await ear.whenClosed()).code).toBe(4009)
    expect(await b.as(user).code('login/sessions')).toBe(-1)
    expect(await b.as(tom).code('message/send', { to: user.uid, type: 'friend', content: '?' })).toBe(
      await a.as(tom).code('message/send', { to: user.uid, type: 'friend', content: '?' }),
    )
  })
})
