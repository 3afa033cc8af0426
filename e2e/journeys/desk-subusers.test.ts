import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, FRIEND, message, say } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, errorBeside, fill, gone, link, PASSWORD, pick, says, seen } from './acts.ts'

/* Accounts that a member opens for those who answer with it: opened, disabled, enabled, with a new password. */

let stage: Stage
let serial = 0

const account = ({ page }: Person, name: string): Locator =>
  page.getByRole('main').getByRole('listitem').filter({ hasText: name })

/** A member, and a sub-user of theirs who is signed in. */
async function household(): Promise<{ member: TestUser; sub: TestUser }> {
  const member = await stage.site.user({ nickname: '林老板', is_member: 1 })
  const username = `sub${++serial}`
  const fields = { username, nickname: '小二', password: PASSWORD }
  const { uid } = await stage.site.as(member).ok('user/open_user', fields)
  const { token } = await stage.site.visitor().ok('login/check', { username, password: PASSWORD })
  return { member, sub: { uid, username, nickname: '小二', token } }
}

async function signIn(person: Person, username: string, password: string): Promise<void> {
  await fill(person.page, { 用户名: username, 密码: password })
  await button(person, '登录').click()
}

describe.skipIf(!browserPath)('sub-users', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    await stage.site.set({ stranger_chat: 'on' })
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`one is opened, signs in and talks with the member, where strangers may not (${size})`, async () => {
      await stage.site.set({ stranger_chat: 'off' })
      const [member, other] = [
        await stage.site.user({ nickname: '林老板', is_member: 1 }),
        await stage.site.user({ nickname: '路人' }),
      ]
      const username = `helper${++serial}`
      const here = await stage.opened('/desk', member, { size })
      await link(here, '下级账号').click()
      await seen(here.page.getByText('还没有下级账号'))
      await button(here, '开通账号').click()
      await fill(here.page, { 用户名: other.username, 昵称: '小二', 密码: 'short' })
      await answer(here, '开通')
      expect(await errorBeside(here.page, '密码')).toBe('至少 6 个字符')
      await fill(here.page, { 密码: PASSWORD })
      await answer(here, '开通')
      expect(await errorBeside(here.page, '用户名')).toBe('用户名已经存在')
      await fill(here.page, { 用户名: username })
      await says(here.page, '已开通账号“小二”', () => answer(here, '开通'))
      await seen(account(here, username))

      const there = await stage.opened('/signin')
      await signIn(there, username, PASSWORD)
      await at(there.page, '/chats')
      await account(here, username).getByRole('link').click()
      await say(here, '欢迎加入')
      await there.page.getByRole('link', { name: /林老板.*欢迎加入/ }).click()
      await say(there, '谢谢老板')
      await seen(message(here, '谢谢老板'))

      await there.open(FRIEND(other))
      await seen(there.page.getByText('对方不是你的好友，加为好友后才能聊天'))
      expect(await box(there).count()).toBe(0)
      // Neither profile offers what would be refused.
      await there.open(`/person/${other.uid}`)
      await seen(button(there, '添加到通讯录'))
      expect(await link(there, '发消息').count()).toBe(0)
      await there.open(`/person/${member.uid}`)
      await seen(link(there, '发消息'))
    })
  }

  test('who is disabled is signed out at once, and cannot come back until enabled', async () => {
    const { member, sub } = await household()
    const [here, there] = [
      await stage.opened('/desk/subusers', member),
      await stage.opened(FRIEND(member), sub),
    ]
    await seen(box(there))
    await pick(here, '对 小二 的操作', '停用')
    await answer(here, '取消')
    await seen(box(there))
    await pick(here, '对 小二 的操作', '停用')
    await answer(here, '停用')
    await at(there.page, '/signin')
    await seen(there.page.getByText('登录已失效，请重新登录'))
    await seen(account(here, '小二').getByText('已停用'))
    await button(there, '以 小二 登录').click()
    await fill(there.page, { 密码: PASSWORD })
    await button(there, '登录').click()
    await seen(there.page.getByText('该账户已经被禁用'))

    await pick(here, '对 小二 的操作', '启用')
    await gone(account(here, '小二').getByText('已停用'))
    await button(there, '登录').click()
    // Back where they were.
    await at(there.page, FRIEND(member))
    await seen(box(there))
  })

  test('a new password ends the sessions, in English', async () => {
    const { member, sub } = await household()
    const [here, there] = [
      await stage.opened('/desk/subusers', member, { locale: 'en', size: 'phone' }),
      await stage.opened('/chats', sub),
    ]
    await pick(here, 'Actions for 小二', 'Reset password')
    await fill(here.page, { Password: 'abc' })
    await answer(here, 'Reset password')
    expect(await errorBeside(here.page, 'Password')).toBe('At least 6 characters')
    await fill(here.page, { Password: 'a new horse 3' })
    await says(here.page, 'The password of 小二 was reset', () => answer(here, 'Reset password'))
    await at(there.page, '/signin')
    await button(there, '以 小二 登录').click()
    await fill(there.page, { 密码: PASSWORD })
    await button(there, '登录').click()
    await seen(there.page.getByText('用户不存在或者密码错误'))
    await fill(there.page, { 密码: 'a new horse 3' })
    await button(there, '登录').click()
    await at(there.page, '/chats')
  })

  test('what the site has disabled stays so', async () => {
    const { member, sub } = await household()
    await stage.site.api(sub.uid).ok('user/update', { account_state: 'disabled' })
    const here = await stage.opened('/desk/subusers', member)
    await seen(account(here, '小二').getByText('站点已停用'))
    await button(here, '对 小二 的操作').click()
    const enable = here.page.getByRole('menuitem', { name: '启用' })
    await seen(enable.and(here.page.locator('[aria-disabled=true]')))
  })

  test('is for members: others see no desk', async () => {
    const person = await stage.opened('/chats', await stage.site.user())
    await seen(link(person, '通讯录'))
    expect(await link(person, '客服').count()).toBe(0)
    await person.open('/desk')
    await seen(person.page.getByText('这里仅供会员使用，需要时请联系站点管理员开通'))
  })
})
