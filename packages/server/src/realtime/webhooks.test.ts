import { afterEach, expect, test } from 'bun:test'
import type { Server } from 'bun'
import Pusher from 'pusher'
import { LocalClaims } from '../cluster/index.ts'
import { ANN, BEN, PUSHER_APP, startSite } from './testing.ts'
import { Webhooks } from './webhooks.ts'

type HookEvent = ReturnType<ReturnType<Pusher['webhook']>['getEvents']>[number]

/** A site's backend that checks what it gets with the npm package `pusher`. */
class Receiver {
  readonly events: HookEvent[] = []
  readonly statuses: number[] = []
  valid = true
  #waiting: (() => void) | undefined
  readonly #server: Server<unknown>
  readonly #pusher = new Pusher({
    appId: '1',
    key: PUSHER_APP.key,
    secret: PUSHER_APP.secret,
    cluster: 'none',
  })

  constructor(answer: (attempt: number) => number = () => 200) {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        const status = answer(this.statuses.push(0))
        this.statuses[this.statuses.length - 1] = status
        const headers = Object.fromEntries(request.headers)
        const hook = this.#pusher.webhook({ headers, rawBody: await request.text() })
        this.valid &&= hook.isValid()
        if (status === 200) this.events.push(...hook.getEvents())
        this.#waiting?.()
        return new Response('', { status })
      },
    })
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/hook?token=1`
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await new Promise<void>((resolve) => (this.#waiting = resolve))
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }
}

let receiver: Receiver
let webhooks: Webhooks
afterEach(async () => {
  await webhooks.close(0)
  await receiver.stop()
})

const start = (more: { batchMs?: number; retryMs?: number } = {}): Webhooks => {
  webhooks = new Webhooks({
    url: receiver.url,
    app: PUSHER_APP,
    claims: new LocalClaims(),
    clock: () => 1234,
    batchMs: 1,
    retryMs: 1,
    ...more,
  })
  return webhooks
}

test('events are told in order and signed, as Pusher does', async () => {
  receiver = new Receiver()
  start()
  webhooks.channelOccupied('presence-group-7')
  webhooks.memberAdded('presence-group-7', '1')
  await receiver.until(() => receiver.events.length === 2)
  webhooks.memberRemoved('presence-group-7', '1')
  webhooks.channelVacated('presence-group-7')
  await receiver.until(() => receiver.events.length === 4)
  expect(receiver.events as unknown[]).toEqual([
    { name: 'channel_occupied', channel: 'presence-group-7' },
    { name: 'member_added', channel: 'presence-group-7', user_id: '1' },
    { name: 'member_removed', channel: 'presence-group-7', user_id: '1' },
    { name: 'channel_vacated', channel: 'presence-group-7' },
  ])
  expect(receiver.valid).toBe(true)
})

test('what is undone within a batch is not told', async () => {
  receiver = new Receiver()
  start({ batchMs: 20 })
  webhooks.channelOccupied('user-1')
  await receiver.until(() => receiver.events.length === 1)
  webhooks.channelVacated('user-1')
  webhooks.channelOccupied('user-1')
  webhooks.channelOccupied('user-2')
  webhooks.memberAdded('presence-group-7', '1')
  webhooks.memberRemoved('presence-group-7', '1')
  webhooks.channelVacated('user-2')
  webhooks.channelOccupied('user-3')
  await receiver.until(() => receiver.events.length > 1)
  expect(receiver.events as unknown[]).toEqual([
    { name: 'channel_occupied', channel: 'user-1' },
    { name: 'channel_occupied', channel: 'user-3' },
  ])
})

test('a failed attempt is repeated, later events wait for it', async () => {
  receiver = new Receiver((attempt) => (attempt < 3 ? 500 : 200))
  start()
  webhooks.channelOccupied('user-1')
  await receiver.until(() => receiver.statuses.length === 1)
  webhooks.channelOccupied('user-2')
  await receiver.until(() => receiver.events.length === 2)
  expect(receiver.statuses).toEqual([500, 500, 200, 200])
  expect(receiver.events.map(({ channel }) => channel)).toEqual(['user-1', 'user-2'])
})

test('after the last attempt it goes on with the next', async () => {
  receiver = new Receiver((attempt) => (attempt <= 6 ? 404 : 200))
  start()
  webhooks.channelOccupied('user-1')
  await receiver.until(() => receiver.statuses.length === 1)
  webhooks.channelOccupied('user-2')
  await receiver.until(() => receiver.events.length === 1)
  expect(receiver.statuses).toHaveLength(7)
  expect(receiver.events.map(({ channel }) => channel)).toEqual(['user-2'])
})

test('a stop sends what is waiting and gives up a receiver that fails', async () => {
  receiver = new Receiver()
  start({ batchMs: 60_000 })
  webhooks.channelOccupied('user-1')
  await webhooks.close(1000)
  expect(receiver.events.map(({ channel }) => channel)).toEqual(['user-1'])
  await receiver.stop()

  receiver = new Receiver(() => 500)
  start({ batchMs: 60_000, retryMs: 60_000 })
  webhooks.channelOccupied('user-1')
  await webhooks.close(50)
  expect(receiver.statuses.length).toBeLessThanOrEqual(1)
})

test('sockets: what they occupy and leave is told', async () => {
  receiver = new Receiver()
  start()
  const site = startSite({ webhook: { url: receiver.url, app: PUSHER_APP }, timings: { webhookBatchMs: 1 } })
  const ann = await site.client(ANN)
  await ann.subscribe('presence-group-7')
  await receiver.until(() => receiver.events.length === 2)
  const ben = await site.client(BEN)
  await ben.subscribe('presence-group-7')
  await receiver.until(() => receiver.events.length === 3)
  await site.stop()
  const told = receiver.events.map((hook) =>
    [hook.name, hook.channel, 'user_id' in hook ? hook.user_id : ''].join(' '),
  )
  const channel = 'presence-group-7'
  expect(told.slice(0, 3)).toEqual([
    `channel_occupied ${channel} `,
    `member_added ${channel} 1`,
    `member_added ${channel} 2`,
  ])
  expect(told.slice(3).sort()).toEqual([
    `channel_vacated ${channel} `,
    `member_removed ${channel} 1`,
    `member_removed ${channel} 2`,
  ])
  expect(told.at(-1)).toBe(`channel_vacated ${channel} `)
  expect(receiver.valid).toBe(true)
})
