import { NetworkError } from '../errors.ts'
import { isRecord } from './frames.ts'
import { readAnswer } from './http.ts'

/** The server refuses a call when 64 of a socket's are under way. */
const IN_FLIGHT_MAX = 48

interface Call {
  readonly path: string
  readonly params: object
  readonly resolve: (data: unknown) => void
  readonly reject: (error: unknown) => void
  /** Ends the timer and the watch over the signal. */
  readonly release: () => void
  isSent: boolean
}

/** The calls over one websocket (`parley:call`, `parley:result`). Those beyond what the server takes at once wait. */
export class SocketCalls {
  /** In the order in which they were made: those that were sent come before those that wait. */
  readonly #calls = new Map<number, Call>()
  #inFlight = 0
  #serial = 0

  /**
   * @param send returns false when the socket did not take it
   * @param doubt is called when an answer is late: the socket may be dead without having been closed
   */
  constructor(
    private readonly send: (data: unknown) => boolean,
    private readonly doubt: () => void = () => {},
    private readonly doubtMs: number = Number.POSITIVE_INFINITY,
  ) {}

  /**
   * Calls an operation.
   * @throws ParleyError, NetworkError; the signal's reason when it was aborted
   */
  call(path: string, params: object, signal: AbortSignal, callMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const id = ++this.#serial
      const abort = () => this.#take(id)?.reject(signal.reason)
      const timer = setTimeout(() => {
        const call = this.#take(id)
        call?.reject(new NetworkError('timeout', path, call.isSent))
      }, callMs)
      const doubted = this.doubtMs < callMs ? setTimeout(this.doubt, this.doubtMs) : undefined
      const release = () => {
        clearTimeout(timer)
        clearTimeout(doubted)
        signal.removeEventListener('abort', abort)
      }
      signal.addEventListener('abort', abort)
      this.#calls.set(id, { path, params, resolve, reject, release, isSent: false })
      this.#advance()
    })
  }

  /** Takes a `parley:result`. */
  receive(result: unknown): void {
    if (!isRecord(result) || typeof result.id !== 'number') return
    const call = this.#take(result.id)
    if (!call) return
    try {
      call.resolve(readAnswer(call.path, result))
    } catch (error) {
      call.reject(error)
    }
  }

  /** The socket is gone: nothing will be answered any more. */
  fail(): void {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const { path, isSent, release, reject } of calls) {
      release()
      reject(new NetworkError('closed', path, isSent))
    }
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id)
    if (!call) return undefined
    this.#calls.delete(id)
    call.release()
    if (call.isSent) this.#inFlight--
    this.#advance()
    return call
  }

  #advance(): void {
    for (const [id, call] of this.#calls) {
      if (this.#inFlight >= IN_FLIGHT_MAX) return
      if (call.isSent) continue
      if (!this.send({ id, path: call.path, params: call.params })) return
      call.isSent = true
      this.#inFlight++
    }
  }
}
