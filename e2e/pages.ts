import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../packages/server/test/harness.ts'
import { openSmsInbox } from '../packages/server/test/sms-inbox.ts'
import { focusFaults } from './focus.ts'
import { PASSWORD, withPassword } from './journeys/acts.ts'
import { accessibilityFaults, goTo, overflows } from './look.ts'
import { browserPath, type Person, type SIZES, Stage } from './stage.ts'

/** There are thirty of them, on a machine that may have more to do. */
const PAGES_MS_MAX = 600_000

/** Two of the four ways to show a page: every language and every theme is among them. */
const WAYS = [
  { locale: 'zh-CN', theme: 'light' },
  { locale: 'en', theme: 'dark' },
] as const

/** What a site may show under 发现. */
const openShop = () =>
  Bun.serve({
    port: 0,
    fetch: () =>
      new Response('<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main></html>', {
        headers: { 'Content-Type': 'text/html' },
      }),
  })

/** Every page in one size, both languages and both themes: nothing spills, nobody is shut out, nothing complains. */
export function describePages(size: keyof typeof SIZES): void {
  let stage: Stage
  let tom: TestUser
  let paths: string[]
  let shop: ReturnType<typeof openShop>
  let inbox: ReturnType<typeof openSmsInbox>

  /** Goes to each page in the way given, and looks at it. */
  async function faultsOf(
    { page }: Person,
    all: readonly string[],
    go: (path: string) => Promise<unknown>,
  ): Promise<string[]> {
    const faults: string[] = []
    for (const path of all) {
      await go(path)
      const here = [
        ...(await overflows(page)),
        ...(await accessibilityFaults(page)),
        ...(await focusFaults(page)),
        ...stage.problems(),
      ]
      faults.push(...here.map((fault) => `${path}: ${fault}`))
    }
    return faults
  }

  /** Goes there; a new password asks for a code only when it is to be set. */
  async function goToWhole(person: Person, path: string): Promise<void> {
    await goTo(person, path)
    if (path !== '/me/password') return
    const field = (name: string) => person.page.locator(`input[name=${name}]`)
    await field('password_old').fill(PASSWORD)
    for (const name of ['password1', 'password2']) await field(name).fill('another horse 7')
    await field('password2').press('Enter')
    await field('code').waitFor()
  }

  describe.skipIf(!browserPath)(`every page (${size})`, () => {
    beforeAll(async () => {
      shop = openShop()
      inbox = openSmsInbox()
      stage = await Stage.open({ env: inbox.env, settings: { explore_url: String(shop.url) } })
      const { site } = stage
      tom = await withPassword(stage, { nickname: 'Tom 汤姆', is_member: 1 })
      await site.services.users.update(tom.uid, { phone: '13900139000' })
      const jerry = await site.user({ nickname: '小老鼠 Jerry' })
      const stranger = await site.user({ nickname: '陌生人' })
      await site.befriend(tom, jerry)
      const gid = await site.group(tom, jerry, stranger)
      await site.as(stranger).ok('friend/apply', { friend_uid: tom.uid, postscript: '你好，我是隔壁的邻居' })
      for (const content of [
        '你好！',
        '[表情14] https://example.com/a/very/long/address?with=many&parts=that-do-not-fit',
      ])
        await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content })
      await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '大家好' })
      await site
        .as(tom)
        .ok('reply/add', { type: 3, title: '几点开门？', content: '早上九点', keyword: '开门,营业' })
      const fair = await site.group(stranger)
      await site.as(stranger).ok('group/update', { gid: fair, groupname: 'The neighbours’ fair 邻里集市' })
      const { pathname, search } = new URL(
        (await site.as(stranger).ok('qrcode/group', { gid: fair })).content,
      )
      const invitation = pathname + search
      paths = [
        ...['/chats', `/chat/friend/${jerry.uid}`, `/chat/group/${gid}`, `/chat/group/${gid}/details`],
        ...[
          '/contacts',
          '/contacts/requests',
          '/contacts/groups',
          '/contacts/temporary',
          '/contacts/subusers',
        ],
        ...['/contacts/add', `/person/${jerry.uid}`, `/person/${stranger.uid}`],
        ...['/desk', '/desk/waiting', '/desk/subusers'],
        ...['/desk/replies/welcome', '/desk/replies/quick', '/desk/replies/faq'],
        ...['/me', '/me/profile', '/me/password', '/me/devices', '/me/general', '/me/notifications'],
        ...[`/chat/friend/${jerry.uid}/details`, `/person/${tom.uid}`, `/q/u/999999999`, invitation],
        ...['/me/privacy', '/me/accounts', '/me/qr', '/me/about', '/explore', '/scan'],
      ]
    })
    afterAll(async () => {
      await stage?.close()
      inbox?.close()
      await shop?.stop(true)
    })
    afterEach(() => stage.leave())

    for (const { locale, theme } of WAYS) {
      test(
        `of who is signed in: ${locale}, ${theme}`,
        async () => {
          const person = await stage.person(tom, { size, locale, theme, lessMotion: true })
          await person.open('/chats')
          expect(await faultsOf(person, paths, (path) => goToWhole(person, path))).toEqual([])
        },
        PAGES_MS_MAX,
      )

      test(
        `of visitors: ${locale}, ${theme}`,
        async () => {
          await stage.site.set({ login_captcha: 'on', register_captcha: 'on' })
          const visitor = await stage.person(undefined, { size, locale, theme, lessMotion: true })
          const all = ['/signin', '/register', '/forgot', '/signin?ended=1']
          const load = async (path: string) => {
            await visitor.open(path)
            await visitor.page.waitForLoadState('networkidle')
            if (/^.(register|forgot)/.test(path)) await visitor.page.locator('input[name=code]').waitFor()
          }
          expect(await faultsOf(visitor, all, load)).toEqual([])
        },
        PAGES_MS_MAX,
      )
    }
  })
}
