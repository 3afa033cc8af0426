import { log } from '../log.ts'
import { type Bus, LocalBus } from './bus.ts'
import { ClusterError } from './errors.ts'
import { Peers } from './peers.ts'
import { RedisConnections } from './redis-connections.ts'
import { readTelegram, type Telegram, telegramText } from './telegram.ts'

/** How often a node shows that it lives, and finds out whether it is heard. */
const BEAT_MS = 1000
/** Own beats that may come back late before the connections are taken for dead. */
const UNHEARD_MAX = 3
/** What Redis has not acknowledged yet. A node that is further ahead than this stops telling and says so. */
const IN_FLIGHT_CHARACTERS_MAX = 16 * 1024 * 1024

export interface RedisBusOptions {
  /** `redis://…` with the password. */
  readonly url: string
  /** Begins the channel's name, `{prefix}:bus`. */
  readonly prefix: string
  readonly nodeId: string
  readonly beatMs?: number
}

/**
 * The bus of a site with several nodes: one channel for all topics, so that order holds across them. What a node
 * publishes in one turn of the event loop travels as one message.
 *
 * Every second a node sends a beat and waits for its own to come back: only that proves that it is heard and hears.
 * The others' beats prove that they are there. Redis keeps nothing for those who are away; so whoever was away, or
 * hears that somebody lost a message or fell silent, is told through `linked` to look at everything anew.
 */
export class RedisBus implements Bus {
  readonly isLocal: boolean = false
  readonly #node: string
  readonly #channel: string
  readonly #connections: RedisConnections
  readonly #local = new LocalBus()
  readonly #peers = new Peers()
  readonly #linkHandlers = new Set<(linked: boolean) => void>()
  readonly #opened = Promise.withResolvers<void>()
  readonly #timer: Timer
  /** Published in this turn and not sent yet, each as JSON text. */
  #waiting: string[] = []
  #inFlight = 0
  #isUp = false
  #linked = false
  #closed = false
  #beat = 0
  /** The first beat since the connections stand: older ones prove nothing. */
  #firstBeat = 0
  #unheard = 0
  /** Payloads that did not get through; how many when the last beat was sent; how many the others know of. */
  #lost = 0
  #lostAtBeat = 0
  #lostTold = 0

  constructor({ url, prefix, nodeId, beatMs = BEAT_MS }: RedisBusOptions) {
    this.#node = nodeId
    this.#channel = `${prefix}:bus`
    this.#connections = new RedisConnections(
      url,
      { channel: this.#channel, name: `${prefix}:${nodeId}` },
      {
        ready: () => this.#ready(),
        broken: () => this.#fall('disconnected'),
        message: (text) => this.#receive(text),
      },
    )
    this.#timer = setInterval(() => this.#tick(), beatMs)
    this.#timer.unref()
  }

  get linked(): boolean {
    return this.#linked
  }

  /** Whether Redis answers and passes on what is published; unlike `linked` it says nothing of the other nodes. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** The connection for commands. */
  get commands(): RedisConnections['commands'] {
    return this.#connections.commands
  }

