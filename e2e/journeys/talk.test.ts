import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import {
  backdate,
  box,
  bubble,
  FRIEND,
  friends,
  GROUP,
  log,
  message,
  messages,
  say,
  send,
  until,
} from '../conversation.ts'
import { browserPath, Stage } from '../stage.ts'
import { gone, seen } from './acts.ts'

/* Two people write to each other: what is sent, what arrives, and how it stands there. */

let stage: Stage

describe.skipIf(!browserPath)('a talk', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('of two people: ✓ when it is sent, ✓✓ when the other one has opened the chat', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom), await stage.person(jerry, { size: 'phone' })]
    await Promise.all([here.open(FRIEND(jerry)), there.open('/chats')])
    const mine = await say(here, '你好，小老鼠')
    await mine.getByRole('img', { name: '已发送' }).waitFor()
    expect(await box(here).inputValue()).toBe('')

    const row = there.page.getByRole('link', { name: /汤姆.*你好，小老鼠/ })
    await row.waitFor()
    await row.click()
    await message(there, '你好，小老鼠').waitFor()
    await mine.getByRole('img', { name: '已读' }).waitFor()
    // Both look: what is answered is read at once.
    const answer = await say(there, '嗨，汤姆')
    await message(here, '嗨，汤姆').waitFor()
    await answer.getByRole('img', { name: '已读' }).waitFor()
    // Whoever answers from elsewhere has read, too.
    await there.open('/chats')
    const last = await say(here, '还在吗')
    await last.getByRole('img', { name: '已发送' }).waitFor()
    await send(stage.site, jerry, tom, '在的')
    await last.getByRole('img', { name: '已读' }).waitFor()
  })

  test('in English', async () => {
    const [tom, jerry] = await friends(stage, ['Tom', 'Jerry'])
    const view = { locale: 'en' } as const
    const [here, there] = [
      await stage.person(tom, view),
      await stage.person(jerry, { ...view, theme: 'dark' }),
    ]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    await here.page.getByRole('button', { name: 'Say hello' }).click()
    await until(here, 'a greeting in the box', async () => (await box(here).inputValue()) === 'Hello!')
    await box(here).press('Enter')
    await message(there, 'Hello!').waitFor()
    await message(here, 'Hello!').getByRole('img', { name: 'Read' }).waitFor()
    await here.page.getByRole('log', { name: 'Messages with Jerry' }).waitFor()
  })

  test('shows no ✓✓ to anybody when one of them has switched it off', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    const there = await stage.person(jerry)
    await there.open('/me/privacy')
    const receipts = there.page.getByRole('switch', { name: /已读/ })
    await receipts.click()
    // What is on its way to the server would be given up with the page.
    await seen(receipts.and(there.page.locator(':not([aria-busy])')))
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const mine = await say(here, '看到了吗')
    await message(there, '看到了吗').waitFor()
    // The answer comes behind anything that would tell of the reading.
    const theirs = await say(there, '早就看到啦')
    await message(here, '早就看到啦').waitFor()
    await seen(mine.getByRole('img', { name: '已发送' }))
    await seen(theirs.getByRole('img', { name: '已发送' }))
    expect(await log(here).getByRole('img', { name: '已读' }).count()).toBe(0)
    expect(await log(there).getByRole('img', { name: '已读' }).count()).toBe(0)
  })

  test('puts what one person writes within a minute together, under times where there was a pause', async () => {
    const [tom, jerry] = await friends(stage)
    const third = await stage.site.user({ nickname: '王老师' })
    const gid = await stage.site.group(tom, jerry, third)
    const { site } = stage
    const early = await send(site, jerry, gid, '昨天一', '昨天二')
    const [late] = await send(site, third, gid, '昨天三')
    // Messages of one minute, whatever the clock says now.
    const minute = Math.floor(Date.now() / 60_000) * 60_000
    const at = (mids: number[], time: number) =>
      site.services.db.write
        .updateTable('message')
        .set({ created_at: time })
        .where('mid', 'in', mids)
        .execute()
    await at([...early, late!], minute - 24 * 3_600_000)
    await at(await send(site, jerry, gid, '今天一', '今天二'), minute - 120_000)
    await at(await send(site, jerry, gid, '今天三'), minute - 60_000)

    const here = await stage.person(tom)
    await here.open(GROUP(gid))
    await message(here, '今天三').waitFor()
    const portrait = (text: string) => message(here, text).getByRole('button', { name: /的资料$/ })
    const portraits = (text: string) => portrait(text).count()
    // They are buttons once it is known what one may see in the group.
    await seen(portrait('今天三'))
    const named = async (text: string) => (await message(here, text).innerText()).includes('小老鼠')
    // The name stands above the first of a run, the picture beside the last.
    expect([await named('昨天一'), await named('昨天二')]).toEqual([true, false])
    expect([await portraits('昨天一'), await portraits('昨天二'), await portraits('昨天三')]).toEqual([
      0, 1, 1,
    ])
    expect([await named('今天一'), await named('今天二'), await named('今天三')]).toEqual([true, false, true])
    expect([await portraits('今天一'), await portraits('今天二'), await portraits('今天三')]).toEqual([
      0, 1, 1,
    ])
    const times = await log(here).locator('p > time').allInnerTexts()
    const dividers = times.filter((text) => text.includes('昨天'))
    expect(dividers).toHaveLength(1)
    expect(dividers[0]).toMatch(/^昨天 \d\d:\d\d$/)
    // The time of a message in the middle of a run is there for who points at it.
    const inner = message(here, '今天一').locator('time')
    expect(await inner.evaluate((time) => getComputedStyle(time.parentElement!).opacity)).toBe('0')
    await message(here, '今天一').hover()
    await until(here, 'the time', async () =>
      inner.evaluate((time) => getComputedStyle(time.parentElement!).opacity === '1'),
    )
  })

  test('leads links away safely, and takes nothing that is hostile for more than a text', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    const hostile = [
      '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script><b>粗体</b>',
      '[点我](javascript:window.hurt=1)',
      '![x](javascript:window.hurt=1) <a href="javascript:window.hurt=1">x</a>',
      '[下载](data:text/html,<script>window.hurt=1</script>)',
      '\u202egnp.exe 反着写的 \u2066x',
      'file[\u202egpj.exe|1 KB](javascript:window.hurt=1)',
      '{{ constructor.constructor("window.hurt=1")() }}',
    ]
    await send(stage.site, jerry, tom, ...hostile)
    await send(
      stage.site,
      jerry,
      tom,
      '看 https://example.com/a?b=1。 还有[文档](https://example.org/doc)',
      'https://example.net/x',
    )
    await message(here, 'example.net').waitFor()
    await until(here, 'the first of them', async () =>
      (await bubble(messages(here).first()).innerText()).includes(hostile[0]!.trim()),
    )
    for (const text of hostile) {
      const line = messages(here).nth(hostile.indexOf(text))
      expect((await bubble(line).innerText()).trim()).toBe(text.trim())
      expect(await bubble(line).locator('a, img, script, b').count()).toBe(0)
    }
    expect(await here.page.evaluate('window.hurt')).toBeUndefined()
    // The name of a file is read as it is written: `exe` stays at its end.
    await send(stage.site, jerry, tom, 'file[照片\u202egpj.exe|1 KB](https://example.com/file)')
    await log(here)
      .getByRole('link', { name: /照片gpj\.exe/ })
      .waitFor()

    const links = log(here).getByRole('paragraph').getByRole('link')
    expect(
      await links.evaluateAll((all) => all.map((a) => [a.textContent, (a as HTMLAnchorElement).href])),
    ).toEqual([
      ['https://example.com/a?b=1', 'https://example.com/a?b=1'],
      ['文档', 'https://example.org/doc'],
      ['https://example.net/x', 'https://example.net/x'],
    ])
    for (const link of await links.all()) {
      expect(await link.getAttribute('target')).toBe('_blank')
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    }
  })

  test('keeps what is in the box as a draft of its chat, also when the page is gone', async () => {
    const [tom, jerry] = await friends(stage)
    const other = await stage.site.user({ nickname: '新萌' })
    await stage.site.befriend(tom, other)
    await send(stage.site, jerry, tom, '在吗')
    await send(stage.site, other, tom, '你好')
    const here = await stage.person(tom)
    const { page } = here
    await here.open(FRIEND(jerry))
    await message(here, '在吗').hover()
    await message(here, '在吗').getByRole('button', { name: '引用' }).click()
    await box(here).pressSequentially('那我们下周二')
    await page.getByRole('link', { name: /新萌/ }).click()
    await message(here, '你好').waitFor()
    expect(await box(here).inputValue()).toBe('')
    await page.getByRole('link', { name: /小老鼠.*\[草稿\].*那我们下周二/ }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: /\[草稿\]/ }).click()
    await page.getByRole('group', { name: '引用 小老鼠 的消息' }).waitFor()
    expect(await box(here).inputValue()).toBe('那我们下周二')
    await box(here).press('Enter')
    await message(here, '那我们下周二')
      .getByRole('button', { name: /^小老鼠 .*查看引用的原消息$/ })
      .waitFor()
    await gone(page.getByText('[草稿]'))
  })

  test('goes on over the night: yesterday stands above what was said then', async () => {
    const [tom, jerry] = await friends(stage)
    await backdate(stage.site, await send(stage.site, tom, jerry, '明天见'), 24 * 3_600_000)
    const there = await stage.person(jerry, { size: 'phone', locale: 'en' })
    await there.open(FRIEND(tom))
    await message(there, '明天见').waitFor()
    await log(there)
      .getByText(/^Yesterday \d\d:\d\d$/)
      .waitFor()
  })
})
