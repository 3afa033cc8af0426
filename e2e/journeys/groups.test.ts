import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, GROUP, message, say } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, fill, gone, pick, row, says, seen, tab } from './acts.ts'

/* A group's life: made, filled, searched, named, left and dissolved; each time somebody else looks on. */

let stage: Stage
let tom: TestUser
let jerry: TestUser
let spike: TestUser

/** The rows of the list of members. */
const members = (person: Person) => dialog(person).getByRole('listitem')
const title = ({ page }: Person, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

describe.skipIf(!browserPath)('groups', () => {
  beforeAll(async () => {
    stage = await Stage.open()
    ;[tom, jerry, spike] = (await Promise.all(
      ['汤姆', '小老鼠', '斯派克'].map((nickname) => stage.site.user({ nickname })),
    )) as [TestUser, TestUser, TestUser]
    await stage.site.befriend(tom, jerry)
    await stage.site.befriend(tom, spike)
    await stage.site.befriend(jerry, spike)
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`is made of people who are found by their initials; they see it at once (${size})`, async () => {
      const there = await stage.opened('/chats', jerry)
      const here = await stage.opened('/chats', tom, { size })
      await pick(here, '新建', '发起群聊')
      await fill(here.page, { 群名称: `周末爬山 ${size}` })
      await here.page.getByRole('searchbox', { name: '搜索朋友' }).fill('xls')
      await gone(here.page.getByRole('checkbox', { name: '斯派克' }))
      await here.page.getByRole('checkbox', { name: '小老鼠' }).check()
      await here.page.getByRole('searchbox', { name: '搜索朋友' }).fill('spk')
      await here.page.getByRole('checkbox', { name: '斯派克' }).check()
      await answer(here, '完成（2）')
      await seen(title(here, `周末爬山 ${size}`))
      await seen(row(there, `周末爬山 ${size}`))
      await say(here, '周六早上八点')
      await seen(row(there, `周末爬山 ${size}`).getByText('周六早上八点'))
    })
  }

  test('is made from a chat with one of its people', async () => {
    const here = await stage.opened(`/chat/friend/${jerry.uid}`, tom)
    await button(here, '发起群聊').click()
    await seen(here.page.getByRole('checkbox', { name: '小老鼠', checked: true }))
    await here.page.getByRole('checkbox', { name: '斯派克' }).check()
    await answer(here, '完成（2）')
    await here.page.waitForURL(/\/chat\/group\/\d+$/)
    await seen(here.page.getByText(/^3 人/))
    await stage.site.set({ create_group: 'off' })
    try {
      await here.open(`/chat/friend/${jerry.uid}`)
      await seen(button(here, '删除好友'))
      // The page may still have the switches of its last visit.
      await gone(button(here, '发起群聊'))
    } finally {
      await stage.site.set({ create_group: 'on' })
    }
  })

  test('a member brings in an account that they opened', async () => {
    const boss = await stage.site.user({ nickname: '老板', is_member: 1 })
    await stage.site
      .as(boss)
      .ok('user/open_user', { username: 'clerk9', nickname: '小店员', password: 'secret1' })
    const here = await stage.opened('/chats', boss, { size: 'phone' })
    await pick(here, '新建', '发起群聊')
    await here.page.getByRole('checkbox', { name: '小店员' }).check()
    await answer(here, '完成（1）')
    await here.page.waitForURL(/\/chat\/group\/\d+$/)
    await say(here, '早上好')
  })

  test('a friend is invited and is there at once; the others see that, too', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened('/chats', spike)
    const third = await stage.opened(GROUP(gid), jerry)
    const here = await stage.opened(`${GROUP(gid)}/details`, tom, { size: 'phone' })
    await button(here, '邀请').tap()
    await seen(here.page.getByRole('checkbox', { name: '小老鼠', checked: true, disabled: true }))
    await here.page.getByRole('checkbox', { name: '斯派克' }).check()
    await says(here.page, '已邀请 1 位朋友', () => answer(here, '邀请（1）'))
    await seen(there.page.getByRole('listitem').filter({ hasText: '斯派克' }))
    await seen(third.page.getByRole('complementary').getByText('斯派克', { exact: true }))
    await seen(third.page.getByText(/^3 人/))
  })

  test('who is removed loses it at once', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    const there = await stage.opened(GROUP(gid), spike)
    await seen(box(there))
    const here = await stage.opened(GROUP(gid), tom)
    await button(here, '查看成员列表').click()
    await pick(here, '对 斯派克 的操作', '移出群聊')
    await here.page.getByRole('alertdialog').getByRole('button', { name: '移出群聊' }).click()
    await gone(members(here).filter({ hasText: '斯派克' }))
    await seen(there.page.getByText('你已不在这个群里，无法发送消息'))
    await gone(box(there))
  })

  test('its name, one’s own name for it, and its announcement', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened(GROUP(gid), jerry)
    const here = await stage.opened(GROUP(gid), tom)
    await button(here, /^群名称/).click()
    await fill(here.page, { 群名称: '读书会' })
    await answer(here, '保存')
    for (const person of [here, there]) {
      await seen(title(person, '读书会'))
      await seen(row(person, '读书会'))
    }
    await button(there, /^群备注/).click()
    await fill(there.page, { '备注名（仅自己可见）': '我们的书' })
    await answer(there, '保存')
    await seen(title(there, '我们的书'))
    await seen(row(there, '我们的书'))
    await seen(title(here, '读书会'))

    await button(here, '编辑群公告').click()
    const announcement = dialog(here).getByRole('textbox', { name: '群公告' })
    await announcement.fill('周四 16:00 评审第三版，请提前看稿。')
    // The page is loaded anew before it is saved, and nothing is lost.
    await here.page.reload()
    await button(here, '编辑群公告').click()
    expect(await announcement.inputValue()).toBe('周四 16:00 评审第三版，请提前看稿。')
    await answer(here, '保存')
    for (const { page } of [here, there])
      await seen(page.getByRole('complementary').getByText('周四 16:00 评审第三版，请提前看稿。'))
    await gone(button(there, '编辑群公告'))
    // What was discarded is not offered again.
    await button(here, '编辑群公告').click()
    await announcement.fill('改主意了')
    await answer(here, '取消')
    await button(here, '编辑群公告').click()
    expect(await announcement.inputValue()).toBe('周四 16:00 评审第三版，请提前看稿。')
    await answer(here, '取消')
    // Another name for oneself does not hide that the group is called something else now.
    await button(here, /^群名称/).click()
    await fill(here.page, { 群名称: '读书会二期' })
    await answer(here, '保存')
    await say(here, '改好了')
    await seen(message(there, '改好了'))
    await seen(title(there, '我们的书'))
  })

  test('is muted for oneself: no number in the title, a quiet badge', async () => {
    const gid = await stage.site.group(tom, jerry)
    const here = await stage.opened(GROUP(gid), tom)
    await here.page.getByRole('switch', { name: '消息免打扰' }).check()
    await tab(here, '消息').click()
    await stage.site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '有人吗' })
    await seen(here.page.getByRole('listitem').filter({ hasText: '有人吗' }).getByText('已免打扰'))
    expect(await here.page.title()).not.toMatch(/^\(/)
  })

  test('is left by one, and dissolved for everybody', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    const [here, there, third] = [
      await stage.opened(GROUP(gid), tom),
      await stage.opened(`${GROUP(gid)}/details`, jerry, { size: 'phone' }),
      await stage.opened(GROUP(gid), spike),
    ]
    await button(there, '退出群聊').tap()
    await there.page.getByRole('alertdialog').getByRole('button', { name: '退出群聊' }).tap()
    await at(there.page, '/chats')
    await seen(here.page.getByText(/^2 人/))
    await gone(button(third, '解散群聊'))
    await button(here, '解散群聊').click()
    await here.page.getByRole('alertdialog').getByRole('button', { name: '解散群聊' }).click()
    await at(here.page, '/chats')
    await seen(third.page.getByText('这个群已经解散'))
    await gone(box(third))
  })

  test('in English, on a phone', async () => {
    const gid = await stage.site.group(tom, jerry)
    const here = await stage.opened(`${GROUP(gid)}/details`, tom, { size: 'phone', locale: 'en' })
    await button(here, 'See the list of members').tap()
    await seen(members(here).filter({ hasText: 'Owner' }))
    await pick(here, 'Actions for 小老鼠', 'Make manager')
    await seen(members(here).filter({ hasText: 'Manager' }))
  })
})
