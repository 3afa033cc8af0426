type MaybePromise<Value> = Value | Promise<Value>

/** Where unsent messages are kept: texts by key. An application may bring its own, on IndexedDB for instance. */
export interface ClientStorage {
  /** Everything whose key begins with `prefix`, in any order. */
  list(prefix: string): MaybePromise<readonly (readonly [key: string, value: string])[]>
  set(key: string, value: string): MaybePromise<void>
  delete(key: string): MaybePromise<void>
}

/** Keeps texts as long as the program runs. */
export function memoryStorage(): ClientStorage {
  const texts = new Map<string, string>()
  return {
    list: (prefix) => [...texts].filter(([key]) => key.startsWith(prefix)),
    set: (key, value) => void texts.set(key, value),
    delete: (key) => void texts.delete(key),
  }
}

/** Keeps texts in the browser's `localStorage`, or one of its kind. */
export function webStorage(storage: Storage): ClientStorage {
  return {
    list(prefix) {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      return keys
        .filter((key) => key.startsWith(prefix))
        .map((key) => [key, storage.getItem(key) ?? ''] as const)
    },
    set: (key, value) => storage.setItem(key, value),
    delete: (key) => storage.removeItem(key),
  }
}

/** The browser's `localStorage` where there is one that may be used, otherwise memory. */
export function defaultStorage(): ClientStorage {
  try {
    // Node has one that only works with a flag; browsers throw where the user forbids it.
    const { localStorage } = globalThis
    if (typeof document !== 'undefined' && localStorage) return webStorage(localStorage)
  } catch {
    // Memory will do.
  }
  return memoryStorage()
}
