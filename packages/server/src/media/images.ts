import { availableParallelism } from 'node:os'
import { AppError, type LocalText } from '@parley/contract'
import type { Metadata, Sharp, SharpOptions } from 'sharp'
import { imageEngine } from './engine.ts'
import { WorkGate } from './gate.ts'
import { detectedExtension, kindOfExtension } from './kinds.ts'
import { removeIfThere } from './local-files.ts'

/**
 * `avatar`: centre-cropped to 150×150, never moving. `picture`: fitted into 1920×1920, never enlarged, moving if the
 * original moves. `original`: as `picture`, in its own size and finer, for whoever wants to see everything.
 */
export type ImageMode = 'avatar' | 'picture' | 'original'

/** A picture that was made anew; sizes in pixels (of one frame) and bytes. */
export interface ProcessedImage {
  readonly width: number
  readonly height: number
  readonly size: number
  readonly mime: string
  readonly extension: string
  readonly path: string
}

/** Width × height × frames. A photo of 50 megapixels needs about 150 MB while it is turned. */
const IMAGE_PIXELS_MAX = 50_000_000
const FRAMES_MAX = 1000
/** GIF takes 0.2 µs a pixel to write, moving WebP 0.08: a long GIF becomes WebP, or it would hold up everybody's photos. */
const GIF_PIXELS_MAX = 8_000_000
const AVATAR_SIDE = 150
const PICTURE_SIDE = 1920
const QUALITY: Record<ImageMode, number> = { avatar: 82, picture: 82, original: 93 }
const PROCESSING_SECONDS_MAX = 30
/** Pictures that may wait for their turn: at about 0.3 s each, nobody waits much longer than half a minute. */
const WAITING_MAX = 100

const PIXEL_LIMIT: LocalText = { zh: '5000 万像素', en: '50 megapixels' }
const FRAME_LIMIT: LocalText = { zh: `${FRAMES_MAX} 帧`, en: `${FRAMES_MAX} frames` }

/** Shared by everything that decodes pictures. One core always stays free for the event loop. */
export const imageGate = new WorkGate(Math.max(1, Math.min(2, availableParallelism() - 1)), WAITING_MAX)

/** What may be decoded, by content. SVG is a program for drawing, not a picture, and never gets here. */
const DECODABLE = new Set(['jpg', 'png', 'apng', 'gif', 'webp', 'avif', 'heic', 'tif'])

/** The same, as the decoder names them: it must agree. */
const READABLE: ReadonlySet<string> = new Set(['jpeg', 'png', 'gif', 'webp', 'heif', 'tiff'])

type OutputFormat = 'jpg' | 'png' | 'webp' | 'gif'

/**
 * Makes an uploaded picture anew: orientation applied, metadata (place, camera, owner) and anything hidden behind the
 * picture gone. JPEG, PNG, WebP and GIF stay what they are, except that a long GIF becomes a moving WebP and the avatar
 * of a GIF a PNG; AVIF and TIFF become JPEG, or PNG when transparent.
 *
 * @param inputPath the upload
 * @param outputBase where the result goes, without the dot and the extension, which are added
 * @throws AppError `not_an_image` (also for HEIC in a coding that cannot be read), `image_failed` (broken or truncated),
 *   `too_large` (over 50 megapixels, all frames counted), `unavailable` (too many pictures wait already)
 */
export function processImage(
  inputPath: string,
  outputBase: string,
  mode: ImageMode,
): Promise<ProcessedImage> {
  return imageGate.run(async () => {
    const source = await inspect(inputPath)
    const animated = mode !== 'avatar' && framesOf(source) > 1
    const format = outputFormat(source, mode)
    const path = `${outputBase}.${format}`
    try {
      const info = await render(inputPath, mode, animated, format).toFile(path)
      const { mime, extension } = kindOfExtension(format)
      return {
        width: info.width,
        height: info.pageHeight ?? info.height,
        size: info.size,
        mime,
        extension,
        path,
      }
    } catch (error) {
      await removeIfThere(path)
      throw new AppError('image_failed', {}, error)
    }
  })
}

/** `error`: a photo with a harmless flaw passes, a truncated one does not. */
const reading: SharpOptions = {
  failOn: 'error',
  limitInputPixels: IMAGE_PIXELS_MAX,
}

async function inspect(path: string): Promise<Metadata> {
  const extension = await detectedExtension(path)
  if (extension === undefined || !DECODABLE.has(extension)) throw new AppError('not_an_image')
  // Without the limit, which would hide the size that the answer is to be about.
  const source = await readHeader(imageEngine()(path, { ...reading, limitInputPixels: false }))
  if (framesOf(source) > FRAMES_MAX) throw new AppError('too_large', { limit: FRAME_LIMIT })
  if (pixelsOf(source) > IMAGE_PIXELS_MAX) throw new AppError('too_large', { limit: PIXEL_LIMIT })
  return source
}

async function readHeader(image: Sharp): Promise<Metadata> {
  const source = await image.metadata().catch((error) => {
    throw new AppError('not_an_image', {}, error)
  })
  // HEIC photos are HEVC inside, which the decoder has no licence for; only their header can be read.
  if (!READABLE.has(source.format) || source.compression === 'hevc') throw new AppError('not_an_image')
  return source
}

/**
 * Opens a stored picture for drawing it (its first frame), within the same limits. Call it inside `imageGate`.
 *
 * @throws AppError `not_an_image`; what is wrong behind the header shows when it is drawn
 */
export async function openRaster(input: string | Uint8Array): Promise<Sharp> {
  const image = imageEngine()(input, reading).timeout({ seconds: PROCESSING_SECONDS_MAX })
  await readHeader(image)
  return image
}

/** Other formats have pages, too, but theirs are thumbnails or sheets of paper. */
const framesOf = (source: Metadata) =>
  source.format === 'gif' || source.format === 'webp' ? (source.pages ?? 1) : 1

const pixelsOf = (source: Metadata) => source.width * source.height * framesOf(source)

function outputFormat(source: Metadata, mode: ImageMode): OutputFormat {
  switch (source.format) {
    case 'jpeg':
      return 'jpg'
    case 'png':
      return 'png'
    case 'webp':
      return 'webp'
    case 'gif':
      if (mode === 'avatar') return 'png'
      return pixelsOf(source) > GIF_PIXELS_MAX ? 'webp' : 'gif'
    default:
      return source.hasAlpha ? 'png' : 'jpg'
  }
}

function render(path: string, mode: ImageMode, animated: boolean, format: OutputFormat): Sharp {
  const image = imageEngine()(path, { ...reading, animated })
  // Frames lie below each other in memory, so only a still picture can be turned.
  if (!animated) image.autoOrient()
  if (mode === 'avatar') image.resize(AVATAR_SIDE, AVATAR_SIDE, { fit: 'cover', position: 'centre' })
  else if (mode === 'picture')
    image.resize(PICTURE_SIDE, PICTURE_SIDE, { fit: 'inside', withoutEnlargement: true })
  image.toColourspace('srgb').timeout({ seconds: PROCESSING_SECONDS_MAX })
  const quality = QUALITY[mode]
  switch (format) {
    case 'jpg':
      return image.jpeg({ quality, mozjpeg: true })
    case 'png':
      return image.png()
    case 'webp':
      return image.webp({ quality, effort: animated ? 2 : 4 })
    case 'gif':
      return image.gif()
  }
}
