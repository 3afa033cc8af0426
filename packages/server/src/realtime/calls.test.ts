import { afterEach, describe, expect, test } from 'bun:test'
import { AppError, type Envelope } from '@parley/contract'
import { ANN, type Client, type Site, startSite } from './testing.ts'

let site: Site
afterEach(() => site.stop())

const ok = (data: unknown): Envelope => ({ code: 0, msg: 'ok', data })
const call = (client: Client, id: unknown, path: string, params?: unknown) =>
  client.send('parley:call', { id, path, params })
const resultOf = async (client: Client) => JSON.parse(await client.next()).data

test('a call is answered in one frame whose data is an object, for the user of the socket', async () => {
  site = startSite()
  const client = await site.client(ANN)
  call(client, 1, 'message/send', { to: 2 })
  expect(await client.next()).toBe(
    '{"event":"parley:result","data":{"id":1,"code":0,"msg":"ok","data":{"uid":1,"path":"message/send","params":{"to":2}}}}',
  )
  client.sendText('{"event":"parley:call","data":"{\\"id\\":\\"a\\",\\"path\\":\\"pop/get\\"}"}')
  expect(await resultOf(client)).toEqual({ id: 'a', ...ok({ uid: 1, path: 'pop/get', params: {} }) })
})

test('results come in the order in which calls finish', async () => {
  const waiting = new Map<string, (envelope: Envelope) => void>()
  site = startSite({ call: (_, path) => new Promise((resolve) => waiting.set(path, resolve)) })
  const client = await site.client(ANN)
  call(client, 1, 'slow')
  call(client, 2, 'quick')
  await client.settle()
  waiting.get('quick')?.(ok('second'))
  expect(await resultOf(client)).toEqual({ id: 2, ...ok('second') })
  waiting.get('slow')?.(ok('first'))
  expect(await resultOf(client)).toEqual({ id: 1, ...ok('first') })
})

test('the 65th call at once is refused, the others are answered', async () => {
  const waiting: ((envelope: Envelope) => void)[] = []
  site = startSite({ call: () => new Promise((resolve) => waiting.push(resolve)) })
  const client = await site.client(ANN)
  const other = await site.client(ANN)
  for (let id = 1; id <= 65; id++) call(client, id, 'slow')
  expect(await resultOf(client)).toEqual({
    id: 65,
    code: 429,
    msg: 'Too many requests: try again in 1 s',
    data: [],
  })
  call(other, 1, 'slow')
  await other.settle()
  expect(waiting).toHaveLength(65)
  expect(site.stats().callsInFlight).toBe(65)
  for (const finish of waiting) finish(ok([]))
  for (let id = 1; id <= 64; id++) expect(await resultOf(client)).toEqual({ id, ...ok([]) })
  call(client, 66, 'slow')
  await client.settle()
  waiting.at(-1)?.(ok('again'))
  expect(await resultOf(client)).toEqual({ id: 66, ...ok('again') })
})

describe('failures', () => {
  test('a request that makes no sense is answered', async () => {
    site = startSite()
    const client = await site.client(ANN)
    const cases: [unknown, unknown][] = [
      [undefined, null],
      [{}, null],
      [{ path: 'pop/get' }, null],
      [{ id: {}, path: 'pop/get' }, null],
      [{ id: 'x'.repeat(65), path: 'pop/get' }, null],
      [{ id: 7 }, 7],
      [{ id: 7, path: 3 }, 7],
      [{ id: 7, path: 'pop/get', params: [1] }, 7],
      [{ id: 7, path: 'pop/get', params: 'a=1' }, 7],
    ]
    for (const [data, id] of cases) {
      client.send('parley:call', data)
      expect(await resultOf(client)).toMatchObject({ id, code: 2, data: [] })
    }
  })

  test('an error of the contract keeps its code, any other tells nothing', async () => {
    site = startSite({
      call: async (_, path) => {
        throw path === 'known' ? new AppError('not_friends') : new Error('SELECT secret FROM table')
      },
    })
    const client = await site.client(ANN)
    call(client, 1, 'known')
    expect(await resultOf(client)).toEqual({
      id: 1,
      code: 84,
      msg: 'You can only write to friends',
      data: [],
    })
    call(client, 2, 'unknown')
    const frame = await client.next()
    expect(JSON.parse(frame).data).toMatchObject({ id: 2, code: 500 })
    expect(frame).not.toContain('SELECT')
  })
})

test('a stop answers what is under way, refuses what is new, then closes', async () => {
  const waiting: ((envelope: Envelope) => void)[] = []
  site = startSite({ call: () => new Promise((resolve) => waiting.push(resolve)) })
  const client = await site.client(ANN)
  call(client, 1, 'slow')
  await client.settle()
  const drained = site.drain(5000)
  call(client, 2, 'late')
  expect(await resultOf(client)).toMatchObject({ id: 2, code: 503 })
  waiting[0]?.(ok('in time'))
  expect(await resultOf(client)).toEqual({ id: 1, ...ok('in time') })
  expect((await client.closed).code).toBe(4200)
  await drained
})

test('a call that outlives its socket harms nobody', async () => {
  const waiting: ((envelope: Envelope) => void)[] = []
  site = startSite({ call: () => new Promise((resolve) => waiting.push(resolve)) })
  const client = await site.client(ANN)
  call(client, 1, 'slow')
  await client.settle()
  client.close()
  await client.closed
  waiting[0]?.(ok([]))
  const next = await site.client(ANN)
  expect(await next.settle()).toEqual([])
  expect(site.stats().callsInFlight).toBe(0)
})
