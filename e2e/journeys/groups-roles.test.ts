import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, GROUP, say } from '../conversation.ts'
import { browserPath, type Person, Stage, type View } from '../stage.ts'
import { answer, at, button, dialog, gone, PICTURE, pick, seen } from './acts.ts'

/* Who may what in a group, how others come into it, and its picture. */

let stage: Stage
let tom: TestUser
let jerry: TestUser
let spike: TestUser

const opened = async (path: string, user: TestUser, view?: View): Promise<Person> => {
  const person = await stage.person(user, view)
  await person.open(path)
  return person
}
const member = (person: Person, name: string) =>
  dialog(person).getByRole('listitem').filter({ hasText: name })
const confirm = (person: Person, name: string) =>
  person.page.getByRole('alertdialog').getByRole('button', { name, exact: true }).click()

describe.skipIf(!browserPath)('roles in a group', () => {
  beforeAll(async () => {
    stage = await Stage.open()
    ;[tom, jerry, spike] = (await Promise.all(
      ['汤姆', '小老鼠', '斯派克'].map((nickname) => stage.site.user({ nickname })),
    )) as [TestUser, TestUser, TestUser]
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.leave())

  test('a member becomes manager: their page offers what managers may, at once, until they are dismissed', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    const there = await opened(GROUP(gid), jerry)
    await seen(button(there, '查看成员列表'))
    await gone(there.page.getByRole('switch', { name: '全员禁言' }))
    const here = await opened(GROUP(gid), tom)
    await button(here, '查看成员列表').click()
    await pick(here, '对 小老鼠 的操作', '设为管理员')
    await seen(member(here, '小老鼠').getByText('管理员'))
    await seen(there.page.getByRole('switch', { name: '全员禁言' }))
    await pick(here, '对 小老鼠 的操作', '取消管理员')
    await gone(there.page.getByRole('switch', { name: '全员禁言' }))
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('the owner hands it over', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await opened(`${GROUP(gid)}/details`, jerry, { size: 'phone' })
    const here = await opened(GROUP(gid), tom)
    await button(here, '查看成员列表').click()
    await pick(here, '对 小老鼠 的操作', '转让群主')
    await confirm(here, '转让群主')
    await seen(member(here, '小老鼠').getByText('群主'))
    await button(here, '关闭').click()
    await gone(button(here, '解散群聊'))
    await seen(button(there, '解散群聊'))
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('somebody who is muted sees it in place of the box at once, and speaks again when it is over', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await opened(GROUP(gid), jerry, { size: 'phone' })
    await seen(box(there))
    const here = await opened(GROUP(gid), tom)
    await button(here, '查看成员列表').click()
    await pick(here, '对 小老鼠 的操作', '禁言…')
    await here.page
      .getByRole('dialog', { name: '禁言“小老鼠”多久？' })
      .getByRole('button', { name: '1 小时' })
      .click()
    await seen(member(here, '小老鼠').getByText('已禁言'))
    await seen(there.page.getByText(/^你已被禁言/))
    await gone(box(there))
    await pick(here, '对 小老鼠 的操作', '解除禁言')
    await seen(box(there))
    await say(there, '我回来了')
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('all are muted but who leads the group', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await opened(GROUP(gid), jerry)
    await seen(box(there))
    const here = await opened(GROUP(gid), tom)
    await here.page.getByRole('switch', { name: '全员禁言' }).check()
    await seen(there.page.getByText('全员禁言中，只有群主和管理员可以发言'))
    await gone(box(there))
    await say(here, '请看公告')
    await here.page.getByRole('switch', { name: '全员禁言' }).uncheck()
    await seen(box(there))
    expect(stage.problems()).toEqual([])
  }, 20_000)

  for (const size of ['desktop', 'phone'] as const) {
    test(`its link shows the invitation to somebody else, who joins (${size})`, async () => {
      const gid = await stage.site.group(tom, jerry)
      await stage.site.as(tom).ok('group/update', { gid, groupname: '周末徒步' })
      const here = await opened(size === 'phone' ? `${GROUP(gid)}/details` : GROUP(gid), tom, { size })
      await button(here, '群二维码').click()
      await seen(here.page.getByRole('img', { name: '周末徒步 的二维码' }))
      await seen(dialog(here).getByText(/前有效$/))
      await answer(here, '复制链接')
      await seen(dialog(here).getByText('已复制'))
      const address = await here.page.evaluate(() => navigator.clipboard.readText())
      expect(address).toStartWith(`${stage.site.url}/q/g/${gid}`)

      const there = await opened(address, spike, { size })
      await seen(there.page.getByRole('heading', { name: '周末徒步' }))
      await seen(there.page.getByText('2 位成员'))
      await button(there, '加入群聊').click()
      await at(there.page, GROUP(gid))
      await say(there, '大家好')
      // Whoever is in already goes straight to the chat.
      await there.open(address)
      await at(there.page, GROUP(gid))
      expect(stage.problems()).toEqual([])
    }, 20_000)
  }

  test('an invitation that is no longer good says so', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await opened(`/q/g/${gid}?t=old`, spike, { locale: 'en' })
    await seen(there.page.getByRole('alert').or(there.page.getByText(/invit/i).nth(1)))
    await gone(button(there, 'Join the group'))
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('a picture is cut out and shown to all', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await opened('/chats', jerry)
    const picture = there.page.getByRole('listitem').locator('img').first()
    await picture.waitFor()
    expect(await picture.getAttribute('src')).toContain('/group/avatar')
    const here = await opened(GROUP(gid), tom)
    await button(here, '群头像').click()
    const choosing = here.page.waitForEvent('filechooser')
    await dialog(here).getByRole('button', { name: '选择图片' }).click()
    await (await choosing).setFiles(PICTURE)
    await answer(here, '完成')
    await gone(dialog(here))
    await there.page.waitForFunction(() =>
      [...document.querySelectorAll('li img')].some((image) =>
        image.getAttribute('src')?.includes('/upload'),
      ),
    )
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('where the site closes the profiles of members, only who leads the group opens them', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    await stage.site.befriend(jerry, tom)
    const here = await opened(GROUP(gid), jerry)
    const aside = here.page.getByRole('complementary', { name: '聊天详情' })
    await seen(aside.getByRole('link', { name: '斯派克' }))
    await stage.site.set({ member_detail: 'off' })
    try {
      await gone(aside.getByRole('link', { name: '斯派克' }))
      await seen(aside.getByText('斯派克'))
      await seen(aside.getByRole('link', { name: '汤姆' }))
    } finally {
      await stage.site.set({ member_detail: 'on' })
    }
    expect(stage.problems()).toEqual([])
  }, 20_000)
})
