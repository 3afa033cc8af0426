import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite } from './harness.ts'

/** The document's sample of `pop/getsetting`: on a new site the switches stand as there. */
const DOCUMENTED = {
  id: '2',
  voice: 'on',
  audio: 'off',
  video: 'off',
  prompt_tone: 'on',
  group_chat: 'on',
  private_chat: 'on',
  add_friend: 'on',
  create_group: 'on',
  upload_file: 'on',
  upload_img: 'on',
  emoji: 'on',
  member_detail: 'on',
  stranger_chat: 'on',
  register: 'on',
  register_captcha: 'off',
  login_captcha: 'off',
  qrcode_friend: 'on',
  qrcode_group: 'on',
  qrcode_scan: 'on',
}
const DOCUMENTED_TEXTS = ['appkey', 'ws_address', 'app_name', 'explore_url']
/** What must never be public: section 6 of the protocol tells of servers that sent them. */
const PRIVATE = ['dirty_words', 'appsecret', 'api_address', 'legacy_push', 'rate_send', 'rate_login']

let site: TestSite
beforeAll(async () => {
  site = await startSite({ env: { TRUST_PROXY: '127.0.0.1' } })
})
afterAll(() => site.close())

describe('pop/getsetting', () => {
  test('everybody gets the document’s settings, all of them as text', async () => {
    const user = await site.user()
    for (const caller of [site.visitor(), site.visitor('h5'), site.as(user), site.api()]) {
      const data = await caller.ok<Record<string, string>>('pop/getsetting')
      expect(data).toMatchObject(DOCUMENTED)
      for (const name of DOCUMENTED_TEXTS) expect(data[name]).toBeString()
      for (const [name, value] of Object.entries(data)) expect([name, typeof value]).toEqual([name, 'string'])
    }
  })

  test('nothing private is among them', async () => {
    await site.set({ dirty_words: 'damn' })
    const data = await site.visitor().ok('pop/getsetting')
    for (const name of PRIVATE) expect(data).not.toHaveProperty(name)
    expect(JSON.stringify(data)).not.toContain(site.services.apps.pusher.secret)
  })

  test('on /api it takes a key, as everything there', async () => {
    expect(await site.visitor('api').code('pop/getsetting')).toBe(-1)
  })

  test('the websocket address has scheme, host and port, as the caller sees the site', async () => {
    const port = site.server.port
    expect((await site.visitor().ok('pop/getsetting')).ws_address).toBe(`ws://127.0.0.1:${port}`)
    const behindTls = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.com' }
    const proxied = await site.visitor('web', behindTls).ok('pop/getsetting')
    expect(proxied.ws_address).toBe('wss://chat.example.com:443')
  })

  test('the app key is the pusher one, or for old clients the woker one', async () => {
    const { pusher, woker } = site.services.apps
    expect(pusher.key).not.toBe(woker.key)
    expect(await site.visitor().ok('pop/getsetting')).toMatchObject({
      appkey: pusher.key,
      pusher_key: pusher.key,
    })
    await site.set({ legacy_push: 'on' })
    expect(await site.visitor().ok('pop/getsetting')).toMatchObject({
      appkey: woker.key,
      pusher_key: pusher.key,
    })
    await site.set({ legacy_push: 'off' })
  })

  test('pop/get carries the same with a number for id', async () => {
    const user = await site.user()
    const { setting } = await site.as(user).ok('pop/get')
    const shown = await site.visitor().ok('pop/getsetting')
    expect(setting).toEqual({ ...shown, id: 2, dirty_words: '' })
  })
})

describe('the event settingChange', () => {
  test('reaches everybody on the channel global, with the full public set and no more', async () => {
    const visitor = await site.listen(undefined, 'global')
    const user = await site.listen(await site.user(), 'global')
    await site.set({ voice: 'off', dirty_words: 'darn' })
    const expected = { ...(await site.visitor().ok('pop/getsetting')), id: 2, dirty_words: '' }
    expect(expected).toMatchObject({ voice: 'off' })
    for (const listener of [visitor, user])
      expect(await listener.next('settingChange', 'global')).toEqual(expected)
    await site.set({ voice: 'on' })
  })
})
