import { LRUCache } from 'lru-cache'
import { type Bus, RELOAD_TOPIC } from '../cluster/index.ts'

/** How caches hear of changes made elsewhere. */
export type Invalidations = Pick<Bus, 'publish' | 'subscribe' | 'linked' | 'onLink'>

/**
 * A bounded cache in front of reads. It keeps promises, not values: a read that began before a change is dropped
 * with its entry, so it can never put an old value back.
 *
 * While changes made on other nodes may be missed it keeps nothing: an entry lasts as long as its read, which only
 * those share who ask meanwhile.
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
    invalidations.subscribe(RELOAD_TOPIC, () => this.#entries.clear())
    invalidations.onLink(() => this.#entries.clear())
  }

  get(key: Key): Promise<Value> {
    const known = this.#entries.get(key)
    if (known) return known
    const loading = this.load(key)
    this.#entries.set(key, loading)
    const drop = () => {
      if (this.#entries.peek(key) === loading) this.#entries.delete(key)
    }
    loading.then(() => {
      if (!this.invalidations.linked) drop()
    }, drop)
    return loading
  }

  /** Drops an entry here and on every other node. Call it after the commit of the change. */
  forget(key: Key): void {
    this.invalidations.publish(this.#topic, key)
  }
}
