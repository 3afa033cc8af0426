import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, choose, FRIEND, friends, GROUP, menu, message, send, until } from '../conversation.ts'
import { paste, plain } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, fill, gone, PASSWORD, row, seen, withPassword } from './acts.ts'

/* What stands in a box and was not sent is there again, whatever happens to the page. */

let stage: Stage

/** The chat list says in red what stands in a chat's box. */
const draft = (person: Person, chat: string, text: string) =>
  row(person, chat).getByText(`[草稿] ${text}`).and(person.page.locator(':has(> .text-badge)'))

describe.skipIf(!browserPath)('a draft', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`belongs to its chat and is there after a reload: ${size}`, async () => {
      const { site } = stage
      const [tom, jerry] = await friends(stage)
      const gid = await site.group(tom, jerry, await site.user({ nickname: '斯派克' }))
      await send(site, jerry, tom, '在吗')
      const here = await stage.person(tom, { size })
      await here.open(FRIEND(jerry))
      await box(here).fill('写了一半\n还有一行')
      await here.open(GROUP(gid))
      await seen(box(here))
      expect(await box(here).inputValue()).toBe('')
      await here.open('/chats')
      await seen(draft(here, '小老鼠', '写了一半'))

      await here.open(FRIEND(jerry))
      await here.page.reload()
      await until(here, 'the draft', async () => (await box(here).inputValue()) === '写了一半\n还有一行')
      await box(here).press('Enter')
      await seen(message(here, '还有一行'))
      await here.open('/chats')
      await seen(row(here, '小老鼠').getByText('写了一半'))
      await gone(draft(here, '小老鼠', '写了一半'))
    })
  }

  test('is there on the other devices, with what it quotes and who is called, and goes when it is sent', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const gid = await site.group(tom, jerry)
    await send(site, jerry, gid, '几点出发？')
    const [desk, phone] = [await stage.person(tom), await stage.person(tom, { size: 'phone' })]
    await Promise.all([desk.open(GROUP(gid)), phone.open('/chats')])
    const group = await site.as(tom).ok('group/detail', { gid, simple: 1 })
    await choose(desk, message(desk, '几点出发？'), '引用')
    await box(desk).pressSequentially('@小老')
    await desk.page.getByRole('option', { name: '小老鼠' }).click()
    await box(desk).pressSequentially('八点，')
    await seen(draft(phone, group.groupname, '@小老鼠 八点，'))

    await row(phone, group.groupname).tap()
    await until(phone, 'the draft', async () => (await box(phone).inputValue()) === '@小老鼠 八点，')
    await seen(phone.page.getByRole('group', { name: '引用 小老鼠 的消息' }))
    // They go on here, and it is there as well.
    await box(phone).press('End')
    await box(phone).pressSequentially('老地方')
    await until(desk, 'the draft', async () => (await box(desk).inputValue()) === '@小老鼠 八点，老地方')
    await button(phone, '发送').tap()
    await seen(message(phone, '八点，老地方'))
    await until(desk, 'an empty box', async () => (await box(desk).inputValue()) === '')
    await gone(desk.page.getByRole('group', { name: '引用 小老鼠 的消息' }))
  })

  test('of somebody who has just signed in is theirs, and nobody else on the device reads it', async () => {
    const { site } = stage
    const [tom, spike] = [
      await withPassword(stage, { nickname: '汤姆' }),
      await withPassword(stage, { nickname: '斯派克' }),
    ]
    const jerry = await site.user({ nickname: '小老鼠' })
    await Promise.all([site.befriend(tom, jerry), site.befriend(spike, jerry)])
    const here = await stage.person()
    const { page } = here
    const enter = async ({ username }: typeof tom) => {
      await at(page, '/signin')
      await fill(page, { 用户名: username, 密码: PASSWORD })
      await button(here, '登录').click()
      await at(page, '/chats')
      await row(here, '小老鼠').click()
    }
    await here.open('/')
    await enter(tom)
    await box(here).fill('只给我看')
    await page.reload()
    await until(here, 'the draft', async () => (await box(here).inputValue()) === '只给我看')

    await here.open('/me/accounts')
    await button(here, '添加账号').click()
    await enter(spike)
    expect(await box(here).inputValue()).toBe('')
  })

  test('survives a page that crashes, with what is quoted', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '几点出发？')
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await (await menu(here, message(here, '几点出发？'))).getByRole('menuitem', { name: '引用' }).click()
    await box(here).pressSequentially('大概八')
    const crashed = here.page.waitForEvent('crash')
    const killer = await here.context.newCDPSession(here.page)
    // Answers never: the page is gone.
    void killer.send('Page.crash').catch(() => {})
    await crashed

    const again = await here.tab()
    await again.open(FRIEND(jerry))
    await until(again, 'the draft', async () => (await box(again).inputValue()) === '大概八')
    await again.page.getByRole('region', { name: '小老鼠' }).getByText('几点出发？').last().waitFor()
    await box(again).press('Enter')
    const answer = message(again, '大概八')
    await seen(answer.getByText('几点出发？'))

    // What is said about a file is kept as well.
    await paste(box(again), plain('名单.pdf'))
    const caption = again.page.getByRole('dialog').getByRole('textbox', { name: '说明文字' })
    await caption.fill('都在这里了')
    await again.page.reload()
    await until(again, 'the caption', async () => (await box(again).inputValue()) === '都在这里了')
  })

  test('is in step in two tabs', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '在吗')
    const here = await stage.person(tom)
    const other = await here.tab()
    await here.open(FRIEND(jerry))
    await other.open('/chats')
    await seen(row(other, '小老鼠'))
    await box(here).pressSequentially('一半')
    await seen(draft(other, '小老鼠', '一半'))

    await row(other, '小老鼠').click()
    await until(other, 'the draft', async () => (await box(other).inputValue()) === '一半')
    await box(other).press('End')
    await box(other).pressSequentially('又一半')
    await until(here, 'the other half', async () => (await box(here).inputValue()) === '一半又一半')
    await box(here).press('Enter')
    await seen(message(other, '一半又一半'))
    await until(other, 'an empty box', async () => (await box(other).inputValue()) === '')
  })
})
