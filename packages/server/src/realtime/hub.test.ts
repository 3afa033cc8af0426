import { afterEach, describe, expect, test } from 'bun:test'
import { LocalBus } from '../cluster/index.ts'
import { signChannel } from './signature.ts'
import {
  ANN,
  BEN,
  CID,
  type Client,
  event,
  PUSHER_APP,
  refused,
  type Site,
  startSite,
  succeeded,
  WOKER_APP,
} from './testing.ts'

const sites: Site[] = []
const start = (...options: Parameters<typeof startSite>): Site => {
  const site = startSite(...options)
  sites.push(site)
  return site
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.stop()
})

const listeners = async (site: Site, uid: number, channels: string[]): Promise<Client> => {
  const client = await site.client(uid)
  for (const channel of channels) await client.subscribe(channel)
  return client
}

describe('publish', () => {
  test('reaches each form of the channel once, and no other channel', async () => {
    const site = start()
    const ann = await listeners(site, ANN, [
      'group-7',
      'private-group-7',
      'presence-group-7',
      'group-8',
      'global',
    ])
    site.hub.publish('group-7', 'message', { mid: 1 })
    expect(await ann.settle()).toEqual([
      event('message', { mid: 1 }, 'group-7'),
      event('message', { mid: 1 }, 'private-group-7'),
      event('message', { mid: 1 }, 'presence-group-7'),
    ])
  })

  test('keeps the order of events, across channels and sizes', async () => {
    const site = start()
    const ann = await listeners(site, ANN, ['group-7', `user-${ANN}`])
    const expected: string[] = []
    for (let mid = 0; mid < 50; mid++) {
      const channel = mid % 2 ? 'group-7' : `user-${ANN}`
      const payload = { mid, content: 'x'.repeat(mid % 7 === 0 ? 20_000 : 10) }
      site.hub.publish(channel, 'message', payload)
      expected.push(event('message', payload, channel))
    }
    expect(await ann.settle()).toEqual(expected)
  })

  test('takes several channels for one payload, and the transform once', async () => {
    let transforms = 0
    const transform = (_: string, payload: unknown) => {
      transforms++
      return { ...(payload as object), escaped: true }
    }
    const site = start({ transform })
    const [ann, ben] = [
      await listeners(site, ANN, [`user-${ANN}`]),
      await listeners(site, BEN, [`user-${BEN}`]),
    ]
    site.hub.publish([`user-${ANN}`, `user-${BEN}`], 'message', { mid: 1 })
    expect(await ann.next()).toBe(event('message', { mid: 1, escaped: true }, `user-${ANN}`))
    expect(await ben.next()).toBe(event('message', { mid: 1, escaped: true }, `user-${BEN}`))
    expect(transforms).toBe(1)
  })

  test('leaves out one socket if asked to', async () => {
    const site = start()
    const [ann, ben] = [await listeners(site, ANN, ['group-7']), await listeners(site, BEN, ['group-7'])]
    site.hub.publish('group-7', 'message', { mid: 1 }, { exceptSocketId: ann.socketId })
    site.hub.publish('group-7', 'message', { mid: 2 }, { exceptSocketId: '1.1' })
    expect(await ann.settle()).toEqual([event('message', { mid: 2 }, 'group-7')])
    expect(await ben.settle()).toHaveLength(2)
  })

  test('raw: product names reach their forms, other names only themselves', async () => {
    const site = start()
    const ann = await listeners(site, ANN, ['group-7', 'private-group-7', 'news'])
    const lab = await site.client(0)
    await lab.subscribe('private-news', { auth: signChannel(PUSHER_APP, lab.socketId, 'private-news') })
    site.hub.publishRaw('group-7', 'x', '{"a":1}')
    site.hub.publishRaw('private-group-7', 'y', '{"a":1}')
    site.hub.publishRaw('news', 'z', '{"a":1}')
    expect(await ann.settle()).toEqual([
      event('x', { a: 1 }, 'group-7'),
      event('x', { a: 1 }, 'private-group-7'),
      event('y', { a: 1 }, 'private-group-7'),
      event('z', { a: 1 }, 'news'),
    ])
    expect(await lab.settle()).toEqual([])
  })
})

