import { StoreError } from './failure.ts'

/** How long a store may take to begin its answer. */
export const ANSWER_MS_MAX = 5000

/** A clock that ends a request when nothing has happened for too long. */
export class Patience {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>

  /** @param idleMs how long nothing may happen */
  constructor(idleMs: number) {
    this.#timer = setTimeout(() => this.#controller.abort(silence(idleMs)), idleMs)
  }

  /** Aborts with a {@link StoreError}. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something has happened. */
  renew(): void {
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

const silence = (ms: number) => new StoreError('silent', `no answer within ${ms / 1000} s`)

/** Hands on what comes from a file, noting each piece as progress. */
export function watched(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  patience: Patience,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return source.pipeThrough(
    new TransformStream({
      transform(piece, controller) {
        patience.renew()
        controller.enqueue(piece)
      },
    }),
  )
}

/**
 * Hands on a store's answer as fast as it is consumed. Fails when a piece takes too long to come; whoever stops reading
 * ends the request.
 */
export function impatient(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  idleMs: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  const next = async () => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(silence(idleMs)), idleMs)
    try {
      return await Promise.race([reader.read(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          void reader.cancel().catch(() => undefined)
          throw error
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
