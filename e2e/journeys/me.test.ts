import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, friends, log, message, say, send, until } from '../conversation.ts'
import { overflows } from '../look.ts'
import { colourAt, twoHalves } from '../media.ts'
import { browserPath, Stage } from '../stage.ts'
import { answer, button, dialog, fill, row, says, seen } from './acts.ts'

/* What one sets about oneself and this device, seen by oneself and by others. */

let stage: Stage

describe.skipIf(!browserPath)('one’s own pages', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('picture, nickname and sign: a friend sees the new ones', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, tom, jerry, '你好')
    const there = await stage.opened('/chats', jerry)
    await seen(row(there, '汤姆'))
    const here = await stage.opened('/me/profile', tom, { size: 'phone' })
    const choosing = here.page.waitForEvent('filechooser')
    await button(here, /^头像/).tap()
    await (await choosing).setFiles(await twoHalves())
    const cut = dialog(here).getByRole('application')
    await seen(dialog(here).getByRole('button', { name: '放大' }).and(here.page.locator(':enabled')))
    // From the middle, where both halves are, well into the right one.
    for (let step = 0; step < 40; step++) await cut.press('ArrowRight')
    await answer(here, '放大')
    await says(here.page, '头像已更换', () => answer(here, '完成'))
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
    const picture = there.page.getByRole('main').locator('img').first()
    const src = (await picture.getAttribute('src'))!
    expect(src).toContain('/upload')
    const made = await (await fetch(new URL(src, stage.site.url))).arrayBuffer()
    for (const percent of [5, 50, 95]) expect(await colourAt(made, percent)).toBe('blue')
  })

  test('language, theme and text size change at once, and stay', async () => {
    const tom = await stage.site.user({ nickname: '汤姆' })
    const here = await stage.opened('/me/general', tom)
    const { page } = here
    const html = page.locator('html')
    await page.getByRole('radio', { name: '深色' }).check({ force: true })
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
    await page.getByText('特大', { exact: true }).click()
    await page.waitForFunction(() => document.documentElement.dataset.textSize === 'larger')
    await button(here, /^语言/).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()
    await seen(page.getByRole('radiogroup', { name: 'Appearance' }))
    await page.reload()
    await seen(page.getByRole('radiogroup', { name: 'Appearance' }))
    expect(await html.getAttribute('data-theme')).toBe('dark')
    expect(await html.getAttribute('data-text-size')).toBe('larger')
    expect(await html.getAttribute('lang')).toBe('en')
  })

  test('the theme follows the system until one is chosen, and so does the browser’s frame', async () => {
    const tom = await stage.site.user({ nickname: '汤姆' })
    const here = await stage.opened('/me/general', tom)
    const { page } = here
    /** The theme, and the colour that the browser takes for its frame. */
    const shown = () =>
      page.evaluate(() => {
        const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')]
        const frame = metas.find(({ media }) => matchMedia(media).matches)
        return [document.documentElement.dataset.theme, frame?.dataset.scheme].join()
      })
    await until(here, 'light', async () => (await shown()) === 'light,light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await until(here, 'dark', async () => (await shown()) === 'dark,dark')
    await page.getByRole('radio', { name: '浅色' }).check({ force: true })
    await until(here, 'light by choice', async () => (await shown()) === 'light,light')
    await page.reload()
    expect(await shown()).toBe('light,light')
    await page.getByRole('radio', { name: '跟随系统' }).check({ force: true })
    await until(here, 'dark again', async () => (await shown()) === 'dark,dark')
  })

  test('the largest letters fit, too', async () => {
    const [tom, jerry] = await friends(stage)
    await send(stage.site, jerry, tom, '你好')
    for (const size of ['desktop', 'phone'] as const) {
      const here = await stage.person(tom, { size, locale: 'en' })
      await here.page.addInitScript(() =>
        localStorage.setItem('parley:preferences', JSON.stringify({ textSize: 'larger' })),
      )
      for (const path of [
        '/chats',
        `/chat/friend/${jerry.uid}`,
        '/contacts',
        `/person/${jerry.uid}`,
        '/me',
        '/me/general',
      ]) {
        await here.open(path)
        await here.page.waitForLoadState('networkidle')
        expect([path, await overflows(here.page)]).toEqual([path, []])
      }
    }
  })

  test('Enter begins a line where that is preferred', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.opened('/me/general', tom)
    await here.page.getByRole('switch', { name: '按 Enter 发送' }).uncheck()
    await here.open(`/chat/friend/${jerry.uid}`)
    await box(here).fill('第一行')
    await box(here).press('Enter')
    await here.page.keyboard.type('第二行')
    expect(await box(here).inputValue()).toBe('第一行\n第二行')
    await box(here).press('Control+Enter')
    await seen(message(here, '第二行'))
    expect(await log(here).getByRole('article').count()).toBe(1)
  })

  test('read receipts are switched off for both directions', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.opened(`/chat/friend/${jerry.uid}`, tom, { size: 'phone' })
    const there = await stage.opened(`/chat/friend/${tom.uid}`, jerry)
    await say(here, '第一句')
    await seen(message(here, '第一句').getByRole('img', { name: '已读' }))
    await say(there, '收到')
    await seen(message(there, '收到').getByRole('img', { name: '已读' }))

    await here.open('/me/privacy')
    const receipts = here.page.getByRole('switch', { name: '已读回执' })
    await receipts.uncheck()
    await seen(receipts.and(here.page.locator(':not([aria-busy])')))
    await here.page.reload()
    await seen(here.page.getByRole('switch', { name: '已读回执', checked: false }))
    await here.open(`/chat/friend/${jerry.uid}`)
    // Each answers after having read: by then a mark would be there.
    await say(here, '第二句')
    await seen(message(there, '第二句'))
    await say(there, '也收到')
    await seen(message(here, '也收到'))
    await say(here, '第三句')
    await seen(message(there, '第三句'))
    for (const line of [message(here, '第二句'), message(there, '也收到')]) {
      await seen(line.getByRole('img', { name: '已发送' }))
      expect(await line.getByRole('img', { name: '已读' }).count()).toBe(0)
    }
    // On again, on whatever device: what is open tells what was read meanwhile.
    const unread = () => stage.site.as(jerry).ok('message/unreadcount', { id: tom.uid, type: 'friend' })
    await until(there, 'the reading', async () => (await unread()) === 0)
    await stage.site.as(tom).ok('user/update', { read_receipts: 1 })
    await seen(message(here, '第三句').getByRole('img', { name: '已读' }))
  })

  test('notifications: the sound is this device’s own affair', async () => {
    const tom = await stage.site.user({ nickname: 'Tom' })
    const here = await stage.opened('/me/notifications', tom, { locale: 'en' })
    const sound = here.page.getByRole('switch', { name: /sound/i })
    await sound.uncheck()
    await here.page.reload()
    await sound.waitFor()
    expect(await sound.isChecked()).toBe(false)
  })
})
