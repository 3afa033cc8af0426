/** How a file is shown and sent. `voice` is any sound. */
export type MediaKind = 'picture' | 'video' | 'voice' | 'file'

/** By the type that the browser tells. SVG is not among them: the server takes drawings as files only. */
const TYPES: Record<string, MediaKind> = {
  'image/jpeg': 'picture',
  'image/png': 'picture',
  'image/apng': 'picture',
  'image/gif': 'picture',
  'image/webp': 'picture',
  'image/avif': 'picture',
  'image/bmp': 'picture',
  'image/heic': 'picture',
  'image/heif': 'picture',
  'image/tiff': 'picture',
}

/** By extension, for files without a type (Windows knows none for HEIC). */
const EXTENSIONS: Record<string, MediaKind> = {
  jpg: 'picture',
  jpeg: 'picture',
  png: 'picture',
  gif: 'picture',
  webp: 'picture',
  avif: 'picture',
  bmp: 'picture',
  heic: 'picture',
  heif: 'picture',
  tif: 'picture',
  tiff: 'picture',
  mp4: 'video',
  m4v: 'video',
  mov: 'video',
  webm: 'video',
  '3gp': 'video',
  wav: 'voice',
  mp3: 'voice',
  m4a: 'voice',
  aac: 'voice',
  ogg: 'voice',
  amr: 'voice',
  flac: 'voice',
}

/** The kind of a file by its type, or by its name where it has none. What it really is shows when it is read. */
export function kindOf({ type, name }: Pick<File, 'type' | 'name'>): MediaKind {
  const family = type.split('/')[0]
  if (family === 'video') return 'video'
  if (family === 'audio') return 'voice'
  if (type !== '') return TYPES[type.toLowerCase()] ?? 'file'
  return EXTENSIONS[extensionOf(name)] ?? 'file'
}

/** The extension of a file's name, in small letters and without the dot; empty if there is none. */
export function extensionOf(name: string): string {
  return /\.([^./\\\s]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ''
}

/** The name with another extension. */
export const renamed = (name: string, extension: string): string => {
  const stem = name.slice(0, name.length - (extensionOf(name) ? extensionOf(name).length + 1 : 0))
  return `${stem || 'picture'}.${extension}`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** A size for people, as the server writes it (`2.41 MB`): steps of 1024, at most two decimals. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (Math.round(value * 100) / 100 >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${Math.round(value * 100) / 100} ${UNITS[unit]}`
}
