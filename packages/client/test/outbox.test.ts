import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { memoryStorage, type WebSocketConstructor } from '../src/index.ts'
import {
  clientOf,
  closeClients,
  connected,
  QUICK,
  startAgain,
  startSite,
  stop,
  type TestSite,
  type TestUser,
} from './site.ts'

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})
afterEach(closeClients)
afterAll(() => site.close())

async function friends(): Promise<[TestUser, TestUser]> {
  const [a, b] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(a, b)
  return [a, b]
}

/** What the other one finds in the chat. */
async function history(reader: TestUser, peer: TestUser): Promise<string[]> {
  const rows = await site.as(reader).ok('message/get', { id: peer.uid, type: 'friend', limit: 100 })
  return rows.map(({ content }: { content: string }) => content)
}

const chatWith = ({ uid }: TestUser) => ({ type: 'friend', id: uid }) as const

/** A WebSocket that takes messages and says nothing of them while `isBroken`: they go nowhere, or without an answer. */
function broken(isBroken: () => boolean, loses: 'messages' | 'answers'): WebSocketConstructor {
  return class extends WebSocket {
    readonly #sends = new Set<unknown>()

    override send(data: any): void {
      const frame = JSON.parse(data)
      const isMessage = frame.data?.path === 'message/send'
      if (isMessage && isBroken()) {
        if (loses === 'messages') return
        this.#sends.add(frame.data.id)
      }
      super.send(data)
    }

    override addEventListener(type: string, handler: any): void {
      super.addEventListener(type, (event: any) => {
        if (type === 'message') {
          const { event: name, data } = JSON.parse(event.data)
          if (name === 'parley:result' && this.#sends.has(data.id)) return
          // Nor is it pushed.
          if (name === 'message' && isBroken()) return
        }
        handler(event)
      })
    }
  } as unknown as WebSocketConstructor
}

describe('send', () => {
  test('gives the message at once, and tells when it has been sent', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom)
    const local = watched.client.send(chatWith(jerry), 'hello')
    expect(local).toMatchObject({ content: 'hello', state: 'sending', tries: 0, chat: chatWith(jerry) })
    expect(watched.client.unsent()).toEqual([local])
    const sent = await watched.next('outbox', ({ state }) => state === 'sent')
    expect(sent).toMatchObject({ id: local.id, mid: expect.any(Number), seq: 1 })
    expect(watched.client.unsent()).toEqual([])
    // The push says which one it is.
    expect(await watched.next('message')).toMatchObject({ uniqueId: local.id, mid: sent.mid })
  })

  test('quotes', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom)
    watched.client.send(chatWith(jerry), 'first')
    const { mid } = await watched.next('outbox', ({ state }) => state === 'sent')
    watched.client.send(chatWith(jerry), 'second', { quote_mid: mid })
    const message = await watched.next('message', ({ content }) => content === 'second')
    expect(message).toMatchObject({ quote_mid: mid, quote_content: 'first' })
  })

  test('keeps the order in each chat, however many', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom)
    const contents = Array.from({ length: 50 }, (_, index) => `${index}`)
    for (const content of contents) watched.client.send(chatWith(jerry), content)
    await watched.until('all', () => watched.client.unsent().length === 0)
    expect(await history(jerry, tom)).toEqual(contents)
  })

  test('works by HTTP before connecting', async () => {
    const [tom, jerry] = await friends()
    const watched = clientOf(site, tom)
    watched.client.send(chatWith(jerry), 'no websocket')
    await watched.next('outbox', ({ state }) => state === 'sent')
    expect(await history(jerry, tom)).toEqual(['no websocket'])
  })

  test('what the server refuses fails at once, and does not hold up the next', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom)
    const refused = watched.client.send(chatWith(jerry), '')
    watched.client.send(chatWith(jerry), 'fine')
    await watched.next('outbox', ({ state }) => state === 'sent')
    expect(watched.client.unsent()).toEqual([
      { ...refused, state: 'failed', tries: 1, error: { code: 2, msg: '发送内容不能为空' } },
    ])
    watched.client.discard(refused.id)
    expect(watched.all('outbox').at(-1)).toMatchObject({ id: refused.id, state: 'discarded' })
    expect(watched.client.unsent()).toEqual([])
  })

  test('who writes faster than the site allows waits, and fails not', async () => {
    const [tom, jerry] = await friends()
    await site.set({ rate_send: '2/1' })
    const watched = await connected(site, tom)
    for (const content of ['1', '2', '3', '4', '5']) watched.client.send(chatWith(jerry), content)
    await watched.until('all', () => watched.client.unsent().length === 0)
    await site.set({ rate_send: '100000/1' })
    expect(await history(jerry, tom)).toEqual(['1', '2', '3', '4', '5'])
    expect(watched.all('outbox').every(({ tries }) => tries === 0)).toBe(true)
  })
})

