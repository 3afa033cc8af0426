import { log } from '../log.ts'

/**
 * Carries commands between the nodes of a site. What every implementation owes:
 *
 * - handlers on the publishing node run before `publish` returns, so that an eviction holds from that instant;
 * - other nodes hear the payloads of one node in the order in which it published them, across topics;
 * - `publish` never throws and never waits: a payload that cannot travel is logged by the implementation;
 * - what was missed never comes late: instead `linked` tells that something may have been missed.
 */
export interface Bus {
  /** True when there is no other node to hear what is published. */
  readonly isLocal: boolean
  /** False while events of other nodes may be missed: what is remembered of the database may be out of date. */
  readonly linked: boolean
  /** @param payload anything that survives `JSON.stringify` */
  publish(topic: string, payload: unknown): void
  /** @returns a function that ends the subscription */
  subscribe(topic: string, handler: (payload: unknown) => void): () => void
  /**
   * Has a handler run when `linked` changes, in the order of registration. True means: something may have been missed
   * until now, so look at everything anew. It may come together with a false right before it, when only the past is
   * in doubt.
   * @returns a function that ends it
   */
  onLink(handler: (linked: boolean) => void): () => void
  close(): Promise<void>
}

/**
 * The topic on which a program that changed the database beside the nodes (a command, say) has them forget what they
 * remember of it, and look at the rights of their sockets anew. No payload.
 */
export const RELOAD_TOPIC = 'reload'

/** The bus of a site with one node: calls the handlers directly. */
export class LocalBus implements Bus {
  readonly isLocal: boolean = true
  readonly linked: boolean = true
  readonly #handlers = new Map<string, Set<(payload: unknown) => void>>()

  publish(topic: string, payload: unknown): void {
    const handlers = this.#handlers.get(topic)
    if (!handlers) return
    for (const handler of handlers) {
      try {
        handler(payload)
      } catch (error) {
        log.error({ topic, err: error }, 'bus_handler_failed')
      }
    }
  }

  subscribe(topic: string, handler: (payload: unknown) => void): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set()
    this.#handlers.set(topic, handlers.add(handler))
    return () => {
      handlers.delete(handler)
      if (handlers.size === 0 && this.#handlers.get(topic) === handlers) this.#handlers.delete(topic)
    }
  }

  /** There is no link that could be lost. */
  onLink(): () => void {
    return () => {}
  }

  async close(): Promise<void> {
    this.#handlers.clear()
  }
}
