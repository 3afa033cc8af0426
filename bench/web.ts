import { note, openBrowser } from './web/browser.ts'
import { measureLoading } from './web/loading.ts'
import { measureScrolling } from './web/scrolling.ts'
import { openWebSite } from './web/site.ts'
import { measureTyping } from './web/typing.ts'

/*
 * `npm run bench:web`: how much the pages load and how quick they are, on the demo site and in a history of 10,000 messages,
 * beside what a browser does without them. Needs Chromium; takes three minutes. docs/web.md holds the figures.
 */

const MESSAGES = 10_000

const site = await openWebSite()
const browser = await openBrowser()
try {
  note('Chromium', browser.version())
  await measureLoading(browser, site)
  await site.fill(MESSAGES)
  await measureScrolling(browser, site, MESSAGES)
  await measureTyping(browser, site)
} finally {
  await browser.close()
  await site.stop()
}
