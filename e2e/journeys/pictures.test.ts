import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import sharp from 'sharp'
import {
  box,
  bubble,
  drawFinger,
  FRIEND,
  friends,
  log,
  message,
  middleOf,
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
    await preview(here).getByRole('textbox', { name: '说明文字' }).fill('首页第三版')
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
    const style = () =>
      viewer
        .locator('div:not([aria-hidden]) > div > img')
        .first()
        .evaluate((image) => (image as HTMLElement).style.transform)
    await viewer.getByRole('button', { name: '放大' }).click()
    await until(here, 'the zoom', async () => !(await style()).includes('scale(1)'))
    await page.keyboard.press('0')
    await until(here, 'the whole picture', async () => (await style()).includes('scale(1)'))
    await viewer.getByRole('button', { name: '旋转' }).click()
    await until(here, 'the turn', async () => (await style()).includes('rotate(90deg)'))
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

  test('a finger goes from one to the next; back closes the viewer and not the chat', async () => {
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
    const play = log(there).getByRole('button', { name: /^播放视频，时长 0:0\d$/ })
    await play.waitFor()
    const video = log(there).locator('video')
    const { width, height } = (await video.boundingBox())!
    expect(width / height).toBeCloseTo(16 / 9, 1)
    // A poster of it is there before anything is loaded.
    expect(
      await bubble(log(there).getByRole('article').last())
        .locator('[style*="background-image"], video')
        .count(),
    ).toBeGreaterThan(0)
    await play.click()
    await until(there, 'the film', () =>
      video.evaluate((element) => (element as HTMLVideoElement).currentTime > 0.1),
    )
    await log(there).getByRole('button', { name: '静音' }).waitFor()
    expect(there.page.url()).toContain(FRIEND(tom))
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
