import type { BuiltFile } from './build.ts'

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** What an answer says beyond what the file does. */
interface Extra {
  readonly headers?: Readonly<Record<string, string>>
  /** Goes into the `ETag`, for what an answer says beside its content. */
  readonly variant?: string
}

/**
 * Answers a GET or HEAD for a built file, in the smallest form that the browser takes. Knows `If-None-Match`.
 * Everything but what has a hash in its name is asked for anew each time.
 */
export function answerFile(request: Request, file: BuiltFile, { headers, variant }: Extra = {}): Response {
  const [encoding, content] = chooseForm(file, request.headers.get('accept-encoding') ?? '')
  const tag = `"${[file.tag, variant, encoding].filter(Boolean).join('-')}"`
  const answered = new Headers({
    ...headers,
    ETag: tag,
    'Cache-Control': file.immutable ? IMMUTABLE : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  })
  if (file.br ?? file.gzip) answered.append('Vary', 'Accept-Encoding')
  if (isKnown(request, tag)) return new Response(null, { status: 304, headers: answered })
  answered.set('Content-Type', file.type)
  if (encoding) answered.set('Content-Encoding', encoding)
  answered.set('Content-Length', String(content.byteLength))
  return new Response(request.method === 'HEAD' ? null : content, { headers: answered })
}

/** Brotli before gzip, wherever the browser puts it: both were made at leisure, and brotli is the smaller. */
function chooseForm(
  { br, gzip, plain }: BuiltFile,
  accepted: string,
): [encoding: string, content: BuiltFile['plain']] {
  const encodings = acceptedEncodings(accepted)
  if (br && encodings.has('br')) return ['br', br]
  if (gzip && encodings.has('gzip')) return ['gzip', gzip]
  return ['', plain]
}

/** The encodings of an `Accept-Encoding` that are not refused with `q=0`. */
function acceptedEncodings(header: string): Set<string> {
  const entries = header.split(',').map((entry) => entry.toLowerCase().split(';'))
  const taken = entries.filter(([, quality = '']) => !/^\s*q\s*=\s*0(\.0*)?\s*$/.test(quality))
  return new Set(taken.map(([name = '']) => name.trim()))
}

/** Whether the browser has the very thing already. */
function isKnown(request: Request, tag: string): boolean {
  const known = request.headers.get('if-none-match')
  if (known === null) return false
  return known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
}
