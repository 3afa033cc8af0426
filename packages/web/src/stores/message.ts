import type { ChatMessage, DataOf, OutboxMessage } from '@parley/client'
import type { LastMessage } from './chat-state.ts'

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
  /** Who wrote what is quoted, when that is known. */
  readonly quoteFrom?: number
  /** What they are called, as the server told it. */
  readonly quoteName?: string
  /** An automatic answer. */
  readonly auto: boolean
  readonly state: 'sent' | 'sending' | 'failed'
  /** While it is unsent: its place in the outbox. */
  readonly outboxId?: string
  readonly error?: string
  /** A message that was taken back here: what it said and quoted, so that it can be written again, and when (ms since 1970). */
  readonly revoked?: {
    readonly by: number
    readonly content: string
    readonly quoteMid: number
    readonly at: number
  }
}

const quoted = ({ quote_from, quote_name }: Pick<Row, 'quote_from' | 'quote_name'>) =>
  quote_from === undefined ? {} : { quoteFrom: Number(quote_from), quoteName: quote_name ?? '' }

export const fromRow = (row: Row): Message => ({
  ...{ key: `m${row.mid}`, mid: row.mid, seq: row.seq, from: Number(row.from), name: row.name ?? '' },
  ...{ avatar: row.avatar, seconds: row.timestamp, content: row.content, notice: row.sub_type === 'notice' },
  ...{ quoteMid: row.quote_mid, quoteText: row.quote_content, auto: row.auto === 1, state: 'sent' },
  ...quoted(row),
})

export const fromPush = (event: ChatMessage): Message => ({
  ...{ key: `m${event.mid}`, mid: event.mid, seq: event.seq, from: Number(event.from) },
  ...{ name: event.from_name, avatar: event.from_avatar, seconds: event.timestamp, content: event.content },
  ...{ notice: event.sub_type === 'notice', quoteMid: event.quote_mid, quoteText: event.quote_content },
  ...quoted(event),
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

/** The newest message of a chat, as much of it as the list knows. */
export const fromLast = (last: LastMessage): Message => ({
  ...{ key: `m${last.mid}`, mid: last.mid, seq: last.seq, from: last.from, name: last.name, avatar: '' },
  ...{ seconds: last.seconds, content: last.content, notice: last.notice, quoteMid: 0, quoteText: '' },
  ...{ auto: false, state: 'sent' },
})

/** What others may change in a message that was sent. */
const CHANGING = ['content', 'notice', 'quoteMid', 'quoteText'] as const

/** A message as the server has it now: the same object where nothing has changed. */
export function renew(known: Message, now: Message): Message {
  // What was taken back here can still be written again.
  if (known.revoked && now.notice) return known
  return CHANGING.every((field) => known[field] === now[field]) ? known : { ...now, key: known.key }
}

/** Messages together with more of the same chat, both in order of `seq`; of one that is in both the new form counts, under the old key. */
export function merge(messages: readonly Message[], more: readonly Message[]): readonly Message[] {
  if (more.length === 0) return messages
  if (messages.length === 0 || more[0]!.seq > messages.at(-1)!.seq) return [...messages, ...more]
  if (more.at(-1)!.seq < messages[0]!.seq) return [...more, ...messages]
  const bySeq = new Map(messages.map((message) => [message.seq, message]))
  for (const message of more) {
    const known = bySeq.get(message.seq)
    bySeq.set(message.seq, known ? { ...message, key: known.key } : message)
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
