import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, GROUP, say, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { button, dialog, gone, row, says, seen } from './acts.ts'
import { wire } from './network.ts'

/* Who is in a group: the grid, the list with its pages and its search, the picture that is made of them. */

let stage: Stage
let tom: TestUser
let jerry: TestUser
let spike: TestUser

/** The rows of the list of members. */
const members = (person: Person) => dialog(person).getByRole('listitem')
const aside = ({ page }: Person) => page.getByRole('complementary', { name: '聊天详情' })

describe.skipIf(!browserPath)('members of a group', () => {
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

  test('120 of them come in pages, and are searched by pinyin', async () => {
    const crowd = await stage.site.users(118)
    const gid = await stage.site.group(tom, jerry, ...crowd)
    const here = await stage.opened(GROUP(gid), tom)
    await seen(aside(here).getByText('小老鼠', { exact: true }))
    // The grid shows the first only.
    expect(await aside(here).getByRole('link', { name: /^用户/ }).count()).toBe(13)
    await button(here, '查看全部 120 位成员').click()
    await members(here).nth(49).waitFor()
    expect(await members(here).count()).toBe(50)
    await members(here).last().scrollIntoViewIfNeeded()
    await members(here).nth(99).waitFor()
    await members(here).last().scrollIntoViewIfNeeded()
    await members(here).nth(119).waitFor()
    await here.page.getByRole('searchbox', { name: '搜索成员，可输拼音首字母' }).fill('xls')
    await members(here).nth(1).waitFor({ state: 'detached' })
    expect(await members(here).innerText()).toContain('小老鼠')
    await here.page.getByRole('searchbox').fill('没有的人')
    await seen(here.page.getByText('没有找到“没有的人”'))
  })

  test('where they cannot be read it says so, and they are asked for again', async () => {
    await stage.site.group(tom, jerry, spike)
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open('/chats')
    await seen(here.page.getByRole('link', { name: /（在线）/ }))
    network.refuse('group/members')
    await here.page.getByRole('listitem').first().click()
    await seen(aside(here).getByRole('alert').getByText('服务器开小差了'))
    // Whenever more is known of the group they are asked for again: nothing is on its way any more.
    await until(here, 'no more refusals', async () => {
      const { refused } = network
      await here.page.waitForTimeout(1000)
      return refused === network.refused
    })
    network.refuse()
    await aside(here).getByRole('button', { name: '重试' }).click()
    await seen(aside(here).getByRole('link', { name: '斯派克' }))
    await gone(aside(here).getByRole('alert'))

    network.refuse('group/members')
    await button(here, '查看成员列表').click()
    await seen(dialog(here).getByRole('alert').getByText('服务器开小差了'))
    network.refuse()
    await dialog(here).getByRole('button', { name: '重试' }).click()
    await seen(members(here).filter({ hasText: '斯派克' }))
    await gone(dialog(here).getByRole('alert'))
  })

  test('who is in already is not invited, also when they were picked before that was known', async () => {
    const [mia, anna] = await Promise.all(['米娅', '安娜'].map((nickname) => stage.site.user({ nickname })))
    for (const friend of [mia!, anna!]) await stage.site.befriend(tom, friend)
    const gid = await stage.site.group(tom, mia!)
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open(GROUP(gid))
    await seen(aside(here).getByRole('link', { name: '米娅' }))
    const arrive = network.hold('group/members')
    await button(here, '邀请').click()
    for (const name of ['米娅', '安娜']) await dialog(here).getByRole('checkbox', { name }).check()
    await says(here.page, '已邀请 1 位朋友', async () => {
      await button(here, '邀请（2）').click()
      arrive()
    })
    await seen(aside(here).getByRole('link', { name: '安娜' }))
  })

  test('their pictures make the group’s, which is another one when somebody comes', async () => {
    const gid = await stage.site.group(tom, jerry)
    await stage.site.as(tom).ok('group/update', { gid, groupname: '画廊' })
    const here = await stage.opened('/chats', jerry, { size: 'phone' })
    const picture = row(here, '画廊').locator('img')
    await picture.waitFor()
    const isDrawn = () =>
      picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)
    await until(here, 'the picture of two', isDrawn)
    const before = await picture.getAttribute('src')
    expect(before).toContain('/group/avatar')
    await stage.site.api(tom).ok('group/memberadd', { gid, members: [spike.uid] })
    await until(here, 'another picture', async () => (await picture.getAttribute('src')) !== before)
    expect(await picture.getAttribute('src')).toContain(String(spike.uid))
    await until(here, 'the picture of three', isDrawn)
  })

  test('who was muted for a time speaks again when it is over', async () => {
    const gid = await stage.site.group(tom, jerry)
    const there = await stage.opened(GROUP(gid), jerry, { size: 'phone' })
    await seen(box(there))
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 600 })
    await seen(there.page.getByText(/^你已被禁言/))
    await gone(box(there))
    await stage.site.as(tom).ok('group/forbiddenuser', { gid, uid: jerry.uid, time: 3 })
    await seen(box(there))
    await say(there, '我回来了')
  })

  test('whether managers remove people is the site’s choice', async () => {
    const gid = await stage.site.group(tom, jerry, spike)
    await stage.site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const here = await stage.opened(`${GROUP(gid)}/details`, jerry, { size: 'phone', locale: 'en' })
    await button(here, 'See the list of members').tap()
    const actions = button(here, 'Actions for 斯派克')
    const remove = here.page.getByRole('menuitem', { name: 'Remove from group' })
    await actions.tap()
    await seen(here.page.getByRole('menuitem', { name: 'Mute…' }))
    expect(await remove.count()).toBe(0)
    // Nobody but the owner says who is a manager, and a manager does nothing to the owner.
    expect(await here.page.getByRole('menuitem', { name: /manager|over/ }).count()).toBe(0)
    expect(await button(here, 'Actions for 汤姆').count()).toBe(0)
    await here.page.keyboard.press('Escape')
    await gone(here.page.getByRole('menu'))
    await stage.site.set({ manager_remove: 'on' })
    try {
      // The page hears of it a moment later.
      await here.page.waitForFunction(
        () => JSON.parse(localStorage.getItem('parley:site') ?? '{}').manager_remove === 'on',
      )
      await actions.tap()
      await remove.tap()
      await here.page.getByRole('alertdialog').getByRole('button', { name: 'Remove from group' }).tap()
      await gone(members(here).filter({ hasText: '斯派克' }))
    } finally {
      await stage.site.set({ manager_remove: 'off' })
    }
    await seen(members(here).filter({ hasText: '汤姆' }))
  })
})
