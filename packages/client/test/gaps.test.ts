import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  clientOf,
  closeClients,
  connected,
  lossy,
  startAgain,
  startSite,
  stop,
  type TestSite,
  type TestUser,
  type Watched,
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

const say = (from: TestUser, to: TestUser, content: string): Promise<{ mid: number; seq: number }> =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })

const numbered = (count: number, first = 1) => Array.from({ length: count }, (_, index) => `${first + index}`)

async function sayAll(from: TestUser, to: TestUser, contents: readonly string[]): Promise<void> {
  for (const content of contents) await say(from, to, content)
}

/** Takes a client off the line until it gets its token back. */
async function away(watched: Watched): Promise<void> {
  watched.client.setToken('ps_nobody')
  await watched.next('connection', ({ state }) => state === 'unauthorised')
}

/** Everything sent so far has arrived: the websocket answers in order. */
const barrier = ({ client }: Watched) => client.call('pop/getsetting')

describe('messages that were not pushed', () => {
  test('are fetched when a later one comes, and handed out in order', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom, {
      WebSocket: lossy((content) => content === '2' || content === '3'),
    })
    await sayAll(jerry, tom, numbered(4))
    await watched.until('all four', () => watched.contents().length === 4)
    expect(watched.contents()).toEqual(numbered(4))
    expect(watched.all('message').map(({ missed }) => missed)).toEqual([false, true, true, false])
    // The same form, pushed or fetched, but for the sender's key.
    const [pushed, fetched] = watched.all('message')
    expect({ ...fetched, mid: 0, seq: 0, content: '', timestamp: 0, missed: false }).toEqual({
      ...{ ...pushed!, mid: 0, seq: 0, content: '', timestamp: 0 },
    })
    expect(watched.all('gap')).toEqual([])
  })

  test('are fetched after parley:resync, without any later message', async () => {
    const [tom, jerry] = await friends()
    await say(jerry, tom, 'old')
    const watched = await connected(site, tom, { WebSocket: lossy((content) => content === 'lost words') })
    await say(jerry, tom, 'lost words')
    await barrier(watched)
    expect(watched.contents()).toEqual([])
    await site.services.realtime.tellToResync()
    expect(await watched.next('message')).toMatchObject({ content: 'lost words', missed: true })
    expect(watched.contents()).not.toContain('old')
  })

  test('of oneself on another device are fetched, too, with the right names', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom, {
      WebSocket: lossy((content) => content === 'from the phone'),
    })
    await say(tom, jerry, 'from the phone')
    await say(jerry, tom, 'answer')
    await watched.until('both', () => watched.contents().length === 2)
    expect(watched.all('message')[0]).toMatchObject({
      ...{ content: 'from the phone', from: String(tom.uid), to: String(jerry.uid), from_name: tom.nickname },
      ...{ to_name: jerry.nickname, chat: { type: 'friend', id: jerry.uid } },
    })
  })

  test('that were deleted meanwhile are no gap', async () => {
    const [tom, jerry] = await friends()
    const watched = await connected(site, tom, { WebSocket: lossy((content) => content === 'gone') })
    await say(jerry, tom, 'first')
    const { mid } = await say(jerry, tom, 'gone')
    await site.as(jerry).ok('message/delete', { id: tom.uid, type: 'friend', mid, ty: 2 })
    await say(jerry, tom, 'last')
    await watched.next('message', ({ content }) => content === 'last')
    expect(watched.contents()).toEqual(['first', 'last'])
  })

  test('in a group are handed out with the names that the caller sees', async () => {
    const [tom, jerry] = await friends()
    const gid = await site.group(tom, jerry)
    const watched = await connected(site, tom, {
      WebSocket: lossy((content) => content === 'lost in the group'),
    })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'lost in the group' })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: 'heard' })
    await watched.next('message', ({ content }) => content === 'heard')
    expect(watched.all('message')[0]).toMatchObject({
      ...{ content: 'lost in the group', from_name: jerry.nickname, to: String(gid), missed: true },
      chat: { type: 'group', id: gid },
    })
  })

  test('track: handing out begins where the application’s own copy ends', async () => {
    const [tom, jerry] = await friends()
    await sayAll(jerry, tom, numbered(5))
    const watched = clientOf(site, tom)
    watched.client.track({ type: 'friend', id: jerry.uid }, 2)
    await watched.client.connect()
    await watched.until('three', () => watched.contents().length === 3)
    expect(watched.contents()).toEqual(['3', '4', '5'])
  })
})

describe('after being away', () => {
  test('1,000 messages come in order, each once', async () => {
    const [tom, jerry] = await friends()
    await say(jerry, tom, '0')
    const watched = await connected(site, tom)
    await stop(site)
    await watched.next('connection', ({ state }) => state === 'offline')
    site = await startAgain(site)
    // Nobody says in which order the two come back: what is written before it connects is missed, the rest is pushed.
    await sayAll(jerry, tom, numbered(1000))
    await watched.until('all', () => watched.contents().length >= 1000)
    await barrier(watched)
    expect(watched.contents()).toEqual(numbered(1000))
    expect(watched.all('gap')).toEqual([])
  }, 300_000)

  test('1,000 messages that were all missed come in order, each once, and those after them', async () => {
    const [tom, jerry] = await friends()
    await say(jerry, tom, '0')
    const watched = await connected(site, tom, { fillMax: 2000 })
    await away(watched)
    await sayAll(jerry, tom, numbered(1000))
    watched.client.setToken(tom.token)
    // More come while it catches up.
    await sayAll(jerry, tom, numbered(20, 1001))
    await watched.until('all', () => watched.contents().length >= 1020)
    await barrier(watched)
    expect(watched.contents()).toEqual(numbered(1020))
    expect(watched.all('gap')).toEqual([])
  }, 300_000)

  test('more than the bound is a gap that the application closes', async () => {
    const [tom, jerry] = await friends()
    await say(jerry, tom, '1')
    const watched = await connected(site, tom, { fillMax: 10 })
    await say(jerry, tom, '2')
    await watched.next('message')
    await away(watched)
    await sayAll(jerry, tom, numbered(20, 3))
    watched.client.setToken(tom.token)
    expect(await watched.next('gap')).toEqual({
      ...{ chat: { type: 'friend', id: jerry.uid }, after: 2, before: 23, restored: false },
    })
    await say(jerry, tom, 'now')
    await watched.next('message', ({ content }) => content === 'now')
    expect(watched.contents()).toEqual(['2', 'now'])
  })

  test('a chat that was not there before comes whole; what is older in one that was hidden does not', async () => {
    const [tom, jerry] = await friends()
    const [spike] = (await site.users(1)) as [TestUser]
    await site.befriend(tom, spike)
    await say(jerry, tom, 'hidden')
    await site.as(tom).ok('pop/delchat', { id: jerry.uid, type: 'friend' })
    await say(spike, tom, 'shown')
    const watched = await connected(site, tom)
    const fresh = await site.user()
    await site.befriend(tom, fresh)
    await away(watched)
    await sayAll(fresh, tom, ['new 1', 'new 2'])
    await say(jerry, tom, 'shown again')
    watched.client.setToken(tom.token)
    await watched.until('three', () => watched.contents().length === 3)
    await barrier(watched)
    expect(watched.contents().sort()).toEqual(['new 1', 'new 2', 'shown again'])
    expect(watched.all('gap')).toEqual([])
  })
})
