import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import type { TestUser } from '../packages/server/test/harness.ts'
import english from '../packages/web/src/i18n/en/index.ts'
import chinese from '../packages/web/src/i18n/zh-CN/index.ts'
import { FRIEND, GROUP, send } from './conversation.ts'
import { focusFaults } from './focus.ts'
import { button, pickFrom, row } from './journeys/acts.ts'
import { accessibilityFaults, overflows } from './look.ts'
import { browserPath, type Person, Stage } from './stage.ts'

/* What opens over the pages: dialogs, menus, lists to choose from. Nothing spills, and nobody is shut out. */

/** There are thirty of them, on a machine that may have more to do. */
const DIALOGS_MS_MAX = 600_000

type Texts = typeof chinese

/** A page, and the presses one after the other that each open something over it. */
type Way = [path: string, ...presses: ((person: Person, texts: Texts) => Promise<void>)[]]

let stage: Stage
let tom: TestUser
let ways: Way[]
/** What opens on a desktop only. */
let desktopWays: Way[]

/** A button by the beginning of its name: that of a setting tells what is set, too. */
const named = (person: Person, text: string): Locator =>
  button(person, new RegExp(`^${text.split(/\{\w+\}/)[0]!.trim()}`))
const press =
  (choose: (texts: Texts) => string) =>
  (person: Person, texts: Texts): Promise<void> =>
    named(person, choose(texts)).first().click()
const item =
  (choose: (texts: Texts) => string) =>
  ({ page }: Person, texts: Texts): Promise<void> =>
    page.getByRole('menuitem', { name: choose(texts), exact: true }).click()

/** Opens the card of somebody beside their picture; a phone has a page for that. */
async function card({ page }: Person, user: TestUser): Promise<void> {
  await page.locator(`[data-avatar="${user.uid}"]`).last().click()
}

/** A dialog that was opened last; what else opens is gone through by the arrows. */
const NEW_DIALOG = ':is([role=dialog], [role=alertdialog]):not([data-before])'
const OVER = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

/** Does something that opens something over the page, and looks at it. */
async function open(person: Person, where: string, act: () => Promise<void>): Promise<string[]> {
  const { page } = person
  await page.evaluate((selector) => {
    for (const element of document.querySelectorAll(selector)) element.setAttribute('data-before', '')
  }, OVER)
  await act()
  await page.locator(OVER).and(page.locator(':not([data-before])')).first().waitFor()
  // What fades in has its colours at the end only.
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
  )
  const isDialog = (await page.locator(NEW_DIALOG).count()) > 0
  const faults = [
    ...(await accessibilityFaults(page)),
    ...(await overflows(page)),
    ...(isDialog ? await focusFaults(page, NEW_DIALOG) : []),
    ...stage.problems(),
  ]
  return faults.map((fault) => `${where}: ${fault}`)
}

describe.skipIf(!browserPath)('what opens over the pages', () => {
  beforeAll(async () => {
    stage = await Stage.open()
    const { site } = stage
    tom = await site.user({ nickname: 'Tom 汤姆', is_member: 1 })
    const jerry = await site.user({ nickname: 'Jerry the mouse with a very long name' })
    const stranger = await site.user({ nickname: '陌生人' })
    await site.befriend(tom, jerry)
    const gid = await site.group(tom, jerry, stranger)
    await send(site, jerry, tom, '你好！')
    await site.as(tom).ok('reply/add', { type: 3, title: '几点开门？', content: '早上九点', keyword: '开门' })
    await site
      .as(tom)
      .ok('user/open_user', { username: 'helper1', nickname: '小助手', password: 'right horse 9' })
    const details = `${GROUP(gid)}/details`
    ways = [
      ['/chats', press(({ chats }) => chats.new), item(({ chats }) => chats.newGroup)],
      ['/chats', (person, { chats }) => pickFrom(person, row(person, jerry.nickname), chats.delete)],
      ['/chats', ({ page }) => page.keyboard.press('Control+k')],
      [
        details,
        press(({ groups }) => groups.manageMembers),
        press(({ groups }) => groups.actionsFor),
        item(({ groups }) => groups.silence),
      ],
      [details, press(({ groups }) => groups.invite)],
      [details, press(({ groups }) => groups.editAnnouncement)],
      [details, press(({ groups }) => groups.name)],
      [details, press(({ groups }) => groups.qr)],
      [details, press(({ groups }) => groups.picture)],
      [details, press(({ groups }) => groups.dissolve)],
      [`${FRIEND(jerry)}/details`, press(({ groups }) => groups.create)],
      [`/person/${jerry.uid}`, press(({ people }) => people.remark)],
      [`/person/${jerry.uid}`, press(({ people }) => people.card)],
      [`/person/${jerry.uid}`, press(({ people }) => people.unfriend)],
      [`/person/${stranger.uid}`, press(({ people }) => people.add)],
      ['/desk/replies/faq', press(({ desk }) => desk.add)],
      ['/desk/replies/faq', press(({ desk }) => desk.actions), item(({ desk }) => desk.delete)],
      ['/desk/subusers', press(({ people }) => people.openSubUser)],
      [
        '/desk/subusers',
        press(({ people }) => people.actionsFor),
        item(({ people }) => people.resetPassword),
      ],
      ['/me/profile', press(({ me }) => me.profile.nickname)],
      ['/me/general', press(({ me }) => me.general.language)],
    ]
    desktopWays = [[FRIEND(jerry), (person) => card(person, jerry), press(({ people }) => people.remark)]]
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.leave())

  for (const [size, locale, theme] of [
    ['desktop', 'zh-CN', 'light'],
    ['desktop', 'en', 'dark'],
    ['phone', 'en', 'light'],
    ['phone', 'zh-CN', 'dark'],
  ] as const)
    test(
      `is fit for everybody: ${size}, ${locale}, ${theme}`,
      async () => {
        const person = await stage.person(tom, { size, locale, theme, lessMotion: true })
        const texts = locale === 'en' ? (english as Texts) : chinese
        const faults: string[] = []
        for (const [path, ...presses] of size === 'desktop' ? [...ways, ...desktopWays] : ways) {
          await person.open(path)
          for (const [step, act] of presses.entries()) {
            const where = `${path}, step ${step + 1}`
            faults.push(...(await open(person, where, () => act(person, texts))))
          }
        }
        expect(faults).toEqual([])
      },
      DIALOGS_MS_MAX,
    )
})
