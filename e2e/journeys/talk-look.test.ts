import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import { box, friends, GROUP, log, menu, message, messages, send } from '../conversation.ts'
import { accessibilityFaults, overflows } from '../look.ts'
import { paste, picture, plain, sound, uploaded } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'

/* A conversation with all kinds of messages, and what opens over it: nothing spills, and nobody is shut out. */

let stage: Stage
let tom: TestUser
let gid: number

const TEXTS = {
  'zh-CN': {
    select: '多选',
    forward: '转发',
    close: '关闭',
    emoji: '表情',
    cancel: '取消',
    picture: '查看图片',
  },
  en: {
    select: 'Select',
    forward: 'Forward',
    close: 'Close',
    emoji: 'Emoji',
    cancel: 'Cancel',
    picture: 'View photo',
  },
}

async function look({ page }: Person, where: string): Promise<string[]> {
  // What fades in has its colours at the end only.
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
  )
  const faults = [...(await accessibilityFaults(page)), ...(await overflows(page)), ...stage.problems()]
  return faults.map((fault) => `${where}: ${fault}`)
}

describe.skipIf(!browserPath)('a conversation of all kinds', () => {
  beforeAll(async () => {
    stage = await Stage.open({ settings: { rate_upload: '100000/1' } })
    const { site } = stage
    const [first, jerry] = await friends(stage, ['汤姆', 'Jerry the mouse with a very long name'])
    tom = first
    await site.services.users.update(tom.uid, { is_member: 1 })
    gid = await site.group(tom, jerry, await site.user({ nickname: '王老师' }))
    const photo = await uploaded(site, jerry, 'img', await picture('a.jpg'))
    const voice = await uploaded(site, jerry, 'file', {
      ...{ name: 'voice_recording_1.wav', type: 'audio/wav', bytes: sound(3) },
    })
    const file = await uploaded(site, jerry, 'file', plain('a.pdf'))
    const link = 'https://example.com/a/very/long/address?with=many&parts=that-do-not-fit-into-one-line'
    const contents = [
      `[@汤姆]({POPBASEURI}user/detail/${tom.uid}) ${link} ${'x'.repeat(90)}`,
      ...[`![](${photo}#w=800&h=600)`, `voice(${voice}#d=3)`, '[表情3]', '一行字\n第二行[表情14] 😄'],
      `file[A report with a really long name, version 2 final.docx|12 KB](${file})`,
    ]
    const mids = await send(site, jerry, gid, ...contents)
    await send(site, tom, gid, ...contents.slice(1))
    for (const [at, quote_mid] of mids.slice(0, 2).entries())
      await site.as(tom).ok('message/send', { to: gid, type: 'group', content: `引用 ${at}`, quote_mid })
    const [gone] = await send(site, jerry, gid, '收回')
    await site.as(jerry).ok('message/revoke', { id: gid, type: 'group', mid: gone })
    await send(site, jerry, gid, '最后一条')
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.leave())

  for (const [size, locale, theme] of [
    ['desktop', 'zh-CN', 'light'],
    ['desktop', 'en', 'dark'],
    ['phone', 'zh-CN', 'dark'],
    ['phone', 'en', 'light'],
  ] as const)
    test(`is fit for everybody: ${size}, ${locale}, ${theme}`, async () => {
      const here = await stage.person(tom, { size, locale, theme, lessMotion: true })
      const { page } = here
      const texts = TEXTS[locale]
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      await here.open(GROUP(gid))
      await message(here, '最后一条').waitFor()
      const faults = await look(here, 'the end')
      await log(here).evaluate((list) => {
        list.dispatchEvent(new WheelEvent('wheel'))
        list.scrollTop = 0
      })
      await log(here).getByRole('img').first().waitFor()
      faults.push(...(await look(here, 'the beginning')))

      await log(here).getByRole('button', { name: texts.picture }).first().click()
      await page.getByRole('dialog').locator('img').first().waitFor()
      faults.push(...(await look(here, 'the viewer')))
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })

      await menu(here, messages(here).first())
      faults.push(...(await look(here, 'the menu')))
      await page.getByRole('menuitem', { name: texts.select, exact: true }).click()
      await button(texts.cancel).waitFor()
      faults.push(...(await look(here, 'choosing')))
      await button(texts.forward).click()
      await page.getByRole('dialog').waitFor()
      faults.push(...(await look(here, 'passing on')))
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await button(texts.cancel).click()

      await button(texts.emoji).click()
      await page.getByRole('region', { name: texts.emoji }).waitFor()
      faults.push(...(await look(here, 'emoji')))
      await page.keyboard.press('Escape')
      await box(here).pressSequentially('@')
      await page.getByRole('listbox').waitFor()
      faults.push(...(await look(here, 'calling')))
      await box(here).press('Escape')

      await paste(
        box(here),
        await picture('a.png'),
        plain('a-rather-long-name-of-a-file-that-does-not-fit.zip'),
      )
      await page.getByRole('dialog').getByRole('img').waitFor()
      faults.push(...(await look(here, 'before sending')))
      expect(faults).toEqual([])
    })
})
