import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { accessibilityFaults, overflows } from './look.ts'
import { browserPath, SIZES, Stage } from './stage.ts'

/* Every page in both sizes, both languages and both themes: nothing spills, nobody is shut out, nothing complains. */

let stage: Stage
let tom: Awaited<ReturnType<Stage['site']['user']>>
let paths: string[]
/** What a site may show under 发现. */
const shop = browserPath
  ? Bun.serve({ port: 0, fetch: () => new Response('<!doctype html><title>Shop</title><h1>Shop</h1>', { headers: { 'Content-Type': 'text/html' } }) })
  : undefined

describe.skipIf(!browserPath)('every page', () => {
  beforeAll(async () => {
    stage = await Stage.open({ settings: { explore_url: String(shop!.url) } })
    const { site } = stage
    tom = await site.user({ nickname: 'Tom 汤姆', is_member: 1 })
    const jerry = await site.user({ nickname: '小老鼠 Jerry' })
    const stranger = await site.user({ nickname: '陌生人' })
    await site.befriend(tom, jerry)
    const gid = await site.group(tom, jerry, stranger)
    await site.as(stranger).ok('friend/apply', { friend_uid: tom.uid, postscript: '你好，我是隔壁的邻居' })
    for (const content of ['你好！', '[表情14] https://example.com/a/very/long/address?with=many&parts=that-do-not-fit'])
      await site.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content })
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '大家好' })
    await site.as(tom).ok('reply/add', { type: 3, title: '几点开门？', content: '早上九点', keyword: '开门,营业' })
    paths = [
      ...['/chats', `/chat/friend/${jerry.uid}`, `/chat/group/${gid}`, `/chat/group/${gid}/details`],
      ...['/contacts', '/contacts/requests', '/contacts/groups', '/contacts/temporary', '/contacts/subusers'],
      ...['/contacts/add', `/person/${jerry.uid}`, `/person/${stranger.uid}`],
      ...['/desk', '/desk/waiting', '/desk/replies/welcome', '/desk/replies/faq', '/desk/subusers'],
      ...['/me', '/me/profile', '/me/password', '/me/devices', '/me/general', '/me/notifications'],
      ...['/me/privacy', '/me/accounts', '/me/qr', '/me/about', '/explore', '/scan'],
    ]
  })
  afterAll(async () => {
    await stage?.close()
    await shop?.stop(true)
  })
  afterEach(() => stage.leave())

  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    for (const [locale, theme] of [['zh-CN', 'light'], ['en', 'dark']] as const) {
      test(`of who is signed in: ${size}, ${locale}, ${theme}`, async () => {
        const { open, page } = await stage.person(tom, { size, locale, theme })
        const faults: string[] = []
        for (const path of paths) {
          await open(path)
          await page.waitForLoadState('networkidle')
          const here = [...(await overflows(page)), ...(await accessibilityFaults(page)), ...stage.problems()]
          faults.push(...here.map((fault) => `${path}: ${fault}`))
        }
        expect(faults).toEqual([])
      }, 180_000)

      test(`of visitors: ${size}, ${locale}, ${theme}`, async () => {
        await stage.site.set({ login_captcha: 'on', register_captcha: 'on' })
        const { open, page } = await stage.person(undefined, { size, locale, theme })
        const faults: string[] = []
        for (const path of ['/signin', '/register', '/forgot', '/signin?ended=1']) {
          await open(path)
          await page.waitForLoadState('networkidle')
          const here = [...(await overflows(page)), ...(await accessibilityFaults(page)), ...stage.problems()]
          faults.push(...here.map((fault) => `${path}: ${fault}`))
        }
        expect(faults).toEqual([])
      }, 60_000)
    }
  }
})
