import { thumbhashOf } from './prepare.ts'

/** What a browser can tell of a film before it is sent. Empty for one that it cannot decode: it is sent all the same. */
export interface VideoFacts {
  /** Pixels, upright. */
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  /** Of its poster frame, in base64url. */
  readonly thumbhash?: string
  /** Object URL of its poster frame (JPEG): whoever has it last revokes it. */
  readonly previewUrl?: string
}

const WAIT_MS = 8000
const POSTER_SIDE = 640
const POSTER_QUALITY = 0.8
/** The first frame is often black. */
const POSTER_SECONDS = 0.5

/** Looks at a film's size, length and an early frame. Never throws, and never takes longer than some seconds. */
export async function readVideo(file: Blob): Promise<VideoFacts> {
  const video = document.createElement('video')
  const src = URL.createObjectURL(file)
  try {
    video.muted = true
    video.playsInline = true
    video.preload = 'auto'
    const known = once(video, 'loadeddata')
    video.src = src
    await known
    const facts = { ...sizeOf(video), ...lengthOf(video) }
    return { ...facts, ...(await posterOf(video).catch(() => ({}))) }
  } catch {
    return {}
  } finally {
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(src)
  }
}

function sizeOf({ videoWidth: width, videoHeight: height }: HTMLVideoElement) {
  return width > 0 && height > 0 ? { width, height } : {}
}

/** What a browser has recorded itself may not say how long it is. */
function lengthOf({ duration }: HTMLVideoElement) {
  return Number.isFinite(duration) ? { seconds: duration } : {}
}

async function posterOf(video: HTMLVideoElement): Promise<Pick<VideoFacts, 'thumbhash' | 'previewUrl'>> {
  const sought = once(video, 'seeked')
  video.currentTime = Math.min(POSTER_SECONDS, (video.duration || 0) / 2)
  await sought
  const frame = await createImageBitmap(video)
  try {
    const scale = Math.min(1, POSTER_SIDE / Math.max(frame.width, frame.height))
    const canvas = new OffscreenCanvas(Math.round(frame.width * scale), Math.round(frame.height * scale))
    canvas.getContext('2d')!.drawImage(frame, 0, 0, canvas.width, canvas.height)
    const poster = await canvas.convertToBlob({ type: 'image/jpeg', quality: POSTER_QUALITY })
    const thumbhash = await thumbhashOf(frame)
    return { ...(thumbhash ? { thumbhash } : {}), previewUrl: URL.createObjectURL(poster) }
  } finally {
    frame.close()
  }
}

/** Waits for an event of the film. @throws Error when it cannot be decoded, or takes too long */
function once(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController()
    const settle = (act: () => void) => () => {
      clearTimeout(timer)
      ended.abort()
      act()
    }
    const fail = settle(() => reject(new Error(`video: no ${event}`)))
    const timer = setTimeout(fail, WAIT_MS)
    video.addEventListener(event, settle(resolve), { signal: ended.signal })
    video.addEventListener('error', fail, { signal: ended.signal })
  })
}
