import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import Pusher from 'pusher'
import PusherClient from 'pusher-js'
import { beginEndlessUpload } from './endless-upload.ts'
import { type Listener, startSite, type TestSite, type TestUser } from './harness.ts'

/*
 * Live push through the whole server: real clients, real sessions, real groups. The protocol's own details are tested
 * beside realtime/.
 */

let site: TestSite
let tom: TestUser
let jerry: TestUser
let spike: TestUser
let gid: number
const clients: PusherClient[] = []

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry, spike] = (await site.users(3)) as [TestUser, TestUser, TestUser]
  await site.befriend(tom, jerry)
  await site.befriend(tom, spike)
  gid = await site.group(tom, jerry)
})
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await site.close()
})

const socketId = (listener: Listener) => (listener.greeting as { socket_id: string }).socket_id
const signature = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex')

/** Asks for a channel and says whether it was given, silently or not. */
async function given(
  listener: Listener,
  channel: string,
  auth: Record<string, string> = {},
): Promise<boolean> {
  listener.send('pusher:subscribe', { channel, ...auth })
  await listener.barrier()
  return listener.heard('pusher_internal:subscription_succeeded', channel)
}

/** pusher-js as an app uses it: it proves itself to push/auth with the session's token. */
function pusherClient(user: TestUser, key = site.services.apps.pusher.key): PusherClient {
  const client = new PusherClient(key, {
    wsHost: '127.0.0.1',
    wsPort: site.server.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    cluster: 'none',
    channelAuthorization: {
      transport: 'ajax',
      endpoint: `${site.url}/web/push/auth`,
      headers: { authorization: `Bearer ${user.token}` },
    },
  })
  clients.push(client)
  return client
}

const once = <Value>(
  source: { bind(name: string, callback: (value: Value) => void): unknown },
  name: string,
) => new Promise<Value>((resolve) => source.bind(name, resolve))

describe('push/auth', () => {
  test('signs what the caller may hear: bare JSON by the documented formula', async () => {
    const ear = await site.listen(undefined)
    const { key, secret } = site.services.apps.pusher
    const channel = `private-user-${tom.uid}`
    const response = await site
      .as(tom, 'h5')
      .request('push/auth', { channel_name: channel, socket_id: socketId(ear) })
    const { auth } = await response.json()
    expect(auth).toBe(`${key}:${signature(secret, `${socketId(ear)}:${channel}`)}`)
    expect(await given(ear, channel, { auth })).toBe(true)
  })

  test('a presence channel’s answer names the caller, and only the caller', async () => {
    const ear = await site.listen(undefined)
    const channel = `presence-group-${gid}`
    const answer = await site
      .as(jerry)
      .request('push/auth', { channel_name: channel, socket_id: socketId(ear) })
    const grant = await answer.json()
    expect(JSON.parse(grant.channel_data)).toMatchObject({
      user_id: String(jerry.uid),
      user_info: { name: jerry.nickname },
    })
    expect(await given(ear, channel, grant)).toBe(true)
  })

  test('signs nothing else, and its refusal holds no signature', async () => {
    const ear = await site.listen(undefined)
    const { secret } = site.services.apps.pusher
    for (const channel of [
      `private-user-${jerry.uid}`,
      `private-group-${gid}`,
      `presence-group-${gid}`,
      'private-orders',
      `user-${spike.uid}`,
    ]) {
      const response = await site
        .as(spike)
        .request('push/auth', { channel_name: channel, socket_id: socketId(ear) })
      const text = await response.text()
      expect([channel, JSON.parse(text).code]).toEqual([channel, 3])
      expect(text).not.toContain(signature(secret, `${socketId(ear)}:${channel}`))
    }
    expect(await site.as(tom).code('push/auth', { channel_name: 'x', socket_id: '../1' })).toBe(3)
    expect(await site.as(tom).code('push/auth', { channel_name: 'x' })).toBe(1)
    expect(
      await site
        .visitor()
        .code('push/auth', { channel_name: `private-user-${tom.uid}`, socket_id: socketId(ear) }),
    ).toBe(-1)
  })
})

