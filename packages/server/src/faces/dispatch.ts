import { randomUUID } from 'node:crypto'
import {
  AppError,
  type Envelope,
  ERRORS,
  escapeAnswer,
  type Language,
  type LocalText,
} from '@parley/contract'
import { ClusterError } from '../cluster/index.ts'
import { log } from '../log.ts'
import type { UploadedFile } from '../media/index.ts'
import type { Actor, BinaryBody, Operation } from '../operation.ts'
import { DatabaseError } from '../storage/index.ts'
import type { Limits } from './limits.ts'
import type { Parameters } from './parameters.ts'
import { parseInput } from './validation.ts'

/** What a call came to, before a door puts it into its own form. */
export interface Answer {
  envelope: Envelope
  /** Set for operations that answer with an image. */
  binary?: BinaryBody
  /** Set when the cookie changes: a new token, or null to clear it. */
  cookie?: string | null
  failed: boolean
}

interface Dependencies {
  operations: readonly Operation[]
  limits: Limits
  /** Whether text leaves HTML-escaped (the setting `html_escape`). */
  escapes: () => boolean
  /** Tells the metrics how a call went; `ms` is its duration. */
  observe: (path: string, code: number, ms: number) => void
}

/**
 * The one way into the operations: every door hands its calls here, so that each is authorised, limited, parsed and
 * answered alike.
 */
export class Dispatcher {
  readonly #byPath = new Map<string, Operation>()
  readonly #limits: Limits
  readonly #escapes: () => boolean
  readonly #observe: Dependencies['observe']

  constructor({ operations, limits, escapes, observe }: Dependencies) {
    for (const operation of operations) this.#byPath.set(operation.spec.path.toLowerCase(), operation)
    this.#limits = limits
    this.#escapes = escapes
    this.#observe = observe
  }

  /** The operation of a path (without the face, any case). */
  find(path: string): Operation | undefined {
    return this.#byPath.get(path) ?? this.#byPath.get(path.toLowerCase())
  }

  /**
   * Decides before a file is read whether its sender may send one, and counts it.
   * @throws AppError not_signed_in, too_many_requests
   */
  async admitFile({ spec }: Operation, actor: Actor): Promise<void> {
    if (actor.kind === 'visitor') throw new AppError('not_signed_in')
    if (this.#limits.concern(actor)) await this.#limits.check(spec, actor, {})
  }

  /** Calls an operation. Never throws: every failure becomes an envelope. */
  async call(
    operation: Operation,
    actor: Actor,
    parameters: Parameters,
    file?: UploadedFile,
  ): Promise<Answer> {
    const { spec } = operation
    const started = performance.now()
    const answer: Answer = { envelope: { code: 0, msg: 'ok', data: [] }, failed: false }
    try {
      authorize(operation, actor)
      const input = parseInput(spec.input, parameters)
      // After parsing: a call that was written wrongly costs nobody's phone its SMS of the minute.
      if (!spec.file && this.#limits.concern(actor)) await this.#limits.check(spec, actor, parameters)
      if (spec.file && !file) throw new AppError('missing_parameter', { name: spec.file })
      const controls = {
        setSession: (token: string | undefined) => {
          answer.cookie = token ?? null
        },
        say: (message: LocalText) => {
          answer.envelope.msg = message[actor.language]
        },
      }
      const result = await operation.run({ actor, answer: controls, file }, input as never)
      if (spec.answer === 'binary') answer.binary = result as BinaryBody
      else if (result !== undefined) answer.envelope.data = this.#escapes() ? escapeAnswer(result) : result
    } catch (error) {
      answer.failed = true
      answer.envelope = failureEnvelope(error, actor.language, spec.path)
    }
    this.#observe(spec.path, answer.envelope.code, performance.now() - started)
    return answer
  }
}

/** @throws AppError when the caller may not call the operation at all */
function authorize({ spec }: Operation, actor: Actor): void {
  switch (spec.allow) {
    case 'public':
      return
    case 'caller':
      if (actor.kind === 'visitor') throw new AppError('not_signed_in')
      return
    case 'user':
      if (actor.kind === 'visitor') throw new AppError('not_signed_in')
      if (actor.uid === 0) throw new AppError('missing_parameter', { name: 'login_uid' })
      return
    case 'server':
      if (actor.kind === 'visitor') throw new AppError('not_signed_in')
      if (actor.kind !== 'server') throw new AppError('forbidden')
      return
    case 'admin':
      if (actor.kind === 'visitor') throw new AppError('not_signed_in')
      if (actor.kind !== 'server' && !actor.admin) throw new AppError('forbidden')
  }
}

/** Turns any failure into an answer. What is not part of the contract is logged and told only as a reference. */
export function failureEnvelope(error: unknown, language: Language, path: string): Envelope {
  if (error instanceof AppError) {
    if (error.code >= 500 && error.cause)
      log.warn({ path, error: error.kind, cause: String(error.cause) }, 'call_failed')
    return { code: error.code, msg: error.text(language), data: [] }
  }
  if (error instanceof DatabaseError && error.failure === 'unavailable') {
    log.error({ path, error: error.message }, 'database_unavailable')
    return { code: ERRORS.unavailable.code, msg: ERRORS.unavailable[language], data: [] }
  }
  if (error instanceof ClusterError) {
    log.error({ path, error: error.message }, 'cluster_unavailable')
    return { code: ERRORS.unavailable.code, msg: ERRORS.unavailable[language], data: [] }
  }
  const request = randomUUID().slice(0, 8)
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  log.error({ path, request, error: message, stack }, 'internal_error')
  return { code: ERRORS.internal.code, msg: new AppError('internal', { request }).text(language), data: [] }
}
