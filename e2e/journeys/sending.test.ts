import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  box,
  choose,
  composeEnter,
  FRIEND,
  friends,
  GROUP,
  log,
  message,
  messages,
  say,
  send,
} from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'

/* From the box to the other one's screen: keys, input methods, failures, and what may not be sent. */

let stage: Stage

/** Switches the site's settings, and leaves them as they were when the test is over. */
const changed = new Map<string, string>()
async function set(values: Record<string, string>): Promise<void> {
  for (const name of Object.keys(values))
    if (!changed.has(name)) changed.set(name, stage.site.services.settings.get(name as never))
  await stage.site.set(values)
}

const tool = ({ page }: Person, name: string) =>
  page.getByRole('toolbar', { name: '发送工具' }).getByRole('button', { name, exact: true })

describe.skipIf(!browserPath)('sending', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
    if (changed.size > 0) await stage.site.set(Object.fromEntries(changed))
  })

  test('Enter sends and Shift+Enter begins a line, until that is switched', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await box(here).pressSequentially('一')
    await box(here).press('Shift+Enter')
    await box(here).pressSequentially('二')
    expect(await box(here).inputValue()).toBe('一\n二')
    await box(here).press('Enter')
    expect(await (await bubbleOf(there, '一')).innerText()).toBe('一\n二')
    // A box with blanks only sends nothing.
    await box(here).fill('  ')
    await box(here).press('Enter')
    expect(await messages(here).count()).toBe(1)

    await here.open('/me/general')
    await here.page.getByRole('switch', { name: '按 Enter 发送' }).click()
    await here.open(FRIEND(jerry))
    await here.page.getByText('Ctrl+Enter 发送 · Enter 换行').waitFor()
    await box(here).fill('')
    await box(here).pressSequentially('三')
    await box(here).press('Enter')
    await box(here).pressSequentially('四')
    expect(await box(here).inputValue()).toBe('三\n四')
    await box(here).press('Control+Enter')
    expect(await (await bubbleOf(there, '三')).innerText()).toBe('三\n四')
  })

  test('an input method that is open never sends', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await box(here).focus()
    const keys = await here.context.newCDPSession(here.page)
    await keys.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 })
    expect(await box(here).inputValue()).toBe('nihao')
    await composeEnter(box(here))
    await keys.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode: 229,
    })
    expect(await messages(here).count()).toBe(0)
    await keys.send('Input.insertText', { text: '你好' })
    expect(await box(here).inputValue()).toBe('你好')
    expect(await messages(here).count()).toBe(0)
    await box(here).press('Enter')
    await message(here, '你好').waitFor()
  })

  test('↑ in an empty box quotes the last own message', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, tom, jerry, '早一点的', '最后一条')
    await send(stage.site, jerry, tom, '回答')
    const here = await stage.person(tom, { locale: 'en' })
    await here.open(FRIEND(jerry))
    await message(here, '回答').waitFor()
    await box(here).pressSequentially('x')
    await box(here).press('ArrowUp')
    const bar = here.page.getByRole('group', { name: 'Quoting 汤姆' })
    expect(await bar.count()).toBe(0)
    await box(here).fill('')
    await box(here).press('ArrowUp')
    await bar.getByText('最后一条').waitFor()
    await say(here, 'one more thing')
    await message(here, 'one more thing')
      .getByRole('button', { name: /^汤姆 .*Go to the quoted message$/ })
      .waitFor()
  })

  test('what is written without a connection goes when there is one', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await say(here, '连着')
    await message(there, '连着').waitFor()
    await here.context.setOffline(true)
    const line = await say(here, '断网时写的')
    await line.getByRole('img', { name: '发送中' }).waitFor()
    await here.context.setOffline(false)
    await message(there, '断网时写的').waitFor()
    await line.getByRole('img', { name: /已读|已发送/ }).waitFor()
    expect(await message(there, '断网时写的').count()).toBe(1)
  })

  test('what the site refuses says why, and can be sent again', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.person(jerry)
    await there.open(GROUP(gid))
    await say(there, '连着')
    await message(there, '连着').getByRole('img', { name: '已发送' }).waitFor()
    await there.context.setOffline(true)
    const line = await say(there, '那时还不知道')
    await line.getByRole('img', { name: '发送中' }).waitFor()
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 3600 })
    await there.context.setOffline(false)
    await line
      .getByRole('alert')
      .filter({ hasText: /^未发送：.*禁言/ })
      .waitFor()
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 0 })
    await box(there).waitFor()
    await line.getByRole('button', { name: '删除' }).click()
    // Its time stands still meanwhile.
    const undo = there.page.getByRole('button', { name: '撤销' })
    await undo.hover()
    await line.waitFor({ state: 'hidden' })
    await undo.click()
    await line.getByRole('button', { name: '重新发送' }).click()
    await line.getByRole('img', { name: '已发送' }).waitFor()
    const kept = await stage.site.as(tom).ok('message/get', { id: gid, type: 'group' })
    expect(kept.at(-1).content).toBe('那时还不知道')
  })

  test('a text that is too long says so, and can go as a file', async () => {
    const [tom, jerry] = await friends(stage)
    await set({ message_limit: '200' })
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await box(here).fill('长'.repeat(198))
    await here.page.getByText('还可以输入 2 个字').waitFor()
    await box(here).fill('长'.repeat(210))
    await here.page.getByText('超出 10 个字').waitFor()
    await box(here).press('Enter')
    const note = here.page.getByRole('alert').filter({ hasText: '消息太长了，最多 200 个字' })
    await note.getByRole('button', { name: '作为文件发送' }).click()
    await note.waitFor({ state: 'detached' })
    const file = log(there).getByRole('link', { name: /text-\d{8}-\d{4}\.txt/ })
    await file.waitFor()
    const url = await file.evaluate((link) => (link as HTMLAnchorElement).href)
    expect(await (await fetch(url)).text()).toContain('长'.repeat(210))
    expect(await box(here).inputValue()).toBe('')
  })

  test('what is switched off goes at once, also while it is open', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    const phone = await stage.person(jerry, { size: 'phone' })
    await Promise.all([here.open(FRIEND(jerry)), phone.open(FRIEND(tom))])
    await tool(here, '表情').click()
    await here.page.getByRole('region', { name: '表情' }).waitFor()
    await phone.page.getByRole('button', { name: '更多', exact: true }).click()
    await phone.page.getByRole('button', { name: '图片', exact: true }).waitFor()
    await set({ emoji: 'off', upload_img: 'off', upload_file: 'off', voice: 'off' })
    await here.page.getByRole('region', { name: '表情' }).waitFor({ state: 'detached' })
    for (const name of ['表情', '图片', '文件', '语音']) await tool(here, name).waitFor({ state: 'detached' })
    for (const name of ['图片', '文件', '语音', '表情', '更多'])
      await phone.page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' })
    // A file that is dropped all the same is told why not.
    await box(here).evaluate((field) => {
      const data = new DataTransfer()
      data.items.add(new File(['x'], 'x.txt', { type: 'text/plain' }))
      field.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      )
    })
    await here.page.getByRole('alert').filter({ hasText: '本站已关闭图片和文件发送' }).waitFor()
    await stage.site.set({ emoji: 'on', upload_img: 'on', voice: 'on' })
    for (const name of ['表情', '图片', '语音']) await tool(here, name).waitFor()
    expect(await tool(here, '文件').count()).toBe(0)
  })

  test('chats that are switched off, or of those who are no friends, say why', async () => {
    const [tom, jerry] = await friends(stage)
    const stranger = await stage.site.user({ nickname: '路人' })
    const gid = await stage.site.group(tom, jerry)
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { locale: 'en' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open(GROUP(gid))])
    await box(here).fill('写到一半')
    await set({ private_chat: 'off', group_chat: 'off', stranger_chat: 'off' })
    await here.page.getByText('站点已关闭私聊').waitFor()
    await there.page.getByText('Group chats are switched off on this site').waitFor()
    expect(await box(here).count()).toBe(0)
    await stage.site.set({ private_chat: 'on', group_chat: 'on' })
    await box(there).waitFor()
    expect(await box(here).inputValue()).toBe('写到一半')
    await here.open(FRIEND(stranger))
    await here.page.getByText('对方不是你的好友，加为好友后才能聊天').waitFor()
  })

  test('whoever is muted in a group is told until when', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.person(jerry)
    await there.open(GROUP(gid))
    await box(there).waitFor()
    const own = await say(there, '说错了')
    await own.getByRole('img', { name: '已发送' }).waitFor()
    const act = (name: string | RegExp) => there.page.getByRole('menuitem', { name })
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 3600 })
    await there.page.getByText(/^你已被禁言，.*\d\d:\d\d 之后可以发言$/).waitFor()
    // They can neither answer nor take back.
    await own.hover()
    await own.getByRole('button', { name: '更多' }).click()
    await act('复制').waitFor()
    expect(await own.getByRole('button', { name: '引用' }).count()).toBe(0)
    expect(await act(/^(引用|撤回)/).count()).toBe(0)
    await there.page.keyboard.press('Escape')
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 0 })
    await box(there).waitFor()
    await stage.site.as(tom).ok('group/forbiddenall', { gid, value: 1 })
    await there.page.getByText('全员禁言中，只有群主和管理员可以发言').waitFor()
    await choose(there, own, /^撤回/)
    await log(there).getByText('你撤回了一条消息').waitFor()
    // Who is removed is told, too; nothing more can be written.
    await stage.site.as(tom).ok('group/forbiddenall', { gid, value: 0 })
    await box(there).waitFor()
  })
})

async function bubbleOf(person: Person, text: string) {
  const line = message(person, text)
  await line.waitFor()
  return line.locator('[data-bubble]')
}
