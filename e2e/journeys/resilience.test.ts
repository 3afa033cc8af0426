import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { box, FRIEND, friends, log, message, messages, say, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, gone, row, seen } from './acts.ts'
import { bar, kept, keptText, snapshots, wire } from './network.ts'

/* The server is started anew, the network goes away: nothing that was written or read is lost. */

let stage: Stage

/** How often a text stands in the open chat. */
const count = (person: Person, text: string) => log(person).getByText(text, { exact: true }).count()

describe.skipIf(!browserPath)('without a connection', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('a restart of the server is survived without a reload, and nothing is missed or doubled', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { size: 'phone' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await say(here, '重启之前')
    await seen(message(there, '重启之前'))
    await Promise.all(
      [here, there].map(({ page }) => page.evaluate(() => Object.assign(window, { same: true }))),
    )

    await site.halt()
    await Promise.all([seen(bar(here)), seen(bar(there))])
    await seen(message(here, '重启之前'))
    // Written by somebody on another device, before the pages are back.
    await site.resume()
    await send(site, jerry, tom, '趁你不在', '再来一条')
    await Promise.all([gone(bar(here)), gone(bar(there))])
    await seen(message(here, '再来一条'))
    await say(there, '重启之后')
    await seen(message(here, '重启之后'))

    const texts = ['重启之前', '趁你不在', '再来一条', '重启之后']
    for (const person of [here, there]) {
      for (const text of texts) await seen(message(person, text))
      for (const text of texts) expect(await count(person, text)).toBe(1)
      expect(await messages(person).count()).toBe(4)
      expect(await person.page.evaluate(() => 'same' in window)).toBe(true)
    }
  })

  test('what is written while the server is away is sent when it is back', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await seen(box(here))
    await site.halt()
    await seen(bar(here))
    const line = await say(here, '写在断开时')
    await line.getByRole('img', { name: '发送中' }).waitFor()
    await site.resume()
    await line.getByRole('img', { name: '已发送' }).waitFor()
    expect(await count(here, '写在断开时')).toBe(1)
    const { messages: stored } = await site
      .as(jerry)
      .ok('message/since', { id: tom.uid, type: 'friend', seq: 0 })
    expect(stored.map(({ content }: { content: string }) => content)).toEqual(['写在断开时'])
  })

  test('offline everything stays readable; what is written survives a reload and is sent once', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '离线也能读')
    const here = await stage.person(tom, { offlineShell: true })
    const { page } = here
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(message(here, '离线也能读'))
    await kept(here)

    await network.down()
    await seen(bar(here))
    await seen(message(here, '离线也能读'))
    await page.getByRole('link', { name: '设置' }).click()
    await at(page, '/me')
    await page.goBack()
    const line = await say(here, '写在地铁里')
    await line.getByRole('img', { name: '发送中' }).waitFor()

    await page.reload()
    await seen(message(here, '离线也能读'))
    await message(here, '写在地铁里').getByRole('img', { name: '发送中' }).waitFor()

    await network.up()
    await message(here, '写在地铁里').getByRole('img', { name: '已发送' }).waitFor()
    await gone(bar(here))
    expect(await count(here, '写在地铁里')).toBe(1)
    const { messages: stored } = await site
      .as(jerry)
      .ok('message/since', { id: tom.uid, type: 'friend', seq: 0 })
    expect(stored.map(({ content }: { content: string }) => content)).toEqual(['离线也能读', '写在地铁里'])
  })

  test('opened without a network, it shows the last chats and their messages', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const spike = await site.user({ nickname: '斯派克' })
    const gid = await site.group(tom, jerry, spike)
    await send(site, jerry, tom, '昨天的话')
    await send(site, spike, gid, '群里的话')
    const here = await stage.person(tom, { offlineShell: true, size: 'phone' })
    const { page } = here
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(message(here, '昨天的话'))
    await kept(here)
    // It can be installed as an app.
    const devtools = await here.context.newCDPSession(page)
    const manifest = await devtools.send('Page.getAppManifest')
    expect([manifest.url, manifest.errors]).toEqual([`${site.url}/manifest.webmanifest`, []])
    const { icons } = JSON.parse(manifest.data!) as { icons: { src: string; sizes: string }[] }
    for (const size of ['192x192', '512x512']) expect(icons.map(({ sizes }) => sizes)).toContain(size)
    for (const { src } of icons) expect((await fetch(new URL(src, manifest.url))).status).toBe(200)
    // The first chats of the list are kept without having been opened.
    await keptText(here, 'chat:', '群里的话')
    await site.befriend(tom, spike)
    await send(site, spike, tom, '只在列表里')
    await keptText(here, 'list:', '只在列表里')

    await network.down()
    await here.open('/chats')
    await seen(bar(here))
    for (const text of ['昨天的话', '群里的话']) {
      await page.getByRole('listitem').getByText(text).click()
      await seen(message(here, text))
      await page.goBack()
    }
    // What was never read here says so, and shows what the list knows of it.
    await row(here, '斯派克').getByText('只在列表里').click()
    await seen(page.getByRole('alert').getByText(/网络/))
    await seen(message(here, '只在列表里'))
  })

  test('what came for a chat that was kept, and is not open, is kept with it', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '昨天的话')
    const here = await stage.person(tom, { offlineShell: true })
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(message(here, '昨天的话'))
    await kept(here)
    await here.open('/chats')
    await send(site, jerry, tom, '今天的话')
    await seen(row(here, '小老鼠').getByText('今天的话'))
    await keptText(here, 'chat:', '今天的话')
    await network.down()
    await here.open(FRIEND(jerry))
    await Promise.all(['昨天的话', '今天的话'].map((text) => seen(message(here, text))))
  })

  test('behind a proxy that answers for a server that is away, the pages open', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '昨天的话')
    const here = await stage.person(tom, { offlineShell: true })
    await here.open(FRIEND(jerry))
    await seen(message(here, '昨天的话'))
    await kept(here)
    await site.halt()
    const proxy = Bun.serve({
      port: Number(new URL(site.url).port),
      fetch: () => new Response('Bad Gateway', { status: 502, headers: { 'content-type': 'text/html' } }),
    })
    await here.open(FRIEND(jerry))
    await seen(message(here, '昨天的话'))
    await proxy.stop(true)
    await site.resume()
    await gone(bar(here))
    // The browser tells of the proxy's answers; nothing else may be among it.
    const OUTAGE = /: Failed to load resource: .* 502 \(Bad Gateway\)/
    expect(stage.problems().filter((problem) => !OUTAGE.test(problem))).toEqual([])
  })

  test('a session that is ended from elsewhere leaves nothing that was read on the device', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '只给汤姆')
    const here = await stage.person(tom, { offlineShell: true })
    await here.open(FRIEND(jerry))
    await seen(message(here, '只给汤姆'))
    await kept(here)
    await site.services.sessions.endAll(tom.uid)
    await here.page.waitForURL(/\/signin\?ended=1/)
    expect(await snapshots(here)).toEqual([])
  })

  test('after three failures a message waits for its writer, who sends it again', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(box(here))
    network.refuse('message/send')
    const line = await say(here, '第四次才成')
    await line.getByRole('alert').waitFor()
    expect(network.refused).toBe(3)

    network.refuse()
    await line.getByRole('button', { name: '重新发送' }).click()
    await line.getByRole('img', { name: '已发送' }).waitFor()
    expect(await count(here, '第四次才成')).toBe(1)
    await until(
      here,
      'the mark of failure is gone',
      async () => (await line.getByRole('alert').count()) === 0,
    )
  })
})
