import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { middleOf, touch, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, dialog, fill, gone, link, pick, seen, tab } from './acts.ts'
import { wire } from './network.ts'

/* What a member has ready for visitors: a welcome, quick replies and frequent questions, written and put in order. */

let stage: Stage
const QUICK = 2
const FAQ = 3

const member = (): Promise<TestUser> => stage.site.user({ nickname: '林晓', is_member: 1 })
const reply = ({ page }: Person, title: string): Locator =>
  page.getByRole('main').getByRole('listitem').filter({ hasText: title })
const toggle = (person: Person, name: string): Promise<void> =>
  dialog(person).getByRole('switch', { name }).click()

/** The titles of a type as the server keeps them, in their order. */
async function kept(user: TestUser, type: number): Promise<string[]> {
  const byType = await stage.site.as(user).ok('reply/get')
  return (byType[type] ?? []).map(({ title }: { title: string }) => title)
}
/** The titles as the page shows them. */
const shown = (person: Person): Promise<string[]> =>
  person.page.getByRole('main').getByRole('listitem').locator('.font-semibold').allInnerTexts()
const inOrder = (person: Person, user: TestUser, type: number, ...titles: string[]): Promise<void> =>
  until(person, `the order ${titles}`, async () => {
    const orders = [await shown(person), await kept(user, type)]
    return orders.every((order) => String(order) === String(titles))
  })
async function write(user: TestUser, type: number, ...titles: string[]): Promise<void> {
  for (const title of titles)
    await stage.site.as(user).ok('reply/add', { type, title, content: `${title}的内容` })
}

