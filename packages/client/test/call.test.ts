import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { NetworkError, ParleyError } from '../src/index.ts'
import { clientOf, closeClients, connected, startSite, type TestSite, type TestUser } from './site.ts'

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

/** A fetch that notes where it goes. */
function noting() {
  const paths: string[] = []
  const fetch = (url: string, init: RequestInit) => {
    paths.push(new URL(url).pathname)
    return globalThis.fetch(url, init)
  }
  return { paths, fetch }
}

describe('call', () => {
  test('goes by HTTP before connecting', async () => {
    const { paths, fetch } = noting()
    const { client } = clientOf(site, tom, { fetch })
    const user = await client.call('user/get', { uid: jerry.uid })
    expect(user).toMatchObject({ uid: jerry.uid, nickname: '小老鼠', is_friend: true })
    expect(paths).toContain('/web/user/get')
  })

  test('goes over the websocket when there is one', async () => {
    const { paths, fetch } = noting()
    const { client } = await connected(site, tom, { fetch })
    paths.length = 0
    expect(await client.call('message/unreadcount', { id: jerry.uid, type: 'friend' })).toBe(0)
    const many = Array.from({ length: 100 }, () => client.call('user/get', { uid: jerry.uid }))
    expect(new Set((await Promise.all(many)).map(({ uid }) => uid))).toEqual(new Set([jerry.uid]))
    expect(paths).toEqual([])
  })

  test('what the websocket does not carry goes by HTTP: pictures, cookies, long texts, bare answers', async () => {
    const { paths, fetch } = noting()
    const { client } = await connected(site, tom, { fetch })
    paths.length = 0
    const picture = await client.call('qrcode/get', { content: 'x' })
    expect(picture.type).toBe('image/png')
    expect(picture.size).toBeGreaterThan(100)
    const { seq } = await client.call('message/send', {
      to: jerry.uid,
      type: 'friend',
      content: '"'.repeat(20_000),
    })
    expect(seq).toBeGreaterThan(0)
    const signed = await client.call('push/auth', {
      channel_name: `private-user-${tom.uid}`,
      socket_id: '1.2',
    })
    expect(signed.auth).toContain(':')
    expect(paths).toEqual(['/web/qrcode/get', '/web/message/send', '/web/push/auth'])
  })

  test.each(['http', 'websocket'])(
    'a refusal is a ParleyError with code, text and kind (%s)',
    async (way) => {
      const stranger = await site.user()
      await site.set({ stranger_chat: 'off' })
      const { client } = way === 'http' ? clientOf(site, tom) : await connected(site, tom)
      const refused = client.call('message/send', { to: stranger.uid, type: 'friend', content: 'hi' })
      const error = await refused.catch((error) => error)
      await site.set({ stranger_chat: 'on' })
      expect(error).toBeInstanceOf(ParleyError)
      expect(error).toMatchObject({ code: 84, kind: 'not_friends', waitMs: undefined, path: 'message/send' })
      expect(error.msg).toBe('不是好友，无法发起会话')
    },
  )

  test('the language of refusals can be chosen', async () => {
    const { client } = clientOf(site, tom, { language: 'en' })
    await expect(client.call('user/get', { uid: 999_999 })).rejects.toMatchObject({
      msg: 'There is no such user',
    })
  })

  test('and is that of the websocket, too, whatever the platform says at its handshake', async () => {
    let language = 'en'
    const { client } = await connected(site, tom, { language: () => language })
    await expect(client.call('user/get', { uid: 999_999 })).rejects.toMatchObject({
      msg: 'There is no such user',
    })
    language = 'zh'
    client.setToken(tom.token)
    await client.connect()
    await expect(client.call('user/get', { uid: 999_999 })).rejects.toMatchObject({ msg: '用户不存在' })
  })

  test('too many calls: the error says how long to wait', async () => {
    await site.set({ rate_apply: '1/60' })
    const { client } = await connected(site, await site.user())
    const [a, b] = await site.users(2)
    await client.call('friend/apply', { friend_uid: a!.uid })
    const error = await client.call('friend/apply', { friend_uid: b!.uid }).catch((error) => error)
    await site.set({ rate_apply: '100000/1' })
    expect(error).toMatchObject({ code: 429, kind: 'too_many_requests' })
    expect(error.waitMs).toBeGreaterThan(1000)
    expect(error.waitMs).toBeLessThanOrEqual(61_000)
  })

  test('nobody there is a NetworkError', async () => {
    const nobody = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const { port } = nobody
    nobody.stop(true)
    const { client } = clientOf({ url: `http://127.0.0.1:${port}` }, tom)
    const error = await client.call('pop/get').catch((error) => error)
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ reason: 'unreachable', path: 'pop/get' })
  })

  test('somebody who does not answer is a NetworkError after the time given', async () => {
    using silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) })
    const { client } = clientOf({ url: silent.url.origin }, tom)
    await expect(client.call('pop/get', {}, { timeoutMs: 20 })).rejects.toMatchObject({ reason: 'timeout' })
  })

  test('an error page of somebody in between is a NetworkError', async () => {
    using proxy = Bun.serve({ port: 0, fetch: () => new Response('<h1>Bad gateway', { status: 502 }) })
    const { client } = clientOf({ url: proxy.url.origin }, tom)
    await expect(client.call('pop/get')).rejects.toMatchObject({ reason: 'unexpected', mayHaveArrived: true })
  })

  test.each(['http', 'websocket'])('a call can be given up (%s)', async (way) => {
    const { client } = way === 'http' ? clientOf(site, tom) : await connected(site, tom)
    const controller = new AbortController()
    const call = client.call('pop/get', {}, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect(client.call('pop/get', {}, { signal: controller.signal })).rejects.toThrow('enough')
    // The connection is none the worse for it.
    expect((await client.call('user/get', { uid: tom.uid })).uid).toBe(tom.uid)
  })

  test('a site that sends escaped text for old clients is read as it was written', async () => {
    await site.set({ html_escape: 'on' })
    const [a, b] = (await site.users(2)) as [TestUser, TestUser]
    await site.befriend(a, b)
    const { client } = clientOf(site, a)
    await client.call('user/update', { nickname: 'Tom & "Jerry" <3' })
    expect((await client.call('user/get', { uid: a.uid })).nickname).toBe('Tom & "Jerry" <3')
    const watched = await connected(site, b)
    expect(watched.client.home?.chatting[`friend${a.uid}`]?.name).toBe('Tom & "Jerry" <3')
    await client.call('message/send', { to: b.uid, type: 'friend', content: '1 < 2 &amp; 3' })
    expect((await watched.next('message')).content).toBe('1 < 2 &amp; 3')
    await site.set({ html_escape: 'off' })
  })
})
