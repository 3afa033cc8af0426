import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, FRIEND, friends, log, message, send, until } from '../conversation.ts'
import { paste, picture, plain } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { button, gone, seen } from './acts.ts'

/* Files on their way: how far they are, given up, refused, and cut off. */

let stage: Stage

const preview = ({ page }: Person) => page.getByRole('dialog', { name: /^(发送|Send) \d+/ })
const sendButton = (person: Person) => preview(person).getByRole('button', { name: /^(发送|Send)$/ })
const ring = (person: Person) =>
  log(person).getByRole('progressbar', { name: /^(上传进度|Upload progress)$/ })

/** Makes the way to the server slow, bytes a second; 0 as fast as it is. */
async function slow({ context, page }: Person, bytes: number): Promise<void> {
  const network = await context.newCDPSession(page)
  await network.send('Network.enable')
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes || -1 },
  })
}

describe.skipIf(!browserPath)('files on their way', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
    await stage.site.set({ rate_upload: '100000/1', file_megabytes: '100' })
  })

  test('a ring tells how far one is; it can be given up, and its words come back', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await send(stage.site, jerry, tom, '大文件呢？')
    await message(here, '大文件呢？').hover()
    await message(here, '大文件呢？').getByRole('button', { name: '引用' }).click()
    const quote = here.page.getByRole('group', { name: '引用 小老鼠 的消息' })
    await quote.waitFor()
    await slow(here, 60_000)
    await paste(box(here), plain('大文件.zip', 4_000_000, 'application/zip'))
    await preview(here).getByRole('textbox', { name: '说明文字' }).fill('请查收')
    await sendButton(here).click()
    await quote.waitFor({ state: 'detached' })
    const part = async () => Number(await ring(here).getAttribute('aria-valuenow'))
    await ring(here).waitFor()
    await until(here, 'some of it', async () => (await part()) > 0)
    expect(await part()).toBeLessThan(100)
    await log(here)
      .getByText(/^已上传 \d+%，共 3.81 MB$/)
      .waitFor()
    // Writing goes on meanwhile.
    await box(here).fill('文件在路上')
    await box(here).press('Enter')
    await message(there, '文件在路上').waitFor()
    await log(here).getByRole('button', { name: '取消上传' }).click()
    await ring(here).waitFor({ state: 'detached' })
    expect(await box(here).inputValue()).toBe('请查收')
    await quote.getByText('大文件呢？').waitFor()
    await slow(here, 0)
    await paste(box(here), plain('小文件.txt', 2000, 'text/plain'))
    await sendButton(here).click()
    await log(there)
      .getByRole('link', { name: /小文件\.txt/ })
      .waitFor()
    await message(there, '请查收').waitFor()
    expect(await log(there).getByText('大文件.zip').count()).toBe(0)
  })

  test('one that the site refuses says why, and goes when it is tried again', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom, { size: 'phone' }), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await stage.site.set({ rate_upload: '1/3600' })
    await paste(
      box(here),
      plain('一.txt', 100, 'text/plain'),
      plain('二.txt', 100, 'text/plain'),
      await picture('三.png'),
    )
    await sendButton(here).click()
    const failed = log(here).getByRole('alert')
    await failed.nth(1).waitFor()
    expect(await failed.first().innerText()).toMatch(/频繁|稍后/)
    await log(there)
      .getByRole('link', { name: /一\.txt/ })
      .waitFor()
    await stage.site.set({ rate_upload: '100000/1' })
    await failed.first().getByRole('button', { name: '重试' }).click()
    await log(there)
      .getByRole('link', { name: /二\.txt/ })
      .waitFor()
    // The picture is given up.
    await failed.getByRole('button', { name: '取消上传' }).click()
    await failed.waitFor({ state: 'detached' })
    expect(await log(there).getByRole('article').count()).toBe(2)
  })

  test('one that is too large is told so before it is sent', async () => {
    const [tom, jerry] = await friends(stage)
    await stage.site.set({ file_megabytes: '1' })
    const here = await stage.person(tom, { locale: 'en' })
    await here.open(FRIEND(jerry))
    await paste(box(here), plain('huge.zip', 1_200_000), plain('small.txt', 10, 'text/plain'))
    await preview(here).getByText(/1 MB/).first().waitFor()
    await preview(here).getByRole('status').waitFor()
    await sendButton(here).click()
    await log(here)
      .getByRole('link', { name: /small\.txt/ })
      .waitFor()
    expect(await log(here).getByRole('article').count()).toBe(1)
  })

  test('without a connection it waits, and goes by itself when there is one', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    // Both have read that there is nothing yet: without a connection they could not.
    await Promise.all([here, there].map((person) => seen(button(person, '打个招呼'))))
    await paste(box(here), await picture('离线.png'))
    await preview(here).getByRole('img', { name: '离线.png' }).waitFor()
    await here.context.setOffline(true)
    await sendButton(here).click()
    await ring(here).waitFor()
    await here.context.setOffline(false)
    await gone(ring(here))
    await seen(log(there).getByRole('button', { name: '查看图片' }))
    expect(await log(there).getByRole('article').count()).toBe(1)
  })

  test('one that stands still is tried again', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    const { page } = here
    await page.clock.install()
    await here.open(FRIEND(jerry))
    await paste(box(here), plain('静.txt', 5000, 'text/plain'))
    await preview(here).getByText('静.txt').first().waitFor()
    // The first one never arrives, and nothing says so.
    const lost = Promise.withResolvers<void>()
    await page.route('**/upload/file', () => lost.resolve(), { times: 1 })
    await sendButton(here).click()
    await lost.promise
    // The time that the test takes passes as well.
    await page.clock.runFor(20_000)
    expect(await ring(here).count()).toBe(1)
    await page.clock.runFor(12_000)
    await log(here)
      .getByRole('link', { name: /静\.txt/ })
      .waitFor()
    expect(await log(here).getByRole('article').count()).toBe(1)
  })
})
