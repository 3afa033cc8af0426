import type { Browser, Page } from 'playwright-core'
import { ask, median, ms, newcomer, note, share } from './browser.ts'
import type { WebSite } from './site.ts'

const KEYS = 120
const KEY_MS = 60
const MESSAGES_PER_SECOND = 100

const tell = (what: string, times: readonly number[]) =>
  note(what, `p50 ${ms(median(times))}, p95 ${ms(share(times, 0.95))}, longest ${ms(Math.max(...times))}`)

async function type(page: Page): Promise<number[]> {
  const before = (await ask(page, ({ keyMs }) => keyMs)).length
  await page.getByRole('textbox').last().click()
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press('abcdefgh'[key % 8]!)
    await Bun.sleep(KEY_MS)
  }
  return (await ask(page, ({ keyMs }) => keyMs)).slice(before)
}

/** Messages that go on until `stop`, which gives how many there were. */
function pour(site: WebSite): { stop(): number } {
  let sent = 0
  const timer = setInterval(() => void site.send(`消息 ${++sent}`), 1000 / MESSAGES_PER_SECOND)
  return {
    stop() {
      clearInterval(timer)
      return sent
    },
  }
}

/** A plain field on an empty page, with the same work for the machine beside it. */
async function measureFloor(browser: Browser, site: WebSite): Promise<void> {
  const { context, page } = await newcomer(browser, site)
  const server = Bun.serve({
    port: 0,
    fetch: () =>
      new Response('<!doctype html><textarea></textarea>', { headers: { 'content-type': 'text/html' } }),
  })
  await page.goto(String(server.url))
  tell('  floor: a plain field on an empty page', await type(page))
  const messages = pour(site)
  tell('  floor: that, while the server takes them', await type(page))
  messages.stop()
  await context.close()
  await server.stop(true)
}

/** From a key to the drawn letter, in silence and while messages pour into the open chat. */
export async function measureTyping(browser: Browser, site: WebSite): Promise<void> {
  const { context, page } = await newcomer(browser, site)
  await page.goto(`/chat/friend/${site.writer}`)
  await page.locator('[role=log].opacity-100 [data-message]').first().waitFor()
  await page.waitForLoadState('networkidle')
  tell('a key to its letter, in silence', await type(page))
  const messages = pour(site)
  tell(`  while ${MESSAGES_PER_SECOND} messages a second arrive here`, await type(page))
  const sent = messages.stop()
  await page.getByRole('log').getByText(`消息 ${sent}`, { exact: true }).waitFor()
  await context.close()
  await measureFloor(browser, site)
}
