import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type SiteOptions, startSite, type TestSite, type TestUser } from '../packages/server/test/harness.ts'
import { Seat, type SeatOptions } from './seat.ts'

/*
 * A real site with people before real browsers: Debian's Chromium, the built pages, the started server. What a page
 * writes to its console as a warning or an error fails the test.
 */

/** Without a window of its own it opens pages in half the time: what is tested is the same. */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'
const CHROMIUM = [
  HEADLESS_SHELL,
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
].find(existsSync)

/** Where the browser is; tests are skipped, and named as skipped, where there is none. */
export const browserPath = process.env.PARLEY_CHROMIUM ?? CHROMIUM

export const SIZES = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const

/** How long people wait for what they expect: long, as a machine that has more to do is no fault of the page. */
export const PATIENCE_MS = 45_000

export interface View {
  size?: keyof typeof SIZES
  locale?: 'zh-CN' | 'en'
  theme?: 'light' | 'dark'
  /** Runs without the service worker unless a test is about it. */
  offlineShell?: boolean
  /** Their system asks for less motion: where only what is drawn counts. */
  lessMotion?: boolean
  /** A browser that has loaded nothing yet; otherwise it may know the site. */
  firstVisit?: boolean
}

/** Somebody before a browser of their own. */
export interface Person {
  readonly user: TestUser | undefined
  readonly context: BrowserContext
  readonly page: Page
  /** Opens an address of the site and waits until the page is there. */
  open(path: string): Promise<void>
  /** The same person at another tab of the same browser. */
  tab(): Promise<Person>
}

/** What browsers say that is no fault of the page. */
const HARMLESS = [
  // A test goes offline, or stops the server, on purpose; what the page makes of it is looked at.
  /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|NETWORK_CHANGED|FAILED)/,
  /WebSocket connection to .* failed/,
  /Service Worker registration blocked by Playwright/,
]

/** A site, a browser, and the people on it. */
export class Stage {
  readonly #problems: string[] = []
  readonly #taken = new Set<Seat>()
  readonly #free: Seat[] = []
  /** Who is at which page. */
  readonly #names = new WeakMap<Page, string>()

  private constructor(
    readonly site: TestSite,
    readonly browser: Browser,
  ) {}

  static async open(options: SiteOptions = {}): Promise<Stage> {
    const [site, browser] = await Promise.all([
      // Pages that were built elsewhere can be tried without touching those of the project.
      startSite({ clientFolder: process.env.PARLEY_TEST_CLIENT, ...options }),
      chromium.launch({
        executablePath: browserPath,
        args: [
          '--no-sandbox',
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          '--autoplay-policy=no-user-gesture-required',
        ],
      }),
    ])
    return new Stage(site, browser)
  }

  /** A browser for a person who is signed in already, or for nobody. */
  async person(user?: TestUser, view: View = {}): Promise<Person> {
    const {
      size = 'desktop',
      locale = 'zh-CN',
      theme = 'light',
      offlineShell = false,
      lessMotion = false,
      firstVisit = false,
    } = view
    const phone = size === 'phone'
    const options: SeatOptions = {
      baseURL: this.site.url,
      viewport: SIZES[size],
      locale,
      colorScheme: theme,
      reducedMotion: lessMotion ? 'reduce' : 'no-preference',
      hasTouch: phone,
      isMobile: phone,
      serviceWorkers: offlineShell ? 'allow' : 'block',
      permissions: ['clipboard-read', 'clipboard-write', 'microphone', 'camera'],
    }
    const seat = (firstVisit ? undefined : this.#known(options)) ?? (await Seat.open(this.browser, options))
    seat.context.setDefaultTimeout(PATIENCE_MS)
    this.#taken.add(seat)
    await seat.sitDown(user && { ...user, avatar: '' })
    return this.#at(seat.page, user)
  }

  /** The same, at a page. */
  async opened(path: string, ...who: Parameters<Stage['person']>): Promise<Person> {
    const person = await this.person(...who)
    await person.open(path)
    return person
  }

  /** A browser like that which somebody has sat at before. */
  #known(options: SeatOptions): Seat | undefined {
    const at = this.#free.findIndex(({ view }) => view === JSON.stringify(options))
    return at < 0 ? undefined : this.#free.splice(at, 1)[0]
  }

  #at(page: Page, user: TestUser | undefined): Person {
    const context = page.context()
    if (!this.#names.has(page)) this.#watch(page)
    this.#names.set(page, user?.nickname ?? 'visitor')
    return {
      ...{ user, context, page },
      open: async (path) => {
        await page.goto(path)
        await page.locator('#app > :not([data-skeleton])').first().waitFor()
      },
      tab: async () => this.#at(await context.newPage(), user),
    }
  }

  /** Takes what the pages have complained of since the last time. */
  problems(): string[] {
    return this.#problems.splice(0)
  }

  /** Everybody gets up from their browsers, and leaves the site. */
  async leave(): Promise<void> {
    const seats = [...this.#taken]
    this.#taken.clear()
    const usable = await Promise.all(seats.map((seat) => seat.getUp()))
    this.#free.push(...seats.filter((_, index) => usable[index]))
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.site.close()
  }

  #watch(page: Page): void {
    const note = (text: string) => {
      if (!HARMLESS.some((pattern) => pattern.test(text)))
        this.#problems.push(`${this.#names.get(page)}: ${text}`)
    }
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`${message.text()} (${message.location().url})`)
    })
    page.on('pageerror', (error) => note(error.stack ?? error.message))
  }
}
