import type { Chat } from '../events.ts'

/** `discarded`: taken out of the outbox by the user, unsent. */
export type OutboxState = 'sending' | 'sent' | 'failed' | 'discarded'

/** A message on its way. A new object at each change. */
export interface OutboxMessage {
  /** Its `uniqueId`, which the push of the sent message carries, too. */
  readonly id: string
  readonly chat: Chat
  readonly content: string
  /** 0 without a quote. */
  readonly quote_mid: number
  /** When it was written, ms since 1970. Rises with each message of this client. */
  readonly createdAt: number
  readonly state: OutboxState
  /** How often sending it failed since it was written, or sent again by hand. */
  readonly tries: number
  /** `failed`: the code (0 for trouble with the network) and text of the last failure. */
  readonly error?: { readonly code: number; readonly msg: string }
  /** `sent`: the message's ids. */
  readonly mid?: number
  readonly seq?: number
}
