import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/** Keeps small values for a short time, each to be taken once. One for all nodes, or one per node. */
export interface OneTimeStore {
  /** Keeps a value for `lifeMs`, in place of an earlier one under the same key. */
  put(key: string, value: string, lifeMs: number): Promise<void>
  /** Gives the value and removes it; undefined when it was taken, has expired or never was. */
  take(key: string): Promise<string | undefined>
}

/** A bounded store in this process: when it is full, the oldest value makes room. */
export class MemoryOneTimeStore implements OneTimeStore {
  readonly #values: LRUCache<string, { value: string; expiresAt: number }>

  constructor(
    entriesMax: number,
    private readonly clock: Clock,
  ) {
    this.#values = new LRUCache({ max: entriesMax })
  }

  async put(key: string, value: string, lifeMs: number): Promise<void> {
    this.#values.set(key, { value, expiresAt: this.clock() + lifeMs })
  }

  async take(key: string): Promise<string | undefined> {
    const kept = this.#values.get(key)
    this.#values.delete(key)
    return kept && kept.expiresAt > this.clock() ? kept.value : undefined
  }
}
