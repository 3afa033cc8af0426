import type { Binary, OperationsByPath, OutputOf } from '@parley/contract'

/** The path of an operation: `message/send`. */
export type Path = keyof OperationsByPath

/** The paths that `call` takes; files go through `upload`. */
export type CallPath = Exclude<Path, `upload/${string}`>

type Shape<P extends Path> = OperationsByPath[P]['input']['shape']
type Value<Field> = Field extends { _zod: { output: infer Output } } ? Output : never
type OptionalName<Fields> = {
  [Name in keyof Fields]: Fields[Name] extends { _zod: { optin: 'optional' | 'defaulted' } } ? Name : never
}[keyof Fields]

/** The parameters of an operation. */
export type ParamsOf<P extends Path> = {
  [Name in Exclude<keyof Shape<P>, OptionalName<Shape<P>>>]: Value<Shape<P>[Name]>
} & { [Name in OptionalName<Shape<P>>]?: Value<Shape<P>[Name]> }

/** What an operation answers with: its `data`, or a `Blob` where it answers with a picture. */
export type DataOf<P extends Path> =
  OutputOf<OperationsByPath[P]> extends Binary ? Blob : OutputOf<OperationsByPath[P]>

/**
 * What the websocket does not carry: it sets cookies, or its answer is no envelope. The contract says it of each
 * operation, but only beside its schemas, which have no place in a browser's script; a test holds the two together.
 */
export const HTTP_ONLY: ReadonlySet<string> = new Set(
  [
    'login/check login/join login/joincaptcha login/logincaptcha login/logout',
    'group/avatar qrcode/get push/auth admin/setup',
  ].flatMap((paths) => paths.split(' ')),
)

/** What only reads: it may be asked again when an answer was lost. A test compares the list with the contract. */
export const REPEATABLE: ReadonlySet<string> = new Set(
  [
    'login/sessions user/detail user/get user/getbyname user/getbyuid user/multiGet user/sub_users',
    'friend/applycount friend/applydetail friend/applylist friend/getlist friend/get_temp_list',
    'group/detail group/invitation group/ismanager group/members message/around message/get message/readstate message/since',
    'message/unreadcount draft/getlist',
    'reply/get reply/show qrcode/friend qrcode/group pop/chat pop/chats pop/get pop/getsetting pop/waiting admin/settings',
  ].flatMap((paths) => paths.split(' ')),
)
