import type { Message } from './tables.ts'

/** A message on its way into a conversation's log. */
export interface Draft {
  conversationId: number
  from: number
  content: string
  subType: Message['sub_type']
  /** ms since the epoch; the stored time never runs backwards inside a conversation. */
  at: number
  quoteMid: number
  quoteContent: string
  /** The idempotency key: a message of the same sender, conversation and key is the same message. Null for none. */
  uniqueId: string | null
  auto: 0 | 1
  /** The uids that it mentions, each once; 0 for everybody in the group. */
  mentions?: readonly number[]
}

/** Where the log put it. For a repeated `uniqueId` this is the first message's place. */
export interface Appended {
  mid: number
  seq: number
  /** ms since the epoch. */
  at: number
  /** True when this was a retry of a message that is already there. */
  repeated: boolean
}
