import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { ask, listDrawn, median, ms, newcomer, note, share } from './browser.ts'
import type { ProbedWindow } from './probe.ts'
import type { WebSite } from './site.ts'

const RUNS = 7
const CHATS_OPENED = 16
const KB = 1000
/** For what was asked for after the last look, ms. */
const SETTLE_MS = 1000

interface Loaded {
  name: string
  type: string
  gzip: number
  wire: number
}

/** Notes the scripts and styles that a page loads from now on. */
async function watchLoads(page: Page): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>()
  page.on('response', async (response) => {
    const type = response.request().resourceType()
    if (type !== 'script' && type !== 'stylesheet') return
    const name = new URL(response.url()).pathname
    const body = await response.body().catch(() => undefined)
    if (!body) return
    const { responseBodySize } = await response.request().sizes()
    loaded.set(name, { name, type, gzip: gzipSync(body, { level: 9 }).length, wire: responseBodySize })
  })
  return loaded
}

const sumOf = (loads: Iterable<Loaded>, key: 'gzip' | 'wire') =>
  [...loads].reduce((sum, load) => sum + load[key], 0) / KB

async function measureSize(browser: Browser, site: WebSite, path: string, signedIn: boolean): Promise<void> {
  const { context, page } = await newcomer(browser, site, { signedIn })
  const loaded = await watchLoads(page)
  await page.goto(path)
  if (signedIn) await listDrawn(page)
  else await page.locator('form').waitFor()
  const first = [...loaded.values()]
  await page.waitForLoadState('networkidle')
  // Somebody is there: what they may want next is fetched.
  await page.mouse.move(200, 300)
  await page.waitForLoadState('networkidle')
  await Bun.sleep(SETTLE_MS)
  const told = `${sumOf(first, 'gzip').toFixed(1)} KB gzip (${sumOf(first, 'wire').toFixed(1)} KB brotli) in ${first.length} files`
  const later = [...loaded.values()].filter((load) => !first.includes(load))
  note(
    `script and style at ${path}`,
    `${told}; at the first move of the mouse ${sumOf(later, 'gzip').toFixed(1)} KB more`,
  )
  await context.close()
}

/** An empty page by the same browser: what no page can be quicker than. */
async function measureFloor(browser: Browser): Promise<void> {
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response('<!doctype html><p>empty', { headers: { 'content-type': 'text/html' } }),
  })
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    await page.goto(String(server.url))
    times.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) =>
            setTimeout(
              () =>
                resolve(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN),
              100,
            ),
          ),
      ),
    )
    await context.close()
  }
  note('  floor: an empty page', range(times))
  await server.stop(true)
}

const range = (times: readonly number[]) =>
  `${ms(median(times))} (${ms(Math.min(...times))}–${ms(Math.max(...times))})`

async function measureStart(browser: Browser, site: WebSite): Promise<void> {
  const cold: number[] = []
  const warm: number[] = []
  const kept: number[] = []
  const timeOf = async (page: Page) => {
    await page.goto('/chats')
    return listDrawn(page)
  }
  for (let run = 0; run < RUNS; run++) {
    for (const keepsPages of [false, true]) {
      const { context, page } = await newcomer(browser, site, { keepsPages })
      const first = await timeOf(page)
      if (!keepsPages) cold.push(first)
      await page.waitForLoadState('networkidle')
      if (keepsPages) await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
      ;(keepsPages ? kept : warm).push(await timeOf(page))
      await context.close()
    }
  }
  note('navigation to the drawn list of chats, cold', range(cold))
  note('  again, from the browser’s cache', range(warm))
  note('  again, from the service worker', range(kept))
}

async function measureOpening(browser: Browser, site: WebSite): Promise<void> {
  const { context, page } = await newcomer(browser, site)
  await page.goto('/chats')
  await listDrawn(page)
  const rows = page.locator('aside li a[href^="/chat/"]')
  const open = async (index: number, count: number) => {
    await rows.nth(index).click()
    await page.waitForFunction(
      (wanted) => (window as unknown as ProbedWindow).probe.openMs.length >= wanted,
      count,
    )
  }
  // Somebody who presses at once, before anything was fetched ahead.
  await open(0, 1)
  await page.waitForLoadState('networkidle')
  const places = Array.from({ length: CHATS_OPENED }, (_, index) => (index + 1) % CHATS_OPENED)
  for (const [at, index] of [...places, ...places].entries()) {
    await open(index, at + 2)
    await page.waitForLoadState('networkidle')
  }
  const times = await ask(page, ({ openMs }) => openMs)
  const told = (list: number[]) =>
    `p50 ${ms(median(list))}, p95 ${ms(share(list, 0.95))}, longest ${ms(Math.max(...list))}`
  note('press on a chat to its drawn messages: the very first', ms(times[0]!))
  note(`  ${CHATS_OPENED} others, for the first time`, told(times.slice(1, 1 + CHATS_OPENED)))
  note('  the same again', told(times.slice(1 + CHATS_OPENED)))
  await context.close()
}

/** Sizes, the start and the opening of chats. */
export async function measureLoading(browser: Browser, site: WebSite): Promise<void> {
  await measureSize(browser, site, '/chats', true)
  await measureSize(browser, site, '/signin', false)
  await measureFloor(browser)
  await measureStart(browser, site)
  await measureOpening(browser, site)
}
