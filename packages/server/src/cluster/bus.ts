/**
 * Carries commands between the nodes of a site. What every implementation owes:
 *
 * - handlers on the publishing node run before `publish` returns, so that an eviction holds from that instant;
 * - other nodes hear the payloads of one node in the order in which it published them, across topics;
 * - `publish` never throws and never waits: a payload that cannot travel is logged by the implementation.
 */
export interface Bus {
  /** True when there is no other node to hear what is published. */
  readonly isLocal: boolean
  /** @param payload anything that survives `JSON.stringify` */
  publish(topic: string, payload: unknown): void
  /** @returns a function that ends the subscription */
  subscribe(topic: string, handler: (payload: unknown) => void): () => void
  close(): Promise<void>
}

/** The bus of a site with one node: calls the handlers directly. */
export class LocalBus implements Bus {
  readonly isLocal: boolean = true
  readonly #handlers = new Map<string, Set<(payload: unknown) => void>>()

  publish(topic: string, payload: unknown): void {
    const handlers = this.#handlers.get(topic)
    if (handlers) for (const handler of handlers) handler(payload)
  }

  subscribe(topic: string, handler: (payload: unknown) => void): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set()
    this.#handlers.set(topic, handlers.add(handler))
    return () => {
      handlers.delete(handler)
      if (handlers.size === 0 && this.#handlers.get(topic) === handlers) this.#handlers.delete(topic)
    }
  }

  async close(): Promise<void> {
    this.#handlers.clear()
  }
}