describe('failures', () => {
  test('three times without an answer: failed; sent again by hand, it arrives once', async () => {
    const [tom, jerry] = await friends()
    let isBroken = true
    const watched = clientOf(site, tom, {
      WebSocket: broken(() => isBroken, 'messages'),
      timings: { ...QUICK, callMs: 1000 },
    })
    await watched.client.connect()
    const { id } = watched.client.send(chatWith(jerry), 'stubborn')
    const failed = await watched.next('outbox', ({ state }) => state === 'failed')
    expect(failed).toMatchObject({ id, tries: 3, error: { code: 0 } })
    expect(watched.all('outbox').map(({ tries }) => tries)).toEqual([0, 1, 2, 3])
    expect(watched.client.resend('unknown')).toBeUndefined()
    isBroken = false
    expect(watched.client.resend(id)).toMatchObject({ id, state: 'sending', tries: 0 })
    await watched.next('outbox', ({ state }) => state === 'sent')
    expect(await history(jerry, tom)).toEqual(['stubborn'])
  })

  test('three answers that the server is in trouble: failed', async () => {
    const [tom, jerry] = await friends()
    using trouble = Bun.serve({
      port: 0,
      fetch: (request) =>
        request.url.endsWith('/message/send')
          ? Response.json({ code: 500, msg: 'Server error', data: [] })
          : fetch(site.url + new URL(request.url).pathname, request),
    })
    const watched = clientOf({ url: trouble.url.origin }, tom)
    watched.client.send(chatWith(jerry), 'hello')
    const failed = await watched.next('outbox', ({ state }) => state === 'failed')
    expect(failed).toMatchObject({ tries: 3, error: { code: 500, msg: 'Server error' } })
  })

  test('an answer that was lost: the message is there once', async () => {
    const [tom, jerry] = await friends()
    let isBroken = true
    const watched = clientOf(site, tom, {
      WebSocket: broken(() => isBroken, 'answers'),
      timings: { ...QUICK, callMs: 1000 },
    })
    await watched.client.connect()
    watched.client.send(chatWith(jerry), 'only once')
    await watched.next('outbox', ({ tries }) => tries === 1)
    isBroken = false
    await watched.next('outbox', ({ state }) => state === 'sent')
    expect(await history(jerry, tom)).toEqual(['only once'])
  })
})

