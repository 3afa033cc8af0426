import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, friends, GROUP, message, say } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, gone, link, pick, row, seen, tab } from './acts.ts'

/* The places above the address book, and the ways from there into a chat. */

let stage: Stage

const main = ({ page }: Person) => page.getByRole('main')

describe.skipIf(!browserPath)('places among the contacts', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('all groups, also one that is quite new; a group is made from there', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.opened('/contacts', tom, { size: 'phone' })
    await link(here, '群聊').tap()
    await seen(main(here).getByText('还没有加入任何群聊'))
    const gid = await stage.site.group(jerry, tom)
    await stage.site.as(jerry).ok('group/update', { gid, groupname: '读书会' })
    await link(here, '读书会').tap()
    await at(here.page, GROUP(gid))
    await say(here, '大家好')
    await button(here, '返回').tap()
    await seen(link(here, '读书会'))
    await button(here, '发起群聊').tap()
    await here.page.getByRole('checkbox', { name: '小老鼠' }).check()
    await answer(here, '完成（1）')
    await here.page.waitForURL(
      (url) => /^\/chat\/group\/\d+$/.test(url.pathname) && !url.pathname.endsWith(`/${gid}`),
    )
    await say(here, '就我们两个')
  })

  test('a site without group chats offers none; what is open is gone at once', async () => {
    const [tom, jerry] = await friends(stage)
    await stage.site.group(tom, jerry)
    const list = await stage.opened('/contacts', tom)
    const groups = await stage.opened('/contacts/groups', tom)
    const making = await stage.opened('/chats', tom)
    await seen(link(list, '群聊'))
    await seen(main(groups).getByRole('listitem'))
    await pick(making, '新建', '发起群聊')
    await seen(dialog(making))
    await stage.site.set({ group_chat: 'off' })
    try {
      await gone(link(list, '群聊'))
      await seen(link(list, '新的朋友'))
      await seen(main(groups).getByText('本站没有开放群聊'))
      await gone(main(groups).getByRole('listitem'))
      await gone(button(groups, '发起群聊'))
      await gone(dialog(making))
      await button(making, '新建').click()
      await seen(making.page.getByRole('menuitem', { name: '添加朋友' }))
      expect(await making.page.getByRole('menuitem', { name: '发起群聊' }).count()).toBe(0)
    } finally {
      await stage.site.set({ group_chat: 'on' })
    }
    await seen(link(list, '群聊'))
  })

  test('from a profile to the chat', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.opened('/contacts', tom, { locale: 'en' })
    await link(here, '小老鼠').click()
    await at(here.page, `/person/${jerry.uid}`)
    await link(here, 'Message').click()
    await at(here.page, `/chat/friend/${jerry.uid}`)
    await say(here, 'Hello there')
    const there = await stage.opened('/chats', jerry, { size: 'phone', locale: 'en' })
    await row(there, '汤姆').tap()
    await seen(message(there, 'Hello there'))
  })

  test('temporary chats are a switch of the site, as is writing to strangers', async () => {
    const [tom, spike] = await stage.site.users(2)
    await stage.site.as(spike!).ok('message/send', { to: tom!.uid, type: 'friend', content: 'Hi' })
    const here = await stage.opened('/contacts/temporary', tom!, { locale: 'en' })
    await seen(link(here, 'Temporary chats'))
    await seen(main(here).getByRole('link', { name: /Hi/ }))
    const there = await stage.opened(`/person/${spike!.uid}`, tom!, { size: 'phone', locale: 'en' })
    await seen(link(there, 'Message'))
    await stage.site.set({ stranger_chat: 'off' })
    try {
      await gone(link(here, 'Temporary chats'))
      await gone(link(there, 'Message'))
      await seen(button(there, 'Add to contacts'))
    } finally {
      await stage.site.set({ stranger_chat: 'on' })
    }
    await seen(link(there, 'Message'))
  })

  test('a site may let nobody add friends', async () => {
    const [tom, spike] = await stage.site.users(2)
    const here = await stage.opened('/contacts/add', tom!)
    await seen(button(here, '查找'))
    const there = await stage.opened(`/person/${spike!.uid}`, tom!)
    await seen(button(there, '添加到通讯录'))
    await stage.site.set({ add_friend: 'off' })
    try {
      await seen(main(here).getByText('本站没有开放添加朋友'))
      await gone(button(here, '查找'))
      await gone(link(here, '添加朋友'))
      await gone(button(there, '添加到通讯录'))
      await seen(here.page.getByText('通讯录还是空的', { exact: true }))
      await tab(there, '消息').click()
      await pick(there, '新建', '发起群聊')
      await seen(dialog(there).getByText('通讯录还是空的，没有可以选择的人'))
      expect(await dialog(there).getByRole('button', { name: '添加朋友' }).count()).toBe(0)
    } finally {
      await stage.site.set({ add_friend: 'on' })
    }
    await seen(button(here, '查找'))
    await answer(there, '添加朋友')
    await at(there.page, '/contacts/add')
    await gone(dialog(there))
  })

  test('a member opens an account from among their contacts, writes to it, and disables it', async () => {
    const boss = await stage.site.user({ nickname: '老板', is_member: 1 })
    const here = await stage.opened('/contacts/subusers', boss, { size: 'phone' })
    await seen(here.page.getByText('还没有下级账号'))
    await button(here, '开通账号').tap()
    await here.page.getByLabel('用户名').fill('clerk8')
    await here.page.getByLabel('昵称').fill('小店员')
    await here.page.getByLabel('密码', { exact: true }).fill('secret1')
    await answer(here, '开通')
    await seen(main(here).getByText('小店员'))
    await pick(here, '对 小店员 的操作', '停用')
    await answer(here, '停用')
    await seen(main(here).getByText('已停用'))
    await pick(here, '对 小店员 的操作', '启用')
    await gone(main(here).getByText('已停用'))
    await link(here, /小店员/).tap()
    await seen(box(here))
    await say(here, '早上好')
  })
})
