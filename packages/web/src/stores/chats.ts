import type { Chat, ChatMessage, DataOf, Home, PushEvents } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { client } from '@/sdk.ts'
import { useDrafts } from './drafts.ts'
import { useGroups } from './groups.ts'
import { useMe } from './me.ts'
import { usePeople } from './people.ts'

type Entry = Home['chatting'][string]

/** The newest message of a chat, as the list shows it. */
export interface LastMessage {
  mid: number
  seq: number
  from: number
  /** Who wrote it, in groups. */
  name: string
  content: string
  seconds: number
  notice: boolean
}

/** A chat in the list. */
export interface ChatState {
  key: string
  type: Chat['type']
  id: number
  /** What the server called it; the people and groups that are known have a better one: `title`. */
  name: string
  avatar: string
  /** 100 stands for "more than 99". */
  unread: number
  pinned: boolean
  muted: boolean
  hidden: boolean
  /** An unread message addresses the user: its `mid`; 0 otherwise. */
  mentionMid: number
  /** Up to here the user has read. */
  readSeq: number
  lastSeq: number
  last?: LastMessage
}

export const chatKey = ({ type, id }: Chat): string => type + id

const unreadNumber = (count: number | '99+'): number => (count === '99+' ? 100 : count)

const PAGE = 100

