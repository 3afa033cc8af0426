export type * from '@parley/contract'
export {
  APP_BASE,
  allLink,
  EMOJI_MAX,
  EVERYBODY,
  fileContent,
  imageContent,
  linkText,
  mentionLink,
  mentionsIn,
  noticeIn,
  parseContent,
  personLink,
  preview,
  REVOKED_TEXT,
  safeUrl,
  switchesOf,
  voiceContent,
} from '@parley/contract'
export { type CallOptions, createClient, type ParleyClient } from './client.ts'
export { ConnectionRefusedError, NetworkError, type NetworkReason, ParleyError } from './errors.ts'
export type { Chat, ChatMessage, ClientEvents, CustomEvent, Gap, Home } from './events.ts'
export type { CallPath, DataOf, ParamsOf, Path } from './operations.ts'
export type { ClientOptions } from './options.ts'
export type { OutboxMessage, OutboxState } from './outbox/message.ts'
export { type ClientStorage, memoryStorage, webStorage } from './outbox/storage.ts'
export type { Timings } from './timings.ts'
export type { ConnectionState, Status } from './transport/connection.ts'
export type { Fetch } from './transport/http.ts'
export type { WebSocketConstructor, WebSocketLike } from './transport/socket.ts'
export type { UploadKind, UploadOptions } from './upload.ts'
