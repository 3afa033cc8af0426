import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { friends, GROUP } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, gone, link, PICTURE, pick, says, seen } from './acts.ts'
import { kept, wire } from './network.ts'

/* Codes to be scanned: one's own, a friend's, a group's; by the camera, and from a picture. */

let stage: Stage

/** A picture of a code, as the site draws it. */
async function codeOf(user: TestUser, content: string) {
  const response = await stage.site.as(user).request('qrcode/get', { content })
  const buffer = Buffer.from(await response.arrayBuffer())
  return { name: 'code.png', mimeType: 'image/png', buffer }
}

/** Chooses a picture in place of the camera. */
async function scanPicture(
  { page }: Person,
  picture: string | Awaited<ReturnType<typeof codeOf>>,
  label = '从相册选取',
): Promise<void> {
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: label }).click()
  await (await choosing).setFiles(picture)
}

/** Goes to an address without loading the page anew. */
const follow = ({ page }: Person, path: string): Promise<void> =>
  page.evaluate((address) => {
    history.pushState({}, '', address)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, path)

/** Puts a picture before somebody's camera. To be called before the page is opened. */
async function holdBefore({ context }: Person, picture: Buffer): Promise<void> {
  await context.addInitScript((base64) => {
    if (!navigator.mediaDevices) return
    navigator.mediaDevices.getUserMedia = async () => {
      const image = new Image()
      image.src = `data:image/png;base64,${base64}`
      await image.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
      const context = canvas.getContext('2d')!
      const draw = () => {
        context.fillStyle = '#d8d4cc'
        context.fillRect(0, 0, 1280, 720)
        context.drawImage(image, 400, 120, 480, 480)
        requestAnimationFrame(draw)
      }
      draw()
      return canvas.captureStream(15)
    }
  }, picture.toString('base64'))
}

/** Lets the browser say that there is no camera to be had. To be called before the page is opened. */
async function withoutCamera(
  { context }: Person,
  reason: 'NotAllowedError' | 'NotFoundError',
): Promise<void> {
  await context.addInitScript((name) => {
    if (!navigator.mediaDevices) return
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('', name)
    }
  }, reason)
}

