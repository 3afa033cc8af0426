/** How many keys one query may ask for; SQLite and PostgreSQL both take far more parameters than that. */
const KEYS_MAX = 512
/** A query for n keys is asked with the next of these sizes, so that few statements have to be prepared. */
const SIZES = [1, 8, 64, KEYS_MAX]

/**
 * Turns a query for many keys into a look-up of one: all look-ups of one turn of the event loop share a query. Made
 * for the `load` of a `ReadCache`, which asks for each missing key alone.
 *
 * @param loadMany reads up to 512 values; the last key may be repeated
 */
export function batched<Key, Value>(
  loadMany: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let open: { keys: Key[]; loading: Promise<ReadonlyMap<Key, Value>> } | undefined
  return async (key) => {
    if (!open || open.keys.length === KEYS_MAX) {
      const keys: Key[] = []
      const loading = Promise.resolve().then(() => {
        if (open?.keys === keys) open = undefined
        return loadMany(padded(keys))
      })
      open = { keys, loading }
    }
    open.keys.push(key)
    return (await open.loading).get(key)
  }
}

function padded<Key>(keys: readonly Key[]): Key[] {
  const size = SIZES.find((candidate) => candidate >= keys.length)!
  const last = keys.at(-1)!
  return [...keys, ...Array.from({ length: size - keys.length }, () => last)]
}
