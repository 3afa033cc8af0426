import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import { DEFAULT_SETTINGS } from '../../packages/contract/src/index.ts'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, choose, FRIEND, friends, GROUP, log, menu, message, say, send } from '../conversation.ts'
import { browserPath, type Person, Stage, type View } from '../stage.ts'
import { at, button, dialog, fill, gone, link, PICTURE, seen, tab } from './acts.ts'

/* What a site switches off is not shown, and goes at once from pages that are open. */

let stage: Stage
let tom: TestUser
let jerry: TestUser
let stranger: TestUser
let gid: number

const opened = (path: string, view?: View, user: TestUser = tom): Promise<Person> =>
  stage.opened(path, user, view)
const set = (settings: Record<string, string>) => stage.site.set(settings)
const item = ({ page }: Person, name: string): Locator => page.getByRole('menuitem', { name, exact: true })

/** Each is there, goes without a reload when the switch is off, and comes back with it. */
async function follows(...cases: [name: string, what: Locator][]): Promise<void> {
  for (const [name, what] of cases) {
    await seen(what)
    await set({ [name]: 'off' })
    await gone(what)
    await set({ [name]: 'on' })
    await seen(what)
  }
}

describe.skipIf(!browserPath)('switches', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  beforeEach(async () => {
    ;[tom, jerry] = await friends(stage)
    stranger = await stage.site.user({ nickname: '路人' })
    gid = await stage.site.group(tom, jerry)
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    // A test site has limits of its own.
    const others = Object.entries(DEFAULT_SETTINGS).filter(([name]) => !name.startsWith('rate_'))
    await set(Object.fromEntries(others))
    expect(stage.problems()).toEqual([])
  })

  test('of what can be sent, above the box of a desktop', async () => {
    const here = await opened(FRIEND(jerry))
    await follows(
      ['upload_img', button(here, '图片')],
      ['upload_file', button(here, '文件')],
      ['voice', button(here, '语音')],
      ['emoji', button(here, '表情')],
    )
    // What is open closes; the text stays.
    await box(here).fill('还没写完')
    await button(here, '表情').click()
    await seen(dialog(here))
    await set({ emoji: 'off' })
    await gone(dialog(here))
    await set({ upload_img: 'off', upload_file: 'off', voice: 'off' })
    await gone(button(here, '文件'))
    expect(await box(here).inputValue()).toBe('还没写完')
    await here.page.reload()
    await seen(box(here))
    for (const name of ['图片', '文件', '语音', '表情']) expect(await button(here, name).count()).toBe(0)
  })

  test('of what can be sent, on a phone, with panels that are open', async () => {
    const here = await opened(FRIEND(jerry), { size: 'phone' })
    await button(here, '更多').tap()
    await follows(['upload_img', button(here, '拍摄')], ['upload_file', button(here, '文件')])
    await set({ upload_img: 'off', upload_file: 'off' })
    await gone(button(here, '文件'))
    await gone(button(here, '更多'))
    await button(here, '语音').tap()
    await seen(here.page.getByText('按住 说话'))
    await set({ voice: 'off' })
    await seen(box(here))
    await gone(button(here, '键盘'))
    await button(here, '表情').tap()
    await seen(button(here, '键盘'))
    await set({ emoji: 'off' })
    await gone(button(here, '键盘'))
    await say(here, '文字总可以')
  })

  test('a picture that is looked at before it is sent becomes a file, then nothing that can be sent', async () => {
    const here = await opened(FRIEND(jerry))
    const chooser = here.page.waitForEvent('filechooser')
    await button(here, '图片').click()
    await (await chooser).setFiles(PICTURE)
    const sending = dialog(here).getByRole('button', { name: '发送', exact: true })
    await seen(sending.and(here.page.locator(':enabled')))
    await set({ upload_img: 'off' })
    await seen(dialog(here).getByText('icon-512.png'))
    await seen(sending.and(here.page.locator(':enabled')))
    await set({ upload_file: 'off' })
    await seen(dialog(here).getByText('本站已关闭文件发送'))
    await seen(sending.and(here.page.locator(':disabled')))
    await dialog(here).getByRole('button', { name: '取消', exact: true }).click()
    await gone(dialog(here))
  })

  test('of groups, people and codes, in menus and dialogs that are open', async () => {
    const here = await opened('/chats')
    await button(here, '新建').click()
    await follows(
      ['create_group', item(here, '发起群聊')],
      ['group_chat', item(here, '发起群聊')],
      ['add_friend', item(here, '添加朋友')],
      ['qrcode_scan', item(here, '扫一扫')],
    )
    await item(here, '发起群聊').click()
    await seen(dialog(here))
    await set({ create_group: 'off' })
    await gone(dialog(here))

    await tab(here, '通讯录').click()
    await follows(
      ['group_chat', link(here, '群聊')],
      ['stranger_chat', link(here, '临时会话')],
      ['private_chat', link(here, '临时会话')],
      ['add_friend', link(here, '添加朋友')],
      ['add_friend', link(here, '新的朋友')],
    )
    // What was asked before can still be answered.
    await stage.site.as(stranger).ok('friend/apply', { friend_uid: tom.uid })
    await set({ add_friend: 'off' })
    await gone(link(here, '添加朋友'))
    await link(here, /新的朋友/).click()
    await button(here, '接受').click()
    await follows(['private_chat', link(here, '发消息')])
    await here.open('/contacts/temporary')
    await set({ stranger_chat: 'off' })
    await seen(here.page.getByText('本站没有开放临时会话'))
  })

  test('of codes and profiles', async () => {
    const here = await opened('/me/profile')
    await follows(['qrcode_friend', link(here, '我的二维码').last()])
    await here.open('/me/qr')
    const code = here.page.getByRole('main').getByRole('img', { name: /二维码$/ })
    await follows(['qrcode_friend', code])
    await here.open(`/person/${stranger.uid}`)
    await follows(
      ['private_chat', link(here, '发消息')],
      ['stranger_chat', link(here, '发消息')],
      ['add_friend', button(here, '添加到通讯录')],
      ['qrcode_friend', button(here, '二维码名片')],
    )
    await button(here, '添加到通讯录').click()
    await seen(dialog(here))
    await set({ add_friend: 'off' })
    await gone(dialog(here))
    await button(here, '二维码名片').click()
    await seen(dialog(here))
    await set({ qrcode_friend: 'off' })
    await gone(dialog(here))
    await here.open('/scan')
    await set({ qrcode_scan: 'off' })
    await seen(here.page.getByText('本站没有开启扫一扫'))
    await here.open('/contacts/add')
    await seen(here.page.getByText('本站没有开放添加朋友'))
  })

  test('of a group: its code, its members’ profiles, what managers may', async () => {
    gid = await stage.site.group(tom, jerry, stranger)
    await stage.site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const here = await opened(`${GROUP(gid)}/details`, { size: 'phone' }, jerry)
    await follows(['qrcode_group', button(here, '群二维码')], ['qrcode_scan', button(here, '群二维码')])
    // Where everybody may join, nothing need be scanned.
    await set({ group_join: 'open', qrcode_scan: 'off' })
    await seen(button(here, '群二维码'))
    await button(here, '群二维码').tap()
    await seen(dialog(here))
    await set({ qrcode_group: 'off' })
    await gone(dialog(here))

    await button(here, '查看成员列表').tap()
    const act = () => dialog(here).getByRole('button', { name: '对 路人 的操作' }).tap()
    await act()
    await seen(item(here, '禁言…'))
    expect(await item(here, '移出群聊').count()).toBe(0)
    await set({ manager_remove: 'on' })
    await seen(item(here, '移出群聊'))

    const there = await opened(`${GROUP(gid)}/details`, { size: 'phone' }, stranger)
    await follows(['member_detail', there.page.locator(`a[href="/person/${jerry.uid}"]`)])
  })

  test('of a group: who sees its details can only leave it while the site has no groups', async () => {
    const here = await opened(`${GROUP(gid)}/details`, { size: 'phone' })
    const parts = [
      ...['邀请', '群二维码', '编辑群公告', '群头像'].map((name) => button(here, name)),
      here.page.getByRole('switch', { name: '全员禁言' }),
    ]
    for (const part of parts) await seen(part)
    await set({ group_chat: 'off' })
    for (const part of parts) await gone(part)
    await seen(button(here, '退出群聊'))
    await set({ group_chat: 'on' })
    for (const part of parts) await seen(part)
  })

  test('of an invitation, and of a card, that somebody looks at', async () => {
    const { content } = await stage.site.as(tom).ok('qrcode/group', { gid })
    const here = await opened(new URL(content).pathname + new URL(content).search, {}, stranger)
    const joining = button(here, '加入群聊')
    await follows(['qrcode_group', joining], ['group_chat', joining], ['qrcode_scan', joining])
    await set({ qrcode_group: 'off', qrcode_friend: 'off' })
    await seen(here.page.getByText('本站没有开放群二维码'))
    const { nid } = await stage.site.as(tom).ok('user/detail', { uid: jerry.uid })
    await here.open(`/q/u/${nid}`)
    await seen(here.page.getByText('本站没有开放二维码名片'))
    await set({ qrcode_friend: 'on' })
    await at(here.page, `/person/${jerry.uid}`)
  })

  test('of passing on: to whom, and what', async () => {
    await send(stage.site, jerry, tom, '看这个', '![图片](/shell/icon-512.png)')
    await send(stage.site, stranger, tom, '你好')
    await stage.site.as(tom).ok('group/update', { gid, groupname: '羽毛球' })
    const here = await opened(FRIEND(jerry))
    await choose(here, message(here, '看这个'), '转发')
    const choice = (name: string) => dialog(here).getByRole('checkbox', { name })
    await follows(
      ['group_chat', choice('羽毛球')],
      ['stranger_chat', choice('路人')],
      ['private_chat', choice('小老鼠')],
    )
    // Who was chosen already is chosen no more.
    await choice('羽毛球').click()
    const sending = dialog(here).getByRole('button', { name: '发送', exact: true })
    await seen(sending.and(here.page.locator(':enabled')))
    await set({ group_chat: 'off' })
    await seen(sending.and(here.page.locator(':disabled')))
    await here.page.keyboard.press('Escape')
    await gone(dialog(here))

    const picture = log(here)
      .getByRole('article')
      .filter({ has: here.page.locator('img[src*="/shell/icon-512.png"]') })
    const passing = item(here, '转发')
    await set({ upload_img: 'off' })
    await gone(button(here, '图片'))
    await menu(here, picture)
    await seen(item(here, '多选'))
    expect(await passing.count()).toBe(0)
    await set({ upload_img: 'on' })
    await seen(passing)
    await here.page.keyboard.press('Escape')
    await choose(here, message(here, '看这个'), '多选')
    const bar = here.page.getByRole('region', { name: '选择消息' })
    await picture.getByRole('checkbox').click()
    await follows(['upload_img', bar.getByRole('button', { name: '转发' })])
  })

  test('of files, where a text is too long, and where some are dragged over the page', async () => {
    await set({ message_limit: '20' })
    const here = await opened(FRIEND(jerry))
    await box(here).fill('这段文字比本站一条消息能有的长度还要长出许多来')
    await box(here).press('Enter')
    await follows(['upload_file', button(here, '作为文件发送')])
    const zone = here.page.getByText('拖放到这里发送给', { exact: false })
    await here.page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['x'], 'x.txt'))
      dispatchEvent(new DragEvent('dragenter', { dataTransfer }))
    })
    await seen(zone)
    await set({ upload_img: 'off', upload_file: 'off' })
    await gone(zone)
  })

  test('of talking at all', async () => {
    const [here, group, unknown] = [
      await opened(FRIEND(jerry)),
      await opened(GROUP(gid), { size: 'phone' }),
      await opened(FRIEND(stranger), { locale: 'en' }),
    ]
    await follows(['private_chat', box(here)], ['group_chat', box(group)], ['stranger_chat', box(unknown)])
    await set({ private_chat: 'off', group_chat: 'off' })
    await seen(here.page.getByText('站点已关闭私聊'))
    await seen(group.page.getByText('站点已关闭群聊'))
    await seen(unknown.page.getByText('Private chats are switched off on this site'))
    await set({ private_chat: 'on', stranger_chat: 'off' })
    await seen(box(here))
    await seen(unknown.page.getByText('You are not friends. Add each other to chat'))
  })

  test('of revoking, of sounds and of the site’s name', async () => {
    const here = await opened(FRIEND(jerry))
    await say(here, '说错了')
    await menu(here, message(here, '说错了'))
    await seen(here.page.getByRole('menuitem', { name: /^撤回/ }))
    await here.page.keyboard.press('Escape')
    await set({ revoke_seconds: '0' })
    await menu(here, message(here, '说错了'))
    await seen(item(here, '撤回'))
    await here.page.keyboard.press('Escape')
    await here.open('/me/notifications')
    await follows(['prompt_tone', here.page.getByRole('switch', { name: '新消息提示音' })])
    await set({ app_name: '奶酪工坊' })
    await here.page.waitForFunction(() => document.title.includes('奶酪工坊'))
  })

  test('of visitors, who have no connection: the sign-in page looks again by itself', async () => {
    const person = await stage.person(undefined)
    const { page } = person
    await page.clock.install()
    await person.open('/signin')
    await seen(link(person, '注册账号'))
    await set({ register: 'off', login_captcha: 'on' })
    await page.clock.runFor(31_000)
    await gone(link(person, '注册账号'))
    await seen(page.getByLabel('验证码', { exact: true }))
    await set({ register: 'on' })
    await page.clock.runFor(31_000)
    await link(person, '注册账号').click()
    await at(page, '/register')
    await fill(page, { 用户名: 'someone' })
    await set({ register_captcha: 'on' })
    await page.clock.runFor(31_000)
    await seen(page.getByLabel('验证码', { exact: true }))
    await set({ register_captcha: 'off' })
    await page.clock.runFor(31_000)
    await gone(page.getByLabel('验证码', { exact: true }))
    await set({ register: 'off' })
    await page.clock.runFor(31_000)
    await seen(page.getByText('Parley 暂未开放注册'))
  })
})
