import { toBase64Url } from '@/media/hints.ts'
import { extensionOf, renamed } from './kinds.ts'
import { isMoving, MOVING_HEAD_BYTES } from './moving.ts'

/** The server fits pictures into the same square; what is larger would be made smaller twice. */
const SIDE_MAX = 1920
const QUALITY = 0.85
/** A PNG up to here stays: mostly a screenshot, whose letters JPEG would blur. */
const SMALL_PNG_BYTES = 1024 * 1024
/** The most that the server takes: a larger original is made smaller all the same. */
const PIXELS_MAX = 50_000_000
const HASH_SIDE = 100

/** What the server takes as it is; others are made anew even as originals. */
const KEPT_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])
/** The server reads these, browsers do not. */
const UNSEEN_EXTENSIONS = new Set(['tif', 'tiff'])
const MAYBE_TRANSPARENT = new Set(['image/png', 'image/webp', 'image/avif', 'image/apng'])

/** A picture that is ready for `upload/img`. */
export interface PreparedPicture {
  /** What is to be uploaded. */
  readonly blob: Blob
  /** The file's name, with the extension of what it became. */
  readonly name: string
  /** The file itself, if it could be sent as it is instead. */
  readonly original?: File
  /** Pixels, upright; undefined for one that this browser cannot show. */
  readonly width?: number
  readonly height?: number
  /** Of the picture, in base64url. */
  readonly thumbhash?: string
  /** An object URL: whoever has it last revokes it. */
  readonly previewUrl?: string
}

/**
 * Makes a picture fit to be sent: upright, its longest side at most 1920 px, JPEG (WebP where it is transparent).
 * Moving pictures, small PNGs and what would not get smaller stay as they are.
 * @param options.original sends the file itself, where the server takes it
 * @throws whatever the browser does when the picture is broken, or in a format (HEIC) that neither it nor the server can
 * read: it can go as a file
 */
export async function preparePicture(
  file: File,
  { original = false }: { original?: boolean } = {},
): Promise<PreparedPicture> {
  const bitmap = await createImageBitmap(file).catch((error: unknown) => {
    if (UNSEEN_EXTENSIONS.has(extensionOf(file.name))) return undefined
    throw error
  })
  if (!bitmap) return { blob: file, name: file.name }
  try {
    const { hash, isTransparent } = await look(bitmap)
    const isTakenAsItIs = KEPT_TYPES.has(file.type) && bitmap.width * bitmap.height <= PIXELS_MAX
    const keeps = isTakenAsItIs && (original || (await staysAsItIs(file, bitmap)))
    const made = keeps ? undefined : await shrink(bitmap, isTransparent && MAYBE_TRANSPARENT.has(file.type))
    const isWorthIt = made !== undefined && (made.blob.size < file.size || !KEPT_TYPES.has(file.type))
    const { blob, width, height } = isWorthIt
      ? made
      : { blob: file, width: bitmap.width, height: bitmap.height }
    return {
      blob,
      name: isWorthIt
        ? renamed(file.name, blob.type.replace('image/', '').replace('jpeg', 'jpg'))
        : file.name,
      ...(isTakenAsItIs ? { original: file } : {}),
      width,
      height,
      ...(hash ? { thumbhash: hash } : {}),
      previewUrl: URL.createObjectURL(blob),
    }
  } finally {
    bitmap.close()
  }
}

async function staysAsItIs(file: File, { width, height }: ImageBitmap): Promise<boolean> {
  if (file.type === 'image/png' && file.size <= SMALL_PNG_BYTES && Math.max(width, height) <= SIDE_MAX)
    return true
  return isMoving(new Uint8Array(await file.slice(0, MOVING_HEAD_BYTES).arrayBuffer()))
}

interface Made {
  blob: Blob
  width: number
  height: number
}

async function shrink(bitmap: ImageBitmap, isTransparent: boolean): Promise<Made> {
  const { canvas } = draw(bitmap, SIDE_MAX)
  const type = isTransparent ? 'image/webp' : 'image/jpeg'
  // A browser that cannot write WebP gives PNG, which is transparent as well.
  const blob = await canvas.convertToBlob({ type, quality: QUALITY })
  return { blob, width: canvas.width, height: canvas.height }
}

/** Draws a picture into a canvas of its own, no side longer than `side`. */
function draw(bitmap: ImageBitmap, side: number) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  )
  const context = canvas.getContext('2d', { willReadFrequently: side === HASH_SIDE })!
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return { canvas, context }
}

/** The picture's ThumbHash, if it can be made, and whether one can look through it somewhere. */
async function look(bitmap: ImageBitmap): Promise<{ hash?: string; isTransparent: boolean }> {
  const { canvas, context } = draw(bitmap, HASH_SIDE)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  let isTransparent = false
  for (let at = 3; at < data.length && !isTransparent; at += 4) isTransparent = data[at]! < 255
  try {
    const { rgbaToThumbHash } = await import('thumbhash')
    return { hash: toBase64Url(rgbaToThumbHash(canvas.width, canvas.height, data)), isTransparent }
  } catch {
    // Not here without a network, for one: the picture goes without.
    return { isTransparent }
  }
}

/** The ThumbHash of a picture, in base64url; undefined when it cannot be made. */
export const thumbhashOf = async (bitmap: ImageBitmap): Promise<string | undefined> =>
  (await look(bitmap)).hash
