import { afterEach, expect, test } from 'bun:test'
import { ANN, BEN, type Client, type Site, startSite } from './testing.ts'

let site: Site
afterEach(() => site.stop())

const limits = { wastedFramesMax: 50 }
const TOO_MANY = { code: 4100, reason: 'Too many frames' }
const flood = (client: Client, count: number, frame: (index: number) => string) => {
  for (let index = 0; index < count; index++) client.sendText(frame(index))
}
const call = (id: number) => `{"event":"parley:call","data":{"id":${id},"path":"pop/get"}}`

test.each<[string, (index: number) => string]>([
  ['what is no frame', () => '{'],
  ['subscriptions', (index) => `{"event":"pusher:subscribe","data":{"channel":"group-${index}"}}`],
  ['events that nobody knows', () => '{"event":"x"}'],
  ['calls that cannot be read', () => '{"event":"parley:call","data":{}}'],
])('a socket that sends %s without end is closed, the others stay', async (_, frame) => {
  site = startSite({ limits })
  const [ann, ben] = [await site.client(ANN), await site.client(BEN)]
  flood(ann, 51, frame)
  expect(await ann.closed).toEqual(TOO_MANY)
  expect(await ben.settle()).toEqual([])
})

test('so is one whose calls all fail, because they are too many or not its own', async () => {
  site = startSite({ limits, call: async () => ({ code: 429, msg: 'too many', data: [] }) })
  const ann = await site.client(ANN)
  flood(ann, 51, call)
  expect(await ann.closed).toEqual(TOO_MANY)
})

test('calls that succeed and pings are never too many', async () => {
  site = startSite({ limits })
  const ann = await site.client(ANN)
  for (let round = 0; round < 10; round++) {
    flood(ann, 20, call)
    flood(ann, 20, () => '{"event":"pusher:ping","data":{}}')
    await ann.settle()
  }
  expect(site.stats().sockets).toBe(1)
})

test('after ten seconds it may begin anew', async () => {
  let now = 1_000_000
  site = startSite({ limits, clock: () => now })
  const ann = await site.client(ANN)
  for (let round = 0; round < 5; round++) {
    flood(ann, 40, () => '{"event":"x"}')
    await ann.settle()
    now += 10_000
  }
  expect(site.stats().sockets).toBe(1)
})
