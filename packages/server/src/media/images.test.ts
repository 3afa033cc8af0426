import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppError } from '@parley/contract'
import sharp, { type Create } from 'sharp'
import { type ImageMode, processImage } from './images.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-images-'))
})
afterAll(() => rm(directory, { recursive: true }))
beforeEach(async () => {
  for (const name of await readdir(directory)) await rm(join(directory, name))
})

let serial = 0

/** Every picture has a path of its own, as uploads have: libvips remembers what it read by path. */
async function process(content: string | Uint8Array, mode: ImageMode) {
  const input = join(directory, `input-${++serial}`)
  await Bun.write(input, content)
  return processImage(input, join(directory, `output-${serial}`), mode)
}

async function refusal(content: string | Uint8Array, mode: ImageMode = 'picture'): Promise<AppError> {
  const error = await process(content, mode).then(
    () => new Error('it passed'),
    (error: AppError) => error,
  )
  // Nothing half-made is left.
  expect((await readdir(directory)).filter((name) => !name.startsWith('input-'))).toEqual([])
  return error as AppError
}

const plain = (
  width: number,
  height: number,
  background: Create['background'] = '#369',
  channels: 3 | 4 = 3,
) => sharp({ create: { width, height, channels, background } })

/** Frames of one colour each, from red to blue; no two in a row are alike, or the encoder would join them. */
function frames(width: number, height: number, count: number) {
  const bytes = Buffer.alloc(width * height * count * 3)
  for (let frame = 0; frame < count; frame++) {
    const colour = [
      255 - Math.floor((frame * 255) / count),
      40 + (frame % 2) * 15,
      Math.floor((frame * 255) / count),
    ]
    for (let pixel = 0; pixel < width * height; pixel++)
      bytes.set(colour, (frame * width * height + pixel) * 3)
  }
  return sharp(bytes, { raw: { width, height: height * count, channels: 3, pageHeight: height } })
}

/** Left half red, right half blue. */
const halves = (width: number, height: number) =>
  plain(width, height, '#f00').composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: '#00f' } },
      left: width / 2,
      top: 0,
    },
  ])

async function colourAt(path: string, left: number, top: number): Promise<'red' | 'blue' | 'other'> {
  const [r = 0, g = 0, b = 0] = await sharp(path).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()
  if (r > 200 && g < 60 && b < 60) return 'red'
  return b > 200 && g < 60 && r < 60 ? 'blue' : 'other'
}

test.each([
  ['jpeg', 'jpg', 'image/jpeg'],
  ['png', 'png', 'image/png'],
  ['webp', 'webp', 'image/webp'],
  ['gif', 'gif', 'image/gif'],
  ['avif', 'jpg', 'image/jpeg'],
  ['tiff', 'jpg', 'image/jpeg'],
] as const)('a %s becomes %s', async (format, extension, mime) => {
  const result = await process(await plain(60, 40).toFormat(format).toBuffer(), 'picture')
  expect(result).toMatchObject({
    width: 60,
    height: 40,
    extension,
    mime,
    path: join(directory, `output-${serial}.${extension}`),
  })
  expect(Bun.file(result.path).size).toBe(result.size)
  expect((await sharp(result.path).metadata()).format).toBe(
    format === 'avif' || format === 'tiff' ? 'jpeg' : format,
  )
})

test('a picture is fitted into 1920, never enlarged', async () => {
  expect(await process(await plain(4000, 1000).jpeg().toBuffer(), 'picture')).toMatchObject({
    width: 1920,
    height: 480,
  })
  expect(await process(await plain(10, 3000).png().toBuffer(), 'picture')).toMatchObject({
    width: 6,
    height: 1920,
  })
  expect(await process(await plain(1, 1).png().toBuffer(), 'picture')).toMatchObject({ width: 1, height: 1 })
})

test('an original keeps its size, and loses what it tells of its owner all the same', async () => {
  const photo = await plain(3000, 1000)
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .jpeg()
    .toBuffer()
  const result = await process(photo, 'original')
  expect(result).toMatchObject({ width: 3000, height: 1000, extension: 'jpg' })
  expect((await sharp(result.path).metadata()).exif).toBeUndefined()
})

test('an avatar is the middle of the picture, 150 by 150, also of a small one', async () => {
  const wide = await process(await halves(600, 200).png().toBuffer(), 'avatar')
  expect(wide).toMatchObject({ width: 150, height: 150, extension: 'png' })
  expect(await colourAt(wide.path, 10, 75)).toBe('red')
  expect(await colourAt(wide.path, 140, 75)).toBe('blue')
  expect(await process(await plain(20, 30).jpeg().toBuffer(), 'avatar')).toMatchObject({
    width: 150,
    height: 150,
  })
})

