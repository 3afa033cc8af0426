/** The room that a picture or film takes in a conversation, CSS px. */
export interface Box {
  readonly width: number
  readonly height: number
}

const WIDTH_MAX = 320
const HEIGHT_MAX = 360
const SIDE_MIN = 64
/** What is kept free for a picture whose size nobody told. */
const UNKNOWN: Box = { width: 240, height: 180 }

/** The picture's own proportions within 320×360; no side below 64, so that it can be pressed. */
export function pictureBox(width?: number, height?: number): Box {
  if (!width || !height) return UNKNOWN
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height)
  const side = (length: number, max: number) => Math.min(max, Math.max(SIDE_MIN, Math.round(length * scale)))
  return { width: side(width, WIDTH_MAX), height: side(height, HEIGHT_MAX) }
}

/** `0:07`, `12:30`, `1:02:03`. */
export function clockText(seconds: number): string {
  const all = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0
  const hours = Math.floor(all / 3600)
  const minutes = Math.floor(all / 60) % 60
  const rest = String(all % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** Characters that turn the direction of what follows, by which `x\u202egpj.exe` would be read as `xexe.jpg`. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** The name of a file as it is shown: in the order in which it is written. */
export const plainName = (name: string): string => name.replace(TURNS, '')

/** A file's name in two parts, of which only the first may be shortened: `年度报告 final` + ` v2.docx`. */
export function splitName(name: string): [start: string, end: string] {
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 8 ? name.length - dot : 0
  const kept = Math.min(name.length, extension + 4)
  const cut = name.length - kept
  // No half of a character that is written as two.
  const isLow = /[\udc00-\udfff]/.test(name.charAt(cut))
  return name.length <= 12
    ? [name, '']
    : [name.slice(0, cut - (isLow ? 1 : 0)), name.slice(cut - (isLow ? 1 : 0))]
}

/** What stands on a file's tile: `PDF`; empty when the name has no extension that fits. */
export function extensionOf(name: string): string {
  return (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? '').toUpperCase()
}
