import { afterEach, describe, expect, test } from 'bun:test'
import { ANN, BEN, type Client, event, type Site, startSite, succeeded, WOKER_APP } from './testing.ts'

let site: Site
afterEach(() => site.stop())

const errorOf = (code: number | null, message: string, dialect = 'pusher') =>
  JSON.stringify({ event: `${dialect}:error`, data: { code, message } })

describe('handshake', () => {
  test('the first frame is connection_established, its data JSON text', async () => {
    site = startSite()
    const client = await site.client(0, { raw: true })
    const frame = await client.next()
    const socketId = /(\d+\.\d+)/.exec(frame)?.[1]
    expect(frame).toBe(
      `{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"${socketId}\\",\\"activity_timeout\\":24}"}`,
    )
  })

  test('the app key is found behind any path, with or without a query', async () => {
    site = startSite()
    for (const path of [
      '/app/test-key',
      '/ws/app/test-key',
      '/im/push/app/test-key?flash=false',
      '/app/test-key/',
    ]) {
      const client = await site.client(0, { path })
      expect(client.socketId).toMatch(/^\d+\.\d+$/)
    }
  })

  test('no two sockets share an id', async () => {
    site = startSite()
    const clients = await Promise.all(Array.from({ length: 20 }, () => site.client()))
    expect(new Set(clients.map(({ socketId }) => socketId)).size).toBe(20)
  })

  test('an unknown app key is told and closed', async () => {
    site = startSite()
    const client = await site.client(ANN, { path: `/app/nobody?uid=${ANN}`, raw: true })
    expect(await client.next()).toBe(errorOf(4001, 'Application does not exist'))
    expect(await client.closed).toEqual({ code: 4001, reason: 'Application does not exist' })
    expect(site.hub.stats().sockets).toBe(0)
    expect(site.states).toEqual([])
  })

  test('a plain request is asked to upgrade', async () => {
    site = startSite()
    const answer = await fetch(`http://127.0.0.1:${site.port}/app/test-key`)
    expect(answer.status).toBe(426)
  })
})

describe('frames', () => {
  test('pings in any spelling are answered by pong with "{}"', async () => {
    site = startSite()
    const client = await site.client()
    for (const text of [
      '{"event":"pusher:ping","data":{}}',
      '{"event":"pusher:ping","data":"{}"}',
      '{"event":"pusher:ping"}',
    ]) {
      client.sendText(text)
      expect(await client.next()).toBe('{"event":"pusher:pong","data":"{}"}')
    }
  })

  test('what cannot be read is answered without showing it', async () => {
    site = startSite()
    const client = await site.client()
    const cases: [string | Uint8Array<ArrayBuffer>, string][] = [
      ['{"event":"pusher:subscribe","secret', 'Invalid JSON'],
      ['[]', 'Empty event'],
      ['null', 'Empty event'],
      ['{"event":7}', 'Empty event'],
      [new Uint8Array([1, 2, 3]), 'Only text frames are understood'],
      ['{"event":"pusher:subscribe","data":{}}', 'Empty channel'],
      ['{"event":"pusher:subscribe"}', 'Empty channel'],
      ['{"event":"pusher:subscribe","data":{"channel":"a b"}}', 'Bad channel name'],
      ['{"event":"pusher:subscribe","data":{"channel":"private-"}}', 'Bad channel name'],
      [`{"event":"pusher:subscribe","data":{"channel":"${'x'.repeat(201)}"}}`, 'Bad channel name'],
    ]
    for (const [text, message] of cases) {
      client.sendText(text)
      expect(await client.next()).toBe(errorOf(null, message))
    }
  })

  test('harmless frames stay unanswered', async () => {
    site = startSite()
    const client = await site.client()
    client.send('pusher:pong', {})
    client.send('message', { content: 'spoofed' }, 'global')
    client.send('pusher:signin', {})
    client.send('pusher:unsubscribe', { channel: 'never-subscribed' })
    client.send('pusher:unsubscribe', 'not json')
    expect(await client.settle()).toEqual([])
  })

  test('a frame over 64 KiB ends the connection, one below does not', async () => {
    site = startSite()
    const client = await site.client()
    client.send('pusher:noise', 'x'.repeat(65_000))
    expect(await client.settle()).toEqual([])
    client.send('pusher:noise', 'x'.repeat(66_000))
    expect((await client.closed).code).toBe(1009)
  })

  test('the woker dialect: same frames under its own prefix', async () => {
    site = startSite()
    const client = await site.client(ANN, { app: WOKER_APP, raw: true })
    expect(await client.next()).toStartWith(
      '{"event":"woker:connection_established","data":"{\\"socket_id\\"',
    )
    client.send('woker:subscribe', { channel: `user-${ANN}` })
    expect(await client.next()).toBe(
      `{"event":"woker_internal:subscription_succeeded","data":"{}","channel":"user-${ANN}"}`,
    )
    client.send('woker:ping', {})
    expect(await client.next()).toBe('{"event":"woker:pong","data":"{}"}')
    client.sendText('{')
    expect(await client.next()).toBe(errorOf(null, 'Invalid JSON', 'woker'))
    site.hub.publish(`user-${ANN}`, 'friendApply', { uid: '2' })
    expect(await client.next()).toBe(event('friendApply', { uid: '2' }, `user-${ANN}`))
  })
})

