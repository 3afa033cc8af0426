import {
  type Chat,
  type ChatMessage,
  EVERYBODY,
  type Gap,
  type OutboxMessage,
  type PushEvents,
  REVOKED_TEXT,
} from '@parley/client'
import { defineStore } from 'pinia'
import { markRaw, ref, shallowReactive } from 'vue'
import { i18n } from '@/i18n/index.ts'
import { client } from '@/sdk.ts'
import { chatKey, useChats } from './chats.ts'
import { useDrafts } from './drafts.ts'
import { useMe } from './me.ts'
import { fromOutbox, fromPush, fromRow, type Message } from './message.ts'
import { Timeline } from './timeline.ts'

/** Conversations that are kept in memory. */
const TIMELINES_MAX = 30

/** The conversations that were opened, by chat. */
export const useMessages = defineStore('messages', () => {
  const timelines = shallowReactive(new Map<string, Timeline>())
  /** The chat on the screen, and whether the person sees its end: what arrives there is read. */
  const looking = ref<{ key: string; atEnd: boolean }>()
  const chats = useChats()
  const me = useMe()
  const drafts = useDrafts()

  /** The conversation of a chat; made when it is not there, without reading anything. */
  function timeline(chat: Chat): Timeline {
    const key = chatKey(chat)
    const known = timelines.get(key)
    if (known) return known
    const newest = () => beganAfter.get(key) ?? 0
    const made = markRaw(new Timeline({ type: chat.type, id: chat.id }, client, newest))
    timelines.set(key, made)
    for (const message of client.unsent()) if (chatKey(message.chat) === key) made.pending(own(message))
    for (const old of timelines.keys()) {
      if (timelines.size <= TIMELINES_MAX) break
      if (old !== key && old !== looking.value?.key) timelines.delete(old)
    }
    return made
  }

  /** Reads the newest messages of a chat that may be opened soon. Nothing is marked as read by that. */
  async function prefetch(chat: Chat): Promise<void> {
    // What somebody has opened does not give way to what they may open.
    if (!timelines.has(chatKey(chat)) && timelines.size >= TIMELINES_MAX) return
    const line = timeline(chat)
    if (!line.fresh.value) await line.open()
  }

  /** The newest `seq` of each chat when messages began to be handed out. */
  const beganAfter = new Map<string, number>()
  const quoted = new Map<string, string>()

  function own(message: OutboxMessage): Message {
    const { nickname = '', avatar = '' } = me.mine ?? {}
    const quoteText = quoted.get(message.id) ?? ''
    const shown = fromOutbox(message, { uid: me.uid, name: nickname, avatar }, quoteText)
    // What the network says of itself is for programmers.
    return message.error?.code === 0 ? { ...shown, error: i18n.global.t('errors.network') } : shown
  }

  /** Whether the person is looking at the end of this chat now. */
  const isSeen = (key: string): boolean =>
    looking.value?.key === key && looking.value.atEnd && document.visibilityState === 'visible'

  /** Whether it addresses the user: by name, or everybody in the group. */
  const mentionsMe = ({ mentions = [] }: ChatMessage): boolean =>
    mentions.some((uid) => uid === EVERYBODY || uid === me.uid)

  /** A message was pushed, or fetched after it was missed. */
  function arrived(event: ChatMessage): void {
    const key = chatKey(event.chat)
    const mine = Number(event.from) === me.uid
    const seen = isSeen(key)
    chats.arrived(event, { seen, mentionsMe: !mine && mentionsMe(event) })
    const outboxId = mine && event.uniqueId && ours.has(event.uniqueId) ? event.uniqueId : undefined
    timelines.get(key)?.arrived(fromPush(event), outboxId)
    // Own messages are read by being sent; automatic answers are not.
    if (seen && (!mine || event.auto === 1)) readSoon(event.chat)
  }

  const ours = new Set<string>()

  /** A message of the outbox has changed. */
  function outboxChanged(message: OutboxMessage): void {
    ours.add(message.id)
    timelines.get(chatKey(message.chat))?.pending(own(message), message.state === 'discarded')
    if (message.state === 'sent' || message.state === 'discarded') quoted.delete(message.id)
  }

  /** What was seen and is about to be marked as read, by chat. */
  const readings = new Map<string, { chat: Chat; timer: ReturnType<typeof setTimeout> }>()
  /** One call for a burst of messages. */
  function readSoon(chat: Chat): void {
    const key = chatKey(chat)
    clearTimeout(readings.get(key)?.timer)
    readings.set(key, { chat, timer: setTimeout(() => readNow(key), 150) })
  }
  function readNow(key: string): void {
    const reading = readings.get(key)
    if (!reading) return
    clearTimeout(reading.timer)
    readings.delete(key)
    void chats.markRead(reading.chat).catch(() => {})
  }
  window.addEventListener('pagehide', () => {
    for (const key of readings.keys()) readNow(key)
  })

  /** The person looks at the chat, and sees its newest message (`atEnd`). */
  function look(chat: Chat | undefined, atEnd = false): void {
    looking.value = chat && { key: chatKey(chat), atEnd }
    if (!chat || !isSeen(chatKey(chat))) return
    const state = chats.ensure(chat)
    if (state.unread > 0 || state.mentionMid > 0) readSoon(chat)
  }

  /** Sends a text (or what stands for a picture, file, voice). It is in the conversation at once. */
  function send(chat: Chat, content: string, quote?: { mid: number; text: string }): void {
    const message = client.send(chat, content, quote ? { quote_mid: quote.mid } : {})
    ours.add(message.id)
    if (quote) quoted.set(message.id, quote.text)
    timeline(chat).pending(own(message))
  }

  const resend = (id: string): void => void client.resend(id)
  const discard = (id: string): void => client.discard(id)

  /** Takes a message back for everybody. @throws ParleyError (505: too late), NetworkError */
  async function revoke(chat: Chat, mid: number): Promise<void> {
    await client.call('message/revoke', { ...chat, mid })
    revoked({ type: chat.type, id: String(chat.id), mid, uid: String(me.uid) })
  }

  /** Deletes a message for oneself or for all. @throws ParleyError, NetworkError */
  async function remove(chat: Chat, mid: number, forAll: boolean): Promise<void> {
    const ty = forAll ? 2 : 1
    await client.call('message/delete', { ...chat, mid, ty })
    deleted({ type: chat.type, id: String(chat.id), mid, uid: String(me.uid), ty })
  }

  /** The chat as this user sees it: of what the other person of a one-to-one chat did, `id` is the user. */
  function chatOf({ type, id, uid }: Pick<PushEvents['revoke'], 'type' | 'id' | 'uid'>): Chat {
    const byOther = type === 'friend' && Number(uid) !== me.uid
    return { type, id: Number(byOther ? uid : id) }
  }

  function revoked(event: PushEvents['revoke']): void {
    const { mid, uid } = event
    const chat = chatOf(event)
    const line = timelines.get(chatKey(chat))
    line?.change(mid, (message) =>
      // A page that was read afterwards has it as a notice.
      message.revoked || message.notice
        ? message
        : {
            ...message,
            ...{ notice: true, content: REVOKED_TEXT, quoteMid: 0, quoteText: '' },
            revoked: {
              ...{ by: Number(uid), content: message.content, quoteMid: message.quoteMid },
              at: Date.now(),
            },
          },
    )
    forgetQuotes(chat, mid)
    chats.changed(chat, mid, { content: REVOKED_TEXT, notice: true })
  }

  function deleted(event: PushEvents['message_delete']): void {
    const { mid, ty } = event
    const chat = chatOf(event)
    timelines.get(chatKey(chat))?.change(mid, () => undefined)
    if (ty === 2) forgetQuotes(chat, mid)
    if (chats.changed(chat, mid, 'gone')) void recallLast(chat)
  }

  /** The list shows what is the newest message of a chat now: what its conversation knows, else what the server says. */
  async function recallLast(chat: Chat): Promise<void> {
    const line = timelines.get(chatKey(chat))
    const known = line?.fresh.value && line.atEnd.value
    const last = known ? line.items.value.findLast(({ mid }) => mid > 0) : await readLast(chat)
    if (!last) return
    const { mid, seq, from, name, content, seconds, notice } = last
    chats.recall(chat, { mid, seq, from, name: chat.type === 'group' ? name : '', content, seconds, notice })
  }

  const readLast = (chat: Chat): Promise<Message | undefined> =>
    client.call('message/get', { type: chat.type, id: chat.id, limit: 1, peek: 1 }).then(
      ([row]) => row && fromRow(row),
      // Without a network the row stays without a line until the list comes anew.
      () => undefined,
    )

  /** What is gone for all is read in no quote either, and cannot be quoted any more. */
  function forgetQuotes(chat: Chat, mid: number): void {
    timelines.get(chatKey(chat))?.forgetQuote(mid, REVOKED_TEXT)
    drafts.forgetQuote(chatKey(chat), mid)
  }

  /**
   * Changes may have been missed: the chat on the screen is brought up to date now, the others when they are opened. New
   * messages come by themselves in the chats that the home tells of, and only in those.
   */
  function outdated(): void {
    for (const [key, line] of timelines) {
      const isOpen = key === looking.value?.key
      if (isOpen && client.home?.chatting[key]) void line.refresh()
      else {
        line.outdated()
        if (isOpen) void line.open()
      }
    }
  }

  /** The server has told for the first time how far each chat goes. From there on messages are handed out. */
  function began(): void {
    for (const [key, { lastSeq }] of chats.byKey) beganAfter.set(key, lastSeq)
    for (const line of timelines.values()) void line.complete()
  }

  /** `chatUpdate` was pushed: the user may have deleted the chat on another device. */
  function cleared({ type, id, cleared_seq = 0 }: PushEvents['chatUpdate']): void {
    timelines.get(chatKey({ type, id: Number(id) }))?.cleared(cleared_seq)
  }

  /** The other person of a one-to-one chat has read. */
  function peerRead({ type, id, uid, seq }: PushEvents['read']): void {
    if (type !== 'friend' || Number(uid) === me.uid) return
    const line = timelines.get(chatKey({ type, id: Number(id) }))
    if (line) line.peerReadSeq.value = Math.max(line.peerReadSeq.value, seq)
  }

  /** More was missed than the connection fetches by itself. */
  function missed({ chat }: Gap): void {
    const line = timelines.get(chatKey(chat))
    if (!line) return
    if (line.atEnd.value) void line.reload()
  }

  const forget = (chat: Chat): void => {
    timelines.delete(chatKey(chat))
  }

  return {
    ...{
      timelines,
      looking,
      timeline,
      prefetch,
      isSeen,
      mentionsMe,
      arrived,
      outboxChanged,
      look,
      send,
      resend,
      discard,
    },
    ...{ revoke, remove, revoked, deleted, cleared, peerRead, missed, outdated, began, forget },
  }
})
