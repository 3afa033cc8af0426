import type { ConnectionState, Home } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { watch } from 'vue'
import { dropSnapshots, keepSnapshot, readSnapshots } from '@/browser/snapshots.ts'
import { client } from '@/sdk.ts'
import { fromEntry } from './chat-state.ts'
import { type ChatState, chatKey, useChats } from './chats.ts'
import { learnHome } from './live.ts'
import { fromLast, fromPush, type Message, merge } from './message.ts'
import { useMessages } from './messages.ts'
import { useSession } from './session.ts'
import { useSite } from './site.ts'
import type { Timeline } from './timeline.ts'

/*
 * What was seen last, or is likely to be opened next, kept on this device: the start needs no network, and without one the last chats can be read.
 */

const MESSAGES_KEPT = 40
/** It is kept after so many ms of quiet, and at least as often as the second says. */
const QUIET_MS = 1500
const WAIT_MS_MAX = 10_000

const ENDED: ReadonlySet<ConnectionState> = new Set(['idle', 'unauthorised'])

const homeKey = (uid: number) => `home:${uid}`
const listKey = (uid: number) => `list:${uid}`
const messagesKey = (uid: number, key: string) => `chat:${uid}:${key}`

/** Shows what was kept, unless the server was quicker. Never fails: what cannot be read is not there. */
export async function restoreSnapshot(): Promise<void> {
  const { uid } = useSession()
  if (uid === 0) return
  const [home, list] = (await readSnapshots([homeKey(uid), listKey(uid)])) as [Home?, ChatState[]?]
  if (!home || client.home) return
  // The settings may have changed since the home was kept.
  const setting = { ...home.setting, ...useSite().remembered, id: home.setting.id }
  learnHome({ ...home, setting })
  const chats = useChats()
  for (const chat of list ?? []) chats.byKey.set(chat.key, chat)
}

/** Shows the messages of a chat that were kept, until the server has answered. */
export async function restoreMessages(key: string): Promise<void> {
  const { uid } = useSession()
  const [kept] = (await readSnapshots([messagesKey(uid, key)])) as [Message[]?]
  if (kept) useMessages().timelines.get(key)?.restore(kept)
}

/** Shows of a chat that cannot be read what the list knows: its newest message. */
export function restoreLast(key: string): void {
  const last = useChats().byKey.get(key)?.last
  if (last)
    useMessages()
      .timelines.get(key)
      ?.restore([fromLast(last)])
}

/** Drops the messages of a chat that were kept: its user has deleted it. */
export const dropMessages = (key: string): Promise<void> =>
  dropSnapshots([messagesKey(useSession().uid, key)])

/** Keeps what comes from now on. */
export function keepSnapshots(): void {
  const session = useSession()
  const [chats, messages] = [useChats(), useMessages()]
  /** What of a conversation is kept already. */
  const saved = new WeakMap<Timeline, readonly Message[]>()

  /** Whether it is kept from memory; what was not read from the server yet is not. */
  const isInMemory = (key: string): boolean => messages.timelines.get(key)?.fresh.value === true

  /** What came for chats that are not in memory: it belongs behind what is kept of them. */
  const arrived = new Map<string, readonly Message[]>()
  let appending = Promise.resolve()

  function save(): void {
    // Who signs out, or was signed out, leaves nothing.
    if (!chats.loaded || !session.signedIn || ENDED.has(client.status.state)) return
    appending = appending.then(append)
    const list = [...chats.byKey.values()].map((chat) => ({ ...chat, last: chat.last && { ...chat.last } }))
    const entries: [string, unknown][] = [[listKey(session.uid), list]]
    for (const [key, line] of messages.timelines) {
      if (!line.fresh.value || !line.atEnd.value || saved.get(line) === line.items.value) continue
      saved.set(line, line.items.value)
      entries.push([messagesKey(session.uid, key), line.tail(MESSAGES_KEPT)])
    }
    void keepSnapshot(entries)
  }

  /** Puts what came behind what is kept of its chat; where something is missing between them, in its place. */
  async function append(): Promise<void> {
    const news = [...arrived]
    arrived.clear()
    const names = news.map(([key]) => messagesKey(session.uid, key))
    const kept = (await readSnapshots(names)) as (Message[] | undefined)[]
    const entries = news.flatMap(([key, messages], index): [string, unknown][] => {
      const before = kept[index]
      const last = before?.at(-1)?.seq ?? 0
      const newer = messages.filter(({ seq }) => seq > last)
      if (!before || newer.length === 0) return []
      const isWhole = newer[0]!.seq === last + 1
      return [[messagesKey(session.uid, key), merge(isWhole ? before : [], newer).slice(-MESSAGES_KEPT)]]
    })
    if (entries.length > 0) await keepSnapshot(entries)
  }
  const saveSoon = useDebounceFn(save, QUIET_MS, { maxWait: WAIT_MS_MAX })

  function came(key: string, message: Message): void {
    const before = arrived.get(key) ?? []
    if (isInMemory(key) || before.some(({ mid }) => mid === message.mid)) return
    arrived.set(key, merge(before, [message]))
  }

  client.on('home', (home) => {
    void keepSnapshot([[homeKey(session.uid), home]])
    for (const { key, last } of Object.values(home.chatting).map(fromEntry))
      if (last) came(key, fromLast(last))
  })
  client.on('message', (message) => {
    came(chatKey(message.chat), fromPush(message))
    void saveSoon()
  })
  for (const name of ['revoke', 'message_delete'] as const) {
    client.on(name, ({ type, id, uid }) => {
      // What was taken back must not be read here later; what is in memory is kept anew.
      const other = type === 'friend' && Number(uid) !== session.uid ? uid : id
      const key = `${type}${other}`
      arrived.delete(key)
      if (!isInMemory(key)) void dropSnapshots([messagesKey(session.uid, key)])
      void saveSoon()
    })
  }
  client.on('chatUpdate', ({ type, id, cleared_seq }) => {
    if (cleared_seq === undefined) return
    // Deleted on another device; what is in memory is kept anew.
    arrived.delete(type + id)
    if (!isInMemory(type + id)) void dropMessages(type + id)
    void saveSoon()
  })
  watch(
    () => [
      chats.list,
      chats.unread,
      [...messages.timelines.values()].filter((line) => line.fresh.value).length,
    ],
    () => void saveSoon(),
  )
  // The last moment that is told for certain.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save()
  })
}
