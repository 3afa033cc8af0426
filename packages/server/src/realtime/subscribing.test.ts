import { afterEach, describe, expect, test } from 'bun:test'
import { signChannel } from './signature.ts'
import {
  ANN,
  BEN,
  CID,
  event,
  PUSHER_APP,
  refused,
  type Site,
  startSite,
  succeeded,
  WOKER_APP,
} from './testing.ts'

let site: Site
afterEach(() => site.stop())

const MESSAGE = { from: '1', content: '你好 "quoted" \\ <b>' }

/** Signs as the site's own backend would, with the application's secret. */
const signed = (socketId: string, channel: string, channelData?: string) => ({
  auth: signChannel(PUSHER_APP, socketId, channel, channelData),
  ...(channelData === undefined ? {} : { channel_data: channelData }),
})

/** Has `push/auth` sign for a user's session. */
const granted = async (socketId: string, channelName: string, uid: number, sessionId = uid * 100) => {
  const grant = await site.guard.grant(PUSHER_APP, { socketId, channelName, uid, sessionId })
  if (!grant) throw new Error('not granted')
  return grant
}

describe('public names', () => {
  test('a user hears its own channel, its groups, global and custom channels', async () => {
    site = startSite()
    const ann = await site.client(ANN)
    for (const channel of [`user-${ANN}`, 'group-7', 'group-8', 'global', 'news']) {
      expect(await ann.subscribe(channel)).toBe(succeeded(channel))
      site.hub.publish(channel, 'message', MESSAGE)
      expect(await ann.next()).toBe(event('message', MESSAGE, channel))
    }
  })

  test('what is not theirs stays silent for strangers and visitors, and nothing arrives', async () => {
    site = startSite()
    const cid = await site.client(CID)
    const visitor = await site.client(0)
    const channels = [
      `user-${ANN}`,
      'group-7',
      'group-99',
      'user-0',
      'user-01',
      'user-1;',
      'group-x',
      'user--1',
    ]
    for (const client of [cid, visitor]) {
      for (const channel of channels) client.send('pusher:subscribe', { channel })
      expect(await client.settle()).toEqual([])
    }
    for (const channel of channels) site.hub.publish(channel, 'message', MESSAGE)
    for (const client of [cid, visitor]) expect(await client.settle()).toEqual([])
    expect(site.hub.channels()).toEqual([])
  })

  test('a signature does not open a public name', async () => {
    site = startSite()
    const visitor = await site.client(0)
    visitor.send('pusher:subscribe', { channel: `user-${ANN}`, ...signed(visitor.socketId, `user-${ANN}`) })
    expect(await visitor.settle()).toEqual([])
    expect(site.hub.channels()).toEqual([])
  })

  test('asking twice is answered twice and delivers once', async () => {
    site = startSite()
    const ann = await site.client(ANN)
    expect(await ann.subscribe('group-7')).toBe(succeeded('group-7'))
    expect(await ann.subscribe('group-7')).toBe(succeeded('group-7'))
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await ann.settle()).toEqual([event('message', MESSAGE, 'group-7')])
    ann.send('pusher:unsubscribe', { channel: 'group-7' })
    expect(await ann.settle()).toEqual([])
    expect(site.hub.channels()).toEqual([])
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await ann.settle()).toEqual([])
  })
})

