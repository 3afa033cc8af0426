import type { MessageEvent, PushEvents } from '@parley/contract'
import type { DataOf } from './operations.ts'
import type { OutboxMessage } from './outbox/message.ts'
import type { Status } from './transport/connection.ts'

/** Names a chat: with a friend by the other's uid, or a group by its gid. */
export interface Chat {
  readonly type: 'friend' | 'group'
  readonly id: number
}

/** A message as it is handed out: pushed, or fetched because its push was missed. Each comes once, in order of `seq`. */
export interface ChatMessage extends MessageEvent {
  /** The chat as this user sees it. */
  readonly chat: Chat
  /** It was not pushed but fetched: no reason for a sound. Such a message has no `uniqueId`. */
  readonly missed: boolean
}

/** Messages of a chat were not handed out: the application reads the page of history that it shows anew. */
export interface Gap {
  readonly chat: Chat
  /** The messages between these two (both excluded) are missing. */
  readonly after: number
  readonly before: number
  /** True when the site went back to an older copy of itself: what is known of the chat is worthless. */
  readonly restored: boolean
}

/** Everything about the user: the answer of `pop/get`. */
export type Home = DataOf<'pop/get'>

/** An event of a channel that is not one of Parley's own. */
export interface CustomEvent {
  readonly event: string
  /** Undefined for what concerns the connection itself. */
  readonly channel: string | undefined
  readonly data: unknown
}

/** What `on` takes: the events of the contract, and what the client itself tells. */
export type ClientEvents = Omit<PushEvents, 'message'> & {
  /** A new message or notice. One with a `seq` of at most the chat's `last_seq` in `home` is counted there already. */
  message: ChatMessage
  /** The connection's state has changed. */
  connection: Status
  /** After each connect (and after `parley:resync`): replaces everything that the application knows of the user. */
  home: Home
  gap: Gap
  /** A message of the outbox was added, sent, has failed or was discarded. */
  outbox: OutboxMessage
  /** An event with a name that the contract does not know. */
  custom: CustomEvent
}

export const chatKey = ({ type, id }: Chat): string => type + id
