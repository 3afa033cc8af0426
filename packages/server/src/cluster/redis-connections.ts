import { Redis } from 'ioredis'
import { log } from '../log.ts'

/** How long a command may take: a server that is frozen must not freeze the calls that ask it. */
const COMMAND_MS_MAX = 1000
const CONNECT_MS_MAX = 2000
/** How long a connection that is given up may take to say goodbye. */
const DISCONNECT_MS_MAX = 200
const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 1000

/** What a pair of connections tells. */
export interface ConnectionEvents {
  /** Both stand and the channel is subscribed. */
  ready(): void
  /** One of them, or both, are gone. */
  broken(): void
  /** A text came over the channel. */
  message(text: string): void
}

/**
 * Two connections to Redis: one for commands, one that listens to a channel. They come back by themselves, and with
 * them the subscription. Nothing waits for them meanwhile: a command that cannot be sent fails at once.
 */
export class RedisConnections {
  readonly commands: Redis
  readonly #subscriber: Redis
  readonly #channel: string
  readonly #events: ConnectionEvents
  #subscribed = false
  #isReady = false
  #lastError: unknown

  /** @param name what `CLIENT LIST` shows */
  constructor(url: string, { channel, name }: { channel: string; name: string }, events: ConnectionEvents) {
    this.#channel = channel
    this.#events = events
    this.commands = this.#open(url, name)
    this.#subscriber = this.#open(url, `${name}:listens`)
    this.commands.on('ready', () => this.#settle())
    this.#subscriber.on('ready', () => void this.#subscribe())
    this.#subscriber.on('message', (_, text) => events.message(text))
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Why they do not stand, as far as known: a system code (`ECONNREFUSED`) or Redis' own words. */
  get problem(): string {
    const { code, message } = (this.#lastError ?? {}) as { code?: string; message?: string }
    return code ?? message?.split('\n')[0] ?? 'no answer'
  }

  /** Gives both up and makes them anew: something is wrong that they have not noticed. */
  restart(): void {
    this.#break()
    this.commands.disconnect(true)
    this.#subscriber.disconnect(true)
  }

  /** Ends both for good. What was sent before and not answered yet may be lost. */
  end(): void {
    this.#isReady = false
    this.commands.disconnect()
    this.#subscriber.disconnect()
  }

  #open(url: string, name: string): Redis {
    const connection = new Redis(url, {
      connectionName: name,
      connectTimeout: CONNECT_MS_MAX,
      commandTimeout: COMMAND_MS_MAX,
      disconnectTimeout: DISCONNECT_MS_MAX,
      // An event that comes minutes late would be wrong: nothing is kept for when the server is back.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // Done here, so that it is known when it is done; and the first attempt may fail, too.
      autoResubscribe: false,
      retryStrategy: (attempt) => {
        const mostMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** attempt)
        return Math.round(mostMs / 2 + (Math.random() * mostMs) / 2)
      },
      // After a failover the old address may lead to a replica.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    })
    connection.on('error', (error) => {
      this.#lastError = error
      log.debug({ error: String(error) }, 'redis_error')
    })
    connection.on('close', () => this.#break())
    return connection
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel)
      this.#subscribed = true
      this.#settle()
    } catch (error) {
      this.#lastError = error
      this.#subscriber.disconnect(true)
    }
  }

  #settle(): void {
    if (this.#isReady || !this.#subscribed || this.commands.status !== 'ready') return
    this.#isReady = true
    this.#events.ready()
  }

  #break(): void {
    if (this.#subscriber.status !== 'ready') this.#subscribed = false
    if (!this.#isReady) return
    this.#isReady = false
    this.#events.broken()
  }
}
