import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import type { TestSite, TestUser } from '../packages/server/test/harness.ts'

/* Pictures, films and sounds for people to send. */

export interface MadeFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A picture of one colour, or one (`noise`) that no compression makes small. */
export async function picture(
  name: string,
  { width = 800, height = 600, colour = '#2f7d69', noise = false } = {},
): Promise<MadeFile> {
  const made = sharp({
    create: {
      ...{ width, height, channels: 3, background: colour },
      ...(noise ? { noise: { type: 'gaussian' as const, mean: 128, sigma: 60 } } : {}),
    },
  })
  const isPng = name.endsWith('.png')
  const bytes = await (isPng ? made.png() : made.jpeg({ quality: 95 })).toBuffer()
  return { name, type: isPng ? 'image/png' : 'image/jpeg', bytes: new Uint8Array(bytes) }
}

/** A wide picture whose left half is red, and the right one blue. */
export async function twoHalves(): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const [width, height] = [900, 300]
  const right = { create: { width: width / 2, height, channels: 3 as const, background: '#0000ff' } }
  const buffer = await sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .composite([{ input: right, left: width / 2, top: 0 }])
    .png()
    .toBuffer()
  return { name: 'halves.png', mimeType: 'image/png', buffer }
}

/** Whether a picture's pixel, so many percent from its left and in the middle of its height, is red or blue. */
export async function colourAt(picture: ArrayBuffer, percent: number): Promise<'red' | 'blue'> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const x = Math.floor((info.width * percent) / 100)
  const at = (Math.floor(info.height / 2) * info.width + x) * info.channels
  return data[at]! > data[at + 2]! ? 'red' : 'blue'
}

/** Any file. */
export const plain = (name: string, bytes = 3000, type = 'application/pdf'): MadeFile => ({
  ...{ name, type },
  bytes: new Uint8Array(bytes).map((_, at) => at % 251),
})

const RATE = 8000

/** A recording as our clients make it: WAV, mono, a tone. */
export function sound(seconds: number): Uint8Array<ArrayBuffer> {
  const samples = Math.round(seconds * RATE)
  const bytes = Buffer.alloc(44 + samples * 2)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36 + samples * 2, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(RATE, 24)
  bytes.writeUInt32LE(RATE * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples * 2, 40)
  for (let at = 0; at < samples; at++)
    bytes.writeInt16LE(Math.round(8000 * Math.sin((at / RATE) * 440 * 2 * Math.PI)), 44 + at * 2)
  return new Uint8Array(bytes)
}

/** A short film, made by the page's own browser. */
export async function film(page: Page, name: string): Promise<MadeFile> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 320, height: 180 })
    const context = canvas.getContext('2d')!
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' })
    const pieces: Blob[] = []
    recorder.ondataavailable = ({ data }) => pieces.push(data)
    const stopped = new Promise((resolve) => {
      recorder.onstop = resolve
    })
    recorder.start()
    for (let frame = 0; frame < 40; frame++) {
      context.fillStyle = `hsl(${frame * 9} 60% 45%)`
      context.fillRect(0, 0, 320, 180)
      await new Promise(requestAnimationFrame)
    }
    recorder.stop()
    await stopped
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())]
  })
  return { name, type: 'video/webm', bytes: new Uint8Array(bytes) }
}

const inPage = (files: readonly MadeFile[]) =>
  files.map(({ name, type, bytes }) => ({ name, type, base64: Buffer.from(bytes).toString('base64') }))

type GivenFile = ReturnType<typeof inPage>[number]

/** Pastes files into an element, as a screenshot is. */
export async function paste(element: Locator, ...files: MadeFile[]): Promise<void> {
  await element.evaluate((target, given: GivenFile[]) => {
    const data = new DataTransfer()
    for (const { name, type, base64 } of given)
      data.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], name, { type }))
    target.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  }, inPage(files))
}

/** Drags files over the page, and drops them where `onto` is once they are there. */
export async function drop(page: Page, onto: Locator, ...files: MadeFile[]): Promise<void> {
  const data = await page.evaluateHandle((given: GivenFile[]) => {
    const data = new DataTransfer()
    for (const { name, type, base64 } of given)
      data.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], name, { type }))
    return data
  }, inPage(files))
  await page.locator('body').dispatchEvent('dragenter', { dataTransfer: data })
  await onto.dispatchEvent('dragenter', { dataTransfer: data })
  await onto.dispatchEvent('dragover', { dataTransfer: data })
  await onto.dispatchEvent('drop', { dataTransfer: data })
  await data.dispose()
}

/** Puts a file on the site, as other clients do; gives its address. */
export async function uploaded(
  site: TestSite,
  user: TestUser,
  kind: 'img' | 'file',
  { name, type, bytes }: MadeFile,
): Promise<string> {
  const { data } = await site.as(user).upload(`upload/${kind}`, new File([bytes], name, { type }))
  return data.src
}
