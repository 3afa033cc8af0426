import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import Pusher from 'pusher'
import { sign } from './signature.ts'
import { ANN, BEN, event, PUSHER_APP, type Site, startSite, WOKER_APP } from './testing.ts'

let site: Site
let pusher: Pusher
let now = 0
beforeEach(() => {
  now = Date.now()
  site = startSite({ clock: () => now })
  pusher = backend(PUSHER_APP)
})
afterEach(() => site.stop())

const backend = ({ key, secret }: { key: string; secret: string }) =>
  new Pusher({ appId: '1028', key, secret, host: '127.0.0.1', port: String(site.port), useTLS: false })

const json = async (path: string, params: Record<string, string> = {}) =>
  (await pusher.get({ path, params })).json()

/** Sends a request signed by hand, with whatever is wrong about it. */
function signed(
  method: string,
  path: string,
  body: string,
  {
    query = {},
    secret = PUSHER_APP.secret,
  }: { query?: Record<string, string | undefined>; secret?: string } = {},
): Promise<Response> {
  const parameters = Object.entries({
    auth_key: PUSHER_APP.key,
    auth_timestamp: String(Math.floor(now / 1000)),
    auth_version: '1.0',
    body_md5: createHash('md5').update(body).digest('hex'),
    ...query,
  }).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const text = parameters
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&')
  const signature = sign(secret, `${method}\n${path}\n${text}`)
  const search = new URLSearchParams([...parameters, ['auth_signature', signature]])
  const url = `http://127.0.0.1:${site.port}${path}?${search}`
  return fetch(url, method === 'GET' ? {} : { method, body })
}

const EVENTS = '/apps/1028/events'
const said = async (answer: Response | Promise<Response>) => {
  const response = await answer
  return [response.status, await response.text()]
}

