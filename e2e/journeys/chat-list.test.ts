import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { backdate, box, choose, FRIEND, friends, message, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, button, dialog, gone, pickFrom, row, seen } from './acts.ts'

/* The list of chats: what each row tells, where it stands, and what can be done with it. */

let stage: Stage

const DAY = 24 * 3_600_000

/** The names of the chats, in the order of the list. */
const order = ({ page }: Person) =>
  page
    .getByRole('list', { name: /聊天列表|Chats/ })
    .locator('.truncate.font-semibold')
    .allInnerTexts()

const ordered = (person: Person, ...names: string[]) =>
  until(person, names.join(', '), async () => (await order(person)).join() === names.join())

/** The red or grey number of a chat. */
const badge = (person: Person, chat: string, count: string) =>
  row(person, chat).locator('.rounded-full').getByText(count, { exact: true })

/** Run in the page: whether a text has the colour of what is new. */
function isRed(text: Element): boolean {
  const probe = document.body.appendChild(document.createElement('i'))
  probe.style.color = 'var(--badge)'
  const red = getComputedStyle(probe).color
  probe.remove()
  return getComputedStyle(text).color === red
}

/** A friend with a chat with one message, so many ms old. */
async function friendOf(
  tom: Awaited<ReturnType<typeof friends>>[0],
  nickname: string,
  content: string,
  ms = 0,
) {
  const friend = await stage.site.user({ nickname })
  await stage.site.befriend(tom, friend)
  const mids = await send(stage.site, friend, tom, content)
  if (ms > 0) await backdate(stage.site, mids, ms)
  return friend
}

/** The short name of the day so many days ago, in English. */
const weekday = (days: number) =>
  new Date(Date.now() - days * DAY).toLocaleDateString('en', { weekday: 'short' })

/** What a chat's menu offers, in both sizes and languages. */
const WAYS = [
  {
    size: 'desktop',
    locale: 'zh-CN',
    act: {
      ...{ pin: '置顶', unpin: '取消置顶', unread: '标为未读', read: '标为已读' },
      ...{ hide: '不显示', undo: '撤销', delete: '删除聊天', cancel: '取消', agree: '删除' },
    },
  },
  {
    size: 'phone',
    locale: 'en',
    act: {
      ...{ pin: 'Pin to top', unpin: 'Unpin', unread: 'Mark as unread', read: 'Mark as read' },
      ...{ hide: 'Hide', undo: 'Undo', delete: 'Delete chat', cancel: 'Cancel', agree: 'Delete' },
    },
  },
] as const

/** Somebody before a list with two chats. */
async function menuOf(size: 'desktop' | 'phone', locale: 'zh-CN' | 'en') {
  const [tom, jerry] = await friends(stage)
  await send(stage.site, jerry, tom, '你好')
  const spike = await friendOf(tom, '斯派克', '在家吗')
  const here = await stage.person(tom, { size, locale })
  await here.open('/chats')
  await ordered(here, '斯派克', '小老鼠')
  return { here, tom, jerry, spike }
}

interface Moves {
  /** How long rows take to their new place, as the page's style says. */
  durations: string[]
}

/** Runs in the page: notes rows that are moved. */
function watchMoves(): void {
  const moves: Moves = { durations: [] }
  Object.assign(window, { moves })
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if ((target as Element).matches('li.chat-row-move'))
        moves.durations.push(getComputedStyle(target as Element).transitionDuration)
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] })
}
const moves = ({ page }: Person) =>
  page.evaluate(() => (window as unknown as { moves: Moves }).moves.durations)

