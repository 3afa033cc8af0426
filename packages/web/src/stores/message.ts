import type { ChatMessage, DataOf, OutboxMessage } from '@parley/client'

type Row = DataOf<'message/get'>[number]

/** A message in a conversation, sent or on its way. A new object at each change. */
export interface Message {
  /** Stays the same from the moment it is written. */
  readonly key: string
  /** 0 until it is sent. */
  readonly mid: number
  readonly seq: number
  readonly from: number
  /** Nickname or remark as the server told it; `usePeople().name(from, name)` knows better. */
  readonly name: string
  readonly avatar: string
  /** Unix seconds. */
  readonly seconds: number
  readonly content: string
  readonly notice: boolean
  readonly quoteMid: number
  readonly quoteText: string
  /** An automatic answer. */
  readonly auto: boolean
  readonly state: 'sent' | 'sending' | 'failed'
  /** While it is unsent: its place in the outbox. */
  readonly outboxId?: string
  readonly error?: string
  /** A message that was taken back here: what it said, so that it can be written again. */
  readonly revoked?: { readonly by: number; readonly content: string }
}

export const fromRow = (row: Row): Message => ({
  ...{ key: `m${row.mid}`, mid: row.mid, seq: row.seq, from: Number(row.from), name: row.name ?? '' },
  ...{ avatar: row.avatar, seconds: row.timestamp, content: row.content, notice: row.sub_type === 'notice' },
  ...{ quoteMid: row.quote_mid, quoteText: row.quote_content, auto: row.auto === 1, state: 'sent' },
})

export const fromPush = (event: ChatMessage): Message => ({
  ...{ key: `m${event.mid}`, mid: event.mid, seq: event.seq, from: Number(event.from) },
  ...{ name: event.from_name, avatar: event.from_avatar, seconds: event.timestamp, content: event.content },
  ...{ notice: event.sub_type === 'notice', quoteMid: event.quote_mid, quoteText: event.quote_content },
  ...{ auto: event.auto === 1, state: 'sent' },
})

export const fromOutbox = (
  message: OutboxMessage,
  own: { uid: number; name: string; avatar: string },
  quoteText: string,
): Message => ({
  ...{ key: `o${message.id}`, mid: message.mid ?? 0, seq: message.seq ?? 0, from: own.uid },
  ...{ name: own.name, avatar: own.avatar, seconds: Math.floor(message.createdAt / 1000) },
  ...{ content: message.content, notice: false, quoteMid: message.quote_mid, quoteText, auto: false },
  state: message.state === 'sent' ? 'sent' : message.state === 'failed' ? 'failed' : 'sending',
  outboxId: message.id,
  ...(message.error ? { error: message.error.msg } : {}),
})
