import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import {
  box,
  choose,
  drawFinger,
  FRIEND,
  friends,
  log,
  menu,
  message,
  send,
  touch,
  until,
} from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, gone, row, seen, tab } from './acts.ts'
import { bar } from './network.ts'

/* A phone: tabs below, pages that come over them, and two ways back. */

let stage: Stage

/** The tabs while a page lies over them: out of the reach of fingers, keys and screen readers. */
const covered = ({ page }: Person) => page.locator('[inert]').getByRole('navigation')

/** Runs in the page: notes how long pages take to come and to go. */
function watchSlides(): void {
  const slides: Record<string, string> = {}
  Object.assign(window, { slides })
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const way = /page-(forward-enter|back-leave)-active/.exec((target as Element).className)?.[1]
      if (way) slides[way.split('-')[0]!] = getComputedStyle(target as Element).transitionDuration
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] })
}

async function phone() {
  const [tom, jerry] = await friends(stage)
  await send(stage.site, jerry, tom, '你好')
  const here = await stage.person(tom, { size: 'phone' })
  await here.open('/chats')
  await seen(row(here, '小老鼠'))
  return { here, tom, jerry, page: here.page }
}

describe.skipIf(!browserPath)('on a phone', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('the tabs lead to the four places, and are away while a page is over them', async () => {
    const { here, page } = await phone()
    // The site may show a page of its own as well.
    await stage.site.set({ explore_url: 'https://shop.example' })
    await seen(tab(here, '发现'))
    const tabs = page.getByRole('navigation').getByRole('link')
    const names = (await tabs.allInnerTexts()).map((text) => text.trim().split('\n').at(-1))
    expect(names).toEqual(['消息', '通讯录', '发现', '我'])
    await stage.site.set({ explore_url: '' })
    await gone(tab(here, '发现'))
    for (const [name, path] of [
      ['通讯录', '/contacts'],
      ['我', '/me'],
      ['消息', '/chats'],
    ] as const) {
      await tab(here, name).click()
      await at(page, path)
    }
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await seen(covered(here))
    await button(here, /^返回/).click()
    await at(page, '/chats')
    await gone(log(here))
    expect(await covered(here).count()).toBe(0)
    // Tabs are one place: the browser’s own button does not go through them one by one.
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await page.goBack()
    await at(page, '/chats')
  })

  test('a finger from the left edge takes the page back', async () => {
    const { here, page } = await phone()
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await page.locator('main:not(.page-forward-enter-active)').waitFor()
    const { height } = page.viewportSize()!
    const y = height / 2
    // Not far enough: it comes back.
    const finger = await here.context.newCDPSession(page)
    const touch = (
      type: 'touchStart' | 'touchMove' | 'touchCancel',
      ...touchPoints: { x: number; y: number }[]
    ) => finger.send('Input.dispatchTouchEvent', { type, touchPoints })
    await touch('touchStart', { x: 4, y })
    await touch('touchMove', { x: 30, y })
    await touch('touchMove', { x: 60, y })
    await page.locator('main[style*="translateX"]').waitFor()
    await touch('touchCancel')
    await page.locator('main:not([style*="translateX"])').waitFor()
    await finger.detach()
    expect(new URL(page.url()).pathname).toMatch(/^\/chat\/friend/)
    // From the middle it is a quote, or nothing; not the way back.
    await drawFinger(here, { x: 200, y: 300 }, { x: 380, y: 300 })
    expect(new URL(page.url()).pathname).toMatch(/^\/chat\/friend/)

    await drawFinger(here, { x: 4, y }, { x: 300, y })
    await at(page, '/chats')
    await gone(log(here))
    await seen(row(here, '小老鼠'))
  })

  test('the way back leaves what was opened in a chat before it leaves the chat', async () => {
    const { here, page, jerry } = await phone()
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await page.locator('main:not(.page-forward-enter-active)').waitFor()
    const panel = page.getByRole('region', { name: '表情' })
    await button(here, '表情').click()
    await seen(panel)
    await page.goBack()
    await gone(panel)
    await at(page, FRIEND(jerry))
    await choose(here, message(here, '你好'), '多选')
    await seen(page.getByRole('region', { name: '选择消息' }))
    await page.goBack()
    await gone(page.getByRole('region', { name: '选择消息' }))
    await at(page, FRIEND(jerry))
    // The page's own arrow leads out at once.
    await button(here, '表情').click()
    await seen(panel)
    await button(here, /^返回/).click()
    await at(page, '/chats')
    await gone(log(here))
  })

  test('a page over a page slides over it, and a finger uncovers the one below', async () => {
    const { here, page, jerry } = await phone()
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await page.locator('main:not(.page-forward-enter-active)').waitFor()
    await page.evaluate(watchSlides)
    await button(here, '聊天详情').click()
    await at(page, `${FRIEND(jerry)}/details`)
    await seen(page.getByRole('switch'))
    await gone(log(here))
    await page.waitForFunction(() => !document.querySelector('main[class*=page-forward]'))
    expect(
      Object.keys(
        await page.evaluate(() => (window as unknown as { slides: Record<string, string> }).slides),
      ),
    ).toEqual(['forward'])
    const below = page.locator('div[inert][aria-hidden=true]').getByText('你好')
    expect(await below.count()).toBe(0)
    const finger = await touch(here, { x: 4, y: 400 })
    await finger.move({ x: 60, y: 400 })
    await finger.move({ x: 120, y: 400 })
    await seen(below)
    await finger.move({ x: 320, y: 400 })
    await finger.lift()
    await at(page, FRIEND(jerry))
    await seen(message(here, '你好'))
    await gone(page.getByRole('switch'))
    // What was below is the page itself now.
    expect(await below.count()).toBe(0)
  })

  test('back closes a menu, and one layer at a time', async () => {
    const { here, page, jerry } = await phone()
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await menu(here, message(here, '你好'))
    await page.goBack()
    await gone(page.getByRole('menu'))
    await page.waitForURL(`**${FRIEND(jerry)}`)
    await here.open('/chats')
    await tab(here, '我').tap()
    await page.getByRole('link', { name: '通用' }).tap()
    await button(here, /^语言/).tap()
    await seen(page.getByRole('menu'))
    await page.goBack()
    await gone(page.getByRole('menu'))
    await page.waitForURL('**/me/general')
    await page.goBack()
    await at(page, '/me')
  })

  test('a member has the desk among the tabs', async () => {
    const tom = await stage.site.user({ nickname: '汤姆', is_member: 1 })
    const here = await stage.person(tom, { size: 'phone' })
    await here.open('/chats')
    await tab(here, '客服').tap()
    await at(here.page, '/desk')
    await seen(tab(here, '客服').and(here.page.locator('[aria-current=page]')))
  })

  test('a page that was opened by its address goes back to its tab', async () => {
    const { here, page, jerry } = await phone()
    await here.open(FRIEND(jerry))
    await seen(message(here, '你好'))
    await button(here, /^返回/).click()
    await at(page, '/chats')
    await here.open('/me/general')
    await drawFinger(here, { x: 4, y: 400 }, { x: 320, y: 400 })
    await at(page, '/me')
  })

  for (const reducedMotion of ['no-preference', 'reduce'] as const)
    test(`pages slide (motion: ${reducedMotion})`, async () => {
      const { here, page } = await phone()
      await page.emulateMedia({ reducedMotion })
      await page.evaluate(watchSlides)
      await row(here, '小老鼠').click()
      await seen(message(here, '你好'))
      await page.locator('main:not(.page-forward-enter-active)').waitFor()
      await button(here, /^返回/).click()
      await gone(log(here))
      const slides = await page.evaluate(
        () => (window as unknown as { slides: Record<string, string> }).slides,
      )
      expect(Object.keys(slides)).toEqual(['forward', 'back'])
      const isCalm = reducedMotion === 'no-preference'
      for (const duration of Object.values(slides)) expect(Number.parseFloat(duration) > 0.1).toBe(isCalm)
    })

  test('nothing is under the notch or the home bar', async () => {
    const { here, page } = await phone()
    const insets = { top: 47, topMax: 47, bottom: 34, bottomMax: 34, left: 0, right: 0 }
    const device = await here.context.newCDPSession(page)
    await device.send('Emulation.setSafeAreaInsetsOverride', { insets })
    const { height } = page.viewportSize()!
    const topOf = async (what: Locator) => (await what.boundingBox())!.y
    const bottomOf = async (what: Locator) => {
      const { y, height } = (await what.boundingBox())!
      return y + height
    }
    await until(here, 'room below the tabs', async () => (await bottomOf(tab(here, '消息'))) <= height - 34)
    expect(await topOf(page.getByRole('heading', { name: '消息' }))).toBeGreaterThanOrEqual(47)
    await row(here, '小老鼠').click()
    await page.locator('main:not(.page-forward-enter-active)').waitFor()
    expect(await topOf(button(here, /^返回/))).toBeGreaterThanOrEqual(47)
    expect(await bottomOf(box(here))).toBeLessThanOrEqual(height - 34)
  })

  test('on its side nothing is under the notch; a lost connection does not push it down twice', async () => {
    const { here, page } = await phone()
    const device = await here.context.newCDPSession(page)
    await page.setViewportSize({ width: 844, height: 390 })
    const insets = {
      top: 0,
      topMax: 0,
      bottom: 21,
      bottomMax: 21,
      left: 47,
      leftMax: 47,
      right: 47,
      rightMax: 47,
    }
    await device.send('Emulation.setSafeAreaInsetsOverride', { insets })
    const boxOf = async (what: Locator) => (await what.boundingBox())!
    await until(here, 'room beside the notch', async () => (await boxOf(row(here, '小老鼠'))).x >= 47)
    const plus = await boxOf(button(here, '新建'))
    expect(plus.x + plus.width).toBeLessThanOrEqual(844 - 47)

    await page.setViewportSize({ width: 390, height: 844 })
    const upright = { top: 47, topMax: 47, bottom: 34, bottomMax: 34, left: 0, right: 0 }
    await device.send('Emulation.setSafeAreaInsetsOverride', { insets: upright })
    const title = page.getByRole('heading', { name: '消息' })
    await until(here, 'room under the clock', async () => (await boxOf(title)).y >= 47)
    const before = (await boxOf(title)).y
    await stage.site.halt()
    await seen(bar(here))
    const { y, height } = await boxOf(bar(here))
    expect(y).toBe(0)
    // The bar has taken the room under the clock: the title moves by its line alone.
    expect((await boxOf(title)).y - before).toBeCloseTo(height - 47, 0)
    await stage.site.resume()
    await gone(bar(here))
    expect((await boxOf(title)).y).toBe(before)
  })

  test('turned on its side or made wide, it is the other layout at the same address', async () => {
    const { here, page, jerry } = await phone()
    await row(here, '小老鼠').click()
    await seen(message(here, '你好'))
    await page.setViewportSize({ width: 1024, height: 700 })
    await seen(row(here, '小老鼠'))
    await seen(message(here, '你好'))
    expect(new URL(page.url()).pathname).toBe(FRIEND(jerry))
    await page.setViewportSize({ width: 390, height: 844 })
    await seen(message(here, '你好'))
    await seen(covered(here))
  })
})
