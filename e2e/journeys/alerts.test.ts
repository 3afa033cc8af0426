import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, GROUP, message, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, gone, link, pickFrom, row, seen } from './acts.ts'
import { drawn, hide, record, recorded } from './outside.ts'

/* What tells of a new message beside the message itself: title, picture, sound, the system's notifications. */

let stage: Stage

const question = ({ page }: Person) => page.getByRole('region', { name: '新消息通知' })

/** Runs in the page: which of the tabs sounds. */
const speaker = async () => {
  const { held = [] } = await navigator.locks.query()
  return held.find(({ name }) => name?.startsWith('parley:alerts'))?.clientId
}

/** Waits until new messages are told here, or in a tab beside it: that comes after what is shown. */
const listens = (person: Person) =>
  until(person, 'ears', async () => (await person.page.evaluate(speaker)) !== undefined)

async function listener() {
  const [tom, jerry] = await friends(stage)
  await send(stage.site, jerry, tom, '第一句')
  const here = await stage.person(tom)
  await here.context.addInitScript(record)
  await here.open('/chats')
  await seen(row(here, '小老鼠').getByText('第一句'))
  await listens(here)
  /** Jerry writes, and it is in the list. */
  const hear = async (text: string, person = here) => {
    await send(stage.site, jerry, tom, text)
    await seen(row(person, '小老鼠').getByText(text))
  }
  return { here, tom, jerry, hear }
}

interface NoticeShown extends NotificationOptions {
  title: string
}
type RecordingWorker = typeof globalThis & {
  notices: NoticeShown[]
  registration: { showNotification(title: string, options: NotificationOptions): Promise<void> }
}

/** Runs in the service worker: records what it would have the system show. */
function recordNotices(): void {
  const worker = globalThis as RecordingWorker
  worker.notices = []
  worker.registration.showNotification = async (title, options) => {
    worker.notices.push({ title, ...options })
  }
}

/** Runs in the service worker: the person presses what was shown. */
function pressNotice(): void {
  const { notices } = globalThis as RecordingWorker
  const notification = { data: notices[0]!.data, close: () => {} }
  // A page comes to the front for real presses only.
  const waitUntil = (work: Promise<unknown>) => void work.catch(() => {})
  dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil }))
}