describe('push/emit', () => {
  test('publishes on any channel, with JSON text as data, but for one socket', async () => {
    const ears = await Promise.all([site.listen(tom, 'news'), site.listen(undefined, 'news')])
    await site.api().ok('push/emit', { channel: 'news', event: 'headline', data: '{"title":"号外"}' })
    for (const ear of ears) expect(await ear.next('headline', 'news')).toEqual({ title: '号外' })
    await site.api().ok('push/emit', { channel: 'news', event: 'second', socket_id: socketId(ears[0]!) })
    expect(await ears[1]!.next('second')).toEqual({})
    await ears[0]!.barrier()
    expect(ears[0]!.heard('second')).toBe(false)
  })

  test('is for server keys, and cannot speak for the protocol', async () => {
    expect(await site.as(tom).code('push/emit', { channel: 'news', event: 'x' })).toBe(3)
    expect(await site.visitor().code('push/emit', { channel: 'news', event: 'x' })).toBe(-1)
    expect(await site.api().code('push/emit', { channel: 'news', event: 'pusher:error' })).toBe(2)
    expect(await site.api().code('push/emit', { channel: 'news' })).toBe(1)
    expect(await site.api().code('push/emit', { channel: 'news', event: 'x', data: 'no json' })).toBe(2)
  })
})

describe('who may listen', () => {
  test('one’s own channels and groups, by cookie, bearer or ?token=; nothing of others', async () => {
    const ear = await site.listen(jerry)
    expect(await given(ear, `user-${jerry.uid}`)).toBe(true)
    expect(await given(ear, `group-${gid}`)).toBe(true)
    expect(await given(ear, 'global')).toBe(true)
    const other = await site.listen(spike)
    for (const channel of [`user-${jerry.uid}`, `group-${gid}`, 'user-0', `user-0${jerry.uid}`]) {
      expect([channel, await given(other, channel)]).toEqual([channel, false])
      expect(other.heard('pusher:error')).toBe(false)
    }
    other.send('pusher:subscribe', { channel: `private-user-${jerry.uid}` })
    expect(await other.next('pusher:subscription_error')).toMatchObject({ status: 403 })
    const nobody = await site.listen(undefined)
    expect(await given(nobody, `user-${jerry.uid}`)).toBe(false)
  })

  test('a cookie counts only when a page of this site opens the socket', async () => {
    const cookie = `parley_session=${tom.token}`
    const own = await site.open(`/app/${site.services.apps.pusher.key}`, { cookie, origin: site.url })
    expect(await given(own, `user-${tom.uid}`)).toBe(true)
    const foreign = await site.open(`/app/${site.services.apps.pusher.key}`, {
      cookie,
      origin: 'https://evil.example',
    })
    expect(await given(foreign, `user-${tom.uid}`)).toBe(false)
  })

  test('the path may have anything before it; a wrong key is told and closed', async () => {
    const { key } = site.services.apps.pusher
    await site.open(`/ws/app/${key}`, {})
    const wrong = await site.open('/app/no-such-key', {}, 'pusher:error')
    expect((await wrong.whenClosed()).code).toBe(4001)
  })

  test('somebody removed from a group hears nothing more from that instant, on the same socket', async () => {
    await site.as(tom).ok('group/memberadd', { gid, members: [spike.uid] })
    const ear = await site.listen(spike, `user-${spike.uid}`, `group-${gid}`)
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '还在' })
    await ear.next('message', `group-${gid}`)
    await site.as(tom).ok('group/memberdel', { gid, members: [spike.uid] })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '秘密' })
    await ear.next('removeGroup', `user-${spike.uid}`)
    await ear.barrier()
    expect(ear.heard('message', `group-${gid}`)).toBe(false)
    expect(await given(ear, `group-${gid}`)).toBe(false)
  })

  test('somebody added hears a group they had asked for, without asking again', async () => {
    const ear = await site.listen(spike)
    expect(await given(ear, `group-${gid}`)).toBe(false)
    await site.as(tom).ok('group/memberadd', { gid, members: [spike.uid] })
    await ear.next('pusher_internal:subscription_succeeded', `group-${gid}`)
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '欢迎' })
    let message = await ear.next('message', `group-${gid}`)
    while (message.sub_type === 'notice') message = await ear.next('message', `group-${gid}`)
    expect(message.content).toBe('欢迎')
  })

  test('ending a session closes its sockets, others stay', async () => {
    const token = await site.services.sessions.start(jerry.uid, { device: 'phone', address: '127.0.0.1' })
    const phone = await site.listen({ ...jerry, token })
    const desk = await site.listen(jerry)
    const sessions = await site.as(jerry).ok('login/sessions')
    const { id } = sessions.find((session: { device: string }) => session.device === 'phone')
    await site.as(jerry).ok('login/end', { id })
    expect((await phone.whenClosed()).code).toBe(4009)
    await desk.barrier()
  })

  test('disabling an account closes its sockets', async () => {
    const user = await site.user()
    const ear = await site.listen(user, `user-${user.uid}`)
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect((await ear.whenClosed()).code).toBe(4009)
  })
})