describe('presence channels', () => {
  const channel = 'presence-group-7'
  const info = (uid: number) => ({ name: `user ${uid}`, avatar: `/avatar/${uid}.png` })
  const list = (...uids: number[]) => ({
    presence: {
      count: uids.length,
      ids: uids.map(String),
      hash: Object.fromEntries(uids.map((uid) => [uid, info(uid)])),
    },
  })
  const member = (name: string, data: unknown, dialect = 'pusher') =>
    event(`${dialect}_internal:${name}`, data, channel)

  test('members see who is there, who comes with a first socket and who goes with the last', async () => {
    const site = start()
    const ann = await site.client(ANN)
    expect(await ann.subscribe(channel)).toBe(member('subscription_succeeded', list(ANN)))
    const ben = [await site.client(BEN), await site.client(BEN)] as const
    expect(await ben[0].subscribe(channel)).toBe(member('subscription_succeeded', list(BEN, ANN)))
    expect(await ann.next()).toBe(member('member_added', { user_id: '2', user_info: info(BEN) }))
    await ben[1].subscribe(channel)
    ben[0].close()
    await ben[0].closed
    expect(await ann.settle()).toEqual([])
    ben[1].send('pusher:unsubscribe', { channel })
    expect(await ben[1].settle()).toEqual([])
    expect(await ann.settle()).toEqual([member('member_removed', { user_id: '2' })])
    expect(site.hub.subscriptions.members.ids(channel)).toEqual(['1'])
  })

  test('each dialect hears of members under its own prefix', async () => {
    const site = start()
    const old = await site.client(ANN, { app: WOKER_APP })
    old.send('woker:subscribe', { channel })
    expect(await old.next()).toBe(member('subscription_succeeded', list(ANN), 'woker'))
    const ben = await listeners(site, BEN, [channel])
    expect(await old.next()).toBe(member('member_added', { user_id: '2', user_info: info(BEN) }, 'woker'))
    ben.close()
    expect(await old.next()).toBe(member('member_removed', { user_id: '2' }, 'woker'))
  })

  test('channel_data has to name the proven user', async () => {
    const site = start()
    const ann = await site.client(ANN)
    const claim = (userId: unknown) => JSON.stringify({ user_id: userId })
    expect(await ann.subscribe(channel, { channel_data: claim('2') })).toBe(refused(channel))
    expect(await ann.subscribe(channel, { channel_data: claim('1.0') })).toBe(refused(channel))
    expect(await ann.subscribe(channel, { channel_data: '{' })).toBe(refused(channel))
    expect(await ann.subscribe(channel, { channel_data: claim(1) })).toBe(
      member('subscription_succeeded', list(ANN)),
    )
    const visitor = await site.client(0)
    for (const [userId, signedUserId] of [
      ['2', '1'],
      ['3', '3'],
      ['02', '02'],
      ['', ''],
    ]) {
      const auth = signChannel(PUSHER_APP, visitor.socketId, channel, claim(signedUserId))
      expect(await visitor.subscribe(channel, { auth, channel_data: claim(userId) })).toBe(refused(channel))
    }
    const auth = signChannel(PUSHER_APP, visitor.socketId, channel, claim('2'))
    expect(await visitor.subscribe(channel, { auth })).toBe(refused(channel))
    expect(await visitor.subscribe(channel, { auth, channel_data: claim('2') })).toBe(
      member('subscription_succeeded', list(BEN, ANN)),
    )
  })

  test('exist for groups and for what the backend signs, not for users', async () => {
    const site = start()
    const ann = await site.client(ANN)
    const data = JSON.stringify({ user_id: '__proto__', user_info: { level: 3 } })
    for (const name of [`presence-user-${ANN}`, 'presence-global', 'presence-lab']) {
      expect(await ann.subscribe(name)).toBe(refused(name))
    }
    const auth = (name: string) => signChannel(PUSHER_APP, ann.socketId, name, data)
    const reserved = `presence-user-${ANN}`
    expect(await ann.subscribe(reserved, { auth: auth(reserved), channel_data: data })).toBe(
      refused(reserved),
    )
    expect(await ann.subscribe('presence-lab', { auth: auth('presence-lab'), channel_data: data })).toBe(
      event(
        'pusher_internal:subscription_succeeded',
        { presence: { count: 1, ids: ['__proto__'], hash: JSON.parse('{"__proto__":{"level":3}}') } },
        'presence-lab',
      ),
    )
  })

  test('of big groups list a part, oneself included, with the exact count, and stop announcing', async () => {
    const site = start({ limits: { membersListedMax: 3, membersAnnouncedMax: 4 } })
    for (let uid = 11; uid <= 15; uid++) site.members.get(7)?.add(uid)
    const ann = await listeners(site, ANN, [channel])
    for (let uid = 11; uid <= 14; uid++) await listeners(site, uid, [channel])
    const last = await site.client(15)
    const frame = JSON.parse(await last.subscribe(channel))
    expect(JSON.parse(frame.data)).toEqual({
      presence: { count: 6, ids: ['15', '1', '11'], hash: { 15: info(15), 1: info(1), 11: info(11) } },
    })
    expect((await ann.settle()).map((text) => JSON.parse(JSON.parse(text).data).user_id)).toEqual([
      '11',
      '12',
      '13',
    ])
  })
})

