import { randomUUID } from 'node:crypto'
import { AppError, type Envelope } from '@parley/contract'
import { log } from '../log.ts'
import { isWorthCompressing, resultFrame } from './frames.ts'
import type { Patience } from './patience.ts'
import type { Socket, SocketIdentity } from './socket.ts'

/** Calls an operation for whoever opened the socket, with what the client sent as `params`. */
export type CallHandler = (
  identity: SocketIdentity,
  path: string,
  params: Record<string, unknown>,
) => Promise<Envelope>

const ID_CHARACTERS_MAX = 64

/** `parley:call`: operations over the socket. Each is answered with `parley:result`, in the order they finish. */
export class Calls {
  #inFlight = 0
  #stopped = false
  #idle: (() => void) | undefined

  constructor(
    private readonly call: CallHandler,
    private readonly callsPerSocketMax: number,
    private readonly patience: Pick<Patience, 'spend'>,
  ) {}

  /** Calls that have not been answered yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** @param data `{id, path, params?}` as it came */
  receive(socket: Socket, data: unknown): void {
    const { id, path, params } = readRequest(data)
    const refusal = this.#refusalOf(socket, path)
    if (refusal) this.#answer(socket, id, failure(refusal, socket.data.identity))
    else void this.#run(socket, id, path, params)
  }

  /** Takes no further calls. @returns when those under way have been answered */
  stop(): Promise<void> {
    this.#stopped = true
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  #refusalOf({ data }: Socket, path: string): AppError | undefined {
    if (path === '') {
      return new AppError('bad_request', {
        reason: { zh: '需要 id、path 和 params', en: 'id, path and params are needed' },
      })
    }
    if (this.#stopped) return new AppError('unavailable')
    if (data.callsInFlight >= this.callsPerSocketMax) return new AppError('too_many_requests', { seconds: 1 })
    return undefined
  }

  async #run(
    socket: Socket,
    id: string | number | null,
    path: string,
    params: Record<string, unknown>,
  ): Promise<void> {
    const { data } = socket
    data.callsInFlight++
    this.#inFlight++
    let envelope: Envelope
    try {
      envelope = await this.call(data.identity, path, params)
    } catch (error) {
      envelope = failure(error, data.identity)
    }
    data.callsInFlight--
    this.#inFlight--
    this.#answer(socket, id, envelope)
    if (this.#inFlight === 0) this.#idle?.()
  }

  #answer(socket: Socket, id: string | number | null, envelope: Envelope): void {
    if (socket.data.open && (envelope.code === 0 || this.patience.spend(socket))) send(socket, id, envelope)
  }
}

function send(socket: Socket, id: string | number | null, envelope: Envelope): void {
  const frame = resultFrame(id, envelope)
  socket.send(frame, isWorthCompressing(frame))
}

/** Any failure as an answer; what is not part of the contract is logged and told only as a reference. */
function failure(error: unknown, { language }: SocketIdentity): Envelope {
  if (error instanceof AppError) return { code: error.code, msg: error.text(language), data: [] }
  const request = randomUUID().slice(0, 8)
  log.error({ request, error: String(error) }, 'socket_call_failed')
  const told = new AppError('internal', { request })
  return { code: told.code, msg: told.text(language), data: [] }
}

interface CallRequest {
  readonly id: string | number | null
  /** Empty when the request cannot be understood. */
  readonly path: string
  readonly params: Record<string, unknown>
}

function readRequest(data: unknown): CallRequest {
  if (!isRecord(data)) return { id: null, path: '', params: {} }
  const { id, path, params = {} } = data
  if (!isCallId(id)) return { id: null, path: '', params: {} }
  if (typeof path !== 'string' || !isRecord(params)) return { id, path: '', params: {} }
  return { id, path, params }
}

const isCallId = (id: unknown): id is string | number =>
  typeof id === 'number' || (typeof id === 'string' && id.length <= ID_CHARACTERS_MAX)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