/** The user's chats. Actions change the list at once, take that back when the server refuses, and throw its error. */
export const useChats = defineStore('chats', () => {
  const byKey = reactive(new Map<string, ChatState>())
  const loaded = ref(false)
  /** What is known is the server's word, and not only what this device has kept. */
  const fresh = ref(false)
  /** Where the next page of the list begins; undefined when all are here. */
  const cursor = ref<string | undefined>('')
  const people = usePeople()
  const groups = useGroups()
  const drafts = useDrafts()

  /** When something last happened in a chat, Unix seconds: it is where a chat stands in the list. */
  const activity = (chat: ChatState): number =>
    Math.max(chat.last?.seconds ?? 0, Math.floor((drafts.get(chat.key)?.at ?? 0) / 1000))

  const list = computed(() =>
    [...byKey.values()]
      .filter((chat) => !chat.hidden)
      .sort(
        (a, b) =>
          Number(b.pinned) - Number(a.pinned) ||
          activity(b) - activity(a) ||
          (b.last?.mid ?? 0) - (a.last?.mid ?? 0),
      ),
  )
  /** Unread messages of all chats that are not muted. */
  const unread = computed(() => list.value.reduce((sum, chat) => sum + (chat.muted ? 0 : chat.unread), 0))

  const title = ({ type, id, name }: ChatState): string =>
    type === 'group' ? groups.byId.get(id)?.name || name : people.name(id, name)
  const picture = ({ type, id, avatar }: ChatState): string =>
    (type === 'group' ? groups.byId.get(id)?.avatar : people.byId.get(id)?.avatar) || avatar

  function fromEntry(entry: Entry): ChatState {
    const { type, id, name, avatar } = entry
    const item = entry.items[0]
    return {
      ...{ key: chatKey({ type, id }), type, id, name, avatar, hidden: false },
      unread: unreadNumber(entry.unread_count),
      pinned: entry.top === 1,
      muted: entry.muted === 1,
      mentionMid: entry.mention_mid,
      readSeq: entry.read_seq,
      lastSeq: entry.last_seq,
      ...(item
        ? {
            last: {
              ...{ mid: item.mid, seq: item.seq, from: Number(item.from), name: item.name ?? '' },
              ...{ content: item.content, seconds: item.timestamp, notice: item.sub_type === 'notice' },
            },
          }
        : {}),
    }
  }

  function learn(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const chat = fromEntry(entry)
      byKey.set(chat.key, Object.assign(byKey.get(chat.key) ?? chat, chat))
      if (chat.type === 'friend' && !people.byId.has(chat.id))
        people.learn({ uid: chat.id, nickname: chat.name, avatar: chat.avatar })
    }
  }

  /** Takes in the first chats of `pop/get`; what was loaded beyond them is loaded anew. */
  function learnHome(chatting: Home['chatting']): void {
    const entries = Object.values(chatting)
    const before = byKey.size
    const present = new Set(Object.keys(chatting))
    for (const key of byKey.keys()) if (!present.has(key)) byKey.delete(key)
    learn(entries)
    loaded.value = true
    cursor.value = entries.length < 30 ? undefined : ''
    if (cursor.value !== undefined && before > entries.length) void loadMore().catch(() => {})
  }

  /** Reads on in the list. @throws ParleyError, NetworkError */
  async function loadMore(): Promise<void> {
    if (cursor.value === undefined) return
    const page = (await client.call('pop/chats', {
      limit: PAGE,
      cursor: cursor.value,
    })) as DataOf<'pop/chats'>
    learn(page.list)
    cursor.value = page.next_cursor || undefined
  }

  /** The chat, made for the occasion when it is not in the list yet. */
  function ensure(ref: Chat): ChatState {
    const key = chatKey(ref)
    const known = byKey.get(key)
    if (known) return known
    const { type, id } = ref
    const blank = { name: '', avatar: '', unread: 0, pinned: false, muted: false, hidden: true }
    byKey.set(key, { key, type, id, ...blank, mentionMid: 0, readSeq: 0, lastSeq: 0 })
    return byKey.get(key)!
  }

  /** A new message. `seen`: it is being looked at; `mentionsMe`: it addresses the user. */
  function arrived(message: ChatMessage, { seen, mentionsMe }: { seen: boolean; mentionsMe: boolean }): void {
    const { chat: ref, seq, mid, content, timestamp, sub_type } = message
    const mine = Number(message.from) === useMe().uid
    const chat = ensure(ref)
    const other = ref.type === 'group' || mine ? 'to' : 'from'
    chat.name ||= message[`${other}_name`]
    chat.avatar ||= message[`${other}_avatar`]
    if (seq <= chat.lastSeq) return
    const notice = sub_type === 'notice'
    const name = ref.type === 'group' ? people.name(Number(message.from), message.from_name) : ''
    chat.last = { mid, seq, from: Number(message.from), name, content, seconds: timestamp, notice }
    chat.lastSeq = seq
    chat.hidden = false
    if (mine && !notice) chat.readSeq = seq
    else if (!seen && !notice) {
      chat.unread = Math.min(100, chat.unread + 1)
      if (mentionsMe) chat.mentionMid ||= mid
    }
  }

  /** A message is another now (revoked), or gone. */
  function changed(ref: Chat, mid: number, change: { content: string; notice: true } | 'gone'): void {
    const chat = byKey.get(chatKey(ref))
    if (!chat) return
    if (chat.mentionMid === mid) chat.mentionMid = 0
    if (chat.last?.mid !== mid) return
    if (change !== 'gone') Object.assign(chat.last, change)
    else delete chat.last
  }

  /** `read` was pushed: another device of the user has read, or marked as unread. */
  function readElsewhere({ type, id, seq, unread_count }: PushEvents['read']): void {
    const chat = byKey.get(chatKey({ type, id: Number(id) }))
    if (!chat || unread_count === undefined) return
    chat.unread = unreadNumber(unread_count)
    chat.readSeq = seq
    if (chat.unread === 0) chat.mentionMid = 0
  }

  /** `chatUpdate` was pushed. */
  function updated(event: PushEvents['chatUpdate']): void {
    const { type, id, top, muted, hidden, last_seq, cleared_seq } = event
    const chat = byKey.get(chatKey({ type, id: Number(id) }))
    if (!chat) return
    chat.pinned = top === 1
    chat.muted = muted === 1
    chat.hidden = hidden === 1 && chat.lastSeq <= last_seq
    if (cleared_seq !== undefined) cleared(chat, cleared_seq)
  }

  /** What is in the chat up to `seq` is gone for the user. */
  function cleared(chat: ChatState, seq: number): void {
    if (chat.last && chat.last.seq <= seq) delete chat.last
    chat.unread = Math.min(chat.unread, Math.max(0, chat.lastSeq - seq))
    if (chat.unread === 0) chat.mentionMid = 0
  }

  const forget = (ref: Chat): void => {
    byKey.delete(chatKey(ref))
  }

  /** Changes the chat at once, and back when the server does not want it. */
  async function optimistic(
    ref: Chat,
    change: Partial<ChatState>,
    call: (target: { friend_uid: number } | { gid: number }) => Promise<unknown>,
  ): Promise<void> {
    const chat = ensure(ref)
    const before = Object.fromEntries(
      Object.keys(change).map((key) => [key, chat[key as keyof ChatState]]),
    ) as Partial<ChatState>
    Object.assign(chat, change)
    try {
      await call(ref.type === 'group' ? { gid: ref.id } : { friend_uid: ref.id })
    } catch (error) {
      Object.assign(chat, before)
      throw error
    }
  }

  type View = { top?: 0 | 1; muted?: 0 | 1; unread_count?: number; state?: 'chatting' }
  const update = (ref: Chat, change: Partial<ChatState>, view: View): Promise<void> =>
    optimistic(ref, change, (target) =>
      'gid' in target
        ? client.call('group/memberupdate', { ...target, ...view })
        : client.call('friend/update', { ...target, ...view }),
    )

  const pin = (ref: Chat, on: boolean) => update(ref, { pinned: on }, { top: on ? 1 : 0 })
  const mute = (ref: Chat, on: boolean) => update(ref, { muted: on }, { muted: on ? 1 : 0 })
  const markUnread = (ref: Chat) => update(ref, { unread: 1 }, { unread_count: 1 })
  const markRead = (ref: Chat) => {
    const chat = ensure(ref)
    return optimistic(ref, { unread: 0, mentionMid: 0, readSeq: chat.lastSeq }, () =>
      client.call('message/updateLastReadTime', { id: ref.id, type: ref.type }),
    )
  }
  /** Takes back `hide`. */
  const show = (ref: Chat) => update(ref, { hidden: false }, { state: 'chatting' })
  /** Takes it off the list until its next message. */
  const hide = (ref: Chat) =>
    optimistic(ref, { hidden: true }, () => client.call('pop/delchat', { id: ref.id, type: ref.type }))
  /** Deletes what is in it up to now, for the user alone, and takes it off the list until its next message. */
  async function remove(ref: Chat): Promise<void> {
    const chat = ensure(ref)
    const { lastSeq } = chat
    await optimistic(ref, { hidden: true }, () =>
      client.call('pop/delchat', { id: ref.id, type: ref.type, clear: 1 }),
    )
    cleared(chat, lastSeq)
  }

  return {
    ...{ byKey, list, loaded, fresh, cursor, unread, title, picture, learn, learnHome, loadMore, ensure },
    ...{ arrived, changed, readElsewhere, updated, forget, pin, mute, markUnread, markRead, hide, show },
    remove,
  }
})
