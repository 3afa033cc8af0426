import { fileTypeFromFile } from 'file-type/node'
import { claimedExtension } from './names.ts'

export type FileFamily = 'image' | 'audio' | 'video' | 'other'

/** What a file is, as found in its bytes. `extension` has no dot and is what the stored address ends with. */
export interface FileKind {
  readonly mime: string
  readonly extension: string
  readonly family: FileFamily
}

/**
 * The kinds that a browser may show in place, by stored extension. Everything else is handed out as a download.
 * No kind here can carry script: SVG, HTML and XML must never enter this list.
 */
const INLINE: Readonly<Record<string, FileKind>> = Object.fromEntries(
  (
    [
      ['png', 'image/png', 'image'],
      ['jpg', 'image/jpeg', 'image'],
      ['gif', 'image/gif', 'image'],
      ['webp', 'image/webp', 'image'],
      ['avif', 'image/avif', 'image'],
      ['wav', 'audio/wav', 'audio'],
      ['mp3', 'audio/mpeg', 'audio'],
      ['ogg', 'audio/ogg', 'audio'],
      ['m4a', 'audio/mp4', 'audio'],
      ['aac', 'audio/aac', 'audio'],
      ['amr', 'audio/amr', 'audio'],
      ['flac', 'audio/flac', 'audio'],
      ['mp4', 'video/mp4', 'video'],
      ['webm', 'video/webm', 'video'],
      ['mov', 'video/quicktime', 'video'],
      ['3gp', 'video/3gpp', 'video'],
      ['ogv', 'video/ogg', 'video'],
    ] as const
  ).map(([extension, mime, family]) => [extension, { extension, mime, family }]),
)

/** Other names for the same content: what file-type calls it, and spellings in addresses moved from older servers. */
const SAME_AS: Readonly<Record<string, string>> = {
  apng: 'png',
  jpeg: 'jpg',
  oga: 'ogg',
  opus: 'ogg',
  spx: 'ogg',
  m4b: 'm4a',
  f4a: 'm4a',
  m4v: 'mp4',
  f4v: 'mp4',
  '3g2': '3gp',
}

/**
 * Extensions that a browser, or a web server that hands out the upload folder by itself, would treat as a page, a
 * script or a program of its own. Such a file is stored as `.bin`, which every web server serves as a plain download;
 * the client still saves it under its real name, which travels in the message.
 */
const ACTIVE =
  /^(?:[sxp]?html?\d?|x?ht|mht(?:ml)?|html?[45x]|hta|htc|htaccess|svgz?|xml|xslt?|xsd|xul|xbl|rss|atom|rdf|mathml|mml|dtd|ent|[cm]?jsx?|tsx?|css|wasm|swf|jar|xap|php\d*|phps|phtml?|pht|phar|inc|aspx?|as[acmh]x|cer|cdx|jsp[axf]?|jhtml|cgi|fcgi|pl|pm|py[cw]?|rb|lua|sh|bash|shtml?|cfml?|cfc|vbs?|wsf|appcache|manifest|htpasswd|ini|config)$/

const UNKNOWN_EXTENSION = 'bin'

function isHarmless(extension: string): boolean {
  return /^[a-z0-9]{1,8}$/.test(extension) && !ACTIVE.test(extension) && kindByName(extension) === undefined
}

function kindByName(extension: string): FileKind | undefined {
  const name = Object.hasOwn(SAME_AS, extension) ? SAME_AS[extension]! : extension
  return Object.hasOwn(INLINE, name) ? INLINE[name] : undefined
}

const other = (extension: string): FileKind => ({
  mime: 'application/octet-stream',
  extension,
  family: 'other',
})

/**
 * Finds what a file is from its content, never from its name. Whatever is not a picture, sound or film that browsers
 * show in place is `other`: it keeps the extension of its name only if that is harmless, so that a page named
 * `photo.png` cannot pass for a picture and a page named `a.html` cannot run anywhere.
 *
 * @param path the file on disk
 * @param name the client's file name, used only for the extension of `other` files
 */
export async function detectKind(path: string, name: string): Promise<FileKind> {
  const found = await detectedExtension(path)
  const kind = found === undefined ? undefined : kindByName(found)
  if (kind) return kind
  const wished = claimedExtension(name)
  if (wished !== undefined && isHarmless(wished)) return other(wished)
  if (wished === undefined && found !== undefined && isHarmless(found)) return other(found)
  return other(UNKNOWN_EXTENSION)
}

/** The kind that a stored file is served as, from the extension that `detectKind` or `processImage` gave it. */
export function kindOfExtension(extension: string): FileKind {
  const lower = extension.toLowerCase()
  return kindByName(lower) ?? other(isHarmless(lower) ? lower : UNKNOWN_EXTENSION)
}

/** As {@link kindOfExtension}, for the address of a stored file. */
export const kindOfPath = (path: string): FileKind => kindOfExtension(claimedExtension(path) ?? '')

/**
 * The extension that the content itself has (`heic`, `pdf`, `jpg` …); undefined for text, SVG and anything unknown.
 * A file so malformed that the detector gives up is unknown, too.
 */
export async function detectedExtension(path: string): Promise<string | undefined> {
  try {
    return (await fileTypeFromFile(path))?.ext
  } catch (error) {
    if (isSystemError(error)) throw error
    return undefined
  }
}

const isSystemError = (error: unknown) => error instanceof Error && 'code' in error && 'syscall' in error
