import { AppError, type MessageRow, type MessagesAround, type MissedMessages } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Database, Message } from '../../storage/index.ts'
import {
  afterCleared,
  type ChatAddress,
  type Conversations,
  DELETED,
  notHiddenFrom,
} from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import { pictureOf, type Users } from '../users/index.ts'
import type { Chats } from './chats.ts'
import type { Quotes } from './quotes.ts'

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
  conversations: Conversations
  chats: Chats
  quotes: Quotes
}

/** Which page of a chat: the newest `limit` messages, or those before the message `mid`. */
export interface Page {
  limit: number
  mid?: number
  /** Leaves the chat unread. */
  peek?: boolean
}

/** What a client knows that was away: everything up to `seq`; and how many messages it takes at once. */
export interface Absence {
  seq: number
  limit: number
}

/** Where in a chat a client jumps to, and how many messages it takes at once. */
export interface Jump {
  mid: number
  limit: number
}

/**
 * Where a page of messages ends early: a websocket is cut off when it falls 1 MiB behind, and a character may take three
 * bytes.
 */
const PAGE_CHARACTERS_MAX = 262_144

/** Reading a conversation: pages of it, and how much of it is unread. */
export class History {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * A page in ascending order. What the caller deleted, or somebody deleted for all, is left out before the page is
   * cut: old clients stop paging at the first page that is not full. Marks the chat as read unless it only peeks.
   * @throws AppError not_member
   */
  async page(uid: number, address: ChatAddress, { limit, mid, peek = false }: Page): Promise<MessageRow[]> {
    const { conversations, chats } = this.dependencies
    const chat = await chats.own(uid, address)
    if (!chat) return []
    const before =
      mid === undefined ? undefined : (await conversations.positionBefore(chat.conversationId, mid)).seq
    const messages = await this.#visible(uid, chat.conversationId, limit, before)
    if (!peek) await conversations.markRead(chat.conversationId, uid)
    return this.#rows(uid, address, messages.reverse())
  }

  /**
   * The messages after a seq, in ascending order. Revoked ones come as their notices; what the caller deleted, or
   * somebody deleted for all, is left out, and `through_seq` goes past it. Marks nothing as read: catching up is not
   * reading.
   * @throws AppError not_member
   */
  async since(uid: number, address: ChatAddress, { seq, limit }: Absence): Promise<MissedMessages> {
    const { conversations, chats } = this.dependencies
    const chat = await chats.own(uid, address)
    if (!chat) return { messages: [], through_seq: 0, last_seq: 0, more: 0 }
    // Looked up first: what is sent from now on is beyond this answer.
    const { last_seq } = (await conversations.find(chat.conversationId)) ?? { last_seq: 0 }
    const found = await this.#seenBy(uid, chat.conversationId)
      .where('seq', '>', seq)
      .where('seq', '<=', last_seq)
      .orderBy('seq')
      .limit(limit + 1)
      .execute()
    const page = beginning(found, limit, PAGE_CHARACTERS_MAX)
    const isCut = page.length < found.length
    return {
      messages: await this.#rows(uid, address, page),
      through_seq: isCut ? page.at(-1)!.seq : last_seq,
      last_seq,
      more: isCut ? 1 : 0,
    }
  }

  /**
   * The messages around one, in ascending order: half of the limit before it, half from it on. Marks nothing as read:
   * somebody who jumps back has not read the end.
   * @throws AppError not_member, message_not_found (also when it is not for the caller to see)
   */
  async around(uid: number, address: ChatAddress, { mid, limit }: Jump): Promise<MessagesAround> {
    const chat = await this.dependencies.chats.own(uid, address)
    const visible = chat && this.#seenBy(uid, chat.conversationId)
    const target = await visible?.where('mid', '=', mid).executeTakeFirst()
    if (!visible || !target) throw new AppError('message_not_found')
    const half = Math.floor(limit / 2)
    const [older, newer] = await Promise.all([
      visible
        .where('seq', '<', target.seq)
        .orderBy('seq', 'desc')
        .limit(half + 1)
        .execute(),
      visible
        .where('seq', '>', target.seq)
        .orderBy('seq')
        .limit(limit - half)
        .execute(),
    ])
    // The message itself is part of the second half.
    const before = beginning(older, half, PAGE_CHARACTERS_MAX / 2)
    const from = beginning([target, ...newer], limit - half, PAGE_CHARACTERS_MAX / 2)
    return {
      messages: await this.#rows(uid, address, [...before.toReversed(), ...from]),
      before: before.length < older.length ? 1 : 0,
      after: from.length < newer.length + 1 ? 1 : 0,
    }
  }

  /** How many messages are unread; 0 where no chat has begun. */
  async unread(uid: number, address: ChatAddress): Promise<number> {
    const { conversations, chats } = this.dependencies
    const chat = await chats.own(uid, address)
    if (!chat) return 0
    const [conversation, membership] = await Promise.all([
      conversations.find(chat.conversationId),
      conversations.membership(chat.conversationId, uid),
    ])
    return Math.max(0, (conversation?.counted ?? 0) - (membership?.read_counted ?? 0))
  }

  #visible(
    uid: number,
    conversationId: number,
    limit: number,
    throughSeq: number | undefined,
  ): Promise<Message[]> {
    let query = this.#seenBy(uid, conversationId)
    if (throughSeq !== undefined) query = query.where('seq', '<=', throughSeq)
    return query.orderBy('seq', 'desc').limit(limit).execute()
  }

  #seenBy(uid: number, conversationId: number) {
    return this.dependencies.db.read
      .selectFrom('message')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('removed', '!=', DELETED)
      .where(notHiddenFrom(uid))
      .where(afterCleared(uid, conversationId))
  }

  async #rows(uid: number, { type }: ChatAddress, messages: Message[]): Promise<MessageRow[]> {
    const { users, friends, quotes } = this.dependencies
    const quoted = messages.flatMap(({ quote_mid }) => (quote_mid > 0 ? quote_mid : []))
    const writers = await quotes.writers([...new Set(quoted)])
    const people = [...new Set([...messages.map((message) => message.from_uid), ...writers.values()])]
    const accounts = await users.findMany(people)
    const remarks = type === 'group' ? await friends.remarksOf(uid, people) : new Map<number, string>()
    const nameOf = (person: number) => remarks.get(person) || accounts.get(person)?.nickname || ''
    return messages.map((message) => {
      const account = accounts.get(message.from_uid)
      const writer = writers.get(message.quote_mid)
      return {
        mid: message.mid,
        from: String(message.from_uid),
        avatar: account ? pictureOf(account) : '',
        timestamp: toSeconds(message.created_at),
        content: message.content,
        sub_type: message.sub_type,
        quote_mid: message.quote_mid,
        quote_content: message.quote_content,
        ...(writer === undefined ? {} : { quote_from: String(writer) }),
        ...(writer !== undefined && type === 'group' ? { quote_name: nameOf(writer) } : {}),
        ...(type === 'group' ? { name: nameOf(message.from_uid) } : {}),
        seq: message.seq,
        ...(message.auto === 1 ? { auto: 1 as const } : {}),
      }
    })
  }
}

/** At most `limit` messages, and no more than fit into an answer; one in any case, so that the reader comes on. */
function beginning(messages: readonly Message[], limit: number, charactersMax: number): Message[] {
  let characters = 0
  const end = messages.findIndex((message, index) => {
    characters += message.content.length + message.quote_content.length
    return index === limit || (index > 0 && characters > charactersMax)
  })
  return end === -1 ? [...messages] : messages.slice(0, end)
}
