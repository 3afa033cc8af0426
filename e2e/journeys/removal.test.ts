import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  backdate,
  box,
  bubble,
  choose,
  FRIEND,
  friends,
  GROUP,
  log,
  menu,
  message,
  messages,
  say,
  send,
  until,
} from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { gone, says } from './acts.ts'

/* What was said can be taken back, and deleted. */

let stage: Stage

describe.skipIf(!browserPath)('taking back', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
    await stage.site.set({ revoke_seconds: '300' })
  })

  test('a message is seen by both; its writer may write it again', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const line = await say(here, '写错了的话')
    await message(there, '写错了的话').waitFor()
    const item = (await menu(here, line)).getByRole('menuitem', { name: /^撤回（剩 \d:\d\d）$/ })
    const left = await item.innerText()
    // It counts down while one looks at it.
    await here.page
      .getByRole('menuitem', { name: /^撤回（剩 / })
      .filter({ hasNotText: left })
      .waitFor()
    await item.click()
    await log(here).getByText('你撤回了一条消息').waitFor()
    await log(there).getByText('汤姆 撤回了一条消息').waitFor()
    await gone(there.page.getByText('写错了的话'))
    expect(await there.page.getByText('重新编辑').count()).toBe(0)

    await log(here).getByRole('button', { name: '重新编辑' }).click()
    expect(await box(here).inputValue()).toBe('写错了的话')
    await box(here).press('End')
    await box(here).pressSequentially('，现在对了')
    await box(here).press('Enter')
    await message(there, '写错了的话，现在对了').waitFor()
  })

  test('a message that quoted and called somebody is written again with both, on a phone that was to be talked to', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    await send(stage.site, jerry, gid, '几点开会')
    const here = await stage.person(tom, { size: 'phone' })
    const { page } = here
    await here.open(GROUP(gid))
    await choose(here, message(here, '几点开会'), '引用')
    await box(here).pressSequentially('@小')
    await page
      .getByRole('option', { name: /小老鼠/ })
      .first()
      .click()
    await box(here).pressSequentially('三点')
    await page.getByRole('button', { name: '发送', exact: true }).click()
    const line = message(here, '三点')
    await line.getByRole('img', { name: '已发送' }).waitFor()
    await choose(here, line, /^撤回/)
    await page.getByRole('button', { name: '语音', exact: true }).click()
    await box(here).waitFor({ state: 'hidden' })
    await log(here).getByRole('button', { name: '重新编辑' }).click()
    await box(here).waitFor()
    expect(await box(here).inputValue()).toBe('@小老鼠 三点')
    await page.getByRole('group', { name: '引用 小老鼠 的消息' }).getByText('几点开会').waitFor()
    await page.getByRole('button', { name: '发送', exact: true }).click()
    await message(here, '三点').getByRole('link', { name: '@小老鼠' }).waitFor()
  })

  test('what is taken back cannot be sent on by who had chosen it', async () => {
    const [tom, jerry] = await friends(stage)
    const [secret] = await send(stage.site, jerry, tom, '密码是 1234', '吃了吗')
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await choose(here, message(here, '密码是 1234'), '多选')
    await message(here, '吃了吗').getByRole('checkbox').click()
    const bar = here.page.getByRole('region', { name: '选择消息' })
    await bar.getByText('已选 2 条').waitFor()
    await stage.site.as(jerry).ok('message/revoke', { id: tom.uid, type: 'friend', mid: secret })
    await bar.getByText('已选 1 条').waitFor()
    await says(here.page, '已复制', () => bar.getByRole('button', { name: '复制' }).click())
    expect(await here.page.evaluate(() => navigator.clipboard.readText())).toEndWith('吃了吗')
    expect(await here.page.evaluate(() => navigator.clipboard.readText())).not.toContain('1234')
  })

  test('by a finger, in English: the menu opens where it rests', async () => {
    const [tom, jerry] = await friends(stage, ['Tom', 'Jerry'])
    const view = { size: 'phone', locale: 'en' } as const
    const [here, there] = [await stage.person(tom, view), await stage.person(jerry, view)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const line = await say(here, 'see you at sicks')
    await choose(here, line, /^Unsend/)
    await log(here).getByText('You unsent a message').waitFor()
    await log(there).getByText('Tom unsent a message').waitFor()
    // Also where the server tells it: in a quote, and in the list of chats.
    await there.open('/chats')
    await there.page.getByRole('link', { name: /Tom.*This message was unsent/ }).waitFor()
  })

  test('ends with the time that the site allows, and is offered without end where it allows that', async () => {
    const [tom, jerry] = await friends(stage)
    const [late, now] = await send(stage.site, tom, jerry, '很久以前', '刚才')
    await backdate(stage.site, [late!], 301_000)
    await backdate(stage.site, [now!], 1000)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    const revoke = /^撤回/
    await gone((await menu(here, message(here, '很久以前'))).getByRole('menuitem', { name: revoke }))
    await here.page.keyboard.press('Escape')
    await stage.site.set({ revoke_seconds: '0' })
    await (await menu(here, message(here, '很久以前')))
      .getByRole('menuitem', { name: '撤回', exact: true })
      .click()
    await log(here).getByText('你撤回了一条消息').waitFor()
  })

  test('what a quote has quoted is not to be read in it any more', async () => {
    const [tom, jerry] = await friends(stage)
    const [mid] = await send(stage.site, jerry, tom, '说漏了嘴')
    await stage.site
      .as(tom)
      .ok('message/send', { to: jerry.uid, type: 'friend', content: '真的吗', quote_mid: mid })
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await bubble(message(here, '真的吗')).getByText('说漏了嘴').waitFor()
    await choose(there, messages(there).first(), /^撤回/)
    await log(here).getByText('小老鼠 撤回了一条消息').waitFor()
    await gone(here.page.getByText('说漏了嘴'))
    await bubble(message(here, '真的吗')).getByText('此消息已撤回').waitFor()
  })

  test('the owner takes back what others write', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(GROUP(gid)), there.open(GROUP(gid))])
    await say(there, '广告')
    await choose(here, message(here, '广告'), /^撤回/)
    await log(there).getByText('汤姆 撤回了 小老鼠 的一条消息').waitFor()
    await log(here).getByText('我 撤回了 小老鼠 的一条消息').waitFor()
  })
})

