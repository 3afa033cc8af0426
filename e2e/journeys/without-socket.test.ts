import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, message, say, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { gone, row, seen } from './acts.ts'
import { record, recorded } from './outside.ts'

/* Networks and proxies that let no websocket through, and a server that wants none: everything goes by HTTP. */

let stage: Stage

/** The thin bar that says that messages come later. */
const lateBar = ({ page }: Person) => page.getByRole('status').getByText('实时连接暂不可用')

/** Lets the time of the page pass until something is so: by little, as what is on its way must not take longer than it may. */
const later = (person: Person, what: string, isSo: () => Promise<boolean>) =>
  until(person, what, async () => {
    await person.page.clock.runFor(1000)
    return isSo()
  })

describe.skipIf(!browserPath)('without a websocket', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('with too many other connections everything is there all the same', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, '说一句')
    const others = await Promise.all(Array.from({ length: 20 }, () => site.listen(tom)))
    const here = await stage.person(tom)
    await here.open('/chats')
    await seen(row(here, '小老鼠').getByText('说一句'))
    await seen(lateBar(here))
    // One of them goes, and somebody looks at the page again.
    others[0]!.close()
    await until(here, 'a connection', async () => {
      await here.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
      return (await lateBar(here).count()) === 0
    })
    await send(site, jerry, tom, '又一句')
    await seen(row(here, '小老鼠').getByText('又一句'))
  })

  for (const { proxy, isSilent } of [
    { proxy: 'lets it open, and nothing through', isSilent: true },
    { proxy: 'lets none open', isSilent: false },
  ])
    test(`behind a proxy that ${proxy}, everything is read again and again`, async () => {
      const { site } = stage
      const [tom, jerry] = await friends(stage)
      const spike = await site.user({ nickname: '斯派克' })
      await site.befriend(tom, spike)
      const [mid] = await send(site, jerry, tom, '第一句')
      await send(site, spike, tom, '早')
      const here = await stage.person(tom)
      const { page } = here
      await page.addInitScript(record)
      await page.clock.install()
      let isThrough = false
      await page.routeWebSocket(/\/app\//, (socket) => {
        if (isThrough) socket.connectToServer()
        else if (!isSilent) void socket.close({ code: 3000 })
      })
      await here.open(FRIEND(jerry))
      await later(here, 'the list', () => row(here, '小老鼠').getByText('第一句').isVisible())
      await seen(message(here, '第一句'))
      await seen(lateBar(here))

      const line = await say(here, '收到')
      await line.getByRole('img', { name: '已发送' }).waitFor()
      await send(site, jerry, tom, '第二句')
      await later(here, 'the message', () => message(here, '第二句').isVisible())
      expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
      await send(site, spike, tom, '在吗')
      await later(here, 'the sound', () => recorded(here, ({ sounds }) => sounds === 1))

      // Nobody tells of it; it is read all the same.
      await site.as(jerry).ok('message/revoke', { id: tom.uid, type: 'friend', mid })
      isThrough = true
      await later(here, 'a connection', () => here.page.getByRole('link', { name: /（在线）/ }).isVisible())
      await gone(message(here, '第一句'))
      await gone(lateBar(here))
      await send(site, jerry, tom, '听到了吗')
      await seen(message(here, '听到了吗'))
      for (const text of ['收到', '第二句', '听到了吗'])
        expect(await page.getByRole('log').getByText(text, { exact: true }).count()).toBe(1)
    })
})
