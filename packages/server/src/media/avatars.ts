import type { OverlayOptions, Sharp } from 'sharp'
import { imageEngine } from './engine.ts'
import { imageGate, openRaster } from './images.ts'

/** The eight two-tone grounds, light corner first; which one is somebody's never changes. */
const GROUNDS: ReadonlyArray<readonly [light: string, dark: string]> = [
  ['#4aa089', '#2f7d69'],
  ['#da8c60', '#b8683d'],
  ['#7189ca', '#4a5fa9'],
  ['#b978b7', '#8e4f8f'],
  ['#c9a34d', '#a47c29'],
  ['#5c9ebc', '#35758f'],
  ['#d06d7d', '#a84556'],
  ['#7ba45f', '#588239'],
]

const FONTS =
  "Inter, 'PingFang SC', 'HarmonyOS Sans SC', MiSans, 'Microsoft YaHei', 'Noto Sans CJK SC', 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', system-ui, sans-serif"

/** A head and shoulders in a square of 100, for where there is nothing to write or no font to write it with. */
const PERSON =
  '<g fill="#fff" fill-opacity=".84"><circle cx="50" cy="41" r="17"/><path d="M15 100C15 78 30 66 50 66S85 78 85 100z"/></g>'

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
/** What can stand for a person: a letter, a digit or a picture sign; not the bracket or space before it. */
const TELLING = /^(?:\p{L}|\p{N}|\p{Extended_Pictographic}|\p{Regional_Indicator})/u
const NAME_SCANNED_MAX = 64
/** The longest emoji (a family with skin tones) has 11 code points; more is somebody stacking accents. */
const GRAPHEME_POINTS_MAX = 11

/**
 * The sign that stands for a name on a drawn avatar: its first letter in upper case, Chinese character, digit or emoji.
 * Empty when it has none.
 */
export function avatarInitial(name: string): string {
  for (const { segment } of graphemes.segment(name.slice(0, NAME_SCANNED_MAX).toWellFormed())) {
    if (!TELLING.test(segment)) continue
    const sign = [...segment].slice(0, GRAPHEME_POINTS_MAX).join('')
    const upper = sign.toUpperCase()
    // ß and ligatures become two letters; their small form is better than half a word.
    return [...upper].length === [...sign].length ? upper : sign
  }
  return ''
}

const escapeXml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** A square of 100 as SVG, filled with the ground that belongs to the uid, with something on it. */
function square(uid: number, content: string): string {
  const [light, dark] = GROUNDS[Math.abs(Math.trunc(uid)) % GROUNDS.length]!
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" viewBox="0 0 100 100">' +
    '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">' +
    `<stop offset="0" stop-color="${light}"/><stop offset="1" stop-color="${dark}"/></linearGradient></defs>` +
    `<rect width="100" height="100" fill="url(#g)"/>${content}</svg>`
  )
}

/**
 * The picture of an account that has none, as SVG text: its initial on a two-tone ground chosen by uid, or a figure when
 * the name has no initial. The corners are square (clients round all avatars alike) and the letters are drawn by the
 * browser, because a server may have no fonts. Serve it as `image/svg+xml` with `nosniff` and a policy that allows nothing.
 */
export function drawInitialAvatar(name: string, uid: number): string {
  const initial = avatarInitial(name)
  if (initial === '') return square(uid, PERSON)
  return square(
    uid,
    `<text x="50" y="50" dy=".36em" text-anchor="middle" font-family="${FONTS}" font-size="44" font-weight="600" fill="#fff">${escapeXml(initial)}</text>`,
  )
}

/** One member of a group as its picture shows them. */
export interface GroupFace {
  readonly uid: number
  /** The member's own picture: a local file or its bytes. Without one, or if it cannot be read, a figure is drawn. */
  readonly picture?: string | Uint8Array
}

const GROUP_SIDE = 200
const GROUP_GAP = 8
const GROUP_GROUND = '#e4e9e7'
const FACES_MAX = 9
/** Corner of a small picture, as a part of its side. */
const CORNER = 0.16

/** How many faces each line has, for 1 to 9 of them, as WeChat lays them out: the short line comes first. */
const LINES: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [2],
  3: [1, 2],
  4: [2, 2],
  5: [2, 3],
  6: [3, 3],
  7: [1, 3, 3],
  8: [2, 3, 3],
  9: [3, 3, 3],
}

interface Cell {
  readonly left: number
  readonly top: number
  readonly side: number
}

/** Where the faces lie: lines and the block of them are centred. Exported for its test. */
export function groupCells(count: number): Cell[] {
  const lines = LINES[count]
  if (!lines) throw new RangeError('a group picture has 1 to 9 faces')
  const widest = Math.max(...lines)
  const side = Math.floor((GROUP_SIDE - (widest + 1) * GROUP_GAP) / widest)
  const start = (cells: number) => Math.round((GROUP_SIDE - cells * side - (cells - 1) * GROUP_GAP) / 2)
  return lines.flatMap((cells, line) =>
    Array.from({ length: cells }, (_, index) => ({
      left: start(cells) + index * (side + GROUP_GAP),
      top: start(lines.length) + line * (side + GROUP_GAP),
      side,
    })),
  )
}

/**
 * The picture of a group, a PNG of 200×200: up to nine faces (more are left out) in WeChat's arrangement. Members without
 * a picture show as a figure on their own ground: initials would need fonts, which a server may not have. An empty
 * group shows one figure.
 *
 * @throws AppError `unavailable` when too many pictures wait to be made already
 */
export function composeGroupAvatar(faces: readonly GroupFace[]): Promise<Uint8Array<ArrayBuffer>> {
  const shown = faces.length === 0 ? [{ uid: 0 }] : faces.slice(0, FACES_MAX)
  const cells = groupCells(shown.length)
  return imageGate.run(async () => {
    const overlays: OverlayOptions[] = []
    // One after the other: the gate counts on one picture at a time.
    for (const [index, face] of shown.entries()) {
      const { left, top, side } = cells[index]!
      overlays.push({ input: await drawFace(face, side), left, top })
    }
    const png = await imageEngine()({
      create: { width: GROUP_SIDE, height: GROUP_SIDE, channels: 3, background: GROUP_GROUND },
    })
      .composite(overlays)
      .removeAlpha()
      .png({ compressionLevel: 9 })
      .toBuffer()
    return new Uint8Array(png)
  })
}

async function drawFace(face: GroupFace, side: number): Promise<Buffer> {
  if (face.picture !== undefined) {
    try {
      return await roundedSquare(await openRaster(face.picture), side)
    } catch {
      // A picture that was removed or is broken must not leave the group without one.
    }
  }
  return roundedSquare(imageEngine()(Buffer.from(square(face.uid, PERSON))), side)
}

function roundedSquare(image: Sharp, side: number): Promise<Buffer> {
  const radius = Math.round(side * CORNER)
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}" rx="${radius}"/></svg>`
  return image
    .autoOrient()
    .resize(side, side, { fit: 'cover' })
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .png({ compressionLevel: 0 })
    .toBuffer()
}
