import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { ConnectionRefusedError, type WebSocketConstructor } from '../src/index.ts'
import {
  clientOf,
  closeClients,
  connected,
  startAgain,
  startSite,
  stop,
  type TestSite,
  type TestUser,
} from './site.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  await site.befriend(tom, jerry)
})
afterEach(closeClients)
afterAll(() => site.close())

const states = (watched: { all: (name: 'connection') => { state: string }[] }) =>
  watched.all('connection').map(({ state }) => state)

describe('connect', () => {
  test('gives everything about the user, and listens to the user and the groups', async () => {
    const gid = await site.group(tom, jerry)
    const watched = clientOf(site, tom)
    const home = await watched.client.connect()
    expect(home.mine).toMatchObject({ uid: tom.uid, nickname: '猫猫' })
    expect(watched.client.uid).toBe(tom.uid)
    expect(states(watched)).toEqual(['connecting', 'online'])
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: 'to you' })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'to all' })
    const message = await watched.next('message', ({ content }) => content === 'to you')
    expect(message).toMatchObject({
      ...{ from: String(jerry.uid), from_name: '小老鼠', missed: false },
      chat: { type: 'friend', id: jerry.uid },
    })
    expect(await watched.next('message', ({ content }) => content === 'to all')).toMatchObject({
      chat: { type: 'group', id: gid },
    })
  })

  test('the events of the contract arrive, each under its name', async () => {
    const watched = await connected(site, tom)
    const [friend] = (await site.users(1)) as [TestUser]
    await site.as(friend).ok('friend/apply', { friend_uid: tom.uid })
    expect(await watched.next('friendApply')).toEqual({ uid: String(friend.uid) })
    await site.set({ app_name: 'Another name' })
    expect((await watched.next('settingChange')).app_name).toBe('Another name')
  })

  test('groups that the user comes into are listened to, and those left are not', async () => {
    const watched = await connected(site, tom)
    const gid = await site.group(jerry)
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'before' })
    await site.api(jerry).ok('group/memberadd', { gid, members: [tom.uid] })
    await watched.next('addGroup', (group) => group.gid === gid)
    // The notice of the invitation, which was pushed before anybody could listen.
    const notice = await watched.next('message', ({ chat }) => chat.type === 'group' && chat.id === gid)
    expect(notice).toMatchObject({ sub_type: 'notice', content: expect.stringContaining('邀请') })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'welcome' })
    await watched.next('message', ({ content }) => content === 'welcome')
    expect(watched.contents()).not.toContain('before')
    await site.api(jerry).ok('group/memberdel', { gid, members: [tom.uid] })
    expect(await watched.next('removeGroup', (group) => group.gid === gid)).toBeDefined()
  })

  test('a channel of the application’s own choice, and its events', async () => {
    const watched = await connected(site, tom)
    const end = watched.client.subscribe('news')
    await watched.client.call('user/get', { uid: tom.uid })
    const emit = (data: string) => site.api().ok('push/emit', { channel: 'news', event: 'headline', data })
    await emit('{"text":"one"}')
    expect(await watched.next('custom')).toEqual({
      event: 'headline',
      channel: 'news',
      data: { text: 'one' },
    })
    end()
    await watched.client.call('user/get', { uid: tom.uid })
    await emit('{"text":"two"}')
    await watched.client.call('user/get', { uid: tom.uid })
    expect(watched.all('custom')).toHaveLength(1)
  })

  test('without a session: unauthorised, once and for all', async () => {
    const watched = clientOf(site, { ...tom, token: 'ps_nobody' })
    const error = await watched.client.connect().catch((error) => error)
    expect(error).toBeInstanceOf(ConnectionRefusedError)
    expect(error).toMatchObject({ state: 'unauthorised', code: -1 })
    expect(watched.client.status.state).toBe('unauthorised')
    // A session makes it good.
    watched.client.setToken(tom.token)
    expect((await watched.client.connect()).mine.uid).toBe(tom.uid)
  })

  test('with too many websockets of one user: refused, but calls work', async () => {
    const crowd = await site.user()
    for (let count = 0; count < 20; count++) await site.listen(crowd)
    const watched = clientOf(site, crowd)
    await expect(watched.client.connect()).rejects.toMatchObject({ state: 'refused', code: 4004 })
    await watched.next('connection', ({ state }) => state === 'refused')
    expect((await watched.client.call('pop/get')).mine.uid).toBe(crowd.uid)
    // What is new is had by asking.
    await site.befriend(crowd, jerry)
    await site.as(jerry).ok('message/send', { to: crowd.uid, type: 'friend', content: 'before' })
    await watched.client.catchUp()
    await site.as(jerry).ok('message/send', { to: crowd.uid, type: 'friend', content: 'after' })
    await watched.client.catchUp()
    expect(watched.all('home').at(-1)!.chatting[`friend${jerry.uid}`]!.unread_count).toBe(2)
    await watched.next('message', ({ content, missed }) => content === 'after' && missed)
    expect(watched.contents()).toEqual(['after'])
  })

  test('without a websocket, reading tells that the session has ended', async () => {
    const crowd = await site.user()
    for (let count = 0; count < 20; count++) await site.listen(crowd)
    const watched = clientOf(site, crowd)
    await expect(watched.client.connect()).rejects.toMatchObject({ state: 'refused' })
    await site.services.sessions.endAll(crowd.uid)
    await expect(watched.client.catchUp()).rejects.toMatchObject({ isSignedOut: true })
    expect(watched.client.status).toMatchObject({ state: 'unauthorised', error: { code: -1 } })
  })

  /** By HTTP, the answer to `pop/get` waits until `release` is called. */
  function slowHome() {
    const asked = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const slow = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init)
      if (url.endsWith('/pop/get')) {
        asked.resolve()
        await released.promise
      }
      return response
    }
    return { asked: asked.promise, release: released.resolve, fetch: slow }
  }

  test('what was read by calls is dropped when a websocket was quicker', async () => {
    const [guest] = (await site.users(1)) as [TestUser]
    const { asked, release, fetch } = slowHome()
    const watched = clientOf(site, guest, { fetch })
    const slow = watched.client.catchUp()
    await asked
    await watched.client.connect()
    const { length } = watched.all('home')
    // While it is online there is nothing to catch up with, either.
    const late = watched.client.catchUp()
    release()
    expect(await Promise.all([slow, late])).toEqual([false, false])
    expect([length > 0, watched.all('home').length]).toEqual([true, length])
  })

  test('what was read by calls is dropped when the session is another one by then, or none', async () => {
    const [guest, other] = (await site.users(2)) as [TestUser, TestUser]
    const { asked, release, fetch } = slowHome()
    const watched = clientOf(site, guest, { fetch })
    const before = watched.client.catchUp()
    await asked
    watched.client.setToken(other.token)
    release()
    expect(await before).toBe(false)
    expect(watched.all('home')).toEqual([])
    expect(await watched.client.catchUp()).toBe(true)
    expect(watched.client.uid).toBe(other.uid)
    const last = watched.client.catchUp()
    watched.client.close()
    expect(await last).toBe(false)
    expect(watched.all('home').length).toBe(1)
  })

  test('the end of the session is told at once, and is the end', async () => {
    const guest = await site.user()
    const watched = await connected(site, guest)
    await watched.client.call('login/logout')
    const status = await watched.next('connection', ({ state }) => state === 'unauthorised')
    await expect(status.error).toMatchObject({ code: 4009 })
    await expect(watched.client.call('pop/get')).rejects.toMatchObject({ code: -1, isSignedOut: true })
  })

  test('close ends it', async () => {
    const watched = await connected(site, tom)
    watched.client.close()
    expect(states(watched)).toEqual(['connecting', 'online', 'idle'])
  })
})

