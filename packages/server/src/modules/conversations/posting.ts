import type { PushEvents } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Appended, Database, Draft } from '../../storage/index.ts'

/** Publishes an event on channels (`user-9`, `group-7`, `global`) to everybody who may hear it, on every node. */
export type Publish = <Event extends keyof PushEvents>(
  channel: string | readonly string[],
  event: Event,
  payload: PushEvents[Event],
) => void

/** The names and pictures that travel with a message, as its receivers should see them. */
export interface MessageLabels {
  type: 'friend' | 'group'
  /** uid or gid, as in the API. */
  to: number
  from_name: string
  from_avatar: string
  to_name: string
  to_avatar: string
}

/** A message together with where it goes and how it is labelled. */
export interface Post extends Omit<Draft, 'quoteMid' | 'quoteContent' | 'uniqueId' | 'auto'> {
  quote?: { mid: number; content: string; from: number; name: string }
  /** The sender's own name for the message; receivers get it back. */
  uniqueId?: string
  /** The idempotency key that follows from it. */
  retryKey?: string | null
  auto?: 0 | 1
  labels: MessageLabels
  channels: readonly string[]
}

/**
 * Commits a message and then pushes it: nothing is heard that is not on disk. A retry of a message that is already
 * there is answered with its place and not pushed again.
 */
export async function post(db: Database, publish: Publish, message: Post): Promise<Appended> {
  const { labels, channels, uniqueId, retryKey = null, quote, auto = 0, mentions = [], ...draft } = message
  const mentioned = mentions.length > 0 ? { mentions: [...mentions] } : {}
  const appended = await db.append({
    ...draft,
    ...mentioned,
    quoteMid: quote?.mid ?? 0,
    quoteContent: quote?.content ?? '',
    uniqueId: retryKey,
    auto,
  })
  if (appended.repeated) return appended
  const payload: PushEvents['message'] = {
    ...labels,
    from: String(draft.from),
    to: String(labels.to),
    content: draft.content,
    timestamp: toSeconds(appended.at),
    sub_type: draft.subType,
    mid: appended.mid,
    seq: appended.seq,
    quote_mid: quote?.mid ?? 0,
    quote_content: quote?.content ?? '',
    ...(quote ? { quote_from: String(quote.from), quote_name: quote.name } : {}),
    ...(uniqueId ? { uniqueId } : {}),
    ...(auto === 1 ? { auto } : {}),
    ...mentioned,
  }
  publish(channels, 'message', payload)
  return appended
}