describe.skipIf(!browserPath)('QR codes', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('one’s own is saved as a picture; who chooses it under 扫一扫 comes to the profile', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const here = await stage.opened('/me', tom!, { size: 'phone' })
    await link(here, '我的二维码').tap()
    await seen(here.page.getByRole('img', { name: `${tom!.nickname} 的二维码` }))
    const saving = here.page.waitForEvent('download')
    await button(here, '保存图片').tap()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(`${tom!.nickname}的二维码.png`)
    const buffer = await readFile(await saved.path())

    const there = await stage.opened('/chats', jerry!, { size: 'phone' })
    await pick(there, '新建', '扫一扫')
    await at(there.page, '/scan')
    await scanPicture(there, { name: 'saved.png', mimeType: 'image/png', buffer })
    await at(there.page, `/person/${tom!.uid}`)
    await seen(there.page.getByRole('heading', { name: tom!.nickname }))
    await seen(button(there, '添加到通讯录'))
    // The page of the code itself is no place to come back to.
    await button(there, '返回').tap()
    await at(there.page, '/chats')
  })

  test('a group’s is read by the camera; who is in already comes to the chat', async () => {
    const [tom, jerry, spike] = await stage.site.users(3)
    const gid = await stage.site.group(tom!, jerry!)
    await stage.site.as(tom!).ok('group/update', { gid, groupname: '周末徒步' })
    const { content } = await stage.site.as(tom!).ok('qrcode/group', { gid })
    const { buffer } = await codeOf(tom!, content)
    const there = await stage.person(spike!, { locale: 'en' })
    await holdBefore(there, buffer)
    await there.open('/scan')
    await at(there.page, `/q/g/${gid}`)
    await seen(there.page.getByRole('heading', { name: '周末徒步' }))
    await button(there, 'Join the group').click()
    await at(there.page, GROUP(gid))
    const member = await stage.opened('/scan', jerry!, { size: 'phone' })
    await scanPicture(member, await codeOf(tom!, content))
    await at(member.page, GROUP(gid))
  })

  test('a group’s is saved as a picture that leads into it', async () => {
    const [tom, spike] = await stage.site.users(2)
    const gid = await stage.site.group(tom!)
    await stage.site.as(tom!).ok('group/update', { gid, groupname: '周末徒步' })
    const here = await stage.opened(`${GROUP(gid)}/details`, tom!, { size: 'phone' })
    await button(here, '群二维码').tap()
    await seen(dialog(here).getByRole('img', { name: '周末徒步 的二维码' }))
    const saving = here.page.waitForEvent('download')
    await answer(here, '保存图片')
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('周末徒步的二维码.png')
    const buffer = await readFile(await saved.path())
    const there = await stage.opened('/scan', spike!, { size: 'phone' })
    await scanPicture(there, { name: 'saved.png', mimeType: 'image/png', buffer })
    await at(there.page, `/q/g/${gid}`)
    await button(there, '加入群聊').tap()
    await at(there.page, GROUP(gid))
  })

  test('without a camera, or without leave to use it, a picture can be chosen', async () => {
    const [tom] = await stage.site.users(1)
    const code = await codeOf(tom!, '桌号 12')
    const refused = await stage.person(tom!, { size: 'phone' })
    await withoutCamera(refused, 'NotAllowedError')
    await refused.open('/scan')
    await seen(refused.page.getByRole('alert').getByText('没有相机权限', { exact: false }))
    await scanPicture(refused, code)
    await seen(refused.page.getByRole('status').getByText('桌号 12'))
    const missing = await stage.person(tom!, { locale: 'en' })
    await withoutCamera(missing, 'NotFoundError')
    await missing.open('/scan')
    await seen(missing.page.getByRole('alert').getByText('No camera found', { exact: false }))
    await scanPicture(missing, code, 'Choose a picture')
    await seen(missing.page.getByRole('status').getByText('桌号 12'))
  })

  test('where the reader cannot be loaded it is said, and tried again with the next picture', async () => {
    const [tom] = await stage.site.users(1)
    const here = await stage.person(tom!)
    await withoutCamera(here, 'NotFoundError')
    // The pages are not those of another version: loading them anew was tried.
    await here.context.addInitScript(() => sessionStorage.setItem('parley:reloaded', '1'))
    const reader = '**/assets/decode-*.js'
    await here.context.route(reader, (route) => route.abort())
    await here.open('/scan')
    const code = await codeOf(tom!, '桌号 12')
    await scanPicture(here, code)
    await seen(here.page.getByRole('alert').getByText('扫码功能没有加载出来'))
    await here.context.unroute(reader)
    await scanPicture(here, code)
    await seen(here.page.getByRole('status').getByText('桌号 12'))
  })

  test('a friend’s card is passed on', async () => {
    const [tom, jerry] = await friends(stage)
    const spike = await stage.site.user()
    const here = await stage.opened(`/person/${jerry.uid}`, tom)
    await button(here, '二维码名片').click()
    await seen(dialog(here).getByRole('img', { name: '小老鼠 的二维码' }))
    await says(here.page, '已复制', () => answer(here, '复制链接'))
    const address = await here.page.evaluate(() => navigator.clipboard.readText())
    const there = await stage.opened(address, spike)
    await at(there.page, `/person/${jerry.uid}`)
    await seen(there.page.getByRole('heading', { name: '小老鼠' }))
  })

  test('what is no code, and a code that says something else', async () => {
    const [tom] = await stage.site.users(1)
    const here = await stage.opened('/scan', tom!)
    const { page } = here
    await scanPicture(here, PICTURE)
    await seen(page.getByRole('alert').getByText('这张图片里没有找到二维码'))
    await scanPicture(here, await codeOf(tom!, '桌号 12'))
    await seen(page.getByRole('status').getByText('桌号 12'))
    expect(await link(here, '打开链接').count()).toBe(0)
    await button(here, '继续扫描').click()
    await scanPicture(here, await codeOf(tom!, 'https://shop.example/menu?t=12'))
    await seen(page.getByText('扫到一个链接'))
    expect(await link(here, '打开链接').getAttribute('href')).toBe('https://shop.example/menu?t=12')
    // Of another site, this is a link like any other.
    await button(here, '继续扫描').click()
    await scanPicture(here, await codeOf(tom!, `https://shop.example/q/u/${tom!.uid}`))
    await seen(page.getByRole('status').getByText('https://shop.example/q/u/'))
    await at(page, '/scan')
  })

  test('is read from a picture without a network', async () => {
    const [tom, jerry] = await friends(stage)
    await stage.site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '在吗' })
    const code = await codeOf(tom, '桌号 12')
    const here = await stage.person(tom, { offlineShell: true, size: 'phone' })
    const network = await wire(here)
    await here.open(`/chat/friend/${jerry.uid}`)
    await kept(here)
    await network.down()
    await here.open('/scan')
    await scanPicture(here, code)
    await seen(here.page.getByRole('status').getByText('桌号 12'))
  })

  test('nobody’s leads back to the chats; another one on the same page is looked at anew', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const { nid } = await stage.site.as(tom!).ok('user/detail', { uid: jerry!.uid })
    const here = await stage.opened('/q/u/999999999', tom!, { size: 'phone' })
    const { page } = here
    await seen(page.getByRole('alert').getByText('没有找到这个人，可能已经注销'))
    expect(await button(here, '重试').count()).toBe(0)
    await button(here, '返回聊天列表').tap()
    await at(page, '/chats')

    await here.open('/q/u/999999999')
    await seen(button(here, '返回聊天列表'))
    await follow(here, `/q/u/${nid}`)
    await at(page, `/person/${jerry!.uid}`)
    await seen(page.getByRole('heading', { name: jerry!.nickname }))
  })

  test('where the server has trouble, it is asked again', async () => {
    const [tom, jerry] = await stage.site.users(2)
    const { nid } = await stage.site.as(tom!).ok('user/detail', { uid: jerry!.uid })
    const here = await stage.person(tom!)
    const network = await wire(here)
    await here.open('/chats')
    await seen(link(here, /（在线）/))
    network.refuse('user/getbyname')
    await follow(here, `/q/u/${nid}`)
    await seen(here.page.getByRole('alert').getByText('服务器开小差了'))
    network.refuse()
    await button(here, '重试').click()
    await at(here.page, `/person/${jerry!.uid}`)
  })

  test('what the site switches off is gone at once', async () => {
    const [tom, jerry] = await friends(stage)
    const own = await stage.opened('/me/qr', tom, { size: 'phone' })
    await seen(button(own, '复制链接'))
    const card = await stage.opened(`/person/${jerry.uid}`, tom)
    await seen(button(card, '二维码名片'))
    const scanning = await stage.opened('/scan', tom)
    await seen(button(scanning, '从相册选取'))
    await stage.site.set({ qrcode_friend: 'off', qrcode_scan: 'off' })
    try {
      await seen(own.page.getByText('本站没有开放二维码名片'))
      await gone(button(own, '复制链接'))
      await gone(button(card, '二维码名片'))
      await seen(scanning.page.getByText('本站没有开启扫一扫'))
      await gone(button(scanning, '从相册选取'))
    } finally {
      await stage.site.set({ qrcode_friend: 'on', qrcode_scan: 'on' })
    }
    await seen(button(own, '复制链接'))
  })
})