describe('limits', () => {
  test('a socket has so many channels, and hears why it gets no more', async () => {
    site = startSite({ limits: { channelsPerSocketMax: 3 } })
    const client = await site.client()
    for (const name of ['a', 'b', 'c']) expect(await client.subscribe(name)).toBe(succeeded(name))
    expect(await client.subscribe('d')).toBe(errorOf(null, 'Too many channels: at most 3'))
    client.send('pusher:unsubscribe', { channel: 'a' })
    expect(await client.subscribe('d')).toBe(succeeded('d'))
  })

  test('one socket too many of a user is turned away for good; other users and visitors are not', async () => {
    site = startSite({ limits: { socketsPerUserMax: 2 } })
    await site.client(ANN)
    await site.client(ANN)
    const third = await site.client(ANN, { raw: true })
    expect(await third.next()).toBe(errorOf(4004, 'Too many connections: at most 2'))
    expect((await third.closed).code).toBe(4004)
    await site.client(BEN)
    for (let count = 0; count < 4; count++) await site.client(0)
    expect(site.hub.stats()).toMatchObject({ sockets: 7, users: 2 })
  })

  test('a dead socket of the user makes room instead', async () => {
    let now = 1_000_000
    site = startSite({ limits: { socketsPerUserMax: 2 }, clock: () => now, timings: { sweepMs: 1000 } })
    const dead = await site.client(ANN)
    const living = await site.client(ANN)
    now += 27_001
    await living.settle()
    const third = await site.client(ANN)
    expect((await dead.closed).code).toBe(4201)
    expect(await third.settle()).toEqual([])
    expect(await living.settle()).toEqual([])
  })
})

describe('client events', () => {
  const channel = 'private-group-7'
  const pair = async (): Promise<[Client, Client]> => {
    const clients: [Client, Client] = [await site.client(ANN), await site.client(BEN)]
    for (const client of clients) expect(await client.subscribe(channel)).toBe(succeeded(channel))
    return clients
  }

  test('reach the others on the channel, data as JSON text, never the sender', async () => {
    site = startSite()
    const [ann, ben] = await pair()
    ann.send('client-typing', { on: true }, channel)
    expect(await ben.next()).toBe(JSON.stringify({ event: 'client-typing', data: '{"on":true}', channel }))
    ann.send('client-typing', '{"on":false}', channel)
    expect(await ben.next()).toBe(JSON.stringify({ event: 'client-typing', data: '{"on":false}', channel }))
    ann.send('client-typing', 'plain', channel)
    expect(await ben.next()).toBe(JSON.stringify({ event: 'client-typing', data: '"plain"', channel }))
    expect(await ann.settle()).toEqual([])
  })

  test('need a private channel that the sender listens to', async () => {
    site = startSite()
    const [ann, ben] = await pair()
    const cid = await site.client(3)
    await ann.subscribe('group-7')
    await ben.subscribe('group-7')
    ann.send('client-typing', {}, 'group-7')
    expect(await ann.next()).toContain('only supported on private and presence channels')
    cid.send('client-typing', {}, channel)
    expect(await cid.next()).toContain(`not subscribed to ${channel}`)
    ann.send('client-typing', {})
    expect(await ann.next()).toContain('only supported on private and presence channels')
    ann.send(`client-${'x'.repeat(200)}`, {}, channel)
    expect(await ann.next()).toContain('name too long')
    expect(await ben.settle()).toEqual([])
  })

  test('are limited to ten a second', async () => {
    let now = 1_000_000
    site = startSite({ clock: () => now })
    const [ann, ben] = await pair()
    for (let count = 0; count < 11; count++) ann.send('client-typing', { count }, channel)
    expect(await ann.settle()).toEqual([errorOf(4301, 'Client event rejected due to rate limit')])
    expect(await ben.settle()).toHaveLength(10)
    now += 1000
    ann.send('client-typing', {}, channel)
    expect(await ann.settle()).toEqual([])
    expect(await ben.settle()).toHaveLength(1)
  })

  test('tell the user on a presence channel', async () => {
    site = startSite()
    const [ann, ben] = [await site.client(ANN), await site.client(BEN)]
    await ann.subscribe('presence-group-7')
    await ben.subscribe('presence-group-7')
    await ann.settle()
    ben.send('client-typing', {}, 'presence-group-7')
    expect(await ann.next()).toBe(
      JSON.stringify({
        event: 'client-typing',
        data: '{}',
        channel: 'presence-group-7',
        user_id: String(BEN),
      }),
    )
  })
})

test('when the server stops, clients are told to reconnect and newcomers are sent away', async () => {
  site = startSite()
  const client = await site.client(ANN)
  await site.drain(0)
  expect(await client.closed).toEqual({ code: 4200, reason: 'Server restarting' })
  const late = await site.client(ANN, { raw: true })
  expect((await late.closed).code).toBe(4200)
})
