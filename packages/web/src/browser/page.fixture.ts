import 'vue'

/*
 * What the stores need of a browser, for unit tests: storage, and a window that hears of other tabs. To be imported before
 * the stores; Vue comes first, so that it does not take this for a page to draw on.
 */

class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>()
  /** The next writing fails: there is no room. */
  full = false
  get length(): number {
    return this.#items.size
  }
  key = (index: number) => [...this.#items.keys()][index] ?? null
  getItem = (key: string) => this.#items.get(key) ?? null
  removeItem = (key: string) => void this.#items.delete(key)
  clear = () => this.#items.clear()
  setItem = (key: string, value: string) => {
    if (this.full) throw new DOMException('No room', 'QuotaExceededError')
    this.#items.set(key, value)
  }
}

/** The device's storage. */
export const storage = new MemoryStorage()
const page = new EventTarget()

Object.assign(globalThis, {
  localStorage: storage,
  sessionStorage: new MemoryStorage(),
  window: page,
  location: new URL('http://parley.test/'),
})

/** Another tab of the same browser writes to the storage, or removes from it. */
export function writtenElsewhere(key: string, newValue: string | null): void {
  if (newValue === null) storage.removeItem(key)
  else storage.setItem(key, newValue)
  page.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }))
}

storage.setItem(
  'parley:accounts',
  JSON.stringify([{ uid: 9, username: 'tom', nickname: '汤姆', avatar: '', token: 'ps_test' }]),
)
storage.setItem('parley:account', '9')
