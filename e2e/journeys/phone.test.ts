import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { drawFinger, FRIEND, friends, log, message, send } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, gone, row, seen, tab } from './acts.ts'

/* A phone: tabs below, pages that come over them, and two ways back. */

let stage: Stage

/** The tabs while a page lies over them: out of the reach of fingers, keys and screen readers. */
const covered = ({ page }: Person) => page.locator('[inert]').getByRole('navigation')

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
    stage = await Stage.open({ clientFolder: process.env.PARLEY_TEST_CLIENT })
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('the tabs lead to the four places, and are away while a page is over them', async () => {
    const { here, page } = await phone()
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