  /** Resolves when the first beat has come back. @throws ClusterError when that takes longer than `patienceMs` */
  async opened(patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), patienceMs)
    const outcome = await Promise.race([this.#opened.promise, promise])
    clearTimeout(timer)
    if (outcome === 'late') throw new ClusterError(this.#connections.problem)
  }

  publish(topic: string, payload: unknown): void {
    this.#local.publish(topic, payload)
    if (this.#closed) return
    if (!this.#isUp) {
      this.#lost++
      return
    }
    const text = itemText(topic, payload)
    if (text !== undefined && this.#waiting.push(text) === 1) setImmediate(() => this.#flush())
  }

  subscribe(topic: string, handler: (payload: unknown) => void): () => void {
    return this.#local.subscribe(topic, handler)
  }

  onLink(handler: (linked: boolean) => void): () => void {
    this.#linkHandlers.add(handler)
    return () => void this.#linkHandlers.delete(handler)
  }

  /** Sends what was published in this turn, says goodbye to the others and ends the connections. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    clearInterval(this.#timer)
    this.#linkHandlers.clear()
    // Commands are answered in order: after the farewell nothing is under way.
    if (this.#isUp) await this.#send(telegramText({ node: this.#node, bye: true }))
    this.#connections.end()
    await this.#local.close()
  }

  #flush(): void {
    const items = this.#waiting
    if (items.length === 0) return
    this.#waiting = []
    if (!this.#isUp) this.#lost += items.length
    else void this.#send(telegramText({ node: this.#node }, items))
  }

  /** Resolves when Redis has the text, or it is known to be lost. */
  async #send(text: string): Promise<void> {
    if (this.#inFlight + text.length > IN_FLIGHT_CHARACTERS_MAX) {
      this.#lost++
      return
    }
    this.#inFlight += text.length
    try {
      await this.#connections.commands.publish(this.#channel, text)
    } catch (error) {
      this.#lost++
      log.debug({ error: String(error) }, 'bus_send_failed')
    } finally {
      this.#inFlight -= text.length
    }
  }

  #ready(): void {
    this.#unheard = 0
    this.#firstBeat = this.#beat + 1
    this.#sendBeat()
  }

  #tick(): void {
    if (!this.#connections.isReady) return
    const { silent, dead } = this.#isUp ? this.#peers.beat() : { silent: [], dead: [] }
    for (const node of silent) log.warn({ node }, 'node_silent')
    for (const node of dead) log.warn({ node }, 'node_gone')
    this.#trust()
    if (++this.#unheard > UNHEARD_MAX) {
      this.#fall('silent')
      this.#connections.restart()
    } else this.#sendBeat()
  }

  #sendBeat(): void {
    this.#beat++
    this.#lostAtBeat = this.#lost
    const lossy = this.#lost > this.#lostTold || undefined
    void this.#send(telegramText({ node: this.#node, beat: this.#beat, lossy }))
  }

  #receive(text: string): void {
    const telegram = readTelegram(text)
    if (!telegram) {
      log.warn({ characters: text.length }, 'bus_message_ignored')
      return
    }
    if (telegram.node === this.#node) this.#hearMyself(telegram)
    else if (!this.#closed) this.#hear(telegram)
  }

  #hearMyself({ beat = 0 }: Telegram): void {
    if (beat < this.#firstBeat || !this.#connections.isReady) return
    this.#unheard = 0
    if (beat === this.#beat) this.#lostTold = this.#lostAtBeat
    if (this.#isUp || this.#closed) return
    this.#isUp = true
    this.#peers.forgive()
    log.info({ node: this.#node }, 'redis_linked')
    this.#opened.resolve()
    this.#trust()
  }

  #hear({ node, items, lossy, bye }: Telegram): void {
    if (bye) this.#peers.left(node)
    else this.#peers.heard(node)
    for (const [topic, payload] of items) this.#local.publish(topic, payload)
    const wasLinked = this.#linked
    this.#trust()
    // The past alone is in doubt. Whoever just came to trust again has been told already.
    if (lossy && wasLinked && this.#linked) for (const linked of [false, true]) this.#announce(linked)
  }

  #fall(reason: string): void {
    if (!this.#isUp) return
    this.#isUp = false
    log.warn({ reason }, 'redis_lost')
    this.#trust()
  }

  #trust(): void {
    const linked = this.#isUp && !this.#peers.inDoubt
    if (linked === this.#linked) return
    this.#linked = linked
    this.#announce(linked)
  }

  #announce(linked: boolean): void {
    for (const handler of this.#linkHandlers) {
      try {
        handler(linked)
      } catch (error) {
        log.error({ err: error }, 'link_handler_failed')
      }
    }
  }
}

/** A payload as it travels; undefined when it cannot be made into text, which is the publisher's mistake. */
function itemText(topic: string, payload: unknown): string | undefined {
  try {
    return JSON.stringify([topic, payload])
  } catch (error) {
    log.error({ topic, err: error }, 'bus_payload_failed')
    return undefined
  }
}
