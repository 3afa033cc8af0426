import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  box,
  bubble,
  choose,
  composeEnter,
  drawFinger,
  FRIEND,
  friends,
  GROUP,
  log,
  message,
  middleOf,
  send,
  until,
} from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { says } from './acts.ts'

/* What one does with messages that are there: answer, copy, pass on, take several. */

let stage: Stage

describe.skipIf(!browserPath)('a message', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('is answered by the button beside it', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '几点见？')
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const button = message(here, '几点见？').getByRole('button', { name: '引用' })
    await message(here, '几点见？').hover()
    await button.click()
    const bar = here.page.getByRole('group', { name: '引用 小老鼠 的消息' })
    await bar.getByText('几点见？').waitFor()
    // The field is ready: what is typed is the answer.
    await here.page.keyboard.type('六点')
    await here.page.keyboard.press('Enter')
    await bar.waitFor({ state: 'detached' })
    for (const person of [here, there])
      await message(person, '六点')
        .getByRole('button', { name: /几点见？ 查看引用的原消息/ })
        .waitFor()
  })

  test('is answered by pulling it aside with a finger; Esc takes the quote away', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '周末去哪儿？')
    const [here, there] = [
      await stage.person(tom, { size: 'phone' }),
      await stage.person(jerry, { size: 'phone' }),
    ]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const from = await middleOf(bubble(message(here, '周末去哪儿？')))
    const bar = here.page.getByRole('group', { name: '引用 小老鼠 的消息' })
    // A short pull is none.
    await drawFinger(here, from, { x: from.x + 30, y: from.y })
    expect(await bar.count()).toBe(0)
    await drawFinger(here, from, { x: from.x + 120, y: from.y + 4 })
    await bar.waitFor()
    await here.page.keyboard.press('Escape')
    await bar.waitFor({ state: 'detached' })
    await drawFinger(here, from, { x: from.x + 120, y: from.y + 4 })
    await bar.waitFor()
    await here.page.keyboard.type('爬山')
    await here.page.getByRole('button', { name: '发送', exact: true }).click()
    await message(there, '爬山')
      .getByRole('button', { name: /周末去哪儿？ 查看引用的原消息/ })
      .waitFor()
  })

  test('is copied as it is read', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '看 [文档](https://example.org/doc) [表情14]')
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await says(here.page, '已复制', () => choose(here, message(here, '文档'), '复制'))
    expect(await here.page.evaluate(() => navigator.clipboard.readText())).toBe(
      '看 文档 https://example.org/doc [表情14]',
    )
  })

  test('is copied in part, where a part is marked, and so is the address of a link', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '地址 [文档](https://example.org/doc) 密码 abcd')
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    const copied = () => here.page.evaluate(() => navigator.clipboard.readText())
    const line = message(here, '密码')
    await line.waitFor()
    await bubble(line).evaluate((ground) => {
      const texts = document.createTreeWalker(ground, NodeFilter.SHOW_TEXT)
      while (!texts.nextNode()!.textContent!.includes('密码 abcd'));
      const from = texts.currentNode.textContent!.indexOf('abcd')
      getSelection()!.setBaseAndExtent(texts.currentNode, from, texts.currentNode, from + 4)
    })
    await choose(here, line, '复制')
    await until(here, 'the part', async () => (await copied()) === 'abcd')
    await line.getByRole('link', { name: '文档' }).click({ button: 'right' })
    await here.page.getByRole('menuitem', { name: '复制链接' }).click()
    await until(here, 'the address', async () => (await copied()) === 'https://example.org/doc')
  })

  test('is copied also where the browser keeps its clipboard to itself, as on sites without https', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '抄一下')
    const here = await stage.person(tom)
    await here.context.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined })
    })
    await here.open(FRIEND(jerry))
    await says(here.page, '已复制', () => choose(here, message(here, '抄一下'), '复制'))
    await box(here).click()
    await here.page.keyboard.press('Control+v')
    expect(await box(here).inputValue()).toBe('抄一下')
  })

  test('is passed on to several chats, with a note', async () => {
    const [tom, jerry] = await friends(stage)
    const zoe = await stage.site.user({ nickname: 'Zoe' })
    await stage.site.befriend(tom, zoe)
    const gid = await stage.site.group(tom, zoe)
    await stage.site
      .api(tom)
      .ok('group/update', { gid, groupname: '羽毛球' })
      .catch(() => undefined)
    await send(stage.site, jerry, tom, '本周场地订好了')
    const here = await stage.person(tom)
    const there = await stage.person(zoe, { size: 'phone' })
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await choose(here, message(here, '本周场地订好了'), '转发')
    const dialog = here.page.getByRole('dialog', { name: '转发给' })
    // What was written outlives the page.
    await dialog.getByRole('textbox', { name: '留言（可选）' }).fill('周四见')
    await here.page.reload()
    await choose(here, message(here, '本周场地订好了'), '转发')
    expect(await dialog.getByRole('textbox', { name: '留言（可选）' }).inputValue()).toBe('周四见')
    await dialog.getByRole('checkbox', { name: /群$/ }).click()
    await dialog
      .getByRole('searchbox')
      .or(dialog.getByRole('textbox', { name: /搜索/ }))
      .first()
      .fill('zo')
    await dialog.getByRole('checkbox', { name: 'Zoe', exact: true }).click()
    const note = dialog.getByRole('textbox', { name: '留言（可选）' })
    await note.fill('周五见')
    await composeEnter(note)
    // A slip loses neither the note nor the chats.
    await here.page.keyboard.press('Escape')
    await says(here.page, '已转发', () => dialog.getByRole('button', { name: '发送给 2 个聊天' }).click())
    await dialog.waitFor({ state: 'detached' })
    await message(there, '本周场地订好了').waitFor()
    await message(there, '周五见').waitFor()
    await there.open(GROUP(gid))
    await message(there, '本周场地订好了').waitFor()
    await message(there, '周五见').waitFor()
  })

  test('is one of several that are chosen: passed on, copied as text, deleted', async () => {
    const [tom, jerry] = await friends(stage)
    const zoe = await stage.site.user({ nickname: 'Zoe' })
    await stage.site.befriend(tom, zoe)
    await send(stage.site, zoe, tom, '在吗')
    await send(stage.site, jerry, tom, '第一条', '第二条')
    await send(stage.site, tom, jerry, '第三条')
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await choose(here, message(here, '第三条'), '多选')
    const bar = page.getByRole('region', { name: '选择消息' })
    await bar.getByText('已选 1 条').waitFor()
    const pick = (text: string) => message(here, text).getByRole('checkbox').click()
    await pick('第一条')
    await bar.getByText('已选 2 条').waitFor()
    await says(page, '已复制', () => bar.getByRole('button', { name: '复制' }).click())
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/^.+日\n小老鼠 \d\d:\d\d\n第一条\n汤姆 \d\d:\d\d\n第三条$/)

    await choose(here, message(here, '第一条'), '多选')
    await pick('第二条')
    await bar.getByRole('button', { name: '转发' }).click()
    const dialog = page.getByRole('dialog', { name: '转发给' })
    await dialog.getByText('共 2 条消息').waitFor()
    await dialog.getByRole('checkbox', { name: 'Zoe' }).click()
    await dialog.getByRole('button', { name: '发送', exact: true }).click()
    await bar.waitFor({ state: 'detached' })

    await choose(here, message(here, '第一条'), '多选')
    await pick('第三条')
    await bar.getByRole('button', { name: '删除' }).click()
    await page.getByText('已删除 2 条消息').waitFor()
    expect(await log(here).getByRole('article').allInnerTexts()).toEqual([expect.stringContaining('第二条')])
    await page.getByRole('link', { name: /Zoe/ }).click()
    await message(here, '第二条').waitFor()
    expect(await log(here).getByRole('article').count()).toBe(3)
  })

  test('choosing is left by Esc', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, 'Hello')
    const here = await stage.person(tom, { locale: 'en', theme: 'dark' })
    await here.open(FRIEND(jerry))
    await choose(here, message(here, 'Hello'), 'Select')
    const bar = here.page.getByRole('region', { name: 'Select messages' })
    await bar.getByText('1 selected').waitFor()
    await message(here, 'Hello').getByRole('checkbox').click()
    expect(await bar.getByRole('button', { name: 'Forward' }).isDisabled()).toBe(true)
    await here.page.keyboard.press('Escape')
    await bar.waitFor({ state: 'detached' })
    await here.page.getByRole('textbox', { name: 'Message' }).waitFor()
  })
})