describe('private names', () => {
  test('the session is proof enough for one’s own', async () => {
    site = startSite()
    const ann = await site.client(ANN)
    for (const channel of [`private-user-${ANN}`, 'private-group-7', 'private-global']) {
      expect(await ann.subscribe(channel)).toBe(succeeded(channel))
    }
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await ann.next()).toBe(event('message', MESSAGE, 'private-group-7'))
  })

  test('strangers are refused with 403, and no signature is shown to them', async () => {
    site = startSite()
    const cid = await site.client(CID)
    for (const channel of [
      `private-user-${ANN}`,
      'private-group-7',
      'private-group-99',
      'private-lab',
      'private-user-01',
    ]) {
      const correct = signChannel(PUSHER_APP, cid.socketId, channel)
      for (const auth of [undefined, '', 'test-key:0', `test-key:${'0'.repeat(64)}`, correct.slice(0, -1)]) {
        const answer = await cid.subscribe(channel, { auth })
        expect(answer).toBe(refused(channel))
        expect(answer).not.toContain(correct.split(':')[1]!)
      }
    }
    expect(site.hub.channels()).toEqual([])
  })

  test('a visitor may listen with a signature by either application', async () => {
    site = startSite()
    const visitor = await site.client(0)
    for (const channel of [`private-user-${ANN}`, 'private-group-7', 'private-lab']) {
      expect(await visitor.subscribe(channel, signed(visitor.socketId, channel))).toBe(succeeded(channel))
    }
    const other = await site.client(0)
    const auth = signChannel(WOKER_APP, other.socketId, 'private-lab')
    expect(await other.subscribe('private-lab', { auth })).toBe(succeeded('private-lab'))
  })

  test('a signature is good for its socket, channel and application only', async () => {
    site = startSite()
    const [one, two] = [await site.client(0), await site.client(0)]
    const channel = `private-user-${ANN}`
    const own = signChannel(PUSHER_APP, two.socketId, channel).split(':')[1]
    const wrong = [
      signChannel(PUSHER_APP, one.socketId, channel),
      signChannel(PUSHER_APP, two.socketId, 'private-group-7'),
      signChannel({ key: PUSHER_APP.key, secret: 'guessed' }, two.socketId, channel),
      `${WOKER_APP.key}:${own}`,
      `unknown:${own}`,
      `:${own}`,
      `${own}`,
    ]
    for (const auth of wrong) expect(await two.subscribe(channel, { auth })).toBe(refused(channel))
    expect(await two.subscribe(channel, { auth: `${PUSHER_APP.key}:${own}` })).toBe(succeeded(channel))
  })

  test('push/auth signs what the user may hear, and nothing else', async () => {
    site = startSite()
    const visitor = await site.client(0)
    const { socketId } = visitor
    const grant = (channelName: string, id = socketId) =>
      site.guard.grant(PUSHER_APP, { socketId: id, channelName, uid: ANN, sessionId: 100 })
    expect(await grant('private-group-7')).toEqual(signed(socketId, 'private-group-7'))
    expect(await grant(`private-user-${ANN}`)).toEqual(signed(socketId, `private-user-${ANN}`))
    expect(await grant('private-global')).toEqual(signed(socketId, 'private-global'))
    const channelData = JSON.stringify({
      user_id: '1',
      user_info: { name: 'user 1', avatar: '/avatar/1.png' },
    })
    expect(await grant('presence-group-7')).toEqual(signed(socketId, 'presence-group-7', channelData))
    for (const channel of [
      'group-7',
      `private-user-${BEN}`,
      'private-group-99',
      'presence-group-99',
      'private-lab',
      'presence-lab',
      'presence-user-1',
      'private-user-01',
      'private-encrypted-user-1',
      'bad name',
    ]) {
      expect(await grant(channel)).toBeUndefined()
    }
    expect(await grant('private-group-7', 'not-an-id')).toBeUndefined()
  })
})