describe('pusher-js and pusher', () => {
  test('pusher-js hears its own private channel and a presence channel’s messages', async () => {
    const client = pusherClient(tom)
    const own = client.subscribe(`private-user-${tom.uid}`)
    const group = client.subscribe(`presence-group-${gid}`)
    await Promise.all([
      once(own, 'pusher:subscription_succeeded'),
      once(group, 'pusher:subscription_succeeded'),
    ])
    const [heardPrivately, heardInGroup] = [once<any>(own, 'message'), once<any>(group, 'message')]
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '你好' })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '大家好' })
    expect((await heardPrivately).content).toBe('你好')
    expect((await heardInGroup).content).toBe('大家好')
  })

  test('pusher-js is refused the channels of others', async () => {
    const channel = pusherClient(tom).subscribe(`private-user-${jerry.uid}`)
    expect(await once(channel, 'pusher:subscription_error')).toBeDefined()
  })

  test('the package pusher triggers events and looks at channels', async () => {
    const { key, secret } = site.services.apps.pusher
    const backend = new Pusher({
      appId: '1',
      key,
      secret,
      host: '127.0.0.1',
      port: String(site.server.port),
      useTLS: false,
    })
    const ear = await site.listen(undefined, 'weather')
    await backend.trigger('weather', 'storm', { level: 3 })
    expect(await ear.next('storm', 'weather')).toEqual({ level: 3 })
    const answer = await backend.get({ path: '/channels', params: { filter_by_prefix: 'weather' } })
    expect(await answer.json()).toEqual({ channels: { weather: {} } })
    const wrong = new Pusher({
      appId: '1',
      key,
      secret: `${secret}x`,
      host: '127.0.0.1',
      port: String(site.server.port),
      useTLS: false,
    })
    expect(wrong.trigger('weather', 'storm', {})).rejects.toMatchObject({ status: 401 })
  })

  test('the old dialect has its own key, and legacy_push hands it out', async () => {
    const { woker, pusher } = site.services.apps
    expect(await site.api().ok('pop/getsetting')).toMatchObject({
      appkey: pusher.key,
      pusher_key: pusher.key,
    })
    await site.set({ legacy_push: 'on' })
    expect(await site.api().ok('pop/getsetting')).toMatchObject({ appkey: woker.key, pusher_key: pusher.key })
    const ear = await site.open(`/app/${woker.key}?token=${tom.token}`, {}, 'woker:connection_established')
    ear.send('woker:subscribe', { channel: `user-${tom.uid}` })
    await ear.next('woker_internal:subscription_succeeded', `user-${tom.uid}`)
    await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '旧客户端' })
    expect((await ear.next('message')).content).toBe('旧客户端')
    await site.set({ legacy_push: 'off' })
  })
})

describe('presence', () => {
  test('friends hear who comes online and, some time after the last socket closed, who goes', async () => {
    const other = await startSite({ timings: { offlineAfterMs: 50 } })
    const [ann, ben] = (await other.users(2)) as [TestUser, TestUser]
    await other.befriend(ann, ben)
    const ear = await other.listen(ann, `user-${ann.uid}`)
    const sockets = [await other.listen(ben), await other.listen(ben)]
    expect(await ear.next('state')).toEqual({ uid: ben.uid, state: 'online' })
    expect((await other.api().ok('user/get', { uid: ben.uid })).state).toBe('online')
    sockets[0]!.close()
    await sockets[0]!.whenClosed()
    await ear.barrier()
    expect(ear.heard('state')).toBe(false)
    sockets[1]!.close()
    expect(await ear.next('state')).toEqual({ uid: ben.uid, state: 'offline' })
    const { state, logout_timestamp } = await other.api().ok('user/get', { uid: ben.uid })
    expect(state).toBe('offline')
    expect(logout_timestamp).toBeGreaterThan(Date.now() / 1000 - 60)
    await other.close()
  })
})

