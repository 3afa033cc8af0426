/** Longest file name that is kept, in characters. */
const NAME_CHARACTERS_MAX = 200
/** What a file is called whose client sent no usable name. */
const NAMELESS = 'file'

/**
 * Control characters, line separators and the marks that turn the direction of writing: they break the message grammar
 * (`file[name<TAB>size](url)`) or make `gpj.exe` read as `exe.jpg`.
 */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** Undoes percent-encoding (`%E8%AF%AD.wav`) where the whole text is valid percent-encoded UTF-8. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The client's file name made fit to store and show: percent-encoding undone (old clients send pasted screenshots and
 * voice that way, and browsers so encode quotes), path, control characters and direction marks removed, at most 200
 * characters with the extension kept. Never empty, never `.` or `..`.
 */
export function cleanFileName(raw: string | undefined): string {
  const decoded = percentDecoded(raw ?? '').toWellFormed()
  const base = decoded.slice(Math.max(decoded.lastIndexOf('/'), decoded.lastIndexOf('\\')) + 1)
  const name = base.replace(UNPRINTABLE, '').trim()
  if (name === '' || name === '.' || name === '..') return NAMELESS
  const characters = [...name]
  if (characters.length <= NAME_CHARACTERS_MAX) return name
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''
  return characters.slice(0, NAME_CHARACTERS_MAX - extension.length).join('') + extension
}

/** The extension that a name claims, in lower case without the dot; undefined unless it is 1 to 8 of `[a-z0-9]`. */
export function claimedExtension(name: string): string | undefined {
  return /[^.]\.([a-z0-9]{1,8})$/.exec(name.toLowerCase())?.[1]
}

/**
 * A `Content-Disposition` value that every browser reads right (RFC 6266): an ASCII stand-in and the real name in UTF-8.
 *
 * @param type `inline` or `attachment`
 * @param name what the file should be called when saved; omitted from the header when undefined
 */
export function contentDisposition(type: 'inline' | 'attachment', name: string | undefined): string {
  if (name === undefined) return type
  const clean = cleanFileName(name)
  const ascii = clean.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
