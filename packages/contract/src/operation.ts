import type { z } from 'zod'

/**
 * Who may call an operation. The server enforces it at every door (HTTP faces and websocket calls alike).
 *
 * - `public`: everybody, signed in or not (on `/api` a server key or a session is needed all the same);
 * - `caller`: a signed-in user, or a server key, with or without a `login_uid`;
 * - `user`: a signed-in user, or a server key that names the user it acts for with `login_uid`;
 * - `server`: a server key only;
 * - `admin`: an administrator's session, or a server key.
 */
export type Access = 'public' | 'caller' | 'user' | 'server' | 'admin'

/** What a rate limit is counted by: the caller's uid, the network address, or the value of an input field. */
export type RateScope = 'user' | 'address' | `field:${string}`

/** A text in the two languages that Parley speaks; `zh` is the default. */
export interface LocalText {
  readonly zh: string
  readonly en: string
}

/** The groups that the API reference is arranged in. */
export type OperationTag =
  | 'login'
  | 'service'
  | 'user'
  | 'friend'
  | 'group'
  | 'message'
  | 'draft'
  | 'reply'
  | 'upload'
  | 'qrcode'
  | 'pop'
  | 'push'
  | 'admin'

/**
 * One operation of the API as a value: everything that a door, the API reference, the SDK and the tests need to
 * know about it. The server adds the handler (`implement` in `packages/server/src/operation.ts`).
 */
export interface OperationSpec<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Allow extends Access = Access,
  Path extends string = string,
> {
  /** Path without the face, in the document's spelling: `message/send`. Doors match it without regard to case. */
  readonly path: Path
  /** `GET` operations also answer `POST`, never the reverse. */
  readonly method: 'GET' | 'POST'
  readonly allow: Allow
  readonly tag: OperationTag
  readonly summary: LocalText
  /** The parameters except `login_uid`, `lang` and the uploaded file, which the doors take care of. */
  readonly input: Input
  /** Shape of `data` in the answer; of the whole body when `answer` is `bare`. */
  readonly output: Output
  /**
   * `envelope` (default): `{code, msg, data}`. `bare`: the output is the JSON body itself (`push/auth`).
   * `binary`: an image (`qrcode/get`, captchas).
   */
  readonly answer?: 'envelope' | 'bare' | 'binary'
  /** Name of the multipart field that carries a file. The door streams it; it is never part of `input`. */
  readonly file?: string
  /**
   * Name of the rate limit (the setting `rate_<name>` holds the figure) and what it is counted by, in this order: a
   * field, which may hold anything, comes after the caller's own address. `when`: only calls that give this field are
   * counted so, the others as calls of operations that name no limit.
   */
  readonly rate?: { readonly name: RateName; readonly by: readonly RateScope[]; readonly when?: string }
  /** False: not callable over the websocket (it sets cookies, streams a file or answers with an image). */
  readonly socket?: false
}

/** The rate limits that a site can set (`rate_<name>` among the settings). */
export type RateName =
  | 'login'
  | 'sms'
  | 'sms_day'
  | 'captcha'
  | 'join'
  | 'apply'
  | 'find'
  | 'send'
  | 'upload'
  | 'qrcode'
  | 'call'

/** Declares an operation. Identity at run time; it keeps the literal types for `implement` and the SDK. */
export function declare<
  Input extends z.ZodObject,
  Output extends z.ZodType,
  Allow extends Access,
  Path extends string,
>(spec: OperationSpec<Input, Output, Allow, Path>): OperationSpec<Input, Output, Allow, Path> {
  return spec
}

/** The parsed parameters of an operation. */
export type InputOf<Spec> =
  Spec extends OperationSpec<infer Input, z.ZodType, Access> ? z.output<Input> : never

/** The `data` of an operation's answer. */
export type OutputOf<Spec> =
  Spec extends OperationSpec<z.ZodObject, infer Output, Access> ? z.input<Output> : never

/** The one answer format: business errors are HTTP 200 with a code other than 0. */
export interface Envelope<Data = unknown> {
  code: number
  msg: string
  data: Data
}
