/*
 * What our clients tell about a picture, a film or a recording before it is loaded, so that nothing jumps when it comes:
 * a fragment at the end of its address, which other clients ignore and servers never see.
 *
 *   https://host/upload/x.png#w=1200&h=800&t=<thumbhash>        picture, film (also d=<seconds>)
 *   https://host/upload/x.wav#d=12.3&p=<waveform>               recording
 *
 * `t` and `p` are bytes in base64url. Anybody can write such an address: values that make no sense count as not there.
 */

import { ownAddress } from '@/browser/own-address.ts'

export interface Hints {
  /** Of the picture or film, in pixels: both or none. */
  readonly width?: number
  readonly height?: number
  /** How long a recording or film lasts, in seconds. */
  readonly seconds?: number
  /** Waveform of a recording, each 0 (silence) to 1. */
  readonly peaks?: readonly number[]
  /** ThumbHash of the picture in base64url: `placeholderOf` makes a picture of it. */
  readonly placeholder?: string
}

export interface Hinted extends Hints {
  /** The address without the fragment. */
  readonly src: string
}

const PIXELS_MAX = 32_768
const SECONDS_MAX = 24 * 3600
const PEAKS_MAX = 128
/** A ThumbHash has 5 to 25 bytes. */
const THUMBHASH = /^[\w-]{7,34}$/
const PEAKS = /^[\w-]{2,172}$/

/** Reads an address with or without hints, as this page reaches it. Never throws. */
export function readHints(url: string): Hinted {
  const cut = url.indexOf('#')
  if (cut < 0) return { src: ownAddress(url) }
  const values = new Map<string, string>()
  for (const pair of url.slice(cut + 1).split('&', 8)) {
    const equals = pair.indexOf('=')
    if (equals > 0) values.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return {
    src: ownAddress(url.slice(0, cut)),
    ...sizeOf(values),
    ...soundOf(values),
    ...placeholderIn(values),
  }
}

/** The address with what is known; earlier hints of the address are replaced. The opposite of {@link readHints}. */
export function writeHints(url: string, hints: Hints): string {
  const pairs: string[] = []
  const width = whole(hints.width)
  const height = whole(hints.height)
  if (width && height) pairs.push(`w=${width}`, `h=${height}`)
  const seconds = amount(hints.seconds)
  if (seconds !== undefined) pairs.push(`d=${Math.round(seconds * 10) / 10}`)
  if (hints.peaks?.length) pairs.push(`p=${toBase64Url(hints.peaks.slice(0, PEAKS_MAX).map(toByte))}`)
  if (hints.placeholder && THUMBHASH.test(hints.placeholder)) pairs.push(`t=${hints.placeholder}`)
  const [src = ''] = url.split('#', 1)
  return pairs.length === 0 ? src : `${src}#${pairs.join('&')}`
}

/** Bytes as they stand in an address. */
export function toBase64Url(bytes: Iterable<number>): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The bytes, or undefined when the text is no base64url. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function sizeOf(values: Map<string, string>): Pick<Hints, 'width' | 'height'> {
  const width = whole(numberIn(values.get('w')))
  const height = whole(numberIn(values.get('h')))
  return width && height ? { width, height } : {}
}

function soundOf(values: Map<string, string>): Pick<Hints, 'seconds' | 'peaks'> {
  const seconds = amount(numberIn(values.get('d')))
  const text = values.get('p') ?? ''
  const bytes = PEAKS.test(text) ? fromBase64Url(text) : undefined
  return {
    ...(seconds === undefined ? {} : { seconds }),
    ...(bytes ? { peaks: Array.from(bytes.subarray(0, PEAKS_MAX), (byte) => byte / 255) } : {}),
  }
}

function placeholderIn(values: Map<string, string>): Pick<Hints, 'placeholder'> {
  const placeholder = values.get('t') ?? ''
  return THUMBHASH.test(placeholder) ? { placeholder } : {}
}

const numberIn = (text: string | undefined) =>
  text !== undefined && /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : undefined

/** Pixels between 1 and the most that a browser shows. */
function whole(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value) || value < 1) return undefined
  return Math.min(Math.round(value), PIXELS_MAX)
}

function amount(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return undefined
  return Math.min(seconds, SECONDS_MAX)
}

const toByte = (peak: number) =>
  Number.isFinite(peak) ? Math.round(Math.min(1, Math.max(0, peak)) * 255) : 0
