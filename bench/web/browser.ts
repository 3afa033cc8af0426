import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { browserPath } from '../../e2e/stage.ts'
import { installProbe, type Probe, type ProbedWindow } from './probe.ts'
import type { WebSite } from './site.ts'

/** So far one turn of the wheel goes, px. */
export const WHEEL_PX = 480

/** @throws Error where there is no Chromium */
export function openBrowser(): Promise<Browser> {
  if (!browserPath)
    throw new Error('Chromium is needed: apt-get install chromium, or PARLEY_CHROMIUM=/path/to/it')
  // A turn of the wheel is one step: what the page adds to it can be told from it.
  return chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-smooth-scrolling'],
  })
}

/** A desktop browser with nothing in its stores, of the measured person or of nobody. */
export async function newcomer(
  browser: Browser,
  site: WebSite,
  { signedIn = true, keepsPages = false } = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    baseURL: site.url,
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    serviceWorkers: keepsPages ? 'allow' : 'block',
  })
  const { uid, username, token } = site
  const account = { uid, username, nickname: username, avatar: '', token }
  if (signedIn)
    await context.addInitScript((one) => {
      localStorage.setItem('parley:accounts', JSON.stringify([one]))
      localStorage.setItem('parley:account', String(one.uid))
    }, account)
  await context.addInitScript(installProbe, WHEEL_PX * 3)
  return { context, page: await context.newPage() }
}

/** Reads from the probe in the page. */
export const ask = <T>(page: Page, read: (probe: Probe) => T): Promise<T> =>
  page.evaluate(`(${read})(window.probe)`) as Promise<T>

/** Waits until the list of chats is drawn. @returns ms since the navigation */
export async function listDrawn(page: Page): Promise<number> {
  const found = await page.waitForFunction(() => (window as unknown as Partial<ProbedWindow>).probe?.listMs)
  return (await found.jsonValue()) as number
}

/** The value below which that share of the values lies. */
export function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => share(values, 0.5)

/** One line of the report. */
export const note = (what: string, value: string): void => console.log(`${what.padEnd(52)} ${value}`)

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