describe('the unsent', () => {
  test('wait while there is no network, and go out by themselves when it is back', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom)
    await stop(site)
    await watched.next('connection', ({ state }) => state === 'offline')
    for (const content of ['1', '2', '3']) watched.client.send(chatWith(jerry), content)
    // Long enough for more than three vain tries.
    const isAway = () => watched.all('connection').filter(({ state }) => state === 'offline').length > 6
    await watched.until('some tries', isAway)
    expect(watched.client.unsent().map(({ state }) => state)).toEqual(['sending', 'sending', 'sending'])
    site = await startAgain(site)
    await watched.until('all', () => watched.client.unsent().length === 0)
    expect(await history(jerry, tom)).toEqual(['1', '2', '3'])
  })

  test('survive a reload, keep their order and their id, and arrive once', async () => {
    const [tom, jerry] = await friends()
    const storage = memoryStorage()
    const before = await connected(site, tom, { storage })
    await stop(site)
    await before.next('connection', ({ state }) => state === 'offline')
    const written = ['1', '2', '3'].map((content) => before.client.send(chatWith(jerry), content))
    before.client.close()
    site = await startAgain(site)

    const after = clientOf(site, tom, { storage, uid: tom.uid })
    const fourth = after.client.send(chatWith(jerry), '4')
    await after.client.connect()
    await after.until('all', () => after.all('outbox').filter(({ state }) => state === 'sent').length === 4)
    const sent = after.all('outbox').filter(({ state }) => state === 'sent')
    expect(sent.map(({ id }) => id)).toEqual([...written, fourth].map(({ id }) => id))
    expect(await history(jerry, tom)).toEqual(['1', '2', '3', '4'])
    expect(await storage.list('')).toEqual([])
  })

  test('that were sent just before the reload do not arrive twice', async () => {
    const [tom, jerry] = await friends()
    const storage = memoryStorage()
    const before = await connected(site, tom, { storage, WebSocket: broken(() => true, 'answers') })
    const { id } = before.client.send(chatWith(jerry), 'sent, but nobody heard')
    await until(async () => (await history(jerry, tom)).length === 1)
    before.client.close()
    expect(await storage.list('')).toHaveLength(1)

    const after = await connected(site, tom, { storage })
    expect(await after.next('outbox', ({ state }) => state === 'sent')).toMatchObject({ id, seq: 1 })
    expect(await history(jerry, tom)).toEqual(['sent, but nobody heard'])
  })

  test('whose quote is gone are sent without it when they are sent again', async () => {
    const [tom, jerry] = await friends()
    const { mid } = await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: 'look' })
    await site.as(jerry).ok('message/delete', { type: 'friend', id: tom.uid, mid, ty: 2 })
    const watched = await connected(site, tom)
    const { id } = watched.client.send(chatWith(jerry), 'nice', { quote_mid: Number(mid) })
    expect(await watched.next('outbox', ({ state }) => state === 'failed')).toMatchObject({
      error: { code: 2 },
    })
    expect(watched.client.resend(id)).toMatchObject({ quote_mid: 0 })
    await watched.next('outbox', ({ state }) => state === 'sent')
    expect(await history(jerry, tom)).toContain('nice')
  })

  test('that have failed are there after a reload, too', async () => {
    const [tom, jerry] = await friends()
    const storage = memoryStorage()
    const before = await connected(site, tom, { storage })
    const { id } = before.client.send(chatWith(jerry), '')
    await before.next('outbox', ({ state }) => state === 'failed')
    before.client.close()
    const after = await connected(site, tom, { storage })
    expect(await after.next('outbox')).toMatchObject({ id, state: 'failed', error: { code: 2 } })
    after.client.discard(id)
    await until(async () => (await storage.list('')).length === 0)
  })

  test('of another user of the same storage stay where they are', async () => {
    const [tom, jerry] = await friends()
    const storage = memoryStorage()
    const before = await connected(site, tom, { storage })
    before.client.send(chatWith(jerry), '')
    await before.next('outbox', ({ state }) => state === 'failed')
    before.client.close()
    const after = await connected(site, jerry, { storage })
    await after.client.call('pop/getsetting')
    expect(after.client.unsent()).toEqual([])
    expect(await storage.list('')).toHaveLength(1)
  })

  test('a storage that is full costs nothing but the safety', async () => {
    const [tom, jerry] = await friends()
    const full = () => {
      throw new Error('QuotaExceededError')
    }
    const storage = { ...memoryStorage(), set: full }
    const watched = await connected(site, tom, { storage })
    watched.client.send(chatWith(jerry), 'hello')
    await watched.next('outbox', ({ state }) => state === 'sent')
  })
})

/** Asks until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const start = performance.now()
  while (!(await isSo())) if (performance.now() - start > 30_000) throw new Error('It did not come to be so')
}
