import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, FRIEND, message, say, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { answer, at, button, fill, gone, link, seen } from './acts.ts'

/* A member and the visitors: questions that answer themselves, quick replies behind a slash, and who waits. */

let stage: Stage
const [WELCOME, QUICK, FAQ] = [1, 2, 3]

const member = (nickname = '林晓'): Promise<TestUser> => stage.site.user({ nickname, is_member: 1 })
const write = (user: TestUser, reply: Record<string, unknown>) => stage.site.as(user).ok('reply/add', reply)
const chips = ({ page }: Person, name: string | RegExp = '常见问题'): Locator =>
  page.getByRole('region', { name })
/** Who waits, from the top. */
const queue = ({ page }: Person): Locator => page.getByRole('main').getByRole('listitem')
const offered = ({ page }: Person): Locator =>
  page.getByRole('listbox', { name: '快捷回复' }).getByRole('option')
const titles = (person: Person): Promise<string[]> =>
  offered(person).locator('span:first-child').allInnerTexts()
const offers = (person: Person, ...wanted: string[]): Promise<void> =>
  until(person, `the replies ${wanted}`, async () => String(await titles(person)) === String(wanted))

describe.skipIf(!browserPath)('the member’s desk', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`a visitor taps a question and has the answer at once (${size})`, async () => {
      const [me, visitor] = [await member(), await stage.site.user({ nickname: '访客甲' })]
      await write(me, { type: WELCOME, title: '欢迎', content: '欢迎光临', is_default: 1 })
      await write(me, { type: FAQ, title: '几点开门？', content: '早上九点', keyword: '营业,几点' })
      await write(me, { type: FAQ, title: '能退货吗？', content: '七天之内可以' })
      await write(me, { type: FAQ, title: '内部问题', content: '不给看', is_show: 0 })
      const [there, here] = [
        await stage.opened(FRIEND(visitor), me),
        await stage.opened(FRIEND(me), visitor, { size }),
      ]
      await seen(chips(here))
      expect(await chips(here).getByRole('listitem').allInnerTexts()).toEqual(['几点开门？', '能退货吗？'])
      const chip = chips(here).getByRole('button', { name: '能退货吗？' })
      await (size === 'phone' ? chip.tap() : chip.click())
      await seen(message(here, '能退货吗？'))
      await seen(message(here, '七天之内可以').getByText('自动回复'))
      await seen(message(here, '欢迎光临'))
      await seen(message(there, '能退货吗？'))
      await seen(message(there, '七天之内可以'))

      await say(here, '你们周末营业吗')
      await seen(message(here, '早上九点').getByText('自动回复'))
      await say(there, '周末也是九点')
      await seen(message(here, '周末也是九点'))
      expect(await message(here, '周末也是九点').getByText('自动回复').count()).toBe(0)

      await chips(here).getByRole('button', { name: '收起常见问题' }).click()
      await gone(chips(here))
    })
  }

  test('friends of a member, and those who write to no member, have no questions to tap', async () => {
    const [me, friend, other] = [await member(), await stage.site.user(), await stage.site.user()]
    await write(me, { type: FAQ, title: '几点开门？', content: '早上九点' })
    await stage.site.befriend(me, friend)
    const visitor = await stage.opened(FRIEND(me), other, { locale: 'en' })
    await chips(visitor, 'Frequent questions').getByRole('button', { name: '几点开门？' }).waitFor()
    for (const chat of [FRIEND(me), FRIEND(other)]) {
      const person = await stage.opened(chat, friend)
      // They were asked for before this was sent.
      await seen((await say(person, '你好')).getByRole('img', { name: '已发送' }))
      expect(await chips(person).count()).toBe(0)
    }
  })

  for (const size of ['desktop', 'phone'] as const) {
    test(`who writes stands in the queue at once, and leaves it when answered (${size})`, async () => {
      const me = await member()
      const [first, second, friend] = [
        await stage.site.user({ nickname: '访客甲' }),
        await stage.site.user({ nickname: '访客乙' }),
        await stage.site.user({ nickname: '老朋友' }),
      ]
      await stage.site.befriend(me, friend)
      const there = await stage.opened(FRIEND(me), first)
      const here = await stage.opened(size === 'phone' ? '/desk/waiting' : '/desk', me, { size })
      if (size === 'desktop') await link(here, '等待回复').click()
      await seen(here.page.getByText('没有人在等待，辛苦了'))

      await say(there, '有人吗？')
      await seen(queue(here).filter({ hasText: '访客甲' }).getByText('有人吗？'))
      await send(stage.site, friend, me, '吃了吗')
      await send(stage.site, second, me, '想问一下价格')
      await seen(queue(here).filter({ hasText: '访客乙' }))
      // Who waits longest is at the top; friends do not wait in it.
      expect(await queue(here).locator('.font-semibold').allInnerTexts()).toEqual(['访客甲', '访客乙'])
      if (size === 'desktop') await seen(link(here, /^等待回复\s*2$/))
      // Who takes back what was all they asked waits no more.
      const third = await stage.site.user({ nickname: '访客丙' })
      const [mid] = await send(stage.site, third, me, '问错人了')
      await seen(queue(here).filter({ hasText: '访客丙' }))
      await stage.site.as(third).ok('message/revoke', { id: me.uid, type: 'friend', mid })
      await gone(queue(here).filter({ hasText: '访客丙' }))

      await queue(here).filter({ hasText: '访客甲' }).click()
      await at(here.page, FRIEND(first))
      await say(here, '在的，请说')
      await seen(message(there, '在的，请说'))
      await here.page.goBack()
      await seen(queue(here).filter({ hasText: '访客乙' }))
      await gone(queue(here).filter({ hasText: '访客甲' }))
      // Answered on another device of the member.
      await send(stage.site, me, second, '一百元')
      await seen(here.page.getByText('没有人在等待，辛苦了'))
    })
  }

  test('how many wait is told from everywhere; hidden chats and new friends do not', async () => {
    const me = await member()
    const [first, second] = [
      await stage.site.user({ nickname: '访客甲' }),
      await stage.site.user({ nickname: '访客乙' }),
    ]
    const [here, phone] = [await stage.opened('/me', me), await stage.opened('/chats', me, { size: 'phone' })]
    const waits = (person: Person, count: number) =>
      person.page
        .getByRole('link', { name: '客服' })
        .filter({ hasText: count === 0 ? /^(?!.*\d)/s : String(count) })
    for (const person of [here, phone]) await seen(waits(person, 0))
    await send(stage.site, first, me, '有人吗？')
    await send(stage.site, second, me, '想问一下价格')
    for (const person of [here, phone]) await seen(waits(person, 2))
    await stage.site.as(me).ok('pop/delchat', { id: first.uid, type: 'friend' })
    for (const person of [here, phone]) await seen(waits(person, 1))
    await stage.site.befriend(me, second)
    for (const person of [here, phone]) await seen(waits(person, 0))
    // Where the site lets nobody write to strangers, they cannot be answered.
    await send(stage.site, first, me, '还在吗？')
    await here.open('/desk/waiting')
    await seen(queue(here).filter({ hasText: '访客甲' }))
    await stage.site.set({ stranger_chat: 'off' })
    try {
      await seen(here.page.getByText('本站没有开放临时会话'))
      for (const person of [here, phone]) await seen(waits(person, 0))
    } finally {
      await stage.site.set({ stranger_chat: 'on' })
    }
    await seen(queue(here).filter({ hasText: '访客甲' }))
  })

  test('whoever is no member is told so on each of its pages', async () => {
    const here = await stage.opened('/desk', await stage.site.user(), { size: 'phone' })
    for (const path of [
      '/desk',
      '/desk/waiting',
      '/desk/replies/quick',
      '/desk/subusers',
      '/contacts/subusers',
    ]) {
      await here.open(path)
      await seen(here.page.getByRole('main').getByText('这里仅供会员使用，需要时请联系站点管理员开通'))
      for (const name of ['新建', '开通账号']) expect(await button(here, name).count()).toBe(0)
    }
  })

  test('in English: quick replies behind a slash, and where they are written', async () => {
    const [me, visitor] = [await member('Lin'), await stage.site.user({ nickname: 'Guest' })]
    const here = await stage.opened('/desk/replies/quick', me, { locale: 'en' })
    await button(here, 'New').last().click()
    await fill(here.page, { Title: 'Shipping', Text: 'It ships today', Keywords: 'parcel, courier' })
    expect(await here.page.getByRole('switch').count()).toBe(0)
    await answer(here, 'Save')
    await seen(here.page.getByRole('main').getByRole('listitem').getByText('courier'))
    await here.open(FRIEND(visitor))
    await box(here).pressSequentially('/cour')
    await here.page.getByRole('listbox', { name: 'Quick replies' }).getByRole('option').click()
    expect(await box(here).inputValue()).toBe('It ships today')
  })

  test('a slash offers the quick replies; letters, keywords and pinyin find one; the visitor gets it', async () => {
    const [me, visitor] = [await member(), await stage.site.user({ nickname: '访客甲' })]
    for (const [title, content, keyword = ''] of [
      ['问候', '您好，请问有什么可以帮您？'],
      ['发货时间', '当天下午四点前下单，\n当天发货', '快递，物流'],
      ['售后', '七天无理由退换'],
    ])
      await write(me, { type: QUICK, title, content, keyword })
    const [there, here] = [await stage.opened(FRIEND(me), visitor), await stage.opened(FRIEND(visitor), me)]
    await box(here).pressSequentially('/')
    await offers(here, '问候', '发货时间', '售后')
    await box(here).press('ArrowDown')
    await seen(offered(here).filter({ hasText: '发货时间' }).and(here.page.locator('[aria-selected=true]')))
    await box(here).pressSequentially('七天')
    await offers(here, '售后')
    await box(here).fill('/')
    await box(here).pressSequentially('wuliu')
    await offers(here, '发货时间')
    await box(here).fill('/')
    await box(here).pressSequentially('fhsj')
    await offers(here, '发货时间')
    await box(here).press('Enter')
    expect(await box(here).inputValue()).toBe('当天下午四点前下单，\n当天发货')
    await gone(offered(here))
    await box(here).press('Enter')
    await seen(message(there, '当天下午四点前下单'))

    await box(here).pressSequentially('/')
    await seen(offered(here))
    await box(here).press('Escape')
    await gone(offered(here))
    expect(await box(here).inputValue()).toBe('/')
    // For everybody else a slash is a slash.
    await say(there, '/售后')
    await seen(message(here, '/售后'))
  })

  test('the button shows them, too, on a phone; without any it leads to where they are written', async () => {
    const [me, visitor] = [await member(), await stage.site.user({ nickname: '访客甲' })]
    const here = await stage.opened(FRIEND(visitor), me, { size: 'phone' })
    const ask = async () => {
      await button(here, '更多').tap()
      await button(here, '快捷回复').tap()
    }
    await ask()
    await here.page.getByRole('link', { name: '去添加' }).tap()
    await at(here.page, '/desk/replies/quick')
    await write(me, { type: QUICK, title: '问候', content: '您好' })
    await here.open(FRIEND(visitor))
    await ask()
    await offered(here).filter({ hasText: '问候' }).tap()
    expect(await box(here).inputValue()).toBe('您好')
    await button(here, '发送').tap()
    await seen(message(here, '您好'))
  })
})
