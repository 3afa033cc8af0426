import { type Chat, type ChatMessage, type Home, ParleyError, type PushEvents } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { client } from '@/sdk.ts'
import {
  blankChat,
  type ChatEntry,
  type ChatState,
  chatKey,
  chatOf,
  fromEntry,
  type LastMessage,
  unreadNumber,
} from './chat-state.ts'
import { useDrafts } from './drafts.ts'
import { useGroups } from './groups.ts'
import { useMe } from './me.ts'
import { optimistic } from './optimistic.ts'
import { usePeople } from './people.ts'

export { type ChatState, chatKey } from './chat-state.ts'

const PAGE = 100
/** The chats that `pop/get` has at least, when there are more. */
const HOME_PAGE = 30
/** How often a chat is asked for that goes on meanwhile. */
const ROUNDS_MAX = 3

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
    Math.max(chat.last?.seconds ?? 0, chat.activeAt ?? 0, Math.floor((drafts.get(chat.key)?.at ?? 0) / 1000))

  /** A chat that is in no list yet, or no more, has a place in it while something is written there that was not sent. */
  const hasDraft = (key: string): boolean => {
    const draft = drafts.get(key)
    return draft !== undefined && !draft.aside && draft.text.trim() !== ''
  }
  const drafted = computed(() =>
    [...drafts.byKey.keys()]
      .filter((key) => hasDraft(key) && !byKey.has(key))
      .map((key) => blankChat(chatOf(key)))
      .filter((chat) => title(chat) !== ''),
  )

  const list = computed(() =>
    [...byKey.values(), ...drafted.value]
      .filter((chat) => !chat.hidden || hasDraft(chat.key))
      .sort(
        (a, b) =>
          Number(b.pinned) - Number(a.pinned) ||
          activity(b) - activity(a) ||
          (b.last?.mid ?? 0) - (a.last?.mid ?? 0),
      ),
  )
  /** Unread messages of all chats that are not muted. */
  const unread = computed(() =>
    list.value.reduce((sum, chat) => sum + (chat.muted || !chat.known ? 0 : chat.unread), 0),
  )

  const title = ({ type, id, name }: ChatState): string =>
    type === 'group' ? groups.byId.get(id)?.name || name : people.name(id, name)
  const picture = ({ type, id, avatar }: ChatState): string =>
    (type === 'group' ? groups.byId.get(id)?.avatar : people.byId.get(id)?.avatar) || avatar

  function learn(entries: readonly ChatEntry[]): void {
    for (const entry of entries) {
      const chat = fromEntry(entry)
      byKey.set(chat.key, Object.assign(byKey.get(chat.key) ?? chat, chat))
      if (chat.type === 'friend' && !people.byId.has(chat.id))
        people.learn({ uid: chat.id, nickname: chat.name, avatar: chat.avatar })
    }
  }

  /** Readings of the list: a later one makes those before it void. */
  let readings = 0

  /** Takes in the first chats of `pop/get`; those beyond them stay until it is read whether they are still there. */
  function learnHome(chatting: Home['chatting']): void {
    const entries = Object.values(chatting)
    const others = [...byKey.values()].filter(({ key }) => !(key in chatting))
    const length = list.value.length
    learn(entries)
    loaded.value = true
    cursor.value = entries.length < HOME_PAGE ? undefined : ''
    for (const chat of others) if (chat.hidden) chat.known = false
    const shown = others.filter(({ hidden }) => !hidden)
    void confirm(new Map(shown.map(({ key, lastSeq }) => [key, lastSeq])), length).catch(() => {
      // The list stays as it was; the next connection reads it again.
    })
  }

  /**
   * Reads on to where the list was, and takes off it what is not there any more.
   * @param unconfirmed the chats that may be gone, with their newest `seq`
   */
  async function confirm(unconfirmed: Map<string, number>, length: number): Promise<void> {
    const reading = ++readings
    for (let read = 0; cursor.value !== undefined && unconfirmed.size > 0 && read < length; ) {
      const entries = await readPage(cursor.value)
      if (reading !== readings) return
      read += entries.length
      for (const entry of entries) unconfirmed.delete(chatKey(entry))
    }
    for (const [key, lastSeq] of unconfirmed) {
      const chat = byKey.get(key)
      if (!chat) continue
      chat.known = false
      // Something new has brought it back meanwhile.
      if (chat.lastSeq > lastSeq) ensure(chat)
      else chat.hidden = true
    }
  }

  async function readPage(from: string): Promise<readonly ChatEntry[]> {
    const page = await client.call('pop/chats', { limit: PAGE, cursor: from })
    learn(page.list)
    cursor.value = page.next_cursor || undefined
    return page.list
  }

  /** Reads on in the list. @throws ParleyError, NetworkError */
  async function loadMore(): Promise<void> {
    if (cursor.value !== undefined) await readPage(cursor.value)
  }

  function place(ref: Chat): ChatState {
    const key = chatKey(ref)
    if (!byKey.has(key)) byKey.set(key, blankChat(ref))
    return byKey.get(key)!
  }

  /** The chat, made for the occasion when it is not in the list yet; how it is set is asked for. */
  function ensure(ref: Chat): ChatState {
    void load(ref).catch(() => {
      // It stays unknown, and is asked for again the next time.
    })
    return place(ref)
  }

  const loadings = new Map<string, Promise<ChatState>>()
  /** Asks how a chat is set and what is unread in it, unless that is known. @throws ParleyError, NetworkError */
  function load(ref: Chat): Promise<ChatState> {
    const chat = place(ref)
    return chat.known ? Promise.resolve(chat) : readOnce(chat)
  }

  function readOnce(chat: ChatState): Promise<ChatState> {
    const loading = loadings.get(chat.key) ?? read(chat).finally(() => loadings.delete(chat.key))
    loadings.set(chat.key, loading)
    return loading
  }

  async function read(chat: ChatState): Promise<ChatState> {
    const { type, id } = chat
    try {
      for (let round = 1; ; round++) {
        const view = await client.call('pop/chat', { type, id })
        // More has come meanwhile, and would not be counted.
        if (view.last_seq < chat.lastSeq && round < ROUNDS_MAX) continue
        const { unread, readSeq, mentionMid } = chat
        const isReadFurther = readSeq > view.read_seq
        learn([view])
        Object.assign(chat, { hidden: view.hidden === 1 })
        if (isReadFurther) Object.assign(chat, { unread, readSeq, mentionMid })
        return chat
      }
    } catch (error) {
      // There is no such chat, and nothing to know of it.
      if (error instanceof ParleyError && error.waitMs === undefined) chat.known = true
      throw error
    }
  }

  /** A new message. `seen`: it is being looked at; `mentionsMe`: it addresses the user. */
  function arrived(message: ChatMessage, { seen, mentionsMe }: { seen: boolean; mentionsMe: boolean }): void {
    const { chat: ref, seq, mid, content, timestamp, sub_type, auto } = message
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
    // Who writes has read. An automatic answer was written by nobody.
    if (mine && !notice && auto !== 1) Object.assign(chat, { readSeq: seq, unread: 0, mentionMid: 0 })
    else if (!seen && !notice) {
      chat.unread = Math.min(100, chat.unread + 1)
      if (mentionsMe) chat.mentionMid ||= mid
    }
  }

  /**
   * A message is another now (revoked), or gone.
   * @returns whether the one before it is to be shown now: see `recall`
   */
  function changed(ref: Chat, mid: number, change: { content: string; notice: true } | 'gone'): boolean {
    const chat = byKey.get(chatKey(ref))
    if (!chat) return false
    if (chat.mentionMid === mid) {
      chat.mentionMid = 0
      // There may be another one behind it.
      if (chat.unread > 0) void readOnce(chat).catch(() => {})
    }
    if (chat.last?.mid !== mid) return false
    if (change !== 'gone') {
      Object.assign(chat.last, change)
      return false
    }
    chat.activeAt = chat.last.seconds
    chat.last = undefined
    return true
  }

  /** Shows the message that is the newest one now, unless a newer one came meanwhile. */
  function recall(ref: Chat, last: LastMessage): void {
    const chat = byKey.get(chatKey(ref))
    if (chat && !chat.last) chat.last = last
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
    if (chat.last && chat.last.seq <= seq) chat.last = undefined
    chat.unread = Math.min(chat.unread, Math.max(0, chat.lastSeq - seq))
    if (chat.unread === 0) chat.mentionMid = 0
  }

  const forget = (ref: Chat): void => {
    byKey.delete(chatKey(ref))
  }

  type View = { top?: 0 | 1; muted?: 0 | 1; unread_count?: number; state?: 'chatting' }
  const update = (ref: Chat, change: Partial<ChatState>, view: View): Promise<void> =>
    optimistic(ensure(ref), change, () =>
      ref.type === 'group'
        ? client.call('group/memberupdate', { gid: ref.id, ...view })
        : client.call('friend/update', { friend_uid: ref.id, ...view }),
    )

  const pin = (ref: Chat, on: boolean) => update(ref, { pinned: on }, { top: on ? 1 : 0 })
  const mute = (ref: Chat, on: boolean) => update(ref, { muted: on }, { muted: on ? 1 : 0 })
  const markUnread = (ref: Chat) => update(ref, { unread: 1 }, { unread_count: 1 })
  const markRead = (ref: Chat) => {
    const chat = ensure(ref)
    return optimistic(chat, { unread: 0, mentionMid: 0, readSeq: chat.lastSeq }, () =>
      client.call('message/updateLastReadTime', { id: ref.id, type: ref.type }),
    )
  }
  /** Takes back `hide`. */
  const show = (ref: Chat) => update(ref, { hidden: false }, { state: 'chatting' })
  /** Takes it off the list until its next message. */
  function hide(ref: Chat): Promise<void> {
    drafts.setAside(chatKey(ref))
    return optimistic(ensure(ref), { hidden: true }, () =>
      client.call('pop/delchat', { id: ref.id, type: ref.type }),
    )
  }
  /** Deletes what is in it up to now, for the user alone, and takes it off the list until its next message. */
  async function remove(ref: Chat): Promise<void> {
    const chat = ensure(ref)
    const { lastSeq } = chat
    drafts.setAside(chat.key)
    await optimistic(chat, { hidden: true }, () =>
      client.call('pop/delchat', { id: ref.id, type: ref.type, clear: 1 }),
    )
    cleared(chat, lastSeq)
  }

  return {
    ...{ byKey, list, loaded, fresh, cursor, unread, title, picture },
    ...{ learn, learnHome, loadMore, ensure, load, arrived, changed, recall, readElsewhere, updated },
    ...{ forget, pin, mute, markUnread, markRead, hide, show },
    remove,
  }
})
