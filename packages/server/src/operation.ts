import type { InputOf, Language, OperationSpec, OutputOf } from '@parley/contract'
import type { UploadedFile } from './media/index.ts'

/** Who is calling, as proved at the door. Never built from parameters alone. */
export interface Actor {
  /**
   * `visitor`: nobody signed in. `user`: a session. `server`: a server key (its `uid` is the `login_uid` it named,
   * 0 if none).
   */
  readonly kind: 'visitor' | 'user' | 'server'
  readonly uid: number
  readonly admin: boolean
  /** The session's row id; 0 without one. */
  readonly sessionId: number
  /** The raw token of the visitor's or user's cookie; captchas are bound to it. Empty when there is none. */
  readonly visitorToken: string
  /** True when this call has just prolonged the session: a cookie is prolonged with it. */
  readonly extended?: boolean
  /** The network address of the caller, with `TRUST_PROXY` applied. */
  readonly address: string
  /** The caller's `User-Agent`, cut to 200 characters. */
  readonly device: string
  readonly language: Language
  /** `https://host` as the caller sees this site: `PUBLIC_URL`, or taken from the request. */
  readonly origin: string
}

/** What a handler may do to the answer besides returning its data. */
export interface AnswerControls {
  /** Sets or clears (`undefined`) the session cookie. No effect on a websocket call. */
  setSession(token: string | undefined): void
  /** Replaces the answer's `msg`, for the soft successes of the protocol (`已经是好友`). */
  say(message: { zh: string; en: string }): void
}

export interface Call {
  readonly actor: Actor
  readonly answer: AnswerControls
  /** Present exactly in operations whose spec has `file`. Already on disk, deleted after the call unless kept. */
  readonly file?: UploadedFile
}

/** An image or another body that is not JSON (specs with `answer: 'binary'`). */
export interface BinaryBody {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer> | string
  /** `Cache-Control`; nothing is kept when absent. */
  readonly cache?: string
}

type Result<Spec extends OperationSpec> = Spec extends { answer: 'binary' } ? BinaryBody : OutputOf<Spec>

/** An operation together with its handler. */
export interface Operation {
  readonly spec: OperationSpec
  run(call: Call, input: never): unknown
}

/**
 * Binds a handler to its declaration. The handler gets parsed input; it throws `AppError` for every failure that
 * the caller should understand. Returning nothing answers `data: []`.
 */
export function implement<Spec extends OperationSpec>(
  spec: Spec,
  run: (
    call: Call,
    input: InputOf<Spec>,
    // biome-ignore lint/suspicious/noConfusingVoidType: handlers may end with a call that returns nothing
  ) => Result<Spec> | BinaryBody | undefined | Promise<Result<Spec> | BinaryBody | undefined | void>,
): Operation {
  return { spec, run }
}
