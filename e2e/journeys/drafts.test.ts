import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, FRIEND, friends, GROUP, menu, message, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { gone, row, seen } from './acts.ts'

/* What stands in a box and was not sent is there again, whatever happens to the page. */

let stage: Stage

/** The chat list says in red what stands in a chat's box. */
const draft = (person: Person, chat: string, text: string) =>
  row(person, chat).getByText(`[草稿] ${text}`).and(person.page.locator(':has(> .text-badge)'))

describe.skipIf(!browserPath)('a draft', () => {
  beforeAll(async () => {
    stage = await Stage.open({ clientFolder: process.env.PARLEY_TEST_CLIENT })
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
