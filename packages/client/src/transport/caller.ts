import { NetworkError } from '../errors.ts'
import { HTTP_ONLY, REPEATABLE } from '../operations.ts'
import type { SocketCalls } from './calls.ts'
import type { Http } from './http.ts'

/** The server ends a websocket that sends a larger frame than 65,536 bytes; a character is at most 3 of them. */
const SOCKET_CHARACTERS_MAX = 21_000

/** Calls operations over the websocket while there is one, otherwise by HTTP. */
export class Caller {
  /** @param socket the calls of the open websocket, if there is one */
  constructor(
    private readonly http: Http,
    private readonly socket: () => SocketCalls | undefined,
  ) {}

  /**
   * Calls an operation. A call that the websocket lost goes by HTTP if the server has not seen it, or if it only reads.
   * @throws ParleyError, NetworkError; the signal's reason when it was aborted
   */
  async call(path: string, params: object, signal: AbortSignal, callMs: number): Promise<unknown> {
    const calls = HTTP_ONLY.has(path) ? undefined : this.socket()
    if (calls && JSON.stringify(params).length <= SOCKET_CHARACTERS_MAX) {
      try {
        return await calls.call(path, params, signal, callMs)
      } catch (error) {
        if (!(error instanceof NetworkError) || error.reason !== 'closed') throw error
        if (error.mayHaveArrived && !REPEATABLE.has(path)) throw error
      }
    }
    return this.http.call(path, params, signal, callMs)
  }
}
