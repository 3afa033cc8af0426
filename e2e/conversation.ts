import type { Locator } from 'playwright-core'
import type { TestSite, TestUser } from '../packages/server/test/harness.ts'
import { PATIENCE_MS, type Person, type Stage } from './stage.ts'

/* What people do in an open chat, in either language. */

export const FRIEND = (user: TestUser) => `/chat/friend/${user.uid}`
export const GROUP = (gid: number) => `/chat/group/${gid}`

/** Where one writes. */
export const box = ({ page }: Person): Locator => page.getByRole('textbox', { name: /^(消息内容|Message)$/ })

/** The list of messages. */
export const log = ({ page }: Person): Locator => page.getByRole('log')

/** The newest message that holds a text, or whatever else tells it. */
export const message = (person: Person, text: string | RegExp): Locator =>
  log(person).getByRole('article').filter({ hasText: text }).last()

/** All messages, in their order. */
export const messages = (person: Person): Locator => log(person).getByRole('article')

/** The ground of a message, which a mouse points at. */
export const bubble = (line: Locator): Locator => line.locator('[data-bubble]')

/** Writes a message and sends it by the keyboard. */
export async function say(person: Person, text: string): Promise<Locator> {
  await box(person).fill(text)
  await box(person).press('Enter')
  const line = message(person, text)
  await line.waitFor()
  return line
}

/** Enter while an input method is open, as browsers tell of it: by the flag, or (Safari) by the number alone. */
export const composeEnter = (field: Locator): Promise<void> =>
  field.evaluate((element) => {
    for (const [isComposing, keyCode] of [
      [true, 13],
      [false, 229],
    ] as const) {
      const event = new KeyboardEvent('keydown', {
        key: 'Enter',
        isComposing,
        bubbles: true,
        cancelable: true,
      })
      Object.defineProperty(event, 'keyCode', { value: keyCode })
      element.dispatchEvent(event)
    }
  })

/** Opens the menu of a message: a right click, or a finger that rests on it. */
export async function menu(person: Person, line: Locator): Promise<Locator> {
  const { page } = person
  const found = page.getByRole('menu', { name: /^(消息操作|Message actions)$/ })
  if (page.viewportSize()!.width >= 900) {
    await bubble(line).click({ button: 'right' })
    await found.waitFor()
    return found
  }
  const finger = await touch(person, await middleOf(bubble(line)))
  await found.waitFor()
  await finger.lift()
  return found
}

/** Does something with a message by its menu. */
export async function choose(person: Person, line: Locator, act: string | RegExp): Promise<void> {
  await (await menu(person, line)).getByRole('menuitem', { name: act, exact: true }).click()
}

/** Where an element's middle is on the screen. */
export async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  await element.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await element.boundingBox())!
  return { x: x + width / 2, y: y + height / 2 }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A finger that rests on the page. */
export interface Finger {
  move(to: Point): Promise<void>
  lift(): Promise<void>
}

/** Puts a finger on the page. */
export async function touch({ context, page }: Person, at: Point): Promise<Finger> {
  const fingers = await context.newCDPSession(page)
  const tell = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Point[]) =>
    fingers.send('Input.dispatchTouchEvent', { type, touchPoints })
  await tell('touchStart', at)
  return {
    move: async (to) => void (await tell('touchMove', to)),
    lift: async () => {
      await tell('touchEnd')
      await fingers.detach()
    },
  }
}

/** Presses twice with a finger, quickly however slow the machine is. */
export async function doubleTap({ context, page }: Person, { x, y }: Point): Promise<void> {
  const fingers = await context.newCDPSession(page)
  const now = Date.now() / 1000
  for (const [type, seconds] of [
    ['touchStart', 0],
    ['touchEnd', 0.02],
    ['touchStart', 0.1],
    ['touchEnd', 0.12],
  ] as const)
    await fingers.send('Input.dispatchTouchEvent', {
      ...{ type, timestamp: now + seconds },
      touchPoints: type === 'touchStart' ? [{ x, y }] : [],
    })
  await fingers.detach()
}

/** Draws two fingers from one distance to another around a place. */
export async function pinch({ context, page }: Person, at: Point, from: number, to: number): Promise<void> {
  const STEPS = 8
  const fingers = await context.newCDPSession(page)
  const tell = (type: 'touchStart' | 'touchMove', gap: number) =>
    fingers.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: [-1, 1].map((side, id) => ({ x: at.x + (side * gap) / 2, y: at.y, id })),
    })
  await tell('touchStart', from)
  for (let step = 1; step <= STEPS; step++) await tell('touchMove', from + ((to - from) * step) / STEPS)
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await fingers.detach()
}

/** Draws a finger over the page, from one place to another. */
export async function drawFinger(person: Person, from: Point, to: Point): Promise<void> {
  const STEPS = 8
  const finger = await touch(person, from)
  // However slow the machine is, it does not rest where it was put down: that would be a long press.
  for (let step = 4; step <= STEPS; step++) {
    const share = step / STEPS
    await finger.move({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share })
  }
  await finger.lift()
}

/** Two friends on the stage's site. */
export async function friends({ site }: Stage, names: [string, string] = ['汤姆', '小老鼠']) {
  const [tom, jerry] = await Promise.all(names.map((nickname) => site.user({ nickname })))
  await site.befriend(tom!, jerry!)
  return [tom!, jerry!] as const
}

/** Sends messages to a friend or a group, one after the other; gives their mids. */
export async function send(
  site: TestSite,
  from: TestUser,
  to: TestUser | number,
  ...contents: string[]
): Promise<number[]> {
  const mids: number[] = []
  for (const content of contents) {
    const target = typeof to === 'number' ? { to, type: 'group' } : { to: to.uid, type: 'friend' }
    const { mid } = await site.as(from).ok('message/send', { ...target, content })
    mids.push(Number(mid))
  }
  return mids
}

/** Makes messages older than they are. */
export async function backdate({ services }: TestSite, mids: readonly number[], ms: number): Promise<void> {
  await services.db.write
    .updateTable('message')
    .set((row) => ({ created_at: row('created_at', '-', ms) }))
    .where('mid', 'in', [...mids])
    .execute()
}

/** Resolves when `look` gives what is expected of it; it is asked once for each picture that the page draws. */
export async function until(person: Person, what: string, look: () => Promise<boolean>): Promise<void> {
  const END = Date.now() + PATIENCE_MS
  while (!(await look())) {
    if (Date.now() > END) throw new Error(`${what}: did not come`)
    await person.page.evaluate(() => new Promise(requestAnimationFrame))
  }
}
