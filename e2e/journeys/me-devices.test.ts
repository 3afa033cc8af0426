import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { friends, message, say, until } from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import {
  answer,
  at,
  button,
  dialog,
  errorBeside,
  fill,
  gone,
  PASSWORD,
  row,
  says,
  seen,
  tab,
  withPassword,
} from './acts.ts'
import { wire } from './network.ts'

/* Where one is signed in, and the ways to end that: a new password, the list of devices, signing out. */

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0'

let stage: Stage

describe.skipIf(!browserPath)('devices', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`a new password signs the other devices out (${size})`, async () => {
      const tom = await withPassword(stage, { nickname: '汤姆' })
      const token = await stage.site.services.sessions.start(tom.uid, {
        device: 'other',
        address: '127.0.0.1',
      })
      const other = await stage.opened('/chats', { ...tom, token })
      const here = await stage.opened('/me/password', tom, { size })
      await fill(here.page, {
        当前密码: 'not this one',
        新密码: 'another horse 7',
        再次输入新密码: 'another horse 7',
      })
      await button(here, '修改密码').click()
      expect(await errorBeside(here.page, '当前密码')).toBe('原密码不正确')
      await fill(here.page, { 当前密码: PASSWORD, 再次输入新密码: 'something else' })
      await button(here, '修改密码').click()
      expect(await errorBeside(here.page, '再次输入新密码')).toBe('两次输入的密码不一致')
      await fill(here.page, { 再次输入新密码: 'another horse 7' })
      await says(here.page, '密码已修改，其他设备已下线', () => button(here, '修改密码').click())
      await at(other.page, '/signin')
      await seen(other.page.getByText('登录已失效，请重新登录'))
    })
  }

  test('one of them is ended from the list, and is away at once', async () => {
    const { sessions } = stage.site.services
    const tom = await stage.site.user({ nickname: '汤姆' })
    const token = await sessions.start(tom.uid, { device: IPHONE, address: '10.0.0.7' })
    await sessions.start(tom.uid, { device: WINDOWS, address: '10.0.0.8' })
    const other = await stage.opened('/chats', { ...tom, token }, { size: 'phone' })
    await seen(other.page.getByRole('heading', { name: '消息' }))
    const here = await stage.opened('/me/devices', tom)
    await seen(here.page.getByText('10.0.0.7'))
    await button(here, '让iPhone 上的 Safari下线').click()
    await at(other.page, '/signin')
    await seen(other.page.getByText('登录已失效，请重新登录'))
    await gone(here.page.getByText('10.0.0.7'))
    await seen(here.page.getByText('10.0.0.8'))
    expect(await sessions.list(tom.uid)).toHaveLength(2)
  })

  test('all others are ended at once, but not this one', async () => {
    const { sessions } = stage.site.services
    const tom = await stage.site.user({ nickname: 'Tom' })
    for (const device of [IPHONE, WINDOWS]) await sessions.start(tom.uid, { device, address: '10.0.0.7' })
    const here = await stage.opened('/me/devices', tom, { size: 'phone', locale: 'en' })
    await seen(button(here, 'Sign out Safari on iPhone'))
    await button(here, 'Sign out all other devices').tap()
    await answer(here, 'Sign out all')
    await seen(here.page.getByText('You are not signed in anywhere else'))
    expect(await sessions.list(tom.uid)).toHaveLength(1)
    await here.page.reload()
    await seen(here.page.getByText('You are not signed in anywhere else'))
  })

  test('signing out ends it on the server, too', async () => {
    const { sessions } = stage.site.services
    const tom = await stage.site.user({ nickname: 'Tom' })
    const here = await stage.opened('/me', tom, { size: 'phone', locale: 'en' })
    await button(here, 'Sign out').tap()
    await answer(here, 'Cancel')
    await gone(dialog(here))
    expect(await sessions.list(tom.uid)).toHaveLength(1)
    await button(here, 'Sign out').tap()
    await answer(here, 'Sign out')
    await at(here.page, '/signin')
    await until(here, 'the end of the session', async () => (await sessions.list(tom.uid)).length === 0)
    await here.open('/chats')
    await at(here.page, '/signin')
  })

  test('who would lose a message by signing out is told, and stays until it is sent', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom, { size: 'phone' })
    const network = await wire(here)
    await here.open(`/chat/friend/${jerry.uid}`)
    await say(here, '连上了')
    await seen(message(here, '连上了').getByRole('img', { name: '已发送' }))
    await button(here, /^返回/).tap()
    await tab(here, '我').tap()
    await seen(button(here, '退出登录'))
    await tab(here, '消息').tap()
    await row(here, '小老鼠').tap()
    await network.down()
    await say(here, '还在路上')
    await button(here, /^返回/).tap()
    await tab(here, '我').tap()
    await button(here, '退出登录').tap()
    await seen(dialog(here).getByText('还有 1 条消息没有发出，退出后将不再发送'))
    await answer(here, '取消')
    const there = await stage.opened(`/chat/friend/${tom.uid}`, jerry)
    await seen(message(there, '连上了'))
    await network.up()
    await seen(message(there, '还在路上'))
    // The other one may have it before its writer hears of that.
    await here.page.waitForFunction(
      () => !Object.keys(localStorage).some((name) => name.startsWith('parley-outbox:')),
    )
    await button(here, '退出登录').tap()
    await seen(dialog(here).getByText('下次使用需要重新输入密码'))
  })
})
