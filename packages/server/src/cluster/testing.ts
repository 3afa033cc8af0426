/*
 * What the tests of this folder share.
 */

/** The most that a test waits for something that should come at once. */
const WAIT_MS_MAX = 30_000

/** Keeps what it is given, and lets a test wait for the next of it. */
export class Inbox<Item> {
  readonly #items: Item[] = []
  #wake: (() => void) | undefined

  readonly add = (item: Item): void => {
    this.#items.push(item)
    this.#wake?.()
  }

  /** Takes the oldest, as soon as there is one. */
  async next(): Promise<Item> {
    if (this.#items.length === 0) await this.#something()
    return this.#items.shift() as Item
  }

  /** Takes the next `count`. */
  async take(count: number): Promise<Item[]> {
    const taken: Item[] = []
    while (taken.length < count) taken.push(await this.next())
    return taken
  }

  /** Takes what is there. */
  rest(): Item[] {
    return this.#items.splice(0)
  }

  #something(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('waited in vain')), WAIT_MS_MAX)
      this.#wake = () => {
        clearTimeout(late)
        this.#wake = undefined
        resolve()
      }
    })
  }
}

/** Looks again and again until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
