/** As much of the Web Locks API as is needed. */
export interface Locks {
  request(name: string, work: () => Promise<void>): Promise<void>
}

/**
 * Which of several clients of one outbox (the tabs of a browser) a message belongs to. Each client holds a lock for
 * as long as it lives; who gets that lock may take over what it left. Without Web Locks everybody takes over at once:
 * the server makes one message of it all the same.
 */
export class Owners {
  readonly #awaited = new Set<string>()
  #release: (() => void) | undefined

  /** @param me the id of this client */
  constructor(
    private readonly me: string,
    private readonly locks = globalThis.navigator?.locks as Locks | undefined,
  ) {
    void locks?.request(lockName(me), () => new Promise((resolve) => (this.#release = resolve)))
  }

  /**
   * Calls `takeOver` when the owner is no more.
   * @returns when that is done, where it need not be waited for
   */
  async inherit(owner: string, takeOver: () => Promise<void>): Promise<void> {
    if (owner === this.me || this.#awaited.has(owner)) return
    if (!this.locks) return takeOver()
    this.#awaited.add(owner)
    const run = () => takeOver().finally(() => this.#awaited.delete(owner))
    void this.locks.request(lockName(owner), run).catch(() => {})
  }

  /** Leaves what is unsent to others. */
  release(): void {
    this.#release?.()
  }
}

const lockName = (owner: string) => `parley-outbox-${owner}`
