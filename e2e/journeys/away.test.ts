import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { FRIEND, friends, log, message, say, send, until } from '../conversation.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { gone, seen } from './acts.ts'
import { wire } from './network.ts'

/* A chat that stays open while nobody is at it: what came meanwhile is new to who is back. */

let stage: Stage

const leave = ({ page }: Person) => page.evaluate(() => void window.dispatchEvent(new Event('blur')))
const comeBack = ({ page }: Person) => page.evaluate(() => void window.dispatchEvent(new Event('focus')))
const divider = (person: Person) => log(person).getByRole('separator')
const isRead = (person: Person, text: string) => message(person, text).getByRole('img', { name: '已读' })

/** How far below the upper edge of the list the divider stands, px. */
const dividerTop = async (person: Person) =>
  (await divider(person).boundingBox())!.y - (await log(person).boundingBox())!.y

/** Tom has his chat with Jerry open, who writes. */
async function open() {
  const [tom, jerry] = await friends(stage)
  await send(stage.site, jerry, tom, '早')
  await stage.site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })
  const [here, there] = [await stage.person(tom), await stage.person(jerry)]
  const network = await wire(here)
  await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
  await seen(message(here, '早'))
  // A mark that it is read: the chat has settled with what the server says.
  await say(there, '在吗')
  await seen(isRead(there, '在吗'))
  return { here, there, tom, jerry, network }
}

describe.skipIf(!browserPath)('who was away', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('finds a line above what came meanwhile, which is read when they are back', async () => {
    const { here, there } = await open()
    expect(await divider(here).count()).toBe(0)
    await leave(here)
    await say(there, '我先走了')
    await say(there, '晚上见')
    await seen(message(here, '晚上见'))
    await seen(divider(here))
    expect(await isRead(there, '晚上见').count()).toBe(0)
    // Above the first of them, and one line for all.
    expect(await divider(here).count()).toBe(1)
    expect(await dividerTop(here)).toBeLessThan((await message(here, '我先走了').boundingBox())!.y)
    expect((await message(here, '在吗').boundingBox())!.y).toBeLessThan(
      (await divider(here).boundingBox())!.y,
    )
    await comeBack(here)
    await seen(isRead(there, '晚上见'))
    await seen(divider(here))
    // The next time it stands before what is new then.
    await leave(here)
    await say(there, '我回来了')
    await until(here, 'the line below what was read', async () => {
      const [line, text] = [await divider(here).boundingBox(), await message(here, '晚上见').boundingBox()]
      return line !== null && text !== null && line.y > text.y
    })
  })

  test.each(['one after the other', 'at once'])(
    'is where they left, however much has come (%s), and goes on from there',
    async (how) => {
      const { here, there, tom, jerry, network } = await open()
      await leave(here)
      const come = how === 'at once' ? network.gather() : undefined
      await send(stage.site, jerry, tom, ...Array.from({ length: 40 }, (_, at) => `第 ${at + 1} 条。`))
      await seen(message(there, '第 40 条。'))
      come?.()
      const chip = here.page.getByRole('button', { name: /^\d+ 条新消息$/ })
      await seen(chip)
      await until(here, 'the line at the top', async () => {
        const top = await dividerTop(here)
        return top >= 0 && top < 40
      })
      await comeBack(here)
      await seen(message(here, '第 1 条。'))
      expect(await isRead(there, '第 40 条。').count()).toBe(0)
      await chip.click()
      await seen(message(here, '第 40 条。'))
      await gone(chip)
      await seen(isRead(there, '第 40 条。'))
      // They have seen where it began: no way back is offered.
      expect(await here.page.getByRole('button', { name: /条未读$/ }).count()).toBe(0)
    },
  )
})
