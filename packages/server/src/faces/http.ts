import { AppError, type Envelope } from '@parley/contract'
import { receiveMultipart, type UploadedFile } from '../media/index.ts'
import type { Actor, Operation } from '../operation.ts'
import { type Answer, type Dispatcher, failureEnvelope } from './dispatch.ts'
import {
  type CallOrigin,
  deviceOf,
  type Face,
  hasBearer,
  hasOwnProof,
  type Identity,
  requestLanguage,
  SESSION_COOKIE,
} from './identity.ts'
import { isCrossSite, type Origin } from './network.ts'
import {
  addPairs,
  BODY_BYTES_MAX,
  bodyParameters,
  FIELDS_MAX,
  isMultipart,
  type Parameters,
  queryParameters,
} from './parameters.ts'

const COOKIE_SECONDS = 30 * 24 * 3600

interface Dependencies {
  dispatcher: Dispatcher
  identity: Identity
  /** The most bytes a file for this operation may have (settings `image_megabytes`, `file_megabytes`). */
  fileBytesMax: (path: string) => number
  /** Where files are kept while they arrive. */
  temporaryDirectory: string
}

/** Made once: a response copies these faster than a plain object. */
const JSON_HEADERS = new Headers({
  'Content-Type': 'application/json;charset=utf-8',
  'Cache-Control': 'no-store',
})

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: JSON_HEADERS })

/** Where a request goes and where it came from. */
interface Arrival {
  url: URL
  origin: Origin
}

/** The HTTP faces `/api`, `/web` and `/h5`: three ways to prove who calls, one list of operations behind them. */
export class HttpFaces {
  constructor(private readonly dependencies: Dependencies) {}

  /** Whether a path is an operation's. @param path without the face */
  knows(path: string): boolean {
    return this.dependencies.dispatcher.find(path) !== undefined
  }

  /**
   * Answers one request.
   * @param path the operation's path, without the face
   */
  async handle(request: Request, face: Face, path: string, { url, origin }: Arrival): Promise<Response> {
    const { dispatcher } = this.dependencies
    const { search } = url
    let language = requestLanguage(request, search === '' ? undefined : url.searchParams.get('lang'))
    const fail = (error: unknown, status = 200) => json(failureEnvelope(error, language, path), status)

    const operation = dispatcher.find(path)
    if (!operation) return fail(new AppError('not_found'), 404)
    const { method } = operation.spec
    if (request.method !== 'POST' && (method === 'POST' || request.method !== 'GET')) {
      return fail(new AppError('method_not_allowed', { method }), 405)
    }
    let file: UploadedFile | undefined
    try {
      refuseCrossSite(request, face, origin)
      const callOrigin = { ...origin, device: deviceOf(request), language }
      if (operation.spec.file) await this.#admitFile(request, operation, face, callOrigin)
      const received = await this.#read(request, operation, queryParameters(search))
      file = received.file
      language = requestLanguage(request, received.parameters.lang)
      const actor = await this.#identify(request, face, { ...callOrigin, language }, received.parameters)
      const answer = await dispatcher.call(operation, actor, received.parameters, file)
      return respond(request, operation, answer, actor)
    } catch (error) {
      return fail(error)
    } finally {
      await file?.discard()
    }
  }

  #identify(request: Request, face: Face, origin: CallOrigin, parameters: Parameters): Promise<Actor> {
    const { identity } = this.dependencies
    return face === 'api' ? identity.api(request, origin, parameters) : identity.web(request, origin)
  }

  /**
   * A file is taken in only from those who have shown who they are and do not send too many: its body is not read for
   * anybody else.
   */
  async #admitFile(request: Request, operation: Operation, face: Face, origin: CallOrigin): Promise<void> {
    const { identity, dispatcher } = this.dependencies
    const actor = await (face === 'api'
      ? identity.apiByHeaders(request, origin)
      : identity.web(request, origin))
    if (actor) await dispatcher.admitFile(operation, actor)
  }

  async #read(
    request: Request,
    { spec }: Operation,
    parameters: Parameters,
  ): Promise<{ parameters: Parameters; file?: UploadedFile }> {
    if (request.method === 'GET') return { parameters }
    if (!isMultipart(request)) return { parameters: { ...parameters, ...(await bodyParameters(request)) } }
    const { fields, file } = await receiveMultipart(request, {
      fileField: spec.file,
      maxFileBytes: spec.file ? this.dependencies.fileBytesMax(spec.path) : 0,
      maxFieldBytes: BODY_BYTES_MAX,
      maxFields: FIELDS_MAX,
      directory: this.dependencies.temporaryDirectory,
    })
    try {
      addPairs(parameters, fields)
    } catch (error) {
      await file?.discard()
      throw error
    }
    return { parameters, file }
  }
}

/**
 * Refuses what pages of other sites may make a browser send: posts and, on `/api`, where an address alone may be proof
 * and accounts are made by GET, everything. A key or a bearer token is something that they cannot send.
 * @throws AppError cross_site
 */
function refuseCrossSite(request: Request, face: Face, { origin }: Origin): void {
  const mayChange = request.method === 'POST' || face === 'api'
  if (mayChange && !hasOwnProof(request) && isCrossSite(request, origin)) throw new AppError('cross_site')
}

function respond(request: Request, { spec }: Operation, answer: Answer, actor: Actor): Response {
  const { envelope, binary, failed } = answer
  const response = failed ? json(envelope) : bodyOf(spec.answer, envelope, binary)
  const { extended, visitorToken, origin } = actor
  const cameByCookie = extended && !hasBearer(request)
  const cookie = answer.cookie === undefined && cameByCookie ? visitorToken : answer.cookie
  if (cookie !== undefined)
    response.headers.append('Set-Cookie', sessionCookie(cookie, origin.startsWith('https:')))
  return response
}

function bodyOf(form: Operation['spec']['answer'], envelope: Envelope, binary: Answer['binary']): Response {
  if (form === 'bare') return json(envelope.data)
  if (!binary) return json(envelope)
  return new Response(binary.body, {
    headers: {
      'Content-Type': binary.type,
      'Cache-Control': binary.cache ?? 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** One cookie for both faces and the websocket. `null` clears it. */
function sessionCookie(token: string | null, secure: boolean): string {
  const age = token === null ? 0 : COOKIE_SECONDS
  return `${SESSION_COOKIE}=${token ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