describe('reconnect', () => {
  const kick = (user: TestUser, code: number) => {
    for (const socket of [...site.services.realtime.hub.sockets()])
      if (socket.data.identity.uid === user.uid) socket.close(code)
  }

  test.each([
    [4200, 0, 0],
    [4201, 0, 0],
    [4100, 300, 500],
    [1011, 0, 200],
  ])('after close code %d it waits %d to %d ms', async (code, minMs, maxMs) => {
    const user = await site.user()
    const timings = { retryMsMin: 200, retryMsMax: 200, pauseMs: 300 }
    const watched = await connected(site, user, { timings })
    const before = Date.now()
    kick(user, code)
    const { retryAt } = await watched.next('connection', ({ state }) => state === 'offline')
    const after = Date.now()
    expect(retryAt).toBeGreaterThanOrEqual(before + minMs)
    expect(retryAt).toBeLessThanOrEqual(after + maxMs)
    await watched.until('online again', () => states(watched).at(-1) === 'online')
  })

  test.each([4000, 4004, 4099])('after close code %d it does not come back', async (code) => {
    const user = await site.user()
    const watched = await connected(site, user)
    kick(user, code)
    const { error } = await watched.next('connection', ({ state }) => state === 'refused')
    expect(error).toMatchObject({ state: 'refused', code })
    // Unless it is asked to.
    await watched.client.connect()
  })

  test('an app key that is not known is asked for anew, but not for ever', async () => {
    const user = await site.user()
    const watched = await connected(site, user)
    kick(user, 4001)
    await watched.until('online again', () => states(watched).join(' ').endsWith('offline connecting online'))
    kick(user, 4001)
    await watched.next('connection', ({ state, error }) => state === 'refused' && error?.code === 4001)
  })

  /** A websocket over which, once `deafen` was called, nothing comes any more, though it was not closed; later ones hear. */
  function deafSocket() {
    const open = new Set<WebSocket>()
    const deaf = new Set<WebSocket>()
    const Deaf = class extends WebSocket {
      override addEventListener(type: string, handler: any): void {
        open.add(this)
        super.addEventListener(type, (event: any) => {
          if (type !== 'message' || !deaf.has(this)) handler(event)
        })
      }
    } as unknown as WebSocketConstructor
    const deafen = () => {
      for (const socket of open) deaf.add(socket)
    }
    return { deafen, WebSocket: Deaf }
  }

  test('when a call is not answered, nor a ping: what only reads goes by HTTP', async () => {
    const user = await site.user()
    const { deafen, WebSocket } = deafSocket()
    const timings = { doubtMs: 20, pongMs: 60, retryMsMin: 1 }
    const watched = await connected(site, user, { WebSocket, timings })
    deafen()
    expect((await watched.client.call('user/get', { uid: user.uid })).uid).toBe(user.uid)
    await watched.until('online again', () => states(watched).join(' ').endsWith('offline connecting online'))
  })

  test('when nothing comes any more, not even the answer to a ping', async () => {
    const quick = await startSite({ timings: { pingAfterMs: 2000 } })
    const user = await quick.user()
    const { deafen, WebSocket } = deafSocket()
    const watched = await connected(quick, user, { WebSocket, timings: { pongMs: 50, retryMsMin: 1 } })
    deafen()
    await watched.next('connection', ({ state }) => state === 'offline')
    await watched.until('online again', () => states(watched).at(-1) === 'online')
    watched.client.close()
    await quick.close()
  })

  test('the network’s return is a reason to try at once', async () => {
    const user = await site.user()
    const watched = await connected(site, user, { timings: { retryMsMin: 60_000, retryMsMax: 60_000 } })
    kick(user, 4150)
    await watched.next('connection', ({ state }) => state === 'offline')
    globalThis.dispatchEvent(new Event('online'))
    await watched.until('online again', () => states(watched).at(-1) === 'online')
  })

  test('being asked to connect is one, too', async () => {
    const user = await site.user()
    const watched = await connected(site, user, { timings: { retryMsMin: 60_000, retryMsMax: 60_000 } })
    kick(user, 4150)
    await watched.next('connection', ({ state }) => state === 'offline')
    await watched.client.connect()
    expect(watched.client.status.state).toBe('online')
  })

  test('a device without a network is offline at once, and tries on', async () => {
    const watched = await connected(site, await site.user())
    globalThis.dispatchEvent(new Event('offline'))
    expect(watched.client.status.state).toBe('offline')
    await watched.until('online again', () => states(watched).at(-1) === 'online')
  })

  test('comes back by itself when the server does, with its subscriptions and what was missed', async () => {
    const gid = await site.group(tom, jerry)
    const watched = await connected(site, tom)
    await stop(site)
    await watched.next('connection', ({ state }) => state === 'offline')
    // Tries, and fails.
    await watched.until(
      'another try',
      () => states(watched).filter((state) => state === 'offline').length > 1,
    )
    site = await startAgain(site)
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: 'while away' })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'while away, group' })
    await watched.until('online again', () => states(watched).at(-1) === 'online')
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: 'back' })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'back, group' })
    await watched.until('everything', () => watched.contents().length >= 4)
    expect(watched.contents().sort()).toEqual(['back', 'back, group', 'while away', 'while away, group'])
  })

  test('calls that the server did not see go by HTTP, and what only reads is asked again', async () => {
    const watched = await connected(site, tom)
    const calls = Array.from({ length: 20 }, () => watched.client.call('user/get', { uid: jerry.uid }))
    // The server closes the websockets, but goes on.
    for (const socket of [...site.services.realtime.hub.sockets()]) socket.close(4200)
    expect((await Promise.all(calls)).every(({ uid }) => uid === jerry.uid)).toBe(true)
    await watched.until('online again', () => states(watched).join(' ').endsWith('offline connecting online'))
  })
})