describe('two nodes on one bus', () => {
  const nodes = () => {
    // Not local: what is published here may be heard over there.
    const bus = Object.assign(new LocalBus(), { isLocal: false })
    const [one, two] = [start({ bus }), start({ bus })]
    // One database: the same memberships everywhere.
    two.members.clear()
    for (const [gid, uids] of one.members) two.members.set(gid, uids)
    return [one, two] as const
  }

  test('events, exclusions and client events travel', async () => {
    const [one, two] = nodes()
    const ann = await listeners(one, ANN, ['private-group-7'])
    const ben = await listeners(two, BEN, ['private-group-7'])
    one.hub.publish('group-7', 'message', { mid: 1 })
    two.hub.publishRaw('group-7', 'message', '{"mid":2}', ann.socketId)
    expect(await ann.settle()).toEqual([event('message', { mid: 1 }, 'private-group-7')])
    expect(await ben.settle()).toHaveLength(2)
    ann.send('client-typing', {}, 'private-group-7')
    expect(await ann.settle()).toEqual([])
    expect(await ben.settle()).toEqual([
      JSON.stringify({ event: 'client-typing', data: '{}', channel: 'private-group-7' }),
    ])
  })

  test('evictions, admissions, vouches and endings hold on both', async () => {
    const [one, two] = nodes()
    const ben = await listeners(two, BEN, ['group-7'])
    const cid = await earlyBird(two)
    one.members.get(7)?.delete(BEN)
    one.hub.evict(BEN, 'group-7')
    one.members.get(7)?.add(CID)
    one.hub.admit(CID, 'group-7')
    expect(await cid.next()).toBe(succeeded('group-7'))
    one.hub.publish('group-7', 'message', { mid: 1 })
    expect(await ben.settle()).toEqual([])
    expect(await cid.settle()).toHaveLength(1)

    const visitor = await two.client(0)
    const channel = `private-user-${ANN}`
    const request = { socketId: visitor.socketId, channelName: channel, uid: ANN, sessionId: 11 }
    const grant = await one.guard.grant(PUSHER_APP, request)
    expect(await visitor.subscribe(channel, grant)).toBe(succeeded(channel))
    one.hub.disconnectSession(11)
    expect((await visitor.closed).code).toBe(4009)
    one.hub.disconnectUser(CID)
    expect((await cid.closed).code).toBe(4009)
  })

  const earlyBird = async (site: Site): Promise<Client> => {
    const cid = await site.client(CID)
    cid.send('pusher:subscribe', { channel: 'group-7' })
    await cid.settle()
    return cid
  }
})

test('the figures follow what is open', async () => {
  const site = start()
  const ann = await listeners(site, ANN, ['group-7', 'global'])
  const ben = await listeners(site, BEN, ['group-7', 'presence-group-7'])
  site.hub.publish('group-7', 'message', {})
  site.hub.publish('nobody-listens', 'message', {})
  expect(site.stats()).toMatchObject({
    sockets: 2,
    users: 2,
    channels: 3,
    subscriptions: 4,
    published: 2,
    online: 2,
  })
  expect(site.hub.channels('presence-')).toEqual(['presence-group-7'])
  ann.close()
  ben.close()
  await Promise.all([ann.closed, ben.closed])
  const late = await site.client(CID)
  await late.settle()
  expect(site.stats()).toMatchObject({ sockets: 1, users: 1, channels: 0, subscriptions: 0 })
})
