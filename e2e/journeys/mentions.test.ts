import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  box,
  composeEnter,
  FRIEND,
  friends,
  GROUP,
  log,
  message,
  middleOf,
  say,
  send,
  touch,
  until,
} from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { seen } from './acts.ts'

/* Calling people in a group, and what else is offered while one writes: emoji and quick replies. */

let stage: Stage

const picker = ({ page }: Person) => page.getByRole('listbox', { name: /^(选择要提醒的人|Who to mention)$/ })

describe.skipIf(!browserPath)('while one writes', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('@ offers the members of a group; who is called sees it', async () => {
    const [tom, jerry] = await friends(stage)
    const zoe = await stage.site.user({ nickname: 'Zoe Martin' })
    const gid = await stage.site.group(tom, jerry, zoe)
    const [here, there] = [await stage.person(zoe), await stage.person(jerry)]
    await Promise.all([here.open(GROUP(gid)), there.open('/chats')])
    await there.page.getByRole('link', { name: /汤姆/ }).first().waitFor()
    await box(here).pressSequentially('请 @')
    await picker(here).getByRole('option').first().waitFor()
    // Neither oneself nor everybody: she is an ordinary member.
    expect(await picker(here).getByRole('option').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('汤姆'), expect.stringContaining('小老鼠')]),
    )
    expect(
      await picker(here)
        .getByRole('option', { name: /Zoe|所有人/ })
        .count(),
    ).toBe(0)
    await box(here).pressSequentially('小')
    await picker(here)
      .getByRole('option')
      .filter({ hasNotText: '小老鼠' })
      .first()
      .waitFor({ state: 'detached' })
    await box(here).press('Enter')
    expect(await box(here).inputValue()).toBe('请 @小老鼠 ')
    await box(here).pressSequentially('看一下首页')
    await box(here).press('Enter')
    await message(here, '看一下首页').getByRole('link', { name: '@小老鼠' }).waitFor()

    await there.page.getByRole('link', { name: /\[有人@我\].*看一下首页/ }).click()
    const called = message(there, '看一下首页').getByRole('link', { name: '@小老鼠' })
    const ground = (person: Person) =>
      message(person, '看一下首页')
        .getByRole('link', { name: '@小老鼠' })
        .evaluate((name) => getComputedStyle(name).backgroundColor)
    await called.waitFor()
    expect(await ground(there)).not.toBe(await ground(here))
    await there.page.getByText('[有人@我]').waitFor({ state: 'detached' })
  })

  test('everybody can be called by the owner and the managers', async () => {
    const [tom, jerry] = await friends(stage, ['Tom', 'Jerry'])
    const zoe = await stage.site.user({ nickname: 'Zoe' })
    const gid = await stage.site.group(tom, jerry, zoe)
    await stage.site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const view = { locale: 'en' } as const
    const [here, there] = [
      await stage.person(jerry, { ...view, size: 'phone' }),
      await stage.person(zoe, view),
    ]
    await Promise.all([here.open(GROUP(gid)), there.open('/chats')])
    await there.page.getByRole('link', { name: /Tom/ }).first().waitFor()
    await box(here).pressSequentially('@')
    await picker(here).getByRole('option', { name: 'everyone' }).click()
    await box(here).pressSequentially('party at six')
    await here.page.getByRole('button', { name: 'Send', exact: true }).click()
    await there.page.getByRole('link', { name: /\[You were mentioned\].*party at six/ }).click()
    const called = message(there, 'party at six').getByText('@everyone')
    await called.waitFor()
    // It is nobody's name: it stands out for everybody, in their own language, and leads nowhere.
    expect(await called.evaluate((name) => [name.tagName, getComputedStyle(name).backgroundColor])).toEqual([
      'SPAN',
      expect.not.stringMatching(/^(transparent|rgba\(0, 0, 0, 0\))$/),
    ])
    const chinese = await stage.person(tom)
    await chinese.open(GROUP(gid))
    await message(chinese, 'party at six').getByText('@所有人').waitFor()
    // That was a manager; this is the owner.
    await box(chinese).pressSequentially('@')
    await picker(chinese).getByRole('option', { name: '所有人' }).waitFor()
  })

  test('a finger that rests on somebody’s picture calls them, and opens no menu', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    await send(stage.site, jerry, gid, '谁去打球')
    const here = await stage.person(tom, { size: 'phone' })
    await here.open(GROUP(gid))
    const portrait = message(here, '谁去打球').getByRole('button', { name: /小老鼠 的资料$/ })
    // It is where it stays when it can be pressed, and the list is at its place.
    await seen(portrait)
    await seen(here.page.locator('[role=log].opacity-100'))
    const finger = await touch(here, await middleOf(portrait))
    await until(here, 'the name', async () => (await box(here).inputValue()) === '@小老鼠 ')
    await finger.lift()
    expect(await here.page.getByRole('menu').count()).toBe(0)
    expect(await box(here).inputValue()).toBe('@小老鼠 ')
    expect(here.page.url()).toContain(GROUP(gid))
  })

  test('a name that was put in goes as a whole; a closed picker stays closed', async () => {
    const [tom, jerry] = await friends(stage)
    const gid = await stage.site.group(tom, jerry)
    const here = await stage.person(tom)
    await here.open(GROUP(gid))
    await box(here).pressSequentially('@小')
    await picker(here)
      .getByRole('option', { name: /小老鼠/ })
      .click()
    expect(await box(here).inputValue()).toBe('@小老鼠 ')
    await box(here).press('Backspace')
    expect(await box(here).inputValue()).toBe('')
    await box(here).pressSequentially('@')
    await picker(here).waitFor()
    await box(here).press('Escape')
    await picker(here).waitFor({ state: 'detached' })
    await box(here).press('Enter')
    await message(here, '@').waitFor()
  })

  test('emoji of both kinds are picked, drawn and remembered', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [
      await stage.person(tom),
      await stage.person(jerry, { size: 'phone', locale: 'en' }),
    ]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await here.page.getByRole('button', { name: '表情', exact: true }).click()
    const panel = here.page.getByRole('region', { name: '表情' })
    const words = panel.getByRole('searchbox')
    await words.fill('笑')
    await panel.getByRole('group', { name: /^找到/ }).waitFor()
    await composeEnter(words)
    expect(await box(here).inputValue()).toBe('')
    await words.fill('')
    const classic = panel.getByRole('group', { name: '默认表情' })
    await classic.getByRole('button').nth(13).click()
    await panel.getByRole('group', { name: '笑脸' }).getByRole('button').first().click()
    expect(await box(here).inputValue()).toMatch(/^\[表情13\]\p{Extended_Pictographic}/u)
    await here.page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await box(here).press('End')
    await box(here).pressSequentially('好的')
    await box(here).press('Enter')
    const drawn = message(there, '好的').getByRole('img').first()
    await drawn.waitFor()
    expect(await drawn.evaluate((image) => (image as HTMLImageElement).decode().then(() => true))).toBe(true)

    // On the phone the panel takes the place of the keyboard; what was used comes first.
    await there.page.getByRole('button', { name: 'Emoji', exact: true }).click()
    const sheet = there.page.getByRole('region', { name: 'Emoji' })
    expect(await sheet.getByRole('group').first().innerText()).not.toContain('Recent')
    await sheet.getByRole('group').first().getByRole('button').nth(5).click()
    await there.page.getByRole('button', { name: 'Delete', exact: true }).click()
    expect(await box(there).inputValue()).toBe('')
    await sheet.getByRole('group').first().getByRole('button').nth(5).click()
    await there.page.getByRole('button', { name: 'Send', exact: true }).click()
    await there.page.getByRole('button', { name: 'Keyboard', exact: true }).click()
    await there.page.getByRole('button', { name: 'Emoji', exact: true }).click()
    await sheet
      .getByRole('group', { name: /Recent/ })
      .getByRole('button')
      .first()
      .waitFor()
    // Alone, it is large.
    const large = log(here).getByRole('article').last().locator('[data-bubble] img')
    await large.waitFor()
    expect((await large.boundingBox())!.width).toBeGreaterThan(40)
  })

  test('all hundred and one are drawn', async () => {
    const [tom, jerry] = await friends(stage)
    const all = Array.from({ length: 101 }, (_, index) => `[表情${index}]`)
    await send(stage.site, jerry, tom, `全部 ${all.join('')} [表情101]`)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    const line = message(here, '全部')
    await line.waitFor()
    const broken = await line.locator('[data-bubble] img').evaluateAll(async (images) => {
      const results = await Promise.allSettled(images.map((image) => (image as HTMLImageElement).decode()))
      return { count: results.length, failed: results.filter(({ status }) => status === 'rejected').length }
    })
    expect(broken).toEqual({ count: 101, failed: 0 })
    expect(await line.innerText()).toContain('[表情101]')
  })

  test('/ offers a member their quick replies', async () => {
    const [tom, jerry] = await friends(stage)
    await stage.site.services.users.update(tom.uid, { is_member: 1 })
    await stage.site.as(tom).ok('reply/add', { type: 2, title: '营业时间', content: '早上九点到晚上六点。' })
    await stage.site.as(tom).ok('reply/add', { type: 2, title: '地址', content: '中山路 5 号' })
    const [here, there] = [await stage.person(tom), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const list = here.page.getByRole('listbox', { name: '快捷回复' })
    await box(here).pressSequentially('/')
    await list.getByRole('option').nth(1).waitFor()
    await box(here).pressSequentially('地')
    await list.getByRole('option').nth(1).waitFor({ state: 'detached' })
    await box(here).press('Enter')
    expect(await box(here).inputValue()).toBe('中山路 5 号')
    await box(here).press('Enter')
    await message(there, '中山路 5 号').waitFor()
    // For who is no member it is a slash.
    await box(there).pressSequentially('/')
    await box(there).press('Enter')
    await message(here, '/').waitFor()
    expect(await there.page.getByRole('listbox').count()).toBe(0)
  })

  test('a visitor of a member finds its questions as chips; the answer comes by itself', async () => {
    const member = await stage.site.user({ nickname: '客服小北', is_member: 1 })
    const visitor = await stage.site.user({ nickname: '访客' })
    await stage.site.as(member).ok('reply/add', {
      type: 3,
      title: '几点开门？',
      content: '早上九点开门。',
      keyword: '开门',
      is_show: 1,
    })
    const here = await stage.person(visitor, { size: 'phone' })
    await here.open(FRIEND(member))
    const chips = here.page.getByRole('region', { name: '常见问题' })
    await chips.getByRole('button', { name: '几点开门？' }).click()
    await message(here, '几点开门？').waitFor()
    const answer = message(here, '早上九点开门。')
    await answer.waitFor()
    await answer.getByText('自动回复').waitFor()
    await chips.getByRole('button', { name: '收起常见问题' }).click()
    await chips.waitFor({ state: 'detached' })
    await say(here, '谢谢')
  })
})
