import { BIG_GID, smallGroupOf, tokenOf } from './population.ts'

/** Handshakes under way at once. */
const OPENING_MAX = 50
const CHANNELS = 3

/** Many people's sockets on one node. Each listens to its user, a group of fifty and the group of all. */
export class Audience {
  readonly #sockets: WebSocket[] = []
  #heard = 0
  #bytes = 0
  #waiting: { count: number; resolve(): void } | undefined

  constructor(
    private readonly url: string,
    private readonly appKey: string,
  ) {}

  /** Opens a socket for each of these people; resolves when all are subscribed. */
  async join(uids: readonly number[]): Promise<void> {
    const queue = [...uids]
    const worker = async () => {
      for (let uid = queue.shift(); uid !== undefined; uid = queue.shift()) await this.#open(uid)
    }
    await Promise.all(Array.from({ length: OPENING_MAX }, worker))
  }

  #open(uid: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const address = `${this.url.replace('http', 'ws')}/app/${this.appKey}?token=${tokenOf(uid)}`
    const socket = new WebSocket(address)
    let subscribed = 0
    socket.onerror = () => reject(new Error('a socket was refused'))
    socket.onmessage = ({ data }) => {
      if (data.startsWith('{"event":"message"')) this.#hear(data)
      else if (data.includes('subscription_succeeded')) {
        if (++subscribed === CHANNELS) resolve()
      } else if (data.includes('connection_established')) {
        for (const channel of [`user-${uid}`, `group-${smallGroupOf(uid)}`, `group-${BIG_GID}`])
          socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel } }))
      }
    }
    this.#sockets.push(socket)
    return promise
  }

  #hear(frame: string): void {
    this.#heard++
    this.#bytes = Buffer.byteLength(frame)
    if (this.#heard === this.#waiting?.count) this.#waiting.resolve()
  }

  /** Messages heard so far, by all together. */
  get heard(): number {
    return this.#heard
  }

  /** The size of the last message as it came. */
  get frameBytes(): number {
    return this.#bytes
  }

  /** Resolves when so many messages have been heard. */
  until(count: number): Promise<void> {
    if (this.#heard >= count) return Promise.resolve()
    return new Promise((resolve) => (this.#waiting = { count, resolve }))
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }
}
