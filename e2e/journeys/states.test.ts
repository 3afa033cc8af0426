import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  box,
  choose,
  FRIEND,
  friends,
  GROUP,
  log,
  message,
  messages,
  say,
  send,
  until,
} from '../conversation.ts'
import { push } from '../look.ts'
import { browserPath, Stage } from '../stage.ts'
import { answer, at, button, dialog, gone, link, pick, pickFrom, row, says, seen } from './acts.ts'
import { wire } from './network.ts'

/* What stands where something is not, or not yet: a shape, a reason, what went wrong, what to do. */

let stage: Stage

describe.skipIf(!browserPath)('where something is not yet', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const { what, operation, place, reason } of [
    { what: 'the chats', operation: 'pop/get', place: 'aside', reason: '网络较慢，仍在加载' },
    { what: 'the messages', operation: 'message/get', place: 'section', reason: '服务器有点慢' },
  ])
    test(`${what}: their shape is seen after 300 ms, the reason after 2 s`, async () => {
      const [tom, jerry] = await friends(stage)
      await send(stage.site, jerry, tom, '终于来了')
      const here = await stage.person(tom)
      const { clock } = here.page
      const network = await wire(here)
      const arrive = network.hold(operation)
      // The page's time passes when it is told to, however slow the machine is.
      const now = Date.now()
      await clock.install({ time: now })
      await clock.pauseAt(now + 60_000)
      await here.open(FRIEND(jerry))
      const wait = here.page.locator(`${place} [role=status]`).filter({ hasText: '正在加载' })
      const shape = wait.locator('.animate-breathe').first()
      await wait.waitFor({ state: 'attached' })
      const shown = async () => [await shape.isVisible(), await wait.getByText(reason).isVisible()]
      await clock.runFor(290)
      expect(await shown()).toEqual([false, false])
      await clock.runFor(20)
      expect(await shown()).toEqual([true, false])
      await clock.runFor(1680)
      expect(await shown()).toEqual([true, false])
      await clock.runFor(20)
      expect(await shown()).toEqual([true, true])
      await clock.resume()
      arrive()
      await seen(message(here, '终于来了'))
      await seen(row(here, '小老鼠').getByText('终于来了'))
      await gone(here.page.getByText(reason))
    })

  for (const { size, locale, retry, failure } of [
    { size: 'desktop', locale: 'zh-CN', retry: '重试', failure: '服务器开小差了' },
    { size: 'phone', locale: 'en', retry: 'Retry', failure: 'The server had a hiccup' },
  ] as const)
    test(`a chat that cannot be read says so in its place, and is read when it is tried again: ${size}`, async () => {
      const [tom, jerry] = await friends(stage)
      await send(stage.site, jerry, tom, '终于来了')
      const here = await stage.person(tom, { size, locale })
      const network = await wire(here)
      network.refuse('message/get')
      await here.open(FRIEND(jerry))
      const chat = here.page.getByRole('region', { name: '小老鼠' })
      await seen(chat.getByRole('alert').getByText(failure))
      // What is written meanwhile is not in the way.
      await box(here).fill('写了一半')
      await button(here, retry).click()
      await until(here, 'the second refusal', async () => network.refused > 1)
      await seen(chat.getByRole('alert').getByText(failure))
      network.refuse()
      // When a connection comes only now, it is read by itself, and there is nothing to press.
      await until(here, 'the message', async () => {
        await button(here, retry).evaluateAll(([found]) => (found as HTMLElement | undefined)?.click())
        return message(here, '终于来了').isVisible()
      })
      await gone(chat.getByRole('alert'))
      expect(await box(here).inputValue()).toBe('写了一半')
    })

  test('older messages that cannot be read say so above the others, and come when it is tried again', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, ...Array.from({ length: 90 }, (_, index) => `第 ${index + 1} 句`))
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open('/chats')
    await row(here, '小老鼠').click()
    await seen(log(here))
    await seen(messages(here))
    // A connection that comes later would have it read again.
    await seen(link(here, /（在线）/))
    network.refuse('message/get')
    const top = async () => void (await log(here).evaluate((element) => element.scrollTo(0, 0)))
    await until(here, 'the refusal', async () => {
      await top()
      return network.refused > 0
    })
    await top()
    await seen(log(here).getByRole('alert').getByText('服务器开小差了'))
    network.refuse()
    await log(here).getByRole('button', { name: '重试' }).click()
    await gone(log(here).getByRole('alert'))
    await until(here, 'the beginning', async () => {
      await top()
      return (await log(here).getByText('第 1 句', { exact: true }).count()) === 1
    })
  })

  test('what the server refuses is as before, and the reason is told', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '在吗')
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open('/chats')
    await seen(row(here, '小老鼠'))
    network.refuse('friend/update')
    await pickFrom(here, row(here, '小老鼠'), '消息免打扰')
    await seen(here.page.getByText('服务器开小差了'))
    await gone(row(here, '小老鼠').getByText('已免打扰'))
    network.refuse()
    await pickFrom(here, row(here, '小老鼠'), '消息免打扰')
    await seen(row(here, '小老鼠').getByText('已免打扰'))
  })

  test('an act without a place of its own says so when it takes long, as does signing out', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom, { size: 'phone' })
    const network = await wire(here)
    const note = here.page.getByRole('status').getByText('网络较慢，仍在处理…')
    await here.open(`/person/${jerry.uid}`)
    const arrive = network.hold('friend/delete')
    await button(here, '删除好友').tap()
    await answer(here, '删除好友')
    await seen(note)
    arrive()
    await seen(button(here, '添加到通讯录'))
    await gone(note)
    await here.open('/me')
    network.hold('login/logout')
    await button(here, '退出登录').tap()
    await says(here.page, '网络较慢，仍在处理…', () => answer(here, '退出登录'))
    await at(here.page, '/signin')
  })

  test('nobody and nothing: it is said what to do', async () => {
    const { site } = stage
    const alone = await site.user({ nickname: '汤姆', is_member: 1 })
    const lonely = await stage.person(alone)
    const { page } = lonely
    const main = page.getByRole('main')
    await lonely.open('/chats')
    await seen(page.getByText('还没有聊天，找个人说句话吧'))
    await page.keyboard.press('Control+k')
    await seen(dialog(lonely).getByText('还没有聊天和联系人，先去添加一位朋友吧'))
    await page.keyboard.press('Escape')
    await gone(dialog(lonely))
    await button(lonely, '添加朋友').last().click()
    await at(page, '/contacts/add')
    await push(lonely, '/contacts/requests')
    await seen(main.getByText('还没有好友申请'))
    await main.getByRole('button', { name: '添加朋友' }).click()
    await at(page, '/contacts/add')
    await push(lonely, '/chats')
    await pick(lonely, '新建', '发起群聊')
    await seen(dialog(lonely).getByText('通讯录还是空的，先去添加一位朋友吧'))
    await answer(lonely, '添加朋友')
    await at(page, '/contacts/add')
    await gone(dialog(lonely))
    await push(lonely, '/desk/replies/quick')
    await seen(main.getByText('还没有内容，先写一条吧'))
    const gid = await site.group(alone)
    await send(site, alone, gid, '有人吗')
    await push(lonely, GROUP(gid))
    await seen(page.getByText('还没有群公告'))
    // The only chat is one that may not be written to.
    await site.set({ group_chat: 'off' })
    await choose(lonely, message(lonely, '有人吗'), '转发')
    await seen(dialog(lonely).getByText('还没有可以转发的聊天，先和朋友聊一句吧'))
    await site.set({ group_chat: 'on' })
    await seen(dialog(lonely).getByText('最近聊天'))

    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom, { size: 'phone', locale: 'en' })
    await here.open(FRIEND(jerry))
    await button(here, 'Say hello').click()
    await until(here, 'a greeting in the box', async () => (await box(here).inputValue()) !== '')
    await say(here, 'Hello!')
    await gone(button(here, 'Say hello'))
  })

  test('a part that could not be loaded comes when the server is back', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '在吗')
    const here = await stage.person(tom, { firstVisit: true })
    const { page } = here
    await here.open('/chats')
    await row(here, '小老鼠').hover()
    // Somebody is at the page: what tells of failures has come.
    await page.getByRole('region', { name: '操作提示' }).waitFor({ state: 'attached' })
    await stage.site.halt()
    await page.keyboard.press('Control+k')
    await page.getByRole('link', { name: '通讯录' }).click()
    await seen(page.getByText('网络连接失败，请检查网络后重试'))
    expect(new URL(page.url()).pathname).toBe('/chats')
    await stage.site.resume()
    await seen(page.getByRole('combobox', { name: '快速切换' }))
    await page.keyboard.press('Escape')
    await gone(page.getByRole('combobox', { name: '快速切换' }))
    await page.getByRole('link', { name: '通讯录' }).click()
    await at(page, '/contacts')
    await seen(row(here, '小老鼠'))
  })
})