describe.skipIf(!browserPath)('a new message', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('is counted in the title and on the page’s picture, unless its chat is muted', async () => {
    const { here, tom, jerry, hear } = await listener()
    const { page } = here
    const numbered = 'link[rel=icon][href^="data:image/png"]'
    const icon = () => page.locator('link[rel=icon]').getAttribute('href')
    const titled = (count: number) =>
      page.waitForFunction((start) => document.title.startsWith(start), count > 0 ? `(${count}) ` : 'Parley')
    await titled(1)
    await page.locator(numbered).waitFor({ state: 'attached' })
    const one = await icon()
    await hear('第二句')
    await titled(2)
    await page.waitForFunction(
      (old) => document.querySelector('link[rel=icon]')?.getAttribute('href') !== old,
      one,
    )
    // Also where the count is known before the page is drawn.
    const abroad = await stage.person(tom, { locale: 'en' })
    for (const path of ['/chats', '/me']) {
      await abroad.open(path)
      await abroad.page.locator(numbered).waitFor({ state: 'attached' })
    }

    const spike = await stage.site.user({ nickname: '斯派克' })
    const gid = await stage.site.group(tom, jerry, spike)
    await send(stage.site, spike, gid, '吵吵闹闹')
    const group = page.getByRole('listitem').filter({ hasText: '吵吵闹闹' })
    await seen(group)
    await titled(3)
    await pickFrom(here, group, '消息免打扰')
    await titled(2)
    await send(stage.site, spike, gid, '还在吵')
    await seen(page.getByText('斯派克：还在吵'))
    await titled(2)

    await row(here, '小老鼠').click()
    await titled(0)
    await page.locator('link[rel=icon][href="/favicon.svg"]').waitFor({ state: 'attached' })
  })

  test('is heard once, as the site and the person want it; a muted chat is silent', async () => {
    const { here, tom, jerry, hear } = await listener()
    await hear('叮')
    await until(here, 'the record', () => recorded(here, ({ notes }) => notes.length === 2))
    expect(await recorded(here, ({ notes }) => notes[0])).toBe(880)

    // A page that was just opened has not played yet: whether it begins to is told by its first message.
    const silent = async () => {
      await here.open('/chats')
      await listens(here)
      await hear(`无声 ${crypto.randomUUID().slice(0, 6)}`)
      expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
    }
    // The page shows it before the server knows, and what is left at once may be left too early.
    const muted = (value: 0 | 1) =>
      until(here, 'the server to know', async () => {
        const chat = await stage.site.as(tom).ok('pop/chat', { type: 'friend', id: jerry.uid })
        return chat.muted === value
      })
    await stage.site.set({ prompt_tone: 'off' })
    await silent()
    await stage.site.set({ prompt_tone: 'on' })

    await here.open('/me/notifications')
    const own = here.page.getByRole('switch', { name: /提示音|声音/ })
    await own.click()
    await here.page.waitForFunction(() =>
      localStorage.getItem('parley:preferences')?.includes('"sound":false'),
    )
    await silent()
    await here.open('/me/notifications')
    await own.click()
    await here.page.waitForFunction(
      () => !localStorage.getItem('parley:preferences')?.includes('"sound":false'),
    )

    await here.open('/chats')
    await pickFrom(here, row(here, '小老鼠'), '消息免打扰')
    await seen(row(here, '小老鼠').getByText('已免打扰'))
    await muted(1)
    await silent()

    await here.open('/chats')
    await pickFrom(here, row(here, '小老鼠'), '取消免打扰')
    await gone(row(here, '小老鼠').getByText('已免打扰'))
    await muted(0)
    // What is being looked at needs no sound.
    await here.open(FRIEND(jerry))
    await seen(here.page.locator('[role=log].opacity-100').getByText('以下是新消息'))
    await here.page.evaluate(drawn)
    await hear('看着呢')
    await seen(message(here, '看着呢'))
    expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
  })

  test('is not heard when it is the first one, and somebody is at the empty chat', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    await here.page.addInitScript(record)
    await here.open(FRIEND(jerry))
    await seen(button(here, '打个招呼'))
    await listens(here)
    await here.page.evaluate(drawn)
    await send(stage.site, jerry, tom, '我先来')
    await seen(message(here, '我先来'))
    expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
    await here.page.waitForFunction(() => document.title === 'Parley')
  })

  test('sounds in one of two tabs: in the one that was looked at last', async () => {
    const { here, hear } = await listener()
    const first = await here.page.evaluate(speaker)
    const other = await here.tab()
    await other.open('/chats')
    await seen(row(other, '小老鼠'))
    await until(here, 'the other one to speak', async () => (await here.page.evaluate(speaker)) !== first)
    await seen(link(other, /（在线）/))
    await hear('叮')
    await seen(row(other, '小老鼠').getByText('叮'))
    const sounds = async () => [
      await recorded(here, ({ sounds }) => sounds),
      await recorded(other, ({ sounds }) => sounds),
    ]
    expect(await sounds()).toEqual([0, 1])
    // The one that spoke is gone: the other has to.
    const before = await here.page.evaluate(speaker)
    await other.page.close()
    await until(here, 'another one that speaks', async () => {
      const now = await here.page.evaluate(speaker)
      return now !== undefined && now !== before
    })
    await hear('叮叮')
    await until(here, 'the record', () => recorded(here, ({ sounds }) => sounds === 1))
  })

  test('is a reason to ask once for notifications, which come while the page is hidden', async () => {
    const { here, jerry, hear } = await listener()
    await hear('看得见')
    expect(await question(here).count()).toBe(0)
    await hide(here)
    await hear('没人看')
    expect(await recorded(here, ({ asked }) => asked)).toBe(0)
    await hide(here, false)
    await seen(question(here))
    await button(here, '开启').click()
    await gone(question(here))

    await hide(here)
    await hear('出来看看')
    await until(here, 'the record', () => recorded(here, ({ notices }) => notices.length === 1))
    expect(await recorded(here, ({ notices: [first] }) => [first!.title, first!.body])).toEqual([
      '小老鼠',
      '出来看看',
    ])
    // The next one of the chat takes its place, and is told as well.
    await hear('还在吗')
    await until(here, 'the record', () => recorded(here, ({ notices }) => notices.length === 2))
    expect(
      await recorded(here, ({ notices }) => notices.map(({ tag, renotify }) => [tag, renotify])),
    ).toEqual(Array(2).fill([`friend${jerry.uid}`, true]))
    await hide(here, false)
    await recorded(here, ({ notices }) => notices[0]!.click())
    await at(here.page, FRIEND(jerry))
    await seen(message(here, '出来看看'))

    // Seen pages and muted chats need none.
    await hear('就在眼前')
    await here.open('/chats')
    await pickFrom(here, row(here, '小老鼠'), '消息免打扰')
    await seen(row(here, '小老鼠').getByText('已免打扰'))
    await here.page.evaluate(() => Notification.requestPermission())
    await hide(here)
    await hear('嘘')
    expect(await recorded(here, ({ notices }) => notices.length)).toBe(0)
    await hide(here, false)
    expect(await question(here).count()).toBe(0)
  })

  test('of a group is told by the names that the reader gave, also while another window is in front', async () => {
    const { here, tom, jerry } = await listener()
    const spike = await stage.site.user({ nickname: '斯派克' })
    const gid = await stage.site.group(tom, jerry, spike)
    await stage.site.as(tom).ok('group/update', { gid, groupname: '猫和老鼠' })
    await stage.site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '邻居' })
    await here.page.addInitScript(() => {
      const preferences = { notifications: true }
      localStorage.setItem('parley:preferences', JSON.stringify(preferences))
      Object.defineProperty(document, 'hasFocus', { value: () => false })
    })
    await here.open('/chats')
    await seen(row(here, '邻居'))
    await listens(here)
    await here.page.evaluate(() => Notification.requestPermission())
    await send(stage.site, jerry, gid, '早 [表情0]')
    await seen(row(here, '猫和老鼠').getByText('邻居：早'))
    await until(here, 'the record', () => recorded(here, ({ notices }) => notices.length === 1))
    expect(await recorded(here, ({ notices: [first] }) => [first!.title, first!.body])).toEqual([
      '猫和老鼠',
      '邻居：早 🙂',
    ])
    await recorded(here, ({ notices }) => notices[0]!.click())
    await at(here.page, GROUP(gid))
  })

  for (const [permission, text] of [
    ['granted', /./],
    ['denied', /浏览器阻止了本站的通知/],
  ] as const)
    test(`is shown by the system as the settings say: ${permission}`, async () => {
      const tom = await stage.site.user({ nickname: '汤姆' })
      const here = await stage.person(tom)
      await here.page.addInitScript(record)
      await here.page.addInitScript((answer) => {
        Object.assign(Notification, {
          requestPermission: async () => Object.assign(Notification, { permission: answer }).permission,
        })
      }, permission)
      await here.open('/me/notifications')
      const on = here.page.getByRole('switch', { name: /通知/ })
      expect(await on.isChecked()).toBe(false)
      await on.click()
      await until(here, 'the answer', async () => (await on.isChecked()) === (permission === 'granted'))
      await seen(here.page.getByText(text))
      if (permission === 'denied') expect(await on.isDisabled()).toBe(true)
      else {
        await on.click()
        await until(here, 'off again', async () => !(await on.isChecked()))
      }
    })

  test('is shown by the service worker where there is one, and leads back to the page', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom, { offlineShell: true })
    const { page, context } = here
    await page.addInitScript(() => {
      localStorage.setItem('parley:preferences', JSON.stringify({ notifications: true }))
      Object.defineProperty(document, 'hasFocus', { value: () => false })
      Object.defineProperty(Notification, 'permission', { value: 'granted' })
    })
    await here.open('/contacts')
    await seen(row(here, '小老鼠'))
    await listens(here)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    const worker = context.serviceWorkers()[0]!
    await worker.evaluate(recordNotices)
    await send(stage.site, jerry, tom, '你好')
    const shown = () => worker.evaluate(() => (globalThis as unknown as { notices: NoticeShown[] }).notices)
    await until(here, 'the notification', async () => (await shown()).length === 1)
    const tag = `friend${jerry.uid}`
    expect(await shown()).toMatchObject([{ title: '小老鼠', body: '你好', tag, renotify: true }])
    await worker.evaluate(pressNotice)
    await at(page, FRIEND(jerry))
    await seen(message(here, '你好'))
  })

  test('asks nobody again who wants to decide later', async () => {
    const { here, hear } = await listener()
    await hide(here)
    await hear('一')
    await hide(here, false)
    await button(here, '以后再说').click()
    await gone(question(here))
    await here.page.reload()
    await seen(row(here, '小老鼠').getByText('一'))
    await listens(here)
    await hide(here)
    await hear('二')
    await hide(here, false)
    expect(await question(here).count()).toBe(0)
    expect(await recorded(here, ({ asked, notices }) => asked + notices.length)).toBe(0)
  })
})
