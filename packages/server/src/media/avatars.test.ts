import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { avatarInitial, composeGroupAvatar, drawInitialAvatar, groupCells } from './avatars.ts'

let directory: string
let red: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-avatars-'))
  red = join(directory, 'red.png')
  await sharp({ create: { width: 300, height: 100, channels: 3, background: '#f00' } })
    .png()
    .toFile(red)
})
afterAll(() => rm(directory, { recursive: true }))

test.each([
  ['Zoe Martin', 'Z'],
  ['anna', 'A'],
  ['éric', 'É'],
  ['林晓', '林'],
  ['「林」', '林'],
  ['  老周', '老'],
  ['👨‍👩‍👧 家', '👨‍👩‍👧'],
  ['🇨🇳', '🇨🇳'],
  ['9527', '9'],
  ['ßa', 'ß'],
  ['<b>', 'B'],
  ['。。。', ''],
  ['', ''],
  ['\u{d83d}', ''],
])('the initial of %s is %s', (name, initial) => {
  expect(avatarInitial(name)).toBe(initial)
})

test('stacked accents are cut', () => {
  expect([...avatarInitial(`a${'\u0301'.repeat(60)}`)].length).toBeLessThanOrEqual(11)
})

test('whatever the name, the drawing is well-formed and has no more than its own elements', async () => {
  const hostile = fc.constantFrom(
    '<',
    '>',
    '&',
    '"',
    "'",
    ']]>',
    '<script>',
    '\0',
    '\u{ffff}',
    '\u{1f600}',
    '林',
    'a',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(hostile).map((pieces) => pieces.join('')),
      ),
      fc.integer(),
      async (name, uid) => {
        const svg = drawInitialAvatar(name, uid)
        const elements = [...svg.matchAll(/<([a-zA-Z]+)/g)].map((match) => match[1])
        expect(
          new Set(elements).difference(
            new Set(['svg', 'defs', 'linearGradient', 'stop', 'rect', 'text', 'g', 'circle', 'path']),
          ).size,
        ).toBe(0)
        await sharp(Buffer.from(svg)).metadata()
      },
    ),
    { numRuns: 200 },
  )
})

test('the ground depends on the uid, in eight pairs, and never changes', () => {
  const grounds = Array.from(
    { length: 16 },
    (_, uid) => /stop-color="(#\w+)"/.exec(drawInitialAvatar('a', uid))?.[1],
  )
  expect(new Set(grounds).size).toBe(8)
  expect(grounds.slice(0, 8)).toEqual(grounds.slice(8))
})

test('faces lie in lines as WeChat has them, inside the square and apart from each other', () => {
  const lines = Array.from({ length: 9 }, (_, n) => {
    const tops = groupCells(n + 1).map(({ top }) => top)
    return [...new Set(tops)].map((top) => tops.filter((other) => other === top).length)
  })
  expect(lines).toEqual([[1], [2], [1, 2], [2, 2], [2, 3], [3, 3], [1, 3, 3], [2, 3, 3], [3, 3, 3]])
  for (let count = 1; count <= 9; count++) {
    const cells = groupCells(count)
    for (const { left, top, side } of cells) {
      expect(Math.min(left, top, 200 - left - side, 200 - top - side)).toBeGreaterThanOrEqual(8)
    }
    for (const [index, a] of cells.entries())
      for (const b of cells.slice(index + 1))
        expect(Math.max(Math.abs(a.left - b.left), Math.abs(a.top - b.top))).toBeGreaterThanOrEqual(
          a.side + 8,
        )
  }
})

/** Pixels of the picture at the middle of each of its cells. */
async function middles(png: Uint8Array, count: number): Promise<string[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height, info.channels]).toEqual([200, 200, 3])
  return groupCells(count).map(({ left, top, side }) => {
    const at = ((top + Math.floor(side / 8)) * 200 + left + Math.floor(side / 2)) * 3
    return `#${data.subarray(at, at + 3).toString('hex')}`
  })
}

test('a group shows pictures where there are some, in order, and figures elsewhere', async () => {
  const bytes = await Bun.file(red).bytes()
  const png = await composeGroupAvatar([{ uid: 1, picture: red }, { uid: 2 }, { uid: 3, picture: bytes }])
  const [first, second, third] = await middles(png, 3)
  expect([first, third]).toEqual(['#ff0000', '#ff0000'])
  expect(second).not.toBe('#ff0000')
  expect(second).not.toBe('#e4e9e7')
})

test('no more than nine faces are shown, and none gives one figure', async () => {
  const many = Array.from({ length: 12 }, (_, uid) => ({ uid }))
  expect(await composeGroupAvatar(many)).toEqual(await composeGroupAvatar(many.slice(0, 9)))
  expect((await middles(await composeGroupAvatar([]), 1))[0]).not.toBe('#e4e9e7')
})

test('a picture that is gone, broken or no picture at all is replaced by a figure', async () => {
  const broken = join(directory, 'broken.png')
  await writeFile(broken, (await Bun.file(red).bytes()).subarray(0, 60))
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>',
  )
  const drawn = await composeGroupAvatar([{ uid: 5 }])
  for (const picture of [join(directory, 'gone.png'), broken, svg, Buffer.from('text'), new Uint8Array()])
    expect(await composeGroupAvatar([{ uid: 5, picture }])).toEqual(drawn)
})
