import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, friends, message, middleOf, say, send, touch, until } from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { answer, at, button, dialog, fill, gone, link, pick, row, says, seen, tab } from './acts.ts'

/* The address book: finding people, becoming friends, and what one sets about a friend. */

let stage: Stage

describe.skipIf(!browserPath)('contacts', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('friends stand from A to Z; a letter at the side leads to its people', async () => {
    const { site } = stage
    const tom = await site.user({ nickname: '汤姆' })
    const names = [
      '安娜',
      '鲍勃',
      '陈浩',
      '邓伟',
      'Emma',
      '冯睿',
      '高远',
      '何倩',
      '蒋南',
      '张伟',
      '7号',
      'Zoe',
    ]
    const people = await Promise.all(names.map((nickname) => site.user({ nickname })))
    for (const person of people) await site.befriend(tom, person)
    const person = await stage.opened('/contacts', tom, { size: 'phone' })
    const { page } = person
    await seen(page.getByText('12 位朋友'))
    const letters = await page.getByRole('heading', { level: 2 }).allInnerTexts()
    expect(letters).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'Z', '#'])
    const heading = page.getByRole('heading', { name: 'Z', exact: true })
    const before = (await heading.boundingBox())!.y
    await page.getByRole('navigation', { name: '字母索引' }).getByRole('button', { name: 'Z' }).tap()
    await page.waitForFunction(
      (y) => document.querySelector('[data-letter="Z"]')!.getBoundingClientRect().y < y - 100,
      before,
    )
    await seen(link(person, '张伟'))
    await link(person, '张伟').tap()
    await seen(page.getByRole('heading', { name: '张伟' }))
    await button(person, '返回').tap()
    await at(page, '/contacts')
  })

  test('a finger that sweeps over the letters takes the list along, and shows where it is', async () => {
    const { site } = stage
    const tom = await site.user({ nickname: '汤姆' })
    for (const letter of 'ABCDEFGHJKLMNOPQRSTWXYZ')
      await site.befriend(tom, await site.user({ nickname: `${letter} friend` }))
    const person = await stage.opened('/contacts', tom, { size: 'phone' })
    const { page } = person
    const index = page.getByRole('navigation', { name: '字母索引' })
    const letter = (name: string) => index.getByRole('button', { name, exact: true })
    const large = index.locator('[data-touched]')
    const finger = await touch(person, await middleOf(letter('A')))
    await seen(large.getByText('A'))
    const end = await middleOf(letter('W'))
    // It need not stay on the narrow column.
    await finger.move({ x: end.x - 120, y: end.y })
    await seen(large.getByText('W'))
    await page.waitForFunction(
      () => document.querySelector('[data-letter="W"]')!.getBoundingClientRect().y < innerHeight / 2,
    )
    await finger.lift()
    await gone(large)
    // On its side a phone has little height: all letters stay on the page.
    await page.setViewportSize({ width: 844, height: 390 })
    await until(person, 'room for all letters', () =>
      index.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        const letters = [...element.querySelectorAll('button')].map((one) => one.getBoundingClientRect())
        return bottom <= innerHeight && letters[0]!.top >= top - 1 && letters.at(-1)!.bottom <= bottom + 1
      }),
    )
  })

  test('somebody is found by their name, asked with a postscript, sees it at once and accepts', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const there = await stage.opened('/chats', jerry, { size: 'phone' })
    await seen(there.page.getByText('还没有聊天，找个人说句话吧'))
    const here = await stage.opened('/chats', tom)
    await pick(here, '新建', '添加朋友')
    await here.page.getByRole('searchbox', { name: '用户名或账号 ID' }).fill('nobody-has-this-name')
    await button(here, '查找').click()
    await seen(here.page.getByText('没有找到“nobody-has-this-name”，请检查后重试'))
    await here.page.getByRole('searchbox').fill(jerry!.username)
    await here.page.keyboard.press('Enter')
    await button(here, '添加到通讯录').click()
    await fill(here.page, { 附言: '我是汤姆，住在隔壁' })
    await says(here.page, '申请已发送，等待对方通过', () => answer(here, '发送申请'))
    await seen(button(here, '已申请，等待通过').and(here.page.locator(':disabled')))
    // So it is when they come back to it, also on another device.
    await here.open(`/person/${jerry!.uid}`)
    await seen(button(here, '已申请，等待通过').and(here.page.locator(':disabled')))

    await tab(there, '1 个好友申请， 通讯录').tap()
    await link(there, /新的朋友/).tap()
    await seen(there.page.getByText('我是汤姆，住在隔壁'))
    await seen(there.page.locator('time').filter({ hasText: '刚刚' }))
    await button(there, '接受').tap()
    await button(there, '发消息').or(link(there, '发消息')).tap()
    await at(there.page, `/chat/friend/${tom!.uid}`)
    await say(there, '你好，邻居')
    // Both can talk: the one who asked is told at once.
    await tab(here, '消息').click()
    await row(here, jerry!.nickname).click()
    await seen(message(here, '你好，邻居'))
    await say(here, '终于认识了')
    await seen(message(there, '终于认识了'))
  })

  test('the profile of who asks offers to accept', async () => {
    const [tom, jerry] = await stage.site.users(2)
    await stage.site.as(tom!).ok('friend/apply', { friend_uid: jerry!.uid, postscript: '我是汤姆' })
    const here = await stage.opened(`/person/${tom!.uid}`, jerry)
    await seen(here.page.getByRole('main').getByText('我是汤姆'))
    expect(await button(here, '添加到通讯录').count()).toBe(0)
    await button(here, '接受好友申请').click()
    await seen(button(here, '删除好友'))
    await gone(button(here, '接受好友申请'))
    await gone(tab(here, '条新消息， 通讯录'))
  })

  test('somebody is found by their number, and refuses', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const { nid } = await stage.site.as(tom!).ok('user/detail', { uid: jerry!.uid })
    const here = await stage.opened('/contacts/add', tom, { locale: 'en' })
    await here.page.getByRole('searchbox').fill(String(nid))
    await button(here, 'Find').click()
    await button(here, 'Add to contacts').click()
    await dialog(here).getByRole('button', { name: /Send/ }).click()

    const there = await stage.opened('/contacts/requests', jerry)
    await seen(tab(there, '个好友申请， 通讯录'))
    await button(there, '拒绝').click()
    await seen(there.page.getByText('已拒绝'))
    await gone(tab(there, '个好友申请， 通讯录'))
    expect(await stage.site.services.friends.are(tom!.uid, jerry!.uid)).toBe(false)
  })

  test('a remark changes the name everywhere, also on the other devices', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '你好')
    const here = await stage.opened(`/chat/friend/${jerry.uid}`, tom)
    const phone = await stage.opened('/chats', tom, { size: 'phone' })
    await seen(row(phone, '小老鼠'))
    await button(here, /^备注/).click()
    await fill(here.page, { 备注名: '隔壁的老鼠' })
    await answer(here, '保存')
    await seen(here.page.getByRole('heading', { level: 1, name: '隔壁的老鼠' }))
    await seen(row(here, '隔壁的老鼠'))
    await seen(row(phone, '隔壁的老鼠'))
    await here.page.reload()
    await seen(row(here, '隔壁的老鼠'))
    await tab(here, '通讯录').click()
    await seen(here.page.getByRole('heading', { name: 'G', exact: true }))
    await link(here, '隔壁的老鼠').click()
    await seen(here.page.getByText('昵称：小老鼠'))
    await button(here, /^备注/).click()
    await fill(here.page, { 备注名: '' })
    await answer(here, '保存')
    await seen(here.page.getByRole('heading', { name: '小老鼠' }))
  })

  test('a friend is pinned and muted from their profile, before a word was said', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.opened(`/person/${jerry.uid}`, tom)
    await here.page.getByRole('switch', { name: '置顶聊天' }).check()
    await here.page.getByRole('switch', { name: '消息免打扰' }).check()
    await send(stage.site, jerry, tom, '你好')
    await here.open('/chats')
    await seen(row(here, '小老鼠').getByText('已免打扰'))
    expect(await stage.site.as(tom).ok('pop/get')).toMatchObject({
      chatting: { [`friend${jerry.uid}`]: { top: 1, muted: 1 } },
    })
  })

  test('the card beside a picture has the remark, and leads to the profile', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '你好')
    const here = await stage.opened(`/chat/friend/${jerry.uid}`, tom)
    await message(here, '你好').getByRole('button', { name: '查看 小老鼠 的资料' }).click()
    const card = here.page.getByRole('dialog', { name: '小老鼠' })
    await card.getByRole('button', { name: /^备注/ }).click()
    await fill(here.page, { 备注名: '隔壁的老鼠' })
    await here.page.getByRole('dialog', { name: '备注' }).getByRole('button', { name: '保存' }).click()
    const renamed = here.page.getByRole('dialog', { name: '隔壁的老鼠' })
    await seen(renamed.getByText('昵称：小老鼠'))
    await renamed.getByRole('link', { name: '查看资料' }).click()
    await at(here.page, `/person/${jerry.uid}`)
    await seen(here.page.getByRole('heading', { name: '隔壁的老鼠' }))
    // Whoever remembers the nickname alone finds them, too.
    await here.page.keyboard.press('Control+k')
    await here.page.keyboard.type('xls')
    await here.page.getByRole('option', { name: /隔壁的老鼠/ }).click()
    await at(here.page, `/chat/friend/${jerry.uid}`)
  })

  test('who deletes a friend is gone from their page at once, and cannot be written to any more', async () => {
    await stage.site.set({ stranger_chat: 'off' })
    try {
      const [tom, jerry] = await friends(stage)
      await stage.site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '隔壁的老鼠' })
      await stage.site.as(jerry).ok('friend/remark', { friend_uid: tom.uid, remark: '隔壁的猫' })
      await send(stage.site, jerry, tom, '你好')
      const there = await stage.opened(`/chat/friend/${tom.uid}`, jerry)
      await seen(box(there))
      await seen(there.page.getByRole('heading', { level: 1, name: '隔壁的猫' }))
      const here = await stage.opened(`/person/${jerry.uid}`, tom, { size: 'phone' })
      await button(here, '删除好友').tap()
      await answer(here, '取消')
      await button(here, '删除好友').tap()
      await answer(here, '删除好友')
      await seen(button(here, '添加到通讯录'))
      await gone(button(here, '删除好友'))
      await gone(box(there))
      // What they called each other has gone with it.
      await seen(here.page.getByRole('heading', { name: '小老鼠' }))
      await seen(there.page.getByRole('heading', { level: 1, name: '汤姆' }))
      await tab(there, '通讯录').click()
      await seen(there.page.getByText('通讯录还是空的，先添加一位朋友吧'))
    } finally {
      await stage.site.set({ stranger_chat: 'on' })
    }
  })

  test('temporary chats are those with people who are no friends; a new one appears at once', async () => {
    const [tom, jerry, spike] = await Promise.all(
      ['汤姆', '小老鼠', '路人甲'].map((nickname) => stage.site.user({ nickname })),
    )
    await stage.site.befriend(tom!, jerry!)
    await send(stage.site, jerry!, tom!, '朋友说话')
    const here = await stage.opened('/contacts', tom)
    await link(here, /临时会话/).click()
    await seen(here.page.getByText('没有临时会话', { exact: false }))
    await send(stage.site, spike!, tom!, '请问这里怎么走？')
    await seen(here.page.getByRole('main').getByText('请问这里怎么走？'))
    await here.page.getByRole('main').getByRole('link').click()
    await at(here.page, `/chat/friend/${spike!.uid}`)
    await seen(message(here, '请问这里怎么走？'))
  })

  test('a member finds the accounts that they opened among their contacts', async () => {
    const boss = await stage.site.user({ nickname: '老板', is_member: 1 })
    await stage.site
      .as(boss)
      .ok('user/open_user', { username: 'clerk7', nickname: '小店员', password: 'secret1' })
    const here = await stage.opened('/contacts', boss)
    await link(here, /下级账号/).click()
    await here.page.getByRole('main').getByRole('link', { name: '小店员' }).click()
    await seen(here.page.getByRole('heading', { level: 1, name: '小店员' }))
    await seen(box(here))
  })
})
