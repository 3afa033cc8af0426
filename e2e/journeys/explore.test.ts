import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { until } from '../conversation.ts'
import { browserPath, type Person, Stage, type View } from '../stage.ts'
import { gone, link, seen, tab } from './acts.ts'

/* The page that a site offers under “Explore”: another site's, in a frame that is kept apart. */

let stage: Stage
let tom: TestUser
let other: ReturnType<typeof serve>

/** Another site: one page, one that refuses frames, and one that comes only when it is let go. */
function serve() {
  let letGo = () => {}
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const asked: Request[] = []
  const html = (title: string, headers: Record<string, string> = {}) =>
    new Response(
      `<!doctype html><link rel="icon" href="data:,"><h1>${title}</h1><p id="top"></p><script>
      try { top.location.href; document.getElementById('top').textContent = 'reached' }
      catch { document.getElementById('top').textContent = 'kept apart' }
      </script>`,
      { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } },
    )
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      asked.push(request)
      const { pathname } = new URL(request.url)
      if (pathname === '/proud') return html('别的站点', { 'x-frame-options': 'DENY' })
      if (pathname === '/slow') await waiting
      return html(pathname === '/shop' ? '站点商城' : '站点活动')
    },
  })
  return {
    asked,
    letGo,
    at: (path: string) => `http://127.0.0.1:${server.port}${path}`,
    stop: () => server.stop(true),
  }
}

const opened = (path: string, view?: View): Promise<Person> => stage.opened(path, tom, view)
const frame = ({ page }: Person): Locator => page.locator('iframe')
const inside = (person: Person, text: string): Locator => frame(person).contentFrame().getByText(text)
const offer = (explore_url: string) => stage.site.set({ explore_url })
const tokens = async (person: Person): Promise<string[]> =>
  (await frame(person).getAttribute('sandbox'))!.split(' ').sort()

describe.skipIf(!browserPath)('explore', () => {
  beforeAll(async () => {
    other = serve()
    stage = await Stage.open()
    tom = await stage.site.user({ nickname: '汤姆' })
  })
  afterAll(async () => {
    await stage?.close()
    await other.stop()
  })
  afterEach(async () => {
    await stage.leave()
    await offer('')
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`the site’s page opens in a frame of its own, as long as there is one (${size})`, async () => {
      const here = await opened('/chats', { size })
      await seen(tab(here, '通讯录'))
      expect(await tab(here, '发现').count()).toBe(0)
      await offer(other.at('/shop'))
      await tab(here, '发现').click()
      await seen(inside(here, '站点商城'))
      // Its scripts run, and get at nothing of the chat.
      await seen(inside(here, 'kept apart'))
      expect(await tokens(here)).toEqual([
        'allow-forms',
        'allow-popups',
        'allow-same-origin',
        'allow-scripts',
      ])
      expect(await frame(here).getAttribute('title')).toBe('发现')
      expect(other.asked.at(-1)!.headers.get('referer')).toBeNull()

      await offer(other.at('/events'))
      await seen(inside(here, '站点活动'))
      await offer('')
      await gone(tab(here, '发现'))
      await seen(here.page.getByText('本站还没有设置发现页'))
      await gone(frame(here))
    })
  }

  test('a page of this very site has no origin there: it must not read what the chat keeps', async () => {
    await offer('/shell/icon-512.png')
    const here = await opened('/explore')
    await frame(here).contentFrame().locator('img').waitFor()
    expect(await tokens(here)).toEqual(['allow-forms', 'allow-popups', 'allow-scripts'])
  })

  test('a page that refuses frames opens in a window', async () => {
    await offer(other.at('/proud'))
    const here = await opened('/explore', { locale: 'en', size: 'phone' })
    const popup = here.context.waitForEvent('page')
    await link(here, 'Open in a new window').tap()
    const page = await popup
    await page.getByRole('heading', { name: '别的站点' }).waitFor()
    expect(await page.evaluate(() => window.opener)).toBeNull()
    // The browser says why the frame is blank, to nobody but the console.
    const problems: string[] = []
    await until(here, 'the complaint', async () => problems.push(...stage.problems()) > 0)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain("'X-Frame-Options' to 'deny'")
  })

  test('a page that takes long: that is told, and then it is there', async () => {
    await offer(other.at('/slow'))
    const here = await opened('/explore')
    const slow = here.page.getByRole('status').getByText('页面打开得很慢，也可以在新窗口打开')
    await slow.waitFor()
    await seen(link(here, '在新窗口打开'))
    other.letGo()
    await seen(inside(here, '站点活动'))
    await gone(slow)
  })
})
