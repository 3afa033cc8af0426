/** Larger pictures are read at this size: a code that fills a tenth of it is still found. */
const FILE_SIDE_MAX = 2000
/** A camera's picture is soft: more pixels cost time and say no more. */
const FRAME_SIDE_MAX = 800
/** For a picture, unlike for a camera that sends the next one at once, a thorough search pays. */
const FILE_SEARCH = { effort: 3, timeLimit: 400 }

/**
 * @returns the text of a QR code somewhere in the picture; undefined when there is none, or no picture
 * @throws TypeError when the library cannot be loaded: there is no network
 */
export async function readQrFile(file: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  try {
    return await read(bitmap, bitmap, FILE_SIDE_MAX, FILE_SEARCH)
  } finally {
    bitmap.close()
  }
}

/** @returns the text of a QR code that the video shows right now, if any. @throws TypeError as {@link readQrFile} */
export async function readQrFrame(video: HTMLVideoElement): Promise<string | undefined> {
  return read(video, { width: video.videoWidth, height: video.videoHeight }, FRAME_SIDE_MAX)
}

async function read(
  source: CanvasImageSource,
  { width, height }: { width: number; height: number },
  sideMax: number,
  search: { effort?: number; timeLimit?: number } = {},
): Promise<string | undefined> {
  if (width === 0 || height === 0) return undefined
  const { decodeQR } = await import('qr/decode.js')
  const scale = Math.min(1, sideMax / Math.max(width, height))
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  // What is transparent counts as paper.
  context.fillStyle = 'white'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  try {
    const image = context.getImageData(0, 0, canvas.width, canvas.height)
    return decodeQR(image, { format: 'RGBA', ...search })
  } catch {
    // That is how the library says that there is none.
    return undefined
  }
}
