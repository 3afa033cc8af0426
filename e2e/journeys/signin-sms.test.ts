import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { openSmsInbox } from '../../packages/server/test/sms-inbox.ts'
import { browserPath, Stage } from '../stage.ts'
import { at, button, errorBeside, fill, link, PASSWORD, says, seen, withPassword } from './acts.ts'

/* A site that proves phone numbers by SMS: registering, and a password that was forgotten. */

let stage: Stage
const inbox = openSmsInbox()

describe.skipIf(!browserPath)('codes by SMS', () => {
  beforeAll(async () => {
    stage = await Stage.open({ env: inbox.env })
  })
  afterAll(async () => {
    await stage?.close()
    inbox.close()
  })
  afterEach(() => stage.leave())

  test('registering asks for a phone number and its code, with a countdown', async () => {
    const person = await stage.person(undefined, { size: 'phone' })
    const { page } = person
    await page.clock.install()
    await person.open('/register')
    await fill(page, { 用户名: 'phoner', 昵称: '有手机的人', 密码: PASSWORD })
    await button(person, '注册').click()
    expect(await errorBeside(page, '手机号')).toBe('本站注册需要验证手机号')

    await fill(page, { 手机号: '123' })
    await button(person, '获取验证码').click()
    expect(await errorBeside(page, '手机号')).toBe('请输入正确的手机号')
    expect(inbox.messages).toEqual([])

    await fill(page, { 手机号: '138 0013 8000' })
    await button(person, '获取验证码').click()
    const waiting = button(person, /^\d+ 秒后重新获取$/)
    await seen(waiting)
    expect(await waiting.isDisabled()).toBe(true)
    const first = await inbox.code('13800138000')
    expect(first).toMatch(/^\d{6}$/)

    await page.clock.runFor(30_000)
    expect(await waiting.isDisabled()).toBe(true)
    await page.clock.runFor(31_000)
    await button(person, '重新获取').click()
    await seen(waiting)
    const code = await inbox.code('13800138000')
    await fill(page, { 短信验证码: code === '000000' ? '111111' : '000000' })
    await button(person, '注册').click()
    expect(await errorBeside(page, '短信验证码')).toContain('验证码')
    await fill(page, { 短信验证码: code })
    await button(person, '注册').click()
    await at(page, '/chats')
    expect(stage.problems()).toEqual([])
  })

  test('a forgotten password is set anew by the phone, then signs in', async () => {
    const tom = await withPassword(stage, { nickname: '汤姆' })
    await stage.site.services.users.update(tom.uid, { phone: '13900139000' })
    const person = await stage.person(undefined)
    const { page } = person
    await person.open('/signin')
    await link(person, '忘记密码').click()
    // The page that is left has a user name, too.
    await seen(page.getByLabel('绑定的手机号', { exact: true }))
    await fill(page, { 用户名: tom.username, 绑定的手机号: '13900139000' })
    await button(person, '获取验证码').click()
    await seen(page.getByText('如果该手机号已绑定账号，将收到验证码'))
    await fill(page, { 短信验证码: await inbox.code('13900139000'), 新密码: 'another horse 7' })
    await button(person, '重置密码').click()
    await at(page, '/signin')
    await seen(page.getByText('密码已重置，请用新密码登录'))
    expect(await page.getByLabel('用户名', { exact: true }).inputValue()).toBe(tom.username)
    await fill(page, { 密码: 'another horse 7' })
    await button(person, '登录').click()
    await at(page, '/chats')
    expect(stage.problems()).toEqual([])
  })

  test('changing the password may want a code, too, in English', async () => {
    const tom = await withPassword(stage, { nickname: 'Tom' })
    await stage.site.services.users.update(tom.uid, { phone: '13700137000' })
    const person = await stage.person(tom, { locale: 'en' })
    const { page } = person
    await person.open('/me/password')
    await fill(page, {
      'Current password': PASSWORD,
      'New password': 'another horse 7',
      'New password again': 'another horse 7',
    })
    await button(person, 'Change password').click()
    await fill(page, { 'Phone number of your account': '13700137000' })
    await button(person, 'Send code').click()
    await fill(page, { 'SMS code': await inbox.code('13700137000') })
    await says(page, 'Password changed', () => button(person, 'Change password').click())
    expect(
      await stage.site.visitor().code('login/check', { username: tom.username, password: 'another horse 7' }),
    ).toBe(0)
    expect(stage.problems()).toEqual([])
  })
})
