import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import { friends, GROUP, send } from '../conversation.ts'
import { push } from '../look.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { button, dialog, gone, seen } from './acts.ts'
import { wire } from './network.ts'

/*
 * What every page shows while it reads, when that fails, without a network, and when this is back. Somebody goes through
 * all of them without loading the client anew.
 */

interface Place {
  path: string
  /** What is asked for there. */
  operation: string
  /** Opens it, where the path alone does not. */
  open?(): Promise<void>
  /** What is there in the end. */
  found: Locator
}

let stage: Stage

const main = ({ page }: Person): Locator => page.getByRole('main').last()

/** A member with something to be seen on every page, and the places where it is. */
async function town() {
  const { site } = stage
  const [tom, jerry] = await friends(stage)
  await site.api(tom.uid).ok('user/update', { is_member: 1 })
  const [stranger, unknown, passer] = await Promise.all(
    ['路人', '邻居', '过客'].map((nickname) => site.user({ nickname })),
  )
  await site.as(stranger!).ok('friend/apply', { friend_uid: tom.uid, postscript: '我是隔壁的' })
  await send(site, stranger!, tom, '有人吗')
  await site.as(tom).ok('reply/add', { type: 1, title: '欢迎', content: '欢迎光临' })
  const sub = { username: `sub${tom.uid}`, nickname: '小二', password: 'right horse 9' }
  await site.as(tom).ok('user/open_user', sub)
  const gid = await site.group(tom, jerry)
  const fair = await site.group(stranger!)
  await site.as(stranger!).ok('group/update', { gid: fair, groupname: '邻里集市' })
  const { pathname, search } = new URL((await site.as(stranger!).ok('qrcode/group', { gid: fair })).content)

  const here = await stage.person(tom, { size: 'phone' })
  const details = `${GROUP(gid)}/details`
  const text = (words: string) => main(here).getByText(words, { exact: true })
  const lists: Place[] = [
    { path: '/desk/waiting', operation: 'pop/waiting', found: text('路人') },
    { path: '/desk/replies/welcome', operation: 'reply/get', found: text('欢迎') },
    { path: '/desk/subusers', operation: 'user/sub_users', found: text('小二') },
    { path: '/contacts/requests', operation: 'friend/applylist', found: text('我是隔壁的') },
    { path: '/contacts/temporary', operation: 'friend/get_temp_list', found: text('路人') },
    { path: '/me/devices', operation: 'login/sessions', found: text('本机') },
    { path: details, operation: 'group/detail', found: button(here, '退出群聊') },
    { path: details, operation: 'group/members', found: text('小老鼠') },
  ]
  const others: Place[] = [
    {
      ...{
        path: details,
        operation: 'group/members',
        found: dialog(here).getByText('小老鼠', { exact: true }),
      },
      open: () => button(here, '查看成员列表').tap(),
    },
    {
      ...{ path: `/person/${passer!.uid}`, operation: 'user/detail' },
      found: main(here).getByRole('heading', { name: '过客' }),
    },
    {
      ...{
        path: details,
        operation: 'qrcode/group',
        found: dialog(here).getByRole('img', { name: /二维码$/ }),
      },
      open: () => button(here, '群二维码').tap(),
    },
    {
      ...{ path: `/chat/friend/${unknown!.uid}/details`, operation: 'user/detail' },
      found: main(here).getByText('邻居', { exact: true }),
    },
    { path: pathname + search, operation: 'group/invitation', found: button(here, '加入群聊') },
  ]
  return { here, lists, others }
}

describe.skipIf(!browserPath)('reading', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('on every page: a shape and the reason for the wait, what failed, and what was known without a network', async () => {
    const { here, lists, others } = await town()
    const { page } = here
    const network = await wire(here)
    const places = [...lists, ...others]
    // What was read before it is looked at would need no wait.
    const held = new Map(places.map(({ operation }) => [operation, network.hold(operation)]))
    await page.clock.install()
    await here.open('/me/about')
    // Who drew the emoji wants to be named.
    await seen(main(here).getByText('Fluent Emoji, Microsoft (MIT)'))

    const alert = page.getByRole('alert')
    for (const { path, operation, open, found } of places) {
      // What one place has read the next one reads anew.
      const arrive = held.get(operation) ?? network.hold(operation)
      held.delete(operation)
      await push(here, path)
      await open?.()
      const wait = page.getByRole('status').filter({ has: page.locator('.animate-breathe') })
      await seen(wait.locator('.animate-breathe.visible'))
      await page.clock.runFor(2100)
      await seen(wait.getByText('网络较慢，仍在加载…'))
      network.refuse(operation)
      arrive()
      await seen(alert.getByText('服务器开小差了'))
      network.refuse()
      await alert.getByRole('button', { name: '重试' }).click()
      await seen(found)
      await gone(alert)
      if (open) await button(here, '关闭').tap()
    }
    await push(here, '/chat/friend/999999999/details')
    await seen(page.getByText('没有找到这个人，可能已经注销'))
    await push(here, '/me/qr')
    await seen(page.getByRole('img', { name: /二维码$/ }))
    await push(here, '/me/about')

    await network.down()
    for (const { path, found } of lists) {
      await push(here, path)
      await seen(found)
      await seen(alert)
    }
    // One's own card needs no network.
    await push(here, '/me/qr')
    await seen(page.getByRole('img', { name: /二维码$/ }))
    const last = others.at(-1)!
    await push(here, last.path)
    await seen(alert)
    await network.up()
    await gone(alert)
    await seen(last.found)
  })
})
