import { LRUCache } from 'lru-cache'

/** How caches hear of changes made elsewhere; the bus fits it. */
export interface Invalidations {
  publish(topic: string, payload: unknown): void
  subscribe(topic: string, handler: (payload: unknown) => void): () => void
}

const CLEAR_ALL = 'cache:*'

/**
 * A bounded cache in front of reads. It keeps promises, not values: a read that began before a change is dropped
 * with its entry, so it can never put an old value back.
 */
export class ReadCache<Key extends string | number, Value> {
  readonly #entries: LRUCache<Key, Promise<Value>>
  readonly #topic: string

  /**
   * @param name unique among caches; names the topic on which changes are told to other nodes
   * @param load reads one value; a rejected read is not kept
   */
  constructor(
    name: string,
    entriesMax: number,
    private readonly load: (key: Key) => Promise<Value>,
    private readonly invalidations: Invalidations,
  ) {
    this.#entries = new LRUCache({ max: entriesMax })
    this.#topic = `cache:${name}`
    invalidations.subscribe(this.#topic, (key) => this.#entries.delete(key as Key))
    invalidations.subscribe(CLEAR_ALL, () => this.#entries.clear())
  }

  get(key: Key): Promise<Value> {
    const known = this.#entries.get(key)
    if (known) return known
    const loading = this.load(key)
    this.#entries.set(key, loading)
    loading.catch(() => {
      if (this.#entries.peek(key) === loading) this.#entries.delete(key)
    })
    return loading
  }

  /** Drops an entry here and on every other node. Call it after the commit of the change. */
  forget(key: Key): void {
    this.invalidations.publish(this.#topic, key)
  }
}

/** Drops every cache's content, here and elsewhere: the database was changed by another program. */
export const clearCaches = (invalidations: Invalidations): void => invalidations.publish(CLEAR_ALL, null)