describe('calls over the socket', () => {
  test('every operation open to a user; results name their call', async () => {
    const ear = await site.listen(jerry)
    ear.send('parley:call', {
      id: 7,
      path: 'Message/Send',
      params: { to: tom.uid, type: 'friend', content: '经由 socket' },
    })
    ear.send('parley:call', { id: 'b', path: 'friend/applycount', params: {} })
    const results = new Map<unknown, any>()
    for (let i = 0; i < 2; i++) {
      const result = await ear.next('parley:result')
      results.set(result.id, result)
    }
    expect(results.get(7)).toMatchObject({
      code: 0,
      msg: 'ok',
      data: { mid: expect.any(Number), seq: expect.any(Number) },
    })
    expect(results.get('b')).toEqual({ id: 'b', code: 0, msg: 'ok', data: 0 })
  })

  test('they obey the same rules: unknown paths, wrong input, what is not for users, nobody signed in', async () => {
    const ear = await site.listen(jerry)
    const nobody = await site.listen(undefined)
    const code = async (listener: Listener, path: string, params = {}) => {
      listener.send('parley:call', { id: 1, path, params })
      return (await listener.next('parley:result')).code
    }
    expect(await code(ear, 'no/such')).toBe(404)
    expect(await code(ear, 'upload/img')).toBe(404)
    expect(await code(ear, 'login/check', { username: 'x', password: 'y' })).toBe(404)
    expect(await code(ear, 'message/send', { to: tom.uid, type: 'friend' })).toBe(1)
    expect(await code(ear, 'friend/add', { friend_uid: tom.uid })).toBe(3)
    expect(await code(nobody, 'pop/get')).toBe(-1)
    expect(await code(nobody, 'pop/getsetting')).toBe(0)
  })
})

describe('settingChange', () => {
  test('is pushed on global with the full public set and nothing else', async () => {
    const ear = await site.listen(undefined, 'global')
    await site.set({ app_name: '新名字', dirty_words: '秘密' })
    const pushed = await ear.next('settingChange', 'global')
    expect(pushed).toMatchObject({
      id: 2,
      app_name: '新名字',
      dirty_words: '',
      appkey: site.services.apps.pusher.key,
    })
    expect(Object.keys(pushed).filter((name) => name.startsWith('rate_'))).toEqual([])
    await site.set({ app_name: 'Parley', dirty_words: '' })
  })
})

describe('ws_address in settingChange', () => {
  test('is the one by which the clients came, not the changer’s', async () => {
    const host = `localhost:${site.server.port}`
    const ears = await Promise.all(
      [1, 2, 3].map(() => site.open(`/app/${site.services.apps.pusher.key}?token=${spike.token}`, { host })),
    )
    const others = [...site.services.realtime.hub.sockets()].filter(
      ({ data }) => !data.identity.origin.includes('localhost'),
    )
    for (const other of others) other.close()
    for (const ear of ears) await ear.subscribe('global')
    await site.set({ app_name: '另一个名字' })
    expect((await ears[0]!.next('settingChange')).ws_address).toBe(`ws://${host}`)
    await site.set({ app_name: 'Parley' })
  })
})

describe('stopping', () => {
  test('running calls finish, sockets are told to reconnect, the port is free', async () => {
    const other = await startSite()
    const [ann, ben] = (await other.users(2)) as [TestUser, TestUser]
    const ear = await other.listen(ann)
    const sends = Array.from({ length: 50 }, (_, i) =>
      other.as(ann).code('message/send', { to: ben.uid, type: 'friend', content: `${i}` }),
    )
    const first = await sends[0]
    const closing = other.close()
    expect(first).toBe(0)
    expect((await ear.whenClosed()).code).toBe(4200)
    await closing
    // Each was either answered or never taken; none was answered with an error of our own making.
    for (const outcome of await Promise.allSettled(sends)) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(0)
    }
    expect(fetch(`${other.url}/healthz`)).rejects.toThrow()
  })

  test('a call and an upload that never end are waited for at the same time, so that the database is closed in time', async () => {
    const other = await startSite()
    const { realtime } = other.services
    const drain = realtime.drain
    // As a call over a socket that never ends.
    realtime.drain = async (graceMs) => {
      await Bun.sleep(graceMs)
      await drain(0)
    }
    await beginEndlessUpload(other.url, other.key)
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200)
    const startedAt = performance.now()
    await other.close()
    // The process is ended after 9.5 s (`cli/stopping.ts`).
    expect(performance.now() - startedAt).toBeLessThan(9500)
  }, 300_000)
})
