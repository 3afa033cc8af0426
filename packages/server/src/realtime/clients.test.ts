import { afterEach, expect, test } from 'bun:test'
import PusherClient, { type Members, type PresenceChannel } from 'pusher-js'
import type { App } from './signature.ts'
import { ANN, BEN, CID, PUSHER_APP, type Site, startSite } from './testing.ts'

/*
 * pusher-js as sites use it. It has no way to send a session, so it proves itself to push/auth (here `?uid=`), as a
 * native app does.
 */

let site: Site
const clients: PusherClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await site.stop()
})

function open(uid: number, { key }: Pick<App, 'key'> = PUSHER_APP): PusherClient {
  const client = new PusherClient(key, {
    wsHost: '127.0.0.1',
    wsPort: site.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    cluster: 'none',
    channelAuthorization: {
      transport: 'ajax',
      endpoint: `http://127.0.0.1:${site.port}/push/auth?uid=${uid}&session=${uid * 100}`,
    },
  })
  clients.push(client)
  return client
}

/** Anything of pusher-js that lets one bind to its events: a channel or the connection. */
interface Source {
  bind(name: string, callback: (value: any) => void): unknown
}

const heard = <Value = unknown>(source: Source, name: string): Promise<Value> =>
  new Promise((resolve) => source.bind(name, resolve))

test('connects, subscribes and hears events', async () => {
  site = startSite()
  const client = open(ANN)
  const channel = client.subscribe(`private-user-${ANN}`)
  await heard(channel, 'pusher:subscription_succeeded')
  const message = heard(channel, 'message')
  site.hub.publish(`user-${ANN}`, 'message', { content: '你好' })
  expect(await message).toEqual({ content: '你好' })
  expect(site.states).toEqual([[ANN, 'online']])
})

test('sees the members of a presence channel come and go', async () => {
  site = startSite()
  const ann = open(ANN).subscribe('presence-group-7') as PresenceChannel
  const members = await heard<Members>(ann, 'pusher:subscription_succeeded')
  expect([members.count, members.me]).toEqual([
    1,
    { id: '1', info: { name: 'user 1', avatar: '/avatar/1.png' } },
  ])
  const added = heard(ann, 'pusher:member_added')
  const ben = open(BEN)
  await heard(ben.subscribe('presence-group-7'), 'pusher:subscription_succeeded')
  expect(await added).toEqual({ id: '2', info: { name: 'user 2', avatar: '/avatar/2.png' } })
  const typing = heard(ann, 'client-typing')
  ben.channel('presence-group-7').trigger('client-typing', { on: true })
  expect(await typing).toEqual({ on: true })
  const removed = heard<{ id: string }>(ann, 'pusher:member_removed')
  ben.disconnect()
  expect((await removed).id).toBe('2')
})

test('is refused by push/auth, and by the server when the signature is wrong', async () => {
  site = startSite()
  const stranger = open(CID)
  expect(await heard(stranger.subscribe('private-group-7'), 'pusher:subscription_error')).toMatchObject({
    type: 'AuthError',
    status: 403,
  })
  const forger = new PusherClient(PUSHER_APP.key, {
    wsHost: '127.0.0.1',
    wsPort: site.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    cluster: 'none',
    channelAuthorization: {
      transport: 'ajax',
      endpoint: '',
      customHandler: (_, callback) => callback(null, { auth: `${PUSHER_APP.key}:${'0'.repeat(64)}` }),
    },
  })
  clients.push(forger)
  expect(await heard(forger.subscribe('private-group-7'), 'pusher:subscription_error')).toEqual({
    type: 'AuthError',
    error: 'Not authorised to subscribe to private-group-7',
    status: 403,
  })
})

test('gives up on an unknown application', async () => {
  site = startSite()
  const client = open(ANN, { key: 'nobody' })
  const error = await heard(client.connection, 'error')
  expect(error).toMatchObject({ error: { data: { code: 4001, message: 'Application does not exist' } } })
  expect(client.connection.state).toBe('disconnected')
})

test('comes back by itself after the server asked it to, and subscribes again', async () => {
  site = startSite()
  const client = open(ANN)
  const channel = client.subscribe('private-group-7')
  await heard(channel, 'pusher:subscription_succeeded')
  const again = heard(client.connection, 'connected')
  const subscribed = heard(channel, 'pusher:subscription_succeeded')
  for (const socket of [...site.hub.sockets()]) socket.close(4200, 'Server restarting')
  await again
  await subscribed
  const message = heard(channel, 'message')
  site.hub.publish('group-7', 'message', { mid: 2 })
  expect(await message).toEqual({ mid: 2 })
})

test('stays away when its session has ended', async () => {
  site = startSite()
  const client = open(ANN)
  await heard(client.subscribe(`private-user-${ANN}`), 'pusher:subscription_succeeded')
  const ended = heard(client.connection, 'disconnected')
  site.hub.disconnectSession(ANN * 100)
  await ended
  expect(site.hub.stats().sockets).toBe(0)
})
