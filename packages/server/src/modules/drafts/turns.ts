/** Runs work of the same key one after the other, in the order in which it was asked for. */
export class Turns<Key> {
  readonly #last = new Map<Key, Promise<void>>()

  /** Resolves or rejects as the work does; work that failed holds nobody up. */
  take<Result>(key: Key, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const over = turn.then(
      () => {},
      () => {},
    )
    this.#last.set(key, over)
    void over.then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key)
    })
    return turn
  }

  /** How many keys have work that is not over. */
  get size(): number {
    return this.#last.size
  }
}
