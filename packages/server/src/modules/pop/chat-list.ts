import { type ChatEntry, type ChatItem, unreadCount } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'
import { DELETED, notHiddenFrom } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import { pictureOf, type Users } from '../users/index.ts'

/** How many chats the list shows; unread and pinned ones come first, so they are never the ones left out. */
const CHATS_MAX = 30

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
}

type Chat = Awaited<ReturnType<ChatList['read']>>[number]

/** The caller's chat list: a constant number of queries, however many chats there are. */
export class ChatList {
  constructor(private readonly dependencies: Dependencies) {}

  /** The chats by `friend{uid}` or `group{gid}`, newest first, pinned ones on top. */
  async entries(uid: number): Promise<Record<string, ChatEntry>> {
    const chats = choose(await this.read(uid))
    const items = await this.#lastMessages(uid, chats)
    const people = new Set([...items.values()].map((item) => item.from_uid))
    for (const chat of chats) if (chat.kind === 'friend') people.add(peerOf(chat, uid))
    const [accounts, remarks] = await Promise.all([
      this.dependencies.users.findMany([...people]),
      this.dependencies.friends.remarksOf(uid, people),
    ])
    const nameOf = (person: number) => remarks.get(person) || accounts.get(person)?.nickname || ''
    const pictureFor = (person: number) => {
      const account = accounts.get(person)
      return account ? pictureOf(account) : ''
    }
    const entries: Record<string, ChatEntry> = {}
    for (const chat of chats) {
      const id = chat.kind === 'group' ? chat.low : peerOf(chat, uid)
      const last = items.get(chat.conversation_id)
      const to = last && chat.kind === 'friend' && last.from_uid === id ? uid : id
      entries[`${chat.kind}${id}`] = {
        type: chat.kind,
        id,
        ...(chat.kind === 'group' ? { url: `/pop/group/chat/${id}`, key: `group-${id}` } : {}),
        avatar: chat.kind === 'group' ? (chat.avatar ?? '') : pictureFor(id),
        name: chat.kind === 'group' ? chat.remark || chat.groupname || '' : nameOf(id),
        unread_count: unreadCount(chat.counted - chat.read_counted),
        top: chat.pinned ? 1 : 0,
        muted: chat.muted ? 1 : 0,
        last_seq: chat.last_seq,
        items: last ? [itemOf(last, to, chat.kind, nameOf, pictureFor)] : [],
      }
    }
    return entries
  }

  /** All chats that are not hidden. A one-to-one chat without messages shows only between friends. */
  read(uid: number) {
    return this.dependencies.db.read
      .selectFrom('membership as m')
      .innerJoin('conversation as c', 'c.id', 'm.conversation_id')
      .leftJoin('chat_group as g', 'g.conversation_id', 'c.id')
      .select([
        'm.conversation_id',
        'm.read_counted',
        'm.pinned',
        'm.muted',
        'm.remark',
        'c.kind',
        'c.low',
        'c.high',
        'c.last_seq',
        'c.last_at',
        'c.counted',
        'g.groupname',
        'g.avatar',
      ])
      .where('m.uid', '=', uid)
      .whereRef('m.hidden_seq', '<', 'c.last_seq')
      .where((eb) =>
        eb.or([
          eb('c.last_seq', '>', 0),
          eb('c.kind', '=', 'group'),
          eb.exists(
            eb
              .selectFrom('friendship as f')
              .select('f.uid')
              .where('f.uid', '=', uid)
              .where((inner) =>
                inner(
                  'f.friend_uid',
                  '=',
                  inner
                    .case()
                    .when('c.low', '=', uid)
                    .then(inner.ref('c.high'))
                    .else(inner.ref('c.low'))
                    .end(),
                ),
              ),
          ),
        ]),
      )
      .execute()
  }

  /** The newest message of each chat that the caller can see. */
  async #lastMessages(uid: number, chats: Chat[]) {
    if (chats.length === 0) return new Map<number, never>()
    const rows = await this.dependencies.db.read
      .selectFrom('conversation as c')
      .innerJoin('message as last', (join) =>
        join
          .onRef('last.conversation_id', '=', 'c.id')
          .on((on) =>
            on('last.seq', '=', (eb) =>
              eb
                .selectFrom('message')
                .select('message.seq')
                .whereRef('message.conversation_id', '=', 'c.id')
                .where('message.removed', '!=', DELETED)
                .where(notHiddenFrom(uid))
                .orderBy('message.seq', 'desc')
                .limit(1),
            ),
          ),
      )
      .selectAll('last')
      .where(
        'c.id',
        'in',
        chats.map((chat) => chat.conversation_id),
      )
      .execute()
    return new Map(rows.map((row) => [row.conversation_id, row]))
  }
}

const peerOf = (chat: Pick<Chat, 'low' | 'high'>, uid: number) => (chat.low === uid ? chat.high : chat.low)

/** The chats to show: all pinned and unread ones have precedence, then the newest; in the order of the list. */
function choose(chats: Chat[]): Chat[] {
  const precedence = (chat: Chat) => (chat.pinned ? 2 : chat.counted > chat.read_counted ? 1 : 0)
  const newest = (a: Chat, b: Chat) => b.last_at - a.last_at || b.conversation_id - a.conversation_id
  const must = chats.filter((chat) => precedence(chat) > 0).length
  return chats
    .toSorted((a, b) => Math.min(precedence(b), 1) - Math.min(precedence(a), 1) || newest(a, b))
    .slice(0, Math.max(CHATS_MAX, Math.min(must, CHATS_MAX * 4)))
    .sort((a, b) => b.pinned - a.pinned || newest(a, b))
}

interface LastMessage {
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
