import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import { Invites } from '../../packages/server/src/modules/qrcode/index.ts'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, GROUP, log, menu, message, say, send } from '../conversation.ts'
import { colourAt, twoHalves } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, gone, pick, says, seen } from './acts.ts'

/* Who may what in a group, how others come into it, and its picture. */

let stage: Stage
let tom: TestUser
let jerry: TestUser
let spike: TestUser

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
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('a member becomes manager: their page offers what managers may, at once, until they are dismissed', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    const there = await stage.opened(GROUP(gid), jerry)
    await seen(button(there, '查看成员列表'))
    await gone(there.page.getByRole('switch', { name: '全员禁言' }))
    const here = await stage.opened(GROUP(gid), tom)
    for (const name of [/^群名称/, '群头像']) await seen(button(here, name))
    await button(here, '查看成员列表').click()
    await pick(here, '对 小老鼠 的操作', '设为管理员')
    await seen(member(here, '小老鼠').getByText('管理员'))
    await seen(there.page.getByRole('switch', { name: '全员禁言' }))
    // The name and the picture are the owner's.
    expect(await button(there, /^群(名称|头像)/).count()).toBe(0)
    await pick(here, '对 小老鼠 的操作', '取消管理员')
    await gone(there.page.getByRole('switch', { name: '全员禁言' }))
  })

  test('the owner hands it over', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened(`${GROUP(gid)}/details`, jerry, { size: 'phone' })
    const here = await stage.opened(GROUP(gid), tom)
    await button(here, '查看成员列表').click()
    await pick(here, '对 小老鼠 的操作', '转让群主')
    await confirm(here, '转让群主')
    await seen(member(here, '小老鼠').getByText('群主'))
    await button(here, '关闭').click()
    await gone(button(here, '解散群聊'))
    await seen(button(there, '解散群聊'))
  })

  test('somebody who is muted sees it in place of the box at once, and speaks again when it is over', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened(GROUP(gid), jerry, { size: 'phone' })
    await seen(box(there))
    const here = await stage.opened(GROUP(gid), tom)
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
  })

  test('a manager mutes a member, not those above; it ends by itself before their eyes', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    await stage.site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const there = await stage.opened(GROUP(gid), spike)
    const here = await stage.opened(`${GROUP(gid)}/details`, jerry, { size: 'phone' })
    await button(here, '查看成员列表').tap()
    await seen(member(here, '斯派克'))
    expect(await button(here, '对 汤姆 的操作').count()).toBe(0)
    await pick(here, '对 斯派克 的操作', '禁言…')
    await here.page.getByRole('dialog').last().getByRole('button', { name: '10 分钟' }).tap()
    await seen(member(here, '斯派克').getByText('已禁言'))
    await seen(there.page.getByText(/^你已被禁言/))
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: spike.uid, time: 3 })
    await gone(member(here, '斯派克').getByText('已禁言'))
    await seen(box(there))
  })

  test('all are muted but who leads the group', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened(GROUP(gid), jerry)
    await seen(box(there))
    const here = await stage.opened(GROUP(gid), tom)
    await here.page.getByRole('switch', { name: '全员禁言' }).check()
    await seen(there.page.getByText('全员禁言中，只有群主和管理员可以发言'))
    await gone(box(there))
    await say(here, '请看公告')
    // It may still hear of the first turn when it is turned back.
    const silence = here.page.getByRole('switch', { name: '全员禁言' })
    await silence.click()
    await seen(silence.and(here.page.locator(':not(:checked)')))
    await seen(box(there))
  })

  test('an owner who leaves hands it to the manager; the way back does not lead there', async () => {
    const gid = await stage.site.group(tom, spike, jerry)
    await stage.site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const there = await stage.opened(GROUP(gid), jerry)
    await seen(box(there))
    const here = await stage.opened('/chats', tom, { size: 'phone' })
    await here.page.locator(`a[href="${GROUP(gid)}"]`).tap()
    await button(here, '聊天详情').tap()
    await button(here, '退出群聊').tap()
    await seen(here.page.getByText('群主退出时，群会转让给最早的管理员或成员', { exact: false }))
    await confirm(here, '退出群聊')
    await at(here.page, '/chats')
    await seen(button(there, '解散群聊'))
    expect(await here.page.evaluate(() => history.state.back)).toBe(null)
  })

  test('the details of a group that is no more say so', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    await send(stage.site, tom, gid, '大家好')
    const [removed, beside, last] = [
      await stage.opened(`${GROUP(gid)}/details`, jerry, { size: 'phone' }),
      await stage.opened(GROUP(gid), jerry),
      await stage.opened(`${GROUP(gid)}/details`, spike, { size: 'phone', locale: 'en' }),
    ]
    for (const person of [removed, beside]) await seen(button(person, '退出群聊'))
    await stage.site.as(tom).ok('group/memberdel', { gid, members: [jerry.uid] })
    for (const person of [removed, beside]) {
      await seen(person.page.getByText('你已不在这个群里', { exact: true }))
      await gone(button(person, '退出群聊'))
    }
    await removed.page.reload()
    await seen(removed.page.getByText('你已不在这个群里', { exact: true }))
    await stage.site.as(tom).ok('group/delete', { gid })
    await seen(last.page.getByText('This group has been dissolved'))
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`its link shows the invitation to somebody else, who joins (${size})`, async () => {
      const gid = await stage.site.group(tom, jerry)
      await stage.site.as(tom).ok('group/update', { gid, groupname: '周末徒步' })
      const here = await stage.opened(size === 'phone' ? `${GROUP(gid)}/details` : GROUP(gid), tom, { size })
      await button(here, '群二维码').click()
      await seen(here.page.getByRole('img', { name: '周末徒步 的二维码' }))
      await seen(dialog(here).getByText(/前有效$/))
      await says(here.page, '已复制', () => answer(here, '复制链接'))
      const address = await here.page.evaluate(() => navigator.clipboard.readText())
      expect(address).toStartWith(`${stage.site.url}/q/g/${gid}`)

      const there = await stage.opened(address, spike, { size })
      await seen(there.page.getByRole('heading', { name: '周末徒步' }))
      await seen(there.page.getByText('2 位成员'))
      await button(there, '加入群聊').click()
      await at(there.page, GROUP(gid))
      await say(there, '大家好')
      // Whoever is in already goes straight to the chat.
      await there.open(address)
      await at(there.page, GROUP(gid))
    })
  }

  test('an invitation is good for seven days and says so; then it is refused, and leads back', async () => {
    const DAY_MS = 24 * 3600 * 1000
    const gid = await stage.site.group(tom, jerry)
    const here = await stage.opened(GROUP(gid), tom)
    await button(here, '群二维码').click()
    const end = new Date(Date.now() + 7 * DAY_MS).toLocaleDateString('zh-CN', { dateStyle: 'long' })
    await seen(dialog(here).getByText(`扫一扫加入群聊，${end} 前有效`))

    const { secrets } = stage.site.services
    const tokenOf = (ageMs: number) =>
      new Invites({ secret: secrets.invite, clock: () => Date.now() - ageMs }).issue(gid, tom.uid).token
    const there = await stage.opened(`/q/g/${gid}?t=${tokenOf(6 * DAY_MS)}`, spike, { locale: 'en' })
    await seen(button(there, 'Join the group'))
    await there.open(`/q/g/${gid}?t=${tokenOf(8 * DAY_MS)}`)
    await seen(there.page.getByRole('alert').getByText('This invitation is invalid or has expired'))
    expect(await button(there, 'Join the group').count()).toBe(0)
    expect(await button(there, 'Retry').count()).toBe(0)
    await button(there, 'Back to chats').click()
    await at(there.page, '/chats')
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`a picture is cut out and shown to all (${size})`, async () => {
      const gid = await stage.site.group(tom, jerry)
      const there = await stage.opened('/chats', jerry)
      const picture = there.page.locator(`a[href="${GROUP(gid)}"] img`)
      await picture.and(there.page.locator('[src*="/group/avatar"]')).waitFor()
      const here = await stage.opened(size === 'phone' ? `${GROUP(gid)}/details` : GROUP(gid), tom, { size })
      await button(here, '群头像').click()
      const choosing = here.page.waitForEvent('filechooser')
      await dialog(here).getByRole('button', { name: '选择图片' }).click()
      await (await choosing).setFiles(await twoHalves())
      const cut = dialog(here).getByRole('application')
      await seen(dialog(here).getByRole('button', { name: '放大' }).and(here.page.locator(':enabled')))
      // From the middle, where both halves are, well into the left one.
      for (let step = 0; step < 40; step++) await cut.press('ArrowLeft')
      await answer(here, '完成')
      await gone(dialog(here))
      const cutOut = picture.and(there.page.locator('[src*="/upload"]'))
      const made = await (
        await fetch(await cutOut.evaluate((image: HTMLImageElement) => image.src))
      ).arrayBuffer()
      for (const percent of [5, 50, 95]) expect(await colourAt(made, percent)).toBe('red')
    })
  }

  test('where the site closes the profiles of members, only who leads the group opens them', async () => {
    const mia = await stage.site.user({ nickname: '米娅' })
    const gid = await stage.site.group(tom, mia, spike)
    await stage.site.befriend(mia, tom)
    await send(stage.site, spike, gid, `大家好，[@米娅]({POPBASEURI}user/detail/${mia.uid})`)
    await send(stage.site, tom, gid, `[@斯派克]({POPBASEURI}user/detail/${spike.uid}) 欢迎`)
    const [here, owner] = [await stage.opened(GROUP(gid), mia), await stage.opened(GROUP(gid), tom)]
    const aside = here.page.getByRole('complementary', { name: '聊天详情' })
    const notice = log(here).getByRole('paragraph').filter({ hasText: '加入了群聊' })
    const ways = (person: Person): Locator[] => [
      message(person, '大家好').getByRole('button', { name: '查看 斯派克 的资料' }),
      message(person, '欢迎').getByRole('link', { name: '@斯派克' }),
      person.page.getByRole('complementary', { name: '聊天详情' }).getByRole('link', { name: '斯派克' }),
    ]
    const card = here.page.getByRole('dialog', { name: '斯派克' })
    for (const way of [...ways(here), notice.getByRole('link', { name: '斯派克' })]) await seen(way)
    await message(here, '欢迎').getByRole('link').click()
    await seen(card.getByRole('link', { name: '查看资料' }))

    await stage.site.set({ member_detail: 'off' })
    try {
      await gone(card)
      for (const way of [...ways(here), notice.getByRole('link', { name: '斯派克' })]) await gone(way)
      await seen(aside.getByText('斯派克'))
      await seen(message(here, '欢迎').getByText('@斯派克'))
      await menu(here, message(here, '大家好'))
      await seen(here.page.getByRole('menuitem', { name: '复制' }))
      expect(await here.page.getByRole('menuitem', { name: /资料$/ }).count()).toBe(0)
      await here.page.keyboard.press('Escape')
      // A friend, oneself, and everybody for who leads the group.
      await seen(aside.getByRole('link', { name: '汤姆' }))
      await seen(message(here, '大家好').getByRole('link', { name: '@米娅' }))
      for (const way of ways(owner)) await seen(way)
      await here.open(`/person/${spike.uid}`)
      await seen(here.page.getByText('本站没有开放查看成员资料'))
    } finally {
      await stage.site.set({ member_detail: 'on' })
    }
    await seen(here.page.getByRole('heading', { name: '斯派克' }))
  })
})
