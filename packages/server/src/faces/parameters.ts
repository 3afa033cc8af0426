import { AppError } from '@parley/contract'

/** Parameters as they arrived, by name: text, or anything JSON can hold. */
export type Parameters = Record<string, unknown>

/** The largest body of a call that uploads nothing; a message of 20,000 characters, form-encoded, is 180 KB. */
export const BODY_BYTES_MAX = 1024 * 1024

/** Fields that a call may have: two lists of 500 people, and more. */
export const FIELDS_MAX = 1100
const TOO_MANY_FIELDS = { zh: '字段过多', en: 'it has too many fields' }

const REPLACEMENT = '\uFFFD'

function refuse(reason: { zh: string; en: string }): never {
  throw new AppError('bad_request', { reason })
}

/** What no database or client can hold; undefined for any other text. */
function unstorable(text: string): { zh: string; en: string } | undefined {
  if (text.includes('\0')) return { zh: '不能含有空字符', en: 'must not hold a NUL character' }
  if (!text.isWellFormed()) return { zh: '不能含有不完整的字符', en: 'must not hold half a character' }
  return undefined
}

function checkText(name: string, value: string): void {
  const expected = unstorable(value)
  if (expected) throw new AppError('invalid_parameter', { name, expected })
}

function checkName(name: string): void {
  const why = unstorable(name)
  if (why) refuse({ zh: `参数名${why.zh}`, en: `the name of a parameter ${why.en}` })
}

/** How deep parameters that came as JSON may be nested; the deepest that an operation reads is 2. */
const DEPTH_MAX = 32

/**
 * Refuses parameters from JSON that hold text which nothing can hold, or that are nested without end.
 * @throws AppError bad_request, invalid_parameter
 */
export const checkDeep = (parameters: Parameters): void => checkValue('', parameters, 0)

/** @param parameter the one that the value is, or is in */
function checkValue(parameter: string, value: unknown, depth: number): void {
  if (typeof value === 'string') checkText(parameter, value)
  if (value === null || typeof value !== 'object') return
  if (depth > DEPTH_MAX) refuse({ zh: '嵌套过深', en: 'it is nested too deeply' })
  if (Array.isArray(value)) {
    for (const item of value) checkValue(parameter, item, depth + 1)
    return
  }
  let fields = 0
  // Not through a list of all of them: there may be 100,000.
  for (const key in value) {
    if (++fields > FIELDS_MAX) refuse(TOO_MANY_FIELDS)
    checkName(key)
    checkValue(depth === 0 ? key : parameter, (value as Parameters)[key], depth + 1)
  }
}

/** The pairs of a query or form, which are counted before they are taken apart: that takes a fraction of the time. */
function formPairs(text: string): URLSearchParams {
  let fields = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (++fields > FIELDS_MAX) refuse(TOO_MANY_FIELDS)
  }
  return new URLSearchParams(text)
}

/**
 * Adds name/value pairs in the ways that clients write lists: `members[]=1&members[]=2` (jQuery), `members[0]=1`,
 * and a repeated plain name (Python's requests).
 * @throws AppError bad_request, invalid_parameter for text that nothing can hold
 */
export function addPairs(parameters: Parameters, pairs: Iterable<readonly [string, string]>, raw = ''): void {
  const seen = new Set<string>()
  // Looked for once: a body of 1 MB can hold a replacement character in each of 100,000 pairs.
  let wereSent = raw === ''
  for (const [key, value] of pairs) {
    checkName(key)
    checkText(key, value)
    if (!wereSent && (value.includes(REPLACEMENT) || key.includes(REPLACEMENT))) {
      wereSent = raw.includes(REPLACEMENT) || /%EF%BF%BD/i.test(raw)
      // Only decoding broken UTF-8 can have made it.
      if (!wereSent) refuse({ zh: '不是有效的 UTF-8', en: 'it is not valid UTF-8' })
    }
    const list = key.endsWith(']') ? /^([^[\]]+)\[\d*\]$/.exec(key) : null
    const name = list ? list[1]! : key
    if (name === '__proto__') continue
    const earlier = seen.has(name) ? parameters[name] : undefined
    if (earlier === undefined) parameters[name] = list ? [value] : value
    else if (Array.isArray(earlier)) earlier.push(value)
    else parameters[name] = [earlier, value]
    seen.add(name)
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * A body as text, reading no more than `bytesMax` of it; undefined when it is larger.
 * @throws AppError bad_request for broken UTF-8, and when the connection breaks
 */
export async function limitedText(request: Request, bytesMax: number): Promise<string | undefined> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (declared > bytesMax) return undefined
  const reading = Number.isNaN(declared) ? limitedBytes(request, bytesMax) : request.bytes()
  // Whoever hangs up half-way gets no answer; it is just no failure of the server.
  const bytes = await reading.catch(() => refuse({ zh: '连接已中断', en: 'the connection was closed' }))
  if (!bytes) return undefined
  try {
    return decoder.decode(bytes)
  } catch {
    return refuse({ zh: '不是有效的 UTF-8', en: 'it is not valid UTF-8' })
  }
}

/** Reads a body of undeclared length. */
async function limitedBytes(request: Request, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): Parameters {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse({ zh: '不是有效的 JSON', en: 'it is not valid JSON' })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return refuse({ zh: '应为 JSON 对象', en: 'a JSON object is expected' })
  }
  const parameters = value as Parameters
  checkDeep(parameters)
  return parameters
}

/** Parameters of the query. */
export function queryParameters(search: string): Parameters {
  const parameters: Parameters = {}
  if (search.length > 1) addPairs(parameters, formPairs(search), search)
  return parameters
}

/**
 * Parameters of a form or JSON body; a body without a type is read as a form, as PHP did.
 * @throws AppError bad_request, invalid_parameter, too_large
 */
export async function bodyParameters(request: Request): Promise<Parameters> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  const text = await limitedText(request, BODY_BYTES_MAX)
  if (text === undefined) throw new AppError('too_large', { limit: '1 MB' })
  if (text === '') return {}
  if (type.includes('json')) return parseJson(text)
  const parameters: Parameters = {}
  addPairs(parameters, formPairs(text), text)
  return parameters
}

/** True for bodies that only the streaming reader of `media/` may touch. */
export const isMultipart = (request: Request): boolean =>
  request.headers.get('content-type')?.toLowerCase().startsWith('multipart/form-data') ?? false
