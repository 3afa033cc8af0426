import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, log, message, messages, say, send, until } from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { gone, row, seen } from './acts.ts'
import { bar, wire } from './network.ts'

/* What others did while somebody was not connected: it is so when they are back, and nothing moves. */

let stage: Stage

describe.skipIf(!browserPath)('after an absence', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('what was taken back is not to be read any more, here or in quotes, and what was read is marked', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const [secret, mistake] = await send(site, jerry, tom, '秘密', '写错了')
    const quoting = { to: tom.uid, type: 'friend', content: '回头再说', quote_mid: mistake }
    await site.as(jerry).ok('message/send', quoting)
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    const own = await say(here, '你好')
    await own.getByRole('img', { name: '已发送' }).waitFor()
    await seen(message(here, '回头再说').getByText('写错了'))

    await network.down()
    await seen(bar(here))
    await site.as(jerry).ok('message/revoke', { type: 'friend', id: tom.uid, mid: secret })
    await site.as(jerry).ok('message/delete', { type: 'friend', id: tom.uid, mid: mistake, ty: 2 })
    await site.as(jerry).ok('message/updateLastReadTime', { type: 'friend', id: tom.uid })
    await network.up()
    await gone(bar(here))
    await gone(log(here).getByText('秘密'))
    await gone(log(here).getByText('写错了'))
    await own.getByRole('img', { name: '已读' }).waitFor()
    await seen(message(here, '回头再说').getByText('此消息已撤回'))
    expect(await messages(here).filter({ hasText: '你好' }).count()).toBe(1)
  })

  for (const { what, before } of [
    { what: 'an empty chat', before: [] },
    { what: 'a chat', before: ['早'] },
  ])
    test(`${what} that was read before there was a connection has what was written between`, async () => {
      const { site } = stage
      const [tom, jerry] = await friends(stage)
      await send(site, jerry, tom, ...before)
      const here = await stage.person(tom)
      const connecting = Promise.withResolvers<void>()
      await here.page.routeWebSocket(/\/app\//, async (socket) => {
        await connecting.promise
        socket.connectToServer()
      })
      await here.open(FRIEND(jerry))
      await seen(
        before.length > 0 ? message(here, '早') : here.page.getByRole('button', { name: '打个招呼' }),
      )
      await send(site, jerry, tom, '一')
      await (await say(here, '二')).getByRole('img', { name: '已发送' }).waitFor()
      connecting.resolve()
      await seen(message(here, '一'))
      await send(site, jerry, tom, '三')
      await seen(message(here, '三'))
      expect(await messages(here).locator('[data-bubble]').allInnerTexts()).toEqual([
        ...before,
        '一',
        '二',
        '三',
      ])
    })

  test('a chat that is not on the screen is up to date when it is opened', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    const spike = await site.user({ nickname: '斯派克' })
    await site.befriend(tom, spike)
    const [secret] = await send(site, jerry, tom, '秘密', '别的')
    await send(site, spike, tom, '在吗')
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(message(here, '秘密'))
    await row(here, '斯派克').click()
    await seen(message(here, '在吗'))
    await network.down()
    await seen(bar(here))
    await site.as(jerry).ok('message/revoke', { type: 'friend', id: tom.uid, mid: secret })
    await network.up()
    await gone(bar(here))
    await row(here, '小老鼠').click()
    await seen(message(here, '别的'))
    await gone(log(here).getByText('秘密'))
  })

  test('older pages that could not be read come by themselves when the network is back', async () => {
    const { site } = stage
    const [tom, jerry] = await friends(stage)
    await send(site, jerry, tom, ...Array.from({ length: 160 }, (_, index) => `第${index + 1}句`))
    await site.as(tom).ok('message/updateLastReadTime', { type: 'friend', id: jerry.uid })
    const here = await stage.person(tom)
    const network = await wire(here)
    await here.open(FRIEND(jerry))
    await seen(message(here, /^.*第160句/))
    network.refuse('message/get')
    const toTop = () =>
      log(here).evaluate((list) => {
        list.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }))
        list.scrollTop = 0
      })
    // Where the list is placed only now, it is not at the top any more.
    await until(here, 'the refusal', async () => {
      await toTop()
      return network.refused > 0
    })
    const alert = log(here).getByRole('alert')
    await seen(alert)
    network.refuse()
    await network.down()
    await seen(bar(here))
    await network.up()
    await gone(alert)
    await until(here, 'the first message', async () => {
      await toTop()
      return (await log(here).getByText('第1句', { exact: true }).count()) > 0
    })
  })
})
