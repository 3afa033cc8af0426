import type { Home } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { createStore, get, set, setMany } from 'idb-keyval'
import { client } from '@/sdk.ts'
import { type ChatState, useChats } from './chats.ts'
import { learnHome } from './live.ts'
import type { Message } from './message.ts'
import { useMessages } from './messages.ts'
import { useSession } from './session.ts'

/*
 * What was seen last, kept on this device: the start needs no network, and without one the last chats can be read.
 */

const MESSAGES_KEPT = 40
const SAVE_MS = 1500

const store = createStore('parley', 'snapshots')
const homeKey = (uid: number) => `home:${uid}`
const listKey = (uid: number) => `list:${uid}`
const chatKeyOf = (uid: number, key: string) => `chat:${uid}:${key}`

/** Shows what was kept, unless the server was quicker. Never fails: what cannot be read is not there. */
export async function restoreSnapshot(): Promise<void> {
  const { uid } = useSession()
  if (uid === 0) return
  const home = await get<Home>(homeKey(uid), store).catch(() => undefined)
  const list = await get<ChatState[]>(listKey(uid), store).catch(() => undefined)
  if (!home || client.home) return
  learnHome(home)
  const chats = useChats()
  for (const chat of list ?? []) chats.byKey.set(chat.key, chat)
}

/** Shows the messages of a chat that were kept, until the server has answered. */
export async function restoreMessages(key: string): Promise<void> {
  const { uid } = useSession()
  const kept = await get<Message[]>(chatKeyOf(uid, key), store).catch(() => undefined)
  if (kept) useMessages().timelines.get(key)?.restore(kept)
}

/** Keeps what comes from now on. */
export function keepSnapshots(): void {
  const session = useSession()
  const messages = useMessages()
  client.on('home', (home) => {
    void set(homeKey(session.uid), home, store).catch(() => {
      // No room, or a private window: the next start asks the server.
    })
  })
  const save = useDebounceFn(() => {
    const entries = [...messages.timelines].flatMap(([key, line]): [string, Message[]][] => {
      const tail = line.fresh.value ? line.tail(MESSAGES_KEPT) : []
      return tail.length === 0 ? [] : [[chatKeyOf(session.uid, key), tail.map((message) => ({ ...message }))]]
    })
    const list = [...useChats().byKey.values()].map((chat) => ({ ...chat, last: chat.last && { ...chat.last } }))
    void setMany([[listKey(session.uid), list], ...entries], store).catch(() => {
      // As above.
    })
  }, SAVE_MS)
  client.on('message', () => void save())
  messages.$subscribe(() => void save())
}
