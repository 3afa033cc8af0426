/** Parley's own channels of people and groups are asked for by their private names, whose refusal is answered. */
const OWN = /^(?:user|group)-\d+$/
const wireName = (channel: string) => (OWN.test(channel) ? `private-${channel}` : channel)

/** The name that applications use: without the `private-` of Parley's own channels. */
export function plainName(channel: string): string {
  const name = channel.replace(/^private-/, '')
  return OWN.test(name) ? name : channel
}

/** What is listened to, on every websocket anew. */
export class Channels {
  /** Those that follow from who the user is, and those that the application asked for. */
  readonly #own = new Set<string>()
  readonly #extra = new Set<string>()
  /** Asked for on this websocket and not answered yet. */
  readonly #pending = new Set<string>()
  #settled: (() => void)[] = []

  /** @param send a frame; does nothing without an open websocket */
  constructor(private readonly send: (event: string, data: unknown) => void) {}

  /** Asks for everything on a new websocket. */
  reopen(): void {
    this.#pending.clear()
    for (const channel of new Set([...this.#own, ...this.#extra])) this.#ask(channel)
    this.#settle()
  }

  /**
   * Listens to what follows from who the user is, and no longer to what did before.
   * @returns how many were not listened to yet
   */
  follow(channels: readonly string[]): number {
    const wanted = new Set(channels)
    for (const channel of this.#own) if (!wanted.has(channel)) this.leave(channel)
    const added = channels.filter((channel) => !this.#own.has(channel))
    for (const channel of added) this.join(channel)
    return added.length
  }

  /** Listens to one more channel that follows from who the user is. */
  join(channel: string): void {
    if (!this.#own.has(channel) && !this.#extra.has(channel)) this.#ask(channel)
    this.#own.add(channel)
  }

  leave(channel: string): void {
    if (this.#own.delete(channel) && !this.#extra.has(channel)) this.#end(channel)
  }

  /** Listens to a channel of the application's choice. @returns what ends it */
  subscribe(channel: string): () => void {
    if (!this.#own.has(channel) && !this.#extra.has(channel)) this.#ask(channel)
    this.#extra.add(channel)
    return () => {
      if (this.#extra.delete(channel) && !this.#own.has(channel)) this.#end(channel)
    }
  }

  /** Resolves when each subscription of this websocket has been granted or refused. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settled.push(resolve)
      this.#settle()
    })
  }

  /** Takes the answer to a subscription. @returns false when the frame is none */
  receive(event: string, channel: string | undefined): boolean {
    if (event !== 'pusher_internal:subscription_succeeded' && event !== 'pusher:subscription_error')
      return false
    if (channel !== undefined) this.#pending.delete(plainName(channel))
    this.#settle()
    return true
  }

  /** Forgets what followed from who the user was. */
  clear(): void {
    this.follow([])
  }

  #ask(channel: string): void {
    this.#pending.add(channel)
    this.send('pusher:subscribe', { channel: wireName(channel) })
  }

  #end(channel: string): void {
    this.#pending.delete(channel)
    this.send('pusher:unsubscribe', { channel: wireName(channel) })
    this.#settle()
  }

  #settle(): void {
    if (this.#pending.size > 0) return
    const waiting = this.#settled
    this.#settled = []
    for (const resolve of waiting) resolve()
  }
}
