import { defineStore } from 'pinia'
import { reactive } from 'vue'
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
}

const SETTLED_MS = 10_000

/**
 * Unsent texts by chat. Written at each keystroke (they are short, and a crash asks nobody), in step between tabs.
 */
export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  const prefix = `parley:draft:${session.uid}:`
  const byKey = reactive(new Map<string, Draft>())

  function read(storageKey: string, value: string | null): void {
    const key = storageKey.slice(prefix.length)
    try {
      if (value === null) byKey.delete(key)
      else byKey.set(key, JSON.parse(value) as Draft)
    } catch {
      byKey.delete(key)
    }
  }

  for (let index = 0; index < localStorage.length; index++) {
    const storageKey = localStorage.key(index) ?? ''
    if (storageKey.startsWith(prefix)) read(storageKey, localStorage.getItem(storageKey))
  }
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key?.startsWith(prefix)) read(key, newValue)
  })

  /** Keeps a draft; an empty one is no draft. */
  function set(key: string, draft: Omit<Draft, 'at'>): void {
    const storageKey = prefix + key
    if (draft.text.trim() === '' && !draft.quote) {
      byKey.delete(key)
      localStorage.removeItem(storageKey)
      return
    }
    const known = byKey.get(key)
    const now = Date.now()
    // The list of chats follows `at`: while somebody types it need not be made anew at each keystroke.
    const kept = { ...draft, at: known && now - known.at < SETTLED_MS ? known.at : now }
    if (known) Object.assign(known, { quote: undefined, mentions: undefined }, kept)
    else byKey.set(key, kept)
    try {
      localStorage.setItem(storageKey, JSON.stringify(kept))
    } catch {
      // Storage is full: the text stays in the box as long as the page lives.
    }
  }

  const get = (key: string): Draft | undefined => byKey.get(key)

  return { byKey, get, set }
})
