import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { TestUser } from '../../packages/server/test/harness.ts'
import {
  box,
  type Finger,
  FRIEND,
  friends,
  log,
  messages,
  middleOf,
  send,
  touch,
  until,
} from '../conversation.ts'
import { film, sound, uploaded } from '../media.ts'
import { browserPath, type Person, Stage } from '../stage.ts'
import { says } from './acts.ts'

/* Voice messages: recorded by holding and by clicking, heard one after another, faster if one likes. */

let stage: Stage

const bars = (person: Person) =>
  log(person).getByRole('button', { name: /^(播放|暂停).*语音|^(Play|Pause).*voice message/ })
const holdButton = ({ page }: Person) => page.getByRole('button', { name: /^(按住 说话|松开发送)$/ })

/** A recording of another client, without hints; gives its address. */
async function recording(from: TestUser, to: TestUser, seconds: number): Promise<string> {
  const bytes = sound(seconds)
  const src = await uploaded(stage.site, from, 'file', {
    name: 'voice_recording_1.wav',
    type: 'audio/wav',
    bytes,
  })
  await send(stage.site, from, to, `voice(${src})`)
  return src
}

/** Puts a finger on the talk button. */
async function hold(person: Person): Promise<{ finger: Finger; place: { x: number; y: number } }> {
  await person.page.getByRole('button', { name: '语音', exact: true }).click()
  const place = await middleOf(holdButton(person))
  return { finger: await touch(person, place), place }
}

/** Resolves when so many seconds are recorded, or more: each number stands there for a second only. */
const recorded = ({ page }: Person, seconds: number) =>
  page.waitForFunction(
    (least) =>
      [...document.querySelectorAll('p, span')].some(
        ({ textContent }) => Number(/^\s*0:(\d\d)\s*$/.exec(textContent)?.[1]) >= least,
      ),
    seconds,
  )

