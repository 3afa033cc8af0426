import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { overflows } from './look.ts'
import { browserPath } from './stage.ts'

/* The eye of the other tests: it sees what is cut off, and nothing else. */

const LONG = 'Unbreakable'.repeat(12)

describe.skipIf(!browserPath)('what is cut off', () => {
  let browser: Browser
  let page: Page
  const faults = async (html: string) => {
    await page.setContent(`<body style="margin:0">${html}`)
    return overflows(page)
  }

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 400, height: 400 } })
  })
  afterAll(() => browser?.close())

  test.each([
    ['beside the page', `<div>${LONG}</div>`],
    ['wider than its box', `<button style="width:90px">${LONG.slice(0, 20)}</button>`],
    ['wider than its box', `<div style="width:90px"><b>${LONG.slice(0, 20)}</b></div>`],
    // A list that scrolls up and down hides what is too wide.
    ['cut at the side', `<div style="width:90px;overflow:hidden auto"><p>${LONG.slice(0, 20)}</p></div>`],
    [
      'cut at the side',
      `<div style="width:90px;overflow:hidden"><div style="width:200px"><button style="width:150px">x</button></div></div>`,
    ],
    ['cut above or below', `<div style="height:8px;overflow:hidden">Half of it</div>`],
    [
      'cut above or below',
      `<div style="height:30px;overflow:hidden"><p style="margin:0;height:60px">One</p><p>Two</p></div>`,
    ],
  ])('is seen: %s (%#)', async (what, html) => {
    expect((await faults(html)).join()).toContain(what)
  })

  test.each([
    `<div style="width:90px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">${LONG}</div>`,
    `<div style="width:90px;overflow:auto"><p style="white-space:nowrap">${LONG}</p></div>`,
    `<div style="height:40px;overflow:hidden auto"><p>One</p><p>Two</p><p>Three</p></div>`,
    `<div style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">${LONG}</div>`,
    `<div style="width:90px;overflow-wrap:anywhere">${LONG}</div>`,
    `<div style="height:14px;line-height:14px;font-size:14px;overflow:hidden">Tight</div>`,
    // What is positioned is not inside a box that is not.
    `<div style="width:40px;overflow:hidden"><div style="position:absolute;width:200px">Over it all</div></div>`,
  ])('is not what scrolls, ends in an ellipsis, is for ears or fits (%#)', async (html) => {
    expect(await faults(html)).toEqual([])
  })
})
