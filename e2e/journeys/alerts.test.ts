import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, message, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { at, button, gone, pickFrom, row, seen } from './acts.ts'

/* What tells of a new message beside the message itself: title, picture, sound, the system's notifications. */

let stage: Stage

interface Recorded {
  /** Frequencies of the notes that were played, and how many sounds were begun. */
  notes: number[]
  sounds: number
  notices: { title: string; body?: string; tag?: string; click(): void }[]
  asked: number
  /** Says that the page is hidden, or seen again. */
  hide(isHidden: boolean): void
}
type RecordedWindow = Window & { recorded: Recorded }

/** Runs in the page before its own scripts: records what would be heard and shown outside it. */
function record(): void {
  let isHidden = false
  const recorded: Recorded = {
    ...{ notes: [], sounds: 0, notices: [], asked: 0 },
    hide(hidden) {
      isHidden = hidden
      document.dispatchEvent(new Event('visibilitychange'))
    },
  }
  Object.assign(window, { recorded })
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') })
  class Oscillator extends OscillatorNode {
    constructor(context: BaseAudioContext, options?: OscillatorOptions) {
      super(context, options)
      recorded.notes.push(options?.frequency ?? 0)
    }
  }
  class Sound extends AudioContext {
    constructor() {
      super()
      recorded.sounds++
    }
  }
  class Notice {
    static permission = 'default'
    static async requestPermission() {
      recorded.asked++
      Notice.permission = 'granted'
      return Notice.permission
    }
    onclick?: () => void
    constructor(title: string, { body, tag }: NotificationOptions) {
      recorded.notices.push({ title, body, tag, click: () => this.onclick?.() })
    }
    close() {}
  }
  Object.assign(window, { OscillatorNode: Oscillator, AudioContext: Sound, Notification: Notice })
}

const recorded = <T>({ page }: Person, read: (recorded: Recorded) => T): Promise<T> =>
  page.evaluate(`(${read})(window.recorded)`) as Promise<T>

const hide = ({ page }: Person, isHidden = true) =>
  page.evaluate((hidden) => (window as unknown as RecordedWindow).recorded.hide(hidden), isHidden)

const question = ({ page }: Person) => page.getByRole('region', { name: '新消息通知' })

async function listener() {
  const [tom, jerry] = await friends(stage)
  await send(stage.site, jerry, tom, '第一句')
  const here = await stage.person(tom)
  await here.context.addInitScript(record)
  await here.open('/chats')
  await seen(row(here, '小老鼠').getByText('第一句'))
  /** Jerry writes, and it is in the list. */
  const hear = async (text: string, person = here) => {
    await send(stage.site, jerry, tom, text)
    await seen(row(person, '小老鼠').getByText(text))
  }
  return { here, tom, jerry, hear }
}

describe.skipIf(!browserPath)('a new message', () => {
  beforeAll(async () => {
    stage = await Stage.open({ clientFolder: process.env.PARLEY_TEST_CLIENT })
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('is counted in the title and on the page’s picture, unless its chat is muted', async () => {
    const { here, tom, jerry, hear } = await listener()
    const { page } = here
    const icon = () => page.locator('link[rel=icon]').getAttribute('href')
    const titled = (count: number) =>
      page.waitForFunction((start) => document.title.startsWith(start), count > 0 ? `(${count}) ` : 'Parley')
    await titled(1)
    await page.locator('link[rel=icon][href^="data:image/png"]').waitFor({ state: 'attached' })
    const one = await icon()
    await hear('第二句')
    await titled(2)
    await page.waitForFunction(
      (old) => document.querySelector('link[rel=icon]')?.getAttribute('href') !== old,
      one,
    )

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
    const { here, jerry, hear } = await listener()
    await hear('叮')
    await until(here, 'the record', () => recorded(here, ({ notes }) => notes.length === 2))
    expect(await recorded(here, ({ notes }) => notes[0])).toBe(880)

    // A page that was just opened has not played yet: whether it begins to is told by its first message.
    const silent = async () => {
      await here.open('/chats')
      await hear(`无声 ${crypto.randomUUID().slice(0, 6)}`)
      expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
    }
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
    await silent()

    await here.open('/chats')
    await pickFrom(here, row(here, '小老鼠'), '取消免打扰')
    await gone(row(here, '小老鼠').getByText('已免打扰'))
    // What is being looked at needs no sound.
    await here.open(FRIEND(jerry))
    await gone(row(here, '小老鼠').getByText('条未读'))
    await hear('看着呢')
    await seen(message(here, '看着呢'))
    expect(await recorded(here, ({ sounds }) => sounds)).toBe(0)
  })

  test('sounds in one of two tabs: in the one that was looked at last', async () => {
    const { here, hear } = await listener()
    const other = await here.tab()
    await other.open('/chats')
    await seen(row(other, '小老鼠'))
    await hear('叮')
    await seen(row(other, '小老鼠').getByText('叮'))
    const sounds = async () => [
      await recorded(here, ({ sounds }) => sounds),
      await recorded(other, ({ sounds }) => sounds),
    ]
    expect(await sounds()).toEqual([0, 1])
    // The one that spoke is gone: the other has to.
    await other.page.close()
    await here.page.waitForFunction(async () => {
      const { held = [] } = await navigator.locks.query()
      return held.some(({ name }) => name?.startsWith('parley:alerts'))
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
    await hide(here, false)
    await here.page.evaluate(() => (window as unknown as RecordedWindow).recorded.notices[0]!.click())
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

  test('asks nobody again who wants to decide later', async () => {
    const { here, hear } = await listener()
    await hide(here)
    await hear('一')
    await hide(here, false)
    await button(here, '以后再说').click()
    await gone(question(here))
    await here.page.reload()
    await seen(row(here, '小老鼠').getByText('一'))
    await hide(here)
    await hear('二')
    await hide(here, false)
    expect(await question(here).count()).toBe(0)
    expect(await recorded(here, ({ asked, notices }) => asked + notices.length)).toBe(0)
  })
})
