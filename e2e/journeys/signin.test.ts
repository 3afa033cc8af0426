import { afterAll, afterEach, beforeAll, describe, expect, mock, spyOn, test } from 'bun:test'
import { MemoryOneTimeStore } from '../../packages/server/src/cluster/index.ts'
import { until } from '../conversation.ts'
import { accessibilityFaults, overflows } from '../look.ts'
import { browserPath, type Person, Stage, type View } from '../stage.ts'
import { at, button, errorBeside, fill, gone, link, PASSWORD, seen, withPassword } from './acts.ts'

/* Coming in, going out, and who one is on this device. */

let stage: Stage
/** What is written on the captchas that are out. */
const captchas: string[] = []

const visitor = (view?: View) => stage.person(undefined, view)
const signIn = async (person: Person, username: string, password = PASSWORD): Promise<void> => {
  await fill(person.page, { 用户名: username, 密码: password })
  await button(person, '登录').click()
}

describe.skipIf(!browserPath)('signing in', () => {
  beforeAll(async () => {
    const { put } = MemoryOneTimeStore.prototype
    spyOn(MemoryOneTimeStore.prototype, 'put').mockImplementation(function (
      this: MemoryOneTimeStore,
      ...entry
    ) {
      captchas.push(entry[1])
      return put.apply(this, entry)
    })
    stage = await Stage.open()
  })
  afterAll(async () => {
    mock.restore()
    await stage?.close()
  })
  afterEach(async () => {
    await stage.leave()
    await stage.site.set({ login_captcha: 'off', register_captcha: 'off', register: 'on' })
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`a wrong password is told beside its field, the right one opens the chats (${size})`, async () => {
      const { username } = await withPassword(stage)
      const person = await visitor({ size })
      await person.open('/')
      await at(person.page, '/signin')
      await button(person, '登录').click()
      expect(await errorBeside(person.page, '用户名')).toBe('请输入用户名')
      await signIn(person, username, 'wrong horse')
      expect(await errorBeside(person.page, '密码')).toContain('密码')
      await signIn(person, username)
      await at(person.page, '/chats')
      await seen(person.page.getByText('还没有聊天，找个人说句话吧'))
      expect(stage.problems()).toEqual([])
    })
  }

  test('who was on the way somewhere gets there', async () => {
    const [tom, jerry] = [
      await withPassword(stage, { nickname: '汤姆' }),
      await stage.site.user({ nickname: '小老鼠' }),
    ]
    await stage.site.befriend(tom, jerry)
    const person = await visitor()
    await person.open(`/chat/friend/${jerry.uid}`)
    await at(person.page, '/signin')
    await signIn(person, tom.username)
    await at(person.page, `/chat/friend/${jerry.uid}`)
    await seen(person.page.getByRole('heading', { name: '小老鼠' }))
    expect(stage.problems()).toEqual([])
  })

  test('in English, and a language can be chosen before', async () => {
    const { username } = await withPassword(stage)
    const person = await visitor({ locale: 'en' })
    await person.open('/signin')
    await seen(button(person, 'Sign in'))
    await person.page.getByRole('button', { name: '中文' }).or(button(person, '简体中文')).first().click()
    await seen(button(person, '登录'))
    await button(person, 'English').click()
    await fill(person.page, { Username: username, Password: 'wrong horse' })
    await button(person, 'Sign in').click()
    expect(await errorBeside(person.page, 'Password')).toMatch(/password/i)
    await fill(person.page, { Password: PASSWORD })
    await button(person, 'Sign in').click()
    await at(person.page, '/chats')
    expect(stage.problems()).toEqual([])
  })

  test('a site may ask for the characters in a picture; a wrong answer gives another picture', async () => {
    await stage.site.set({ login_captcha: 'on' })
    const { username } = await withPassword(stage)
    const person = await visitor()
    await person.open('/signin')
    const picture = person.page.getByRole('button', { name: '验证码图片，按下换一张' }).locator('img')
    await picture.waitFor()
    const first = await picture.getAttribute('src')
    await fill(person.page, { 验证码: 'none' })
    await signIn(person, username)
    expect(await errorBeside(person.page, '验证码')).toContain('验证码')
    await person.page.waitForFunction(
      ([src]) => [...document.images].every((image) => image.src !== src),
      [first],
    )
    await fill(person.page, { 验证码: captchas.at(-1)! })
    await button(person, '登录').click()
    await at(person.page, '/chats')
    expect(stage.problems()).toEqual([])
  })

  test('somebody new registers with a captcha and is in', async () => {
    await stage.site.set({ register_captcha: 'on' })
    const person = await visitor({ size: 'phone' })
    await person.open('/signin')
    await link(person, '注册账号').click()
    await seen(person.page.getByRole('button', { name: '验证码图片，按下换一张' }).locator('img'))
    await fill(person.page, { 用户名: 'newcomer 1', 昵称: '新人', 密码: 'short' })
    await button(person, '注册').click()
    expect(await errorBeside(person.page, '用户名')).toBe('只能使用字母和数字，最多 60 个')
    expect(await errorBeside(person.page, '密码')).toContain('至少 6 个字符')
    await fill(person.page, { 用户名: 'newcomer1', 密码: PASSWORD, 验证码: captchas.at(-1)! })
    await button(person, '注册').click()
    await at(person.page, '/chats')
    await link(person, '我').click()
    await seen(person.page.getByText('新人'))
    expect(stage.problems()).toEqual([])
  })

  test('a site without registration says so, and one that sends no SMS', async () => {
    await stage.site.set({ register: 'off' })
    const person = await visitor({ lessMotion: true })
    await person.open('/signin')
    await seen(link(person, '忘记密码'))
    await gone(link(person, '注册账号'))
    await seen(person.page.getByText('Parley 未开放注册，需要账号请联系管理员'))
    expect(await person.page.title()).toBe('Parley')
    await person.open('/register')
    await seen(person.page.getByText('Parley 暂未开放注册'))
    await link(person, '返回登录').click()
    await at(person.page, '/signin')
    await link(person, '忘记密码').click()
    await seen(person.page.getByText('本站不发送短信，无法自助找回密码。请联系站点管理员重置。'))
    expect(await person.page.getByRole('textbox').count()).toBe(0)
    // The form itself is among the pages that are looked at.
    expect([...(await accessibilityFaults(person.page)), ...(await overflows(person.page))]).toEqual([])
    expect(stage.problems()).toEqual([])
  })

  test('a session that was ended elsewhere leads to the sign-in page, which says so', async () => {
    const tom = await withPassword(stage, { nickname: '汤姆' })
    const person = await stage.person(tom)
    await person.open('/chats')
    await seen(person.page.getByText('还没有聊天，找个人说句话吧'))
    await stage.site.services.sessions.endAll(tom.uid)
    await at(person.page, '/signin')
    await seen(person.page.getByText('登录已失效，请重新登录'))
    await button(person, '以 汤姆 登录').click()
    expect(await person.page.getByLabel('用户名', { exact: true }).inputValue()).toBe(tom.username)
    await fill(person.page, { 密码: PASSWORD })
    await button(person, '登录').click()
    await at(person.page, '/chats')
    expect(stage.problems()).toEqual([])
  })

  test('an account of this device goes on where it was wanted', async () => {
    const [tom, jerry] = [
      await withPassword(stage, { nickname: '汤姆' }),
      await stage.site.user({ nickname: '小老鼠' }),
    ]
    await stage.site.befriend(tom, jerry)
    const person = await stage.person(tom)
    await person.page.addInitScript(() => {
      // Known on this device, and not chosen in this browser yet.
      if (!sessionStorage.getItem('parley:account')) localStorage.removeItem('parley:account')
    })
    await person.open(`/chat/friend/${jerry.uid}`)
    await at(person.page, '/signin')
    await button(person, '以 汤姆 登录').click()
    await at(person.page, `/chat/friend/${jerry.uid}`)
    await seen(person.page.getByRole('heading', { name: '小老鼠' }))
    expect(stage.problems()).toEqual([])
  })

  test('accounts are switched on a phone, also to one whose session has ended', async () => {
    const [tom, jerry] = [
      await withPassword(stage, { nickname: '汤姆' }),
      await withPassword(stage, { nickname: '小老鼠' }),
    ]
    const person = await stage.person(tom, { size: 'phone' })
    await person.open('/me/accounts')
    await button(person, '添加账号').tap()
    await signIn(person, jerry.username)
    await at(person.page, '/chats')
    await person.open('/me/accounts')
    await button(person, '切换到 汤姆').tap()
    await at(person.page, '/chats')
    await person.open('/me')
    await seen(person.page.getByText(tom.username))
    await person.page.evaluate((uid) => {
      const accounts = JSON.parse(localStorage.getItem('parley:accounts')!)
      for (const account of accounts) if (account.uid === uid) account.token = ''
      localStorage.setItem('parley:accounts', JSON.stringify(accounts))
    }, jerry.uid)
    await person.open('/me/accounts')
    await button(person, '切换到 小老鼠').tap()
    await at(person.page, '/signin')
    expect(await person.page.getByLabel('用户名', { exact: true }).inputValue()).toBe(jerry.username)
    await fill(person.page, { 密码: PASSWORD })
    await button(person, '登录').tap()
    await at(person.page, '/chats')
    await person.open('/me')
    await seen(person.page.getByText(jerry.username))
    expect(stage.problems()).toEqual([])
  })

  test('two accounts on one device, switched and signed out of', async () => {
    const [tom, jerry] = [
      await withPassword(stage, { nickname: '汤姆' }),
      await withPassword(stage, { nickname: '小老鼠' }),
    ]
    const person = await stage.person(tom)
    await person.open('/me/accounts')
    await button(person, '添加账号').click()
    await at(person.page, '/signin')
    await signIn(person, jerry.username)
    await at(person.page, '/chats')
    await seen(link(person, /^小老鼠（在线）/))

    await person.open('/me/accounts')
    await button(person, '切换到 汤姆').click()
    await at(person.page, '/chats')
    await seen(link(person, /^汤姆（在线）/))

    await link(person, '设置').click()
    await button(person, '退出登录').click()
    await person.page.getByRole('alertdialog').getByRole('button', { name: '退出登录' }).click()
    // The other account of this device is still signed in.
    await seen(link(person, /^小老鼠（在线）/))
    const { sessions } = stage.site.services
    await until(person, 'the end of the session', async () => (await sessions.list(tom.uid)).length === 0)
    expect(stage.problems()).toEqual([])
  })
})
