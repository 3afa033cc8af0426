import { type Bus, RELOAD_TOPIC } from '../cluster/index.ts'
import { log } from '../log.ts'
import type { Settings } from '../modules/settings/index.ts'
import type { Realtime } from '../realtime/index.ts'

/** How often the database is asked what has changed while the other nodes cannot be heard. */
const UNLINKED_EVERY_MS = 5000
/** The pause before a look at the database that failed is tried again. */
const RETRY_MS = 1000

interface Dependencies {
  bus: Pick<Bus, 'subscribe' | 'onLink'>
  settings: Pick<Settings, 'load'>
  realtime: Pick<Realtime, 'checkRights' | 'tellToResync'>
}

/**
 * Keeps a node right that may have missed what others said. While it cannot hear them, it looks up the settings and
 * the rights of its sockets every five seconds (caches keep nothing meanwhile, see `ReadCache`). When it hears them
 * again it does so once more, and then tells its clients to read what they may have missed. A command that changed
 * the database asks for the look-up, too.
 */
export class Resync {
  readonly #dependencies: Dependencies
  readonly #stopListening: (() => void)[]
  #timer: Timer | undefined
  #working: Promise<void> | undefined
  #isWanted = false
  /** Whether clients are owed a word, and refused subscriptions another try. */
  #isReturn = false
  #closed = false

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    const { bus } = dependencies
    this.#stopListening = [
      bus.onLink((linked) => this.#linkChanged(linked)),
      bus.subscribe(RELOAD_TOPIC, () => void this.#want(false)),
    ]
  }

  /** Resolves when nothing is left to look up. */
  async settled(): Promise<void> {
    await this.#working
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    for (const stop of this.#stopListening) stop()
  }

  #linkChanged(linked: boolean): void {
    clearInterval(this.#timer)
    if (!linked) {
      this.#timer = setInterval(() => void this.#want(false), UNLINKED_EVERY_MS)
      this.#timer.unref()
    }
    void this.#want(linked)
  }

  #want(isReturn: boolean): Promise<void> {
    this.#isWanted = true
    this.#isReturn ||= isReturn
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  /** One look at a time; whatever is wanted meanwhile is one more. */
  async #work(): Promise<void> {
    const { settings, realtime } = this.#dependencies
    while (this.#isWanted && !this.#closed) {
      const isReturn = this.#isReturn
      this.#isWanted = false
      this.#isReturn = false
      try {
        await settings.load()
        await realtime.checkRights({ isReturn })
        if (isReturn) await realtime.tellToResync()
      } catch (error) {
        log.warn({ error: String(error) }, 'resync_failed')
        this.#isWanted = true
        this.#isReturn ||= isReturn
        await Bun.sleep(RETRY_MS)
      }
    }
  }
}
