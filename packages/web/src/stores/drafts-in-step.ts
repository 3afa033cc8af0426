import type { Chat, DataOf } from '@parley/client'
import { client } from '@/sdk.ts'
import { chatKey, chatOf } from './chat-state.ts'
import { type Draft, useDrafts } from './drafts.ts'
import { fromWire, toWire } from './mentions.ts'
import { fromRow } from './message.ts'
import { useMessages } from './messages.ts'
import { quoteOf } from './quotes.ts'

/*
 * Drafts travel with the account (`draft/set`, `draft/getlist`, event `draft`). What is being written here comes first: what
 * the server knows is taken over only where nothing waits to be told.
 */

/** A draft as the server has it. */
type Row = DataOf<'draft/getlist'>[number]

/** Who stops writing for so long has their other devices told, ms. */
const PAUSE_MS = 1500

type Box = Pick<Row, 'content' | 'quote_mid'>

const EMPTY: Box = { content: '', quote_mid: 0 }
const isSame = (one: Box, other: Box): boolean =>
  one.content === other.content && one.quote_mid === other.quote_mid

const rowOf = (draft: Draft | undefined): Box => ({
  content: draft ? toWire(draft.text, draft.mentions ?? []) : '',
  quote_mid: draft?.quote?.mid ?? 0,
})

/** The message that a draft of another device quotes; undefined where it is gone, or cannot be read now. */
async function readQuote(chat: Chat, mid: number): Promise<Draft['quote']> {
  const known = useMessages().timelines.get(chatKey(chat))?.find(mid)
  if (known) return quoteOf(known)
  try {
    const { messages } = await client.call('message/around', { ...chat, mid, limit: 2 })
    const row = messages.find((one) => one.mid === mid)
    return row && quoteOf(fromRow(row))
  } catch {
    return undefined
  }
}

/** Called once, before connecting. @param pauseMs see {@link PAUSE_MS} */
export function keepDraftsInStep(pauseMs = PAUSE_MS): void {
  const drafts = useDrafts()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** Boxes that were told or heard of since the list was asked for, which knows less of them. */
  const settled = new Set<string>()

  const telling = new Map<string, Promise<void>>()

  /** Tells the server how a box stands, one thing after the other; what fails is told with the next connection. */
  function tell(key: string): Promise<void> {
    clearTimeout(timers.get(key))
    timers.delete(key)
    const work = (telling.get(key) ?? Promise.resolve()).then(() => tellOnce(key)).catch(() => {})
    telling.set(key, work)
    return work
  }

  async function tellOnce(key: string): Promise<void> {
    if (!drafts.isNews(key) || navigator.onLine === false) return
    const told = rowOf(drafts.get(key))
    settled.add(key)
    await drafts.tell(key, async () => {
      await client.call('draft/set', { ...chatOf(key), ...told })
      return isSame(rowOf(drafts.get(key)), told)
    })
  }

  drafts.onNews((key) => {
    clearTimeout(timers.get(key))
    // Who has sent a message is not to find it in a box elsewhere.
    if (drafts.get(key))
      timers.set(
        key,
        setTimeout(() => void tell(key), pauseMs),
      )
    else void tell(key)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') for (const key of [...timers.keys()]) void tell(key)
  })

  /** Takes over what another device has left in a box. */
  async function take({ type, id, timestamp, ...row }: Row): Promise<void> {
    const chat = { type, id }
    const key = chatKey(chat)
    if (drafts.isNews(key) || isSame(rowOf(drafts.get(key)), row)) return
    if (isSame(row, EMPTY)) {
      drafts.adopt(key, undefined)
      return
    }
    const quote = row.quote_mid > 0 ? await readQuote(chat, row.quote_mid) : undefined
    const { text, mentions } = fromWire(row.content)
    if (text.trim() === '' && !quote) return
    const more = { ...(quote && { quote }), ...(mentions.length > 0 && { mentions }) }
    drafts.adopt(key, { text, ...more, at: timestamp * 1000 })
  }

  client.on('draft', ({ id, ...row }) => {
    const heard = { ...row, id: Number(id) }
    settled.add(chatKey(heard))
    void take(heard)
  })

  async function catchUp(): Promise<void> {
    await Promise.all(drafts.news().map(tell))
    settled.clear()
    const before = [...drafts.byKey.keys()]
    const rows = await client.call('draft/getlist')
    const there = new Set(rows.map(chatKey))
    for (const row of rows) if (!settled.has(chatKey(row))) void take(row)
    for (const key of before) if (!there.has(key) && !settled.has(key)) drafts.adopt(key, undefined)
  }
  client.on(
    'home',
    () =>
      void catchUp().catch(() => {
        // The next connection brings them.
      }),
  )
}