test('a photo is turned upright, and where and by whom it was taken is gone', async () => {
  const photo = await halves(80, 40)
    .withExif({ IFD0: { Copyright: 'somebody', Make: 'camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  expect((await sharp(photo).metadata()).exif).toBeDefined()
  const result = await process(photo, 'picture')
  expect(result).toMatchObject({ width: 40, height: 80 })
  expect(await colourAt(result.path, 20, 5)).toBe('red')
  expect(await colourAt(result.path, 20, 75)).toBe('blue')
  const metadata = await sharp(result.path).metadata()
  expect([metadata.exif, metadata.orientation, metadata.icc, metadata.xmp]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('what is hidden behind the end of a picture does not survive', async () => {
  for (const format of ['jpeg', 'png', 'gif', 'webp'] as const) {
    const picture = await plain(30, 30).toFormat(format).toBuffer()
    const result = await process(Buffer.concat([picture, Buffer.from('<?php evil(); ?><script>')]), 'picture')
    expect(await Bun.file(result.path).text()).not.toContain('evil')
  }
})

test.each(['gif', 'webp'] as const)(
  'a moving %s keeps moving, with its times and repeats',
  async (format) => {
    const delay = [50, 120, 50, 300, 50]
    const moving = await frames(2400, 200, 5).toFormat(format, { delay, loop: 3 }).toBuffer()
    const result = await process(moving, 'picture')
    expect(result).toMatchObject({ width: 1920, height: 160, extension: format })
    expect(await sharp(result.path, { animated: true }).metadata()).toMatchObject({
      pages: 5,
      delay,
      loop: 3,
      pageHeight: 160,
    })
  },
)

test('a long gif becomes a moving webp', async () => {
  const moving = await frames(1000, 1000, 9).gif({ delay: 40 }).toBuffer()
  const result = await process(moving, 'picture')
  expect(result).toMatchObject({ width: 1000, height: 1000, extension: 'webp', mime: 'image/webp' })
  expect((await sharp(result.path, { animated: true }).metadata()).pages).toBe(9)
}, 300_000)

test('the avatar of a moving gif is its first frame', async () => {
  const result = await process(await frames(200, 200, 5).gif().toBuffer(), 'avatar')
  expect(result).toMatchObject({ width: 150, height: 150, extension: 'png' })
  expect(await colourAt(result.path, 75, 75)).toBe('red')
})

test('a transparent avif becomes a png that is still transparent', async () => {
  const picture = await plain(30, 20, { r: 0, g: 0, b: 0, alpha: 0.5 }, 4).avif().toBuffer()
  const result = await process(picture, 'picture')
  expect(result.extension).toBe('png')
  expect((await sharp(result.path).metadata()).hasAlpha).toBe(true)
})

test('a picture of 16 bits or in CMYK comes out as browsers like it', async () => {
  const deep = await plain(20, 20).toColourspace('rgb16').png().toBuffer()
  expect((await sharp((await process(deep, 'picture')).path).metadata()).depth).toBe('uchar')
  const print = await plain(20, 20).toColourspace('cmyk').jpeg().toBuffer()
  expect((await sharp((await process(print, 'picture')).path).metadata()).space).toBe('srgb')
})

const heic = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypheic\0\0\0\0mif1heic'),
  Buffer.alloc(500),
])

test.each<[string, string | Uint8Array]>([
  ['text', 'hello'],
  ['nothing', ''],
  [
    'SVG',
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>',
  ],
  ['a PDF', '%PDF-1.7\n'],
  ['HEIC', heic],
  ['only the start of a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
])('%s is not an image', async (_, content) => {
  expect(await refusal(content)).toMatchObject({ kind: 'not_an_image', code: 500 })
})

test('a photo that ends too early could not be processed', async () => {
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const photo = await frames(300, 100, 4).toFormat(format).toBuffer()
    const whole = format === 'webp' ? await halves(300, 300).webp({ lossless: true }).toBuffer() : photo
    expect(['image_failed', 'not_an_image']).toContain(
      (await refusal(whole.subarray(0, whole.length / 2))).kind,
    )
  }
})

test('a picture of more than 50 megapixels is refused by its header', async () => {
  const huge = await plain(8000, 6300).png().toBuffer()
  expect(await refusal(huge)).toMatchObject({ kind: 'too_large', code: 413 })
  expect((await refusal(huge, 'avatar')).text('zh')).toBe('内容过大，最多 5000 万像素')
})

test('all frames of a moving picture count', async () => {
  expect((await refusal(await frames(1600, 1600, 20).webp({ effort: 0 }).toBuffer())).kind).toBe('too_large')
  expect((await refusal(await frames(2, 2, 1001).gif().toBuffer())).kind).toBe('too_large')
}, 300_000)
