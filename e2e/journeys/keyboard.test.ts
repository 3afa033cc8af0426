import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, composeEnter, FRIEND, friends, GROUP, log, message, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, gone, row, says, seen, tab } from './acts.ts'
import { drawn } from './outside.ts'

/* The ways through the client: by keys, by addresses, by the browser's own buttons. */

let stage: Stage

/** The box, when it has the focus. */
const focused = (person: Person) => box(person).and(person.page.locator(':focus'))

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
    stage = await Stage.open()
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
    await search('spk')
    await seen(chosen.getByText('斯派克', { exact: true }))
    await composeEnter(field)
    await page.evaluate(drawn)
    await page.keyboard.press('Escape')
    await gone(field)
    expect(new URL(page.url()).pathname).toBe(FRIEND(jerry))
    // Who is quicker than the search comes where they want to, too.
    await search('spk')
    await page.keyboard.press('Enter')
    await at(page, FRIEND(spike))
    await search('没有这个人')
    await seen(page.getByText('没有找到“没有这个人”'))
    await page.keyboard.press('Escape')
    await gone(field)
    await page.keyboard.press('Control+k')
    await seen(field.and(page.locator(':focus')))
    await page.evaluate(drawn)
    await page.mouse.click(1400, 880)
    await gone(field)
    // The chat behind it stays open: one Esc, one step.
    expect(new URL(page.url()).pathname).toBe(FRIEND(spike))
  })

  test('to a person and a group without a chat, by ⌘K on a Mac', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const spike = await site.user({ nickname: '斯派克' })
    const gid = await site.group(tom, jerry, spike)
    await site.as(tom).ok('group/update', { gid, groupname: '奶酪爱好者' })
    for (const target of [
      { id: jerry.uid, type: 'friend' },
      { id: gid, type: 'group' },
    ])
      await site.as(tom).ok('pop/delchat', target)
    const here = await stage.person(tom)
    const { page } = here
    await page.addInitScript(() => Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' }))
    await here.open('/chats')
    await seen(page.getByText('还没有聊天，找个人说句话吧'))
    await seen(button(here, /^搜索/).getByText('⌘ K'))
    for (const [text, path] of [
      ['xls', FRIEND(jerry)],
      ['nlahz', GROUP(gid)],
    ] as const) {
      await page.keyboard.press('Meta+k')
      await page.getByRole('combobox', { name: '快速切换' }).fill(text)
      await seen(page.locator('[role=option][data-highlighted]'))
      await page.keyboard.press('Enter')
      await at(page, path)
      await seen(box(here))
    }
  })

  test('to what can be done with a chat, without a mouse', async () => {
    const { tom } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    const chat = row(here, '小老鼠').getByRole('link')
    await chat.focus()
    await page.keyboard.press('Shift+F10')
    await seen(page.getByRole('menuitem', { name: '置顶', exact: true }))
    await page.keyboard.press('Enter')
    await seen(row(here, '小老鼠').getByText('已置顶'))
    // The focus is back where it was.
    await seen(chat.and(page.locator(':focus')))
  })

  test('is barred by what somebody is writing in a dialog', async () => {
    const { tom, jerry } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await row(here, '斯派克').click()
    await row(here, '小老鼠').click()
    await button(here, /^备注/).click()
    const field = dialog(here).getByRole('textbox')
    await field.fill('邻居')
    const stays = async () => {
      expect(await field.inputValue()).toBe('邻居')
      expect(new URL(page.url()).pathname).toBe(FRIEND(jerry))
    }
    await page.keyboard.press('Alt+ArrowDown')
    await page.keyboard.press('Control+k')
    expect(await page.getByRole('combobox').count()).toBe(0)
    await stays()
    await says(page, '还有内容没保存，请先保存或取消', () => page.goBack())
    await page.waitForURL(`**${FRIEND(jerry)}`)
    await stays()
    await answer(here, '取消')
    await gone(dialog(here))
    await page.keyboard.press('Alt+ArrowDown')
    await page.waitForURL((url) => url.pathname !== FRIEND(jerry))
  })

  test('out of a chat is not taken by the Esc of an input method', async () => {
    const { tom, jerry } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await seen(message(here, '我是小老鼠'))
    await box(here).click()
    const press = (composing: boolean) =>
      box(here).evaluate(
        (field, isComposing) =>
          field.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true, isComposing }),
          ),
        composing,
      )
    await press(true)
    await page.evaluate(drawn)
    expect(new URL(page.url()).pathname).toBe(FRIEND(jerry))
    await press(false)
    await at(page, '/chats')
  })

  test('through a long list is followed by it, and loads the rest', async () => {
    const { site } = stage
    const tom = await site.user({ nickname: '汤姆' })
    for (let index = 0; index < 34; index++) {
      const friend = await site.user({ nickname: `朋友${index}` })
      if (index > 0) await site.befriend(tom, friend)
      await send(site, friend, tom, '你好')
      // Who is no friend is only in the list of chats, and far down when nothing is unread.
      if (index === 0) await send(site, tom, friend, '你好')
    }
    const elsewhere = await stage.person(tom)
    await elsewhere.open('/chats')
    await seen(row(elsewhere, '朋友33'))
    expect(await row(elsewhere, '朋友0').count()).toBe(0)
    await elsewhere.page.keyboard.press('Control+k')
    await elsewhere.page.getByRole('combobox').fill('py0')
    await seen(elsewhere.page.getByRole('option').getByText('朋友0', { exact: true }))
    await stage.leave()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await seen(row(here, '朋友33'))
    const open = page.getByRole('list', { name: '聊天列表' }).locator('[aria-current=page]')
    for (let index = 33; index >= 0; index--) {
      await page.keyboard.press('Alt+ArrowDown')
      await seen(open.getByText(`朋友${index}`, { exact: true }))
    }
    const isInSight = () =>
      open.evaluate((chat) => {
        const list = chat.closest('.scroll-thin')!.getBoundingClientRect()
        const { top, bottom } = chat.getBoundingClientRect()
        return top >= list.top - 1 && bottom <= list.bottom + 1
      })
    await until(here, 'the open chat in sight', isInSight)
    // Somebody looks something up, and comes back to where they were.
    const path = new URL(page.url()).pathname
    await tab(here, '通讯录').click()
    await at(page, '/contacts')
    await tab(here, '消息').click()
    await at(page, path)
    await until(here, 'the same place in the list', isInSight)
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
    await seen(focused(here))
    await page.keyboard.type('写给小老鼠')
    expect(await box(here).inputValue()).toBe('写给小老鼠')
    await page.keyboard.press('Escape')
    await at(page, '/chats')
    await gone(log(here))
    // The chat that was left has the focus, and is open again by one key.
    await page.keyboard.press('Enter')
    await at(page, FRIEND(jerry))
    expect(await box(here).inputValue()).toBe('写给小老鼠')
  })

  test('out of a page beside a list by Esc, unless something was written there', async () => {
    const { tom } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/contacts/add')
    const field = page.getByRole('main').getByRole('searchbox')
    await field.fill('小老鼠')
    await page.keyboard.press('Escape')
    await seen(field.and(page.locator(':focus')))
    expect(await field.inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await at(page, '/contacts')
    await here.open('/me/general')
    await page.getByRole('switch').first().press('Space')
    await page.keyboard.press('Escape')
    await at(page, '/me')
    await here.open('/me/password')
    const password = page.getByRole('main').getByRole('textbox').first()
    await password.fill('old-secret')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await page.evaluate(drawn)
    expect(await password.inputValue()).toBe('old-secret')
  })

  test('into the box: of a chat that is opened, and with what is typed or pasted beside it', async () => {
    const { tom, jerry, spike } = await threeChats()
    const here = await stage.person(tom)
    const { page } = here
    await here.open('/chats')
    await row(here, '小老鼠').click()
    await seen(focused(here))
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: '快速切换' })
    await field.fill('spk')
    await seen(page.locator('[role=option][data-highlighted]').getByText('斯派克', { exact: true }))
    await page.keyboard.press('Enter')
    await at(page, FRIEND(spike))
    await seen(focused(here))

    // While a message or nothing has the focus, letters are for the box; the arrows are not.
    await log(here).focus()
    await page.keyboard.press('ArrowUp')
    await seen(page.locator('[data-message]:focus'))
    await page.keyboard.type('ok')
    await seen(focused(here))
    expect(await box(here).inputValue()).toBe('ok')
    await log(here).focus()
    await log(here).evaluate((list) => {
      const data = new DataTransfer()
      data.setData('text/plain', '，贴上的')
      list.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      )
    })
    await seen(focused(here))
    expect(await box(here).inputValue()).toBe('ok，贴上的')
    // Another field keeps what is typed into it.
    await page.keyboard.press('Control+k')
    await seen(field.and(page.locator(':focus')))
    await page.keyboard.type('xls')
    expect(await field.inputValue()).toBe('xls')
    await page.keyboard.press('Escape')
    await gone(field)
    expect(await box(here).inputValue()).toBe('ok，贴上的')
    // On a phone the keyboard stays away.
    const phone = await stage.person(jerry, { size: 'phone' })
    await phone.open(FRIEND(tom))
    await seen(message(phone, '我是小老鼠'))
    await phone.page.evaluate(drawn)
    expect(await focused(phone).count()).toBe(0)
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
