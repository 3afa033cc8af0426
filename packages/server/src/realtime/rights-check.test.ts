import { afterEach, describe, expect, test } from 'bun:test'
import { signChannel } from './signature.ts'
import {
  ANN,
  BEN,
  type Client,
  event,
  PUSHER_APP,
  type Site,
  startSite,
  succeeded,
  WOKER_APP,
} from './testing.ts'

const MESSAGE = { mid: 1 }
const FORMS = ['group-7', 'private-group-7', 'presence-group-7']

let site: Site
afterEach(() => site.stop())

/** Sessions that have ended without a word. */
let ended: number[] = []
const start = (options: Parameters<typeof startSite>[0] = {}) => {
  ended = []
  site = startSite({
    livingSessions: async (ids) => new Set(ids.filter((id) => !ended.includes(id))),
    ...options,
  })
}

const check = (isReturn = false) => site.checkRights({ isReturn })

async function listens(uid: number, ...channels: string[]): Promise<Client> {
  const client = await site.client(uid)
  for (const channel of channels) await client.subscribe(channel)
  await client.settle()
  return client
}

/** What a client hears of a message to a channel. */
async function hears(client: Client, channel: string): Promise<string[]> {
  site.hub.publish(channel, 'message', MESSAGE)
  return (await client.settle()).filter((frame) => frame.includes('"message"'))
}

describe('rights that ended elsewhere without a word', () => {
  test('a membership: all forms of the channel go, everything else stays', async () => {
    start()
    const ann = await listens(ANN, 'group-7')
    const ben = await listens(BEN, ...FORMS, `user-${BEN}`, 'global', 'news')
    site.members.get(7)!.delete(BEN)
    await check()
    expect(await hears(ben, 'group-7')).toEqual([])
    expect(await ann.settle()).toEqual([event('message', MESSAGE, 'group-7')])
    for (const channel of [`user-${BEN}`, 'global', 'news']) {
      expect(await hears(ben, channel)).toEqual([event('message', MESSAGE, channel)])
    }
  })

  test('a session: its sockets are closed, those of other sessions stay', async () => {
    start()
    const [one, two] = [await site.client(ANN, { session: 5 }), await site.client(ANN, { session: 6 })]
    ended = [5]
    await check()
    expect(await one.closed).toMatchObject({ code: 4009 })
    expect(await two.settle()).toEqual([])
    expect(site.hub.hasEnded(5)).toBe(true)
  })

  test('a session that vouched for a socket: what was signed for it ends', async () => {
    start()
    const visitor = await site.client(0)
    const request = { socketId: visitor.socketId, channelName: 'private-group-7', uid: BEN, sessionId: 200 }
    const grant = await site.guard.grant(PUSHER_APP, request)
    await visitor.subscribe('private-group-7', grant)
    ended = [200]
    await check()
    expect(await visitor.closed).toMatchObject({ code: 4009 })
  })

  test('an account: its sockets are closed', async () => {
    const disabled = new Set<number>()
    start({ authorize: (uid, kind, id) => !disabled.has(uid) && (kind === 'group' || uid === id) })
    const [ann, ben] = [await listens(ANN, 'group-7'), await listens(BEN, 'group-7')]
    disabled.add(BEN)
    await check()
    expect(await ben.closed).toMatchObject({ code: 4009 })
    expect(await hears(ann, 'group-7')).toHaveLength(1)
  })

  test('what a signature opened for nobody in particular: it has to be asked for anew', async () => {
    start()
    const [guest, other] = [await site.client(0), await site.client(0)]
    const sign = (socketId: string, channel: string) => ({ auth: signChannel(PUSHER_APP, socketId, channel) })
    await guest.subscribe('private-group-7', sign(guest.socketId, 'private-group-7'))
    await other.subscribe('private-room', sign(other.socketId, 'private-room'))
    const early = await site.client(0)
    await check()
    expect(await guest.closed).toMatchObject({ code: 4200 })
    expect(await hears(other, 'private-room')).toHaveLength(1)
    // Its signature may be older than the eviction that nobody heard of.
    early.send('pusher:subscribe', {
      channel: 'private-group-7',
      ...sign(early.socketId, 'private-group-7'),
    })
    expect((await early.settle()).join()).toContain('subscription_error')
  })

  test('what was signed by an unknown session: it has to be signed anew when words may have been missed', async () => {
    start()
    const [known, unknown] = [await site.client(0), await site.client(0)]
    const channelName = `private-user-${BEN}`
    // Another node's `push/auth`, of which this node has not heard.
    await unknown.subscribe(channelName, { auth: signChannel(PUSHER_APP, unknown.socketId, channelName) })
    const request = { socketId: known.socketId, channelName, uid: BEN, sessionId: 200 }
    await known.subscribe(channelName, await site.guard.grant(PUSHER_APP, request))
    await check()
    expect(await hears(known, channelName)).toHaveLength(1)
    expect(await unknown.settle()).toHaveLength(1)
    await check(true)
    expect(await unknown.closed).toMatchObject({ code: 4200 })
    expect(await hears(known, channelName)).toHaveLength(1)
  })

  test('a right that is being looked up right now is looked up again', async () => {
    const looks: PromiseWithResolvers<boolean>[] = []
    start({
      authorize: (uid, kind, id) => {
        if (kind === 'user') return uid === id
        const look = Promise.withResolvers<boolean>()
        looks.push(look)
        return look.promise
      },
    })
    const ben = await site.client(BEN)
    ben.send('pusher:subscribe', { channel: 'private-group-7' })
    await ben.settle()
    await check()
    looks[0]!.resolve(true)
    await ben.settle()
    expect(looks).toHaveLength(2)
    looks[1]!.resolve(false)
    expect((await ben.settle()).join()).toContain('subscription_error')
    expect(site.hub.channels()).toEqual([])
  })
})

test('an admission that was missed is made up for, when asked for', async () => {
  start()
  site.members.get(7)!.delete(BEN)
  const ben = await listens(BEN, 'global')
  ben.send('pusher:subscribe', { channel: 'group-7' })
  expect(await ben.settle()).toEqual([])
  site.members.get(7)!.add(BEN)
  await check()
  expect(await ben.settle()).toEqual([])
  await check(true)
  expect(await ben.next()).toBe(succeeded('group-7'))
  expect(await hears(ben, 'group-7')).toHaveLength(1)
})

test('every socket is looked at, however much it listens to', async () => {
  start()
  const clients: Client[] = []
  for (let serial = 0; serial < 5; serial++) {
    const client = await site.client(BEN, { session: serial + 1 })
    for (let channel = 0; channel < 900; channel++)
      client.send('pusher:subscribe', { channel: `c${channel}` })
    client.send('pusher:subscribe', { channel: 'group-7' })
    clients.push(client)
  }
  for (const client of clients) expect(await client.settle()).toHaveLength(901)
  site.members.get(7)!.delete(BEN)
  await check()
  for (const client of clients) expect(await hears(client, 'group-7')).toEqual([])
  expect(site.hub.stats().subscriptions).toBe(5 * 900)
})

test('a look-up that fails takes nothing away and is told', async () => {
  start({ livingSessions: () => Promise.reject(new Error('no database')) })
  const ann = await listens(ANN, 'group-7')
  await expect(check()).rejects.toThrow('no database')
  expect(await hears(ann, 'group-7')).toHaveLength(1)
})

test('all clients are told that they may have missed something, in the same words', async () => {
  start()
  const clients = [await site.client(ANN), await site.client(0, { app: WOKER_APP })]
  await site.tellToResync()
  for (const client of clients) expect(await client.next()).toBe('{"event":"parley:resync","data":"{}"}')
})
