import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { backdate, box, FRIEND, friends, log, message, say, send, until } from '../conversation.ts'
import type { Person } from '../stage.ts'
import { browserPath, Stage } from '../stage.ts'
import { button, gone, link, row, seen } from './acts.ts'
import { kept, wire } from './network.ts'

/* A long conversation: where it opens, what is new in it, and the ways through it. */

let stage: Stage

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `第 ${from + at} 条消息，说的是第 ${from + at} 件事情。`)
const nth = (person: Person, number: number) => message(person, `第 ${number} 条消息`)

const isSeen = (person: Person, number: number) =>
  nth(person, number).evaluate((line) => {
    const [its, list] = [line.getBoundingClientRect(), line.closest('[role=log]')!.getBoundingClientRect()]
    return its.bottom > list.top && its.top < list.bottom
  })
const atEnd = (person: Person) =>
  log(person).evaluate(
    ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 4,
  )

/** Run in the page: what is read in the middle of the list, and whether the list moves. */
function textInTheMiddle(list: Element): string {
  const { top, height } = list.getBoundingClientRect()
  const middle = [...list.querySelectorAll('article')].find(
    (line) => line.getBoundingClientRect().bottom > top + height / 2,
  )
  return middle!.querySelector('[data-bubble]')!.textContent!.match(/第 \d+ 条消息/)![0]
}
async function isStill(list: Element): Promise<boolean> {
  const FRAMES = 5
  const { scrollTop } = list
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (let drawn = 0; drawn < FRAMES; drawn++) await new Promise(requestAnimationFrame)
  return scrollTop === list.scrollTop
}

/** Turns the wheel over the list. */
async function wheel(person: Person, pixels: number): Promise<void> {
  await log(person).hover({ position: { x: 200, y: 200 } })
  await person.page.mouse.wheel(0, pixels)
}