describe('eviction', () => {
  test('ends every form on every open socket of the user at that instant, and only there', async () => {
    site = startSite()
    const ben = [await site.client(BEN), await site.client(BEN)] as const
    const ann = await site.client(ANN)
    await ben[0].subscribe('group-7')
    await ben[0].subscribe('private-group-7')
    await ben[1].subscribe('presence-group-7')
    await ben[1].subscribe(`user-${BEN}`)
    await ann.subscribe('group-7')

    site.hub.publish('group-7', 'removeGroup', { gid: 7 })
    site.members.get(7)?.delete(BEN)
    site.hub.evict(BEN, 'group-7')
    site.hub.publish('group-7', 'message', MESSAGE)

    // What was published before is still heard.
    expect(await ben[0].settle()).toEqual([
      event('removeGroup', { gid: 7 }, 'group-7'),
      event('removeGroup', { gid: 7 }, 'private-group-7'),
    ])
    expect(await ben[1].settle()).toEqual([event('removeGroup', { gid: 7 }, 'presence-group-7')])
    expect(await ann.settle()).toEqual([
      event('removeGroup', { gid: 7 }, 'group-7'),
      event('message', MESSAGE, 'group-7'),
    ])
    site.hub.publish(`user-${BEN}`, 'message', MESSAGE)
    expect(await ben[1].next()).toBe(event('message', MESSAGE, `user-${BEN}`))
    ben[0].send('pusher:subscribe', { channel: 'group-7' })
    expect(await ben[0].settle()).toEqual([])
  })

  test('reaches a visitor’s socket that push/auth let in, and its signature is worth nothing any more', async () => {
    site = startSite()
    const visitor = await site.client(0)
    const channel = 'private-group-7'
    const grant = await granted(visitor.socketId, channel, BEN)
    expect(await visitor.subscribe(channel, grant)).toBe(succeeded(channel))
    const presence = await granted(visitor.socketId, 'presence-group-7', BEN)
    await visitor.subscribe('presence-group-7', presence)

    site.members.get(7)?.delete(BEN)
    site.hub.evict(BEN, 'group-7')
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await visitor.settle()).toEqual([])
    expect(await visitor.subscribe(channel, grant)).toBe(refused(channel))
    expect(await visitor.subscribe('presence-group-7', presence)).toBe(refused('presence-group-7'))
  })

  test('a signature got before the eviction and kept cannot be used after it', async () => {
    site = startSite()
    const visitor = await site.client(0)
    const channel = 'private-group-7'
    const grant = await granted(visitor.socketId, channel, BEN)
    site.members.get(7)?.delete(BEN)
    site.hub.evict(BEN, 'group-7')
    expect(await visitor.subscribe(channel, grant)).toBe(refused(channel))
  })

  test('a socket that listens by a signature for nobody in particular has to be authorised anew', async () => {
    site = startSite()
    const channel = 'private-group-7'
    const [listening, waiting] = [await site.client(0), await site.client(0)]
    await listening.subscribe(channel, signed(listening.socketId, channel))
    site.hub.evict(BEN, 'group-7')
    site.hub.publish('group-7', 'message', MESSAGE)
    expect((await listening.closed).code).toBe(4200)
    // This one has not used its signature yet: it may be older than the eviction.
    expect(await waiting.subscribe(channel, signed(waiting.socketId, channel))).toBe(refused(channel))
    const fresh = await site.client(0)
    expect(await fresh.subscribe(channel, signed(fresh.socketId, channel))).toBe(succeeded(channel))
  })

  test('holds against a subscription that is just being decided', async () => {
    const looked: ((allowed: boolean) => void)[] = []
    site = startSite({ authorize: () => new Promise((resolve) => looked.push(resolve)) })
    const ben = await site.client(BEN)
    ben.send('pusher:subscribe', { channel: 'private-group-7' })
    await ben.settle()
    site.hub.evict(BEN, 'group-7')
    looked.shift()?.(true)
    // The answer was too old: it is asked again.
    await ben.settle()
    looked.shift()?.(false)
    looked.shift()?.(false)
    expect(await ben.next()).toBe(refused('private-group-7'))
    expect(site.hub.channels()).toEqual([])
  })

  test('of one user leaves others on the same signature channel alone', async () => {
    site = startSite()
    const visitor = await site.client(0)
    await visitor.subscribe('private-group-7', await granted(visitor.socketId, 'private-group-7', ANN))
    site.hub.evict(BEN, 'group-7')
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await visitor.settle()).toEqual([event('message', MESSAGE, 'private-group-7')])
  })
})

describe('admission', () => {
  test('a client that asked too early hears the group as soon as the user is in', async () => {
    site = startSite()
    const cid = await site.client(CID)
    cid.send('pusher:subscribe', { channel: 'group-7' })
    expect(await cid.settle()).toEqual([])
    site.members.get(7)?.add(CID)
    site.hub.admit(CID, 'group-7')
    expect(await cid.next()).toBe(succeeded('group-7'))
    site.hub.publish('group-7', 'message', MESSAGE)
    expect(await cid.next()).toBe(event('message', MESSAGE, 'group-7'))
  })

  test('an evicted client that stayed is let back in', async () => {
    site = startSite()
    const ben = await site.client(BEN)
    await ben.subscribe('group-7')
    site.members.get(7)?.delete(BEN)
    site.hub.evict(BEN, 'group-7')
    site.members.get(7)?.add(BEN)
    site.hub.admit(BEN, 'group-7')
    expect(await ben.next()).toBe(succeeded('group-7'))
  })

  test('lets nobody in who did not ask, stopped asking, or may not', async () => {
    site = startSite()
    const cid = await site.client(CID)
    const gone = await site.client(CID)
    gone.send('pusher:subscribe', { channel: 'group-7' })
    gone.send('pusher:unsubscribe', { channel: 'group-7' })
    await gone.settle()
    site.members.get(7)?.add(CID)
    site.hub.admit(CID, 'group-7')
    cid.send('pusher:subscribe', { channel: 'group-8' })
    await cid.settle()
    site.hub.admit(CID, 'group-8')
    for (const client of [cid, gone]) expect(await client.settle()).toEqual([])
    expect(site.hub.channels()).toEqual([])
  })
})