describe.skipIf(!browserPath)('deleting', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('for oneself can be undone for a while, and leaves it to the other one', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '第一句', '第二句')
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    const said = page.getByText('已删除 1 条消息')
    const undo = page.getByRole('button', { name: '撤销' })
    await choose(here, message(here, '第一句'), '删除')
    // Its time stands still meanwhile.
    await undo.hover()
    await gone(message(here, '第一句'))
    expect(await said.count()).toBe(1)
    await undo.click()
    await message(here, '第一句').waitFor()
    await gone(said)

    await says(page, '已删除 1 条消息', () => choose(here, message(here, '第二句'), '删除'))
    // The bar goes by itself, and then it is for good.
    await gone(said)
    await page.reload()
    await message(here, '第一句').waitFor()
    // What was kept on the device may be seen first.
    await gone(message(here, '第二句'))
    const kept = await stage.site.as(jerry).ok('message/get', { id: tom.uid, type: 'friend' })
    expect(kept.map(({ content }: { content: string }) => content)).toEqual(['第一句', '第二句'])
  })

  test('is for good also when the page is left before the bar has gone', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '留下', '删掉我')
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await says(here.page, '已删除 1 条消息', () => choose(here, message(here, '删掉我'), '删除'))
    await here.page.reload()
    await message(here, '留下').waitFor()
    const left = async () =>
      (await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend', peek: 1 })).length
    await until(here, 'the deletion', async () => (await left()) === 1)
  })

  test('for everybody asks first, and takes it from both at once', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { size: 'phone' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const line = await say(here, '不该说的')
    await message(there, '不该说的').waitFor()
    await choose(here, line, '为所有人删除')
    const dialog = here.page.getByRole('alertdialog', { name: '为所有人删除这条消息？' })
    await dialog.getByRole('button', { name: '取消' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await line.count()).toBe(1)
    await choose(here, line, '为所有人删除')
    await dialog.getByRole('button', { name: '删除' }).click()
    await line.waitFor({ state: 'detached' })
    await message(there, '不该说的').waitFor({ state: 'detached' })
    // Another's message is not one's own to delete for both.
    await say(there, '回一句')
    const items = (await menu(here, message(here, '回一句'))).getByRole('menuitem', { name: '为所有人删除' })
    expect(await items.count()).toBe(0)
  })
})
