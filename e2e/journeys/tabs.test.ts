import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, log, message, say, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, button, gone, pickFrom, row, seen } from './acts.ts'

/* Two tabs of one browser: what is done in one is seen in the other. */

let stage: Stage

/** The red number at a chat. */
const badge = (person: Person, chat: string, count: number) =>
  row(person, chat).getByText(String(count), { exact: true })

/** The names of the chats, in the order of the list. */
const order = (person: Person) =>
  person.page.getByRole('list', { name: '聊天列表' }).locator('.truncate.font-semibold').allInnerTexts()

async function twoTabs() {
  const { site } = stage
  const [tom, jerry] = await friends(stage)
  const spike = await site.user({ nickname: '斯派克' })
  const gid = await site.group(tom, jerry, spike)
  await send(site, jerry, tom, '一', '二')
  await send(site, spike, gid, '大家好')
  const one = await stage.person(tom)
  const two = await one.tab()
  await Promise.all([one.open('/chats'), two.open('/chats')])
  await Promise.all([seen(badge(one, '小老鼠', 2)), seen(badge(two, '小老鼠', 2))])
  return { one, two, tom, jerry, spike, gid }
}

describe.skipIf(!browserPath)('a second tab', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('has what is read, and what is written, in the first', async () => {
    const { one, two, tom, jerry, gid } = await twoTabs()
    await two.page.bringToFront()
    await row(two, '小老鼠').click()
    await seen(message(two, '二'))
    await gone(badge(one, '小老鼠', 2))
    const all = (person: Person) => person.page.getByRole('navigation').getByText('1', { exact: true })
    await seen(all(one))
    // Whoever answers, on whatever device, has read.
    await send(stage.site, tom, gid, '我也好')
    await Promise.all([one, two].map((person) => gone(all(person))))
    await gone(badge(one, '群聊(汤姆,小老鼠,斯派克)', 1))

    await one.open(FRIEND(jerry))
    await say(one, '收到')
    await seen(message(two, '收到'))
    expect(await message(two, '收到').count()).toBe(1)
  })

  test('has what is pinned, muted, marked and hidden in the first', async () => {
    const { one, two, spike, gid } = await twoTabs()
    const group = '群聊(汤姆,小老鼠,斯派克)'
    expect([await order(one), await order(two)]).toEqual([
      [group, '小老鼠'],
      [group, '小老鼠'],
    ])
    // A tab that is not in front draws once a second.
    await one.page.bringToFront()
    await pickFrom(one, row(one, '小老鼠'), '置顶')
    await until(two, 'the pinned chat on top', async () => (await order(two))[0] === '小老鼠')
    await pickFrom(one, row(one, '小老鼠'), '消息免打扰')
    await seen(row(two, '小老鼠').getByText('已免打扰'))
    await two.page.bringToFront()
    await pickFrom(two, row(two, '小老鼠'), '标为已读')
    await gone(badge(one, '小老鼠', 2))
    await pickFrom(two, row(two, '小老鼠'), '标为未读')
    await seen(badge(one, '小老鼠', 1))
    await one.page.bringToFront()
    await pickFrom(one, row(one, group), '不显示')
    await gone(row(two, group))
    await send(stage.site, spike, gid, '还在吗')
    await Promise.all([one, two].map((person) => seen(row(person, group).getByText('还在吗'))))
  })

  test('has who is a friend and who asks as in the first', async () => {
    const { one, two, tom, spike } = await twoTabs()
    const tyke = await stage.site.user({ nickname: '泰克' })
    for (const other of [spike, tyke]) await stage.site.as(other).ok('friend/apply', { friend_uid: tom.uid })
    // Asked again: it is one request all the same.
    await stage.site.as(tyke).ok('friend/apply', { friend_uid: tom.uid })
    const waiting = (person: Person, count: number) =>
      person.page.getByRole('navigation').getByText(String(count), { exact: true })
    await Promise.all([one.open('/contacts/requests'), two.open('/contacts')])
    await seen(waiting(two, 2))
    await row(one, '泰克').getByRole('button', { name: '拒绝' }).click()
    await seen(waiting(two, 1))
    await row(one, '斯派克').getByRole('button', { name: '接受' }).click()
    await gone(waiting(two, 1))
    await seen(row(two, '斯派克'))
    await stage.site.as(tom).ok('friend/delete', { friend_uid: spike.uid })
    await gone(row(two, '斯派克'))
  })

  test('has in quotes nothing of what was deleted for all in the first', async () => {
    const { one, two, tom, jerry } = await twoTabs()
    const [mid] = await send(stage.site, tom, jerry, '说漏了嘴')
    await stage.site
      .as(jerry)
      .ok('message/send', { to: tom.uid, type: 'friend', content: '什么？', quote_mid: mid })
    await Promise.all([one.open(FRIEND(jerry)), two.open(FRIEND(jerry))])
    await seen(message(two, '什么？').getByText('说漏了嘴'))
    await stage.site.as(tom).ok('message/delete', { type: 'friend', id: jerry.uid, mid, ty: 2 })
    await Promise.all([one, two].map((person) => gone(log(person).getByText('说漏了嘴'))))
    await seen(message(two, '什么？'))
  })

  test('goes to the sign-in page when one signs out in the first', async () => {
    const { one, two } = await twoTabs()
    await one.open('/me')
    await button(one, '退出登录').click()
    await answer(one, '退出登录')
    await one.page.waitForURL('**/signin')
    await two.page.waitForURL(/\/signin\?ended=1/)
    // Nothing that was read stays on the device.
    const left = await one.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opening = indexedDB.open('parley')
          opening.onsuccess = () => {
            const asking = opening.result.transaction('snapshots').objectStore('snapshots').count()
            asking.onsuccess = () => resolve(asking.result)
          }
        }),
    )
    expect(left).toBe(0)
  })
})
