import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'
import { storeText } from '@/browser/local-storage.ts'
import { useSession } from './session.ts'

/** What stands in a chat's box and was not sent. */
export interface Draft {
  text: string
  /** The message that is being quoted. */
  quote?: { mid: number; name: string; text: string }
  /** Who was put into the text as `@name`. */
  mentions?: readonly { readonly uid: number; readonly name: string }[]
  /** ms since 1970. */
  at: number
  /** Its chat was taken off the list since: it waits in the box, and brings no chat back to the list. */
  aside?: true
  /** The server has it, for the account's other devices. */
  told?: true
}

const SETTLED_MS = 10_000

/** The keys of a storage that begin so. */
const keysIn = (storage: Storage, start: string): string[] =>
  Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((name) =>
    name.startsWith(start),
  )

/**
 * Unsent texts by chat. Written at each keystroke (they are short, and a crash asks nobody), in step between tabs; what is
 * news to the account's other devices is known here, and told by drafts-in-step.ts.
 */
export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  /** Who signs in has not loaded the page anew: the drafts on the device change with the account. */
  const prefix = () => `parley:draft:${session.uid}:`
  /** Boxes that were emptied, of which the server does not know yet. */
  const emptiedPrefix = () => `parley:draft-emptied:${session.uid}:`
  const byKey = reactive(new Map<string, Draft>())

  function read(storageKey: string, value: string | null): void {
    const key = storageKey.slice(prefix().length)
    try {
      if (value === null) byKey.delete(key)
      else byKey.set(key, JSON.parse(value) as Draft)
    } catch {
      byKey.delete(key)
    }
  }

  function readAll(): void {
    byKey.clear()
    for (const storageKey of keysIn(localStorage, prefix()))
      read(storageKey, localStorage.getItem(storageKey))
    takeBack()
  }

  window.addEventListener('storage', ({ key, newValue }) => {
    if (key?.startsWith(prefix())) read(key, newValue)
  })

  /** Keeps a draft; an empty one is no draft. */
  function set(key: string, draft: Omit<Draft, 'at' | 'aside' | 'told'>): void {
    const known = byKey.get(key)
    if (draft.text.trim() === '' && !draft.quote) {
      if (!known) return
      remove(key)
      if (!known.told && !beingTold.has(key)) return
      storeText(emptiedPrefix() + key, '')
      onChange?.(key)
      return
    }
    const now = Date.now()
    // The list of chats follows `at`: while somebody types it need not be made anew at each keystroke.
    const at = known && now - known.at < SETTLED_MS ? known.at : now
    const kept = { ...draft, at }
    if (known)
      Object.assign(known, { quote: undefined, mentions: undefined, aside: undefined, told: undefined }, kept)
    else byKey.set(key, kept)
    write(key, kept)
    onChange?.(key)
  }

  function remove(key: string): void {
    byKey.delete(key)
    localStorage.removeItem(prefix() + key)
  }

  /** The chat of a draft was taken off the list. */
  function setAside(key: string): void {
    const draft = byKey.get(key)
    if (!draft) return
    draft.aside = true
    write(key, draft)
  }

  function write(key: string, draft: Draft): void {
    localStorage.removeItem(emptiedPrefix() + key)
    storeText(prefix() + key, JSON.stringify(draft))
  }

  /** Is called with each box that has changed here. */
  let onChange: ((key: string) => void) | undefined
  const onNews = (act: (key: string) => void): void => {
    onChange = act
  }
  /** The boxes of which the server does not know how they stand. */
  const news = (): string[] => [
    ...[...byKey].filter(([, { told }]) => !told).map(([key]) => key),
    ...keysIn(localStorage, emptiedPrefix()).map((name) => name.slice(emptiedPrefix().length)),
  ]

  /** Whether one of them is this. */
  const isNews = (key: string): boolean => {
    const draft = byKey.get(key)
    return (draft !== undefined && !draft.told) || localStorage.getItem(emptiedPrefix() + key) !== null
  }

  const beingTold = new Set<string>()
  /** Tells the server how a box stands by `work`, which gives whether the box still stands like that. */
  async function tell(key: string, work: () => Promise<boolean>): Promise<void> {
    beingTold.add(key)
    try {
      if (!(await work())) return
      localStorage.removeItem(emptiedPrefix() + key)
      const draft = byKey.get(key)
      if (!draft) return
      draft.told = true
      write(key, draft)
    } finally {
      beingTold.delete(key)
    }
  }

  /** Takes over how a box stands on another device, unless it was changed here; undefined: it is empty. */
  function adopt(key: string, draft: Omit<Draft, 'told'> | undefined): void {
    if (isNews(key)) return
    if (!draft) {
      remove(key)
      return
    }
    const adopted: Draft = { ...draft, told: true }
    byKey.set(key, adopted)
    write(key, adopted)
  }

  /** Puts words behind what stands in a chat's box, and a quote above it unless there is one. */
  function add(key: string, words: string, given?: Draft['quote']): void {
    const { text, quote = given, mentions } = byKey.get(key) ?? { text: '' }
    const draft = { ...(quote && { quote }), ...(mentions && { mentions }) }
    set(key, { ...draft, text: text && words ? `${text}\n${words}` : text || words })
  }

  const heldPrefix = () => `parley:held:${session.uid}:`
  let held = 0
  /**
   * Keeps words that have left the box and are not sent yet (they wait for their file): when this tab's page ends before, they
   * stand in the box again.
   * @returns what ends that
   */
  function hold(key: string, words: string): () => void {
    const storageKey = `${heldPrefix()}${++held}`
    try {
      sessionStorage.setItem(storageKey, JSON.stringify({ key, words }))
    } catch {
      // Storage is full: they are sent, if the page lives.
    }
    return () => sessionStorage.removeItem(storageKey)
  }

  /** Puts what an earlier page of this tab could not send into its boxes. */
  function takeBack(): void {
    for (const storageKey of keysIn(sessionStorage, heldPrefix()).sort()) {
      const { key, words } = JSON.parse(sessionStorage.getItem(storageKey)!) as { key: string; words: string }
      sessionStorage.removeItem(storageKey)
      add(key, words)
    }
  }

  /** A message is gone: no draft can quote it any more. */
  function forgetQuote(key: string, mid: number): void {
    const draft = byKey.get(key)
    if (!draft || draft.quote?.mid !== mid) return
    const { text, mentions } = draft
    set(key, { text, ...(mentions && { mentions }) })
  }

  watch(() => session.uid, readAll, { immediate: true, flush: 'sync' })

  const get = (key: string): Draft | undefined => byKey.get(key)

  return { byKey, get, set, setAside, add, hold, forgetQuote, onNews, news, isNews, tell, adopt }
})
