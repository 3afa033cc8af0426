import { type ChatEntry, type ChatItem, unreadCount } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Conversation, Group, Membership } from '../../storage/index.ts'
import type { Friends } from '../friends/index.ts'
import { pictureOf, type Users } from '../users/index.ts'

/** A chat as it is read from the database: the caller's view of it, and the group's name and picture. */
export type Chat = Pick<
  Membership,
  'conversation_id' | 'read_seq' | 'read_counted' | 'pinned' | 'muted' | 'remark'
> &
  Pick<Conversation, 'kind' | 'low' | 'high' | 'last_seq' | 'last_at' | 'counted'> & {
    [Name in keyof Pick<Group, 'groupname' | 'avatar'>]: Group[Name] | null
  }

/** The newest message of a chat that the caller can see. */
export interface LastMessage {
  mid: number
  seq: number
  from_uid: number
  content: string
  created_at: number
  sub_type: 'message' | 'notice'
  quote_mid: number
  quote_content: string
  auto: number
}

/**
 * The entries of chats, in their order. Names and pictures cost one query each, however many chats there are.
 * @param last the newest messages by conversation
 * @param mentions the first unread mentions (mids) by conversation
 */
export async function entriesOf(
  { users, friends }: { users: Users; friends: Friends },
  uid: number,
  chats: readonly Chat[],
  last: ReadonlyMap<number, LastMessage>,
  mentions: ReadonlyMap<number, number>,
): Promise<ChatEntry[]> {
  const people = new Set([...last.values()].map((item) => item.from_uid))
  for (const chat of chats) if (chat.kind === 'friend') people.add(peerOf(chat, uid))
  const [accounts, remarks] = await Promise.all([users.findMany([...people]), friends.remarksOf(uid, people)])
  const nameOf = (person: number) => remarks.get(person) || accounts.get(person)?.nickname || ''
  const pictureFor = (person: number) => {
    const account = accounts.get(person)
    return account ? pictureOf(account) : ''
  }
  return chats.map((chat) => {
    const id = chat.kind === 'group' ? chat.low : peerOf(chat, uid)
    const message = last.get(chat.conversation_id)
    const to = message && chat.kind === 'friend' && message.from_uid === id ? uid : id
    return {
      type: chat.kind,
      id,
      ...(chat.kind === 'group' ? { url: `/pop/group/chat/${id}`, key: `group-${id}` } : {}),
      avatar: chat.kind === 'group' ? (chat.avatar ?? '') : pictureFor(id),
      name: chat.kind === 'group' ? chat.remark || chat.groupname || '' : nameOf(id),
      unread_count: unreadCount(chat.counted - chat.read_counted),
      top: chat.pinned ? 1 : 0,
      muted: chat.muted ? 1 : 0,
      last_seq: chat.last_seq,
      read_seq: chat.read_seq,
      mention_mid: mentions.get(chat.conversation_id) ?? 0,
      items: message ? [itemOf(message, to, chat.kind, nameOf, pictureFor)] : [],
    }
  })
}

const peerOf = (chat: Pick<Chat, 'low' | 'high'>, uid: number) => (chat.low === uid ? chat.high : chat.low)

function itemOf(
  message: LastMessage,
  to: number,
  kind: 'friend' | 'group',
  nameOf: (uid: number) => string,
  pictureFor: (uid: number) => string,
): ChatItem {
  return {
    mid: message.mid,
    from: String(message.from_uid),
    to: String(to),
    content: message.content,
    timestamp: toSeconds(message.created_at),
    sub_type: message.sub_type,
    avatar: pictureFor(message.from_uid),
    ...(kind === 'group' ? { name: nameOf(message.from_uid) } : {}),
    quote_mid: message.quote_mid,
    quote_content: message.quote_content,
    seq: message.seq,
    ...(message.auto === 1 ? { auto: 1 as const } : {}),
  }
}
