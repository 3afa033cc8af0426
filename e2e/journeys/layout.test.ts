import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import { box, FRIEND, message, send, until } from '../conversation.ts'
import { focusShown } from '../focus.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, gone, link, row, seen } from './acts.ts'

/* The parts of the window: rail, list, conversation, details; and what a keyboard does to a phone. */

let stage: Stage

async function chatting(view: Parameters<Stage['person']>[1] = {}, fields: { is_member?: 0 | 1 } = {}) {
  const { site } = stage
  const [tom, jerry] = await Promise.all([
    site.user({ nickname: '汤姆', ...fields }),
    site.user({ nickname: '小老鼠' }),
  ])
  await site.befriend(tom, jerry)
  await send(site, jerry, tom, '你好')
  const here = await stage.person(tom, view)
  return { here, tom, jerry, page: here.page }
}

const widthOf = async ({ page }: Person) => (await page.locator('aside').first().boundingBox())!.width
const details = ({ page }: Person) => page.getByRole('complementary', { name: '聊天详情' })

describe.skipIf(!browserPath)('the window', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('has a rail with the places, and one more for members; it tells whether one is online', async () => {
    const { here, page } = await chatting()
    await here.open('/chats')
    const rail = page.getByRole('navigation', { name: '主导航' })
    const places = () =>
      rail.getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    await seen(row(here, '小老鼠'))
    expect(await places()).toEqual(['/me/profile', '/chats', '/contacts', '/me'])
    await rail.getByRole('link', { name: '汤姆（在线），打开个人资料' }).click()
    await at(page, '/me/profile')
    await stage.site.halt()
    await seen(link(here, '汤姆（离线），打开个人资料'))
    await stage.site.resume()
    await seen(link(here, '汤姆（在线），打开个人资料'))

    const { here: member } = await chatting({}, { is_member: 1 })
    await member.open('/chats')
    await link(member, '客服').click()
    await at(member.page, '/desk')
  })

  test('has a list that is made wider by mouse and keys, and stays so', async () => {
    const { here, page } = await chatting()
    await here.open('/chats')
    await seen(row(here, '小老鼠'))
    expect(await widthOf(here)).toBe(320)
    const edge = page.getByRole('separator', { name: '调整宽度' })
    const { x, y, width } = (await edge.boundingBox())!
    await page.mouse.move(x + width / 2, y + 300)
    await page.mouse.down()
    await page.mouse.move(x + width / 2 + 60, y + 300, { steps: 4 })
    await page.mouse.up()
    await until(here, 'the new width', async () => (await widthOf(here)) === 380)
    await edge.press('ArrowLeft')
    await until(here, 'a narrower list', async () => (await widthOf(here)) === 364)
    await edge.press('Home')
    const narrow = await widthOf(here)
    await edge.press('ArrowLeft')
    expect(await widthOf(here)).toBe(narrow)
    await page.reload()
    await until(here, 'the same width', async () => (await widthOf(here)) === narrow)
  })

  test('has a search on top, which goes anywhere', async () => {
    const { here, page, jerry } = await chatting()
    await here.open('/chats')
    await button(here, /^搜索/).click()
    await seen(page.getByRole('combobox', { name: '快速切换' }))
    await page.keyboard.type('小老鼠')
    await page.getByRole('option', { name: '小老鼠' }).click()
    await at(page, FRIEND(jerry))

    const { here: phone } = await chatting({ size: 'phone' })
    await phone.open('/chats')
    await button(phone, '搜索').click()
    const field = phone.page.getByRole('combobox', { name: '快速切换' })
    await seen(field)
    await button(phone, '取消').click()
    await gone(field)
    // Back closes what lies over a page, and not the page.
    await row(phone, '小老鼠').click()
    await seen(message(phone, '你好'))
    await phone.page.keyboard.press('Control+k')
    await seen(field)
    await phone.page.goBack()
    await gone(field)
    // The browser was at the list for a moment.
    await phone.page.waitForURL(/\/chat\/friend\//)
    await seen(message(phone, '你好'))
    await phone.page.goBack()
    await at(phone.page, '/chats')
  })

  test('has details beside the chat while they are wanted', async () => {
    const { here, page, jerry } = await chatting()
    await here.open(FRIEND(jerry))
    await seen(details(here))
    await button(here, '收起详情').click()
    await gone(details(here))
    await page.reload()
    await seen(message(here, '你好'))
    expect(await details(here).count()).toBe(0)
    await button(here, '聊天详情').click()
    await seen(details(here))
    // Where there is no room they lie over the chat, and Esc puts them away.
    await page.setViewportSize({ width: 1000, height: 800 })
    await gone(details(here))
    await button(here, '聊天详情').click()
    await seen(details(here).getByRole('switch'))
    await details(here).getByRole('switch').first().press('Escape')
    await gone(details(here))
    // From the button as well, and from the box.
    for (const from of [button(here, '收起详情'), box(here)]) {
      await button(here, '聊天详情').click()
      await seen(details(here).getByRole('switch'))
      await from.press('Escape')
      await gone(details(here))
    }
    expect(new URL(page.url()).pathname).toBe(FRIEND(jerry))
  })

  test('has details as a page of their own on a phone, with an address', async () => {
    const { here, page, jerry } = await chatting({ size: 'phone' })
    await here.open(FRIEND(jerry))
    await button(here, '聊天详情').click()
    await at(page, `${FRIEND(jerry)}/details`)
    await seen(page.getByRole('switch'))
    await page.reload()
    await seen(page.getByRole('switch'))
    await button(here, /^返回/).last().click()
    await at(page, FRIEND(jerry))
    await seen(message(here, '你好'))
    // With a keyboard: one Esc, one step.
    await button(here, '聊天详情').click()
    await seen(page.getByRole('switch'))
    for (const path of [FRIEND(jerry), '/chats']) {
      await page.keyboard.press('Escape')
      await at(page, path)
    }
  })

  test('is as high as what a phone’s keyboard leaves of it', async () => {
    const { here, page, jerry, tom } = await chatting({ size: 'phone' })
    await send(stage.site, tom, jerry, ...Array.from({ length: 30 }, (_, index) => `第 ${index} 句`))
    await here.open(FRIEND(jerry))
    await seen(message(here, '第 29 句'))
    await page.locator('[role=log].opacity-100').waitFor()
    const isAbove = async (left: number) => {
      const field = (await box(here).boundingBox())!
      const last = (await message(here, '第 29 句').boundingBox())!
      return field.y + field.height <= left && last.y + last.height <= field.y && last.y > 0
    }
    const leave = (left: number) =>
      page.evaluate((height) => {
        Object.defineProperty(VisualViewport.prototype, 'height', { get: () => height, configurable: true })
        visualViewport!.dispatchEvent(new Event('resize'))
      }, left)
    expect(await isAbove(500)).toBe(false)
    await leave(500)
    await until(here, 'the box above the keyboard', () => isAbove(500))
    const lowest = async (what: Locator) => {
      const place = (await what.boundingBox())!
      return place.y + place.height
    }
    await page.keyboard.press('Control+k')
    await seen(page.getByRole('combobox'))
    expect(await lowest(page.getByRole('dialog'))).toBeLessThanOrEqual(500)
    await page.keyboard.press('Escape')
    await gone(page.getByRole('dialog'))

    // A large phone on its side has a desktop's layout, and next to no room.
    await page.setViewportSize({ width: 932, height: 430 })
    await leave(190)
    await seen(row(here, '小老鼠'))
    await until(here, 'the box above the keyboard', () => isAbove(190))
    expect(await lowest(button(here, '发送'))).toBeLessThanOrEqual(190)
    expect(await lowest(button(here, '图片'))).toBeLessThanOrEqual(190)
    // Where the keyboard makes the window itself lower, a chat that is opened shows its end, too.
    await page.setViewportSize({ width: 932, height: 200 })
    await here.open(FRIEND(jerry))
    await seen(page.locator('[role=log].opacity-100'))
    await until(here, 'the last message', () => isAbove(200))
  })

  test('is reached whole by Tab, and shows where one is', async () => {
    const { here, page, jerry } = await chatting()
    await here.open(FRIEND(jerry))
    await seen(message(here, '你好'))
    await seen(details(here).getByRole('switch'))
    // From the beginning of the page, and not from the box, which has the focus.
    await page.evaluate(() => {
      document.body.tabIndex = -1
      document.body.focus()
      document.body.removeAttribute('tabindex')
    })
    const names: string[] = []
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press('Tab')
      const found = await focusShown(page)
      if (!found || (found.name !== '' && found.name === names[0] && steps > 10)) break
      expect([found.name, found.shown]).toEqual([found.name, true])
      names.push(found.name)
    }
    const all = names.join('\n')
    for (const part of [
      ...[
        /打开个人资料/,
        /(^|\s)消息$/m,
        /通讯录/,
        /^设置$/m,
        /^搜索/m,
        /^新建$/m,
        /小老鼠.*你好/,
        /调整宽度/,
      ],
      ...[/收起详情/, /与 小老鼠 的聊天记录/, /^消息内容$/m, /表情/, /消息免打扰/],
    ])
      expect(all).toMatch(part)
  })
})
