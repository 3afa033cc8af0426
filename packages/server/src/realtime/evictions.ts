/** Channels whose last eviction is remembered one by one. */
const REMEMBERED_MAX = 10_000

/**
 * When somebody was last removed from a channel, in the node's own order of events. It answers two questions: did
 * something change while a subscription was being decided; and may a signature be older than an eviction.
 */
export class Evictions {
  readonly #last = new Map<string, number>()
  #serial = 0
  /** No forgotten eviction is later than this one. */
  #floor = 0

  /** The next place in the order: given to each socket as it opens. */
  next(): number {
    return ++this.#serial
  }

  /** Notes that somebody lost the right to a channel (its base name). */
  note(base: string): void {
    this.#last.delete(base)
    this.#last.set(base, this.next())
    if (this.#last.size <= REMEMBERED_MAX) return
    const [oldest, serial] = this.#last.entries().next().value!
    this.#last.delete(oldest)
    this.#floor = serial
  }

  /** Notes that anybody may have lost any right: what other nodes said was not heard for a while. */
  noteAll(): void {
    this.#last.clear()
    this.#floor = this.next()
  }

  /** Place of the latest eviction from a channel; too late rather than too early when it was forgotten. */
  last(base: string): number {
    return this.#last.get(base) ?? this.#floor
  }
}
