import { afterEach, describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { ANN, BEN, event, PUSHER_APP, type Site, startSite } from './testing.ts'

let site: Site
afterEach(() => site.stop())

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A websocket client written on bare TCP, so that it can stop reading. */
class TcpClient {
  readonly socket: Socket
  #tail = Buffer.alloc(0)
  readonly ended: Promise<void>

  constructor(port: number, uid: number) {
    this.socket = connect(port, '127.0.0.1')
    this.ended = new Promise((resolve) => this.socket.once('close', () => resolve()))
    this.socket.on('error', () => {})
    this.socket.on('data', (data: Buffer) => {
      this.#tail = Buffer.concat([this.#tail, data]).subarray(-200)
    })
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
    this.socket.write(
      `GET /app/${PUSHER_APP.key}?uid=${uid}&session=${uid} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
  }

  /** Waits until `text` has come in. */
  async until(text: string | Uint8Array): Promise<void> {
    while (!this.#tail.includes(text)) await new Promise((resolve) => this.socket.once('data', resolve))
  }

  /** Sends a text frame (shorter than 126 bytes), masked with zeros. */
  send(text: string): void {
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
  }

  /** The close code, if a close frame with `reason` is the last thing that came. */
  closeCode(reason: string): number | undefined {
    const at = this.#tail.length - reason.length
    return this.#tail.subarray(at).toString() === reason ? this.#tail.readUInt16BE(at - 2) : undefined
  }
}

const EMPTY_PING = new Uint8Array([0x89, 0])
const SUBSCRIBE = '{"event":"pusher:subscribe","data":{"channel":"group-7"}}'

describe('a reader that stops reading', () => {
  test('is closed with 4100 when it is 1 MiB behind, the others hear everything', async () => {
    site = startSite()
    const slow = new TcpClient(site.port, ANN)
    await slow.until('connection_established')
    slow.send(SUBSCRIBE)
    await slow.until('subscription_succeeded')
    const ben = await site.client(BEN)
    await ben.subscribe('group-7')

    slow.socket.pause()
    const content = 'x'.repeat(10_000)
    let published = 0
    while (site.stats().slowClosed === 0 && published < 5000) {
      site.hub.publish('group-7', 'message', { mid: ++published, content })
      await turn()
    }
    expect(site.stats()).toMatchObject({ slowClosed: 1, sockets: 1, users: 1 })
    const frames = await ben.settle()
    expect(frames).toHaveLength(published)
    expect(frames.at(-1)).toBe(event('message', { mid: published, content }, 'group-7'))

    // Reading on, it finds what it missed up to then, and the code.
    slow.socket.resume()
    await slow.ended
    expect(slow.closeCode('Too far behind')).toBe(4100)
  })

  test('is cut by the runtime, without a code, should nobody look in time', async () => {
    site = startSite({ limits: { backlogBytesMax: 1 << 30, backlogBytesHardMax: 1 << 20 } })
    const slow = new TcpClient(site.port, ANN)
    await slow.until('connection_established')
    slow.send(SUBSCRIBE)
    await slow.until('subscription_succeeded')
    slow.socket.pause()
    const content = 'x'.repeat(100_000)
    for (let mid = 0; mid < 1000 && site.stats().sockets > 0; mid++) {
      site.hub.publish('group-7', 'message', { mid, content })
      await turn()
    }
    expect(site.stats()).toMatchObject({ sockets: 0, channels: 0, slowClosed: 0 })
    slow.socket.resume()
    await slow.ended
  })
})

describe('silence', () => {
  test('is ended by a ping: who answers stays, who does not is dropped', async () => {
    let now = 1_000_000
    site = startSite({ clock: () => now, timings: { sweepMs: 1 } })
    const living = await site.client(BEN)
    const dead = new TcpClient(site.port, ANN)
    await dead.until('connection_established')

    now += 25_000
    await dead.until(EMPTY_PING)
    // The runtime of the living one answers pings by itself; the bare TCP client does not.
    now += 24_000
    await living.settle()
    expect(site.stats()).toMatchObject({ sockets: 2, silentClosed: 0 })
    now += 11_000
    await dead.ended
    expect(dead.closeCode('No answer to pings')).toBe(4201)
    expect(site.stats()).toMatchObject({ sockets: 1, silentClosed: 1 })
    expect(await living.settle()).toEqual([])
  })

  test('is not held against anybody when it was the server that stood still', async () => {
    let now = 1_000_000
    site = startSite({ clock: () => now, timings: { sweepMs: 1 } })
    const living = await site.client(BEN)
    const dead = new TcpClient(site.port, ANN)
    await dead.until('connection_established')

    // A laptop that slept, a machine that was moved: nobody could have answered meanwhile.
    now += 70_000
    while ([...site.hub.sockets()].some(({ data }) => data.lastSeen !== now)) await turn()
    expect(site.stats()).toMatchObject({ sockets: 2, silentClosed: 0 })
    now += 25_000
    await dead.until(EMPTY_PING)
    now += 29_000
    await living.settle()
    now += 6000
    await dead.ended
    expect(site.stats()).toMatchObject({ sockets: 1, silentClosed: 1 })
  })

  test('a pong alone keeps a connection for ever', async () => {
    let now = 1_000_000
    site = startSite({ clock: () => now, timings: { sweepMs: 1 } })
    const client = await site.client(BEN)
    const [socket] = [...site.hub.sockets()]
    for (let round = 0; round < 5; round++) {
      now += 26_000
      while (socket!.data.lastSeen !== now) await turn()
    }
    expect(await client.settle()).toEqual([])
    expect(site.stats().silentClosed).toBe(0)
  })
})
