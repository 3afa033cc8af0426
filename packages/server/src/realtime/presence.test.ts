import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { LocalClaims } from '../cluster/index.ts'
import { Presence, type PresenceDependencies, type PresenceState } from './presence.ts'
import { signChannel } from './signature.ts'
import { ANN, BEN, PUSHER_APP, startSite } from './testing.ts'

type Change = [uid: number, state: PresenceState, at: number]

/** Notes every change and lets a test wait for the next. */
class Changes {
  readonly all: Change[] = []
  #waiting: (() => void) | undefined

  readonly set = (...change: Change): void => {
    this.all.push(change)
    this.#waiting?.()
  }

  async until(count: number): Promise<Change[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => (this.#waiting = resolve))
    return this.all
  }
}

describe('presence', () => {
  let changes: Changes
  let presence: Presence
  let now = 0
  const start = (offlineAfterMs: number, more: Partial<PresenceDependencies> = {}) => {
    changes = new Changes()
    presence = new Presence({
      setState: changes.set,
      onlineUids: async () => [],
      claims: new LocalClaims(),
      clock: () => now,
      offlineAfterMs,
      stateRetryMs: 60_000,
      ...more,
    })
  }
  beforeEach(() => {
    now = 1000
  })
  afterEach(() => presence.close())

  test('a user is online at once, and offline some time after the last socket, as of when it closed', async () => {
    start(0)
    presence.opened(ANN)
    expect(changes.all).toEqual([[ANN, 'online', 1000]])
    now = 5000
    presence.closed(ANN)
    expect(changes.all).toHaveLength(1)
    expect(presence.isOnline(ANN)).toBe(true)
    expect((await changes.until(2))[1]).toEqual([ANN, 'offline', 5000])
    expect(presence.isOnline(ANN)).toBe(false)
  })

  test('coming back in time changes nothing, however often', async () => {
    start(20)
    presence.opened(ANN)
    for (let round = 0; round < 100; round++) {
      presence.closed(ANN)
      presence.opened(ANN)
    }
    // Ben leaves later than ann: when he is offline, she would be.
    presence.opened(BEN)
    presence.closed(BEN)
    now += 20
    expect(await changes.until(3)).toEqual([
      [ANN, 'online', 1000],
      [BEN, 'online', 1000],
      [BEN, 'offline', 1000],
    ])
    expect(presence.isOnline(ANN)).toBe(true)
  })

  test('each waits for the whole time, one timer for all', async () => {
    start(10)
    presence.opened(ANN)
    presence.opened(BEN)
    presence.closed(ANN)
    now += 5
    presence.closed(BEN)
    now += 5
    expect((await changes.until(3))[2]).toEqual([ANN, 'offline', 1000])
    expect(presence.isOnline(BEN)).toBe(true)
    now += 5
    expect((await changes.until(4))[3]).toEqual([BEN, 'offline', 1005])
  })

  test('who was online before a restart is offline unless back in time', async () => {
    start(0)
    presence.resume([ANN, BEN])
    presence.opened(ANN)
    expect(await changes.until(1)).toEqual([[BEN, 'offline', 1000]])
    expect(presence.isOnline(ANN)).toBe(true)
  })

  test('a stop settles those who were leaving, and nobody else', async () => {
    start(10_000)
    presence.opened(ANN)
    presence.opened(BEN)
    presence.closed(BEN)
    now = 2000
    const stopped = presence.close()
    presence.closed(ANN)
    presence.opened(3)
    await stopped
    expect(changes.all.slice(2)).toEqual([[BEN, 'offline', 1000]])
  })

  test('a failing store does not stop it', async () => {
    const seen: number[] = []
    start(0, {
      setState: (uid) => {
        seen.push(uid)
        if (uid === ANN) throw new Error('database away')
        return Promise.reject(new Error('database away'))
      },
    })
    presence.opened(ANN)
    presence.opened(BEN)
    expect(seen).toEqual([ANN, BEN])
  })

  test('what could not be stored is stored later, as it is then', async () => {
    const failures = [ANN, BEN]
    start(0, {
      stateRetryMs: 1,
      setState: (...change) => {
        if (failures[0] === change[0]) throw new Error(`database away, ${failures.shift()}`)
        changes.set(...change)
      },
    })
    presence.opened(ANN)
    presence.opened(BEN)
    now = 2000
    presence.closed(BEN)
    expect((await changes.until(2)).toSorted()).toEqual([
      [ANN, 'online', 1000],
      [BEN, 'offline', 2000],
    ])
  })

  test('one state of a user is stored at a time, and the newest counts', async () => {
    const { promise: storable, resolve } = Promise.withResolvers<void>()
    start(0, {
      setState: (...change) => {
        changes.set(...change)
        return storable
      },
    })
    presence.opened(ANN)
    for (const at of [2000, 3000]) {
      now = at
      presence.closed(ANN)
      await new Promise((resolve) => setTimeout(resolve))
      presence.opened(ANN)
    }
    presence.closed(ANN)
    const stopped = presence.close()
    expect(changes.all).toEqual([[ANN, 'online', 1000]])
    resolve()
    await stopped
    expect(changes.all.slice(1)).toEqual([[ANN, 'offline', 3000]])
  })

  test('many who go at once do not all go to the database at once', async () => {
    let storing = 0
    let storingMost = 0
    start(0, {
      setState: async (...change) => {
        storingMost = Math.max(storingMost, ++storing)
        await Promise.resolve()
        storing--
        changes.set(...change)
      },
    })
    const uids = Array.from({ length: 1000 }, (_, index) => index + 1)
    presence.resume(uids)
    const stored = await changes.until(1000)
    expect(stored.map(([uid]) => uid)).toEqual(uids)
    expect(storingMost).toBe(100)
  })
})

test('sockets: the first one and the last one of a user count', async () => {
  const changes = new Changes()
  const site = startSite({ setState: changes.set, timings: { offlineAfterMs: 0 } })
  const clients = [await site.client(ANN), await site.client(ANN)] as const
  await clients[1].settle()
  clients[0].close()
  await clients[0].closed
  await clients[1].settle()
  expect(changes.all.map(([, state]) => state)).toEqual(['online'])
  clients[1].close()
  expect((await changes.until(2)).map(([uid, state]) => [uid, state])).toEqual([
    [ANN, 'online'],
    [ANN, 'offline'],
  ])
  await site.stop()
})

test('a visitor’s socket makes the user present that it listens for', async () => {
  const changes = new Changes()
  const site = startSite({ setState: changes.set, timings: { offlineAfterMs: 0 } })
  const visitor = await site.client(0)
  const channels = [`private-user-${ANN}`, 'presence-group-7']
  for (const channel of channels) {
    const data = channel.startsWith('presence-') ? JSON.stringify({ user_id: String(ANN) }) : undefined
    const auth = signChannel(PUSHER_APP, visitor.socketId, channel, data)
    await visitor.subscribe(channel, { auth, channel_data: data })
  }
  visitor.send('pusher:unsubscribe', { channel: channels[0] })
  await visitor.settle()
  expect(site.presence.isOnline(ANN)).toBe(true)
  expect(changes.all.map(([uid, state]) => [uid, state])).toEqual([[ANN, 'online']])
  visitor.send('pusher:unsubscribe', { channel: channels[1] })
  expect((await changes.until(2))[1]?.slice(0, 2)).toEqual([ANN, 'offline'])
  await site.stop()
})
