import type { ByteRange, Shown, StoredFile, StoreLink } from './files.ts'
import { kindOfPath } from './kinds.ts'
import { contentDisposition } from './names.ts'

/** An upload never changes under its address. */
export const CACHE_CONTROL = 'public, max-age=31536000, immutable'

/**
 * Whatever a file turns out to be, in this site's origin it may do nothing: no script, no request, no form. The
 * browser's own page around a picture or film may still show that one file.
 */
const POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'"

export interface ServeOptions {
  /** What the file is called when saved (the name from the message), if it is known. Cleaned here. */
  readonly downloadName?: string
}

/**
 * Answers a GET or HEAD for a stored file. Pictures, sound and film are shown in place with the type that the stored
 * extension stands for (we chose it from the content, see `detectKind`) and in ranges (RFC 9110: one range, `If-Range`);
 * everything else is a download of no particular type. Knows `If-None-Match` and `If-Modified-Since`.
 *
 * Where the store hands files out itself, the answer is a redirect to it.
 *
 * Pages of other sites may embed it (`Cross-Origin-Resource-Policy: cross-origin`): old clients are served from other
 * hosts, and the address, which nobody can guess, is the permission.
 *
 * @throws AppError unavailable when the store does not hand the file out now
 */
export async function fileResponse(
  request: Request,
  stored: StoredFile,
  options: ServeOptions = {},
): Promise<Response> {
  const shown = shownAs(stored.path, options)
  const link = await stored.link?.(request.method === 'HEAD' ? 'HEAD' : 'GET', shown)
  if (link) return redirect(link)
  const headers = new Headers({
    ETag: stored.etag,
    'Last-Modified': new Date(stored.modifiedAt).toUTCString(),
    'Cache-Control': CACHE_CONTROL,
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  if (isUnchanged(request, stored)) return new Response(null, { status: 304, headers })
  headers.set('Content-Type', shown.type)
  if (shown.disposition !== undefined) headers.set('Content-Disposition', shown.disposition)
  headers.set('Content-Length', String(stored.size))
  if (request.method === 'HEAD') return new Response(null, { headers })
  return withRange(request, stored, headers)
}

function shownAs(path: string, { downloadName }: ServeOptions): Shown {
  const { mime, family } = kindOfPath(path)
  const inline = family !== 'other'
  if (inline && downloadName === undefined) return { type: mime, disposition: undefined }
  return { type: mime, disposition: contentDisposition(inline ? 'inline' : 'attachment', downloadName) }
}

/** The store's own answer cannot carry our policy; there the browser is in another origin, where it does no harm. */
function redirect({ address, seconds }: StoreLink): Response {
  return new Response(null, {
    status: 302,
    headers: {
      Location: address,
      'Cache-Control': `private, max-age=${seconds}`,
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Referrer-Policy': 'no-referrer',
    },
  })
}

async function withRange(request: Request, stored: StoredFile, headers: Headers): Promise<Response> {
  const range = requestedRange(request, stored)
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${stored.size}`)
    headers.delete('Content-Type')
    headers.delete('Content-Disposition')
    headers.delete('Content-Length')
    return new Response(null, { status: 416, headers })
  }
  if (range === undefined) return new Response(await stored.body(), { headers })
  const content = await stored.body(range)
  headers.set('Content-Range', `bytes ${range.start}-${range.end}/${stored.size}`)
  headers.set('Content-Length', String(range.end - range.start + 1))
  return new Response(content, { status: 206, headers })
}

function isUnchanged(request: Request, stored: StoredFile): boolean {
  const known = request.headers.get('if-none-match')
  if (known !== null) {
    const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    return tags.includes('*') || tags.includes(stored.etag)
  }
  const since = Date.parse(request.headers.get('if-modified-since') ?? '')
  return !Number.isNaN(since) && wholeSeconds(stored.modifiedAt) <= since
}

const wholeSeconds = (ms: number) => Math.floor(ms / 1000) * 1000

/** The one range that is asked for; undefined when the whole file is to be sent (also for several or odd ranges). */
function requestedRange(request: Request, stored: StoredFile): ByteRange | 'unsatisfiable' | undefined {
  const asked = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(request.headers.get('range') ?? '')
  if (!asked || !rangeStillApplies(request, stored)) return undefined
  const [, from = '', to = ''] = asked
  if (from === '' && to === '') return undefined
  const last = stored.size - 1
  if (from === '') {
    const length = Math.min(Number(to), stored.size)
    return length === 0 ? 'unsatisfiable' : { start: stored.size - length, end: last }
  }
  const start = Number(from)
  const end = to === '' ? last : Math.min(Number(to), last)
  if (to !== '' && Number(to) < start) return undefined
  return start > last ? 'unsatisfiable' : { start, end }
}

/** `If-Range`: a part is wanted only if the file is still the one that the client has the rest of. */
function rangeStillApplies(request: Request, stored: StoredFile): boolean {
  const condition = request.headers.get('if-range')
  if (condition === null) return true
  if (condition.startsWith('"') || condition.startsWith('W/')) return condition === stored.etag
  return Date.parse(condition) === wholeSeconds(stored.modifiedAt)
}