describe('sessions and users that end', () => {
  test('sockets of an ended session are closed for good, others stay', async () => {
    site = startSite()
    const ended = await site.client(ANN, { session: 11 })
    const other = await site.client(ANN, { session: 12 })
    site.hub.disconnectSession(11)
    expect(await ended.closed).toEqual({ code: 4009, reason: 'Signed out' })
    expect(await other.settle()).toEqual([])
    site.hub.disconnectUser(ANN)
    expect((await other.closed).code).toBe(4009)
    expect(site.hub.stats()).toMatchObject({ sockets: 0, users: 0 })
  })

  test('so are visitors’ sockets that the session vouched for', async () => {
    site = startSite()
    const [listening, unused, bystander] = [await site.client(0), await site.client(0), await site.client(0)]
    const channel = `private-user-${ANN}`
    await listening.subscribe(channel, await granted(listening.socketId, channel, ANN, 11))
    await granted(unused.socketId, channel, ANN, 11)
    await bystander.subscribe(channel, await granted(bystander.socketId, channel, ANN, 12))
    site.hub.disconnectSession(11)
    expect((await listening.closed).code).toBe(4009)
    expect((await unused.closed).code).toBe(4009)
    expect(await bystander.settle()).toEqual([])
  })

  test('what is still on its way for an ended session comes too late', async () => {
    site = startSite()
    const visitor = await site.client(0)
    const channel = `private-user-${ANN}`
    site.hub.disconnectSession(11)
    const late = await site.client(ANN, { session: 11, raw: true })
    expect((await late.closed).code).toBe(4009)
    expect(await visitor.subscribe(channel, await granted(visitor.socketId, channel, ANN, 11))).toBe(
      refused(channel),
    )
    expect(site.states).toEqual([])
  })

  test('another user’s socket only loses what the ended session lent it', async () => {
    site = startSite()
    const ben = await site.client(BEN)
    const channel = `private-user-${ANN}`
    const grant = await granted(ben.socketId, channel, ANN, 11)
    expect(await ben.subscribe(channel, grant)).toBe(succeeded(channel))
    await ben.subscribe(`user-${BEN}`)
    site.hub.disconnectSession(11)
    site.hub.publish([`user-${ANN}`, `user-${BEN}`], 'message', MESSAGE)
    expect(await ben.settle()).toEqual([event('message', MESSAGE, `user-${BEN}`)])
    expect(await ben.subscribe(channel, grant)).toBe(refused(channel))
  })
})

test('while a right is being looked up, only what the client wants in the end counts', async () => {
  const looked: ((allowed: boolean) => void)[] = []
  site = startSite({ authorize: () => new Promise((resolve) => looked.push(resolve)) })
  const ann = await site.client(ANN)
  for (let count = 0; count < 50; count++) ann.send('pusher:subscribe', { channel: 'group-7' })
  ann.send('pusher:subscribe', { channel: 'group-8' })
  ann.send('pusher:unsubscribe', { channel: 'group-8' })
  await ann.settle()
  expect(looked).toHaveLength(2)
  for (const answer of looked.splice(0)) answer(true)
  await ann.settle()
  // The first was asked for again, so it is looked up again, once.
  expect(looked).toHaveLength(1)
  looked[0]?.(true)
  expect(await ann.next()).toBe(succeeded('group-7'))
  expect(site.hub.channels()).toEqual(['group-7'])
})

test('an admission is not missed by a decision that began before it', async () => {
  const looked: ((allowed: boolean) => void)[] = []
  site = startSite({ authorize: () => new Promise((resolve) => looked.push(resolve)) })
  const cid = await site.client(CID)
  cid.send('pusher:subscribe', { channel: 'group-7' })
  await cid.settle()
  site.hub.admit(CID, 'group-7')
  looked[0]?.(false)
  await cid.settle()
  looked[1]?.(true)
  expect(await cid.next()).toBe(succeeded('group-7'))
})

test('when rights cannot be looked up the client is told to come again', async () => {
  site = startSite({ authorize: () => Promise.reject(new Error('database away')) })
  const ann = await site.client(ANN)
  ann.send('pusher:subscribe', { channel: 'group-7' })
  expect((await ann.closed).code).toBe(4100)
})
