import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import sharp from 'sharp'
import {
  box,
  bubble,
  choose,
  composeEnter,
  doubleTap,
  drawFinger,
  FRIEND,
  friends,
  log,
  message,
  middleOf,
  pinch,
  send,
  until,
} from '../conversation.ts'
import { drop, film, paste, picture, plain, uploaded } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'

/* Pictures and films: pasted, dropped and picked, on their way, in the conversation, on the whole screen. */

let stage: Stage

const preview = ({ page }: Person) => page.getByRole('dialog', { name: /发送 \d+ 个文件|Send/ })
const shown = (person: Person) => log(person).getByRole('button', { name: /^(查看图片|View photo)$/ })
const addressOf = (person: Person) =>
  shown(person)
    .last()
    .locator('img')
    .evaluate((image) => (image as HTMLImageElement).src)
/** How the picture in view lies in the viewer. */
const lies = ({ page }: Person) =>
  page
    .getByRole('dialog')
    .locator('div:not([aria-hidden]) > div > img')
    .first()
    .evaluate((image) => (image as HTMLElement).style.transform)
const bytesAt = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer())

describe.skipIf(!browserPath)('pictures', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('a screenshot is pasted, looked at, and sent with Enter', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { size: 'phone' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await paste(box(here), await picture('image.png', { width: 1000, height: 500 }))
    await preview(here).getByRole('img', { name: 'image.png' }).waitFor()
    const caption = preview(here).getByRole('textbox', { name: '说明文字' })
    await caption.fill('首页')
    await composeEnter(caption)
    await caption.fill('首页第三版')
    await here.page.keyboard.press('Enter')
    await preview(here).waitFor({ state: 'detached' })
    await message(there, '首页第三版').waitFor()
    for (const person of [here, there]) {
      await shown(person).waitFor()
      const { width, height } = (await shown(person).boundingBox())!
      expect(width / height).toBeCloseTo(2, 1)
    }
    // The list of chats tells what it is.
    await there.page.getByRole('button', { name: /^返回/ }).click()
    await there.page.getByRole('link', { name: /首页第三版/ }).waitFor()
  })

  test('several files are dropped at once; one is taken out before they go', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await here.page.locator('body').waitFor()
    const files = [
      await picture('山.jpg', { colour: '#335577' }),
      await picture('海.jpg', { width: 600, height: 900, colour: '#557733' }),
      plain('首页-第三版.pdf'),
      plain('不要.txt'),
    ]
    await drop(here.page, here.page.getByText('拖放到这里发送给 小老鼠').locator('xpath=../..'), ...files)
    await preview(here).getByText('发送 4 个文件').waitFor()
    await preview(here).getByRole('button', { name: '移除 不要.txt' }).click()
    await preview(here).getByText('发送 3 个文件').waitFor()
    await preview(here).getByRole('textbox', { name: '说明文字' }).fill('都在这里')
    await preview(here).getByRole('button', { name: '发送', exact: true }).click()
    await message(there, '都在这里').waitFor()
    expect(await shown(there).count()).toBe(2)
    const file = log(there).getByRole('link', { name: /首页-第三版\.pdf/ })
    const link = await file.evaluate((a) => ({
      href: (a as HTMLAnchorElement).href,
      name: (a as HTMLAnchorElement).download,
      rel: (a as HTMLAnchorElement).rel,
    }))
    expect(await bytesAt(link.href)).toEqual(files[2]!.bytes)
    expect([link.name, link.rel]).toEqual(['首页-第三版.pdf', 'noopener noreferrer nofollow'])
    // In the order in which they were dropped, the words last.
    expect((await log(there).getByRole('article').allInnerTexts()).at(-1)).toContain('都在这里')
  })

  test('a large picture goes small, unless the original is wanted', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    const large = await picture('照片.jpg', { width: 2600, height: 1300, noise: true })
    const send = async (original: boolean) => {
      const before = await shown(here).count()
      const chooser = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: '图片', exact: true }).click()
      await (await chooser).setFiles({
        name: large.name,
        mimeType: large.type,
        buffer: Buffer.from(large.bytes),
      })
      await preview(here).getByRole('img', { name: '照片.jpg' }).waitFor()
      const total = preview(here).getByText(/^共 /)
      const size = await total.innerText()
      if (original) {
        await preview(here).getByRole('checkbox', { name: '原图' }).click()
        await preview(here).getByText(/^共 /).filter({ hasNotText: size }).waitFor()
      }
      await preview(here).getByRole('button', { name: '发送', exact: true }).click()
      await log(here).locator('article[data-mid]').nth(before).waitFor()
      await until(here, 'the picture', async () => !(await addressOf(here)).startsWith('blob:'))
      return sharp(await bytesAt(await addressOf(here))).metadata()
    }
    expect(await send(false)).toMatchObject({ width: 1920, height: 960 })
    expect(await send(true)).toMatchObject({ width: 2600, height: 1300 })
  })

  test('a picture is quoted with a small one of itself', async () => {
    const [tom, jerry] = await friends(stage)
    const src = await uploaded(stage.site, jerry, 'img', await picture('a.jpg'))
    await send(stage.site, jerry, tom, `![](${src}#w=800&h=600)`)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    const line = log(here).getByRole('article').first()
    await line.hover()
    await line.getByRole('button', { name: '引用' }).click()
    await here.page.getByRole('group', { name: '引用 小老鼠 的消息' }).locator('img').waitFor()
    await box(here).fill('好看')
    await box(here).press('Enter')
    const quote = message(here, '好看').getByRole('button', { name: /原消息/ })
    const small = quote.locator('img')
    expect(await small.evaluate((image) => (image as HTMLImageElement).decode().then(() => true))).toBe(true)
    expect((await small.boundingBox())!.width).toBeLessThan(60)
  })

  test('all of the chat are looked through on the whole screen', async () => {
    const [tom, jerry] = await friends(stage)
    const colours = ['#aa3344', '#3344aa', '#33aa44']
    for (const colour of colours) {
      const src = await uploaded(
        stage.site,
        jerry,
        'img',
        await picture('p.jpg', { width: 1200, height: 800, colour }),
      )
      await send(stage.site, jerry, tom, `![](${src}#w=1200&h=800)`, '说明')
    }
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await shown(here).nth(1).click()
    const viewer = page.getByRole('dialog', { name: '查看图片' })
    await viewer.getByText('第 2 张，共 3 张').waitFor()
    await viewer.getByText('小老鼠').waitFor()
    await viewer.getByRole('button', { name: '放大' }).click()
    await until(here, 'the zoom', async () => !(await lies(here)).includes('scale(1)'))
    await page.keyboard.press('0')
    await until(here, 'the whole picture', async () => (await lies(here)).includes('scale(1)'))
    await viewer.getByRole('button', { name: '旋转' }).click()
    await until(here, 'the turn', async () => (await lies(here)).includes('rotate(90deg)'))
    await viewer.getByRole('button', { name: '下一张' }).click()
    await viewer.getByText('第 3 张，共 3 张').waitFor()
    expect(await viewer.getByRole('button', { name: '下一张' }).count()).toBe(0)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await viewer.getByText('第 1 张，共 3 张').waitFor()
    const download = page.waitForEvent('download')
    await viewer.getByRole('link', { name: '下载' }).click()
    expect((await download).suggestedFilename()).toMatch(/\.jpg$/)
    await page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'detached' })
    expect(page.url()).toContain(FRIEND(jerry))
  })

  test('those far apart are found by reading on, and are counted once all are known', async () => {
    const [tom, jerry] = await friends(stage)
    const one = async (colour: string) => {
      const src = await uploaded(stage.site, jerry, 'img', await picture('p.jpg', { colour }))
      const [mid] = await send(stage.site, jerry, tom, `![](${src}#w=800&h=600)`)
      return mid!
    }
    const words = () => send(stage.site, jerry, tom, ...Array.from({ length: 230 }, (_, at) => `${at}`))
    const first = await one('#aa3344')
    await words()
    await one('#3344aa')
    await stage.site
      .as(jerry)
      .ok('message/send', { to: tom.uid, type: 'friend', content: '还记得吗', quote_mid: first })
    await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await shown(here).click()
    const viewer = page.getByRole('dialog', { name: '查看图片' })
    // What is not known is not said.
    expect(await viewer.getByText(/第 \d 张，共/).count()).toBe(0)
    await viewer.getByRole('button', { name: '上一张' }).click()
    await viewer.getByText('第 1 张，共 2 张').waitFor()
    await page.keyboard.press('Escape')

    // And downwards, from an old one that was jumped to.
    await page.reload()
    await message(here, '还记得吗')
      .getByRole('button', { name: /查看引用的原消息/ })
      .click()
    await until(
      here,
      'the first one',
      async () => (await log(here).locator(`[data-mid="${first}"]`).count()) > 0,
    )
    await log(here).locator(`[data-mid="${first}"]`).getByRole('button', { name: '查看图片' }).click()
    await viewer.getByRole('button', { name: '下一张' }).click()
    await viewer.getByText('第 2 张，共 2 张').waitFor()
  })

  test('what is dropped or pasted while the preview is open joins the others; a caption has its limit', async () => {
    const [tom, jerry] = await friends(stage)
    await stage.site.set({ message_limit: '200' })
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await paste(box(here), await picture('一.png'))
    await preview(here).getByRole('img', { name: '一.png' }).waitFor()
    await drop(page, page.getByText('拖放到这里一起发送').locator('xpath=../..'), await picture('二.jpg'))
    await preview(here).getByText('发送 2 个文件').waitFor()
    const caption = preview(here).getByRole('textbox', { name: '说明文字' })
    await paste(caption, plain('三.pdf'))
    await preview(here).getByText('发送 3 个文件').waitFor()
    const send = preview(here).getByRole('button', { name: '发送', exact: true })
    await caption.fill('长'.repeat(201))
    await preview(here).getByText('消息太长了，最多 200 个字').waitFor()
    expect(await send.isDisabled()).toBe(true)
    await caption.fill('短')
    await send.click()
    await message(here, '短').getByRole('img', { name: '已发送' }).waitFor()
    expect(await shown(here).count()).toBe(2)
    expect(
      await log(here)
        .getByRole('link', { name: /三\.pdf/ })
        .count(),
    ).toBe(1)
    await stage.site.set({ message_limit: '20000' })
  })

  test('a finger goes from one to the next and zooms, as do two; back closes the viewer and not the chat', async () => {
    const [tom, jerry] = await friends(stage)
    for (const colour of ['#aa3344', '#3344aa']) {
      const src = await uploaded(stage.site, jerry, 'img', await picture('p.jpg', { colour }))
      await send(stage.site, jerry, tom, `![](${src}#w=800&h=600)`)
    }
    const here = await stage.person(tom, { size: 'phone', locale: 'en' })
    await here.open('/chats')
    await here.page.getByRole('link', { name: /小老鼠/ }).click()
    await shown(here).first().click()
    const viewer = here.page.getByRole('dialog')
    await viewer.getByText('1 / 2').waitFor()
    const { x, y } = await middleOf(viewer.locator('img').first())
    const scale = async () => Number(/scale\((.+)\)/.exec(await lies(here))?.[1])
    await doubleTap(here, { x, y })
    await until(here, 'the zoom by one finger', async () => (await scale()) > 2)
    await pinch(here, { x, y }, 240, 60)
    await until(here, 'the whole picture', async () => (await scale()) === 1)
    await pinch(here, { x, y }, 60, 180)
    await until(here, 'the zoom by two fingers', async () => (await scale()) > 2)
    await doubleTap(here, { x, y })
    await until(here, 'the whole picture again', async () => (await scale()) === 1)
    await drawFinger(here, { x: x + 120, y }, { x: x - 120, y })
    await viewer.getByText('2 / 2').waitFor()
    await here.page.goBack()
    await viewer.waitFor({ state: 'detached' })
    await log(here).waitFor()
    expect(here.page.url()).toContain(FRIEND(jerry))
  })

  test('a film has its picture and its length, and plays where it is', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await paste(box(here), await film(here.page, '假期.webm'))
    await preview(here).getByRole('img', { name: '假期.webm' }).waitFor()
    await preview(here).getByRole('button', { name: '发送', exact: true }).click()
    const play = log(there).getByRole('button', { name: /^播放视频，时长 \d:\d\d$/ })
    await play.waitFor()
    const video = log(there).locator('video')
    const { width, height } = (await video.boundingBox())!
    expect(width / height).toBeCloseTo(16 / 9, 1)
    // A blurred picture of it is there before anything is loaded, also where it is quoted.
    const slow = await stage.person(jerry)
    await slow.context.route(/\/upload\/files\//, () => undefined)
    await slow.open(FRIEND(tom))
    await bubble(log(slow).getByRole('article').last()).locator('[style*="url("]').waitFor()
    await choose(slow, log(slow).getByRole('article').last(), '引用')
    await slow.page.getByRole('group', { name: '引用 汤姆 的消息' }).locator('[style*="url("]').waitFor()
    await play.click()
    await until(there, 'the film', () =>
      video.evaluate((element) => (element as HTMLVideoElement).currentTime > 0.1),
    )
    await log(there).getByRole('button', { name: '静音' }).waitFor()
    expect(there.page.url()).toContain(FRIEND(tom))
  })

  test('a film that was started stays where it is while one reads elsewhere', async () => {
    const [tom, jerry] = await friends(stage)
    const there = await stage.person(tom)
    await there.open(FRIEND(jerry))
    const src = await uploaded(stage.site, jerry, 'file', await film(there.page, 'a.webm'))
    const line = (at: number) => `第 ${at} 条。`
    await send(stage.site, jerry, tom, ...Array.from({ length: 60 }, (_, at) => line(at + 1)))
    await send(stage.site, jerry, tom, `file[a.webm|20 KB](${src})`, '看完了吗')
    const video = log(there).locator('video')
    await log(there)
      .getByRole('button', { name: /^播放视频/ })
      .click()
    await until(there, 'the film', () =>
      video.evaluate((element) => (element as HTMLVideoElement).currentTime > 0.05),
    )
    await log(there).evaluate((list) => {
      list.dispatchEvent(new WheelEvent('wheel'))
      list.scrollTop = 0
    })
    await message(there, line(1)).waitFor()
    await message(there, '看完了吗').waitFor({ state: 'detached' })
    expect(await video.count()).toBe(1)
  })

  test('a finger on a film’s slider moves the film, and not the message', async () => {
    const [tom, jerry] = await friends(stage)
    const there = await stage.person(tom, { size: 'phone' })
    await there.open(FRIEND(jerry))
    const src = await uploaded(stage.site, jerry, 'file', await film(there.page, 'a.webm'))
    await send(stage.site, jerry, tom, `file[a.webm|20 KB](${src}#w=320&h=180&d=1)`)
    await log(there)
      .getByRole('button', { name: /^播放视频/ })
      .click()
    const { x, y, width, height } = (await log(there).getByRole('slider').boundingBox())!
    const middle = y + height / 2
    await drawFinger(there, { x: x + 4, y: middle }, { x: x + width - 4, y: middle })
    // A message that is pulled as far is quoted.
    expect(width - 8).toBeGreaterThan(80)
    const bar = there.page.getByRole('group', { name: '引用 小老鼠 的消息' })
    expect(await bar.count()).toBe(0)
    await drawFinger(there, { x: x + 4, y: y - 50 }, { x: x + width - 4, y: y - 50 })
    await bar.waitFor()
  })

  test('a film from an unknown client plays without hints', async () => {
    const [tom, jerry] = await friends(stage)
    const there = await stage.person(tom)
    await there.open(FRIEND(jerry))
    const src = await uploaded(stage.site, jerry, 'file', await film(there.page, 'a.webm'))
    await send(stage.site, jerry, tom, `file[a.webm|20 KB](${src})`)
    await log(there)
      .getByRole('button', { name: /^播放视频/ })
      .click()
    const video = log(there).locator('video')
    await until(there, 'the film', () =>
      video.evaluate((element) => (element as HTMLVideoElement).currentTime > 0.05),
    )
  })
})
