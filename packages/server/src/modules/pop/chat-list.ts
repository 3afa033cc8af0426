import type { ChatEntry, ChatView, WaitingChat } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { Database } from '../../storage/index.ts'
import { DELETED, isHidden, notHiddenFrom } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import type { Account, Users } from '../users/index.ts'
import { comesAfter, cursorOf, placeOf } from './chat-cursor.ts'
import { type Chat, entriesOf, type LastMessage } from './chat-entries.ts'
import { unreadMentions } from './unread-mentions.ts'
import { waitingSince } from './waiting.ts'

/** How many chats the list shows; unread and pinned ones come first, so they are never the ones left out. */
const CHATS_MAX = 30

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
}

/** Which page of the list: the first one, or the one after a cursor. */
export interface ChatPage {
  limit: number
  cursor?: string
}

/** The caller's chat list: a constant number of queries, however many chats there are. */
export class ChatList {
  constructor(private readonly dependencies: Dependencies) {}

  /** The chats by `friend{uid}` or `group{gid}`, newest first, pinned ones on top. */
  async entries(uid: number): Promise<Record<string, ChatEntry>> {
    const chats = choose(await this.#shown(uid).execute())
    const entries = await this.#entriesOf(uid, chats)
    return Object.fromEntries(entries.map((entry) => [`${entry.type}${entry.id}`, entry]))
  }

  /**
   * A page of all chats in the same order. New messages meanwhile put no chat on two pages: one that was not read yet and
   * moves to the top is on none, and its message is pushed.
   * @throws AppError illegal_parameter for a cursor that no page gave
   */
  async page(uid: number, { limit, cursor }: ChatPage): Promise<{ list: ChatEntry[]; next_cursor: string }> {
    const after = cursor === undefined ? undefined : placeOf(cursor)
    const found = await this.#shown(uid)
      .$if(after !== undefined, (query) => query.where(comesAfter(after!)))
      .orderBy('m.pinned', 'desc')
      .orderBy('c.last_at', 'desc')
      .orderBy('c.id', 'desc')
      .limit(limit + 1)
      .execute()
    const chats = found.slice(0, limit)
    return {
      list: await this.#entriesOf(uid, chats),
      next_cursor: found.length > limit ? cursorOf(chats.at(-1)!) : '',
    }
  }

  /** One chat, hidden or not; undefined when the user has no part in it. */
  async view(uid: number, conversationId: number): Promise<ChatView | undefined> {
    const chats = await this.#all(uid).where('c.id', '=', conversationId).execute()
    const [entry] = await this.#entriesOf(uid, chats)
    return entry && { ...entry, hidden: isHidden(chats[0]!) ? 1 : 0 }
  }

  /** A chat with a person to whom nobody has spoken yet. */
  async unbegun(uid: number, other: number): Promise<ChatView> {
    const nothing = { conversation_id: 0, last_seq: 0, last_at: 0, counted: 0, read_seq: 0, read_counted: 0 }
    const looks = { kind: 'friend', pinned: 0, muted: 0, remark: '', groupname: null, avatar: null } as const
    const [entry] = await this.#entriesOf(uid, [{ ...nothing, ...looks, low: uid, high: other }])
    return { ...entry!, hidden: 1 }
  }

  /** The temporary chats in which somebody waits for the user's answer, whoever waits longest first. */
  async waiting(member: Account, limit: number): Promise<WaitingChat[]> {
    const { uid } = member
    const waiting = await waitingSince(this.dependencies.db, member, limit)
    if (waiting.size === 0) return []
    const chats = await this.#shown(uid)
      .where('c.id', 'in', [...waiting.keys()])
      .execute()
    const since = (chat: Chat) => waiting.get(chat.conversation_id)!
    chats.sort((a, b) => since(a) - since(b) || a.conversation_id - b.conversation_id)
    const entries = await this.#entriesOf(uid, chats)
    return entries.map((entry, index) => ({ ...entry, since: toSeconds(since(chats[index]!)) }))
  }

  async #entriesOf(uid: number, chats: readonly Chat[]): Promise<ChatEntry[]> {
    const [last, mentions] = await Promise.all([
      this.#lastMessages(uid, chats),
      unreadMentions(this.dependencies.db, uid, chats),
    ])
    return entriesOf(this.dependencies, uid, chats, last, mentions)
  }

  /** All chats that the user takes part in. */
  #all(uid: number) {
    return this.dependencies.db.read
      .selectFrom('membership as m')
      .innerJoin('conversation as c', 'c.id', 'm.conversation_id')
      .leftJoin('chat_group as g', 'g.conversation_id', 'c.id')
      .select([
        'm.conversation_id',
        'm.read_seq',
        'm.read_counted',
        'm.pinned',
        'm.muted',
        'm.remark',
        'm.hidden_seq',
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
  }

  /** All chats that are not hidden. A one-to-one chat without messages shows only between friends. */
  #shown(uid: number) {
    return this.#all(uid)
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
  }

  /** The newest message of each chat that the caller can see. */
  async #lastMessages(uid: number, chats: readonly Chat[]): Promise<Map<number, LastMessage>> {
    if (chats.length === 0) return new Map()
    const rows = await this.dependencies.db.read
      .selectFrom('membership as m')
      .innerJoin('conversation as c', 'c.id', 'm.conversation_id')
      .innerJoin('message as last', (join) =>
        join
          .onRef('last.conversation_id', '=', 'c.id')
          .on((on) =>
            on('last.seq', '=', (eb) =>
              eb
                .selectFrom('message')
                .select('message.seq')
                .whereRef('message.conversation_id', '=', 'c.id')
                .whereRef('message.seq', '>', 'm.cleared_seq')
                .where('message.removed', '!=', DELETED)
                .where(notHiddenFrom(uid))
                .orderBy('message.seq', 'desc')
                .limit(1),
            ),
          ),
      )
      .selectAll('last')
      .where('m.uid', '=', uid)
      .where(
        'm.conversation_id',
        'in',
        chats.map((chat) => chat.conversation_id),
      )
      .execute()
    return new Map(rows.map((row) => [row.conversation_id, row]))
  }
}

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