describe.skipIf(!browserPath)('the list of chats', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('tells what was said last by its kind, and when', async () => {
    const tom = await stage.site.user({ nickname: '汤姆' })
    const now = new Date()
    const threeDaysAgo = new Date(now.getTime() - 3 * DAY)
    const longAgo = new Date(now.getTime() - 800 * DAY)
    const rows = [
      ['甲', '![图片](/a.png#w=1&h=1)', 0, '[图片]', '刚刚'],
      ['乙', 'voice(/a.wav#d=12.3)', DAY, '[语音] 12″', '昨天'],
      [
        '丙',
        'file[猫.mp4|1 MB](/a.mp4)',
        3 * DAY,
        '[视频] 猫.mp4',
        `周${'日一二三四五六'[threeDaysAgo.getDay()]}`,
      ],
      [
        ...(['丁', 'file[合同.pdf\t2 MB](/a.pdf)', 800 * DAY, '[文件] 合同.pdf'] as const),
        `${longAgo.getFullYear()}/${longAgo.getMonth() + 1}/${longAgo.getDate()}`,
      ],
      ['戊', '早 [表情0]', 0, '早 🙂', '刚刚'],
    ] as const
    for (const [name, content, ms] of rows.toReversed()) await friendOf(tom, name, content, ms)
    const here = await stage.person(tom)
    await here.open('/chats')
    await ordered(here, '甲', '戊', '乙', '丙', '丁')
    for (const [name, , , preview, time] of rows) {
      await seen(row(here, name).getByText(preview, { exact: true }))
      await seen(row(here, name).getByText(time, { exact: true }))
    }
  })

  test('tells it in English, too, and what is written there and was not sent', async () => {
    const tom = await stage.site.user({ nickname: 'Tom' })
    const rows = [
      ['Ann', 'Hi [表情0]', 0, 'Hi 🙂', 'now'],
      ['Dora', '![图片](/a.png#w=1&h=1)', 0, '[Photo]', 'now'],
      ['Bob', 'voice(/a.wav#d=12.3)', DAY, '[Voice] 12″', 'Yesterday'],
      ['Cleo', 'file[cat.mp4|1 MB](/a.mp4)', 3 * DAY, '[Video] cat.mp4', weekday(3)],
    ] as const
    let ann: TestUser | undefined
    for (const [name, content, ms] of rows.toReversed()) ann = await friendOf(tom, name, content, ms)
    const here = await stage.person(tom, { locale: 'en' })
    await here.open('/chats')
    await ordered(here, 'Ann', 'Dora', 'Bob', 'Cleo')
    for (const [name, , , preview, time] of rows) {
      await seen(row(here, name).getByText(preview, { exact: true }))
      await seen(row(here, name).getByText(time, { exact: true }))
    }
    await row(here, 'Ann').click()
    await box(here).fill('See you at 3 [表情0]')
    await row(here, 'Bob').click()
    await seen(row(here, 'Ann').getByText('[Draft] See you at 3 🙂'))
    expect(await row(here, 'Ann').getByText('[Draft]', { exact: true }).evaluate(isRed)).toBe(true)
    expect(await row(here, 'Ann').getByText('See you at 3').evaluate(isRed)).toBe(false)

    // A chat that is on no list has a place on it while something is written there, until it is taken off.
    await stage.site.as(tom).ok('pop/delchat', { id: ann!.uid, type: 'friend' })
    await seen(row(here, 'Ann'))
    await here.page.reload()
    await seen(row(here, 'Ann').getByText('[Draft] See you at 3'))
    await pickFrom(here, row(here, 'Ann'), 'Hide')
    await gone(row(here, 'Ann'))
    await here.page.reload()
    await seen(row(here, 'Bob'))
    // What is kept of the last visit may be older.
    await gone(row(here, 'Ann'))
  })

  test('keeps the place of a chat whose last message is deleted, and shows the one before', async () => {
    const [tom, jerry] = await friends(stage)
    const spike = await friendOf(tom, '斯派克', '在家吗')
    await send(stage.site, jerry, tom, '第一句', '第二句')
    const here = await stage.person(tom)
    await here.open('/chats')
    await ordered(here, '小老鼠', '斯派克')
    await row(here, '小老鼠').click()
    await choose(here, message(here, '第二句'), '删除')
    await gone(message(here, '第二句'))
    await row(here, '斯派克').click()
    await seen(row(here, '小老鼠').getByText('第一句'))
    await ordered(here, '小老鼠', '斯派克')
    await send(stage.site, spike, tom, '喂')
    await ordered(here, '斯派克', '小老鼠')
  })

  test('calls friends by their remark, says who wrote in a group, and counts to 99', async () => {
    const [tom, jerry] = await friends(stage)
    const spike = await stage.site.user({ nickname: '斯派克' })
    const gid = await stage.site.group(tom, jerry, spike)
    await stage.site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '邻居老鼠' })
    await send(stage.site, spike, gid, '大家好')
    await send(stage.site, jerry, tom, ...Array.from({ length: 99 }, () => '在吗'))
    const here = await stage.person(tom)
    await here.open('/chats')
    await seen(badge(here, '邻居老鼠', '99'))
    await send(stage.site, jerry, tom, '还在吗')
    await seen(badge(here, '邻居老鼠', '99+'))
    const group = here.page.getByRole('listitem').filter({ hasText: '大家好' })
    await seen(group.getByText('斯派克：大家好'))
    await send(stage.site, jerry, gid, '我也在')
    await seen(here.page.getByText('邻居老鼠：我也在'))
    // What one says oneself has no name before it.
    await send(stage.site, tom, gid, '晚上好')
    await seen(here.page.getByRole('listitem').getByText('晚上好', { exact: true }))
  })

  test('a muted chat has a quiet number', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '一')
    const here = await stage.person(tom)
    await here.open('/chats')
    const colour = () =>
      badge(here, '小老鼠', '1').evaluate((element) => getComputedStyle(element).backgroundColor)
    await seen(badge(here, '小老鼠', '1'))
    const loud = await colour()
    await pickFrom(here, row(here, '小老鼠'), '消息免打扰')
    await seen(row(here, '小老鼠').getByText('已免打扰'))
    expect(await colour()).not.toBe(loud)
  })

  for (const { size, locale, act } of WAYS) {
    test(`a chat’s menu pins and marks it: ${size}, ${locale}`, async () => {
      const { here, tom, spike } = await menuOf(size, locale)
      /** The colour of the row, once it is at rest and nobody points at it. */
      const ground = () =>
        row(here, '小老鼠')
          .getByRole('link')
          .evaluate((element) =>
            element.getAnimations().length > 0 || element.matches(':hover')
              ? ''
              : getComputedStyle(element).backgroundColor,
          )
      const plain = await ground()
      await pickFrom(here, row(here, '小老鼠'), act.pin)
      await ordered(here, '小老鼠', '斯派克')
      // Not under the mouse, which is over the menu still.
      await here.page.mouse.move(0, 0)
      await until(here, 'a tinted row', async () => !['', plain].includes(await ground()))
      await send(stage.site, spike, tom, '喂')
      await seen(row(here, '斯派克').getByText('喂'))
      await ordered(here, '小老鼠', '斯派克')
      await pickFrom(here, row(here, '小老鼠'), act.unpin)
      await ordered(here, '斯派克', '小老鼠')

      await pickFrom(here, row(here, '斯派克'), act.read)
      await gone(badge(here, '斯派克', '2'))
      await pickFrom(here, row(here, '斯派克'), act.unread)
      await seen(badge(here, '斯派克', '1'))
    })

    test(`a chat’s menu hides and deletes it: ${size}, ${locale}`, async () => {
      const { here, tom, jerry } = await menuOf(size, locale)
      await pickFrom(here, row(here, '小老鼠'), act.hide)
      // Under a pointer it does not go away.
      await button(here, act.undo).hover()
      await ordered(here, '斯派克')
      await button(here, act.undo).click()
      await ordered(here, '斯派克', '小老鼠')

      await pickFrom(here, row(here, '小老鼠'), act.delete)
      await seen(dialog(here).getByText('小老鼠'))
      await answer(here, act.cancel)
      await gone(dialog(here))
      await pickFrom(here, row(here, '小老鼠'), act.delete)
      await answer(here, act.agree)
      await ordered(here, '斯派克')
      // The page shows it before the server knows, which would delete what follows with it.
      await until(here, 'the server to know', async () => {
        const { chatting } = await stage.site.as(tom).ok('pop/get')
        return chatting[`friend${jerry.uid}`] === undefined
      })
      await send(stage.site, jerry, tom, '又是我')
      await ordered(here, '小老鼠', '斯派克')
      await row(here, '小老鼠').click()
      await seen(message(here, '又是我'))
      expect(await message(here, '你好').count()).toBe(0)
      // For the other one it is all there.
      const there = await stage.person(jerry)
      await there.open(FRIEND(tom))
      await seen(message(there, '你好'))
    })
  }

  for (const reducedMotion of ['no-preference', 'reduce'] as const)
    test(`a new message takes its chat to the top, calmly (motion: ${reducedMotion})`, async () => {
      const [tom, jerry] = await friends(stage)
      await send(stage.site, jerry, tom, '你好')
      await friendOf(tom, '斯派克', '在家吗')
      const here = await stage.person(tom)
      await here.page.emulateMedia({ reducedMotion })
      await here.open('/chats')
      await ordered(here, '斯派克', '小老鼠')
      await here.page.evaluate(watchMoves)
      await send(stage.site, jerry, tom, '我来了')
      await ordered(here, '小老鼠', '斯派克')
      const seconds = (await moves(here)).flatMap((durations) => durations.split(', ').map(Number.parseFloat))
      if (reducedMotion === 'reduce') expect(Math.max(...seconds)).toBeLessThan(0.001)
      else expect(Math.max(...seconds)).toBeGreaterThan(0.1)
    })
})
