import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type SiteOptions, startSite, type TestSite, type TestUser } from '../packages/server/test/harness.ts'

/*
 * A real site with people before real browsers: Debian's Chromium, the built pages, the started server. What a page
 * writes to its console as a warning or an error fails the test.
 */

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Where the browser is; tests are skipped, and named as skipped, where there is none. */
export const browserPath = process.env.PARLEY_CHROMIUM ?? CHROMIUM

export const SIZES = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const

export interface View {
  size?: keyof typeof SIZES
  locale?: 'zh-CN' | 'en'
  theme?: 'light' | 'dark'
  /** Runs without the service worker unless a test is about it. */
  offlineShell?: boolean
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
  readonly #contexts = new Set<BrowserContext>()

  private constructor(
    readonly site: TestSite,
    readonly browser: Browser,
  ) {}

  static async open(options: SiteOptions = {}): Promise<Stage> {
    const [site, browser] = await Promise.all([
      startSite(options),
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
    const { size = 'desktop', locale = 'zh-CN', theme = 'light', offlineShell = false } = view
    const phone = size === 'phone'
    const context = await this.browser.newContext({
      baseURL: this.site.url,
      viewport: SIZES[size],
      locale,
      colorScheme: theme,
      hasTouch: phone,
      isMobile: phone,
      serviceWorkers: offlineShell ? 'allow' : 'block',
      permissions: ['clipboard-read', 'clipboard-write', 'microphone', 'camera'],
    })
    this.#contexts.add(context)
    context.setDefaultTimeout(10_000)
    if (user) await context.addInitScript(signIn, { ...user, avatar: '' })
    return this.#tab(context, user)
  }

  async #tab(context: BrowserContext, user: TestUser | undefined): Promise<Person> {
    const page = await context.newPage()
    this.#watch(page, user?.nickname ?? 'visitor')
    return {
      ...{ user, context, page },
      open: async (path) => {
        await page.goto(path)
        await page.locator('#app > *').first().waitFor()
      },
      tab: () => this.#tab(context, user),
    }
  }

  /** Takes what the pages have complained of since the last time. */
  problems(): string[] {
    return this.#problems.splice(0)
  }

  /** Closes the browsers of everybody, and leaves the site. */
  async leave(): Promise<void> {
    await Promise.all([...this.#contexts].map((context) => context.close()))
    this.#contexts.clear()
  }

  async close(): Promise<void> {
    await this.leave()
    await this.browser.close()
    await this.site.close()
  }

  #watch(page: Page, who: string): void {
    const note = (text: string) => {
      if (!HARMLESS.some((pattern) => pattern.test(text))) this.#problems.push(`${who}: ${text}`)
    }
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`${message.text()} (${message.location().url})`)
    })
    page.on('pageerror', (error) => note(error.stack ?? error.message))
  }
}

/** Runs in the page before its own scripts: the account is known on this device. */
function signIn(account: {
  uid: number
  username: string
  nickname: string
  avatar: string
  token: string
}): void {
  // A frame of another page has no business with it, and may not even ask.
  if (window !== window.top || localStorage.getItem('parley:accounts')) return
  localStorage.setItem('parley:accounts', JSON.stringify([account]))
  localStorage.setItem('parley:account', String(account.uid))
}
