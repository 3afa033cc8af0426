import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import type { Account } from '../packages/web/src/browser/accounts.ts'

/*
 * A browser that people sit down at one after the other. What it has loaded once it has, so that the next one's page opens in
 * half the time; what the one before has left there is gone.
 */

/** An address of the site that runs no script: a place to stand on between two people. */
const ASIDE = '/favicon.svg'
/** What changes a browser for good; who comes next gets another one. */
const BENDS = {
  context: ['addInitScript', 'route', 'setOffline', 'exposeBinding', 'exposeFunction', 'grantPermissions'],
  page: ['addInitScript', 'route', 'routeWebSocket', 'emulateMedia', 'setViewportSize'],
} as const

export class Seat {
  readonly #sessions = new Set<CDPSession>()
  #isBent = false

  private constructor(
    /** What the browser pretends to be: who wants the same may sit down here. */
    readonly view: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.#note(context, BENDS.context)
    this.#note(page, BENDS.page)
    this.#note(page.clock, ['install'])
    page.on('crash', () => {
      this.#isBent = true
    })
    const open = context.newCDPSession.bind(context)
    context.newCDPSession = async (page) => {
      const session = await open(page)
      this.#sessions.add(session)
      return session
    }
  }

  /** @param options those of a new context; those that are the same again are the same seat */
  static async open(browser: Browser, options: SeatOptions): Promise<Seat> {
    const context = await browser.newContext(options)
    const seat = new Seat(JSON.stringify(options), context, await context.newPage())
    // A worker of the site would stay.
    seat.#isBent = options.serviceWorkers !== 'block'
    return seat
  }

  /** Somebody is signed in on this device already, or nobody is. */
  async sitDown(account: Account | undefined): Promise<void> {
    if (!account) return
    await this.page.goto(ASIDE)
    await this.page.evaluate(signIn, account)
  }

  /** Leaves the browser as it was found. @returns false when it cannot be used any more, and is closed */
  async getUp(): Promise<boolean> {
    try {
      if (!this.#isBent) {
        await this.#clear()
        return true
      }
    } catch {
      // A page that does not let go.
    }
    await this.context.close()
    return false
  }

  async #clear(): Promise<void> {
    const { context, page } = this
    await Promise.all(context.pages().map((other) => other !== page && other.close()))
    await page.goto(ASIDE)
    const session = await context.newCDPSession(page)
    await session.send('Storage.clearDataForOrigin', {
      origin: new URL(page.url()).origin,
      storageTypes: 'cookies,indexeddb,cache_storage,file_systems',
    })
    await Promise.all([...this.#sessions].map((open) => open.detach().catch(() => {})))
    this.#sessions.clear()
    await page.evaluate(() => {
      localStorage.clear()
      sessionStorage.clear()
    })
    await page.mouse.move(0, 0)
  }

  #note<Part extends object>(part: Part, names: readonly (keyof Part)[]): void {
    for (const name of names) {
      const act = (part[name] as (...args: unknown[]) => unknown).bind(part)
      part[name] = ((...args: unknown[]) => {
        this.#isBent = true
        return act(...args)
      }) as Part[keyof Part]
    }
  }
}

export type SeatOptions = NonNullable<Parameters<Browser['newContext']>[0]>

/** Runs in a page of the site: the account is known on this device. */
function signIn(account: Account): void {
  localStorage.setItem('parley:accounts', JSON.stringify([account]))
  localStorage.setItem('parley:account', String(account.uid))
}