describe.skipIf(!browserPath)('a long conversation', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('opens at what is new, under a divider; a second visit has none', async () => {
    const [tom, jerry] = await friends(stage)
    await backdate(stage.site, await send(stage.site, jerry, tom, ...numbered(1, 30)), 3_600_000)
    await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    await send(stage.site, jerry, tom, ...numbered(31, 34))
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await page.getByRole('link', { name: /小老鼠/ }).click()
    const divider = log(here).getByRole('separator').filter({ hasText: '以下是新消息' })
    await divider.waitFor()
    await nth(here, 34).waitFor()
    await until(here, 'the divider between them', () =>
      log(here).evaluate((list) => {
        const all = [...list.querySelectorAll('article, [role=separator]')]
        const at = (text: string) => all.findIndex((one) => one.textContent.includes(text))
        return at('第 30 条') + 1 === at('以下是新消息') && at('第 31 条') === at('以下是新消息') + 1
      }),
    )
    const unread = () => stage.site.as(tom).ok('message/unreadcount', { id: jerry.uid, type: 'friend' })
    await until(here, 'the reading', async () => (await unread()) === 0)
    await page.reload()
    await nth(here, 34).waitFor()
    await until(here, 'the end', () => atEnd(here))
    expect(await divider.count()).toBe(0)
  })

  for (const size of ['desktop', 'phone'] as const)
    test(`leads to the first of many unread messages: ${size}`, async () => {
      const [tom, jerry] = await friends(stage)
      await backdate(stage.site, await send(stage.site, tom, jerry, ...numbered(1, 60)), 3_600_000)
      await send(stage.site, jerry, tom, ...numbered(61, 180))
      const here = await stage.person(tom, { size })
      await here.open(FRIEND(jerry))
      await nth(here, 180).waitFor()
      expect(await log(here).getByRole('separator').count()).toBe(0)
      const chip = here.page.getByRole('button', { name: '99+ 条未读' })
      await chip.click()
      await log(here).getByRole('separator').filter({ hasText: '以下是新消息' }).waitFor()
      await nth(here, 61).waitFor()
      await until(here, 'the first unread message', () => isSeen(here, 61))
      expect(await chip.count()).toBe(0)
      // And back to the end, which is far away.
      await here.page.getByRole('button', { name: '回到最新消息' }).click()
      await nth(here, 180).waitFor()
      await until(here, 'the end', () => atEnd(here))
    })

  test('leads to the very first message where nothing was ever read', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, ...numbered(1, 150))
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await nth(here, 150).waitFor()
    await here.page.getByRole('button', { name: '99+ 条未读' }).click()
    await until(here, 'the first message', () => isSeen(here, 1))
    const divider = log(here).getByRole('separator').filter({ hasText: '以下是新消息' })
    expect((await divider.boundingBox())!.y).toBeLessThan((await nth(here, 1).boundingBox())!.y)
  })

  test('that could not be read is read when somebody writes', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, ...numbered(1, 3))
    const here = await stage.person(tom)
    const network = await wire(here)
    network.refuse('message/get')
    await here.open('/chats')
    await seen(link(here, /（在线）/))
    await row(here, '小老鼠').click()
    await seen(button(here, '重试'))
    network.refuse()
    await send(stage.site, jerry, tom, ...numbered(4, 4))
    for (let n = 1; n <= 4; n++) await seen(nth(here, n))
    await gone(button(here, '重试'))
  })

  test('stays where one reads while messages come, and counts them', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, tom, jerry, ...numbered(1, 60))
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { size: 'phone' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await nth(here, 60).waitFor()
    await until(here, 'the end', () => atEnd(here))
    await wheel(here, -900)
    await until(here, 'older messages', async () => !(await atEnd(here)))
    await until(here, 'the wheel to stand still', () => log(here).evaluate(isStill))
    const anchor = message(here, await log(here).evaluate(textInTheMiddle))
    const before = await anchor.boundingBox()
    for (const word of ['一', '二', '三']) await say(there, `新的${word}`)
    const chip = here.page.getByRole('button', { name: '3 条新消息' })
    await chip.waitFor()
    expect((await anchor.boundingBox())!.y).toBeCloseTo(before!.y, 0)
    // What was not seen is not read.
    expect(await message(there, '新的三').getByRole('img', { name: '已读' }).count()).toBe(0)
    await chip.click()
    await message(here, '新的三').waitFor()
    await until(here, 'the end', () => atEnd(here))
    await message(there, '新的三').getByRole('img', { name: '已读' }).waitFor()
    // At the end, one follows what comes.
    await say(there, '新的四')
    await message(here, '新的四').waitFor()
    await until(here, 'the end', () => atEnd(here))
    expect(await chip.count()).toBe(0)
  })

  for (const size of ['desktop', 'phone'] as const)
    test(`has older pages put before it without a jump: ${size}`, async () => {
      const [tom, jerry] = await friends(stage)
      await send(stage.site, jerry, tom, ...numbered(1, 240))
      await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
      const here = await stage.person(tom, { size })
      await here.open(FRIEND(jerry))
      await nth(here, 240).waitFor()
      await until(here, 'the end', () => atEnd(here))
      const { jump, pages } = await log(here).evaluate(readUp)
      expect(jump).toBeLessThanOrEqual(1)
      expect(pages).toBeGreaterThan(1)
      await nth(here, 1).waitFor()
      await log(here).getByText('没有更早的消息了').waitFor()
    })

  test('follows a hand that scrolls in the very frame in which the rows above the last ones are added', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, ...numbered(1, 60))
    await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    const here = await stage.person(tom)
    await here.page.addInitScript(holdIdle)
    await here.open(FRIEND(jerry))
    await nth(here, 60).waitFor()
    await until(here, 'the end', () => atEnd(here))
    expect(await nth(here, 1).count()).toBe(0)
    // They are to be added when the page is idle, once the last ones have their place.
    await here.page.waitForFunction(() => (window as unknown as HeldWindow).idle.length > 0)
    const jump = await log(here).evaluate(scrollAndRelease)
    expect(Math.abs(jump)).toBeLessThanOrEqual(1)
    await until(here, 'more rows', () => log(here).evaluate((list) => list.scrollHeight > 2000))
  })

  test('jumps to a quoted message, however old, and marks it for a moment', async () => {
    const [tom, jerry] = await friends(stage)
    const [first] = await send(stage.site, jerry, tom, ...numbered(1, 150))
    await stage.site
      .as(jerry)
      .ok('message/send', { to: tom.uid, type: 'friend', content: '还记得吗', quote_mid: first })
    await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    const here = await stage.person(tom, { offlineShell: true })
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await kept(here)
    const quote = message(here, '还记得吗').getByRole('button', { name: /查看.*原消息/ })
    await quote.waitFor()
    // Without a network it says so, and goes there when that is back.
    await network.down()
    await quote.click()
    const again = here.page.getByRole('region', { name: '操作提示' }).getByRole('button', { name: '重试' })
    await again.waitFor()
    await network.up()
    // Looked at in each picture that is drawn: it is soon gone.
    const marked = (isMarked: boolean) =>
      here.page.waitForFunction((expected) => {
        const line = [...document.querySelectorAll('[role=log] article')].find((one) =>
          one.querySelector('[data-bubble]')?.textContent.startsWith('第 1 条消息'),
        )
        const colour = line && getComputedStyle(line, '::before').backgroundColor
        return colour !== undefined && (colour !== 'rgba(0, 0, 0, 0)') === expected
      }, isMarked)
    await Promise.all([marked(true), again.click()])
    await until(here, 'the quoted message', () => isSeen(here, 1))
    await marked(false)
    // From here the history goes on downwards, too.
    await here.page.getByRole('button', { name: '回到最新消息' }).click()
    await message(here, '还记得吗').waitFor()
  })

  test('leads to who called: [有人@我] in the list, a chip in the chat', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    await send(
      stage.site,
      jerry,
      gid,
      `[@汤姆]({POPBASEURI}user/detail/${tom.uid}) 看一下`,
      ...numbered(1, 100),
    )
    const here = await stage.person(tom, { size: 'phone' })
    await here.open('/chats')
    await here.page.getByRole('link', { name: /\[有人@我\]/ }).click()
    await nth(here, 100).waitFor()
    const chip = here.page.getByRole('button', { name: '有人@我' })
    await chip.click()
    await until(here, 'the call', async () => (await message(here, '看一下').count()) > 0)
    const called = message(here, '看一下').getByRole('link', { name: '@汤姆' })
    await called.waitFor()
    // It stands out for who is called.
    expect(await called.evaluate((name) => getComputedStyle(name).backgroundColor)).not.toBe(
      'rgba(0, 0, 0, 0)',
    )
    expect(await chip.count()).toBe(0)
  })

  test('can be read by keys', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, ...numbered(1, 100))
    await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    const here = await stage.person(tom, { locale: 'en' })
    await here.open(FRIEND(jerry))
    await nth(here, 100).waitFor()
    await log(here).focus()
    await here.page.keyboard.press('ArrowUp')
    await here.page.locator('article:focus').waitFor()
    for (let press = 0; press < 3; press++) {
      const before = await here.page.locator('article:focus').innerText()
      await here.page.keyboard.press('ArrowUp')
      await until(
        here,
        'the next one',
        async () => (await here.page.locator('article:focus').innerText()) !== before,
      )
    }
    expect(await here.page.locator('article:focus').innerText()).toContain('第 97 条')
    await here.page.keyboard.press('Enter')
    await here.page.getByRole('menu', { name: 'Message actions' }).waitFor()
    await here.page.getByRole('menuitem', { name: 'Quote' }).press('Enter')
    await here.page.getByRole('group', { name: 'Quoting 小老鼠' }).waitFor()
    expect(await box(here).evaluate((field) => document.activeElement === field)).toBe(true)
  })
})