describe.skipIf(!browserPath)('canned replies', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`a welcome is written, made the default, changed and deleted (${size})`, async () => {
      const [me, visitor] = [await member(), await stage.site.user()]
      const person = await stage.opened('/chats', me, { size })
      await tab(person, '客服').click()
      await link(person, '欢迎语').click()
      await at(person.page, '/desk/replies/welcome')
      await person.page.getByText('还没有内容，先写一条吧').waitFor()

      await button(person, '新建').last().click()
      expect(await dialog(person).getByRole('button', { name: '保存' }).isDisabled()).toBe(true)
      // A welcome is for visitors in any case, and its keywords would do nothing.
      await seen(dialog(person).getByRole('switch', { name: '设为默认', checked: true }))
      expect(await dialog(person).getByLabel('关键词').count()).toBe(0)
      expect(await dialog(person).getByRole('switch', { name: '对外显示' }).count()).toBe(0)
      await fill(person.page, { 标题: '白天', 内容: '您好，我们在线' })
      await answer(person, '保存')
      await seen(reply(person, '白天').getByText('默认', { exact: true }))

      await button(person, '新建').click()
      await fill(person.page, { 标题: '夜里', 内容: '明早九点回复您' })
      await toggle(person, '设为默认')
      await answer(person, '保存')
      await seen(reply(person, '夜里').getByText('默认', { exact: true }))
      await gone(reply(person, '白天').getByText('默认', { exact: true }))

      await reply(person, '夜里').getByText('明早九点回复您').click()
      expect(await dialog(person).getByLabel('标题', { exact: true }).inputValue()).toBe('夜里')
      await fill(person.page, { 内容: '明早八点回复您' })
      await answer(person, '保存')
      await seen(reply(person, '夜里').getByText('明早八点回复您'))
      const chat = { to: me.uid, type: 'friend' }
      await stage.site.as(visitor).ok('message/send', { ...chat, content: '在吗' })
      const messages = await stage.site.as(visitor).ok('message/get', { id: me.uid, type: 'friend' })
      expect(JSON.stringify(messages)).toContain('明早八点回复您')

      await pick(person, '对“夜里”的操作', '删除')
      await answer(person, '取消')
      await seen(reply(person, '夜里'))
      await pick(person, '对“夜里”的操作', '删除')
      await answer(person, '删除')
      await gone(reply(person, '夜里'))
      await seen(reply(person, '白天'))
      expect(await kept(me, 1)).toEqual(['白天'])
      // The default one is gone, and nobody is welcomed until another one is.
      await seen(person.page.getByText('没有默认欢迎语，访客不会收到。'))
      await reply(person, '白天').getByText('您好，我们在线').click()
      await toggle(person, '设为默认')
      await answer(person, '保存')
      await gone(person.page.getByText('没有默认欢迎语，访客不会收到。'))
    })
  }

  test('are dragged into another order by a mouse, which stays after a reload', async () => {
    const me = await member()
    await write(me, QUICK, '问候', '发货', '售后')
    const person = await stage.opened('/desk/replies/quick', me)
    await inOrder(person, me, QUICK, '问候', '发货', '售后')
    const [from, to] = [reply(person, '售后').locator('[data-handle]'), reply(person, '问候')]
    const [start, end] = [await middleOf(from), (await to.boundingBox())!]
    const { mouse } = person.page
    await mouse.move(start.x, start.y)
    await mouse.down()
    await mouse.move(start.x, start.y - 20, { steps: 4 })
    // The others make room while it is held over them; a hand is never quite still.
    let still = 0
    await until(person, 'room for it', async () => {
      await mouse.move(start.x, end.y + 8 + (still++ % 4), { steps: 4 })
      return (await shown(person))[0] === '售后'
    })
    await mouse.up()
    await inOrder(person, me, QUICK, '售后', '问候', '发货')
    await person.page.reload()
    await inOrder(person, me, QUICK, '售后', '问候', '发货')
  })

  test('are dragged by a finger', async () => {
    const me = await member()
    await write(me, QUICK, '问候', '发货', '售后')
    const person = await stage.opened('/desk/replies/quick', me, { size: 'phone' })
    await inOrder(person, me, QUICK, '问候', '发货', '售后')
    const start = await middleOf(reply(person, '问候').locator('[data-handle]'))
    const last = (await reply(person, '售后').boundingBox())!
    const finger = await touch(person, start)
    for (const pixels of [10, 20, 30]) await finger.move({ x: start.x, y: start.y + pixels })
    let still = 0
    await until(person, 'room for it', async () => {
      await finger.move({ x: start.x, y: last.y + last.height - 8 - (still++ % 4) })
      return (await shown(person)).at(-1) === '问候'
    })
    await finger.lift()
    await inOrder(person, me, QUICK, '发货', '售后', '问候')
  })

  test('are moved by the keyboard; at the ends there is no way further', async () => {
    const me = await member()
    await write(me, QUICK, '问候', '发货', '售后')
    const person = await stage.opened('/desk/replies/quick', me)
    const { page } = person
    const act = (name: string) => page.getByRole('menuitem', { name, exact: true })
    await button(person, '对“售后”的操作').focus()
    await page.keyboard.press('Enter')
    await seen(act('下移').and(page.locator('[aria-disabled=true]')))
    await act('上移').focus()
    await page.keyboard.press('Enter')
    await inOrder(person, me, QUICK, '问候', '售后', '发货')
    await pick(person, '对“问候”的操作', '下移')
    await inOrder(person, me, QUICK, '售后', '问候', '发货')
  })

  test('an order that the server does not want goes back, and the reason is told', async () => {
    const me = await member()
    await write(me, QUICK, '问候', '发货')
    const person = await stage.person(me)
    const network = await wire(person)
    await person.open('/desk/replies/quick')
    await seen(reply(person, '发货'))
    network.refuse('reply/sort')
    await pick(person, '对“发货”的操作', '上移')
    await seen(person.page.getByText('服务器开小差了'))
    await inOrder(person, me, QUICK, '问候', '发货')
  })

  test('what is written and put in order elsewhere is here at once, in each tab and on the phone', async () => {
    const me = await member()
    await write(me, QUICK, '地址', '价格')
    const here = await stage.opened('/desk/replies/quick', me)
    const [tab, phone] = [await here.tab(), await stage.opened('/desk/replies/quick', me, { size: 'phone' })]
    await tab.open('/desk/replies/quick')
    await write(me, QUICK, '电话')
    for (const person of [here, tab, phone]) await seen(reply(person, '电话'))
    const ids = Object.fromEntries(
      (await stage.site.as(me).ok('reply/get'))[QUICK].map((row: { title: string; id: number }) => [
        row.title,
        row.id,
      ]),
    )
    await stage.site.as(me).ok('reply/sort', { type: QUICK, ids: String(ids.电话) })
    for (const person of [tab, phone])
      await until(person, 'the new order', async () => (await shown(person))[0] === '电话')
  })

  test('a frequent question with its keywords, and a refusal that is told in the dialog, in English', async () => {
    const me = await member()
    for (let count = 1; count < 200; count++)
      await stage.site.as(me).ok('reply/add', { type: 1, title: `t${count}`, content: 'c' })
    const person = await stage.opened('/desk/replies/faq', me, { size: 'phone', locale: 'en' })
    await button(person, 'New').last().click()
    await fill(person.page, {
      Question: 'Opening hours?',
      Text: 'From nine to five',
      Keywords: 'open, hours',
    })
    await answer(person, 'Save')
    for (const text of ['From nine to five', 'open', 'hours'])
      await seen(reply(person, 'Opening hours?').getByText(text, { exact: true }))
    expect(await kept(me, FAQ)).toEqual(['Opening hours?'])

    await button(person, 'New').click()
    await fill(person.page, { Question: 'One too many', Text: 'Is refused' })
    await answer(person, 'Save')
    await seen(dialog(person).getByRole('alert').getByText(/200/))
    expect(await dialog(person).getByLabel('Question').inputValue()).toBe('One too many')
    await answer(person, 'Cancel')
    await gone(dialog(person))
  })
})
