import type { MessageRow } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Database, Message } from '../../storage/index.ts'
import { type ChatAddress, type Conversations, DELETED, notHiddenFrom } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import { pictureOf, type Users } from '../users/index.ts'
import type { Chats } from './chats.ts'

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
  conversations: Conversations
  chats: Chats
}

/** Which page of a chat: the newest `limit` messages, or those before the message `mid`. */
export interface Page {
  limit: number
  mid?: number
}

/** Reading a conversation: pages of it, and how much of it is unread. */
export class History {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * A page in ascending order. What the caller deleted, or somebody deleted for all, is left out before the page is
   * cut: old clients stop paging at the first page that is not full. Marks the chat as read.
   * @throws AppError not_member
   */
  async page(uid: number, address: ChatAddress, { limit, mid }: Page): Promise<MessageRow[]> {
    const { conversations, chats } = this.dependencies
    const chat = await chats.own(uid, address)
    if (!chat) return []
    const before =
      mid === undefined ? undefined : (await conversations.positionBefore(chat.conversationId, mid)).seq
    const messages = await this.#visible(uid, chat.conversationId, limit, before)
    await conversations.markRead(chat.conversationId, uid)
    return this.#rows(uid, address, messages.reverse())
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
    let query = this.dependencies.db.read
      .selectFrom('message')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('removed', '!=', DELETED)
      .where(notHiddenFrom(uid))
    if (throughSeq !== undefined) query = query.where('seq', '<=', throughSeq)
    return query.orderBy('seq', 'desc').limit(limit).execute()
  }

  async #rows(uid: number, { type }: ChatAddress, messages: Message[]): Promise<MessageRow[]> {
    const { users, friends } = this.dependencies
    const senders = [...new Set(messages.map((message) => message.from_uid))]
    const accounts = await users.findMany(senders)
    const remarks = type === 'group' ? await friends.remarksOf(uid, senders) : new Map<number, string>()
    return messages.map((message) => {
      const account = accounts.get(message.from_uid)
      return {
        mid: message.mid,
        from: String(message.from_uid),
        avatar: account ? pictureOf(account) : '',
        timestamp: toSeconds(message.created_at),
        content: message.content,
        sub_type: message.sub_type,
        quote_mid: message.quote_mid,
        quote_content: message.quote_content,
        ...(type === 'group' ? { name: remarks.get(message.from_uid) || account?.nickname || '' } : {}),
        seq: message.seq,
        ...(message.auto === 1 ? { auto: 1 as const } : {}),
      }
    })
  }
}