/** Runs in the page: lets go of the talk button as soon as something is recorded. */
function letGo(): void {
  new MutationObserver((_, watching) => {
    const texts = (name: string) => [...document.querySelectorAll(name)]
    const button = texts('button').find(({ textContent }) => textContent.trim() === '松开发送')
    if (!button || !texts('p').some(({ textContent }) => textContent.trim() === '0:00')) return
    watching.disconnect()
    button.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
}

/** Runs in the page before its own scripts: notes what is played. */
function listen(): void {
  const played: string[] = []
  const { play } = HTMLMediaElement.prototype
  HTMLMediaElement.prototype.play = function () {
    played.push(this.src)
    Object.assign(window, { sounding: this })
    return play.call(this)
  }
  Object.assign(window, { played })
}
type HeardWindow = Window & { played: string[]; sounding: HTMLMediaElement }

describe.skipIf(!browserPath)('voice', () => {
  beforeAll(async () => {
    stage = await Stage.open()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    await stage.leave()
    expect(stage.problems()).toEqual([])
  })

  test('is recorded while the button is held; sliding up gives it up', async () => {
    const [tom, jerry] = await friends(stage)
    const [here, there] = [await stage.person(tom, { size: 'phone' }), await stage.person(jerry)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const { finger, place } = await hold(here)
    await recorded(here, 1)
    await here.page.getByText('上滑取消').waitFor()
    await finger.move({ x: place.x, y: place.y - 200 })
    await here.page.getByText('松开取消').waitFor()
    await finger.lift()
    await here.page.getByText('松开取消').waitFor({ state: 'detached' })
    expect(await here.page.getByRole('article').count()).toBe(0)

    await here.page.getByRole('button', { name: '键盘' }).click()
    const again = await hold(here)
    await recorded(here, 2)
    await again.finger.lift()
    await bars(here).waitFor()
    const heard = log(there).getByRole('button', { name: /^播放未听语音，\d+ 秒$/ })
    await heard.waitFor()
    // Old clients play it: it is a WAV.
    const [{ content }] = (
      await stage.site.as(jerry).ok('message/get', { id: tom.uid, type: 'friend', peek: 1 })
    ).slice(-1)
    const address = /^voice\((.+?)(#.*)?\)$/.exec(content)!
    const bytes = Buffer.from(await (await fetch(`http:${address[1]}`)).arrayBuffer())
    expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WAVE'])
    expect(bytes.length).toBeGreaterThan(44 + 16_000 * 2)
    // Its shape goes with it: bars of different heights.
    const heights = await heard
      .locator('rect')
      .evaluateAll((all) => new Set(all.map((one) => one.getAttribute('height'))).size)
    expect(heights).toBeGreaterThan(2)
  })

  test('too short is told so', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom, { size: 'phone' })
    await here.open(FRIEND(jerry))
    // In the page itself: from outside it might be let go of when a second is over.
    await here.page.evaluate(letGo)
    const holding = hold(here)
    await says(here.page, '说话时间太短', () => holding)
    await (await holding).finger.lift()
    expect(await here.page.getByRole('article').count()).toBe(0)
  })

  test('is recorded by a click on desktops; Esc gives it up', async () => {
    const [tom, jerry] = await friends(stage)
    const view = { locale: 'en' } as const
    const [here, there] = [await stage.person(tom, view), await stage.person(jerry, view)]
    await Promise.all([here.open(FRIEND(jerry)), there.open(FRIEND(tom))])
    const record = here.page.getByRole('button', { name: 'Voice message', exact: true })
    const card = here.page.getByRole('group', { name: 'Recording' })
    await record.click()
    await recorded(here, 1)
    await here.page.keyboard.press('Escape')
    await card.waitFor({ state: 'detached' })
    await record.click()
    await recorded(here, 1)
    await box(here).press('Escape')
    await card.waitFor({ state: 'detached' })
    await record.click()
    await recorded(here, 1)
    await here.page.keyboard.press('Enter')
    await log(there)
      .getByRole('button', { name: /^Play unheard voice message, \d+ s$/ })
      .waitFor()
    await bars(here).waitFor()
    expect(await log(there).getByRole('article').count()).toBe(1)
  })

  test('is heard one after another, those that nobody has heard', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(jerry)
    await here.page.addInitScript(listen)
    await here.open(FRIEND(tom))
    const sent: string[] = []
    for (const seconds of [1, 1.5, 1.2]) sent.push(await recording(tom, jerry, seconds))
    const unheard = log(here).getByRole('button', { name: /^播放未听语音/ })
    await unheard.nth(2).waitFor()
    const dots = messages(here).locator('span.bg-badge')
    expect(await dots.count()).toBe(3)
    await unheard.nth(0).click()
    // As the page has it: each may be over before it is looked at.
    const played = () => here.page.evaluate(() => (window as unknown as HeardWindow).played)
    await until(here, 'the third', async () => (await played()).length >= sent.length)
    expect(await played()).toEqual(sent.map((src) => new URL(src, stage.site.url).href))
    await until(
      here,
      'the end',
      async () => (await log(here).getByRole('button', { name: /^暂停/ }).count()) === 0,
    )
    expect([await unheard.count(), await dots.count()]).toEqual([0, 0])
    // It is remembered on this device.
    await here.page.reload()
    await bars(here).nth(2).waitFor()
    expect(await unheard.count()).toBe(0)
  })

  test('can be heard faster, and stops for another one', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(jerry, { size: 'phone' })
    await here.page.addInitScript(listen)
    await here.open(FRIEND(tom))
    await recording(tom, jerry, 60)
    await recording(jerry, tom, 60)
    await bars(here).nth(1).waitFor()
    await bars(here).nth(0).click()
    const speed = (rate: string) => log(here).getByRole('button', { name: `播放速度 ${rate} 倍，点按切换` })
    await speed('1').click()
    await speed('1.5').click()
    await speed('2').waitFor()
    const rate = () => here.page.evaluate(() => (window as unknown as HeardWindow).sounding.playbackRate)
    expect(await rate()).toBe(2)
    const part = () => bars(here).nth(0).locator('rect.fill-accent').count()
    await until(here, 'the wave', async () => (await part()) > 1)
    await bars(here).nth(1).click()
    await until(here, 'the other one', async () =>
      /^暂停/.test((await bars(here).nth(1).getAttribute('aria-label'))!),
    )
    expect(await log(here).getByRole('button', { name: /^暂停/ }).count()).toBe(1)
    // The speed stays.
    await speed('2').waitFor()
    expect(await rate()).toBe(2)
    await bars(here).nth(1).click()
    await log(here).getByRole('button', { name: /^暂停/ }).waitFor({ state: 'detached' })
  })

  test('is silent when a film begins', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(jerry)
    await here.open(FRIEND(tom))
    await recording(tom, jerry, 60)
    const src = await uploaded(stage.site, tom, 'file', await film(here.page, 'a.webm'))
    await send(stage.site, tom, jerry, `file[a.webm|20 KB](${src})`)
    const named = (start: string) => async () =>
      (await bars(here).first().getAttribute('aria-label'))!.startsWith(start)
    await bars(here).first().click()
    await until(here, 'the voice', named('暂停'))
    await log(here)
      .getByRole('button', { name: /^播放视频/ })
      .click()
    await until(here, 'silence', named('播放'))
  })

  test('without a microphone the reason is told', async () => {
    const [tom, jerry] = await friends(stage)
    const here = await stage.person(tom)
    await here.open(FRIEND(jerry))
    await here.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    })
    await here.page.getByRole('button', { name: '语音', exact: true }).click()
    await here.page
      .getByRole('alert')
      .filter({ hasText: /没有麦克风权限/ })
      .waitFor()
  })
})
