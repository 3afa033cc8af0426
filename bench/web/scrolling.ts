import type { Browser, Page } from 'playwright-core'
import { ask, median, ms, newcomer, note, share, WHEEL_PX } from './browser.ts'
import type { ProbedWindow } from './probe.ts'
import type { WebSite } from './site.ts'

/** Pages of history that come while nobody moves. */
const STILL_PAGES = 20
/** A frame at 60 a second, and what everybody sees, ms. */
const [SMOOTH_MS, ROUGH_MS] = [17.5, 34]
/** Between two turns of the wheel, ms: a strong pull. */
const TURN_MS = 16

function tell(what: string, frames: readonly number[]): void {
  const part = (limit: number) =>
    `${((100 * frames.filter((one) => one > limit).length) / frames.length).toFixed(1)} %`
  const longest = Math.max(...frames)
  note(
    what,
    `p50 ${ms(median(frames))}, p95 ${ms(share(frames, 0.95))}, longest ${ms(longest)}; ` +
      `${part(SMOOTH_MS)} over 16.7 ms, ${part(ROUGH_MS)} over 33 ms (${frames.length} frames)`,
  )
}

/** Turns the wheel upwards until `isAtTop`. */
async function wheelUp(page: Page, isAtTop: () => Promise<boolean>): Promise<void> {
  await page.mouse.move(900, 450)
  for (let turn = 1; ; turn++) {
    await page.mouse.wheel(0, -WHEEL_PX)
    await Bun.sleep(TURN_MS)
    if (turn % 50 === 0 && (await isAtTop())) return
  }
}

/** Everything of the same height at once, without a framework: what the browser does by itself. */
async function measureFloor(browser: Browser, rows: number): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.setContent(
    `<style>body{margin:0}main{height:100vh;overflow-y:auto}p{height:60px;margin:0;contain:strict}</style><main></main>`,
  )
  await page.evaluate((count) => {
    const main = document.querySelector('main')!
    for (let row = 0; row < count; row++)
      main.append(Object.assign(document.createElement('p'), { textContent: `${row}` }))
    main.scrollTop = main.scrollHeight
  }, rows)
  const frames = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const found: number[] = []
        let last = performance.now()
        const main = document.querySelector('main')!
        const frame = (now: number) => {
          found.push(now - last)
          last = now
          if (main.scrollTop > 0) requestAnimationFrame(frame)
          else resolve(found.slice(1))
        }
        requestAnimationFrame(frame)
      }),
  )
  await wheelUp(page, () => page.evaluate(() => document.querySelector('main')!.scrollTop === 0))
  tell('  floor: plain rows of the same height', await frames)
  await context.close()
}

/** A page of history comes while the person holds still: by how much what they look at moves from frame to frame, px. */
async function measureStill(page: Page): Promise<void> {
  const moved: number[] = []
  for (let index = 0; index < STILL_PAGES; index++) {
    moved.push(
      await page.evaluate(async (framesMax) => {
        const { probe } = window as unknown as ProbedWindow
        const log = document.querySelector('[role=log]')!
        const frame = () => new Promise(requestAnimationFrame)
        const before = log.scrollHeight
        // The page has to believe that it was a hand.
        log.dispatchEvent(new WheelEvent('wheel'))
        log.scrollTop = 300
        await frame()
        let farthest = 0
        let anchor = probe.anchor()
        let left = 8
        for (let count = 0; left > 0 && count < framesMax; count++) {
          await frame()
          const top = anchor && probe.topOf(anchor.key)
          if (anchor && top !== undefined) farthest = Math.max(farthest, Math.abs(top - anchor.top))
          anchor = probe.anchor()
          if (log.scrollHeight > before + 1000) left--
        }
        return left === 0 ? farthest : Number.NaN
      }, 600),
    )
  }
  note(
    `${STILL_PAGES} older pages while nobody moves: moved by`,
    `${Math.max(...moved).toFixed(2)} px at most`,
  )
}

/** Through a whole history to its beginning, by the wheel. */
export async function measureScrolling(browser: Browser, site: WebSite, messages: number): Promise<void> {
  const { context, page } = await newcomer(browser, site)
  await page.goto(`/chat/friend/${site.writer}`)
  await page.locator('[role=log].opacity-100 [data-message]').first().waitFor()
  await page.waitForLoadState('networkidle')
  await measureStill(page)
  await ask(page, (probe) => probe.record())
  const started = performance.now()
  const beginning = page.getByText('没有更早的消息了')
  await wheelUp(
    page,
    async () =>
      (await beginning.isVisible()) &&
      page.evaluate(() => document.querySelector('[role=log]')!.scrollTop === 0),
  )
  const seconds = (performance.now() - started) / 1000
  const { frames, jumps } = await ask(page, (probe) => probe.stop())
  note(`${messages} messages, wheeled to the first one`, `${seconds.toFixed(1)} s`)
  tell('  frames', frames)
  const farthest = Math.max(0, ...jumps.map(Math.abs))
  note('  jumps', `${jumps.length}${jumps.length > 0 ? `, ${farthest.toFixed(0)} px at most` : ''}`)
  // Down again, through what is here: nothing is read any more.
  await ask(page, (probe) => probe.record())
  for (let turn = 0; turn < 600; turn++) {
    await page.mouse.wheel(0, WHEEL_PX)
    await Bun.sleep(TURN_MS)
  }
  tell('  frames on the way down, 144,000 px', (await ask(page, (probe) => probe.stop())).frames)
  await context.close()
  await measureFloor(browser, messages)
}
