type Handler<Payload> = (payload: Payload) => void

/** Events by name, each with one payload. */
export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<Handler<never>>>()

  /** Calls the handler at each event of that name. @returns what ends it */
  on<Name extends keyof Events>(name: Name, handler: Handler<Events[Name]>): () => void {
    const handlers = this.#handlers.get(name) ?? new Set()
    this.#handlers.set(name, handlers)
    // Wrapped, so that the same function given twice is called twice and each of the two can be ended.
    const own: Handler<Events[Name]> = (payload) => handler(payload)
    handlers.add(own)
    return () => {
      handlers.delete(own)
    }
  }

  /** Calls the handlers in the order in which they came. One that throws harms neither the others nor the caller. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])] as Handler<Events[Name]>[]) {
      try {
        handler(payload)
      } catch (error) {
        // As an error of its own, seen where the application's other errors are seen.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
