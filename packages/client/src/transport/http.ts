import type { Envelope } from '@parley/contract'
import { NetworkError, ParleyError } from '../errors.ts'

/** As much of `fetch` as is needed. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface HttpOptions {
  /** The site, without a slash at the end. */
  readonly url: string
  readonly fetch: Fetch
  /** The session's token; undefined where the browser's cookie proves the user. */
  readonly token: () => string | undefined
  readonly language: () => string | undefined
}

/** One HTTP request, before it is known what comes back. */
export interface HttpRequest {
  readonly body: BodyInit
  readonly headers?: Record<string, string>
  readonly signal: AbortSignal
}

/**
 * Calls operations by HTTP, on the face `/web`, where the session decides who calls. Always by POST: every operation
 * answers it, and parameters stay out of addresses.
 */
export class Http {
  constructor(private readonly options: HttpOptions) {}

  address(path: string): string {
    return `${this.options.url}/web/${path}`
  }

  /** What every request carries: the session's token and the language. */
  headers(): Record<string, string> {
    const language = this.options.language()
    const token = this.options.token()
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(language === undefined ? {} : { 'accept-language': language }),
    }
  }

  /**
   * Calls an operation.
   * @throws ParleyError, NetworkError; the signal's reason when it was aborted
   */
  async call(path: string, params: object, signal: AbortSignal, callMs: number): Promise<unknown> {
    return within(callMs, signal, path, (limited) =>
      this.request(path, {
        body: JSON.stringify(params),
        headers: { 'content-type': 'application/json' },
        signal: limited,
      }),
    )
  }

  /** Sends a request and reads its answer. @throws ParleyError, NetworkError, whatever the signal was aborted with */
  async request(path: string, { body, headers, signal }: HttpRequest): Promise<unknown> {
    const init: RequestInit = { method: 'POST', body, headers: { ...this.headers(), ...headers }, signal }
    // What streams must say that it will not listen before it has spoken; the DOM's types do not know.
    if (body instanceof ReadableStream) Object.assign(init, { duplex: 'half' })
    try {
      const response = await this.options.fetch(this.address(path), init)
      const type = response.headers.get('content-type') ?? ''
      if (type.includes('json')) return readAnswer(path, await response.json())
      if (response.ok && type.startsWith('image/')) return await response.blob()
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ParleyError ? error : new NetworkError('unreachable', path, true, error)
    }
    throw new NetworkError('unexpected', path, true)
  }
}

/**
 * The `data` of an answer, or the whole of it where it is no envelope.
 * @throws ParleyError when it is a refusal
 */
export function readAnswer(path: string, answer: unknown): unknown {
  if (!isEnvelope(answer)) return answer
  if (answer.code !== 0) throw new ParleyError(answer.code, answer.msg, path)
  return answer.data
}

const isEnvelope = (answer: unknown): answer is Envelope =>
  typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'number'

/** Runs something that ends with `signal`, or with a NetworkError `ms` after its start, or so long after the last `renew`. */
export async function within<Result>(
  ms: number,
  signal: AbortSignal,
  path: string,
  run: (signal: AbortSignal, renew: (ms: number) => void) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  let timer: ReturnType<typeof setTimeout> | undefined
  const renew = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(new NetworkError('timeout', path, true)), ms)
  }
  renew(ms)
  signal.addEventListener('abort', abort)
  try {
    return await run(controller.signal, renew)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