/**
 * Runs in the page: reads up to the beginning, a piece at a time, and looks at each picture that is drawn whether a row
 * is where the scrolling has put it. Gives the farthest that one was elsewhere, px, and how often the list grew.
 */
async function readUp(element: HTMLElement | SVGElement): Promise<{ jump: number; pages: number }> {
  const STEP = 260
  const [list, frame] = [element as HTMLElement, () => new Promise(requestAnimationFrame)]
  const end = performance.now() + 60_000
  const isDone = () => list.scrollTop === 0 && list.textContent.includes('没有更早的消息了')
  let [jump, pages, height] = [0, 0, list.scrollHeight]
  while (!isDone() && performance.now() < end) {
    const top = list.getBoundingClientRect().top
    const line = [...list.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top >= top)!
    const key = CSS.escape(line.dataset.message!)
    const step = Math.min(STEP, list.scrollTop)
    const place = line.getBoundingClientRect().top + step
    list.dispatchEvent(new WheelEvent('wheel'))
    list.scrollTop -= step
    for (let drawn = 0; drawn < 3; drawn++) {
      await frame()
      const now = list.querySelector(`[data-message="${key}"]`)?.getBoundingClientRect().top
      jump = Math.max(jump, now === undefined ? Number.POSITIVE_INFINITY : Math.abs(now - place))
    }
    if (list.scrollHeight > height) pages++
    height = list.scrollHeight
  }
  return { jump, pages }
}

type HeldWindow = Window & { idle: IdleRequestCallback[] }

/** Runs in the page before its own scripts: what it would do when it is idle waits. */
function holdIdle(): void {
  const idle: IdleRequestCallback[] = []
  Object.assign(window, { idle, requestIdleCallback: (act: IdleRequestCallback) => idle.push(act) })
}

/** Run in the page: somebody scrolls up, and what waited is done. @returns how far a line in sight has moved otherwise, px */
async function scrollAndRelease(element: HTMLElement | SVGElement): Promise<number> {
  const STEP = 100
  const list = element as HTMLElement
  const { top } = list.getBoundingClientRect()
  const line = [...list.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top >= top)!
  const key = CSS.escape(line.dataset.message!)
  const place = line.getBoundingClientRect().top + STEP
  list.dispatchEvent(new WheelEvent('wheel', { deltaY: -STEP }))
  list.scrollTop -= STEP
  const deadline = { didTimeout: false, timeRemaining: () => 10 }
  for (const act of (window as unknown as HeldWindow).idle.splice(0)) act(deadline)
  for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame)
  return list.querySelector(`[data-message="${key}"]`)!.getBoundingClientRect().top - place
}
