import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, friends, log, message, say, send } from '../conversation.ts'
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
  PICTURE,
  row,
  seen,
  withPassword,
} from './acts.ts'

/* What one sets about oneself and this device, seen by oneself and by others. */

let stage: Stage

const opened = async (path: string, ...[user, view]: Parameters<Stage['person']>) => {
  const person = await stage.person(user, view)
  await person.open(path)
  return person
}

describe.skipIf(!browserPath)('one’s own pages', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.leave())

  test('picture, nickname and sign: a friend sees the new ones', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, tom, jerry, '你好')
    const there = await opened('/chats', jerry)
    await seen(row(there, '汤姆'))
    const here = await opened('/me/profile', tom, { size: 'phone' })
    const choosing = here.page.waitForEvent('filechooser')
    await button(here, /^头像/).tap()
    await (await choosing).setFiles(PICTURE)
    await seen(dialog(here).getByRole('application'))
    await answer(here, '放大')
    await answer(here, '完成')
    await seen(here.page.getByText('头像已更换'))
    await button(here, /^昵称/).tap()
    await fill(here.page, { 昵称: '大汤姆' })
    await answer(here, '保存')
    await seen(row(there, '大汤姆'))
    await button(here, /^个性签名/).tap()
    await fill(here.page, { 个性签名: '猫抓老鼠' })
    await answer(here, '保存')
    await seen(button(here, /^个性签名.*猫抓老鼠/))
    await there.open(`/person/${tom.uid}`)
    await seen(there.page.getByText('猫抓老鼠'))
    expect(await there.page.getByRole('main').locator('img').first().getAttribute('src')).toContain('/upload')
    expect(stage.problems()).toEqual([])
  }, 20_000)

  for (const size of ['desktop', 'phone'] as const) {
    test(`a new password signs the other devices out (${size})`, async () => {
      const tom = await withPassword(stage, { nickname: '汤姆' })
      const token = await stage.site.services.sessions.start(tom.uid, {
        device: 'other',
        address: '127.0.0.1',
      })
      const other = await opened('/chats', { ...tom, token })
      const here = await opened('/me/password', tom, { size })
      await fill(here.page, {
        当前密码: 'not this one',
        新密码: 'another horse 7',
        再次输入新密码: 'another horse 7',
      })
      await button(here, '修改密码').click()
      expect(await errorBeside(here.page, '当前密码')).toContain('密码')
      await fill(here.page, { 当前密码: PASSWORD, 再次输入新密码: 'something else' })
      await button(here, '修改密码').click()
      expect(await errorBeside(here.page, '再次输入新密码')).toBe('两次输入的密码不一致')
      await fill(here.page, { 再次输入新密码: 'another horse 7' })
      await button(here, '修改密码').click()
      await seen(here.page.getByText('密码已修改，其他设备已下线'))
      await at(other.page, '/signin')
      await seen(other.page.getByText('登录已失效，请重新登录'))
      expect(stage.problems()).toEqual([])
    }, 20_000)
  }

  test('another device is ended from the list of devices', async () => {
    const tom = await withPassword(stage, { nickname: '汤姆' })
    const token = await stage.site.services.sessions.start(tom.uid, {
      device:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
      address: '10.0.0.7',
    })
    const other = await opened('/chats', { ...tom, token }, { size: 'phone' })
    const here = await opened('/me/devices', tom)
    await button(here, /^让.*iPhone.*下线$/)
      .or(button(here, /^让.*Safari.*下线$/))
      .first()
      .click()
    await at(other.page, '/signin')
    await gone(here.page.getByText('其他设备', { exact: true }))
    await seen(here.page.getByText('没有在其他设备上登录'))
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('language, theme and text size change at once, and stay', async () => {
    const tom = await stage.site.user({ nickname: '汤姆' })
    const here = await opened('/me/general', tom)
    const { page } = here
    const html = page.locator('html')
    await page.getByRole('radio', { name: '深色' }).check({ force: true })
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
    await page.getByText('特大', { exact: true }).click()
    await page.waitForFunction(() => document.documentElement.dataset.textSize === 'larger')
    await button(here, /语言|跟随浏览器/)
      .or(page.getByRole('combobox'))
      .first()
      .click()
    await page
      .getByRole('option', { name: 'English' })
      .or(page.getByRole('menuitemradio', { name: 'English' }))
      .first()
      .click()
    await seen(page.getByText('Appearance').or(page.getByText('Theme')))
    await page.reload()
    await seen(page.getByText('Appearance').or(page.getByText('Theme')))
    expect(await html.getAttribute('data-theme')).toBe('dark')
    expect(await html.getAttribute('data-text-size')).toBe('larger')
    expect(await html.getAttribute('lang')).toBe('en')
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('Enter begins a line where that is preferred', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await opened('/me/general', tom)
    await here.page.getByRole('switch', { name: '按 Enter 发送' }).uncheck()
    await here.open(`/chat/friend/${jerry.uid}`)
    await box(here).fill('第一行')
    await box(here).press('Enter')
    await here.page.keyboard.type('第二行')
    expect(await box(here).inputValue()).toBe('第一行\n第二行')
    await box(here).press('Control+Enter')
    await seen(message(here, '第二行'))
    expect(await log(here).getByRole('article').count()).toBe(1)
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('read receipts are switched off for both directions', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await opened('/me/privacy', tom, { size: 'phone' })
    await here.page.getByRole('switch', { name: '已读回执' }).uncheck()
    await here.open(`/chat/friend/${jerry.uid}`)
    await say(here, '看到了吗')
    const there = await opened(`/chat/friend/${tom.uid}`, jerry)
    await seen(message(there, '看到了吗'))
    await say(there, '看到了')
    await seen(message(here, '看到了'))
    await gone(message(here, '看到了吗').getByText('已读'))
    await here.open('/me/privacy')
    expect(await here.page.getByRole('switch', { name: '已读回执' }).isChecked()).toBe(false)
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('notifications: the sound is this device’s own affair', async () => {
    const tom = await stage.site.user({ nickname: 'Tom' })
    const here = await opened('/me/notifications', tom, { locale: 'en' })
    const sound = here.page.getByRole('switch', { name: /sound/i })
    await sound.uncheck()
    await here.page.reload()
    await sound.waitFor()
    expect(await sound.isChecked()).toBe(false)
    expect(stage.problems()).toEqual([])
  }, 20_000)

  test('one’s own QR code leads somebody else to one’s profile', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const here = await opened('/me/qr', tom, { size: 'phone' })
    await seen(here.page.getByRole('img', { name: `${tom!.nickname} 的二维码` }))
    await button(here, '复制链接').tap()
    const address = await here.page.evaluate(() => navigator.clipboard.readText())
    const there = await opened(address, jerry)
    await at(there.page, `/person/${tom!.uid}`)
    await seen(button(there, '添加到通讯录'))
    expect(stage.problems()).toEqual([])
  }, 20_000)
})
