import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, FRIEND, friends, GROUP, log, message, send } from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { at, gone, row, seen } from './acts.ts'

/* The ways through the client: by keys, by addresses, by the browser's own buttons. */

let stage: Stage

/** Tom with three chats: 斯派克, 小老鼠 and a group, the newest on top. */
async function threeChats() {
  const { site } = stage
  const [tom, jerry] = await friends(stage)
  const spike = await site.user({ nickname: '斯派克' })
  const gid = await site.group(tom, jerry, spike)
  await site.befriend(tom, spike)
  await send(site, jerry, gid, '大家好')
  await send(site, jerry, tom, '我是小老鼠')
  await send(site, spike, tom, '我是斯派克')
  return { tom, jerry, spike, gid }
}

describe.skipIf(!browserPath)('the way', () => {
  beforeAll(async () => {
    stage = await Stage.open({ clientFolder: process.env.PARLEY_TEST_CLIENT })
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('to a chat by a few letters: of its name, its pinyin, the pinyin’s initials', async () => {
    const { tom, jerry, spike } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await seen(row(here, '小老鼠'))
    const field = page.getByRole('combobox', { name: '快速切换' })
    const chosen = page.locator('[role=option][data-highlighted]')
    const search = async (text: string) => {
      await page.keyboard.press('Control+k')
      await field.fill(text)
    }
    for (const [text, name, path] of [
      ['xls', '小老鼠', FRIEND(jerry)],
      ['sipaike', '斯派克', FRIEND(spike)],
      ['老鼠', '小老鼠', FRIEND(jerry)],
    ] as const) {
      await search(text)
      await seen(chosen.getByText(name, { exact: true }))
      await page.keyboard.press('Enter')
      await at(page, path)
      await gone(field)
      await seen(message(here, `我是${name}`))
    }
    // Who is quicker than the search comes where they want to, too.
    await search('spk')
    await page.keyboard.press('Enter')
    await at(page, FRIEND(spike))
    await search('没有这个人')
    await seen(page.getByText('没有找到“没有这个人”'))
    await page.keyboard.press('Escape')
    await gone(field)
    await page.keyboard.press('Control+k')
    await seen(field)
    await page.mouse.click(1400, 880)
    await gone(field)
    // The chat behind it stays open: one Esc, one step.
    expect(new URL(page.url()).pathname).toBe(FRIEND(spike))
  })

  test('from chat to chat by Alt and the arrows, out of it by Esc', async () => {
    const { tom, jerry, spike, gid } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await seen(row(here, '小老鼠'))
    for (const path of [FRIEND(spike), FRIEND(jerry), GROUP(gid)]) {
      await page.keyboard.press('Alt+ArrowDown')
      await at(page, path)
      await seen(log(here))
    }
    // At the end it stays, and what is written goes to the chat that is shown.
    await page.keyboard.press('Alt+ArrowDown')
    await page.keyboard.press('Alt+ArrowUp')
    await at(page, FRIEND(jerry))
    await seen(message(here, '我是小老鼠'))
    await box(here).click()
    await page.keyboard.press('Escape')
    await at(page, '/chats')
    await gone(log(here))
  })

  test('by addresses: a link, back and forward, a reload', async () => {
    const { tom, jerry, spike, gid } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await seen(message(here, '我是小老鼠'))
    await row(here, '斯派克').click()
    await seen(message(here, '我是斯派克'))
    await page.goBack()
    await at(page, FRIEND(jerry))
    await seen(message(here, '我是小老鼠'))
    await page.goForward()
    await at(page, FRIEND(spike))
    await page.reload()
    await seen(message(here, '我是斯派克'))
    await seen(row(here, '小老鼠'))

    // The original's addresses, as they are in bookmarks and in messages of sites that have moved.
    for (const [old, now] of [
      [`/h5/friend/chat/${jerry.uid}`, FRIEND(jerry)],
      [`/im/h5/group/chat/${gid}`, GROUP(gid)],
      [`/h5/user/detail/${spike.uid}`, `/person/${spike.uid}`],
    ] as const) {
      await here.open(old)
      await at(page, now)
    }
    await here.open('/no/such/place')
    await at(page, '/chats')
  })

  test('to a chat leads over the sign-in page for who is not signed in', async () => {
    const { jerry } = await threeChats()
    const visitor = await stage.person()
    await visitor.open(FRIEND(jerry))
    await visitor.page.waitForURL(
      ({ pathname, searchParams }) => pathname === '/signin' && searchParams.get('next') === FRIEND(jerry),
    )
    await seen(visitor.page.getByLabel('用户名'))
  })
})