describe('the npm package pusher', () => {
  test('triggers events on up to 100 channels', async () => {
    const ann = await site.client(ANN)
    const channels = Array.from({ length: 100 }, (_, index) => `news-${index}`)
    for (const channel of channels) ann.send('pusher:subscribe', { channel })
    await ann.settle()
    const answer = await pusher.trigger(channels, 'flash', { title: '你好' })
    expect([answer.status, await answer.text()]).toEqual([200, '{}'])
    expect(await ann.settle()).toEqual(channels.map((channel) => event('flash', { title: '你好' }, channel)))
  })

  test('reaches all forms of a user’s and a group’s channel', async () => {
    const ann = await site.client(ANN)
    for (const channel of [`user-${ANN}`, 'private-group-7', 'presence-group-7']) await ann.subscribe(channel)
    await pusher.trigger([`user-${ANN}`, 'group-7'], 'hint', { a: 1 })
    expect(await ann.settle()).toEqual([
      event('hint', { a: 1 }, `user-${ANN}`),
      event('hint', { a: 1 }, 'private-group-7'),
      event('hint', { a: 1 }, 'presence-group-7'),
    ])
  })

  test('leaves out the socket it names', async () => {
    const [ann, ben] = [await site.client(ANN), await site.client(BEN)]
    for (const client of [ann, ben]) await client.subscribe('group-7')
    await pusher.trigger('group-7', 'hint', {}, { socket_id: ann.socketId })
    expect(await ben.settle()).toEqual([event('hint', {}, 'group-7')])
    expect(await ann.settle()).toEqual([])
  })

  test('sends batches, with either application’s key', async () => {
    const ann = await site.client(ANN)
    await ann.subscribe('group-7')
    await ann.subscribe('news')
    const batch = [
      { channel: 'group-7', name: 'one', data: { a: 1 } },
      { channel: 'news', name: 'two', data: 'text' },
    ]
    const answer = await backend(WOKER_APP).triggerBatch(batch)
    expect(await answer.text()).toBe('{}')
    expect(await ann.settle()).toEqual([event('one', { a: 1 }, 'group-7'), event('two', 'text', 'news')])
  })

  test('asks about channels', async () => {
    const [ann, ben] = [await site.client(ANN), await site.client(BEN)]
    for (const client of [ann, ben])
      for (const name of ['presence-group-7', 'group-7']) await client.subscribe(name)
    expect(await json('/channels')).toEqual({ channels: { 'presence-group-7': {}, 'group-7': {} } })
    expect(await json('/channels', { filter_by_prefix: 'presence-', info: 'user_count' })).toEqual({
      channels: { 'presence-group-7': { user_count: 2 } },
    })
    expect(await json('/channels/presence-group-7', { info: 'user_count,subscription_count' })).toEqual({
      occupied: true,
      user_count: 2,
      subscription_count: 2,
    })
    expect(await json('/channels/group-7', { info: 'user_count,subscription_count' })).toEqual({
      occupied: true,
      subscription_count: 2,
    })
    expect(await json('/channels/nothing')).toEqual({ occupied: false })
    expect(await json('/channels/presence-group-7/users')).toEqual({ users: [{ id: '1' }, { id: '2' }] })
    const answer = await pusher.trigger('group-7', 'hint', {}, { info: 'subscription_count' })
    expect(await answer.json()).toEqual({ channels: { 'group-7': { subscription_count: 2 } } })
  })

  test('ends a user’s connections', async () => {
    const [ann, ben] = [await site.client(ANN), await site.client(BEN)]
    await pusher.terminateUserConnections(String(ANN))
    expect((await ann.closed).code).toBe(4009)
    expect(await ben.settle()).toEqual([])
  })

  test('is told what it did wrong', async () => {
    const wrong = new Pusher({
      appId: '1',
      key: 'nobody',
      secret: 'x',
      host: '127.0.0.1',
      port: String(site.port),
    })
    await expect(wrong.trigger('a', 'b', {})).rejects.toMatchObject({ status: 401, body: 'Invalid app_key' })
    await expect(backend({ ...PUSHER_APP, secret: 'x' }).trigger('a', 'b', {})).rejects.toMatchObject({
      status: 401,
      body: 'Invalid signature',
    })
    await expect(pusher.trigger('a', 'b', 'x'.repeat(102_401))).rejects.toMatchObject({ status: 413 })
    await expect(pusher.trigger('a', 'pusher:fake', {})).rejects.toMatchObject({ status: 400 })
    await expect(pusher.get({ path: '/channels/group-7/users' })).rejects.toMatchObject({ status: 400 })
    await expect(pusher.get({ path: '/nothing' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('proof', () => {
  const body = JSON.stringify({ name: 'hint', channels: ['news'], data: '{}' })

  test('a request without auth_version is accepted, as an old server sends it', async () => {
    expect(await said(signed('POST', EVENTS, body, { query: { auth_version: undefined } }))).toEqual([
      200,
      '{}',
    ])
  })

  test('the body, the time, the path and the method are all under the signature', async () => {
    const ann = await site.client(ANN)
    await ann.subscribe('news')
    const md5 = createHash('md5').update('{}').digest('hex')
    const cases: [Promise<Response>, string][] = [
      [signed('POST', EVENTS, body, { query: { body_md5: md5 } }), 'Invalid body_md5'],
      [signed('POST', EVENTS, body, { query: { body_md5: undefined } }), 'Invalid body_md5'],
      [signed('POST', EVENTS, body, { secret: 'guessed' }), 'Invalid signature'],
      [signed('POST', EVENTS, body, { query: { auth_key: undefined } }), 'Invalid app_key'],
    ]
    for (const seconds of [-601, 601, Number.NaN]) {
      const stamp = String(Math.floor(now / 1000) + seconds)
      cases.push([
        signed('POST', EVENTS, body, { query: { auth_timestamp: stamp } }),
        'Timestamp expired: more than 600 s off',
      ])
    }
    for (const [answer, message] of cases) expect(await said(answer)).toEqual([401, message])

    const { url } = await signed('POST', EVENTS, body)
    expect(await ann.settle()).toHaveLength(1)
    expect(await said(fetch(url.replace('1028', '1024'), { method: 'POST', body }))).toEqual([
      401,
      'Invalid signature',
    ])
    expect(await said(fetch(`${url}&info=x`, { method: 'POST', body }))).toEqual([401, 'Invalid signature'])
    expect(await said(fetch(url, { method: 'PUT', body }))).toEqual([401, 'Invalid signature'])
    expect(await said(fetch(url.replace(/auth_signature=\w+/, ''), { method: 'POST', body }))).toEqual([
      401,
      'Invalid signature',
    ])
    expect(await ann.settle()).toEqual([])
  })
})

describe('requests that make no sense', () => {
  const cases: [string, unknown][] = [
    ['not an object', 7],
    ['no name', { channels: ['a'], data: '' }],
    ['no channels', { name: 'a', data: '' }],
    ['an empty list', { name: 'a', channels: [], data: '' }],
    ['too many channels', { name: 'a', channels: Array.from({ length: 101 }, (_, index) => `c${index}`) }],
    ['a bad channel', { name: 'a', channels: ['a b'], data: '' }],
    ['a bad socket', { name: 'a', channels: ['a'], data: '', socket_id: 'x' }],
    ['a long name', { name: 'x'.repeat(201), channels: ['a'], data: '' }],
    ['a reserved name', { name: 'pusher_internal:member_added', channels: ['a'], data: '' }],
  ]
  test.each(cases)('%s', async (_, value) => {
    expect((await signed('POST', EVENTS, JSON.stringify(value))).status).toBe(400)
  })

  test('broken JSON, the wrong method, an unknown path, a huge body', async () => {
    expect(await said(signed('POST', EVENTS, '{'))).toEqual([400, 'The body has to be a JSON object'])
    expect((await signed('GET', EVENTS, '')).status).toBe(405)
    expect((await signed('POST', '/apps/1/channels', '{}')).status).toBe(405)
    expect((await signed('POST', '/apps/1/unknown', '{}')).status).toBe(404)
    expect((await signed('POST', EVENTS, JSON.stringify({ pad: 'x'.repeat(1 << 20) }))).status).toBe(413)
  })

  test('a batch with one bad event sends none', async () => {
    const ann = await site.client(ANN)
    await ann.subscribe('news')
    const batch = [
      { channel: 'news', name: 'a', data: '' },
      { channel: 'a b', name: 'a', data: '' },
    ]
    expect((await signed('POST', '/apps/1/batch_events', JSON.stringify({ batch }))).status).toBe(400)
    expect((await signed('POST', '/apps/1/batch_events', JSON.stringify({ batch: [null] }))).status).toBe(400)
    expect(await ann.settle()).toEqual([])
  })
})
